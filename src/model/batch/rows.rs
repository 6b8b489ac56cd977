//! What a batch's lists hold: plain rows whose text and lists are places in the batch.

#[cfg(doc)]
use super::SpanBatch;
use crate::model::{Kind, LinkKind, Severity, SpanId, Status, Timestamp, TraceId};
#[cfg(doc)]
use crate::model::{Log, Span, Value};

/// A piece of a batch's text: byte offset and length. The default is the empty text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// First byte.
    pub start: u32,
    /// Length in bytes.
    pub len: u32,
}

/// A range of indices into one of the batch's flat lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Range32 {
    /// First index.
    pub start: u32,
    /// One past the last index.
    pub end: u32,
}

impl Range32 {
    /// As a range of `usize`.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// An attribute value of a batch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum BatchValue {
    /// Valid UTF-8.
    Str(Text),
    /// A 64-bit integer.
    Int(i64),
    /// A double.
    Double(f64),
    /// A boolean.
    Bool(bool),
    /// Bytes.
    Bytes(Text),
    /// Compact JSON text, see [`Value::Json`].
    Json(Text),
}

impl Default for BatchValue {
    fn default() -> Self {
        Self::Str(Text::default())
    }
}

/// An attribute of a batch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BatchAttribute {
    /// The key.
    pub key: Text,
    /// The value.
    pub value: BatchValue,
}

/// What a process says of itself; shared by the spans that point at it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BatchResource {
    /// `service.name`, or the name that stands in for it.
    pub service: Text,
    /// Into [`SpanBatch::attributes`].
    pub attributes: Range32,
}

/// An event of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BatchEvent {
    /// When.
    pub time: Timestamp,
    /// Its name.
    pub name: Text,
    /// Into [`SpanBatch::attributes`].
    pub attributes: Range32,
}

/// A link of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BatchLink {
    /// Target trace.
    pub trace_id: TraceId,
    /// Target span.
    pub span_id: SpanId,
    /// Why.
    pub kind: LinkKind,
    /// Into [`SpanBatch::attributes`].
    pub attributes: Range32,
}

/// A span of a batch. Fields mean what they mean in [`Span`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BatchSpan {
    /// Trace id.
    pub trace_id: TraceId,
    /// Span id.
    pub span_id: SpanId,
    /// Parent's id.
    pub parent_id: Option<SpanId>,
    /// Start.
    pub start: Timestamp,
    /// Duration in ns.
    pub duration: u64,
    /// Index into [`SpanBatch::resources`].
    pub resource: u32,
    /// Operation.
    pub name: Text,
    /// Kind.
    pub kind: Kind,
    /// Status.
    pub status: Status,
    /// Status description.
    pub status_message: Text,
    /// Flags as sent.
    pub flags: Option<u32>,
    /// W3C tracestate.
    pub trace_state: Text,
    /// Format the span came in.
    pub source: Text,
    /// Scope name.
    pub scope_name: Text,
    /// Scope version.
    pub scope_version: Text,
    /// Into [`SpanBatch::attributes`].
    pub attributes: Range32,
    /// Into [`SpanBatch::events`].
    pub events: Range32,
    /// Into [`SpanBatch::links`].
    pub links: Range32,
    /// Into [`SpanBatch::warnings`].
    pub warnings: Range32,
}

/// A log record of a batch. Fields mean what they mean in [`Log`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BatchLog {
    /// When.
    pub time: Timestamp,
    /// Its trace, 0 for none.
    pub trace_id: TraceId,
    /// Its span, 0 for none.
    pub span_id: SpanId,
    /// How grave.
    pub severity: Severity,
    /// The logger's word for that, where it is another.
    pub severity_text: Text,
    /// Index into [`SpanBatch::resources`].
    pub resource: u32,
    /// The logger.
    pub scope: Text,
    /// Kind of event.
    pub event_name: Text,
    /// What it says.
    pub body: BatchValue,
    /// Into [`SpanBatch::attributes`].
    pub attributes: Range32,
    /// Format it came in.
    pub source: Text,
}
