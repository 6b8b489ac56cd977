//! Zipkin spans: v2 in JSON and protobuf, v1 in JSON and Thrift (openzipkin/zipkin-api), with what clients really send.
//!
//! Every encoding is read into the same plain span first; what it means in OpenTelemetry's words is said in one place. One
//! odd span never sinks a request.

mod endpoint;
mod json;
mod protobuf;
mod span;
mod thrift;
mod v1;

pub use json::Json;
pub(crate) use json::{FILE, decode_object};
pub use protobuf::Protobuf;
pub use thrift::SpanList;
pub(crate) use thrift::emit;

/// So many annotations and tags of one span are kept: what is smaller on the wire than in memory needs a bound.
const MAX_ROWS: usize = 1 << 16;

/// The warning of a span that had more.
const CUT: &str = "more than 65,536 annotations or tags: the rest was left out";
