//! The traces that are held, within a byte budget, and what programs logged and printed meanwhile: spans go in by batch,
//! traces leave whole, oldest first.
//!
//! The store keeps facts. It never sorts for a view, filters, formats or remembers a selection, and nothing it shows
//! depends on the order in which spans came. Every span received is accounted for:
//! `received == spans + evicted_spans + refused + duplicates + replaced`.

mod changes;
mod evict;
mod extend;
mod output;
mod pool;
mod record;
mod refs;
mod reports;
mod search;
#[cfg(test)]
mod tests;
mod tools;
mod trace;
mod traces;

pub use extend::Extended;
pub use record::unpack::{EventTimes, Owner};
pub use refs::record_ref::RecordRef;
pub use refs::service_ref::{FailureRef, OperationRef, ServiceRef};
pub use refs::span_ref::SpanRef;
pub use refs::trace_ref::TraceRef;
pub use search::{Looked, Search, lower};
pub use trace::summary::ServiceCount;

use crate::model::{Problem, SpanId, TraceId};
use changes::Changes;
use extend::Scratch;
use output::Output;
use pool::Pool;
use reports::Reports;
use trace::Trace;
use traces::Traces;

/// What was printed and logged may take this part of the budget.
const OUTPUT_SHARE: u64 = 8;

/// A span's place in its trace: dense, stable while the trace is held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpanIdx(pub u32);

/// A service of the store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServiceId(pub u32);

/// An interned name of the store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameId(pub u32);

/// Everything that is held. See the file's head.
#[derive(Debug)]
pub struct Store {
    traces: Traces,
    pool: Pool,
    output: Output,
    reports: Reports,
    changes: Changes,
    pinned: Vec<TraceId>,
    revision: u64,
    arrivals: u64,
    totals: Totals,
    /// A trace that was evicted and still holds memory: dissolved a little at a time, before the next one is evicted.
    evicted: Option<Box<Trace>>,
    /// Heap bytes of all traces, the evicted one too, their places in the table aside.
    trace_bytes: usize,
    scratch: Scratch,
}

/// What is held and what happened to everything else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Traces held.
    pub traces: u64,
    /// Of these, traces in which a span failed.
    pub failed_traces: u64,
    /// Spans held.
    pub spans: u64,
    /// Heap bytes held.
    pub bytes: u64,
    /// Heap bytes allowed.
    pub budget: u64,
    /// Traces evicted.
    pub evicted_traces: u64,
    /// Spans evicted with them.
    pub evicted_spans: u64,
    /// Spans that arrived again, unchanged.
    pub duplicates: u64,
    /// Spans that arrived again, different: one of the two was kept.
    pub replaced: u64,
    /// Spans not kept because their trace alone, or with the open one, exceeds the budget.
    pub refused: u64,
    /// Spans received.
    pub received: u64,
    /// Output lines received.
    pub lines: u64,
    /// Log records received.
    pub logs: u64,
    /// Output lines and log records held.
    pub output: u64,
    /// Problems received.
    pub problems: u64,
}

impl Store {
    /// An empty store that may hold `budget` bytes.
    pub fn new(budget: u64) -> Self {
        Self {
            traces: Traces::default(),
            pool: Pool::default(),
            output: Output::new(usize::try_from(budget / OUTPUT_SHARE).unwrap_or(usize::MAX)),
            reports: Reports::default(),
            changes: Changes::default(),
            pinned: Vec::new(),
            revision: 0,
            arrivals: 0,
            evicted: None,
            totals: Totals { budget, ..Totals::default() },
            trace_bytes: 0,
            scratch: Scratch::default(),
        }
    }

