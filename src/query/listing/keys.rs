//! What traces are sorted by, as one number each.

use std::cmp::{Ordering, Reverse};

use hashbrown::HashMap;

use super::order::Entry;
use crate::query::traces::{Point, Sort};
use crate::store::TraceRef;

/// An order, and the names that it knows.
#[derive(Debug, Default)]
pub(super) struct Keys {
    sort: Sort,
    names: Names,
}

/// Names of roots: those that differ are few, so they are compared once, not for each pair of traces.
#[derive(Debug, Default)]
struct Names {
    /// Service and operation, by number.
    all: Vec<(String, String)>,
    /// Numbers by the ids of service and operation in the store.
    known: HashMap<(u32, u32), u64>,
    /// The place of each number among all.
    ranks: Vec<u64>,
}

impl Keys {
    pub(super) fn new(sort: Sort) -> Self {
        Self { sort, names: Names::default() }
    }

    pub(super) fn sort(&self) -> Sort {
        self.sort
    }

    /// A trace as an entry. Before entries are compared, [`Keys::rank`].
    pub(super) fn entry(&mut self, trace: TraceRef<'_>) -> Entry {
        let point = Point::new(trace);
        // Of signed numbers, the order of these unsigned ones is the same.
        let start = point.start.0.cast_unsigned() ^ 1 << 63;
        let key = match self.sort {
            Sort::Newest => !start,
            Sort::Oldest => start,
            Sort::Longest => !point.duration,
            Sort::Shortest => point.duration,
            Sort::MostSpans => !(trace.len() as u64),
            Sort::FewestSpans => trace.len() as u64,
            Sort::MostErrors => !u64::from(trace.errors()),
            Sort::FewestErrors => u64::from(trace.errors()),
            Sort::NameUp | Sort::NameDown => self.names.number(trace),
        };
        Entry { key, arrival: trace.arrival(), point }
    }

    /// Finds the places of names that are new.
    pub(super) fn rank(&mut self) {
        self.names.rank();
    }

    /// Entries with equal keys come newest first, then by id, so that the order is one whatever came first.
    pub(super) fn cmp(&self, a: &Entry, b: &Entry) -> Ordering {
        let keys = if self.sort == Sort::NameUp {
            self.names.cmp(a.key, b.key)
        } else if self.sort == Sort::NameDown {
            self.names.cmp(b.key, a.key)
        } else {
            a.key.cmp(&b.key)
        };
        let rest = |entry: &Entry| (Reverse(entry.point.start), entry.point.id);
        keys.then_with(|| rest(a).cmp(&rest(b)))
    }
}

impl Names {
    fn number(&mut self, trace: TraceRef<'_>) -> u64 {
        let root = trace.root();
        let (ids, names) = ((root.service_id().0, root.name_id().0), (root.service(), root.name()));
        // An id that was given back may stand for another name now.
        let is_same = |number: &&u64| {
            let known = usize::try_from(**number).ok().and_then(|at| self.all.get(at));
            known.is_some_and(|(service, name)| (service.as_str(), name.as_str()) == names)
        };
        if let Some(number) = self.known.get(&ids).filter(is_same) {
            return *number;
        }
        let number = self.all.len() as u64;
        self.all.push((names.0.to_owned(), names.1.to_owned()));
        self.known.insert(ids, number);
        number
    }

    fn rank(&mut self) {
        if self.ranks.len() == self.all.len() {
            return;
        }
        let mut order: Vec<usize> = (0..self.all.len()).collect();
        order.sort_by(|a, b| self.all.get(*a).cmp(&self.all.get(*b)));
        self.ranks = vec![0; self.all.len()];
        let (mut rank, mut last) = (0, None);
        for at in order {
            let names = self.all.get(at);
            // The same names under two numbers have one place.
            rank += u64::from(last.is_some() && last != names);
            last = names;
            if let Some(place) = self.ranks.get_mut(at) {
                *place = rank;
            }
        }
    }

    fn cmp(&self, a: u64, b: u64) -> Ordering {
        let rank = |number: u64| usize::try_from(number).ok().and_then(|at| self.ranks.get(at));
        rank(a).cmp(&rank(b))
    }
}
