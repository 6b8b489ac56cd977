//! A trace as a tree, flattened to rows in reading order. Pure: the same spans give the same rows, whatever order they
//! came in. Nothing here recurses, so a chain of a million spans is no deeper than a pair.

mod build;
mod children;
mod copies;
mod cycles;
mod order;
mod parents;
mod rows;

use std::cmp::Ordering;

use foldhash::fast::RandomState;
use hashbrown::HashMap;

use super::timeline::Timeline;
use crate::model::SpanId;
use crate::store::{SpanIdx, SpanRef, TraceRef};

pub use build::Build;

/// Stands for "no parent" in lists of node numbers.
const NONE: u32 = u32::MAX;

/// A trace in preorder: each row is followed by its whole subtree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    /// The rows. Every span of the trace is exactly one of them.
    pub rows: Vec<TreeRow>,
    /// When they ran.
    pub timeline: Timeline,
    /// Spans with an error of their own.
    pub errors: u32,
    /// The row of the deepest of them, of equally deep ones the earliest.
    pub cause: Option<u32>,
    /// Placeholders among the rows.
    pub missing: u32,
    /// Rows whose parent link was cut because it led back to themselves.
    pub cycles: u32,
    /// The greatest depth of a row.
    pub deepest: u32,
    /// Spans in their order in the trace, then placeholders.
    row_of: Vec<u32>,
    /// The places of placeholders in `row_of` by the ids they stand for.
    placeholders: HashMap<u64, u32, RandomState>,
}

/// What a row stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Node {
    /// A span of the trace.
    Span(SpanIdx),
    /// A parent that spans refer to and that has not arrived.
    Missing(SpanId),
}

/// One row of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeRow {
    /// What it stands for.
    pub node: Node,
    /// 0 for a root.
    pub depth: u32,
    /// Rows in its subtree, itself included.
    pub subtree: u32,
    /// The row it hangs under.
    pub parent: Option<u32>,
    /// Errors among its descendants.
    pub errors_below: u32,
    /// Whether it is the last of its siblings.
    pub last: bool,
    /// Whether its link to a parent was cut because it led back to itself.
    pub cycle: bool,
    /// Whether it has an error itself.
    pub error: bool,
}

impl Tree {
    /// Flattens a trace in one go.
    ///
    /// Siblings are ordered by start, then longer first, service, name, span id. Spans whose parent has not arrived
    /// hang under a placeholder, which stands among the roots where its first child would.
    pub fn build(trace: TraceRef<'_>) -> Self {
        let mut build = Build::new(trace);
        loop {
            if let Some(tree) = build.step(trace, u64::MAX) {
                return tree;
            }
        }
    }

    /// How many of the rows are spans.
    pub fn spans(&self) -> usize {
        self.rows.len() - self.missing as usize
    }

    /// The row of a node.
    pub fn row_of(&self, node: Node) -> Option<u32> {
        let place = match node {
            Node::Span(idx) => idx.0,
            Node::Missing(id) => *self.placeholders.get(&id.0)?,
        };
        let row = self.row_of.get(place as usize).copied().filter(|row| *row != NONE)?;
        // A span that came after the tree was built has the number of a placeholder.
        self.rows.get(row as usize).is_some_and(|shown| shown.node == node).then_some(row)
    }
}

/// How siblings are ordered, beyond start and duration.
fn tie(a: SpanRef<'_>, b: SpanRef<'_>) -> Ordering {
    let by_service = if a.service_id() == b.service_id() { Ordering::Equal } else { a.service().cmp(b.service()) };
    by_service
        .then_with(|| if a.name_id() == b.name_id() { Ordering::Equal } else { a.name().cmp(b.name()) })
        .then_with(|| a.span_id().cmp(&b.span_id()))
        .then_with(|| a.kind().cmp(&b.kind()))
        .then_with(|| a.order_key().cmp(&b.order_key()))
}

/// How siblings are ordered.
fn compare(a: SpanRef<'_>, b: SpanRef<'_>) -> Ordering {
    (a.start().cmp(&b.start())).then_with(|| b.duration().cmp(&a.duration())).then_with(|| tie(a, b))
}

/// A node or row number; the store never holds 2³² spans in a trace.
fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(NONE)
}
