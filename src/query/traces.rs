//! The list of traces: filtered, sorted, and its rows as owned values.

use std::cmp::{Ordering, Reverse};

use hashbrown::HashMap;

use super::cause::reason;
use super::filter::Filter;
use crate::model::{Timestamp, TraceId};
use crate::store::{Looked, ServiceId, SpanRef, Store, TraceRef};

/// The ten orders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// Latest start first.
    #[default]
    Newest,
    /// Earliest start first.
    Oldest,
    /// Longest first.
    Longest,
    /// Shortest first.
    Shortest,
    /// Most spans first.
    MostSpans,
    /// Fewest spans first.
    FewestSpans,
    /// Most errors first.
    MostErrors,
    /// Fewest errors first.
    FewestErrors,
    /// Service and operation, A to Z.
    NameUp,
    /// Service and operation, Z to A.
    NameDown,
}

impl Sort {
    /// All orders with what they are called, in the order in which menus show them.
    pub const TABLE: [(Self, &'static str); 10] = [
        (Self::Newest, "newest"),
        (Self::Oldest, "oldest"),
        (Self::Longest, "longest"),
        (Self::Shortest, "shortest"),
        (Self::MostSpans, "most spans"),
        (Self::FewestSpans, "fewest spans"),
        (Self::MostErrors, "most errors"),
        (Self::FewestErrors, "fewest errors"),
        (Self::NameUp, "name A-Z"),
        (Self::NameDown, "name Z-A"),
    ];

    /// Whether the least comes first.
    pub fn is_ascending(self) -> bool {
        matches!(self, Self::Oldest | Self::Shortest | Self::FewestSpans | Self::FewestErrors | Self::NameUp)
    }

    /// What the order is called.
    pub fn name(self) -> &'static str {
        Self::TABLE.iter().find(|(sort, _)| *sort == self).map_or("", |(_, name)| name)
    }
}

/// Which traces matched a filter when they were last looked at: kept between refreshes so that each is read once.
#[derive(Debug, Default)]
pub struct Matches {
    filter: Filter,
    seen: HashMap<TraceId, Seen>,
}

/// What is known of a trace. Spans that were read need not be read again while none is replaced or taken out.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    arrival: u64,
    changes: u64,
    /// Spans that were read without finding one that fits.
    read: u32,
    matched: bool,
}

/// The result of [`list`].
#[derive(Debug, Default)]
pub struct Listed {
    /// Traces in order.
    pub ids: Vec<TraceId>,
    /// The same traces as points of a scatter, in any order.
    pub points: Vec<Point>,
    /// Traces that the filter has yet to read; more than 0 asks for another call.
    pub pending: usize,
}

/// A trace as a point: when it began and how long it took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// The trace.
    pub id: TraceId,
    /// Start.
    pub start: Timestamp,
    /// Duration in ns.
    pub duration: u64,
    /// Has errors.
    pub failed: bool,
}

impl Point {
    fn new(trace: TraceRef<'_>) -> Self {
        Self { id: trace.id(), start: trace.start(), duration: trace.duration(), failed: trace.errors() > 0 }
    }
}

/// The traces that take part in `service` and match `filter`, in order. Reads at most `work` spans for the
/// filter; traces left over are pending.
pub fn list(store: &Store, service: Option<ServiceId>, sort: Sort, matches: &mut Matches, work: usize) -> Listed {
    let mut work = work;
    matches.filter.refresh(store);
    let mut pending = 0;
    let mut found: Vec<TraceRef<'_>> = Vec::with_capacity(store.trace_count());
    for trace in store.traces() {
        if service.is_some_and(|id| !trace.services().iter().any(|count| count.service == id)) {
            continue;
        }
        match matches.check(trace, &mut work) {
            Some(true) => found.push(trace),
            Some(false) => {}
            None => pending += 1,
        }
    }
    let points = found.iter().map(|trace| Point::new(*trace)).collect();
    Listed { ids: sorted(&found, sort), points, pending }
}

impl Matches {
    /// Starts over when the filter is another one.
    pub fn set_filter(&mut self, filter: Filter) {
        if filter != self.filter {
            self.filter = filter;
            self.seen.clear();
        }
    }

