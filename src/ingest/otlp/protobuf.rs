//! `ExportTraceServiceRequest` and `ExportLogsServiceRequest` (or `TracesData` and `LogsData`, the same on the wire): a walk over
//! resources, scopes and their spans or log records that can stop behind any of these and go on with another batch.

use super::MAX_ROWS;
use super::draft::service;
use super::log;
use super::span::{Copied, decode};
use crate::ingest::body::{Body, Progress, is_full};
use crate::ingest::protobuf::{Fault, Message, Read, Value};
use crate::model::{BatchLog, BatchValue, Place, SpanBatch, SpanWriter, Text};

/// Fields of `ResourceSpans` and `ResourceLogs` that hold the scopes: today's, which has taken the place of the old one with the same shape, and
/// where versions 0.15 to 0.18 put that one.
const SCOPE_SPANS: [u32; 2] = [2, 1000];

/// What a request brings: all else is the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Item {
    Span,
    Log,
}

/// A request being decoded.
#[derive(Debug)]
pub struct Protobuf<'a> {
    bytes: &'a [u8],
    source: &'static str,
    item: Item,
    request: Message<'a>,
    /// The resource at hand, and what is left of its `ResourceSpans`.
    resource: Option<(&'a [u8], Message<'a>)>,
    /// The scope at hand, and what is left of its `ScopeSpans`.
    scope: Option<(&'a [u8], Message<'a>)>,
}

/// What the batch at hand holds of the span's surroundings.
#[derive(Clone, Copy, Default)]
struct Shared {
    source: Text,
    resource: Option<u32>,
    scope: Option<(Text, Text)>,
}

impl<'a> Protobuf<'a> {
    /// Begins with the bytes of a request that brings spans; `source` is for these.
    pub fn new(body: &'a [u8], source: &'static str) -> Self {
        Self { bytes: body, source, item: Item::Span, request: Message::new(body), resource: None, scope: None }
    }

    /// Begins with the bytes of a request that brings log records.
    pub fn logs(body: &'a [u8], source: &'static str) -> Self {
        Self { item: Item::Log, ..Self::new(body, source) }
    }

