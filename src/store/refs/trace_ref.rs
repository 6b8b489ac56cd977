//! A trace of the store, borrowed.

use crate::model::{SpanId, Timestamp, TraceId};
use crate::store::pool::Pool;
use crate::store::trace::Trace;
use crate::store::trace::summary::ServiceCount;
use crate::store::{SpanIdx, SpanRef};

/// A trace of the store. It always has at least one span.
#[derive(Clone, Copy)]
pub struct TraceRef<'a> {
    pub(in crate::store) trace: &'a Trace,
    pub(in crate::store) pool: &'a Pool,
}

impl<'a> TraceRef<'a> {
    /// Its id.
    pub fn id(self) -> TraceId {
        self.trace.id
    }

    /// The store's revision when it last changed.
    pub fn revision(self) -> u64 {
        self.trace.revision
    }

    /// Number of spans.
    #[expect(clippy::len_without_is_empty, reason = "a trace is never empty")]
    pub fn len(self) -> usize {
        self.trace.rows.len()
    }

    /// Start of its first span.
    pub fn start(self) -> Timestamp {
        Timestamp(self.trace.summary.start)
    }

    /// The latest end of its spans.
    pub fn end(self) -> Timestamp {
        self.trace.summary.end
    }

    /// From start to end in ns.
    pub fn duration(self) -> u64 {
        self.end().since(self.start())
    }

    /// Spans with an error.
    pub fn errors(self) -> u32 {
        self.trace.summary.errors
    }

    /// Distinct parent ids that spans refer to and that no span has.
    pub fn missing_parents(self) -> u32 {
        u32::try_from(self.trace.missing_parents()).unwrap_or(u32::MAX)
    }

    /// The first span without a parent; if none, the first of all. First is least by start, id, service, kind.
    pub fn root(self) -> SpanRef<'a> {
        self.at(self.trace.summary.root)
    }

    /// Its services in the order of their first span, then by name. Beyond 256 services the order is any.
    pub fn services(self) -> &'a [ServiceCount] {
        &self.trace.summary.services
    }

    /// A span by its place.
    pub fn span(self, idx: SpanIdx) -> Option<SpanRef<'a>> {
        let row = self.trace.rows.get(idx.0 as usize)?;
        Some(SpanRef { trace: self.trace, pool: self.pool, row, idx })
    }

    /// All spans in the order of arrival.
    pub fn spans(self) -> impl ExactSizeIterator<Item = SpanRef<'a>> {
        let Self { trace, pool } = self;
        (0..trace.rows.len()).map(move |at| {
            let idx = SpanIdx(u32::try_from(at).unwrap_or(u32::MAX));
            SpanRef { trace, pool, row: trace.rows.row(idx.0), idx }
        })
    }

    /// All spans with this id. At once where ids are unique, a walk over the trace where they are not.
    pub fn find(self, id: SpanId) -> impl Iterator<Item = SpanRef<'a>> {
        let (first, shared) = self.trace.find(id);
        let scanned = if shared { self.trace.rows.len() } else { 0 };
        let others = self.spans().take(scanned).filter(move |span| span.span_id() == id && Some(span.idx.0) != first);
        first.map(|at| self.at(at)).into_iter().chain(others)
    }

    /// Whether any id is used by more than one span; spans without an id do not count.
    pub fn shares_ids(self) -> bool {
        self.trace.shares_ids()
    }

    /// Spans that share id, service and kind with others of the trace and are not the same span. A client and a server that
    /// share an id do not count.
    pub fn shared_ids(self) -> u32 {
        self.trace.shared_ids()
    }

    /// Spans not kept because this trace alone exceeds the budget.
    pub fn refused(self) -> u64 {
        self.trace.refused
    }

    /// How often a span took the place of another: while this stands still, spans are only added.
    pub fn replaced(self) -> u64 {
        self.trace.replaced
    }

    /// How often a span left because it turned out to be one with another: while this stands still, places of spans stay.
    pub fn removed(self) -> u64 {
        self.trace.removed
    }

    /// The number of its first arrival: later traces have greater ones.
    pub fn arrival(self) -> u64 {
        self.trace.arrival
    }

    fn at(self, at: u32) -> SpanRef<'a> {
        SpanRef { trace: self.trace, pool: self.pool, row: self.trace.rows.row(at), idx: SpanIdx(at) }
    }
}
