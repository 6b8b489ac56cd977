//! Parents that have not arrived, with the number of spans that wait for each.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;

use crate::store::tools::shards::Shards;

/// See the file's head. Most traces never need it, so it is nothing until then.
#[derive(Debug, Default)]
pub(in crate::store) struct Missing {
    ids: Option<Box<Ids>>,
}

#[derive(Debug, Default)]
struct Ids {
    table: Shards<(u64, u32)>,
    hasher: RandomState,
}

impl Missing {
    pub(in crate::store) fn len(&self) -> usize {
        self.ids.as_ref().map_or(0, |ids| ids.table.len())
    }

    /// One more span waits for a parent.
    pub(in crate::store) fn add(&mut self, id: u64) {
        let Ids { table, hasher } = &mut **self.ids.get_or_insert_default();
        let hash = hasher.hash_one(id);
        match table.find_mut(hash, |entry| entry.0 == id) {
            Some(entry) => entry.1 += 1,
            None => table.insert(hash, (id, 1), |entry| hasher.hash_one(entry.0)),
        }
    }

    /// One span less waits for a parent.
    pub(in crate::store) fn subtract(&mut self, id: u64) {
        let Some(ids) = &mut self.ids else { return };
        let found = ids.table.find_mut(ids.hasher.hash_one(id), |entry| entry.0 == id);
        let Some(waiting) = found else { return };
        waiting.1 -= 1;
        if waiting.1 == 0 {
            self.remove(id);
        }
    }

    /// A parent has arrived.
    pub(in crate::store) fn remove(&mut self, id: u64) {
        let Some(ids) = &mut self.ids else { return };
        let Ids { table, hasher } = &mut **ids;
        table.remove(hasher.hash_one(id), |entry| entry.0 == id, |entry| hasher.hash_one(entry.0));
    }

    pub(in crate::store) fn bytes(&self) -> usize {
        self.ids.as_ref().map_or(0, |ids| size_of::<Ids>() + ids.table.bytes())
    }
}
