//! Traces as Jaeger's API answers them and its UI saves and loads them: `{"data":[{"traceID":…,"spans":[…],"processes":{…}}]}`
//! (jaeger `internal/uimodel`). Takes one trace, in whatever stands around it, or one span that holds its own process, as
//! Jaeger's Elasticsearch documents do.

use super::jaeger::{Held, Tag, name_event, push, push_tag, resolve_parent};
use super::json::{Json, JsonKind, compact, push_text};
use super::scan::{DecodeOptions, Memo, Verdict};
use crate::model::{BatchEvent, BatchLink, LinkKind, SpanBatch, SpanId, SpanWriter, Text, Timestamp, TraceId};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The name in `Span::source`.
pub(crate) const NAME: &str = "jaeger-json";

/// Decodes a trace, or a span that has its process.
pub(crate) fn decode(object: Json<'_>, batch: &mut SpanBatch, memo: &mut Memo, options: &DecodeOptions) -> Verdict {
    let Some(spans) = object.get(b"spans").filter(|spans| spans.kind() == JsonKind::Array) else {
        let is_span = object.get(b"spanID").is_some() && object.get(b"operationName").is_some();
        return if is_span { one_span(object, batch, memo, options) } else { Verdict::Other };
    };
    let is_span = |span: Json<'_>| span.get(b"spanID").is_some() && span.get(b"operationName").is_some();
    if !spans.items().next().is_some_and(is_span) {
        return Verdict::Other;
    }
    let processes: Vec<(&[u8], u32)> = object
        .get(b"processes")
        .into_iter()
        .flat_map(Json::members)
        .map(|(id, process)| (id.raw(), push_process(process, batch, options)))
        .collect();
    let source = memo.source(NAME, batch);
    let (mut unknown, mut ended, mut unread) = (None, None, false);
    for span in spans.items() {
        let id = span.get(b"processID").map(Json::raw).unwrap_or_default();
        let known = processes.iter().find(|(known, _)| *known == id).map(|(_, index)| *index);
        let resource = own_process(span, batch, options)
            .or(known)
            .unwrap_or_else(|| *unknown.get_or_insert_with(|| no_process(batch, options)));
        match push_span(span, resource, source, batch) {
            Some(end) => ended = Some(end),
            None => unread = true,
        }
    }
    match ended {
        Some(ended) => Verdict::Span(ended),
        None if unread => Verdict::Unreadable("spans of Jaeger whose traceID or spanID is not an id"),
        None => Verdict::Other,
    }
}

/// Puts a span of a trace into a batch whose processes are still to come; when it ended. `processes` are those met so far.
pub(crate) fn hold(
    span: Json<'_>,
    batch: &mut SpanBatch,
    source: Text,
    processes: &mut Vec<(Vec<u8>, u32)>,
    options: &DecodeOptions,
) -> Option<Timestamp> {
    if span.get(b"spanID").is_none() || span.get(b"operationName").is_none() {
        return None;
    }
    let id = span.get(b"processID").map(Json::raw).unwrap_or_default();
    let known = processes.iter().find(|(known, _)| known == id).map(|(_, index)| *index);
    let resource = own_process(span, batch, options).or(known).unwrap_or_else(|| {
        let index = no_process(batch, options);
        processes.push((id.to_vec(), index));
        index
    });
    push_span(span, resource, source, batch)
}

/// Gives the processes met their service and tags, as the trace says.
pub(crate) fn name_processes(
    trace: Option<Json<'_>>,
    batch: &mut SpanBatch,
    processes: &[(Vec<u8>, u32)],
    options: &DecodeOptions,
) {
    for (id, process) in trace.and_then(|trace| trace.get(b"processes")).into_iter().flat_map(Json::members) {
        let Some((_, index)) = processes.iter().find(|(known, _)| known == id.raw()) else { continue };
        let named = push_process(process, batch, options);
        let named = batch.resources.get(named as usize).copied();
        if let Some((slot, named)) = batch.resources.get_mut(*index as usize).zip(named) {
            *slot = named;
        }
    }
}

fn one_span(object: Json<'_>, batch: &mut SpanBatch, memo: &mut Memo, options: &DecodeOptions) -> Verdict {
    let Some(resource) = own_process(object, batch, options) else { return Verdict::Other };
    let source = memo.source(NAME, batch);
    push_span(object, resource, source, batch)
        .map_or(Verdict::Unreadable("a span of Jaeger whose traceID or spanID is not an id"), Verdict::Span)
}

fn own_process(span: Json<'_>, batch: &mut SpanBatch, options: &DecodeOptions) -> Option<u32> {
    let process = span.get(b"process").filter(|process| process.kind() == JsonKind::Object)?;
    Some(push_process(process, batch, options))
}

fn push_process(process: Json<'_>, batch: &mut SpanBatch, options: &DecodeOptions) -> u32 {
    let named = process.get(b"serviceName").map(|name| push_text(name, batch)).unwrap_or_default();
    let service = options.service(Some(batch.str(named))).to_owned();
    let service = batch.push_text(service.as_bytes());
    let start = batch.attributes.len();
    for tag in process.get(b"tags").into_iter().flat_map(Json::items) {
        with_tag(tag, batch, push);
    }
    batch.push_resource(service, batch.attributes_since(start))
}

fn no_process(batch: &mut SpanBatch, options: &DecodeOptions) -> u32 {
    let service = batch.push_text(options.service(None).as_bytes());
    batch.push_resource(service, batch.attributes_since(batch.attributes.len()))
}

