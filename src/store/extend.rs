//! How a batch enters the store: each span finds its trace and its place, or its counter.

use std::cmp::Ordering;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::Store;
use super::evict::TIDIED;
use super::trace::{Incoming, Trace};
use crate::model::{BatchSpan, SpanBatch, SpanId, TraceId};
use crate::store::trace::index::Place;
use crate::store::trace::row::Row;

/// What became of the spans of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extended {
    /// Spans that were not here.
    pub new: u32,
    /// Spans that were here already, unchanged.
    pub duplicates: u32,
    /// Spans that were here already, different: one of the two was kept.
    pub replaced: u32,
    /// Spans for which there was no room.
    pub refused: u32,
}

/// For so many spans of a batch at most room is made at once.
const MOST_EXPECTED: usize = 256;

/// Memory that is used over and over, empty between two batches.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    record: Vec<u8>,
    /// Store ids of the batch's resources, each with a reference, as far as they were needed.
    resources: Vec<Option<u32>>,
    stale: Vec<TraceId>,
    /// Spans of one trace that follow each other in the batch, those before aside.
    expected: usize,
}

enum Outcome {
    New,
    Duplicate,
    Replaced,
    Refused,
}

impl Store {
    /// Takes in a batch. Over budget, the oldest traces are evicted, one at a time.
    pub fn extend(&mut self, batch: &SpanBatch) -> Extended {
        let mut extended = Extended::default();
        let news = batch.lines.len() + batch.logs.len() + batch.problems.len() + batch.spans.len();
        if news == 0 && batch.more_lines == 0 && batch.more_problems == 0 {
            return extended;
        }
        self.revision += 1;
        self.reports.extend(batch);
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.resources.resize(batch.resources.len() + 1, None);
        for (at, span) in batch.spans.iter().enumerate() {
            if scratch.expected == 0 {
                let rest = batch.spans.get(at..).unwrap_or_default().iter().take(MOST_EXPECTED);
                scratch.expected = rest.take_while(|other| other.trace_id == span.trace_id).count();
                if self.traces.get(span.trace_id).is_some() {
                    self.changes.push(span.trace_id);
                }
            }
            let outcome = self.add(batch, span, &mut scratch);
            scratch.expected -= 1;
            let count = match outcome {
                Outcome::New => &mut extended.new,
                Outcome::Duplicate => &mut extended.duplicates,
                Outcome::Replaced => &mut extended.replaced,
                Outcome::Refused => &mut extended.refused,
            };
            *count += 1;
        }
        self.take_output(batch);
        for id in scratch.stale.drain(..) {
            self.recount(id);
        }
        for id in scratch.resources.drain(..).flatten() {
            self.pool.release_resource(id);
        }
        self.scratch = scratch;
        let last = batch.spans.last().map(|span| span.trace_id).or(self.traces.newest());
        self.make_room(0, last);
        self.tidy(4 * batch.spans.len() + TIDIED);
        self.totals.received += batch.spans.len() as u64;
        self.totals.duplicates += u64::from(extended.duplicates);
        self.totals.replaced += u64::from(extended.replaced);
        self.totals.refused += u64::from(extended.refused);
        extended
    }

    /// Takes in what was logged and printed, behind the spans: it may be told of those.
    fn take_output(&mut self, batch: &SpanBatch) {
        self.output.extend(batch, &mut self.pool);
        let mut last = TraceId::default();
        for log in &batch.logs {
            if log.trace_id != last
                && let Some(trace) = self.traces.get_mut(log.trace_id)
            {
                trace.revision = self.revision;
            }
            last = log.trace_id;
        }
    }

    fn add(&mut self, batch: &SpanBatch, span: &BatchSpan, scratch: &mut Scratch) -> Outcome {
        let resource = self.resource(batch, span, scratch);
        let name = self.pool.pack(batch, span, &mut scratch.record);
        let key = if span.span_id.0 == 0 { fingerprint(batch, span) } else { span.span_id.0 };
        let row = Row::new(span, key, name, resource);
        let mut new = Incoming { row, record: &scratch.record, batch, span, expected: scratch.expected };
        let spare = self.totals.budget.saturating_sub(self.bytes() as u64);
        let known = self.traces.get_mut(span.trace_id);
        let is_first = known.is_none();
        if let Some(trace) = known {
            match trace.place(&new, &self.pool) {
                Place::Taken(first) => {
                    let same = if new.row.is_anonymous() { vec![first] } else { trace.same(first, &new, &self.pool) };
                    if !same.is_empty() {
                        new.expected = 1;
                        return self.settle(same, &new, &mut scratch.stale);
                    }
                    new.row.mark_copy(true);
                }
                Place::Twin => new.row.mark_twin(true),
                Place::Free => {}
            }
            if trace.growth(&new).is_some_and(|needed| needed as u64 <= spare) {
                trace.revision = self.revision;
                trace.push(&new, &mut self.pool, &mut self.trace_bytes);
                self.totals.spans += 1;
                return Outcome::New;
            }
        }
        self.add_making_room(&mut new, is_first)
    }

