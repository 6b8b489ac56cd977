//! What is known of a whole trace without looking at its spans: extent, errors, root, services.

use foldhash::fast::RandomState;
use hashbrown::HashMap;

use crate::model::{Kind, SpanId, Timestamp};
use crate::store::ServiceId;
use crate::store::pool::Pool;
use crate::store::trace::row::Row;
use crate::store::trace::rows::Rows;

/// Places by service.
type Places = HashMap<u32, u32, RandomState>;

/// Up to this many services are kept in the order of their first span.
const ORDERED: usize = 256;

/// One service's share of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServiceCount {
    /// The service.
    pub service: ServiceId,
    /// Its spans in the trace.
    pub spans: u32,
    /// Those with an error.
    pub errors: u32,
    /// Start of the first of them.
    pub start: Timestamp,
}

/// See the file's head.
#[derive(Debug, Default)]
pub(in crate::store) struct Summary {
    pub(in crate::store) start: i64,
    pub(in crate::store) end: Timestamp,
    pub(in crate::store) errors: u32,
    pub(in crate::store) root: u32,
    pub(in crate::store) services: Vec<ServiceCount>,
    /// Where each service is, only once there are too many to keep in order.
    places: Option<Box<Places>>,
    /// A replaced span may have been the first of something: recount before anyone looks.
    pub(in crate::store) stale: bool,
}

impl Summary {
    /// Takes in the row at `at`, which is new.
    pub(in crate::store) fn add(&mut self, rows: &Rows, at: usize, pool: &mut Pool) {
        let Some(row) = rows.get(at) else { return };
        if at == 0 {
            self.restart(rows);
        }
        self.extend(rows, at, pool);
        self.set_errors(self.errors + u32::from(row.is_error()), pool);
        let service = ServiceId(pool.resources.service(row.resource));
        let place = self.place(service).unwrap_or_else(|| {
            pool.services.enter_trace(service.0);
            self.push_service(ServiceCount { service, spans: 0, errors: 0, start: Timestamp(i64::MAX) })
        });
        if let Some(count) = self.services.get_mut(place) {
            count.spans += 1;
            count.errors += u32::from(row.is_error());
            count.start = count.start.min(Timestamp(row.start));
            if row.is_error() && count.errors == 1 {
                pool.services.turn_trace(service.0, true);
            }
        }
        self.settle(place, pool);
    }

    /// Takes note that the row at `at` was `old` before.
    pub(in crate::store) fn replace(&mut self, rows: &Rows, old: &Row, at: u32, pool: &mut Pool) {
        let Some(row) = rows.get(at as usize) else { return };
        let (was, is) = (u32::from(old.is_error()), u32::from(row.is_error()));
        self.set_errors(self.errors + is - was, pool);
        let place = self.place(ServiceId(pool.resources.service(row.resource))).unwrap_or(usize::MAX);
        let Some(count) = self.services.get_mut(place) else { return };
        let had_errors = count.errors > 0;
        count.errors = count.errors + is - was;
        if had_errors != (count.errors > 0) {
            pool.services.turn_trace(count.service.0, !had_errors);
        }
        let first = old.start == self.start || old.start == count.start.0 || at == self.root;
        if first && (old.start != row.start || old.parent != row.parent) {
            self.stale = true;
            return;
        }
        count.start = count.start.min(Timestamp(row.start));
        self.settle(place, pool);
        self.extend(rows, at as usize, pool);
    }

    /// Takes note that a row is gone and that another has taken its number.
    pub(in crate::store) fn remove(&mut self, row: &Row, pool: &mut Pool) {
        let error = u32::from(row.is_error());
        self.set_errors(self.errors - error, pool);
        let place = self.place(ServiceId(pool.resources.service(row.resource)));
        if let Some(count) = place.and_then(|place| self.services.get_mut(place)) {
            count.spans -= 1;
            count.errors -= error;
            if error > 0 && count.errors == 0 {
                pool.services.turn_trace(count.service.0, false);
            }
        }
        self.stale = true;
    }

