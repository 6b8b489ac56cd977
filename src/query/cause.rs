//! Why a trace failed, in one line: its deepest failing span and what that says.

use super::tree::{Node, Tree};
use crate::model::{SpanId, Status, Value};
use crate::store::{Owner, SpanRef, TraceRef};

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

/// The deepest failing span of a tree; of equally deep ones the earliest. `None` where no span failed.
pub fn cause(trace: TraceRef<'_>, tree: &Tree) -> Option<Cause> {
    let row = tree.cause?;
    let Node::Span(idx) = tree.rows.get(row as usize)?.node else { return None };
    let span = trace.span(idx)?.to_span();
    Some(Cause {
        row,
        service: span.service.to_string(),
        name: span.name.to_string(),
        message: span.failure().unwrap_or_default(),
    })
}

/// Spans looked at for [`reason`], and failing ones among them.
const LOOKED_AT: usize = 5_000;
const FAILING: usize = 64;

/// Why a trace failed, in a few words and without its tree: the status code that its root answered, and what the first failing
/// span says that no other failing span hangs under. `None` where no span failed.
pub fn reason(trace: TraceRef<'_>) -> Option<String> {
    if trace.errors() == 0 {
        return None;
    }
    let failing = trace.spans().take(LOOKED_AT).filter(|span| span.status() == Status::Error);
    let failing: Vec<SpanRef<'_>> = failing.take(FAILING).collect();
    let parents: Vec<SpanId> = failing.iter().filter_map(|span| span.parent_id()).collect();
    let deepest = failing.iter().filter(|span| !parents.contains(&span.span_id()));
    let first = deepest.min_by_key(|span| (span.start(), span.span_id(), span.order_key()))?;
    let said = first.to_span().failure().unwrap_or_default();
    let code = failed_with(trace.root()).map(|code| code.to_string()).filter(|code| !said.contains(code.as_str()));
    Some([code.unwrap_or_default(), said].join(" ").trim().to_string())
}

/// The status code of HTTP that a span failed with.
fn failed_with(span: SpanRef<'_>) -> Option<i64> {
    let mut found = None;
    span.any_field(&mut |owner, attribute| {
        if owner == Owner::Span && ["http.response.status_code", "http.status_code"].contains(&attribute.key) {
            found = match attribute.value {
                Value::Int(code) => Some(code),
                Value::Str(text) => text.parse().ok(),
                Value::Double(_) | Value::Bool(_) | Value::Bytes(_) | Value::Json(_) => None,
            };
        }
        found.is_some()
    });
    found.filter(|code| *code >= 400)
}
