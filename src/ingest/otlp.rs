//! OTLP traces and logs, in protobuf and in JSON (opentelemetry-proto, `trace.proto`, `logs.proto`), from any version and any
//! client's habits.
//!
//! One odd span never sinks a request: it is kept with a warning, or becomes a problem when it has no id at all. Metrics and
//! profiles are only recognised.

mod draft;
mod file;
mod id;
mod json;
mod json_log;
mod json_span;
mod json_value;
mod log;
mod protobuf;
mod signal;
mod span;
mod stream;
mod value;

pub(crate) use file::{NAME as FILE, decode as decode_object};
pub use json::Json;
pub use protobuf::Protobuf;
pub use signal::{Signal, signal};
pub(crate) use stream::{NAME as PROTO_FILE, Stream};

/// Values nested deeper than this are cut.
const MAX_DEPTH: usize = 64;

/// So many attributes, events and links of one span are kept: what is smaller on the wire than in memory needs a bound.
const MAX_ROWS: usize = 1 << 16;
