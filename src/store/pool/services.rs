//! Counts and latencies per service and operation, kept as spans come and go. Never looks at spans again.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::{HashMap, HashTable};

use crate::store::pool::histogram::Histogram;
use crate::store::tools::slab::Slab;

/// All services. A service lives as long as a resource refers to it.
#[derive(Debug, Default)]
pub(in crate::store) struct Services {
    entries: Slab<Service>,
    by_name: HashMap<u32, u32, RandomState>,
    /// Heap bytes inside the entries.
    inner: usize,
    hasher: RandomState,
}

/// One service's counts.
#[derive(Debug, Default)]
pub(in crate::store) struct Service {
    pub(in crate::store) name: u32,
    refs: u32,
    pub(in crate::store) traces: u32,
    /// Traces in which a span of it has an error.
    pub(in crate::store) failed: u32,
    pub(in crate::store) spans: u64,
    pub(in crate::store) errors: u64,
    pub(in crate::store) latency: Histogram,
    pub(in crate::store) operations: Operations,
}

/// The operations of a service. A table that things come into and leave doubles now and then, so it holds numbers only.
#[derive(Debug, Default)]
pub(in crate::store) struct Operations {
    list: Slab<Operation>,
    by_name: HashTable<u32>,
}

/// One operation's counts.
#[derive(Debug, Default)]
pub(in crate::store) struct Operation {
    pub(in crate::store) name: u32,
    pub(in crate::store) spans: u64,
    pub(in crate::store) errors: u64,
    pub(in crate::store) latency: Histogram,
}

/// What one span adds to the counts.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) struct Sample {
    pub(in crate::store) service: u32,
    pub(in crate::store) name: u32,
    pub(in crate::store) duration: u64,
    pub(in crate::store) error: bool,
}

impl Services {
    /// The service of an interned name with one more reference, and whether it is new: then it holds the name.
    pub(in crate::store) fn acquire(&mut self, name: u32) -> (u32, bool) {
        if let Some(&id) = self.by_name.get(&name) {
            if let Some(service) = self.entries.get_mut(id) {
                service.refs = service.refs.saturating_add(1);
            }
            return (id, false);
        }
        let id = self.entries.insert(Service { name, refs: 1, ..Service::default() });
        self.by_name.insert(name, id);
        (id, true)
    }

    /// Gives one reference back; the name to release when that was the last.
    pub(in crate::store) fn release(&mut self, id: u32) -> Option<u32> {
        let service = self.entries.get_mut(id)?;
        if service.refs == u32::MAX {
            return None;
        }
        service.refs -= 1;
        if service.refs > 0 {
            return None;
        }
        let service = self.entries.remove(id)?;
        self.inner -= service.bytes();
        self.by_name.remove(&service.name);
        if self.entries.is_empty() {
            *self = Self::default();
        } else if self.by_name.len() < self.by_name.capacity() / 8 {
            self.by_name.shrink_to_fit();
        }
        Some(service.name)
    }

    /// Counts a span in.
    pub(in crate::store) fn record(&mut self, sample: Sample) {
        let Some(service) = self.entries.get_mut(sample.service) else { return };
        self.inner += service.record(sample, &self.hasher);
    }

    /// Counts a span out.
    pub(in crate::store) fn undo(&mut self, sample: Sample) {
        let Some(service) = self.entries.get_mut(sample.service) else { return };
        self.inner -= service.undo(sample, &self.hasher);
    }

    /// One more trace has spans of this service.
    pub(in crate::store) fn enter_trace(&mut self, id: u32) {
        if let Some(service) = self.entries.get_mut(id) {
            service.traces += 1;
        }
    }

    /// A trace with spans of this service is gone.
    pub(in crate::store) fn leave_trace(&mut self, id: u32) {
        if let Some(service) = self.entries.get_mut(id) {
            service.traces -= 1;
        }
    }