    /// The bytes of the next span or log record.
    fn next(&mut self, shared: &mut Shared) -> Read<Option<&'a [u8]>> {
        loop {
            if let Some((_, spans)) = &mut self.scope {
                match spans.field()? {
                    Some((2, Value::Bytes(span))) => return Ok(Some(span)),
                    Some(_) => continue,
                    None => self.scope = None,
                }
            }
            if let Some((_, scopes)) = &mut self.resource {
                match scopes.field()? {
                    Some((number, Value::Bytes(scope))) if SCOPE_SPANS.contains(&number) => {
                        self.scope = Some((first(scope), Message::new(scope)));
                        shared.scope = None;
                    }
                    Some(_) => {}
                    None => self.resource = None,
                }
                continue;
            }
            match self.request.field()? {
                Some((1, Value::Bytes(resource))) => {
                    self.resource = Some((first(resource), Message::new(resource)));
                    shared.resource = None;
                }
                Some(_) => {}
                None => return Ok(None),
            }
        }
    }

    /// Decodes a span or a log record; `false` for a span without ids.
    fn item(&self, bytes: &[u8], shared: &mut Shared, batch: &mut SpanBatch) -> Read<bool> {
        let resource = self.resource.map(|(resource, _)| resource).unwrap_or_default();
        let scope = self.scope.map(|(scope, _)| scope).unwrap_or_default();
        let index = match shared.resource {
            Some(index) => index,
            None => *shared.resource.insert(self.push_resource(resource, batch)),
        };
        let (name, version) = match shared.scope {
            Some(scope) => scope,
            None => *shared.scope.insert(push_scope(scope, batch)),
        };
        if self.item == Item::Log {
            let log = BatchLog { resource: index, scope: name, source: shared.source, ..BatchLog::default() };
            return log::decode(bytes, log, batch).map(|()| true);
        }
        let mut span = SpanWriter::new(batch);
        span.row.resource = index;
        (span.row.scope_name, span.row.scope_version) = (name, version);
        span.row.source = shared.source;
        decode(bytes, span)
    }

    /// A resource, as far as it can be read: its spans are worth more than what is damaged about it.
    fn push_resource(&self, bytes: &[u8], batch: &mut SpanBatch) -> u32 {
        let copied = Copied::new(bytes, batch);
        let start = batch.attributes.len();
        let mut message = Message::new(bytes);
        let mut named = None;
        loop {
            let pair = match message.field() {
                Ok(Some((1, Value::Bytes(pair)))) => pair,
                Ok(Some(_)) => continue,
                Ok(None) => break,
                Err(fault) => {
                    batch.push_problem(self.place(message.rest()), format!("{fault} in a resource"), bytes);
                    break;
                }
            };
            match copied.attribute(pair, batch) {
                Ok(attribute) if batch.attributes.len() - start < MAX_ROWS => {
                    if let (b"service.name", BatchValue::Str(name)) = (batch.bytes(attribute.key), attribute.value) {
                        named = Some(name);
                    }
                    batch.attributes.push(attribute);
                }
                Ok(_) => {}
                Err(fault) => {
                    batch.push_problem(self.place(pair), format!("{fault} in an attribute of a resource"), bytes);
                }
            }
        }
        let attributes = batch.attributes_since(start);
        let name = service(named.map(|name| batch.str(name)));
        let name = batch.push_text(name.as_bytes());
        batch.push_resource(name, attributes)
    }

    fn place(&self, bytes: &[u8]) -> Place {
        Place::Byte(bytes.as_ptr().addr().saturating_sub(self.bytes.as_ptr().addr()) as u64)
    }

    fn broken(&self, fault: Fault, batch: &mut SpanBatch) -> Progress {
        let inner = self.scope.or(self.resource).map_or(self.request, |(_, message)| message);
        batch.push_problem(self.place(inner.rest()), format!("{fault} in an OTLP request"), self.bytes);
        Progress::Broken
    }
}

impl Body for Protobuf<'_> {
    fn fill(&mut self, batch: &mut SpanBatch, limit: usize) -> Progress {
        let mut shared = Shared { source: batch.push_text(self.source.as_bytes()), ..Shared::default() };
        loop {
            let bytes = match self.next(&mut shared) {
                Ok(Some(bytes)) => bytes,
                Ok(None) => return Progress::Done,
                Err(fault) => return self.broken(fault, batch),
            };
            match self.item(bytes, &mut shared, batch) {
                Ok(true) => {}
                Ok(false) => batch.push_problem(self.place(bytes), "a span without ids".to_owned(), bytes),
                // Its own bytes are damaged; where the next one begins is known all the same.
                Err(fault) => {
                    let what = if self.item == Item::Span { "a span" } else { "a log record" };
                    batch.push_problem(self.place(bytes), format!("{fault} in {what}"), bytes);
                }
            }
            if is_full(batch, limit) {
                return Progress::More;
            }
        }
    }
}

/// Field 1 of a message, wherever it stands; damage is found later, behind the spans that are whole.
fn first(bytes: &[u8]) -> &[u8] {
    let mut message = Message::new(bytes);
    let mut found: &[u8] = &[];
    while let Ok(Some((number, value))) = message.field() {
        if let (1, Value::Bytes(bytes)) = (number, value) {
            found = bytes;
            break;
        }
    }
    found
}

/// Name and version of a scope, as far as it can be read.
fn push_scope(bytes: &[u8], batch: &mut SpanBatch) -> (Text, Text) {
    let mut message = Message::new(bytes);
    let (mut name, mut version) = (Text::default(), Text::default());
    while let Ok(Some(field)) = message.field() {
        match field {
            (1, Value::Bytes(text)) => name = batch.push_utf8(text),
            (2, Value::Bytes(text)) => version = batch.push_utf8(text),
            _ => {}
        }
    }
    (name, version)
}
