//! A service of the store and its operations, borrowed.

use crate::store::ServiceId;
use crate::store::pool::Pool;
use crate::store::pool::failures::Failure;
use crate::store::pool::services::{Operation, Service};

/// A service of the store.
#[derive(Clone, Copy)]
pub struct ServiceRef<'a> {
    pub(in crate::store) id: ServiceId,
    pub(in crate::store) service: &'a Service,
    pub(in crate::store) pool: &'a Pool,
}

/// Failures of a service that are alike.
#[derive(Clone, Copy)]
pub struct FailureRef<'a> {
    pub(in crate::store) failure: &'a Failure,
}

/// An operation of a service.
#[derive(Clone, Copy)]
pub struct OperationRef<'a> {
    operation: &'a Operation,
    pool: &'a Pool,
}

impl<'a> ServiceRef<'a> {
    /// Its id: stays the same while it has spans, and may name another service after that.
    pub fn id(self) -> ServiceId {
        self.id
    }

    /// Its name.
    pub fn name(self) -> &'a str {
        self.pool.names.str(self.service.name)
    }

    /// Traces with spans of it.
    pub fn traces(self) -> u32 {
        self.service.traces
    }

    /// Traces in which a span of it has an error.
    pub fn failed_traces(self) -> u32 {
        self.service.failed
    }

    /// Its spans.
    pub fn spans(self) -> u64 {
        self.service.spans
    }

    /// Its spans with an error.
    pub fn errors(self) -> u64 {
        self.service.errors
    }

    /// The duration in ns that a share `q` (0 to 1) of its spans does not exceed, within about 12 % and never outside the least and the greatest.
    pub fn percentile(self, q: f64) -> u64 {
        self.service.latency.percentile(q)
    }

    /// Its operations in any order.
    pub fn operations(self) -> impl Iterator<Item = OperationRef<'a>> {
        self.service.operations.iter().map(move |operation| OperationRef { operation, pool: self.pool })
    }
}

impl<'a> FailureRef<'a> {
    /// The service in which they fail.
    pub fn service_id(self) -> ServiceId {
        ServiceId(self.failure.service)
    }

    /// The type of the exception or error; empty where nothing names one.
    pub fn kind(self) -> &'a str {
        &self.failure.kind
    }

    /// What its spans say of it, with `?` for what differs; empty where they say nothing.
    pub fn alike(self) -> &'a str {
        &self.failure.alike
    }

    /// Traces that have it.
    pub fn traces(self) -> u32 {
        self.failure.traces
    }
}

impl<'a> OperationRef<'a> {
    /// Its name.
    pub fn name(self) -> &'a str {
        self.pool.names.str(self.operation.name)
    }

    /// Its spans.
    pub fn spans(self) -> u64 {
        self.operation.spans
    }

    /// Its spans with an error.
    pub fn errors(self) -> u64 {
        self.operation.errors
    }

    /// The duration in ns that a share `q` (0 to 1) of its spans does not exceed, within about 12 % and never outside the least and the greatest.
    pub fn percentile(self, q: f64) -> u64 {
        self.operation.latency.percentile(q)
    }
}
