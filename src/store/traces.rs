//! All traces: found by id, evicted in the order in which they first came.

use std::collections::VecDeque;
use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use super::trace::Trace;
use crate::model::TraceId;

/// See the file's head.
#[derive(Debug, Default)]
pub(super) struct Traces {
    // Boxed: a table keeps up to half of its places empty, and a trace is large.
    table: HashTable<Box<Trace>>,
    order: VecDeque<TraceId>,
    hasher: RandomState,
}

impl Traces {
    pub(super) fn get(&self, id: TraceId) -> Option<&Trace> {
        self.table.find(self.hasher.hash_one(id), |trace| trace.id == id).map(|trace| &**trace)
    }

    pub(super) fn get_mut(&mut self, id: TraceId) -> Option<&mut Trace> {
        self.table.find_mut(self.hasher.hash_one(id), |trace| trace.id == id).map(|trace| &mut **trace)
    }

    /// The trace of an id; made with this arrival number when there is none.
    pub(super) fn get_or_add(&mut self, id: TraceId, arrival: u64) -> &mut Trace {
        let Self { table, order, hasher } = self;
        let entry = table.entry(hasher.hash_one(id), |trace| trace.id == id, |trace| hasher.hash_one(trace.id));
        entry
            .or_insert_with(|| {
                order.push_back(id);
                Box::new(Trace::new(id, arrival))
            })
            .into_mut()
    }

    /// Takes out the oldest trace that is none of `kept`.
    pub(super) fn remove_oldest(&mut self, kept: [Option<TraceId>; 2]) -> Option<Box<Trace>> {
        let at = self.order.iter().position(|id| !kept.contains(&Some(*id)))?;
        let id = self.order.remove(at)?;
        let found = self.table.find_entry(self.hasher.hash_one(id), |trace| trace.id == id).ok()?;
        let trace = found.remove().0;
        if self.table.is_empty() {
            *self = Self::default();
        } else if self.table.len() < self.table.capacity() / 8 {
            self.table.shrink_to_fit(|trace| self.hasher.hash_one(trace.id));
            self.order.shrink_to_fit();
        }
        Some(trace)
    }

    /// The trace that came last.
    pub(super) fn newest(&self) -> Option<TraceId> {
        self.order.back().copied()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Trace> {
        self.table.iter().map(|trace| &**trace)
    }

    pub(super) fn len(&self) -> usize {
        self.table.len()
    }

    /// Heap bytes of table and order; the traces' own are counted by the store.
    pub(super) fn bytes(&self) -> usize {
        self.table.allocation_size() + self.order.capacity() * size_of::<TraceId>()
    }
}
