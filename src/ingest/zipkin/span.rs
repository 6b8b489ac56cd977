//! A Zipkin span, and what it is in OpenTelemetry's words.

use super::endpoint::Endpoint;
use crate::ingest::json::{Outcome, Shapes, Tape, push_attributes};
use crate::ingest::{DecodeOptions, mapped};
use crate::model::{
    BatchAttribute, BatchEvent, BatchValue, Kind, Place, Range32, SpanBatch, SpanId, SpanWriter, Status, Text,
    Timestamp, TraceId,
};

/// Endpoints whose resource is remembered in one call: more services than this seldom share a request.
const MAX_KNOWN: usize = 16;

/// A tag's value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Tag {
    Text(String),
    Bool(bool),
    Int(i64),
    Double(f64),
    Bytes(Vec<u8>),
}

impl Tag {
    fn push(&self, batch: &mut SpanBatch) -> BatchValue {
        match self {
            Self::Text(text) => BatchValue::Str(batch.push_text(text.as_bytes())),
            Self::Bool(bool) => BatchValue::Bool(*bool),
            Self::Int(int) => BatchValue::Int(*int),
            Self::Double(double) => BatchValue::Double(*double),
            Self::Bytes(bytes) => BatchValue::Bytes(batch.push_text(bytes)),
        }
    }

    fn text(&self) -> &str {
        if let Self::Text(text) = self { text } else { "" }
    }
}

/// A span as it was read. Times are in ns.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(clippy::struct_field_names, reason = "span id is the field's word")]
pub(super) struct Span {
    pub(super) trace_id: TraceId,
    pub(super) span_id: SpanId,
    pub(super) parent_id: Option<SpanId>,
    pub(super) name: String,
    pub(super) kind: Option<Kind>,
    pub(super) start: Option<i64>,
    pub(super) duration: Option<i64>,
    pub(super) local: Endpoint,
    pub(super) remote: Endpoint,
    pub(super) tags: Vec<(String, Tag)>,
    pub(super) annotations: Vec<(i64, String)>,
    pub(super) is_debug: bool,
    pub(super) warnings: Vec<&'static str>,
}

/// Writes spans of one call into its batch.
#[derive(Debug)]
pub(super) struct Writer {
    source: Text,
    known: Vec<(Endpoint, u32)>,
    tape: Tape,
}

impl Writer {
    pub(super) fn new(source: &str, batch: &mut SpanBatch) -> Self {
        Self { source: batch.push_text(source.as_bytes()), known: Vec::new(), tape: Tape::default() }
    }

    /// Writes a span; without any id it is a problem. `bytes` is where it was read from, `place` where that stands.
    pub(super) fn write(&mut self, span: &Span, batch: &mut SpanBatch, place: Place, bytes: &[u8]) {
        if span.trace_id.0 == 0 && span.span_id.0 == 0 {
            return batch.push_problem(place, "a span without ids".to_owned(), bytes);
        }
        let resource = self.resource(&span.local, batch);
        let mut out = SpanWriter::new(batch);
        out.row.resource = resource;
        out.row.source = self.source;
        (out.row.trace_id, out.row.span_id) = (span.trace_id, span.span_id);
        out.row.parent_id = span.parent_id.and_then(SpanId::non_zero).filter(|parent| *parent != span.span_id);
        out.row.name = out.batch.push_text(span.name.as_bytes());
        // Without a kind it is a local one.
        out.row.kind = span.kind.unwrap_or(Kind::Internal);
        out.row.flags = span.is_debug.then_some(3);
        out.row.start = Timestamp(span.start.unwrap_or_default());
        out.row.duration = u64::try_from(span.duration.unwrap_or_default()).unwrap_or_default();
        for (key, tag) in &span.tags {
            if !map(key, tag, &mut out) {
                let (key, value) = (out.batch.push_text(key.as_bytes()), tag.push(out.batch));
                out.attribute(key, value);
            }
        }
        push_remote(span, &mut out);
        for (time, value) in &span.annotations {
            let (name, attributes) = self.event(value, out.batch);
            out.event(BatchEvent { time: Timestamp(*time), name, attributes });
        }
        warn(span, &mut out);
        out.commit();
    }

    fn resource(&mut self, endpoint: &Endpoint, batch: &mut SpanBatch) -> u32 {
        if let Some((_, index)) = self.known.iter().find(|(known, _)| known == endpoint) {
            return *index;
        }
        let options = DecodeOptions::default();
        let service = batch.push_text(options.service(Some(&endpoint.service)).as_bytes());
        let start = batch.attributes.len();
        push_endpoint(endpoint, "network.local.address", "network.local.port", |key, value| {
            let (key, value) = (batch.push_text(key.as_bytes()), value.push(batch));
            batch.attributes.push(BatchAttribute { key, value });
        });
        let index = batch.push_resource(service, batch.attributes_since(start));
        self.known.truncate(MAX_KNOWN - 1);
        self.known.insert(0, (endpoint.clone(), index));
        index
    }

