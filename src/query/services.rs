//! Rows of the services pane, and why services fail.

use std::fmt::Write as _;

use super::filter::quoted;
use crate::store::{FailureRef, ServiceId, ServiceRef, Store};

/// One service: counts and latency percentiles in ns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceRow {
    /// Id in the store: that of another service once this one has left.
    pub id: ServiceId,
    /// Its name.
    pub name: String,
    /// Traces that it takes part in.
    pub traces: u32,
    /// Its spans.
    pub spans: u64,
    /// Traces in which one of its spans has an error.
    pub failed: u32,
    /// Median, 95th and 99th percentile of its spans' durations, in ns.
    pub percentiles: [u64; 3],
}

/// The orders of services.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ServiceSort {
    /// Most failed traces first, then by name.
    #[default]
    Failed,
    /// A to Z.
    Name,
    /// Slowest first, by the 99th percentile of their spans.
    Slowest,
}

impl ServiceSort {
    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Name => "name",
            Self::Slowest => "p99",
        }
    }

    /// The order after it.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Failed => Self::Name,
            Self::Name => Self::Slowest,
            Self::Slowest => Self::Failed,
        }
    }
}

/// All services in order; of those that are equal by name.
pub fn services(store: &Store, sort: ServiceSort) -> Vec<ServiceRow> {
    let row = |service: ServiceRef<'_>| ServiceRow {
        id: service.id(),
        name: service.name().to_string(),
        traces: service.traces(),
        spans: service.spans(),
        failed: service.failed_traces(),
        percentiles: [0.5, 0.95, 0.99].map(|q| service.percentile(q)),
    };
    let mut rows: Vec<ServiceRow> = store.services().map(row).collect();
    rows.sort_unstable_by(|a, b| {
        let by = match sort {
            ServiceSort::Failed => b.failed.cmp(&a.failed),
            ServiceSort::Name => std::cmp::Ordering::Equal,
            ServiceSort::Slowest => b.percentiles[2].cmp(&a.percentiles[2]),
        };
        by.then_with(|| a.name.cmp(&b.name))
    });
    rows
}

/// Why spans fail: failures that are alike, and the traces that have them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The service in which they fail.
    pub service: String,
    /// What they say, with `?` for what differs; else the type of their error; empty where they say nothing.
    pub text: String,
    /// Traces.
    pub traces: u32,
}

/// More reasons than this are not shown.
const MOST: usize = 50;

/// Why spans of a service, or of all, fail: what most traces have comes first.
pub fn reasons(store: &Store, service: Option<ServiceId>) -> Vec<Reason> {
    let wanted = store.failures().filter(|failure| service.is_none_or(|id| failure.service_id() == id));
    let named = |failure: FailureRef<'_>| {
        let service = store.service(failure.service_id()).map(|service| service.name().to_string())?;
        let text = if failure.alike().is_empty() { failure.kind() } else { failure.alike() };
        Some(Reason { service, text: text.to_string(), traces: failure.traces() })
    };
    let mut found: Vec<Reason> = wanted.filter_map(named).collect();
    found.sort_unstable_by(|a, b| (b.traces, &a.service, &a.text).cmp(&(a.traces, &b.service, &b.text)));
    found.truncate(MOST);
    found
}

impl Reason {
    /// A filter for the spans that fail like this.
    pub fn filter(&self) -> String {
        let mut filter = format!("service={} status=error", quoted(&self.service));
        if !self.text.is_empty() {
            let _ = write!(filter, " message={}", quoted(&self.text).replace('?', "*"));
        }
        filter
    }
}
