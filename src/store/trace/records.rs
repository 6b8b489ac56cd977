//! The packed records of a trace's rows: in one arena, or in two while they move out of one that is mostly waste. They move
//! a few at a time, with each span that takes the place of another, so that it never takes long.

use crate::store::record::unpack::Pieces;
use crate::store::trace::arena::Arena;
use crate::store::trace::row::Row;
use crate::store::trace::rows::Rows;

/// Records that move at a time.
const MOVED: usize = 256;

/// See the file's head.
#[derive(Debug, Default)]
pub(in crate::store) struct Records {
    pub(in crate::store) arena: Arena,
    old: Option<Box<Old>>,
    /// Rows that do not say the same have their records in the old arena.
    turn: bool,
}

#[derive(Debug)]
struct Old {
    arena: Arena,
    /// So many rows have been looked at.
    seen: usize,
}

impl Records {
    /// The bytes that start with a row's record.
    pub(in crate::store) fn of(&self, row: &Row) -> &[u8] {
        match &self.old {
            Some(old) if row.turn() != self.turn => old.arena.at(row.offset),
            _ => self.arena.at(row.offset),
        }
    }

    /// Adds a row's record, with room for as many as are expected, it included.
    pub(in crate::store) fn add(&mut self, row: &mut Row, record: &[u8], expected: usize) {
        row.offset = self.arena.push(record, expected);
        row.set_turn(self.turn);
    }

    /// Moves a row's record out of the old arena, if it is there, so that the row itself may be moved.
    pub(in crate::store) fn fetch(&mut self, rows: &mut Rows, at: usize) {
        let (Some(old), Some(row)) = (&mut self.old, rows.get_mut(at)) else { return };
        if row.turn() == self.turn {
            return;
        }
        let bytes = old.arena.at(row.offset);
        let record = bytes.get(..Pieces::record_len(bytes)).unwrap_or_default();
        let offset = self.arena.push(record, 1);
        old.arena.forget(row.offset, record.len());
        row.offset = offset;
        row.set_turn(self.turn);
    }

    /// Takes note that a row's record, of `len` bytes, is gone.
    pub(in crate::store) fn forget(&mut self, row: &Row, len: usize) {
        match &mut self.old {
            Some(old) if row.turn() != self.turn => old.arena.forget(row.offset, len),
            _ => self.arena.forget(row.offset, len),
        }
    }

    /// Moves some records, when the arena is mostly waste.
    pub(in crate::store) fn tidy(&mut self, rows: &mut Rows) {
        if self.old.is_none() {
            if !self.arena.is_wasteful() {
                return;
            }
            self.old = Some(Box::new(Old { arena: std::mem::take(&mut self.arena), seen: 0 }));
            self.turn = !self.turn;
        }
        let Some(seen) = self.old.as_ref().map(|old| old.seen) else { return };
        let to = rows.len().min(seen + MOVED);
        for at in seen..to {
            self.fetch(rows, at);
        }
        if to == rows.len() {
            self.old = None;
        } else if let Some(old) = &mut self.old {
            old.seen = to;
        }
    }

    /// How many bytes one more record of `len` bytes may cost; `None` when there is no position left for it.
    pub(in crate::store) fn growth(&self, len: usize, expected: usize) -> Option<usize> {
        self.arena.growth(len, expected)
    }

    pub(in crate::store) fn bytes(&self) -> usize {
        self.arena.bytes() + self.old.as_ref().map_or(0, |old| size_of::<Old>() + old.arena.bytes())
    }

    /// Gives back what is held in reserve.
    pub(in crate::store) fn shrink(&mut self) {
        self.arena.shrink();
    }
}
