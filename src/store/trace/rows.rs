//! The rows of a trace in chunks: adding one never moves more than a chunk, and they leave from the end, memory too.

use crate::store::trace::row::{NOTHING, Row};

/// Rows of a full chunk.
const CHUNK: usize = 1 << 12;

/// See the file's head.
#[derive(Debug, Default)]
pub(in crate::store) struct Rows {
    full: Vec<Vec<Row>>,
    last: Vec<Row>,
}

impl Rows {
    pub(in crate::store) fn len(&self) -> usize {
        self.full.len() * CHUNK + self.last.len()
    }

    pub(in crate::store) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(in crate::store) fn get(&self, at: usize) -> Option<&Row> {
        self.full.get(at / CHUNK).unwrap_or(&self.last).get(at % CHUNK)
    }

    pub(in crate::store) fn get_mut(&mut self, at: usize) -> Option<&mut Row> {
        self.full.get_mut(at / CHUNK).unwrap_or(&mut self.last).get_mut(at % CHUNK)
    }

    /// How many rows from the start `is_before` holds for; it must hold for no row after one for which it does not.
    pub(in crate::store) fn partition_point(&self, is_before: impl Fn(&Row) -> bool) -> usize {
        let full = self.full.partition_point(|chunk| chunk.last().is_some_and(&is_before));
        full * CHUNK + self.full.get(full).unwrap_or(&self.last).partition_point(is_before)
    }

    /// A row that is known to be there.
    pub(in crate::store) fn row(&self, at: u32) -> &Row {
        debug_assert!((at as usize) < self.len(), "row {at} of {}", self.len());
        self.get(at as usize).unwrap_or(&NOTHING)
    }

    /// The rows in pieces, in order.
    pub(in crate::store) fn chunks(&self) -> impl Iterator<Item = &[Row]> {
        self.full.iter().chain([&self.last]).map(Vec::as_slice)
    }

    pub(in crate::store) fn iter(&self) -> impl Iterator<Item = &Row> {
        self.chunks().flatten()
    }

    /// Adds a row, with room for as many as are expected, it included.
    pub(in crate::store) fn push(&mut self, row: Row, expected: usize) {
        if self.last.len() == CHUNK {
            if self.full.len() == self.full.capacity() {
                self.full.reserve_exact(self.list_growth());
            }
            self.full.push(std::mem::take(&mut self.last));
        }
        self.last.reserve_exact(self.more(expected));
        self.last.push(row);
    }

    /// Takes the last row out; its chunk gives its memory back when that was the only one.
    pub(in crate::store) fn pop(&mut self) -> Option<Row> {
        if self.last.is_empty() {
            self.last = self.full.pop()?;
        }
        let row = self.last.pop();
        if self.last.is_empty() {
            self.last = Vec::new();
        }
        row
    }

    /// Takes a row out; the last one takes its place.
    pub(in crate::store) fn swap_remove(&mut self, at: usize) -> Option<Row> {
        let last = self.pop()?;
        if at == self.len() {
            return Some(last);
        }
        self.get_mut(at).map(|place| std::mem::replace(place, last))
    }

    /// How many bytes one more row may cost.
    pub(in crate::store) fn growth(&self, expected: usize) -> usize {
        if self.last.len() == CHUNK {
            return CHUNK * size_of::<Row>() + self.list_growth() * size_of::<Vec<Row>>();
        }
        self.more(expected) * size_of::<Row>()
    }

    pub(in crate::store) fn bytes(&self) -> usize {
        let rows = self.full.len() * CHUNK + self.last.capacity();
        rows * size_of::<Row>() + self.full.capacity() * size_of::<Vec<Row>>()
    }

    /// Gives back what the last chunk holds in reserve.
    pub(in crate::store) fn shrink(&mut self) {
        self.last.shrink_to_fit();
    }

    fn list_growth(&self) -> usize {
        self.full.len() / 8 + 2
    }

    /// What later chunks grow by: at once to their full size when they are a small part of the whole.
    fn step(&self) -> usize {
        if self.full.len() < 4 { CHUNK / 8 } else { CHUNK }
    }

    /// By how many rows the last chunk grows for one more.
    fn more(&self, expected: usize) -> usize {
        let len = self.last.len();
        if len < self.last.capacity() {
            return 0;
        }
        let wanted = if self.full.is_empty() { len / if len > 20 { 8 } else { 4 } } else { self.step() };
        wanted.max(expected).max(2).min(CHUNK - len)
    }
}
