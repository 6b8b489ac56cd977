//! The list of traces, filtered and in order, kept as traces come, change and leave: what stands still is not looked at
//! again, and what is long is done in slices. Another order or service is made beside the list that shows; what a filter
//! finds shows as it is found.

mod ids;
mod keys;
mod made;
mod order;

use super::filter::Filter;
use super::traces::{Matches, Point, Sort};
use super::work::Budget;
use crate::model::TraceId;
use crate::store::{ServiceId, Store};
use made::{Look, Made};
use order::Order;

/// Pieces of lists whose memory is given back at a time.
const SHED: usize = 64;

/// See the file's head.
#[derive(Debug, Default)]
pub struct Listing {
    wanted: Wanted,
    matches: Matches,
    shown: Made,
    /// What is made of what is wanted now, until all of it is there.
    next: Option<Made>,
    /// Lists that show no more, whose memory is given back a little at a time.
    spent: Vec<Order>,
    /// Rises whenever what shows is another.
    version: u64,
}

/// What is to be listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Traces in which this service takes part.
    pub service: Option<ServiceId>,
    /// Their order.
    pub sort: Sort,
    /// The picture is frozen: traces that came after this number of arrival are left out, and changes wait.
    pub until: Option<u64>,
}

impl Listing {
    /// Starts over when the filter is another one.
    pub fn set_filter(&mut self, filter: Filter) {
        if filter != *self.matches.filter() {
            self.matches = Matches::new(filter);
            let fresh = self.fresh();
            self.show(fresh);
        }
    }

    /// The filter.
    pub fn filter(&self) -> &Filter {
        self.matches.filter()
    }

    /// Asks for another order or service: the newest request counts.
    pub fn want(&mut self, wanted: Wanted) {
        let made = self.next.as_ref().unwrap_or(&self.shown);
        let is_other = !made.is_of(wanted);
        self.wanted = wanted;
        if is_other {
            self.begin();
        }
    }

    /// Goes on for about `work` ns. Traces that are left to be looked at: more than 0 asks for another call.
    pub fn step(&mut self, store: &Store, work: u64) -> usize {
        if self.spent.last_mut().is_some_and(|order| order.shed(SHED)) {
            self.spent.pop();
        }
        self.matches.refresh(store);
        let made = self.next.as_ref().unwrap_or(&self.shown);
        if self.wanted.until.is_none() && made.is_lost(store) {
            self.begin();
        }
        let until = self.wanted.until;
        let mut look = Look { store, matches: &mut self.matches, until, budget: Budget::new(work), has_moved: false };
        let Some(next) = &mut self.next else {
            self.version += u64::from(self.shown.step(&mut look));
            return self.shown.left(store, until);
        };
        next.step(&mut look);
        let left = next.left(store, until);
        if left == 0 {
            let made = std::mem::take(next);
            self.show(made);
        }
        left
    }

    /// Traces that show.
    pub fn len(&self) -> usize {
        self.shown.order.len()
    }

    /// Whether none shows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The trace at a place.
    pub fn at(&self, at: usize) -> Option<Point> {
        self.points(at).next()
    }

    /// Traces from a place on.
    pub fn points(&self, at: usize) -> impl Iterator<Item = Point> {
        self.shown.order.from(at).map(|entry| entry.point)
    }

    /// The place of a trace.
    pub fn position(&mut self, store: &Store, id: TraceId) -> Option<usize> {
        let place = store.trace(id).and_then(|trace| self.shown.position(trace));
        // It may have changed since, or have left.
        place.or_else(|| self.points(0).position(|point| point.id == id))
    }

    /// The trace that began last, of several the one with the least id.
    pub fn newest(&self) -> Option<TraceId> {
        self.shown.newest.map(|entry| entry.point.id)
    }

    /// Rises whenever what shows is another.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Whether memory is left to be given back: asks for another call.
    pub fn is_untidy(&self) -> bool {
        !self.spent.is_empty()
    }

    /// Begins to make what is wanted beside what shows.
    fn begin(&mut self) {
        let before = self.next.replace(self.fresh());
        self.spent.extend(before.map(|made| made.order));
    }

    fn show(&mut self, made: Made) {
        let before = std::mem::replace(&mut self.shown, made);
        let unfinished = self.next.take().map(|made| made.order);
        self.spent.extend(std::iter::once(before.order).chain(unfinished));
        self.version += 1;
    }

    fn fresh(&self) -> Made {
        Made::new(self.wanted)
    }
}