    /// Adds a span to a trace that is not here yet, or that evicts others to grow.
    fn add_making_room(&mut self, new: &mut Incoming<'_>, is_first: bool) -> Outcome {
        if !self.has_room_for(new) {
            // Perhaps there is room for this one, if not for all that are to come.
            new.expected = 1;
            if !self.has_room_for(new) {
                return self.refuse(new);
            }
        }
        let id = new.span.trace_id;
        if is_first {
            self.arrivals += 1;
            self.trace_bytes -= self.traces.settle();
            self.traces.add(id, self.arrivals);
        }
        let Some(trace) = self.traces.get_mut(id) else { return self.refuse(new) };
        trace.revision = self.revision;
        trace.push(new, &mut self.pool, &mut self.trace_bytes);
        self.totals.spans += 1;
        Outcome::New
    }

    /// The store's id of a span's resource, with a reference for the span.
    fn resource(&mut self, batch: &SpanBatch, span: &BatchSpan, scratch: &mut Scratch) -> u32 {
        let resource = batch.resources.get(span.resource as usize).copied();
        // A span that points nowhere has the empty resource, which is cached in the extra last place.
        let place = if resource.is_some() { span.resource as usize } else { batch.resources.len() };
        let known = scratch.resources.get(place).copied().flatten();
        let id = known
            .unwrap_or_else(|| self.pool.acquire_resource(batch, &resource.unwrap_or_default(), &mut scratch.record));
        if let Some(cached) = scratch.resources.get_mut(place) {
            *cached = Some(id);
        }
        self.pool.resources.retain(id);
        id
    }

    /// Spans that are one with it are here, in these rows: of all of them the greatest stays.
    fn settle(&mut self, rows: Vec<u32>, new: &Incoming<'_>, stale: &mut Vec<TraceId>) -> Outcome {
        let at = self.put_together(rows, new, stale);
        let id = new.span.trace_id;
        let Some(trace) = self.traces.get(id) else { return self.refuse(new) };
        match trace.compare(trace.rows.row(at), new, &self.pool) {
            Ordering::Equal => {
                self.pool.release(new.row.name, new.row.resource, new.record);
                return Outcome::Duplicate;
            }
            Ordering::Greater => {
                self.pool.release(new.row.name, new.row.resource, new.record);
                return Outcome::Replaced;
            }
            Ordering::Less => {}
        }
        if !self.has_room_for(new) {
            return self.refuse(new);
        }
        let Some(trace) = self.traces.get_mut(id) else { return self.refuse(new) };
        let before = trace.bytes();
        let was_stale = trace.summary.stale;
        trace.replace(at, new, &mut self.pool);
        trace.revision = self.revision;
        self.trace_bytes = self.trace_bytes + trace.bytes() - before;
        if trace.summary.stale && !was_stale {
            stale.push(id);
        }
        Outcome::Replaced
    }

    /// Makes one row of those that a span is one with; gives back its number.
    fn put_together(&mut self, mut rows: Vec<u32>, new: &Incoming<'_>, stale: &mut Vec<TraceId>) -> u32 {
        let id = new.span.trace_id;
        let Some(trace) = self.traces.get_mut(id) else { return 0 };
        // The one that the index knows stays where it is. The others leave from the end, so that no number changes that is
        // still needed.
        rows.sort_unstable_by_key(|at| (trace.rows.row(*at).is_copy(), *at));
        let Some((&first, gone)) = rows.split_first() else { return 0 };
        let mut kept = first;
        let is_equal = gone.is_empty() && trace.compare(trace.rows.row(kept), new, &self.pool).is_eq();
        if new.row.is_anonymous() || is_equal {
            return kept;
        }
        let before = trace.bytes();
        trace.remember(kept, new, &self.pool);
        for at in gone.iter().rev() {
            kept = trace.put_together(kept, *at, &mut self.pool);
            self.totals.spans -= 1;
            self.totals.replaced += 1;
            trace.revision = self.revision;
            stale.push(id);
        }
        self.trace_bytes = self.trace_bytes + trace.bytes() - before;
        kept
    }

    fn refuse(&mut self, new: &Incoming<'_>) -> Outcome {
        self.pool.release(new.row.name, new.row.resource, new.record);
        if let Some(trace) = self.traces.get_mut(new.span.trace_id) {
            trace.refused += 1;
            trace.revision = self.revision;
        }
        Outcome::Refused
    }

    /// Whether a span fits, once older traces have made room for it.
    fn has_room_for(&mut self, new: &Incoming<'_>) -> bool {
        let id = new.span.trace_id;
        // A new trace costs about its own size more: its place in the table and in the order.
        let needed = match self.traces.get(id) {
            Some(trace) => trace.growth(new),
            None => Trace::new(id, 0).growth(new).map(|first| 2 * size_of::<Trace>() + first),
        };
        // What can never fit is not worth evicting anything for.
        needed.is_some_and(|needed| needed as u64 <= self.totals.budget && self.make_room(needed, Some(id)))
    }

    fn recount(&mut self, id: TraceId) {
        if let Some(trace) = self.traces.get_mut(id) {
            trace.summary.recount(&trace.rows, &self.pool);
        }
    }
}

/// A hash of everything a span without an id says: the same in every run.
fn fingerprint(batch: &SpanBatch, span: &BatchSpan) -> u64 {
    let mut span = batch.span(span);
    span.parent_id = span.parent_id.and_then(SpanId::non_zero);
    let mut hasher = DefaultHasher::new();
    format!("{span:?}").hash(&mut hasher);
    hasher.finish()
}