    /// Rises on any change.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// All traces in the order of arrival.
    pub fn traces(&self) -> impl DoubleEndedIterator<Item = TraceRef<'_>> {
        self.traces.iter().map(|trace| TraceRef { trace, pool: &self.pool })
    }

    /// Traces that first came after one with this number of arrival, in the order of arrival.
    pub fn traces_after(&self, arrival: u64) -> impl Iterator<Item = TraceRef<'_>> {
        self.traces.after(arrival).map(|trace| TraceRef { trace, pool: &self.pool })
    }

    /// A trace by its id.
    pub fn trace(&self, id: TraceId) -> Option<TraceRef<'_>> {
        self.traces.get(id).map(|trace| TraceRef { trace, pool: &self.pool })
    }

    /// How often traces changed after they had come.
    pub fn changes(&self) -> u64 {
        self.changes.count()
    }

    /// How many traces were evicted, and the greatest number of arrival of these; some that came before may still be here.
    pub fn evicted(&self) -> (u64, u64) {
        (self.totals.evicted_traces, self.changes.left)
    }

    /// Traces that changed after so many changes, some of them several times; `None` where that is too long ago to be
    /// remembered.
    pub fn changed_after(&self, changes: u64) -> Option<impl Iterator<Item = TraceId>> {
        self.changes.after(changes)
    }

    /// Number of traces held.
    pub fn trace_count(&self) -> usize {
        self.traces.len()
    }

    /// All services that have spans, in any order.
    pub fn services(&self) -> impl Iterator<Item = ServiceRef<'_>> {
        self.pool.services.ids().filter_map(|id| self.service(ServiceId(id)))
    }

    /// A service by its id.
    pub fn service(&self, id: ServiceId) -> Option<ServiceRef<'_>> {
        let service = self.pool.services.get(id.0).filter(|service| service.spans > 0)?;
        Some(ServiceRef { id, service, pool: &self.pool })
    }

    /// The traces that are never evicted, such as the open one: these and no others.
    pub fn pin(&mut self, ids: &[TraceId]) {
        if self.pinned != ids {
            self.pinned = ids.to_vec();
        }
    }

    /// The counters.
    pub fn totals(&self) -> Totals {
        Totals {
            traces: self.traces.len() as u64,
            failed_traces: self.pool.failed_traces,
            bytes: self.bytes() as u64,
            lines: self.reports.line_count,
            logs: self.output.logs,
            output: self.output.len() as u64,
            problems: self.reports.problem_count,
            ..self.totals
        }
    }

    /// The numbers of the records of output that may be held, and of the one that comes next.
    pub fn records(&self) -> std::ops::Range<u64> {
        self.output.numbers()
    }

    /// A record of the output by its number.
    pub fn record(&self, number: u64) -> Option<RecordRef<'_>> {
        self.output.get(number).map(|record| RecordRef { number, record, pool: &self.pool })
    }

    /// How often records left from the middle of the output, or changed their place in time: while this stands still,
    /// records come at the end and leave at the beginning.
    pub fn record_changes(&self) -> u64 {
        self.output.changes
    }

    /// The log records of a trace: their spans and numbers, in the order in which they came.
    pub fn logs(&self, trace: TraceId) -> impl Iterator<Item = (SpanId, u64)> {
        self.output.of_trace(trace)
    }

    /// Why spans fail, in any order.
    pub fn failures(&self) -> impl Iterator<Item = FailureRef<'_>> {
        self.pool.failures.iter().map(|failure| FailureRef { failure })
    }

    /// The spans that link to a span, as far as they are here: by trace and span.
    pub fn backlinks(&self, trace: TraceId, span: SpanId) -> impl Iterator<Item = (TraceId, SpanId)> {
        let linked = self.pool.backlinks.to((trace, span));
        linked.filter(|(trace, span)| self.trace(*trace).is_some_and(|trace| trace.find(*span).next().is_some()))
    }

    /// The last 100 problems, oldest first.
    pub fn problems(&self) -> impl DoubleEndedIterator<Item = &Problem> {
        self.reports.problems.iter()
    }

    /// The number of the last problem: each has one, and keeps it.
    pub fn last_problem(&self) -> u64 {
        self.reports.last_problem
    }

    fn bytes(&self) -> usize {
        self.trace_bytes + self.traces.bytes() + self.pool.bytes() + self.output.bytes() + self.reports.bytes()
    }
}