    /// An annotation's name and attributes: OpenTelemetry's exporters write `{"name":{…}}`, Jaeger's Go client the fields of a
    /// log as an object, ours `name {…}`; anything else is the name.
    fn event(&mut self, value: &str, batch: &mut SpanBatch) -> (Text, Range32) {
        let brace = value.find('{').filter(|at| *at == 0 || value.as_bytes().get(at - 1) == Some(&b' '));
        let (head, json) = brace.and_then(|at| value.split_at_checked(at)).unwrap_or((value, ""));
        let is_whole = self.tape.parse(json.as_bytes()) == Outcome::Complete(json.len()) && !json.is_empty();
        let none = batch.attributes_since(batch.attributes.len());
        if !is_whole {
            return (batch.push_text(value.as_bytes()), none);
        }
        let object = self.tape.root(json.as_bytes());
        if !head.is_empty() {
            let name = batch.push_text(head.trim_end().as_bytes());
            return (name, push_attributes(object, Shapes::Plain, batch));
        }
        let mut members = object.members();
        if let (Some((name, inner)), None) = (members.next(), members.next())
            && inner.kind() == crate::ingest::json::JsonKind::Object
        {
            let name = crate::ingest::json::push_text(name, batch);
            return (name, push_attributes(inner, Shapes::Plain, batch));
        }
        match object.get(b"event").filter(|event| event.is_string()) {
            Some(event) => {
                let name = crate::ingest::json::push_text(event, batch);
                let fields = push_attributes(object, Shapes::Plain, batch);
                (name, without(fields, b"event", batch))
            }
            None => (batch.push_text(value.as_bytes()), none),
        }
    }
}

/// Takes an attribute out of the list at the end of the batch.
fn without(range: Range32, key: &[u8], batch: &mut SpanBatch) -> Range32 {
    let at = range.range().find(|at| batch.attributes.get(*at).is_some_and(|found| batch.bytes(found.key) == key));
    match at {
        Some(at) => {
            batch.attributes.remove(at);
            Range32 { end: range.end - 1, ..range }
        }
        None => range,
    }
}

/// Tags that stand for a field of the model leave the list of attributes.
fn map(key: &str, tag: &Tag, out: &mut SpanWriter<'_>) -> bool {
    let text = tag.text();
    match key {
        // That it is there says it; its text says why.
        "error" => {
            if matches!(tag, Tag::Bool(false)) || text.eq_ignore_ascii_case("false") {
                return false;
            }
            out.row.status = Status::Error;
            if !text.is_empty() && !text.eq_ignore_ascii_case("true") {
                out.row.status_message = out.batch.push_text(text.as_bytes());
            }
            true
        }
        key => mapped::map(key, text, out),
    }
}

fn push_endpoint(endpoint: &Endpoint, address: &str, port: &str, mut push: impl FnMut(&str, Tag)) {
    if !endpoint.address.is_empty() {
        push(address, Tag::Text(endpoint.address.clone()));
    }
    if endpoint.port != 0 {
        push(port, Tag::Int(i64::from(endpoint.port)));
    }
}

/// What the span talked to, in the names of OpenTelemetry's conventions, unless a tag of its own says it.
fn push_remote(span: &Span, out: &mut SpanWriter<'_>) {
    let mut push = |key: &str, value: Tag| {
        if !span.tags.iter().any(|(own, _)| own == key) {
            let (key, value) = (out.batch.push_text(key.as_bytes()), value.push(out.batch));
            out.attribute(key, value);
        }
    };
    if !span.remote.service.is_empty() {
        push("peer.service", Tag::Text(span.remote.service.clone()));
    }
    push_endpoint(&span.remote, "network.peer.address", "network.peer.port", push);
}

fn warn(span: &Span, out: &mut SpanWriter<'_>) {
    let found = [
        (span.trace_id.0 == 0, "sent without a trace id"),
        (span.span_id.0 == 0, "sent without a span id"),
        (span.start.is_none(), "sent without a timestamp"),
        (span.duration.is_some_and(|duration| duration < 0), "sent with a negative duration, shown as 0"),
    ];
    let found = found.into_iter().filter(|(is, _)| *is).map(|(_, text)| text);
    for text in found.chain(span.warnings.iter().copied()) {
        out.warn(text);
    }
}
