//! Our own format, one span (or log record, or line of output) per line, as `export --to jsonl` and `listen --headless` write it.
//!
//! Takes one parsed object and fills a batch. A round trip changes nothing: what is written is what is read.

use super::console::{parse_span_id, parse_trace_id, range, warn};
use super::json::{Json, JsonKind, Shapes, push_attributes, push_text, push_value};
use super::scan::{DecodeOptions, Memo, Verdict, severity};
use crate::model::{
    BatchEvent, BatchLink, BatchLog, BatchResource, BatchSpan, Kind, LinkKind, OutputLine, Range32, Severity,
    SpanBatch, SpanId, Status, Timestamp, TraceId,
};

/// The members that say whether it is a span, and those that are shared or come first.
#[derive(Clone, Copy, Default)]
struct Members<'a> {
    trace_id: Option<Json<'a>>,
    span_id: Option<Json<'a>>,
    start: Option<Json<'a>>,
    service: Option<Json<'a>>,
    resource: Option<Json<'a>>,
    warnings: Option<Json<'a>>,
}

impl<'a> Members<'a> {
    fn of(object: Json<'a>) -> Self {
        let mut members = Self::default();
        for (key, value) in object.members() {
            let slot = match key.raw() {
                b"trace_id" => &mut members.trace_id,
                b"span_id" => &mut members.span_id,
                b"start_unix_nano" => &mut members.start,
                b"service" => &mut members.service,
                b"resource" => &mut members.resource,
                b"warnings" => &mut members.warnings,
                _ => continue,
            };
            *slot = Some(value);
        }
        members
    }
}

/// Decodes an object into the batch when it is a span.
pub(crate) fn decode(object: Json<'_>, batch: &mut SpanBatch, memo: &mut Memo, options: &DecodeOptions) -> Verdict {
    let members = Members::of(object);
    let (Some(trace_id), Some(span_id), Some(start)) = (members.trace_id, members.span_id, members.start) else {
        return beside(object, batch, memo, options);
    };
    let Some((trace_id, span_id)) = ids(trace_id, span_id) else {
        return Verdict::Unreadable("a span whose trace_id or span_id is not an id");
    };
    let mut row = BatchSpan { trace_id, span_id, ..BatchSpan::default() };
    let first_warning = batch.warnings.len();
    for warning in members.warnings.into_iter().flat_map(Json::items) {
        let text = push_text(warning, batch);
        batch.warnings.push(text);
    }
    row.start = Timestamp(number(Some(start)).unwrap_or_else(|| {
        warn("start_unix_nano is not a number", batch);
        0
    }));
    for (key, value) in object.members() {
        member(key.raw(), value, &mut row, batch);
    }
    row.resource = resource(&members, batch, memo, options);
    if row.source.len == 0 {
        row.source = memo.source("jsonl", batch);
    }
    row.warnings = range(first_warning, batch.warnings.len());
    batch.spans.push(row);
    Verdict::Span(row.start.plus(row.duration))
}

/// A log record or a line of output, which stand beside spans as the one member of an object.
fn beside(object: Json<'_>, batch: &mut SpanBatch, memo: &mut Memo, options: &DecodeOptions) -> Verdict {
    let mut members = object.members();
    let (Some((key, told)), None) = (members.next(), members.next()) else { return Verdict::Other };
    let time = || number(told.get(b"time_unix_nano")).map(Timestamp);
    match (key.raw(), told.get(b"body"), told.get(b"text")) {
        (b"log", Some(body), _) => match time() {
            Some(time) => push_log((told, body, time), batch, memo, options),
            None => Verdict::Unreadable("a log record without a time"),
        },
        (b"output", _, Some(text)) => {
            let copy = push_text(text, batch);
            let text = batch.str(copy).to_owned();
            let origin = told.get(b"source").and_then(Json::plain).unwrap_or_default().into();
            let line = number(told.get(b"line")).unwrap_or_default();
            let severity = severity(&text);
            batch.lines.push(OutputLine { text, line, severity, origin, arrived: time(), after: None });
            Verdict::Span(time().unwrap_or_default())
        }
        _ => Verdict::Other,
    }
}

fn push_log(
    (told, body, time): (Json<'_>, Json<'_>, Timestamp),
    batch: &mut SpanBatch,
    memo: &mut Memo,
    options: &DecodeOptions,
) -> Verdict {
    let members = Members::of(told);
    let ids = members.trace_id.zip(members.span_id).and_then(|(trace, span)| ids(trace, span)).unwrap_or_default();
    let text =
        |name: &[u8], batch: &mut SpanBatch| told.get(name).map(|text| push_text(text, batch)).unwrap_or_default();
    let named = told.get(b"severity").and_then(Json::plain).and_then(Severity::parse);
    let row = BatchLog {
        time,
        trace_id: ids.0,
        span_id: ids.1,
        severity: number(told.get(b"severity_number")).map(Severity::new).or(named).unwrap_or_default(),
        severity_text: text(b"severity_text", batch),
        resource: resource(&members, batch, memo, options),
        scope: text(b"scope", batch),
        event_name: text(b"event_name", batch),
        body: push_value(body, Shapes::Ours, batch),
        attributes: told.get(b"attributes").map(|list| push_attributes(list, Shapes::Ours, batch)).unwrap_or_default(),
        source: text(b"source", batch),
    };
    batch.logs.push(row);
    Verdict::Span(time)
}