    /// Counts the trace among those that failed, or no longer.
    pub(in crate::store) fn set_errors(&mut self, errors: u32, pool: &mut Pool) {
        match (self.errors > 0, errors > 0) {
            (false, true) => pool.failed_traces += 1,
            (true, false) => pool.failed_traces -= 1,
            (true, true) | (false, false) => {}
        }
        self.errors = errors;
    }

    /// Finds starts and root anew.
    pub(in crate::store) fn recount(&mut self, rows: &Rows, pool: &Pool) {
        self.stale = false;
        for count in &mut self.services {
            count.start = Timestamp(i64::MAX);
        }
        self.restart(rows);
        for (at, row) in rows.iter().enumerate() {
            self.extend(rows, at, pool);
            let place = self.place(ServiceId(pool.resources.service(row.resource)));
            if let Some(count) = place.and_then(|place| self.services.get_mut(place)) {
                count.start = count.start.min(Timestamp(row.start));
            }
        }
        if self.places.is_none() {
            self.services.sort_by(|a, b| rank(a, pool).cmp(&rank(b, pool)));
        }
    }

    pub(in crate::store) fn bytes(&self) -> usize {
        self.services.capacity() * size_of::<ServiceCount>()
            + self.places.as_ref().map_or(0, |places| size_of::<Places>() + places.allocation_size())
    }

    /// Makes the first row the root and all there is.
    fn restart(&mut self, rows: &Rows) {
        let Some(row) = rows.get(0) else { return };
        (self.start, self.end, self.root) = (row.start, row.end(), 0);
    }

    /// Stretches extent and root over the row at `at`.
    fn extend(&mut self, rows: &Rows, at: usize, pool: &Pool) {
        let Some(row) = rows.get(at) else { return };
        self.start = self.start.min(row.start);
        self.end = self.end.max(row.end());
        if rows.get(self.root as usize).is_none_or(|root| precedes(row, root, pool)) {
            self.root = u32::try_from(at).unwrap_or(u32::MAX);
        }
    }

    fn place(&self, service: ServiceId) -> Option<usize> {
        match &self.places {
            None => self.services.iter().position(|count| count.service == service),
            Some(places) => places.get(&service.0).map(|&place| place as usize),
        }
    }

    fn push_service(&mut self, count: ServiceCount) -> usize {
        let place = self.services.len();
        if place == self.services.capacity() {
            self.services.reserve_exact((place / 4).max(2));
        }
        self.services.push(count);
        if place == ORDERED {
            let places = (0..).zip(&self.services).map(|(place, count)| (count.service.0, place)).collect();
            self.places = Some(Box::new(places));
        } else if let Some(places) = &mut self.places {
            places.insert(count.service.0, u32::try_from(place).unwrap_or(u32::MAX));
        }
        place
    }

    /// Moves a service whose start may have become earlier to its place.
    fn settle(&mut self, mut place: usize, pool: &Pool) {
        if self.places.is_some() {
            return;
        }
        while let Some(before) = place.checked_sub(1) {
            let [a, b] = [before, place].map(|at| self.services.get(at).map(|count| rank(count, pool)));
            if a <= b {
                break;
            }
            self.services.swap(before, place);
            place = before;
        }
    }
}

fn rank<'a>(count: &ServiceCount, pool: &'a Pool) -> (Timestamp, &'a [u8]) {
    let name = pool.services.get(count.service.0).map_or(u32::MAX, |service| service.name);
    (count.start, pool.names.text(name))
}

/// Whether `a` is rather the root than `b`. It never depends on which came first.
fn precedes(a: &Row, b: &Row, pool: &Pool) -> bool {
    type Key<'a> = (bool, i64, SpanId);
    let key = |row: &Row| -> Key<'_> { (row.parent != 0, row.start, row.span_id()) };
    let tie = |row: &Row| -> (Vec<u8>, Kind, u64) {
        (pool.names.text(pool.resources.service_name(row.resource)).to_vec(), row.kind(), row.key)
    };
    key(a).cmp(&key(b)).then_with(|| tie(a).cmp(&tie(b))).is_lt()
}
