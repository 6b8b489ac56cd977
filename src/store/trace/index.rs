//! Finding a span of a trace by its id: a scan while the trace is small, a table of row numbers later.
//!
//! Ids are not unique and may be hostile, so no list of equal ids is ever walked: the first span of an id is filed
//! under the id, later ones ("twins") under id, service and kind, and spans without an id under their content.

use std::hash::BuildHasher;

use crate::model::Kind;
use crate::store::pool::resources::Resources;
use crate::store::tools::shards::Shards;
use crate::store::trace::row::Row;
use crate::store::trace::rows::Rows;
use foldhash::fast::RandomState;

/// Traces shorter than this are scanned.
const SCANNED: usize = 32;

/// Row numbers by identity.
#[derive(Debug, Default)]
pub(in crate::store) struct Index {
    table: Shards<u32>,
    hasher: RandomState,
    twins: u32,
}

/// What stands where a span belongs.
pub(in crate::store) enum Place {
    /// Nothing.
    Free,
    /// Nothing, but another span has its id.
    Twin,
    /// The span of this row.
    Taken(u32),
}

impl Index {
    /// The first span that came with this id.
    pub(in crate::store) fn first(&self, rows: &Rows, id: u64) -> Option<u32> {
        let matches = |row: &Row| row.key == id && !row.is_twin() && !row.is_anonymous();
        self.find(rows, self.hasher.hash_one(id), matches)
    }

    /// Where the span with the id, service and kind of a row is, or would be.
    pub(in crate::store) fn place(&self, rows: &Rows, wanted: &Row, resources: &Resources) -> Place {
        let service = resources.service(wanted.resource);
        let matches = |row: &Row| row.kind() == wanted.kind() && resources.service(row.resource) == service;
        let Some(first) = self.first(rows, wanted.key) else { return Place::Free };
        if rows.get(first as usize).is_some_and(matches) {
            return Place::Taken(first);
        }
        if self.twins == 0 {
            return Place::Twin;
        }
        let hash = self.twin_hash(wanted.key, service, wanted.kind());
        let twin =
            self.find(rows, hash, |row| row.key == wanted.key && row.is_twin() && !row.is_copy() && matches(row));
        twin.map_or(Place::Twin, Place::Taken)
    }

    /// A span without an id whose content hash is the same and that `matches`.
    pub(in crate::store) fn anonymous(&self, rows: &Rows, key: u64, matches: impl Fn(&Row) -> bool) -> Option<u32> {
        let hash = self.hasher.hash_one((key, 0_u8));
        self.find(rows, hash, |row| row.key == key && row.is_anonymous() && matches(row))
    }

    /// Whether any id of the trace is used by more than one span.
    pub(in crate::store) fn has_twins(&self) -> bool {
        self.twins > 0
    }

    /// Files the last row, which was just added.
    pub(in crate::store) fn add_last(&mut self, rows: &Rows, resources: &Resources) {
        self.twins += u32::from(rows.len().checked_sub(1).and_then(|at| rows.get(at)).is_some_and(Row::is_twin));
        if rows.len() < SCANNED {
            return;
        }
        let from = if rows.len() == SCANNED { 0 } else { rows.len() - 1 };
        for at in from..rows.len() {
            // Copies are found by way of the span that came first.
            if rows.get(at).is_none_or(Row::is_copy) {
                continue;
            }
            let number = u32::try_from(at).unwrap_or(u32::MAX);
            let hash = self.hash(rows, number, resources);
            let Self { table, hasher, .. } = self;
            table.insert(hash, number, |&other| hash_of(hasher, rows, other, resources));
        }
    }

    /// Takes note that a copy is to leave and that the last row, which is still there, takes its place.
    pub(in crate::store) fn remove_copy(&mut self, rows: &Rows, at: u32, resources: &Resources) {
        self.twins -= 1;
        let Some(last) = rows.len().checked_sub(1).and_then(|last| u32::try_from(last).ok()) else { return };
        if rows.len() <= SCANNED {
            self.table = Shards::default();
        } else if !rows.row(last).is_copy() {
            let hash = self.hash(rows, last, resources);
            if let Some(number) = self.table.find_mut(hash, |number| *number == last) {
                *number = at;
            }
        }
    }

    /// How many bytes filing one more row may cost.
    pub(in crate::store) fn growth(&self, rows: usize) -> usize {
        if rows + 1 >= SCANNED { self.table.growth() } else { 0 }
    }

    pub(in crate::store) fn bytes(&self) -> usize {
        self.table.bytes()
    }

    fn find(&self, rows: &Rows, hash: u64, matches: impl Fn(&Row) -> bool) -> Option<u32> {
        if rows.len() < SCANNED {
            let at = rows.iter().position(matches)?;
            return u32::try_from(at).ok();
        }
        self.table.find(hash, |&at| rows.get(at as usize).is_some_and(&matches)).copied()
    }

    fn hash(&self, rows: &Rows, at: u32, resources: &Resources) -> u64 {
        hash_of(&self.hasher, rows, at, resources)
    }

    fn twin_hash(&self, id: u64, service: u32, kind: Kind) -> u64 {
        self.hasher.hash_one((id, service, kind))
    }
}

fn hash_of(hasher: &RandomState, rows: &Rows, at: u32, resources: &Resources) -> u64 {
    let Some(row) = rows.get(at as usize) else { return 0 };
    if row.is_anonymous() {
        hasher.hash_one((row.key, 0_u8))
    } else if row.is_twin() {
        hasher.hash_one((row.key, resources.service(row.resource), row.kind()))
    } else {
        hasher.hash_one(row.key)
    }
}
