//! Zipkin JSON, both models: a list of spans, each put on the tape alone. Which model a span is of, its members tell.

use super::endpoint::Endpoint;
use super::span::{Span, Tag, Writer};
use super::v1::Old;
use super::{CUT, MAX_ROWS};
use crate::ingest::body::{Body, Progress, is_full};
use crate::ingest::json::{Json as Value, JsonKind, Outcome, Pull, Stop, Tape};
use crate::ingest::scan::{DecodeOptions, Memo, Verdict, rename_services};
use crate::model::{Kind, Place, SpanBatch, SpanId, TraceId};

/// A list of spans being decoded.
#[derive(Debug)]
pub struct Json<'a> {
    bytes: &'a [u8],
    source: &'static str,
    pull: Pull<'a>,
    tape: Tape,
    /// Lists that are open; Kong sends lists of lists.
    depth: usize,
    is_first: bool,
}

/// Lists nested deeper than this are no Zipkin.
const MAX_LISTS: usize = 8;

impl<'a> Json<'a> {
    /// Begins with the text; `source` is for the spans.
    pub fn new(body: &'a [u8], source: &'static str) -> Self {
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
        Self { bytes: body, source, pull: Pull::new(body), tape: Tape::default(), depth: 0, is_first: true }
    }

    /// The next span's place; nothing at the end.
    fn next(&mut self) -> Result<Option<(usize, usize)>, Stop> {
        loop {
            let more = if self.depth == 0 { self.pull.peek().is_some() } else { self.pull.item(&mut self.is_first)? };
            if !more && self.depth == 0 {
                return Ok(None);
            }
            match (more, self.pull.peek()) {
                (false, _) => self.depth -= 1,
                (true, Some(b'[')) if self.depth < MAX_LISTS => {
                    self.pull.advance(1);
                    self.depth += 1;
                    self.is_first = true;
                }
                (true, Some(b'{')) => return self.object().map(Some),
                (true, _) if self.depth == 0 => return Err(Stop::Broken("a list of spans is missing")),
                (true, _) => drop(self.pull.skip()?),
            }
        }
    }

    fn object(&mut self) -> Result<(usize, usize), Stop> {
        let start = self.pull.position();
        match self.tape.parse(self.pull.rest()) {
            Outcome::Complete(length) => {
                self.pull.advance(length);
                Ok((start, start + length))
            }
            Outcome::Incomplete => Err(Stop::End),
            Outcome::Broken(reason) => Err(Stop::Broken(reason)),
        }
    }
}

impl Body for Json<'_> {
    fn fill(&mut self, batch: &mut SpanBatch, limit: usize) -> Progress {
        let mut writer = Writer::new(self.source, batch);
        loop {
            let (start, end) = match self.next() {
                Ok(Some(place)) => place,
                Ok(None) => return Progress::Done,
                Err(stop) => {
                    let reason = match stop {
                        Stop::End => "the JSON text ends in the middle",
                        Stop::Broken(reason) => reason,
                    };
                    let place = Place::Byte(self.pull.position() as u64);
                    batch.push_problem(place, format!("no Zipkin JSON: {reason}"), self.pull.rest());
                    return Progress::Broken;
                }
            };
            let bytes = self.bytes.get(start..end).unwrap_or_default();
            for span in read(self.tape.root(bytes)) {
                writer.write(&span, batch, Place::Byte(start as u64), bytes);
            }
            if is_full(batch, limit) {
                return Progress::More;
            }
        }
    }
}

/// The name in `Span::source` of spans in files.
pub(crate) const FILE: &str = "zipkin-json";

/// Decodes an object in a file when it is a span of Zipkin: no other format has `traceId` and `id`, and nothing of OTLP.
pub(crate) fn decode_object(
    object: Value<'_>,
    batch: &mut SpanBatch,
    _memo: &mut Memo,
    options: &DecodeOptions,
) -> Verdict {
    let has = |key: &[u8]| object.get(key).is_some();
    let is_ours = has(b"traceId") && has(b"id") && !has(b"spanId");
    let is_span = [&b"timestamp"[..], b"duration", b"annotations", b"localEndpoint", b"binaryAnnotations", b"kind"];
    if !is_ours || !is_span.into_iter().any(has) {
        return Verdict::Other;
    }
    let (spans, resources) = (batch.spans.len(), batch.resources.len());
    let mut writer = Writer::new(FILE, batch);
    for span in read(object) {
        writer.write(&span, batch, Place::Byte(0), object.raw());
    }
    rename_services(resources, batch, options);
    let new = batch.spans.get(spans..).unwrap_or_default();
    new.last().map_or(Verdict::Other, |last| Verdict::Span(last.start.plus(last.duration)))
}

