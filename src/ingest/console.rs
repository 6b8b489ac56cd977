//! The JSON objects that OpenTelemetry Python's `ConsoleSpanExporter` prints, every version from 0.7 on.
//!
//! Takes one parsed object and fills a batch; finding objects among other output is the business of
//! [`scan`](super::scan).

mod id;
mod printed;
mod resource;
mod time;

pub(crate) use id::{span_id as parse_span_id, trace_id as parse_trace_id};
pub(crate) use printed::decode as decode_printed;
pub(crate) use time::parse_time;

use super::json::{Json, JsonKind, Shapes, push_attributes, push_text};
use super::scan::{DecodeOptions, Memo, Verdict};
use crate::model::{
    BatchEvent, BatchLink, BatchSpan, Kind, LinkKind, Range32, SpanBatch, SpanId, Status, Text, Timestamp, TraceId,
};

/// The members that matter, found in one walk over the object.
#[derive(Clone, Copy, Default)]
struct Members<'a> {
    name: Option<Json<'a>>,
    context: Context<'a>,
    kind: Option<Json<'a>>,
    parent: Option<Json<'a>>,
    start: Option<Json<'a>>,
    end: Option<Json<'a>>,
    status: Option<Json<'a>>,
    attributes: Option<Json<'a>>,
    events: Option<Json<'a>>,
    links: Option<Json<'a>>,
    resource: Option<Json<'a>>,
    /// A member stands there twice.
    is_mixed: bool,
}

impl<'a> Members<'a> {
    fn of(object: Json<'a>) -> Self {
        let mut members = Self::default();
        for (key, value) in object.members() {
            let slot = match key.raw() {
                b"name" => &mut members.name,
                b"context" => {
                    members.is_mixed |= members.context.span_id.is_some();
                    members.context = Context::of(value);
                    continue;
                }
                b"kind" => &mut members.kind,
                b"parent_id" => &mut members.parent,
                b"start_time" => &mut members.start,
                b"end_time" => &mut members.end,
                b"status" => &mut members.status,
                b"attributes" => &mut members.attributes,
                b"events" => &mut members.events,
                b"links" => &mut members.links,
                b"resource" => &mut members.resource,
                _ => continue,
            };
            members.is_mixed |= slot.replace(value).is_some();
        }
        members.is_mixed |= members.context.is_mixed;
        members
    }

    /// Says which members are missing that every version prints, be it as null: whoever wrote them left some out. Times have
    /// warnings of their own; status and resource came later than the rest.
    fn warn_of_missing(&self, batch: &mut SpanBatch) {
        let always = [
            ("kind", self.kind),
            ("parent_id", self.parent),
            ("attributes", self.attributes),
            ("events", self.events),
            ("links", self.links),
        ];
        let later = [("status", self.status), ("resource", self.resource)];
        if always.iter().all(|(_, value)| value.is_some()) {
            return;
        }
        let missing = always.iter().chain(&later).filter(|(_, value)| value.is_none());
        let names: Vec<&str> = missing.map(|(name, _)| *name).collect();
        warn(&format!("members are missing: {}", names.join(", ")), batch);
    }

    /// Log records and other JSON may have a `context` too: a span has ids in it and at least one member of its own.
    fn look_like_a_span(&self) -> bool {
        let ids = self.context.trace_id.is_some() && self.context.span_id.is_some();
        ids && self.name.is_some_and(Json::is_string)
            && (self.kind.is_some() || self.parent.is_some() || self.start.is_some() || self.end.is_some())
    }
}

/// The members of a span context, of a span or a link.
#[derive(Clone, Copy, Default)]
struct Context<'a> {
    trace_id: Option<Json<'a>>,
    span_id: Option<Json<'a>>,
    trace_state: Option<Json<'a>>,
    trace_flags: Option<Json<'a>>,
    /// An id stands there twice.
    is_mixed: bool,
}