    /// A trace in which none of its spans had an error now has one, or the other way round.
    pub(in crate::store) fn turn_trace(&mut self, id: u32, is_failed: bool) {
        if let Some(service) = self.entries.get_mut(id) {
            service.failed = if is_failed { service.failed + 1 } else { service.failed - 1 };
        }
    }

    pub(in crate::store) fn get(&self, id: u32) -> Option<&Service> {
        self.entries.get(id)
    }

    pub(in crate::store) fn ids(&self) -> impl Iterator<Item = u32> {
        self.entries.ids()
    }

    pub(in crate::store) fn bytes(&self) -> usize {
        self.entries.bytes() + self.by_name.allocation_size() + self.inner
    }
}

impl Operations {
    pub(in crate::store) fn iter(&self) -> impl Iterator<Item = &Operation> {
        self.list.iter().map(|(_, operation)| operation)
    }

    fn bytes(&self) -> usize {
        self.list.bytes() + self.by_name.allocation_size()
    }

    /// The operation of a name, new if need be.
    fn acquire(&mut self, name: u32, hasher: &RandomState) -> Option<&mut Operation> {
        let Self { list, by_name } = self;
        let hash = hasher.hash_one(name);
        let known = by_name.find(hash, |id| list.get(*id).is_some_and(|operation| operation.name == name)).copied();
        let id = known.unwrap_or_else(|| {
            let id = list.insert(Operation { name, ..Operation::default() });
            by_name.insert_unique(hash, id, |id| hash_of(list, *id, hasher));
            id
        });
        list.get_mut(id)
    }

    /// Takes a span out of its operation's counts; how many bytes that gave back besides those of the list itself.
    fn undo(&mut self, sample: Sample, hasher: &RandomState) -> usize {
        let Self { list, by_name } = self;
        let is_it = |id: &u32| list.get(*id).is_some_and(|operation| operation.name == sample.name);
        let Ok(entry) = by_name.find_entry(hasher.hash_one(sample.name), is_it) else { return 0 };
        let id = *entry.get();
        let Some(operation) = list.get_mut(id) else { return 0 };
        operation.spans -= 1;
        operation.errors -= u64::from(sample.error);
        operation.latency.remove(sample.duration);
        if operation.spans > 0 {
            return 0;
        }
        entry.remove();
        let latency = list.remove(id).map_or(0, |operation| operation.latency.bytes());
        if by_name.len() < by_name.capacity() / 8 {
            by_name.shrink_to_fit(|id| hash_of(list, *id, hasher));
        }
        latency
    }
}

fn hash_of(list: &Slab<Operation>, id: u32, hasher: &RandomState) -> u64 {
    list.get(id).map_or(0, |operation| hasher.hash_one(operation.name))
}

impl Service {
    fn bytes(&self) -> usize {
        let operations: usize = self.operations.iter().map(|operation| operation.latency.bytes()).sum();
        self.latency.bytes() + self.operations.bytes() + operations
    }

    /// Counts a span in; gives back by how many bytes it grew.
    fn record(&mut self, sample: Sample, hasher: &RandomState) -> usize {
        let before = self.latency.bytes() + self.operations.bytes();
        self.spans += 1;
        self.errors += u64::from(sample.error);
        self.latency.add(sample.duration);
        let Some(operation) = self.operations.acquire(sample.name, hasher) else { return 0 };
        let latency_before = operation.latency.bytes();
        operation.spans += 1;
        operation.errors += u64::from(sample.error);
        operation.latency.add(sample.duration);
        let grown = operation.latency.bytes() - latency_before;
        grown + self.latency.bytes() + self.operations.bytes() - before
    }

    /// Counts a span out; gives back by how many bytes it shrank.
    fn undo(&mut self, sample: Sample, hasher: &RandomState) -> usize {
        let before = self.operations.bytes();
        self.spans -= 1;
        self.errors -= u64::from(sample.error);
        self.latency.remove(sample.duration);
        let latency = self.operations.undo(sample, hasher);
        latency + before - self.operations.bytes()
    }
}
