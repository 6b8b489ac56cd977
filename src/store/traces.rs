//! All traces: found by id, evicted in the order in which they first came.

use std::collections::VecDeque;
use std::hash::BuildHasher;

use foldhash::fast::RandomState;

use super::shards::Shards;
use super::trace::Trace;
use crate::model::TraceId;

/// So many of the newest traces are expected to grow.
const OPEN: usize = 64;

/// See the file's head.
#[derive(Debug, Default)]
pub(super) struct Traces {
    // Boxed: a table keeps up to half of its places empty, and a trace is large.
    table: Shards<Box<Trace>>,
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

    /// Adds a trace whose id is not here.
    pub(super) fn add(&mut self, id: TraceId, arrival: u64) {
        let Self { table, order, hasher } = self;
        order.push_back(id);
        table.insert(hasher.hash_one(id), Box::new(Trace::new(id, arrival)), |trace| hasher.hash_one(trace.id));
    }

    /// Takes out the oldest trace that is none of `kept`.
    pub(super) fn remove_oldest(&mut self, kept: [Option<TraceId>; 2]) -> Option<Box<Trace>> {
        let at = self.order.iter().position(|id| !kept.contains(&Some(*id)))?;
        let id = self.order.remove(at)?;
        let Self { table, order, hasher } = self;
        let trace = table.remove(hasher.hash_one(id), |trace| trace.id == id, |trace| hasher.hash_one(trace.id))?;
        if table.is_empty() {
            *self = Self::default();
        } else if order.len() < order.capacity() / 8 {
            order.shrink_to_fit();
        }
        Some(trace)
    }

    /// Lets a trace that is no longer among the newest give back what it holds in reserve, once in its life: to be called
    /// before each new trace. Gives back the bytes.
    pub(super) fn settle(&mut self) -> usize {
        let settled = self.order.len().checked_sub(OPEN).and_then(|at| self.order.get(at)).copied();
        let Some(trace) = settled.and_then(|id| self.get_mut(id)) else { return 0 };
        let before = trace.bytes();
        trace.rows.shrink();
        trace.arena.shrink();
        before - trace.bytes()
    }

    /// The trace that came last.
    pub(super) fn newest(&self) -> Option<TraceId> {
        self.order.back().copied()
    }

    /// In the order in which they came, which is also how they lie in memory: walking them so is twice as fast.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &Trace> {
        self.order.iter().filter_map(|id| self.get(*id))
    }

    pub(super) fn len(&self) -> usize {
        self.table.len()
    }

    /// Heap bytes of table and order; the traces' own are counted by the store.
    pub(super) fn bytes(&self) -> usize {
        self.table.bytes() + self.order.capacity() * size_of::<TraceId>()
    }
}
