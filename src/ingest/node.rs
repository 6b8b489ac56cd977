//! What the console exporters of OpenTelemetry JS print: `util.inspect` text, an object a span or log record, over several lines
//! (opentelemetry-js `sdk-trace-base`, 0.x to 2.x). Times are numbers of µs, an event's are `[s, ns]`.

use super::console::{parse_span_id, parse_trace_id};
use super::inspected::{to_json, without_colours};
use super::json::{Json, JsonKind, Outcome, Shapes, Tape, push_attributes, push_text};
use super::printed_json::resource_of;
use super::printed_log;
use super::scan::{Begins, Block, DecodeOptions, Decoded, Memo, brace_end, brace_then};
use crate::model::{
    BatchEvent, BatchLink, BatchLog, Kind, LinkKind, Range32, SpanBatch, SpanId, SpanWriter, Status, Timestamp, TraceId,
};

/// The name in `Span::source`.
pub(super) const NAME: &str = "node";

/// How a span is found in text.
pub(super) const BLOCK: Block = Block { begins, end: brace_end, decode };

/// Members that one version or another prints first.
const FIRST: [&str; 5] =
    ["resource: {", "traceId: ", "instrumentationScope: {", "instrumentationLibrary: {", "parentId: "];

fn begins(text: &[u8]) -> Begins {
    brace_then(text, |line| {
        FIRST.iter().any(|first| line.starts_with(first.as_bytes())) || line.starts_with(b"resource: Resource")
    })
}

fn decode(text: &[u8], batch: &mut SpanBatch, memo: &mut Memo, options: &DecodeOptions) -> Decoded {
    let text = String::from_utf8_lossy(text);
    let text = without_colours(&text);
    let (mut json, mut tape) = (Vec::new(), Tape::default());
    let is_whole = to_json(&text, &mut json).is_some() && matches!(tape.parse(&json), Outcome::Complete(_));
    if !is_whole {
        let is_meant = text.contains("traceId: ") && text.contains("timestamp: ");
        return if is_meant { Decoded::Broken("a span of Node that cannot be read") } else { Decoded::Other };
    }
    let object = tape.root(&json);
    if object.get(b"id").is_none() && object.get(b"severityNumber").is_some() {
        return Decoded::Span(push_log(object, batch, memo, options));
    }
    let (Some(trace_id), Some(span_id)) = (trace_id(object, b"traceId"), span_id(object, b"id")) else {
        return Decoded::Other;
    };
    let resource = resource(object, batch, memo, options);
    let source = memo.source(NAME, batch);
    let mut out = SpanWriter::new(batch);
    (out.row.resource, out.row.source) = (resource, source);
    (out.row.trace_id, out.row.span_id) = (trace_id, span_id);
    let above = object.get(b"parentSpanContext").and_then(|parent| self::span_id(parent, b"spanId"));
    let parent =
        above.or_else(|| self::span_id(object, b"parentId")).or_else(|| self::span_id(object, b"parentSpanId"));
    out.row.parent_id = parent.and_then(SpanId::non_zero);
    for (key, value) in object.members() {
        member(key.raw(), value, &mut out);
    }
    if object.get(b"timestamp").and_then(Json::micros).is_none() {
        out.warn("printed without a start time");
    }
    let ended = out.row.start.plus(out.row.duration);
    out.commit();
    Decoded::Span(ended)
}

fn resource(object: Json<'_>, batch: &mut SpanBatch, memo: &mut Memo, options: &DecodeOptions) -> u32 {
    let held = object.get(b"resource");
    let list = held.and_then(|held| held.get(b"attributes").or_else(|| held.get(b"_attributes")).or(Some(held)));
    resource_of(b"\"node", list, batch, memo, options)
}

/// What `ConsoleLogRecordExporter` prints (opentelemetry-js `sdk-logs`); when it was made.
fn push_log(object: Json<'_>, batch: &mut SpanBatch, memo: &mut Memo, options: &DecodeOptions) -> Timestamp {
    let time = Timestamp(object.get(b"timestamp").and_then(Json::micros).unwrap_or_default());
    let resource = resource(object, batch, memo, options);
    let source = memo.source(NAME, batch);
    let scope = object.get(b"instrumentationScope").and_then(|scope| scope.get(b"name"));
    let scope = scope.map(|name| push_text(name, batch)).unwrap_or_default();
    let log = BatchLog { time, resource, scope, source, ..BatchLog::default() };
    printed_log::push(object, [b"traceId", b"spanId", b"severityNumber", b"severityText", b"eventName"], log, batch);
    time
}

