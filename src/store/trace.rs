//! One trace: rows, the arena of their records, and what is known of the whole. Rows are only added or replaced in
//! place, never moved, so a row's number is its name.

use std::cmp::Ordering;

use foldhash::fast::RandomState;
use hashbrown::HashMap;

use super::index::Index;
use super::order;
use super::pool::Pool;
use super::row::{NOTHING, Row};
use super::summary::Summary;
use super::unpack::Pieces;
use crate::model::{BatchSpan, Span, SpanBatch, SpanId, TraceId};

/// Arenas and row lists of more bytes than this grow by an eighth, smaller ones by a quarter.
const LARGE: usize = 1 << 10;

/// See the file's head.
#[derive(Debug)]
pub(super) struct Trace {
    pub(super) id: TraceId,
    pub(super) arrival: u64,
    pub(super) revision: u64,
    pub(super) refused: u64,
    pub(super) rows: Vec<Row>,
    pub(super) summary: Summary,
    arena: Vec<u8>,
    /// Bytes of the arena that belong to replaced spans.
    waste: usize,
    index: Index,
    /// Parents that have not arrived, with the number of spans that wait for each.
    missing: HashMap<u64, u32, RandomState>,
}

/// A span on its way in: its columns, its packed record, and where both came from.
#[derive(Clone, Copy)]
pub(super) struct Incoming<'a> {
    pub(super) row: Row,
    pub(super) record: &'a [u8],
    pub(super) batch: &'a SpanBatch,
    pub(super) span: &'a BatchSpan,
}

impl Trace {
    pub(super) fn new(id: TraceId, arrival: u64) -> Self {
        Self {
            id,
            arrival,
            revision: 0,
            refused: 0,
            rows: Vec::new(),
            summary: Summary::default(),
            arena: Vec::new(),
            waste: 0,
            index: Index::default(),
            missing: HashMap::default(),
        }
    }

    pub(super) fn row(&self, at: u32) -> &Row {
        self.rows.get(at as usize).unwrap_or(&NOTHING)
    }

    /// The bytes that start with a row's record.
    pub(super) fn record(&self, row: &Row) -> &[u8] {
        self.arena.get(row.offset as usize..).unwrap_or_default()
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

    /// The row with the identity of a span; for a span without an id, an equal one.
    pub(super) fn same(&self, new: &Incoming<'_>, pool: &Pool) -> Option<u32> {
        if new.row.is_anonymous() {
            return self.index.anonymous(&self.rows, new.row.key, |row| self.compare(row, new, pool).is_eq());
        }
        self.index.same(&self.rows, &new.row, &pool.resources)
    }

    /// Compares the span of a row with one on its way in; the greater is to be kept.
    pub(super) fn compare(&self, row: &Row, new: &Incoming<'_>, pool: &Pool) -> Ordering {
        if row.same(&new.row) && self.record(row).starts_with(new.record) {
            return Ordering::Equal;
        }
        let ends = row.end().cmp(&new.row.end()).then(row.duration.cmp(&new.row.duration));
        ends.then_with(|| order::compare(&self.to_span(row, pool), &new.batch.span(new.span)))
    }

    /// How many bytes adding a span with a record of this length will cost, service counts aside.
    /// `None` when the trace can hold no more at all.
    pub(super) fn growth(&self, record: usize) -> Option<usize> {
        let arena = self.arena.len() + record;
        if u32::try_from(arena).is_err() || u32::try_from(self.rows.len()).is_err() {
            return None;
        }
        let rows = more(&self.rows, 1, size_of::<Row>());
        Some(rows * size_of::<Row>() + more(&self.arena, record, 1) + self.index.growth(self.rows.len()))
    }

    /// Adds a span that is not here yet.
    pub(super) fn push(&mut self, new: &Incoming<'_>, pool: &mut Pool) {
        let mut row = new.row;
        row.mark_twin(!row.is_anonymous() && self.index.first(&self.rows, row.key).is_some());
        row.offset = self.append(new.record);
        self.rows.reserve_exact(more(&self.rows, 1, size_of::<Row>()));
        self.rows.push(row);
        self.index.add_last(&self.rows, &pool.resources);
        if !row.is_anonymous() && !self.missing.is_empty() {
            self.missing.remove(&row.key);
        }
        self.await_parent(&row);
        self.summary.add(&self.rows, self.rows.len() - 1, pool);
        pool.services.record(pool.sample(&row));
    }

    /// Puts a span in the place of another of the same identity.
    pub(super) fn replace(&mut self, at: u32, new: &Incoming<'_>, pool: &mut Pool) {
        let old = *self.row(at);
        let mut row = new.row;
        row.mark_twin(old.is_twin());
        pool.services.undo(pool.sample(&old));
        pool.services.record(pool.sample(&row));
        row.offset = self.append(new.record);
        if let Some(place) = self.rows.get_mut(at as usize) {
            *place = row;
        }
        self.forget_parent(&old);
        self.await_parent(&row);
        self.summary.replace(&self.rows, &old, at, pool);
        self.waste += pool.release(&old, self.arena.get(old.offset as usize..).unwrap_or_default());
        if self.waste > self.arena.len() / 2 {
            self.compact();
        }
    }

    /// Gives back everything the spans hold and takes them out of all counts.
    pub(super) fn dissolve(self, pool: &mut Pool) {
        for row in &self.rows {
            pool.services.undo(pool.sample(row));
        }
        for count in &self.summary.services {
            pool.services.leave_trace(count.service.0);
        }
        for row in &self.rows {
            pool.release(row, self.record(row));
        }
    }

    /// Heap bytes held, the trace itself included.
    pub(super) fn bytes(&self) -> usize {
        size_of::<Self>()
            + self.rows.capacity() * size_of::<Row>()
            + self.arena.capacity()
            + self.index.bytes()
            + self.missing.allocation_size()
            + self.summary.bytes()
    }

    fn append(&mut self, record: &[u8]) -> u32 {
        let offset = u32::try_from(self.arena.len()).unwrap_or(u32::MAX);
        self.arena.reserve_exact(more(&self.arena, record.len(), 1));
        self.arena.extend_from_slice(record);
        offset
    }

    fn await_parent(&mut self, row: &Row) {
        if row.parent != 0 && self.index.first(&self.rows, row.parent).is_none() {
            *self.missing.entry(row.parent).or_default() += 1;
        }
    }

    fn forget_parent(&mut self, row: &Row) {
        let Some(waiting) = self.missing.get_mut(&row.parent) else { return };
        *waiting -= 1;
        if *waiting == 0 {
            self.missing.remove(&row.parent);
        }
    }

    /// Writes the arena anew without the records that nobody points at.
    fn compact(&mut self) {
        let mut arena = Vec::new();
        arena.reserve_exact(self.arena.len() - self.waste);
        for row in &mut self.rows {
            let bytes = self.arena.get(row.offset as usize..).unwrap_or_default();
            row.offset = u32::try_from(arena.len()).unwrap_or(u32::MAX);
            arena.extend_from_slice(bytes.get(..Pieces::record_len(bytes)).unwrap_or_default());
        }
        self.arena = arena;
        self.waste = 0;
    }
}

/// By how many elements of `size` bytes a list must grow to take `needed` more; 0 when it has the room.
fn more<T>(list: &Vec<T>, needed: usize, size: usize) -> usize {
    if list.capacity() - list.len() >= needed {
        return 0;
    }
    let share = if list.len() * size > LARGE { 8 } else { 4 };
    (list.len() / share).max(needed).max(128 / size)
}