    /// The filter.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    fn check(&mut self, trace: TraceRef<'_>, work: &mut usize) -> Option<bool> {
        if self.filter.is_empty() {
            return Some(true);
        }
        let (arrival, changes) = (trace.arrival(), trace.replaced() + trace.removed());
        let known = self.seen.get(&trace.id()).copied().unwrap_or_default();
        let is_known = (known.arrival, known.changes) == (arrival, changes);
        if is_known && (known.matched || known.read as usize == trace.len()) {
            return Some(known.matched);
        }
        if *work == 0 {
            return None;
        }
        let seen = self.seen.entry(trace.id()).or_default();
        *seen = if is_known { known } else { Seen { arrival, changes, ..Seen::default() } };
        let left = work.saturating_sub(trace.len() - seen.read as usize);
        match self.filter.next(trace, seen.read, work) {
            Looked::Found(_) => {
                seen.matched = true;
                // A trace costs something however early it is found in it.
                *work = left;
            }
            Looked::NotBefore(read) => seen.read = read,
        }
        (seen.matched || seen.read as usize == trace.len()).then_some(seen.matched)
    }

    /// Forgets traces that are no longer stored.
    pub fn retain(&mut self, store: &Store) {
        if self.seen.len() > 2 * store.trace_count() + 64 {
            self.seen.retain(|id, _| store.trace(*id).is_some());
        }
    }
}

fn sorted(traces: &[TraceRef<'_>], sort: Sort) -> Vec<TraceId> {
    match sort {
        Sort::Newest => by(traces, |trace| Reverse(trace.start())),
        Sort::Oldest => by(traces, |trace| trace.start()),
        Sort::Longest => by(traces, |trace| Reverse(trace.duration())),
        Sort::Shortest => by(traces, |trace| trace.duration()),
        Sort::MostSpans => by(traces, |trace| Reverse(trace.len())),
        Sort::FewestSpans => by(traces, |trace| trace.len()),
        Sort::MostErrors => by(traces, |trace| Reverse(trace.errors())),
        Sort::FewestErrors => by(traces, |trace| trace.errors()),
        Sort::NameUp => by_name(traces, |order| order),
        Sort::NameDown => by_name(traces, Ordering::reverse),
    }
}

/// Sorted by key; traces with equal keys newest first, then by id, so that the order is one whatever came first.
fn by<K: Ord>(traces: &[TraceRef<'_>], key: impl Fn(TraceRef<'_>) -> K) -> Vec<TraceId> {
    let mut keys: Vec<_> = traces.iter().map(|trace| (key(*trace), Reverse(trace.start()), trace.id())).collect();
    keys.sort_unstable();
    keys.into_iter().map(|(_, _, id)| id).collect()
}

/// Sorted by the names of root's service and operation. Those that differ are few, so they are compared once, not for
/// each pair of traces.
fn by_name(traces: &[TraceRef<'_>], turn: fn(Ordering) -> Ordering) -> Vec<TraceId> {
    let ids = |root: SpanRef<'_>| (root.service_id(), root.name_id());
    let mut ranks: HashMap<_, (SpanRef<'_>, u32)> = HashMap::new();
    for root in traces.iter().map(|trace| trace.root()) {
        ranks.entry(ids(root)).or_insert((root, 0));
    }
    let mut distinct: Vec<_> = ranks.values_mut().collect();
    distinct.sort_unstable_by(|(a, _), (b, _)| turn((a.service(), a.name()).cmp(&(b.service(), b.name()))));
    for (rank, entry) in (0..).zip(distinct) {
        entry.1 = rank;
    }
    by(traces, |trace| ranks.get(&ids(trace.root())).map(|entry| entry.1))
}

/// A row of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceRow {
    /// The trace.
    pub id: TraceId,
    /// Start.
    pub start: Timestamp,
    /// Service of the root.
    pub service: String,
    /// Operation of the root.
    pub name: String,
    /// Number of spans.
    pub spans: usize,
    /// Names of the services that take part.
    pub services: Vec<String>,
    /// From first start to last end, in ns.
    pub duration: u64,
    /// Spans with errors.
    pub errors: u32,
    /// Why it failed; empty where it did not.
    pub reason: String,
    /// A parent has not arrived.
    pub incomplete: bool,
    /// Spans share an id and are not one span.
    pub shared: bool,
    /// Spans were refused for want of room.
    pub truncated: bool,
}

/// The row of a trace; `None` when it has been evicted.
pub fn row(store: &Store, id: TraceId) -> Option<TraceRow> {
    let trace = store.trace(id)?;
    let root = trace.root();
    let mut services: Vec<(u32, &str)> = trace
        .services()
        .iter()
        .filter_map(|count| store.service(count.service).map(|service| (count.spans, service.name())))
        .collect();
    services.sort_unstable_by(|a, b| (a.1 != root.service(), a.1).cmp(&(b.1 != root.service(), b.1)));
    Some(TraceRow {
        id,
        start: trace.start(),
        service: root.service().to_string(),
        name: root.name().to_string(),
        spans: trace.len(),
        services: services.into_iter().map(|(_, name)| name.to_string()).collect(),
        duration: trace.duration(),
        errors: trace.errors(),
        reason: reason(trace).unwrap_or_default(),
        incomplete: trace.missing_parents() > 0,
        shared: trace.shared_ids() > 0,
        truncated: trace.refused() > 0,
    })
}
