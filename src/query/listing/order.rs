//! Many entries in one order that takes in and gives up a few of them without moving all: short sorted pieces, one behind
//! the other.

use std::cmp::Ordering;

use crate::query::traces::Point;

/// Entries of a piece, about.
const PIECE: usize = 1_024;

/// A trace at its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    /// What it is sorted by.
    pub(super) key: u64,
    /// The trace's number of arrival.
    pub(super) arrival: u64,
    pub(super) point: Point,
}

/// See the file's head.
#[derive(Debug, Default)]
pub(super) struct Order {
    pieces: Vec<Vec<Entry>>,
    len: usize,
}

impl Order {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Entries from a place on.
    pub(super) fn from(&self, at: usize) -> impl Iterator<Item = &Entry> {
        let mut skip = at;
        let first = self.pieces.iter().position(|piece| match skip.checked_sub(piece.len()) {
            Some(rest) => {
                skip = rest;
                false
            }
            None => true,
        });
        let pieces = first.and_then(|first| self.pieces.get(first..)).unwrap_or_default();
        pieces.iter().flatten().skip(skip)
    }

    /// Gives back the memory of so many pieces; whether that was all. To give back that of a million entries at once takes
    /// longer than a frame.
    pub(super) fn shed(&mut self, pieces: usize) -> bool {
        self.pieces.truncate(self.pieces.len().saturating_sub(pieces));
        self.pieces.is_empty()
    }

    /// Takes in entries that are sorted themselves.
    pub(super) fn add(&mut self, mut run: &[Entry], cmp: &impl Fn(&Entry, &Entry) -> Ordering) {
        self.len += run.len();
        if self.pieces.is_empty() {
            self.pieces = run.chunks(PIECE).map(<[Entry]>::to_vec).collect();
            return;
        }
        let mut at = 0;
        while let Some(first) = run.first() {
            let rest = self.pieces.get(at..).unwrap_or_default();
            // The last piece takes what is behind all.
            let is_before = |piece: &Vec<Entry>| piece.last().is_some_and(|last| cmp(last, first).is_lt());
            at = (at + rest.partition_point(is_before)).min(self.pieces.len() - 1);
            let is_last = at + 1 == self.pieces.len();
            let Some(piece) = self.pieces.get_mut(at) else { break };
            let fits = |entry: &Entry| is_last || piece.last().is_some_and(|last| cmp(entry, last).is_lt());
            let (here, behind) = run.split_at(run.partition_point(fits).max(1));
            run = behind;
            merge(piece, here, cmp);
            if piece.len() > 2 * PIECE {
                let parts: Vec<Vec<Entry>> = piece.chunks(PIECE).map(<[Entry]>::to_vec).collect();
                self.pieces.splice(at..=at, parts);
            }
        }
    }

    /// Takes out the entries that are meant.
    pub(super) fn remove(&mut self, is_meant: impl Fn(&Entry) -> bool) {
        for piece in &mut self.pieces {
            if piece.iter().any(&is_meant) {
                let before = piece.len();
                piece.retain(|entry| !is_meant(entry));
                self.len -= before - piece.len();
            }
        }
        self.pieces.retain(|piece| !piece.is_empty());
        // Pieces that have all become short make one order of few entries long.
        if self.pieces.len() > 4 * (self.len / PIECE) + 16 {
            let all = self.pieces.concat();
            self.pieces = all.chunks(PIECE).map(<[Entry]>::to_vec).collect();
        }
    }

    /// The place of an entry.
    pub(super) fn position(&self, entry: &Entry, cmp: &impl Fn(&Entry, &Entry) -> Ordering) -> Option<usize> {
        let is_before = |piece: &Vec<Entry>| piece.last().is_some_and(|last| cmp(last, entry).is_lt());
        let at = self.pieces.partition_point(is_before);
        let place = self.pieces.get(at)?.binary_search_by(|other| cmp(other, entry)).ok()?;
        let before: usize = self.pieces.iter().take(at).map(Vec::len).sum();
        Some(before + place)
    }
}

/// Puts sorted entries where they belong in a sorted piece. What lies behind each moves once, and in one go.
fn merge(piece: &mut Vec<Entry>, new: &[Entry], cmp: &impl Fn(&Entry, &Entry) -> Ordering) {
    let mut old = piece.len();
    piece.extend_from_slice(new);
    let mut end = piece.len();
    for entry in new.iter().rev() {
        let at = piece.get(..old).map_or(0, |piece| piece.partition_point(|other| cmp(other, entry).is_lt()));
        end -= old - at;
        piece.copy_within(at..old, end);
        end -= 1;
        if let Some(place) = piece.get_mut(end) {
            *place = *entry;
        }
        old = at;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Timestamp, TraceId};
    use proptest::prelude::*;

    fn entry(key: u64) -> Entry {
        let (start, id) = (Timestamp::default(), TraceId(u128::from(key)));
        Entry { key, arrival: key, point: Point { id, start, duration: key, failed: false } }
    }

    fn cmp(a: &Entry, b: &Entry) -> Ordering {
        a.key.cmp(&b.key)
    }

    proptest! {
        #[test]
        fn entries_come_and_go_and_stay_in_order(
            steps in prop::collection::vec((prop::collection::btree_set(0_u64..20_000, 0..3_000), 1_u64..9), 1..6)
        ) {
            let (mut order, mut model) = (Order::default(), std::collections::BTreeSet::new());
            for (keys, gone) in steps {
                let run: Vec<Entry> = keys.iter().filter(|key| !model.contains(*key)).map(|key| entry(*key)).collect();
                order.add(&run, &cmp);
                model.extend(keys);
                order.remove(|entry| entry.key % 9 >= gone);
                model.retain(|key| key % 9 < gone);
                let keys: Vec<u64> = order.from(0).map(|entry| entry.key).collect();
                prop_assert_eq!(&keys, &model.iter().copied().collect::<Vec<_>>());
                prop_assert_eq!(order.len(), keys.len());
                for (at, key) in keys.iter().enumerate().step_by(97) {
                    prop_assert_eq!(order.position(&entry(*key), &cmp), Some(at));
                    prop_assert_eq!(order.from(at).next().map(|entry| entry.key), Some(*key));
                }
                prop_assert!(order.position(&entry(20_001), &cmp).is_none());
            }
        }
    }
}