fn member(key: &[u8], value: Json<'_>, out: &mut SpanWriter<'_>) {
    match key {
        b"name" => out.row.name = push_text(value, out.batch),
        b"kind" => {
            out.row.kind = match value.word() {
                Some("0") => Kind::Internal,
                Some("1") => Kind::Server,
                Some("2") => Kind::Client,
                Some("3") => Kind::Producer,
                Some("4") => Kind::Consumer,
                _ => Kind::Unspecified,
            };
        }
        b"timestamp" => out.row.start = Timestamp(value.micros().unwrap_or_default()),
        b"duration" => out.row.duration = value.micros().and_then(|ns| u64::try_from(ns).ok()).unwrap_or_default(),
        b"attributes" => {
            let start = out.batch.attributes.len();
            attributes(value, out);
            out.take_attributes(start);
        }
        b"status" => {
            out.row.status = match value.get(b"code").and_then(Json::word) {
                Some("1") => Status::Ok,
                Some("2") => Status::Error,
                _ => Status::Unset,
            };
            out.row.status_message = value.get(b"message").map(|text| push_text(text, out.batch)).unwrap_or_default();
        }
        b"events" => value.items().for_each(|event| push_event(event, out)),
        b"links" => value.items().for_each(|link| push_link(link, out)),
        b"instrumentationScope" | b"instrumentationLibrary" => {
            out.row.scope_name = value.get(b"name").map(|text| push_text(text, out.batch)).unwrap_or_default();
            out.row.scope_version = value.get(b"version").map(|text| push_text(text, out.batch)).unwrap_or_default();
        }
        b"traceState" if value.is_string() => out.row.trace_state = push_text(value, out.batch),
        _ => {}
    }
}

/// Of what lies too deep `util.inspect` prints only that it is there.
fn attributes(value: Json<'_>, out: &mut SpanWriter<'_>) -> Range32 {
    if value.kind() != JsonKind::Object && value.kind() != JsonKind::Null {
        out.warn("attributes are printed as [Object]: the program shows them no deeper");
    }
    push_attributes(value, Shapes::Plain, out.batch)
}

fn push_event(event: Json<'_>, out: &mut SpanWriter<'_>) {
    if event.kind() != JsonKind::Object {
        return out.warn("events are printed as [Object]: the program shows them no deeper");
    }
    let name = event.get(b"name").map(|name| push_text(name, out.batch)).unwrap_or_default();
    let attributes = event.get(b"attributes").map(|list| attributes(list, out)).unwrap_or_default();
    let mut parts = event.get(b"time").into_iter().flat_map(Json::items).map(|n| n.word()?.parse::<i64>().ok());
    let (seconds, nanos) = (parts.next().flatten().unwrap_or_default(), parts.next().flatten().unwrap_or_default());
    let time = Timestamp(seconds.saturating_mul(1_000_000_000).saturating_add(nanos));
    out.event(BatchEvent { time, name, attributes });
}

fn push_link(link: Json<'_>, out: &mut SpanWriter<'_>) {
    let context = link.get(b"context").unwrap_or(link);
    match trace_id(context, b"traceId").zip(span_id(context, b"spanId")) {
        Some((trace_id, span_id)) => {
            let attributes = link.get(b"attributes").map(|list| attributes(list, out)).unwrap_or_default();
            out.link(BatchLink { trace_id, span_id, kind: LinkKind::Link, attributes });
        }
        None => out.warn("a link has no readable context: left out"),
    }
}

fn trace_id(object: Json<'_>, key: &[u8]) -> Option<TraceId> {
    parse_trace_id(object.get(key)?.ascii()?).filter(|id| id.0 != 0)
}

fn span_id(object: Json<'_>, key: &[u8]) -> Option<SpanId> {
    parse_span_id(object.get(key)?.ascii()?)
}