/// When the span ended; nothing when it has no ids.
fn push_span(span: Json<'_>, resource: u32, source: Text, batch: &mut SpanBatch) -> Option<Timestamp> {
    let ids = ids(span)?;
    let mut out = SpanWriter::new(batch);
    (out.row.resource, out.row.source) = (resource, source);
    (out.row.trace_id, out.row.span_id) = ids;
    let mut links = Vec::new();
    let mut start = None;
    for (key, value) in span.members() {
        match key.raw() {
            b"operationName" => out.row.name = push_text(value, out.batch),
            b"startTime" => start = value.micros(),
            b"duration" => out.row.duration = value.micros().and_then(|ns| u64::try_from(ns).ok()).unwrap_or_default(),
            b"flags" => out.row.flags = value.word().and_then(|flags| flags.parse().ok()),
            b"references" => links.extend(value.items().filter_map(reference)),
            // What Jaeger wrote before it had references.
            b"parentSpanID" => {
                let parent = value.plain().and_then(span_id).and_then(SpanId::non_zero);
                links.extend(parent.map(|span_id| BatchLink {
                    trace_id: ids.0,
                    span_id,
                    kind: LinkKind::ChildOf,
                    ..BatchLink::default()
                }));
            }
            b"tags" => value.items().for_each(|tag| with_tag_of(tag, &mut out)),
            b"logs" => value.items().for_each(|log| push_log(log, &mut out)),
            b"warnings" => value.items().for_each(|text| out.warn(&text_of(text))),
            _ => {}
        }
    }
    if start.is_none() {
        out.warn("written without a start time");
    }
    out.row.start = Timestamp(start.unwrap_or_default());
    let ended = out.row.start.plus(out.row.duration);
    resolve_parent(&links, &mut out);
    out.commit();
    Some(ended)
}

fn ids(object: Json<'_>) -> Option<(TraceId, SpanId)> {
    let trace_id = TraceId::from_hex(object.get(b"traceID")?.word()?)?;
    Some((trace_id, span_id(object.get(b"spanID")?.word()?)?))
}

fn span_id(hex: &str) -> Option<SpanId> {
    u64::from_str_radix(hex, 16).ok().map(SpanId)
}

fn reference(reference: Json<'_>) -> Option<BatchLink> {
    let (trace_id, span_id) = ids(reference)?;
    let is_following = reference.get(b"refType").and_then(Json::plain) == Some("FOLLOWS_FROM");
    let kind = if is_following { LinkKind::FollowsFrom } else { LinkKind::ChildOf };
    Some(BatchLink { trace_id, span_id, kind, ..BatchLink::default() })
}

fn push_log(log: Json<'_>, out: &mut SpanWriter<'_>) {
    let time = Timestamp(log.get(b"timestamp").and_then(Json::micros).unwrap_or_default());
    let start = out.batch.attributes.len();
    for field in log.get(b"fields").into_iter().flat_map(Json::items) {
        with_tag(field, out.batch, push);
    }
    let (name, attributes) = name_event(out.batch.attributes_since(start), out.batch);
    out.event(BatchEvent { time, name, attributes });
}

fn with_tag_of(tag: Json<'_>, out: &mut SpanWriter<'_>) {
    let (key, value) = (tag.get(b"key").map(text_of).unwrap_or_default(), tag.get(b"value"));
    held(tag, value, |value| push_tag(Tag { key: key.as_bytes(), value }, out));
}

fn with_tag(tag: Json<'_>, batch: &mut SpanBatch, to: fn(Tag<'_>, &mut SpanBatch)) {
    let (key, value) = (tag.get(b"key").map(text_of).unwrap_or_default(), tag.get(b"value"));
    held(tag, value, |value| to(Tag { key: key.as_bytes(), value }, batch));
}

/// The value of a tag by the type that stands beside it. JSON of other hands has numbers as text, and the other way round.
fn held(tag: Json<'_>, value: Option<Json<'_>>, take: impl FnOnce(Held<'_>)) {
    let text = value.map(text_of).unwrap_or_default();
    let kind = tag.get(b"type").and_then(Json::plain).unwrap_or_default();
    let is_true = value.is_some_and(|value| value.kind() == JsonKind::True) || text.eq_ignore_ascii_case("true");
    let is_bool = value.is_some_and(|value| matches!(value.kind(), JsonKind::True | JsonKind::False));
    match (kind, value.map(Json::kind)) {
        ("bool", _) => take(Held::Bool(is_true)),
        ("", _) if is_bool => take(Held::Bool(is_true)),
        ("int64", _) | ("", Some(JsonKind::Integer)) => match text.parse() {
            Ok(int) => take(Held::Int(int)),
            Err(_) => take(Held::Text(text.as_bytes())),
        },
        ("float64", _) | ("", Some(JsonKind::Double)) => match text.parse() {
            Ok(double) => take(Held::Double(double)),
            Err(_) => take(Held::Text(text.as_bytes())),
        },
        ("binary", _) => match STANDARD.decode(&text) {
            Ok(bytes) => take(Held::Bytes(&bytes)),
            Err(_) => take(Held::Text(text.as_bytes())),
        },
        _ => take(Held::Text(text.as_bytes())),
    }
}

/// A string as it is, anything else as JSON text.
fn text_of(value: Json<'_>) -> String {
    if value.is_string() {
        let mut batch = SpanBatch::default();
        let text = push_text(value, &mut batch);
        return batch.str(text).to_owned();
    }
    let mut out = Vec::new();
    compact(value, &mut out);
    String::from_utf8_lossy(&out).into_owned()
}
