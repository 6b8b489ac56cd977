//! The objects that Go's `stdouttrace` prints, one a span (opentelemetry-go `exporters/stdout/stdouttrace`, 0.20 to today).
//! No duration but two times in the zone of the process, attributes as typed lists.

use super::console::parse_time;
use super::json::{Json, JsonKind, compact, push_text};
use super::scan::{DecodeOptions, Memo, Verdict};
use crate::model::{
    BatchAttribute, BatchEvent, BatchLink, BatchResource, BatchValue, Kind, LinkKind, Range32, SpanBatch, SpanId,
    SpanWriter, Status, Timestamp, TraceId, Value, push_json_bytes,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The name in `Span::source`.
pub(super) const NAME: &str = "stdouttrace";

/// Decodes an object when it is a span of Go.
pub(crate) fn decode(object: Json<'_>, batch: &mut SpanBatch, memo: &mut Memo, options: &DecodeOptions) -> Verdict {
    let (Some(context), Some(name)) = (object.get(b"SpanContext"), object.get(b"Name")) else { return Verdict::Other };
    let Some((trace_id, span_id)) = ids(context) else {
        return Verdict::Unreadable("a span of Go whose TraceID or SpanID is not an id");
    };
    let resource = resource(object.get(b"Resource"), batch, memo, options);
    let source = memo.source(NAME, batch);
    let mut out = SpanWriter::new(batch);
    (out.row.resource, out.row.source) = (resource, source);
    (out.row.trace_id, out.row.span_id) = (trace_id, span_id);
    out.row.name = push_text(name, out.batch);
    times(object, &mut out);
    for (key, value) in object.members() {
        member(key.raw(), value, &mut out);
    }
    let flags = context.get(b"TraceFlags").and_then(Json::plain);
    out.row.flags = flags.and_then(|hex| u32::from_str_radix(hex, 16).ok());
    out.row.trace_state = context.get(b"TraceState").map(|state| push_text(state, out.batch)).unwrap_or_default();
    let ended = out.row.start.plus(out.row.duration);
    out.commit();
    Verdict::Span(ended)
}

fn member(key: &[u8], value: Json<'_>, out: &mut SpanWriter<'_>) {
    match key {
        b"Parent" => out.row.parent_id = ids(value).map(|(_, span_id)| span_id),
        b"SpanKind" => out.row.kind = kind(value),
        b"Attributes" => {
            for pair in value.items() {
                let attribute = attribute(pair, out.batch);
                out.attribute(attribute.key, attribute.value);
            }
        }
        b"Events" | b"MessageEvents" => value.items().for_each(|event| push_event(event, out)),
        b"Links" => value.items().for_each(|link| push_link(link, out)),
        b"Status" => {
            let code = value.get(b"Code").or_else(|| value.get(b"StatusCode")).and_then(Json::word);
            out.row.status = match code {
                Some("Error" | "1") => Status::Error,
                Some("Ok" | "2") => Status::Ok,
                _ => Status::Unset,
            };
            out.row.status_message = value.get(b"Description").map(|t| push_text(t, out.batch)).unwrap_or_default();
        }
        // Newer versions write both.
        b"InstrumentationScope" | b"InstrumentationLibrary" if out.row.scope_name.len == 0 => {
            out.row.scope_name = value.get(b"Name").map(|t| push_text(t, out.batch)).unwrap_or_default();
            out.row.scope_version = value.get(b"Version").map(|t| push_text(t, out.batch)).unwrap_or_default();
        }
        b"DroppedAttributes" | b"DroppedAttributeCount" => dropped(value, "attributes", out),
        b"DroppedEvents" | b"DroppedMessageEventCount" => dropped(value, "events", out),
        b"DroppedLinks" | b"DroppedLinkCount" => dropped(value, "links", out),
        _ => {}
    }
}

fn dropped(count: Json<'_>, what: &str, out: &mut SpanWriter<'_>) {
    match count.word() {
        None | Some("0") => {}
        Some(count) => out.warn(&format!("the program dropped {count} {what}")),
    }
}

/// Year 1 is Go's time without a value, as under `WithoutTimestamps`.
fn times(object: Json<'_>, out: &mut SpanWriter<'_>) {
    let time = |key: &[u8]| {
        let text = object.get(key).and_then(Json::ascii).filter(|text| !text.starts_with(b"0001-"))?;
        parse_time(text)
    };
    let (start, end) = (time(b"StartTime"), time(b"EndTime"));
    let warning = match (start, end) {
        (Some(start), Some(end)) if end < start => Some("it ends before it starts: duration shown as 0"),
        (Some(_), Some(_)) => None,
        (Some(_), None) => Some("printed without an end time: duration shown as 0"),
        (None, Some(_)) => Some("printed without a start time: the end is shown instead"),
        (None, None) => Some("printed without times"),
    };
    out.row.start = start.or(end).unwrap_or_default();
    out.row.duration = start.zip(end).map(|(start, end)| end.since(start)).unwrap_or_default();
    if let Some(warning) = warning {
        out.warn(warning);
    }
}

fn ids(context: Json<'_>) -> Option<(TraceId, SpanId)> {
    let trace_id = TraceId::from_hex(context.get(b"TraceID")?.plain()?)?;
    let span_id = u64::from_str_radix(context.get(b"SpanID")?.plain()?, 16).ok().map(SpanId)?;
    (trace_id.0 != 0 && span_id.0 != 0).then_some((trace_id, span_id))
}

/// A number in trace.SpanKind's order; the oldest versions print words.
fn kind(value: Json<'_>) -> Kind {
    match value.word() {
        Some("1") => Kind::Internal,
        Some("2") => Kind::Server,
        Some("3") => Kind::Client,
        Some("4") => Kind::Producer,
        Some("5") => Kind::Consumer,
        Some(word) => Kind::parse(word).unwrap_or_default(),
        None => Kind::Unspecified,
    }
}

fn resource(list: Option<Json<'_>>, batch: &mut SpanBatch, memo: &mut Memo, options: &DecodeOptions) -> u32 {
    let raw = list.map(Json::raw).unwrap_or_default();
    memo.resource([b"\"stdouttrace", raw], batch, |batch| {
        let attributes = attributes(list, batch);
        let named = batch.attributes(attributes).find(|attribute| attribute.key == "service.name");
        let named = named.and_then(|attribute| if let Value::Str(name) = attribute.value { Some(name) } else { None });
        let named = named.map(str::to_owned);
        let service = options.service(named.as_deref()).to_owned();
        BatchResource { service: batch.push_text(service.as_bytes()), attributes }
    })
}

fn attributes(list: Option<Json<'_>>, batch: &mut SpanBatch) -> Range32 {
    let start = batch.attributes.len();
    for pair in list.into_iter().flat_map(Json::items) {
        let attribute = attribute(pair, batch);
        batch.attributes.push(attribute);
    }
    batch.attributes_since(start)
}

fn attribute(pair: Json<'_>, batch: &mut SpanBatch) -> BatchAttribute {
    let key = pair.get(b"Key").map(|key| push_text(key, batch)).unwrap_or_default();
    let typed = pair.get(b"Value");
    let (kind, value) = typed.map(split).unwrap_or_default();
    let text = value.map(Json::raw).and_then(|raw| std::str::from_utf8(raw).ok()).unwrap_or_default();
    let value = match (kind, value) {
        ("BOOL", Some(value)) => BatchValue::Bool(value.kind() == JsonKind::True),
        ("INT64", Some(_)) if text.parse::<i64>().is_ok() => BatchValue::Int(text.parse().unwrap_or_default()),
        // `2.0` is printed as 2.
        ("FLOAT64", Some(_)) if text.parse::<f64>().is_ok() => BatchValue::Double(text.parse().unwrap_or_default()),
        ("STRING", Some(value)) => BatchValue::Str(push_text(value, batch)),
        ("BYTESLICE", Some(_)) => match STANDARD.decode(text) {
            Ok(bytes) => BatchValue::Bytes(batch.push_text(&bytes)),
            Err(_) => BatchValue::Str(batch.push_text(text.as_bytes())),
        },
        _ => {
            let mut out = Vec::new();
            match typed {
                Some(typed) => push_json(typed, &mut out),
                None => out.extend_from_slice(b"null"),
            }
            BatchValue::Json(batch.push_text(&out))
        }
    };
    BatchAttribute { key, value }
}

/// `{"Type","Value"}`.
fn split(typed: Json<'_>) -> (&str, Option<Json<'_>>) {
    (typed.get(b"Type").and_then(Json::plain).unwrap_or_default(), typed.get(b"Value"))
}

/// A typed value as plain JSON. The tape bounds how deep it can be.
fn push_json(typed: Json<'_>, out: &mut Vec<u8>) {
    match split(typed) {
        ("MAP", Some(list)) => {
            out.push(b'{');
            for (n, pair) in list.items().enumerate() {
                if n > 0 {
                    out.push(b',');
                }
                match pair.get(b"Key") {
                    Some(key) => compact(key, out),
                    None => out.extend_from_slice(b"\"\""),
                }
                out.push(b':');
                match pair.get(b"Value") {
                    Some(value) => push_json(value, out),
                    None => out.extend_from_slice(b"null"),
                }
            }
            out.push(b'}');
        }
        ("SLICE", Some(list)) => {
            out.push(b'[');
            for (n, item) in list.items().enumerate() {
                if n > 0 {
                    out.push(b',');
                }
                push_json(item, out);
            }
            out.push(b']');
        }
        ("BYTESLICE", Some(text)) => match STANDARD.decode(text.raw()) {
            Ok(bytes) => push_json_bytes(&bytes, out),
            Err(_) => compact(text, out),
        },
        (_, Some(value)) => compact(value, out),
        (_, None) => out.extend_from_slice(b"null"),
    }
}

fn push_event(event: Json<'_>, out: &mut SpanWriter<'_>) {
    let time = event.get(b"Time").and_then(Json::ascii).filter(|text| !text.starts_with(b"0001-"));
    let time = time.and_then(parse_time).unwrap_or(Timestamp(0));
    let name = event.get(b"Name").map(|name| push_text(name, out.batch)).unwrap_or_default();
    let attributes = attributes(event.get(b"Attributes"), out.batch);
    out.event(BatchEvent { time, name, attributes });
}

fn push_link(link: Json<'_>, out: &mut SpanWriter<'_>) {
    match ids(link.get(b"SpanContext").unwrap_or(link)) {
        Some((trace_id, span_id)) => {
            let attributes = attributes(link.get(b"Attributes"), out.batch);
            out.link(BatchLink { trace_id, span_id, kind: LinkKind::Link, attributes });
        }
        None => out.warn("a link has no readable context: left out"),
    }
}
