//! Spans of a trace that share id, service and kind: kept apart where they are not one span, put together where they are.

use super::{Incoming, Trace};
use crate::store::pool::Pool;
use crate::store::trace::copies::{Copies, Key, Member};
use crate::store::trace::index::Place;
use crate::store::trace::row::Row;

impl Trace {
    /// The rows that a span is one with; `first` is the row that has its id, service and kind in the index.
    pub(in crate::store) fn same(&self, first: u32, new: &Incoming<'_>, pool: &Pool) -> Vec<u32> {
        let (key, member) = (key(&new.row, pool), member(&new.row, pool));
        if let Some(copies) = self.copies.as_ref().filter(|copies| !copies.is_unknown(key)) {
            return copies.rows(key, member);
        }
        let mut alone = Copies::default();
        alone.add(key, self::member(self.rows.row(first), pool), first);
        alone.rows(key, member)
    }

    /// Remembers a span that was here already in another form, or in several that it joins: `at` shows them all.
    pub(in crate::store) fn remember(&mut self, at: u32, new: &Incoming<'_>, pool: &Pool) {
        let (key, shown, new) = (key(&new.row, pool), member(self.rows.row(at), pool), member(&new.row, pool));
        let is_unknown = self.copies.as_ref().is_none_or(|copies| copies.is_unknown(key));
        if is_unknown && (shown.name, shown.start) == (new.name, new.start) {
            // A finished copy of an unfinished span, as it usually is: the one that ends later says all there is to know.
            return;
        }
        let copies = self.copies.get_or_insert_default();
        if is_unknown {
            copies.add(key, shown, at);
        }
        copies.join(key, new, at);
    }

    /// Takes note of the last row, which shares its key with others and is none of them.
    pub(super) fn add_copy(&mut self, row: &Row, pool: &Pool) {
        let Place::Taken(first) = self.index.place(&self.rows, row, &pool.resources) else { return };
        let last = u32::try_from(self.rows.len() - 1).unwrap_or(u32::MAX);
        let key = key(row, pool);
        let copies = self.copies.get_or_insert_default();
        if copies.is_unknown(key) {
            copies.add(key, member(self.rows.row(first), pool), first);
        }
        copies.add(key, member(row, pool), last);
    }

    /// Shows what two rows show in the first of them alone, the greater of the two; the other one, a copy, leaves. Gives
    /// back where the first is then.
    pub(in crate::store) fn put_together(&mut self, kept: u32, gone: u32, pool: &mut Pool) -> u32 {
        let [a, b] = [kept, gone].map(|at| *self.rows.row(at));
        if self.order(&a, &b, pool).is_lt() {
            self.records.fetch(&mut self.rows, kept as usize);
            self.records.fetch(&mut self.rows, gone as usize);
            let [a, b] = [kept, gone].map(|at| *self.rows.row(at));
            for (at, mut row, place) in [(kept, b, a), (gone, a, b)] {
                row.stand_for(&place);
                if let Some(old) = self.rows.get_mut(at as usize) {
                    *old = row;
                }
            }
        }
        let last = self.rows.len() - 1;
        self.remove_copy(gone, pool);
        if kept as usize == last { gone } else { kept }
    }

    fn remove_copy(&mut self, at: u32, pool: &mut Pool) {
        let row = *self.rows.row(at);
        debug_assert!(row.is_copy(), "only copies leave");
        let last = self.rows.len() - 1;
        self.records.fetch(&mut self.rows, last);
        self.index.remove_copy(&self.rows, at, &pool.resources);
        let moved = self.rows.get(last).filter(|_| at as usize != last);
        if let Some((copies, moved)) = self.copies.as_mut().zip(moved) {
            copies.moved(key(moved, pool), member(moved, pool), at);
        }
        self.rows.swap_remove(at as usize);
        self.missing.subtract(row.parent);
        self.summary.remove(&row, pool);
        pool.services.undo(row.sample(pool));
        self.unfail(&row, pool);
        self.unlink(&row, pool);
        let len = pool.release(row.name, row.resource, self.records.of(&row));
        self.records.forget(&row, len);
        self.replaced += 1;
        self.removed += 1;
    }

    /// How many spans are shown that share a row's id, service and kind, itself included.
    pub(in crate::store) fn copies_of(&self, row: &Row, pool: &Pool) -> u32 {
        self.copies.as_ref().map_or(1, |copies| copies.shown(key(row, pool)))
    }

    /// Spans that are shown beside others with their id, service and kind.
    pub(in crate::store) fn shared_ids(&self) -> u32 {
        self.copies.as_ref().map_or(0, |copies| copies.shared())
    }
}

fn key(row: &Row, pool: &Pool) -> Key {
    (row.key, pool.resources.service(row.resource), row.kind())
}

fn member(row: &Row, pool: &Pool) -> Member {
    Member { name: pool.name_hash(row.name), start: row.start, end: row.end().0 }
}
