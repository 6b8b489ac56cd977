//! Resources: what processes say of themselves, kept once per distinct content and counted.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use crate::store::tools::slab::Slab;

/// All resources. Every id handed out holds one reference, given back with [`Resources::release`].
#[derive(Debug, Default)]
pub(in crate::store) struct Resources {
    entries: Slab<Entry>,
    table: HashTable<u32>,
    packed: usize,
    hasher: RandomState,
    /// Insertions so far.
    births: u32,
}

/// A resource: its service and its attributes, packed.
#[derive(Debug)]
pub(in crate::store) struct Entry {
    pub(in crate::store) packed: Box<[u8]>,
    pub(in crate::store) service: u32,
    pub(in crate::store) service_name: u32,
    refs: u32,
    /// Which insertion made it.
    born: u32,
}

impl Resources {
    /// An equal resource that is already here, with one more reference.
    pub(in crate::store) fn acquire(&mut self, service: u32, packed: &[u8]) -> Option<u32> {
        let hash = self.hasher.hash_one((service, packed));
        let same = |entry: &Entry| entry.service == service && *entry.packed == *packed;
        let id = *self.table.find(hash, |&id| self.entries.get(id).is_some_and(same))?;
        self.retain(id);
        Some(id)
    }

    /// Adds a resource that is not here, with one reference.
    pub(in crate::store) fn insert(&mut self, service: u32, service_name: u32, packed: &[u8]) -> u32 {
        let hash = self.hasher.hash_one((service, packed));
        self.packed += packed.len();
        self.births = self.births.saturating_add(1);
        let id =
            self.entries.insert(Entry { packed: packed.into(), service, service_name, refs: 1, born: self.births });
        let (entries, hasher) = (&self.entries, &self.hasher);
        self.table.insert_unique(hash, id, |&id| hash_of(entries, hasher, id));
        id
    }

    /// Insertions so far; stands still at the limit.
    pub(in crate::store) fn births(&self) -> u32 {
        self.births
    }

    /// Every resource that came after so many insertions.
    pub(in crate::store) fn born_after(&self, births: u32) -> impl Iterator<Item = (u32, &Entry)> {
        self.entries.iter().filter(move |(_, entry)| entry.born > births || entry.born == u32::MAX)
    }

    pub(in crate::store) fn retain(&mut self, id: u32) {
        if let Some(entry) = self.entries.get_mut(id) {
            entry.refs = entry.refs.saturating_add(1);
        }
    }

    /// Gives one reference back; the entry when that was the last.
    pub(in crate::store) fn release(&mut self, id: u32) -> Option<Entry> {
        let entry = self.entries.get_mut(id)?;
        if entry.refs == u32::MAX {
            return None;
        }
        entry.refs -= 1;
        if entry.refs > 0 {
            return None;
        }
        let hash = hash_of(&self.entries, &self.hasher, id);
        if let Ok(found) = self.table.find_entry(hash, |&other| other == id) {
            found.remove();
        }
        let entry = self.entries.remove(id)?;
        self.packed -= entry.packed.len();
        if self.entries.is_empty() {
            *self = Self { births: self.births, ..Self::default() };
        } else if self.table.len() < self.table.capacity() / 8 {
            let (entries, hasher) = (&self.entries, &self.hasher);
            self.table.shrink_to_fit(|&id| hash_of(entries, hasher, id));
        }
        Some(entry)
    }

    pub(in crate::store) fn service(&self, id: u32) -> u32 {
        self.entries.get(id).map_or(u32::MAX, |entry| entry.service)
    }

    pub(in crate::store) fn service_name(&self, id: u32) -> u32 {
        self.entries.get(id).map_or(u32::MAX, |entry| entry.service_name)
    }

    pub(in crate::store) fn packed(&self, id: u32) -> &[u8] {
        self.entries.get(id).map_or(&[], |entry| &entry.packed)
    }

    pub(in crate::store) fn bytes(&self) -> usize {
        self.entries.bytes() + self.table.allocation_size() + self.packed
    }

    #[cfg(test)]
    pub(in crate::store) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

fn hash_of(entries: &Slab<Entry>, hasher: &RandomState, id: u32) -> u64 {
    entries.get(id).map_or(0, |entry| hasher.hash_one((entry.service, &*entry.packed)))
}