impl<'a> Context<'a> {
    fn of(object: Json<'a>) -> Self {
        let mut context = Self::default();
        for (key, value) in object.members() {
            let slot = match key.raw() {
                b"trace_id" => &mut context.trace_id,
                b"span_id" => &mut context.span_id,
                b"trace_state" => &mut context.trace_state,
                b"trace_flags" => &mut context.trace_flags,
                _ => continue,
            };
            context.is_mixed |= slot.replace(value).is_some();
        }
        context
    }

    fn ids(self) -> Option<(TraceId, SpanId)> {
        Some((trace_id(self.trace_id?)?, span_id(self.span_id?)?))
    }
}

/// Decodes an object into the batch when it is a span.
pub(crate) fn decode(object: Json<'_>, batch: &mut SpanBatch, memo: &mut Memo, options: &DecodeOptions) -> Verdict {
    let members = Members::of(object);
    if !members.look_like_a_span() {
        return Verdict::Other;
    }
    // No exporter writes a member twice.
    if members.is_mixed {
        return Verdict::Unreadable("lines of two spans are mixed up in one object");
    }
    if members.start.is_none() && members.end.is_none() {
        return Verdict::Unreadable("a span without a time: start_time and end_time are missing");
    }
    let Some((trace_id, span_id)) = members.context.ids() else {
        return Verdict::Unreadable("a span whose trace_id or span_id is not an id");
    };
    let first_warning = batch.warnings.len();
    members.warn_of_missing(batch);
    let (start, duration) = times(&members, batch);
    let (status, status_message) = members.status.map(|status| read_status(status, batch)).unwrap_or_default();
    let attributes = members.attributes.map(|a| push_attributes(a, Shapes::Plain, batch)).unwrap_or_default();
    let events = members.events.map(|events| push_events(events, batch)).unwrap_or_default();
    let links = members.links.map(|links| push_links(links, batch)).unwrap_or_default();
    let raw_resource = members.resource.map(Json::raw).unwrap_or_default();
    let trace_state = members.context.trace_state.and_then(Json::plain).unwrap_or_default();
    let row = BatchSpan {
        trace_id,
        span_id,
        parent_id: read_parent(&members, batch),
        start,
        duration,
        resource: resource::index(raw_resource, members.resource, batch, memo, options),
        name: members.name.map(|name| push_text(name, batch)).unwrap_or_default(),
        kind: read_kind(&members, batch),
        status,
        status_message,
        flags: members.context.trace_flags.and_then(flags),
        trace_state: resource::trace_state(trace_state, batch),
        source: memo.source("console", batch),
        attributes,
        events,
        links,
        warnings: range(first_warning, batch.warnings.len()),
        ..BatchSpan::default()
    };
    batch.spans.push(row);
    Verdict::Span(start.plus(duration))
}

/// Adds a warning to the span being decoded, once: a thousand bad events are no reason to say it a thousand times.
pub(crate) fn warn(text: &str, batch: &mut SpanBatch) {
    let first = batch.spans.last().map_or(0, |span| span.warnings.end as usize);
    let own = batch.warnings.get(first..).unwrap_or_default();
    // Only so many texts are ours; a file may bring any number of its own.
    if own.iter().rev().take(8).any(|known| batch.str(*known) == text) {
        return;
    }
    let text = batch.push_text(text.as_bytes());
    batch.warnings.push(text);
}

/// A range of list indices.
pub(crate) fn range(start: usize, end: usize) -> Range32 {
    let index = |n| u32::try_from(n).unwrap_or(u32::MAX);
    Range32 { start: index(start), end: index(end) }
}

/// Hex text with or without `0x`, or a decimal integer as the oldest versions print.
fn trace_id(value: Json<'_>) -> Option<TraceId> {
    if value.kind() == JsonKind::Integer {
        value.word()?.parse().ok().map(TraceId)
    } else {
        id::trace_id(value.ascii()?)
    }
}

fn span_id(value: Json<'_>) -> Option<SpanId> {
    if value.kind() == JsonKind::Integer { value.word()?.parse().ok().map(SpanId) } else { id::span_id(value.ascii()?) }
}

