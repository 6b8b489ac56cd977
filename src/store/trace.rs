//! One trace: rows, the arena of their records, and what is known of the whole. Rows are only added or replaced in
//! place, never moved, so a row's number is its name.

pub(super) mod arena;
pub(super) mod copies;
pub(super) mod index;
pub(super) mod missing;
pub(super) mod order;
pub(super) mod records;
pub(super) mod row;
pub(super) mod rows;
mod shared;
pub(super) mod summary;

use std::cmp::Ordering;

use super::pool::Pool;
use super::pool::failures::{OwnFailures, Said};
use crate::model::{BatchSpan, Span, SpanBatch, SpanId, TraceId};
use crate::store::trace::copies::Copies;
use crate::store::trace::index::{Index, Place};
use crate::store::trace::missing::Missing;
use crate::store::trace::records::Records;
use crate::store::trace::row::Row;
use crate::store::trace::rows::Rows;
use crate::store::trace::summary::Summary;

/// See the file's head.
#[derive(Debug)]
pub(super) struct Trace {
    pub(super) id: TraceId,
    pub(super) arrival: u64,
    pub(super) revision: u64,
    pub(super) refused: u64,
    pub(super) rows: Rows,
    pub(super) summary: Summary,
    pub(super) records: Records,
    /// How often a span took the place of another.
    pub(super) replaced: u64,
    /// How often a row left and the last one took its number.
    pub(super) removed: u64,
    index: Index,
    /// Spans that share id, service and kind; nothing until two that differ do.
    copies: Option<Box<Copies>>,
    /// Parents that have not arrived, with the number of spans that wait for each.
    missing: Missing,
    failures: OwnFailures,
}

/// A span on its way in: its columns, its packed record, and where both came from.
#[derive(Clone, Copy)]
pub(super) struct Incoming<'a> {
    pub(super) row: Row,
    pub(super) record: &'a [u8],
    pub(super) batch: &'a SpanBatch,
    pub(super) span: &'a BatchSpan,
    /// Spans of the same trace that are to come with the batch, this one included: room is made for all of them at once.
    pub(super) expected: usize,
}

impl Trace {
    pub(super) fn new(id: TraceId, arrival: u64) -> Self {
        Self {
            id,
            arrival,
            revision: 0,
            refused: 0,
            rows: Rows::default(),
            summary: Summary::default(),
            records: Records::default(),
            replaced: 0,
            removed: 0,
            index: Index::default(),
            copies: None,
            missing: Missing::default(),
            failures: OwnFailures::default(),
        }
    }

    /// The bytes that start with a row's record.
    pub(super) fn record(&self, row: &Row) -> &[u8] {
        self.records.of(row)
    }

    pub(super) fn to_span<'a>(&'a self, row: &Row, pool: &'a Pool) -> Span<'a> {
        row.to_span(self.id, self.record(row), &pool.names, &pool.resources)
    }

    pub(super) fn missing_parents(&self) -> usize {
        self.missing.len()
    }

    /// The first span that came with an id, and whether there may be others.
    pub(super) fn find(&self, id: SpanId) -> (Option<u32>, bool) {
        (self.index.first(&self.rows, id.0), id.0 == 0 || self.index.has_twins())
    }

    pub(super) fn shares_ids(&self) -> bool {
        self.index.has_twins()
    }

    /// Whether there is a row with the identity of a span; for a span without an id, an equal one.
    pub(super) fn place(&self, new: &Incoming<'_>, pool: &Pool) -> Place {
        if new.row.is_anonymous() {
            let equal = self.index.anonymous(&self.rows, new.row.key, |row| self.compare(row, new, pool).is_eq());
            return equal.map_or(Place::Free, Place::Taken);
        }
        self.index.place(&self.rows, &new.row, &pool.resources)
    }

    /// Compares the span of a row with one on its way in; the greater is to be kept.
    pub(super) fn compare(&self, row: &Row, new: &Incoming<'_>, pool: &Pool) -> Ordering {
        if row.same(&new.row) && self.record(row).starts_with(new.record) {
            return Ordering::Equal;
        }
        let ends = row.end().cmp(&new.row.end()).then(row.duration.cmp(&new.row.duration));
        ends.then_with(|| order::compare(&self.to_span(row, pool), &new.batch.span(new.span)))
    }

    /// The same for two rows.
    fn order(&self, a: &Row, b: &Row, pool: &Pool) -> Ordering {
        let ends = a.end().cmp(&b.end()).then(a.duration.cmp(&b.duration));
        ends.then_with(|| order::compare(&self.to_span(a, pool), &self.to_span(b, pool)))
    }

    /// How many bytes adding a span will cost, service counts aside. `None` when the trace can hold no more at all.
    pub(super) fn growth(&self, new: &Incoming<'_>) -> Option<usize> {
        u32::try_from(self.rows.len()).ok()?;
        let record = self.records.growth(new.record.len(), new.expected)?;
        Some(self.rows.growth(new.expected) + record + self.index.growth(self.rows.len()))
    }

