//! A decoded batch: flat, owned, reusable. Decoders fill it, the store reads it, a channel carries it.
//!
//! All text lives in one byte buffer and everything else points into it, so a batch costs a handful of allocations
//! whatever it holds, and none when it is reused after [`SpanBatch::clear`].

mod writer;

pub use writer::{Mark, SpanWriter};

use super::{
    Attribute, Event, Kind, Link, LinkKind, OutputLine, Place, Problem, Scope, Span, SpanId, Status, Timestamp,
    TraceId, Value,
};

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

/// Spans, problems and output lines decoded from one piece of input.
#[derive(Clone, Debug, Default)]
pub struct SpanBatch {
    /// All text and bytes.
    pub text: Vec<u8>,
    /// Resources.
    pub resources: Vec<BatchResource>,
    /// Spans.
    pub spans: Vec<BatchSpan>,
    /// Attributes of spans, events, links and resources.
    pub attributes: Vec<BatchAttribute>,
    /// Events.
    pub events: Vec<BatchEvent>,
    /// Links.
    pub links: Vec<BatchLink>,
    /// Warnings of spans.
    pub warnings: Vec<Text>,
    /// Bad input.
    pub problems: Vec<Problem>,
    /// Text that is not a span.
    pub lines: Vec<OutputLine>,
    /// Bad input beyond what `problems` keeps.
    pub more_problems: u64,
    /// Output lines beyond what `lines` keeps.
    pub more_lines: u64,
}

impl SpanBatch {
    /// Empties the batch and keeps its memory.
    pub fn clear(&mut self) {
        self.text.clear();
        self.resources.clear();
        self.spans.clear();
        self.attributes.clear();
        self.events.clear();
        self.links.clear();
        self.warnings.clear();
        self.problems.clear();
        self.lines.clear();
        self.more_problems = 0;
        self.more_lines = 0;
    }

    /// What the batch holds, in bytes.
    pub fn size(&self) -> usize {
        self.text.len()
            + size_of_val(self.resources.as_slice())
            + size_of_val(self.spans.as_slice())
            + size_of_val(self.attributes.as_slice())
            + size_of_val(self.events.as_slice())
            + size_of_val(self.links.as_slice())
            + size_of_val(self.warnings.as_slice())
            + self.problems.iter().map(|problem| size_of::<Problem>() + problem.bytes.len()).sum::<usize>()
            + self.lines.iter().map(|line| size_of::<OutputLine>() + line.text.len()).sum::<usize>()
    }

    /// Copies text into the batch. Text beyond 4 GiB in one batch is cut (decoders bound their input far below).
    pub fn push_text(&mut self, bytes: &[u8]) -> Text {
        let start = index(self.text.len());
        let room = (u32::MAX - start) as usize;
        let kept = bytes.get(..room).unwrap_or(bytes);
        self.text.extend_from_slice(kept);
        Text { start, len: index(kept.len()) }
    }

    /// Takes as text of the batch what `write` appends to it. It is cut like any other.
    pub(crate) fn push_written(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> Text {
        let start = self.text.len();
        write(&mut self.text);
        self.text.truncate(start.max(u32::MAX as usize));
        Text { start: index(start), len: index(self.text.len() - start) }
    }

    /// The bytes of a piece of text; empty when it lies outside.
    pub fn bytes(&self, text: Text) -> &[u8] {
        let start = text.start as usize;
        self.text.get(start..start + text.len as usize).unwrap_or_default()
    }

    /// A piece of text. Decoders only store valid UTF-8; anything else reads as empty.
    pub fn str(&self, text: Text) -> &str {
        std::str::from_utf8(self.bytes(text)).unwrap_or_default()
    }

    /// The attributes of a range.
    pub fn attributes(&self, range: Range32) -> impl ExactSizeIterator<Item = Attribute<'_>> {
        let list = self.attributes.get(range.range()).unwrap_or_default();
        list.iter().map(|attribute| Attribute { key: self.str(attribute.key), value: self.value(attribute.value) })
    }