fn flags(value: Json<'_>) -> Option<u32> {
    let word = value.word()?;
    word.strip_prefix("0x").map_or_else(|| word.parse().ok(), |hex| u32::from_str_radix(hex, 16).ok())
}

fn read_parent(members: &Members<'_>, batch: &mut SpanBatch) -> Option<SpanId> {
    let value = members.parent.filter(|value| value.kind() != JsonKind::Null)?;
    let parent = span_id(value);
    if parent.is_none() {
        warn("parent_id is not an id: shown as a root", batch);
    }
    parent.and_then(SpanId::non_zero)
}

fn read_kind(members: &Members<'_>, batch: &mut SpanBatch) -> Kind {
    let Some(word) = members.kind.and_then(Json::plain) else { return Kind::Unspecified };
    let kind = Kind::parse(word.strip_prefix("SpanKind.").unwrap_or(word));
    if kind.is_none() {
        warn("the kind is unknown", batch);
    }
    kind.unwrap_or_default()
}

fn read_status(status: Json<'_>, batch: &mut SpanBatch) -> (Status, Text) {
    let code = status.get(b"status_code").or_else(|| status.get(b"canonical_code"));
    let word = code.and_then(Json::plain).unwrap_or("UNSET");
    // Canonical codes are those of gRPC: whatever is not OK is an error.
    let code = Status::parse(word.strip_prefix("StatusCode.").unwrap_or(word)).unwrap_or(Status::Error);
    let message = status.get(b"description").map(|text| push_text(text, batch)).unwrap_or_default();
    (code, message)
}

fn times(members: &Members<'_>, batch: &mut SpanBatch) -> (Timestamp, u64) {
    let start = members.start.and_then(read_time);
    let end = members.end.and_then(read_time);
    match (start, end) {
        (Some(start), Some(end)) if end < start => {
            warn("end_time is before start_time: duration shown as 0", batch);
            (start, 0)
        }
        (Some(start), Some(end)) => (start, end.since(start)),
        (Some(start), None) => {
            warn("no readable end_time: duration shown as 0", batch);
            (start, 0)
        }
        (None, Some(end)) => {
            warn("no readable start_time: end_time is shown instead", batch);
            (end, 0)
        }
        (None, None) => {
            warn("no readable start_time and end_time", batch);
            (Timestamp(0), 0)
        }
    }
}

/// ISO 8601 text, or a number of nanoseconds.
fn read_time(value: Json<'_>) -> Option<Timestamp> {
    if value.kind() == JsonKind::Integer {
        return value.word()?.parse().ok().map(Timestamp);
    }
    value.ascii().and_then(parse_time)
}

fn push_events(events: Json<'_>, batch: &mut SpanBatch) -> Range32 {
    let start = batch.events.len();
    for event in events.items() {
        let time = event.get(b"timestamp").and_then(read_time);
        if time.is_none() {
            warn("an event has no readable timestamp", batch);
        }
        let name = event.get(b"name").map(|name| push_text(name, batch)).unwrap_or_default();
        let attributes = event.get(b"attributes").map(|a| push_attributes(a, Shapes::Plain, batch));
        let attributes = attributes.unwrap_or_default();
        batch.events.push(BatchEvent { time: time.unwrap_or_default(), name, attributes });
    }
    range(start, batch.events.len())
}

fn push_links(links: Json<'_>, batch: &mut SpanBatch) -> Range32 {
    let start = batch.links.len();
    for link in links.items() {
        let Some((trace_id, span_id)) = Context::of(link.get(b"context").unwrap_or(link)).ids() else {
            warn("a link has no readable context: left out", batch);
            continue;
        };
        let attributes = link.get(b"attributes").map(|a| push_attributes(a, Shapes::Plain, batch));
        let attributes = attributes.unwrap_or_default();
        batch.links.push(BatchLink { trace_id, span_id, kind: LinkKind::Link, attributes });
    }
    range(start, batch.links.len())
}