    /// Adds a span that is not here yet; its row says whether it is a twin. `held` are the bytes of all traces: the first
    /// span counts this one in, the others its change.
    pub(super) fn push(&mut self, new: &Incoming<'_>, pool: &mut Pool, held: &mut usize) {
        let before = if self.rows.is_empty() { 0 } else { self.bytes() };
        let mut row = new.row;
        self.records.add(&mut row, new.record, new.expected);
        self.rows.push(row, new.expected);
        self.index.add_last(&self.rows, &pool.resources);
        if row.is_copy() {
            self.add_copy(&row, pool);
        }
        if !row.is_anonymous() && self.missing.len() > 0 {
            self.missing.remove(row.key);
        }
        self.await_parent(&row);
        self.summary.add(&self.rows, self.rows.len() - 1, pool);
        pool.services.record(row.sample(pool));
        self.fail(&row, new, pool);
        add_links(new, pool);
        *held = *held + self.bytes() - before;
    }

    /// Puts a span in the place of another of the same identity.
    pub(super) fn replace(&mut self, at: u32, new: &Incoming<'_>, pool: &mut Pool) {
        let old = *self.rows.row(at);
        self.replaced += 1;
        let mut row = new.row;
        row.stand_for(&old);
        pool.services.undo(old.sample(pool));
        pool.services.record(row.sample(pool));
        self.unfail(&old, pool);
        self.unlink(&old, pool);
        self.fail(&row, new, pool);
        add_links(new, pool);
        self.records.add(&mut row, new.record, 1);
        if let Some(place) = self.rows.get_mut(at as usize) {
            *place = row;
        }
        self.forget_parent(&old);
        self.await_parent(&row);
        self.summary.replace(&self.rows, &old, at, pool);
        let len = pool.release(old.name, old.resource, self.records.of(&old));
        self.records.forget(&old, len);
        self.records.tidy(&mut self.rows);
    }

    /// Takes the trace itself out of all counts; its spans stay to be dissolved.
    pub(super) fn bury(&mut self, pool: &mut Pool) {
        for count in &self.summary.services {
            pool.services.leave_trace(count.service.0);
            if count.errors > 0 {
                pool.services.turn_trace(count.service.0, false);
            }
        }
        self.failures.clear(&mut pool.failures);
        self.summary.set_errors(0, pool);
        self.index = Index::default();
        self.copies = None;
        self.missing = Missing::default();
        self.summary = Summary::default();
    }

    /// Gives back everything that its last `work` spans hold and takes them out of all counts.
    pub(super) fn dissolve(&mut self, work: usize, pool: &mut Pool) {
        for _ in 0..work {
            let Some(row) = self.rows.pop() else { break };
            pool.services.undo(row.sample(pool));
            self.unlink(&row, pool);
            let len = pool.release(row.name, row.resource, self.records.of(&row));
            self.records.forget(&row, len);
        }
    }

    /// Heap bytes held, the trace itself included.
    pub(super) fn bytes(&self) -> usize {
        size_of::<Self>()
            + self.rows.bytes()
            + self.records.bytes()
            + self.index.bytes()
            + self.copies.as_ref().map_or(0, |copies| size_of::<Copies>() + copies.bytes())
            + self.missing.bytes()
            + self.summary.bytes()
            + self.failures.bytes()
    }

    /// Counts why a new span failed, if it did.
    fn fail(&mut self, row: &Row, new: &Incoming<'_>, pool: &mut Pool) {
        if row.is_error() {
            let service = pool.resources.service(row.resource);
            self.failures.add(Said::new(service, &new.batch.span(new.span)), &mut pool.failures);
        }
    }

    /// The same for a span that leaves.
    pub(in crate::store) fn unfail(&mut self, row: &Row, pool: &mut Pool) {
        if row.is_error() {
            let said = Said::new(pool.resources.service(row.resource), &self.to_span(row, pool));
            self.failures.remove(&said, &mut pool.failures);
        }
    }

    /// What a span that leaves links to.
    pub(in crate::store) fn unlink(&self, row: &Row, pool: &mut Pool) {
        if !row.has_links() {
            return;
        }
        let links = self.to_span(row, pool).links;
        let targets: Vec<_> = links.into_iter().map(|link| (link.trace_id, link.span_id)).collect();
        for target in targets {
            pool.backlinks.remove(target, (self.id, row.span_id()));
        }
    }

    fn await_parent(&mut self, row: &Row) {
        if row.parent != 0 && self.index.first(&self.rows, row.parent).is_none() {
            self.missing.add(row.parent);
        }
    }

    fn forget_parent(&mut self, row: &Row) {
        self.missing.subtract(row.parent);
    }
}

/// Remembers what a new span links to.
fn add_links(new: &Incoming<'_>, pool: &mut Pool) {
    for link in new.batch.links.get(new.span.links.range()).unwrap_or_default() {
        pool.backlinks.add((link.trace_id, link.span_id), (new.span.trace_id, new.span.span_id));
    }
}