fn member(key: &[u8], value: Json<'_>, row: &mut BatchSpan, batch: &mut SpanBatch) {
    match key {
        b"parent_span_id" if value.kind() != JsonKind::Null => {
            row.parent_id = value.ascii().and_then(parse_span_id).and_then(SpanId::non_zero);
        }
        b"name" => row.name = push_text(value, batch),
        b"duration_nano" => {
            row.duration = number(Some(value)).unwrap_or_else(|| {
                warn("duration_nano is not a number: shown as 0", batch);
                0
            });
        }
        b"kind" => row.kind = word(value, Kind::parse, "the kind is unknown", batch),
        b"status" => row.status = word(value, Status::parse, "the status is unknown", batch),
        b"status_message" => row.status_message = push_text(value, batch),
        b"attributes" => row.attributes = push_attributes(value, Shapes::Ours, batch),
        b"scope" => {
            row.scope_name = value.get(b"name").map(|name| push_text(name, batch)).unwrap_or_default();
            row.scope_version = value.get(b"version").map(|version| push_text(version, batch)).unwrap_or_default();
        }
        b"events" => row.events = push_events(value, batch),
        b"links" => row.links = push_links(value, batch),
        b"trace_state" => row.trace_state = push_text(value, batch),
        b"flags" => row.flags = number(Some(value)),
        b"source" => row.source = push_text(value, batch),
        _ => {}
    }
}

fn ids(trace_id: Json<'_>, span_id: Json<'_>) -> Option<(TraceId, SpanId)> {
    Some((parse_trace_id(trace_id.ascii()?)?, parse_span_id(span_id.ascii()?)?))
}

/// A decimal number, as text or bare.
fn number<T: std::str::FromStr>(value: Option<Json<'_>>) -> Option<T> {
    value?.word()?.parse().ok()
}

fn word<T: Default>(value: Json<'_>, parse: fn(&str) -> Option<T>, unknown: &str, batch: &mut SpanBatch) -> T {
    value.plain().and_then(parse).unwrap_or_else(|| {
        warn(unknown, batch);
        T::default()
    })
}

fn resource(members: &Members<'_>, batch: &mut SpanBatch, memo: &mut Memo, options: &DecodeOptions) -> u32 {
    let service = members.service.filter(|service| service.is_string());
    let resource = members.resource;
    let key = [service.map_or(b"\0".as_slice(), Json::raw), resource.map(Json::raw).unwrap_or_default()];
    memo.resource(key, batch, |batch| {
        let attributes = resource.map(|list| push_attributes(list, Shapes::Ours, batch)).unwrap_or_default();
        let text = service.map(|service| push_text(service, batch)).unwrap_or_default();
        let name = service.is_some().then(|| batch.str(text));
        let name = options.service(name).to_owned();
        BatchResource { service: batch.push_text(name.as_bytes()), attributes }
    })
}

fn push_events(events: Json<'_>, batch: &mut SpanBatch) -> Range32 {
    let start = batch.events.len();
    for event in events.items() {
        let time = Timestamp(number(event.get(b"time_unix_nano")).unwrap_or_default());
        let name = event.get(b"name").map(|name| push_text(name, batch)).unwrap_or_default();
        let attributes = event.get(b"attributes").map(|list| push_attributes(list, Shapes::Ours, batch));
        batch.events.push(BatchEvent { time, name, attributes: attributes.unwrap_or_default() });
    }
    range(start, batch.events.len())
}

fn push_links(links: Json<'_>, batch: &mut SpanBatch) -> Range32 {
    let start = batch.links.len();
    for link in links.items() {
        let ids = link.get(b"trace_id").zip(link.get(b"span_id")).and_then(|(trace, span)| ids(trace, span));
        let Some((trace_id, span_id)) = ids else {
            warn("a link has no readable ids: left out", batch);
            continue;
        };
        let kind = link.get(b"kind").and_then(Json::plain).and_then(LinkKind::parse).unwrap_or_default();
        let attributes = link.get(b"attributes").map(|list| push_attributes(list, Shapes::Ours, batch));
        batch.links.push(BatchLink { trace_id, span_id, kind, attributes: attributes.unwrap_or_default() });
    }
    range(start, batch.links.len())
}
