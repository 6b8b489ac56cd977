//! All traces: found by id, evicted in the order in which they first came.

use std::collections::VecDeque;
use std::hash::BuildHasher;

use foldhash::fast::RandomState;

use super::trace::Trace;
use crate::model::TraceId;
use crate::store::tools::shards::Shards;

/// So many of the newest traces are expected to grow.
const OPEN: usize = 64;

/// See the file's head. Traces are walked in their order, which is also how they lie in memory.
#[derive(Debug, Default)]
pub(super) struct Traces {
    // Boxed: a queue keeps up to half of its places empty, and a trace is large.
    queue: VecDeque<Box<Trace>>,
    /// The number of the first place. Numbers go on for ever, around the end of their type.
    first: u32,
    /// The numbers of places by the ids of their traces.
    table: Shards<u32>,
    hasher: RandomState,
}

impl Traces {
    pub(super) fn get(&self, id: TraceId) -> Option<&Trace> {
        self.at(self.number(id)?)
    }

    pub(super) fn get_mut(&mut self, id: TraceId) -> Option<&mut Trace> {
        let place = self.number(id)?.wrapping_sub(self.first);
        self.queue.get_mut(place as usize).map(|trace| &mut **trace)
    }

    /// Adds a trace whose id is not here.
    pub(super) fn add(&mut self, id: TraceId, arrival: u64) {
        let Self { queue, first, table, hasher } = self;
        let number = first.wrapping_add(u32::try_from(queue.len()).unwrap_or(u32::MAX));
        queue.push_back(Box::new(Trace::new(id, arrival)));
        table.insert(hasher.hash_one(id), number, |number| hash(hasher, queue, *first, *number));
    }

    /// Takes out the oldest trace that is not to be kept.
    pub(super) fn remove_oldest(&mut self, pinned: &[TraceId], kept: Option<TraceId>) -> Option<Box<Trace>> {
        let is_kept = |trace: &Trace| Some(trace.id) == kept || pinned.contains(&trace.id);
        let place = self.queue.iter().position(|trace| !is_kept(trace))?;
        // Those before it, as many as are kept at most, move up by one, so that no place is ever empty.
        for before in (0..place).rev() {
            self.swap(before);
        }
        let Self { queue, first, table, hasher } = self;
        let id = queue.front()?.id;
        table.remove(hasher.hash_one(id), |number| number == first, |number| hash(hasher, queue, *first, *number));
        let trace = queue.pop_front()?;
        self.first = first.wrapping_add(1);
        if self.queue.is_empty() {
            *self = Self::default();
        } else if self.queue.len() < self.queue.capacity() / 8 {
            self.queue.shrink_to_fit();
        }
        Some(trace)
    }

    /// Lets a trace that is no longer among the newest give back what it holds in reserve, once in its life: to be called
    /// before each new trace. Gives back the bytes.
    pub(super) fn settle(&mut self) -> usize {
        let settled = self.queue.len().checked_sub(OPEN).and_then(|at| self.queue.get_mut(at));
        let Some(trace) = settled else { return 0 };
        let before = trace.bytes();
        trace.rows.shrink();
        trace.records.shrink();
        before - trace.bytes()
    }

    /// The trace that came last.
    pub(super) fn newest(&self) -> Option<TraceId> {
        self.queue.back().map(|trace| trace.id)
    }

    /// In the order of arrival.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &Trace> {
        self.queue.iter().map(|trace| &**trace)
    }

    /// Those that came after this arrival.
    pub(super) fn after(&self, arrival: u64) -> impl Iterator<Item = &Trace> {
        let from = self.queue.partition_point(|trace| trace.arrival <= arrival);
        self.queue.range(from..).map(|trace| &**trace)
    }

    pub(super) fn len(&self) -> usize {
        self.queue.len()
    }

    /// Heap bytes of table and queue; the traces' own are counted by the store.
    pub(super) fn bytes(&self) -> usize {
        self.table.bytes() + self.queue.capacity() * size_of::<Box<Trace>>()
    }

    fn number(&self, id: TraceId) -> Option<u32> {
        let is_it = |number: &u32| self.at(*number).is_some_and(|trace| trace.id == id);
        self.table.find(self.hasher.hash_one(id), is_it).copied()
    }

    fn at(&self, number: u32) -> Option<&Trace> {
        self.queue.get(number.wrapping_sub(self.first) as usize).map(|trace| &**trace)
    }

    /// Lets the traces of a place and the next change places.
    fn swap(&mut self, place: usize) {
        let Self { queue, first, table, hasher } = self;
        let [a, b] = [place, place + 1].map(|at| first.wrapping_add(u32::try_from(at).unwrap_or(u32::MAX)));
        let [hash_a, hash_b] = [a, b].map(|number| hash(hasher, queue, *first, number));
        queue.swap(place, place + 1);
        // By way of a number that no place has, so that at any time a number is in the table once.
        let free = first.wrapping_sub(1);
        for (hash, from, to) in [(hash_a, a, free), (hash_b, b, a), (hash_a, free, b)] {
            if let Some(number) = table.find_mut(hash, |number| *number == from) {
                *number = to;
            }
        }
    }
}

fn hash(hasher: &RandomState, queue: &VecDeque<Box<Trace>>, first: u32, number: u32) -> u64 {
    queue.get(number.wrapping_sub(first) as usize).map_or(0, |trace| hasher.hash_one(trace.id))
}
