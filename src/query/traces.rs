//! Traces as rows and as points, their orders, and which of them fit a filter.

use hashbrown::HashMap;

use super::cause::reason;
use super::filter::Filter;
use crate::model::{Timestamp, TraceId};
use crate::store::{Looked, Store, TraceRef};

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

/// Traces of fewer spans are read anew when they change: to remember them all would cost more.
const LONG: usize = 64;

/// A filter, and how far it has read long traces: of what comes it reads only what is new.
#[derive(Debug, Default)]
pub(super) struct Matches {
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
    pub(super) fn new(trace: TraceRef<'_>) -> Self {
        Self { id: trace.id(), start: trace.start(), duration: trace.duration(), failed: trace.errors() > 0 }
    }
}

impl Matches {
    /// Nothing is read yet.
    pub(super) fn new(filter: Filter) -> Self {
        Self { filter, seen: HashMap::new() }
    }

    /// The filter.
    pub(super) fn filter(&self) -> &Filter {
        &self.filter
    }

    pub(super) fn check(&mut self, trace: TraceRef<'_>, work: &mut usize) -> Option<bool> {
        if self.filter.is_empty() {
            return Some(true);
        }
        if trace.len() < LONG {
            if *work == 0 {
                return None;
            }
            // A trace costs something however early it is found in it.
            let left = work.saturating_sub(trace.len());
            let looked = self.filter.next(trace, 0, &mut { usize::MAX });
            *work = left;
            return Some(matches!(looked, Looked::Found(_)));
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
                *work = left;
            }
            Looked::NotBefore(read) => seen.read = read,
        }
        (seen.matched || seen.read as usize == trace.len()).then_some(seen.matched)
    }

    /// Brings what the filter knows of names in line with the store, and forgets traces that are no longer stored.
    pub(super) fn refresh(&mut self, store: &Store) {
        self.filter.refresh(store);
        if self.seen.len() > 2 * store.trace_count() + 64 {
            self.seen.retain(|id, _| store.trace(*id).is_some());
        }
    }
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
