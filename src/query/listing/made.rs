//! A list as far as it is made: all traces are looked at once, in the order of arrival, and those that change later again.

use std::cmp::Reverse;

use super::Wanted;
use super::ids::Ids;
use super::keys::Keys;
use super::order::{Entry, Order};
use crate::model::{Timestamp, TraceId};
use crate::query::traces::Matches;
use crate::query::work::Budget;
use crate::store::{ServiceId, Store, TraceRef};

/// What it costs in ns to look at a trace and to find its place.
const TRACE_COST: u64 = 250;

/// What it costs in ns to read a span for the filter.
const SPAN_COST: u64 = 250;

/// What it costs in ns to walk past a trace that stands still.
const WALK_COST: u64 = 8;

/// Spans that are read in any case.
const LEAST: usize = 64;

/// Traces that find their places together.
const RUN: usize = 10_000;

/// What is looked at, and how much of it may be now.
pub(super) struct Look<'a> {
    pub(super) store: &'a Store,
    pub(super) matches: &'a mut Matches,
    /// See [`Wanted::until`].
    pub(super) until: Option<u64>,
    pub(super) budget: Budget,
    /// A trace was looked at: the first one is in any case, so that there is always an end.
    pub(super) has_moved: bool,
}

/// A list in the making.
#[derive(Debug, Default)]
pub(super) struct Made {
    service: Option<ServiceId>,
    keys: Keys,
    pub(super) order: Order,
    /// All traces up to this number of arrival were looked at.
    looked: u64,
    /// Changes of the store that are in.
    changes: u64,
    /// Traces that the filter has yet to read to their end.
    unread: Vec<TraceId>,
    /// Traces that have left, and are out.
    evicted: u64,
    /// The one that began last.
    pub(super) newest: Option<Entry>,
}

impl Made {
    /// Nothing yet.
    pub(super) fn new(wanted: Wanted) -> Self {
        Self { service: wanted.service, keys: Keys::new(wanted.sort), ..Self::default() }
    }

    /// Whether it is in this order and of this service.
    pub(super) fn is_of(&self, wanted: Wanted) -> bool {
        (self.keys.sort(), self.service) == (wanted.sort, wanted.service)
    }

    /// The place of a trace, if it did not change since it was placed.
    pub(super) fn position(&mut self, trace: TraceRef<'_>) -> Option<usize> {
        let entry = self.keys.entry(trace);
        self.keys.rank();
        self.order.position(&entry, &|a, b| self.keys.cmp(a, b))
    }

    /// Whether more changed than the store remembers.
    pub(super) fn is_lost(&self, store: &Store) -> bool {
        self.looked > 0 && store.changed_after(self.changes).is_none()
    }

    /// Whether anything changed.
    pub(super) fn step(&mut self, look: &mut Look<'_>) -> bool {
        let (store, until) = (look.store, look.until);
        if self.looked == 0 {
            (self.changes, self.evicted) = (store.changes(), store.evicted().0);
        }
        let mut anew = std::mem::take(&mut self.unread);
        if until.is_none() {
            anew.extend(store.changed_after(self.changes).into_iter().flatten());
            self.changes = store.changes();
        }
        // Half of the work is for what is new, however much changes or leaves meanwhile.
        let work = look.budget.left();
        look.budget = Budget::new(work / 2);
        let changed = self.place_anew(anew, look);
        look.budget = Budget::new(look.budget.left() + (work - work / 2));
        let is_meant = |trace: &TraceRef<'_>| until.is_none_or(|until| trace.arrival() <= until);
        let mut run = Vec::new();
        for trace in store.traces_after(self.looked).take_while(is_meant).take(RUN) {
            if look.budget.is_spent() && look.has_moved {
                break;
            }
            let Some(fits) = self.fits(trace, look) else { break };
            self.looked = trace.arrival();
            if fits {
                run.push(self.keys.entry(trace));
            }
        }
        let changed = changed || !run.is_empty();
        self.add(run);
        changed
    }

    /// Takes traces that changed or left from their places, and looks where they belong now. What has yet to be looked at
    /// is found on the way.
    fn place_anew(&mut self, ids: Vec<TraceId>, look: &mut Look<'_>) -> bool {
        let store = look.store;
        let is_known = |id: &TraceId| store.trace(*id).is_some_and(|trace| trace.arrival() <= self.looked);
        let ids = Ids::new(ids.into_iter().filter(is_known));
        let (evicted, until) = store.evicted();
        // What leaves while the picture is frozen still shows.
        let have_left = look.until.is_none() && evicted != self.evicted;
        self.evicted = if have_left { evicted } else { self.evicted };
        if ids.all.is_empty() && !have_left {
            return false;
        }
        look.budget.pay(WALK_COST, self.order.len());
        let has_left = |entry: &Entry| {
            let trace = store.trace(entry.point.id);
            trace.is_none_or(|trace| trace.arrival() != entry.arrival)
        };
        let lost = self.newest.filter(|entry| ids.has(entry.point.id) || has_left(entry));
        self.newest = self.newest.filter(|_| lost.is_none());
        let before = self.order.len();
        self.order.remove(|entry| have_left && entry.arrival <= until && has_left(entry) || ids.has(entry.point.id));
        let mut run = Vec::new();
        for id in &ids.all {
            let Some(trace) = store.trace(*id) else { continue };
            match self.fits(trace, look) {
                Some(true) => run.push(self.keys.entry(trace)),
                Some(false) => {}
                None => self.unread.push(*id),
            }
        }
        let changed = before != self.order.len() || !run.is_empty();
        self.add(run);
        if self.newest.as_ref().map(start_and_id) < lost.as_ref().map(start_and_id) {
            self.newest = self.order.from(0).copied().max_by_key(start_and_id);
        }
        changed
    }

    fn add(&mut self, mut run: Vec<Entry>) {
        self.keys.rank();
        let keys = &self.keys;
        run.sort_unstable_by(|a, b| keys.cmp(a, b));
        self.newest = self.newest.into_iter().chain(run.iter().copied()).max_by_key(start_and_id);
        self.order.add(&run, &|a, b| keys.cmp(a, b));
    }

    /// Whether a trace is meant; `None` where the filter has not read all of it.
    fn fits(&self, trace: TraceRef<'_>, look: &mut Look<'_>) -> Option<bool> {
        look.budget.pay(TRACE_COST, 1);
        if self.service.is_some_and(|id| !trace.services().iter().any(|count| count.service == id)) {
            return Some(false);
        }
        let spans = usize::try_from(look.budget.left() / SPAN_COST).unwrap_or(usize::MAX);
        let spans = if std::mem::replace(&mut look.has_moved, true) { spans } else { spans.max(LEAST) };
        let mut left = spans;
        let fits = look.matches.check(trace, &mut left);
        look.budget.pay(SPAN_COST, spans - left);
        fits
    }

    /// Traces that are left to be looked at.
    pub(super) fn left(&self, store: &Store, until: Option<u64>) -> usize {
        let mut unseen = store.traces_after(self.looked);
        let next = unseen.next();
        let is_meant = next.is_some_and(|trace| until.is_none_or(|until| trace.arrival() <= until));
        self.unread.len() + if is_meant { 1 + unseen.size_hint().0 } else { 0 }
    }
}

/// What makes one trace newer than another.
fn start_and_id(entry: &Entry) -> (Timestamp, Reverse<TraceId>) {
    (entry.point.start, Reverse(entry.point.id))
}
