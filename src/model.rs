//! Plain values in OpenTelemetry's words: trace, span, attribute, event, link, resource, scope, status.
//!
//! Nothing here does I/O, reads a clock or knows a format.

mod batch;
mod bits;
mod failure;
mod id;
mod json;
mod link;
mod log;
mod report;
mod safe;
mod span;
mod time;
mod value;

pub use batch::{
    BatchAttribute, BatchEvent, BatchLink, BatchLog, BatchResource, BatchSpan, BatchValue, Mark, Range32, SpanBatch,
    SpanWriter, Text,
};
pub use bits::Bits;
pub use failure::{STATUS_CODE, alike};
pub use id::{SpanId, TraceId};
pub use json::{push_json_bytes, push_json_double, push_json_string};
pub use link::LinkKind;
pub use log::{Log, Severity};
pub use report::{Family, Invitation, OutputLine, Place, Problem, SourceState, SourceStatus};
pub use safe::safe;
pub use span::{Event, Kind, Link, Scope, Span, Status};
pub use time::{Timestamp, duration_text, precise_duration, short_duration};
pub use value::{Attribute, Value};
