//! Parents that have not arrived, with the number of spans that wait for each.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;

use super::shards::Shards;

/// See the file's head.
#[derive(Debug, Default)]
pub(super) struct Missing {
    ids: Shards<(u64, u32)>,
    hasher: RandomState,
}

impl Missing {
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// One more span waits for a parent.
    pub(super) fn add(&mut self, id: u64) {
        let Self { ids, hasher } = self;
        let hash = hasher.hash_one(id);
        match ids.find_mut(hash, |entry| entry.0 == id) {
            Some(entry) => entry.1 += 1,
            None => ids.insert(hash, (id, 1), |entry| hasher.hash_one(entry.0)),
        }
    }

    /// One span less waits for a parent.
    pub(super) fn subtract(&mut self, id: u64) {
        let found = self.ids.find_mut(self.hasher.hash_one(id), |entry| entry.0 == id);
        let Some(waiting) = found else { return };
        waiting.1 -= 1;
        if waiting.1 == 0 {
            self.remove(id);
        }
    }

    /// A parent has arrived.
    pub(super) fn remove(&mut self, id: u64) {
        let Self { ids, hasher } = self;
        ids.remove(hasher.hash_one(id), |entry| entry.0 == id, |entry| hasher.hash_one(entry.0));
    }

    pub(super) fn bytes(&self) -> usize {
        self.ids.bytes()
    }
}
