//! Rows of the services pane.

use crate::store::{ServiceId, Store};

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

/// All services by name, so that rows stay where they are while numbers change.
pub fn services(store: &Store) -> Vec<ServiceRow> {
    let mut rows: Vec<ServiceRow> = store
        .services()
        .map(|service| ServiceRow {
            id: service.id(),
            name: service.name().to_string(),
            traces: service.traces(),
            spans: service.spans(),
            failed: service.failed_traces(),
            percentiles: [0.5, 0.95, 0.99].map(|q| service.percentile(q)),
        })
        .collect();
    rows.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    rows
}
