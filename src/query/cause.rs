//! Why a trace failed, in one line: its deepest failing span and what that says.

use super::tree::{Node, Tree};
use crate::model::{Span, Value};
use crate::store::TraceRef;

/// The cause of a failing trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The span's row in the tree.
    pub row: u32,
    /// Its service.
    pub service: String,
    /// Its operation.
    pub name: String,
    /// What it says of its failure; empty when it says nothing.
    pub message: String,
}

/// Attributes that say why a span failed, the most telling first.
const TELLING: [&str; 6] =
    ["exception.message", "error.message", "error", "exception.type", "error.type", "http.response.status_code"];

/// The deepest failing span of a tree; of equally deep ones the earliest. `None` where no span failed.
pub fn cause(trace: TraceRef<'_>, tree: &Tree) -> Option<Cause> {
    let row = tree.cause?;
    let Node::Span(idx) = tree.rows.get(row as usize)?.node else { return None };
    let span = trace.span(idx)?.to_span();
    Some(Cause {
        row,
        service: span.service.to_string(),
        name: span.name.to_string(),
        message: message(&span).unwrap_or_default(),
    })
}

/// What a span says of its failure: its status, else an exception, else an attribute.
fn message(span: &Span<'_>) -> Option<String> {
    let first_line = |text: &str| text.trim().lines().next().map(str::to_string).filter(|line| !line.is_empty());
    let told = |attributes: &[crate::model::Attribute<'_>]| {
        TELLING.iter().find_map(|key| {
            let attribute = attributes.iter().find(|attribute| attribute.key == *key)?;
            match attribute.value {
                Value::Bool(_) => None,
                Value::Int(code) => Some(format!("status code {code}")),
                Value::Str(_) | Value::Double(_) | Value::Bytes(_) | Value::Json(_) => {
                    first_line(&super::detail::value_text(attribute.value))
                }
            }
        })
    };
    first_line(span.status_message)
        .or_else(|| span.events.iter().find_map(|event| told(&event.attributes)))
        .or_else(|| told(&span.attributes))
}