/// The spans that an object stands for.
fn read(object: Value<'_>) -> Vec<Span> {
    let mut span = ids(object);
    let is_long = |key: &[u8]| {
        object
            .get(key)
            .is_some_and(|list| list.items().nth(MAX_ROWS).is_some() || list.members().nth(MAX_ROWS).is_some())
    };
    if [&b"annotations"[..], b"binaryAnnotations", b"tags"].into_iter().any(is_long) {
        span.warnings.push(CUT);
    }
    let is_old = object.get(b"binaryAnnotations").is_some()
        || object.get(b"annotations").into_iter().flat_map(Value::items).any(|note| note.get(b"endpoint").is_some());
    if is_old {
        let annotations = object.get(b"annotations").into_iter().flat_map(Value::items).take(MAX_ROWS);
        let annotations = annotations.map(|note| (time(note), value(note), endpoint(note.get(b"endpoint"))));
        let binary = object.get(b"binaryAnnotations").into_iter().flat_map(Value::items).take(MAX_ROWS);
        let binary = binary.map(|tag| {
            (
                tag.get(b"key").map(text).unwrap_or_default(),
                tag_value(tag.get(b"value")),
                endpoint(tag.get(b"endpoint")),
            )
        });
        return Old { span, annotations: annotations.collect(), binary: binary.collect() }.spans();
    }
    span.kind = object.get(b"kind").and_then(Value::plain).and_then(Kind::parse);
    span.local = endpoint(object.get(b"localEndpoint"));
    span.remote = endpoint(object.get(b"remoteEndpoint"));
    let tags = object.get(b"tags").into_iter().flat_map(Value::members).take(MAX_ROWS);
    // v2 knows text only; what else clients write is shown as text.
    span.tags = tags.map(|(key, value)| (text(key), Tag::Text(text(value)))).collect();
    let notes = object.get(b"annotations").into_iter().flat_map(Value::items).take(MAX_ROWS);
    span.annotations = notes.map(|note| (time(note), value(note))).collect();
    vec![span]
}

/// What both models have in common.
fn ids(object: Value<'_>) -> Span {
    let mut span = Span::default();
    let hex = |key: &[u8], most: usize| {
        let digits = object.get(key).and_then(Value::word).filter(|word| !word.is_empty())?;
        let id = TraceId::from_hex(digits.get(digits.len().saturating_sub(32)..).unwrap_or(digits));
        Some((id, digits.len() <= most))
    };
    let mut id = |key: &[u8], most: usize| {
        let (id, is_usual) = hex(key, most)?;
        if id.is_none() || !is_usual {
            span.warnings.push("an id is not one of Zipkin's");
        }
        id.map(|id| id.0)
    };
    let low = |id: u128| SpanId(u64::try_from(id & u128::from(u64::MAX)).unwrap_or_default());
    let (trace_id, span_id, parent_id) = (id(b"traceId", 32), id(b"id", 16), id(b"parentId", 16));
    span.trace_id = TraceId(trace_id.unwrap_or_default());
    span.span_id = span_id.map(low).unwrap_or_default();
    span.parent_id = parent_id.map(low);
    span.name = object.get(b"name").map(text).unwrap_or_default();
    span.start = object.get(b"timestamp").and_then(Value::micros);
    span.duration = object.get(b"duration").and_then(Value::micros);
    span.is_debug = object.get(b"debug").is_some_and(|debug| debug.kind() == JsonKind::True);
    span
}

fn time(note: Value<'_>) -> i64 {
    note.get(b"timestamp").and_then(Value::micros).unwrap_or_default()
}

fn value(note: Value<'_>) -> String {
    note.get(b"value").map(text).unwrap_or_default()
}

/// Any value as text; `null` is empty.
fn text(value: Value<'_>) -> String {
    if value.kind() == JsonKind::Null {
        return String::new();
    }
    let mut batch = SpanBatch::default();
    if value.is_string() {
        let text = crate::ingest::json::push_text(value, &mut batch);
        return batch.str(text).to_owned();
    }
    let mut out = Vec::new();
    crate::ingest::json::compact(value, &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

/// The value of a v1 binary annotation keeps its type.
fn tag_value(value: Option<Value<'_>>) -> Tag {
    match value.map(|value| (value.kind(), value)) {
        Some((JsonKind::True, _)) => Tag::Bool(true),
        Some((JsonKind::False, _)) => Tag::Bool(false),
        Some((JsonKind::Integer, value)) => match text(value).parse() {
            Ok(int) => Tag::Int(int),
            Err(_) => Tag::Text(text(value)),
        },
        Some((JsonKind::Double, value)) => Tag::Double(text(value).parse().unwrap_or(f64::NAN)),
        Some((_, value)) => Tag::Text(text(value)),
        None => Tag::Text(String::new()),
    }
}

/// An endpoint; what is wrong about it is left out.
fn endpoint(value: Option<Value<'_>>) -> Endpoint {
    let mut endpoint = Endpoint::default();
    let Some(value) = value else { return endpoint };
    endpoint.service = value.get(b"serviceName").filter(|name| name.is_string()).map(text).unwrap_or_default();
    for key in [&b"ipv6"[..], b"ipv4"] {
        if let Some(address) = value.get(key) {
            endpoint.parse_address(&text(address));
        }
    }
    endpoint.port = value.get(b"port").and_then(|port| text(port).parse().ok()).unwrap_or_default();
    endpoint
}
