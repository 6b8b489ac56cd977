//! Why spans fail: for each service the failures that are alike, and how many traces have them. Counted as spans come, undone
//! as they leave.

use std::hash::BuildHasher;
use std::mem::size_of;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use crate::model::{STATUS_CODE, Span, alike};
use crate::store::tools::slab::Slab;

/// More kinds of failures than this are not told apart: texts that never repeat tell nothing.
const MOST: usize = 1 << 12;

/// All failures.
#[derive(Debug, Default)]
pub(in crate::store) struct Failures {
    list: Slab<Failure>,
    by_key: HashTable<u32>,
    hasher: RandomState,
    /// Heap bytes inside the list.
    inner: usize,
}

/// Failures of one service that are alike.
#[derive(Debug)]
pub(in crate::store) struct Failure {
    pub(in crate::store) service: u32,
    pub(in crate::store) kind: Box<str>,
    pub(in crate::store) alike: Box<str>,
    pub(in crate::store) traces: u32,
}

/// What a failing span says.
pub(in crate::store) struct Said {
    service: u32,
    kind: Box<str>,
    alike: Box<str>,
}

impl Said {
    /// What a span says that failed in this service.
    pub(in crate::store) fn new(service: u32, span: &Span<'_>) -> Self {
        let said = span.failure().unwrap_or_default();
        let kind = span.failure_type().unwrap_or_default();
        // Of a code alone the number is what it says.
        let alike = if said.starts_with(STATUS_CODE) { said } else { alike(&said) };
        Self { service, kind: kind.into(), alike: alike.into() }
    }
}

impl Failure {
    fn is(&self, said: &Said) -> bool {
        self.service == said.service && self.kind == said.kind && self.alike == said.alike
    }

    fn bytes(&self) -> usize {
        self.kind.len() + self.alike.len()
    }
}

impl Failures {
    /// One more trace has a failure like this; its id, or nothing where there are too many kinds.
    pub(in crate::store) fn enter(&mut self, said: Said) -> Option<u32> {
        let id = match self.find(&said) {
            Some(id) => id,
            None if self.by_key.len() >= MOST => return None,
            None => self.insert(said.service, said.kind, said.alike),
        };
        self.list.get_mut(id)?.traces += 1;
        Some(id)
    }

    /// The failures that are like this one.
    pub(in crate::store) fn find(&self, said: &Said) -> Option<u32> {
        let hash = self.hasher.hash_one((said.service, &said.kind, &said.alike));
        self.by_key.find(hash, |id| self.list.get(*id).is_some_and(|failure| failure.is(said))).copied()
    }

    fn insert(&mut self, service: u32, kind: Box<str>, alike: Box<str>) -> u32 {
        let hash = self.hasher.hash_one((service, &kind, &alike));
        let failure = Failure { service, kind, alike, traces: 0 };
        self.inner += failure.bytes();
        let id = self.list.insert(failure);
        let Self { list, by_key, hasher, .. } = self;
        by_key.insert_unique(hash, id, |id| hash_of(list, *id, hasher));
        id
    }

    /// One trace less has it.
    pub(in crate::store) fn leave(&mut self, id: u32) {
        let Self { list, by_key, hasher, inner } = self;
        let Some(failure) = list.get_mut(id) else { return };
        failure.traces -= 1;
        if failure.traces > 0 {
            return;
        }
        if let Ok(entry) = by_key.find_entry(hash_of(list, id, hasher), |other| *other == id) {
            entry.remove();
        }
        *inner -= list.remove(id).map_or(0, |failure| failure.bytes());
        if list.is_empty() {
            *self = Self::default();
        } else if by_key.len() < by_key.capacity() / 8 {
            by_key.shrink_to_fit(|id| hash_of(list, *id, hasher));
        }
    }

    pub(in crate::store) fn iter(&self) -> impl Iterator<Item = &Failure> {
        self.list.iter().map(|(_, failure)| failure)
    }

    pub(in crate::store) fn bytes(&self) -> usize {
        self.list.bytes() + self.by_key.allocation_size() + self.inner
    }
}

fn hash_of(list: &Slab<Failure>, id: u32, hasher: &RandomState) -> u64 {
    list.get(id).map_or(0, |failure| hasher.hash_one((failure.service, &failure.kind, &failure.alike)))
}

/// The failures of one trace and how many of its spans have each.
#[derive(Debug, Default)]
pub(in crate::store) struct OwnFailures(Vec<(u32, u32)>);

/// So many kinds of one trace are counted: it is looked through for each failing span.
const MOST_OWN: usize = 64;

impl OwnFailures {
    /// A span of the trace failed like this.
    pub(in crate::store) fn add(&mut self, said: Said, failures: &mut Failures) {
        let known = failures.find(&said);
        if let Some((_, spans)) = self.0.iter_mut().find(|(id, _)| Some(*id) == known) {
            *spans += 1;
            return;
        }
        if self.0.len() < MOST_OWN
            && let Some(id) = failures.enter(said)
        {
            if self.0.len() == self.0.capacity() {
                self.0.reserve_exact((self.0.len() / 2).max(1));
            }
            self.0.push((id, 1));
        }
    }

    /// A span that failed like this is gone.
    pub(in crate::store) fn remove(&mut self, said: &Said, failures: &mut Failures) {
        let known = failures.find(said);
        let Some(at) = self.0.iter().position(|(id, _)| Some(*id) == known) else { return };
        let Some((id, spans)) = self.0.get_mut(at) else { return };
        *spans -= 1;
        if *spans == 0 {
            failures.leave(*id);
            self.0.swap_remove(at);
        }
    }

    /// The trace is gone.
    pub(in crate::store) fn clear(&mut self, failures: &mut Failures) {
        for (id, _) in std::mem::take(&mut self.0) {
            failures.leave(id);
        }
    }

    pub(in crate::store) fn bytes(&self) -> usize {
        self.0.capacity() * size_of::<(u32, u32)>()
    }
}
