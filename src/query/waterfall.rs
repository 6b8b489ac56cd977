//! A waterfall's rows and head as owned values.

use super::logs::LogMark;
use super::tree::{Node, Tree};
use crate::model::{SpanId, Timestamp, TraceId};
use crate::store::TraceRef;

/// A row as drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaterfallRow {
    /// What the row stands for.
    pub node: Node,
    /// Depth in the tree.
    pub depth: u32,
    /// For the innermost levels above this one, outermost first: whether the ancestor there has later siblings,
    /// so that its trunk goes on through this row.
    pub trunks: Vec<bool>,
    /// Last of its siblings.
    pub last: bool,
    /// Has children, and whether they are folded away.
    pub fold: Option<bool>,
    /// Rows folded away below.
    pub hidden: u32,
    /// The span, absent for the placeholder of a parent that has not arrived.
    pub span: Option<SpanBar>,
    /// Errors in spans below, folded or not.
    pub errors_below: u32,
}

/// What a waterfall row shows of its span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpanBar {
    /// Service.
    pub service: String,
    /// Operation.
    pub name: String,
    /// Start in ns after the trace's start.
    pub offset: u64,
    /// Duration in ns.
    pub duration: u64,
    /// The span has an error.
    pub error: bool,
    /// Its service is another than that of the row above it in the tree, or there is none.
    pub differs: bool,
    /// Times of events in ns after the trace's start, at most [`MOST_EVENTS`].
    pub events: Vec<u64>,
    /// Log records, where they were asked for.
    pub logs: Vec<LogMark>,
    /// Start in ns after the parent's start; negative when the clock says so.
    pub to_parent: i64,
}

/// Marks beyond this many share cells on any screen anyway.
pub const MOST_EVENTS: usize = 512;

/// One row of the tree as an owned value. Looks at no more than `levels` ancestors, however deep the row is.
pub fn row(trace: TraceRef<'_>, tree: &Tree, at: u32, folded: bool, levels: usize) -> Option<WaterfallRow> {
    let row = tree.rows.get(at as usize)?;
    let mut trunks = Vec::new();
    let mut parent = row.parent;
    while let Some(ancestor) = parent.and_then(|at| tree.rows.get(at as usize)) {
        if trunks.len() == levels {
            break;
        }
        trunks.push(!ancestor.last);
        parent = ancestor.parent;
    }
    trunks.reverse();
    let span = match row.node {
        Node::Span(idx) => trace.span(idx),
        Node::Missing(_) => None,
    };
    let time = tree.timeline.row(at)?;
    let above = row.parent.and_then(|at| match tree.rows.get(at as usize)?.node {
        Node::Span(idx) => trace.span(idx),
        Node::Missing(_) => None,
    });
    let parent = above.and(row.parent).and_then(|at| tree.timeline.row(at));
    let origin = tree.timeline.origin();
    Some(WaterfallRow {
        node: row.node,
        depth: row.depth,
        trunks,
        last: row.last,
        fold: (row.subtree > 1).then_some(folded),
        hidden: if folded { row.subtree - 1 } else { 0 },
        errors_below: row.errors_below,
        span: span.map(|span| SpanBar {
            service: span.service().to_string(),
            name: span.name().to_string(),
            offset: tree.timeline.offset(time),
            duration: time.duration,
            error: row.error,
            differs: above.is_none_or(|above| above.service_id() != span.service_id()),
            events: span.event_times().take(MOST_EVENTS).map(|time| time.since(origin)).collect(),
            logs: Vec::new(),
            to_parent: parent.map_or(0, |parent| time.start.0.saturating_sub(parent.start.0)),
        }),
    })
}

/// What the head of a trace says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TraceHead {
    /// The trace.
    pub id: TraceId,
    /// Service of the root.
    pub service: String,
    /// Operation of the root.
    pub name: String,
    /// Number of spans.
    pub spans: usize,
    /// Number of services.
    pub services: usize,
    /// Levels of the tree; 0 while there is none.
    pub depth: u32,
    /// Start of the earliest span.
    pub start: Timestamp,
    /// Duration in ns.
    pub duration: u64,
    /// Spans with errors.
    pub errors: u32,
    /// Parents that have not arrived.
    pub missing: u32,
    /// Spans whose parents led back to themselves.
    pub cycles: u32,
    /// Spans that share an id with others and are not the same span.
    pub shared: u32,
    /// Spans refused because the trace alone is larger than the budget.
    pub refused: u64,
}

/// The head of a trace: its figures are the tree's, the trace's own only while there is no tree yet.
pub fn head(trace: TraceRef<'_>, tree: &Tree) -> TraceHead {
    let root = trace.root();
    let is_built = !tree.rows.is_empty();
    TraceHead {
        id: trace.id(),
        service: root.service().to_string(),
        name: root.name().to_string(),
        spans: if is_built { tree.spans() } else { trace.len() },
        services: trace.services().len(),
        depth: if is_built { tree.deepest.saturating_add(1) } else { 0 },
        start: if is_built { tree.timeline.origin() } else { trace.start() },
        duration: if is_built { tree.timeline.total() } else { trace.duration() },
        errors: if is_built { tree.errors } else { trace.errors() },
        missing: if is_built { tree.missing } else { trace.missing_parents() },
        cycles: tree.cycles,
        shared: trace.shared_ids(),
        refused: trace.refused(),
    }
}

/// The first row of the span with this id, if it is in the tree.
pub fn find(trace: TraceRef<'_>, tree: &Tree, id: SpanId) -> Option<u32> {
    let idx = trace.find(id).map(|span| span.idx()).min()?;
    tree.row_of(Node::Span(idx))
}
