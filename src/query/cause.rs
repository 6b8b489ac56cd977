//! Why a trace failed, in one line: its deepest failing span and what that says.

use super::tree::{Node, Tree};
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
