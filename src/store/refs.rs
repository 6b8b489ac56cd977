//! What the store lends: a trace, a span, a service, a record of the output. They look and never change anything.

pub(in crate::store) mod record_ref;
pub(in crate::store) mod service_ref;
pub(in crate::store) mod span_ref;
pub(in crate::store) mod trace_ref;