    /// A value, borrowed.
    pub fn value(&self, value: BatchValue) -> Value<'_> {
        match value {
            BatchValue::Str(text) => Value::Str(self.str(text)),
            BatchValue::Int(int) => Value::Int(int),
            BatchValue::Double(double) => Value::Double(double),
            BatchValue::Bool(bool) => Value::Bool(bool),
            BatchValue::Bytes(text) => Value::Bytes(self.bytes(text)),
            BatchValue::Json(text) => Value::Json(self.str(text)),
        }
    }

    /// The service of a span.
    pub fn service(&self, span: &BatchSpan) -> Text {
        self.resources.get(span.resource as usize).map(|resource| resource.service).unwrap_or_default()
    }

    /// A span of the batch as a plain value.
    pub fn span(&self, span: &BatchSpan) -> Span<'_> {
        let resource = self.resources.get(span.resource as usize).copied().unwrap_or_default();
        Span {
            trace_id: span.trace_id,
            span_id: span.span_id,
            parent_id: span.parent_id,
            service: self.str(resource.service),
            name: self.str(span.name),
            kind: span.kind,
            start: span.start,
            duration: span.duration,
            status: span.status,
            status_message: self.str(span.status_message),
            flags: span.flags,
            trace_state: self.str(span.trace_state),
            source: self.str(span.source),
            scope: Scope { name: self.str(span.scope_name), version: self.str(span.scope_version) },
            attributes: self.attributes(span.attributes).collect(),
            resource: self.attributes(resource.attributes).collect(),
            events: self.events.get(span.events.range()).unwrap_or_default().iter().map(|e| self.event(e)).collect(),
            links: self.links.get(span.links.range()).unwrap_or_default().iter().map(|l| self.link(l)).collect(),
            warnings: self
                .warnings
                .get(span.warnings.range())
                .unwrap_or_default()
                .iter()
                .map(|w| self.str(*w))
                .collect(),
        }
    }

    fn event(&self, event: &BatchEvent) -> Event<'_> {
        Event { time: event.time, name: self.str(event.name), attributes: self.attributes(event.attributes).collect() }
    }

    fn link(&self, link: &BatchLink) -> Link<'_> {
        let attributes = self.attributes(link.attributes).collect();
        Link { trace_id: link.trace_id, span_id: link.span_id, kind: link.kind, attributes }
    }

    /// Copies a whole span into the batch: the simple way for sources that are not hot (demo, tests).
    pub fn push(&mut self, span: &Span<'_>) {
        let service = self.push_text(span.service.as_bytes());
        let attributes = self.push_attributes(&span.resource);
        let resource = self.push_resource(service, attributes);
        self.push_under(resource, span);
    }

    /// The same under a resource that is there already.
    pub fn push_under(&mut self, resource: u32, span: &Span<'_>) {
        let mut writer = SpanWriter::new(self);
        for attribute in &span.attributes {
            let key = writer.batch.push_text(attribute.key.as_bytes());
            let value = writer.batch.push_value(&attribute.value);
            writer.attribute(key, value);
        }
        for event in &span.events {
            let name = writer.batch.push_text(event.name.as_bytes());
            let attributes = writer.batch.push_attributes(&event.attributes);
            writer.event(BatchEvent { time: event.time, name, attributes });
        }
        for link in &span.links {
            let attributes = writer.batch.push_attributes(&link.attributes);
            writer.link(BatchLink { trace_id: link.trace_id, span_id: link.span_id, kind: link.kind, attributes });
        }
        for warning in &span.warnings {
            writer.warn(warning);
        }
        writer.row = BatchSpan {
            trace_id: span.trace_id,
            span_id: span.span_id,
            parent_id: span.parent_id,
            start: span.start,
            duration: span.duration,
            resource,
            name: writer.batch.push_text(span.name.as_bytes()),
            kind: span.kind,
            status: span.status,
            status_message: writer.batch.push_text(span.status_message.as_bytes()),
            flags: span.flags,
            trace_state: writer.batch.push_text(span.trace_state.as_bytes()),
            source: writer.batch.push_text(span.source.as_bytes()),
            scope_name: writer.batch.push_text(span.scope.name.as_bytes()),
            scope_version: writer.batch.push_text(span.scope.version.as_bytes()),
            ..BatchSpan::default()
        };
        writer.commit();
    }

    /// Copies attributes into the batch.
    pub fn push_attributes(&mut self, attributes: &[Attribute<'_>]) -> Range32 {
        let start = index(self.attributes.len());
        for attribute in attributes {
            let key = self.push_text(attribute.key.as_bytes());
            let value = self.push_value(&attribute.value);
            self.attributes.push(BatchAttribute { key, value });
        }
        Range32 { start, end: index(self.attributes.len()) }
    }

    fn push_value(&mut self, value: &Value<'_>) -> BatchValue {
        match value {
            Value::Str(text) => BatchValue::Str(self.push_text(text.as_bytes())),
            Value::Int(int) => BatchValue::Int(*int),
            Value::Double(double) => BatchValue::Double(*double),
            Value::Bool(bool) => BatchValue::Bool(*bool),
            Value::Bytes(bytes) => BatchValue::Bytes(self.push_text(bytes)),
            Value::Json(text) => BatchValue::Json(self.push_text(text.as_bytes())),
        }
    }
}

/// A list index as stored in a batch; lists are bounded far below 2³².
fn index(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
