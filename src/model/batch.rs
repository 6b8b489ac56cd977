//! A decoded batch: flat, owned, reusable. Decoders fill it, the store reads it, a channel carries it.
//!
//! All text lives in one byte buffer and everything else points into it, so a batch costs a handful of allocations
//! whatever it holds, and none when it is reused after [`SpanBatch::clear`].

mod rows;
mod writer;

pub use rows::{BatchAttribute, BatchEvent, BatchLink, BatchLog, BatchResource, BatchSpan, BatchValue, Range32, Text};
pub use writer::{Mark, SpanWriter};

use super::{Attribute, Event, Link, Log, OutputLine, Place, Problem, Scope, Span, Timestamp, Value};

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
    /// Log records.
    pub logs: Vec<BatchLog>,
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
        self.logs.clear();
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
            + size_of_val(self.logs.as_slice())
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

    /// A log record of the batch as a plain value.
    pub fn log(&self, log: &BatchLog) -> Log<'_> {
        let resource = self.resources.get(log.resource as usize).copied().unwrap_or_default();
        Log {
            time: log.time,
            trace_id: log.trace_id,
            span_id: log.span_id,
            severity: log.severity,
            severity_text: self.str(log.severity_text),
            service: self.str(resource.service),
            scope: self.str(log.scope),
            event_name: self.str(log.event_name),
            body: self.value(log.body),
            attributes: self.attributes(log.attributes).collect(),
            resource: self.attributes(resource.attributes).collect(),
            source: self.str(log.source),
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

    /// Copies spans of another batch, those for whose index `is_wanted` says so, into this one.
    pub fn push_all(&mut self, other: &Self, is_wanted: impl Fn(usize) -> bool) {
        let mut resources = vec![None; other.resources.len()];
        for (_, row) in other.spans.iter().enumerate().filter(|(at, _)| is_wanted(*at)) {
            let (span, known) = (other.span(row), resources.get_mut(row.resource as usize));
            match known {
                Some(Some(index)) => self.push_under(*index, &span),
                Some(known) => {
                    self.push(&span);
                    *known = Some(index(self.resources.len() - 1));
                }
                None => self.push(&span),
            }
        }
    }

    /// Copies a log record into the batch: for sources that are not hot, like [`SpanBatch::push`].
    pub fn push_log(&mut self, log: &Log<'_>) {
        let service = self.push_text(log.service.as_bytes());
        let attributes = self.push_attributes(&log.resource);
        let resource = self.push_resource(service, attributes);
        self.push_log_under(resource, log);
    }

    /// The same under a resource that is there already.
    pub fn push_log_under(&mut self, resource: u32, log: &Log<'_>) {
        let row = BatchLog {
            time: log.time,
            trace_id: log.trace_id,
            span_id: log.span_id,
            severity: log.severity,
            severity_text: self.push_text(log.severity_text.as_bytes()),
            resource,
            scope: self.push_text(log.scope.as_bytes()),
            event_name: self.push_text(log.event_name.as_bytes()),
            body: self.push_value(&log.body),
            attributes: self.push_attributes(&log.attributes),
            source: self.push_text(log.source.as_bytes()),
        };
        self.logs.push(row);
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
