//! Spans as the datagrams that Jaeger clients send to an agent (`emitBatch`, compact protocol, one-way), and as the batches that
//! they send to a collector.
//!
//! What the model keeps in fields goes back into the tags that OpenTelemetry's Jaeger exporters use. Sends nothing itself.

use std::collections::HashMap;

use thrift::protocol::{
    TBinaryOutputProtocol, TCompactOutputProtocol, TFieldIdentifier, TListIdentifier, TMessageIdentifier, TMessageType,
    TOutputProtocol, TStructIdentifier, TType,
};

use crate::model::{Attribute, Event, Kind, Link, LinkKind, Span, Status, Timestamp, Value};

type Out<'a> = dyn TOutputProtocol + 'a;

/// What follows the spans: the ends of the batch and of the arguments.
const TAIL_LEN: usize = 2;

/// The flags of a span that came without: the field is required.
const SAMPLED: u32 = 1;

/// Spans of one process, each encoded on its own.
struct Group {
    process: Vec<u8>,
    spans: Vec<Vec<u8>>,
}

/// Encodes spans as datagrams of at most `max_len` bytes, one process (service and resource) per datagram.
///
/// A span that does not fit a datagram loses its attributes, events and links and says how many
/// (`otel.dropped_attributes_count` and its like); one that still does not fit is left out.
pub fn datagrams(spans: &[Span<'_>], max_len: usize) -> Vec<Vec<u8>> {
    let mut datagrams = Vec::new();
    for group in groups(spans, max_len) {
        let head_len = head(&group.process, i32::MAX).len();
        let mut chunk: Vec<&[u8]> = Vec::new();
        let mut len = head_len + TAIL_LEN;
        for span in &group.spans {
            if len + span.len() > max_len && !chunk.is_empty() {
                datagrams.push(datagram(&group.process, &chunk));
                chunk.clear();
                len = head_len + TAIL_LEN;
            }
            if len + span.len() <= max_len {
                chunk.push(span);
                len += span.len();
            }
        }
        if !chunk.is_empty() {
            datagrams.push(datagram(&group.process, &chunk));
        }
    }
    datagrams
}

/// Encodes spans as batches for a collector over HTTP: binary protocol, one process and at most `most` spans each.
pub fn batches(spans: &[Span<'_>], most: usize) -> Vec<Vec<u8>> {
    let of_one_process = |a: &Span<'_>, b: &Span<'_>| a.service == b.service && a.resource == b.resource;
    let groups = spans.chunk_by(of_one_process).flat_map(|spans| spans.chunks(most.max(1)));
    groups.map(batch).collect()
}

fn batch(spans: &[Span<'_>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut out = TBinaryOutputProtocol::new(&mut bytes, true);
    let write = |out: &mut Out<'_>| {
        begin(out)?;
        if let Some(first) = spans.first() {
            out.write_field_begin(&field(TType::Struct, 1))?;
            process(out, first)?;
        }
        structs(out, 2, spans.len())?;
        spans.iter().try_for_each(|span| span_struct(out, span))?;
        end(out)
    };
    // Writing to memory does not fail.
    if write(&mut out).is_err() { Vec::new() } else { bytes }
}

fn groups(spans: &[Span<'_>], max_len: usize) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut by_process: HashMap<Vec<u8>, usize> = HashMap::new();
    let mut last: Option<(&Span<'_>, usize)> = None;
    for span in spans {
        let same = last.filter(|(before, _)| before.service == span.service && before.resource == span.resource);
        let at = same.map_or_else(
            || {
                let process = encode(|out| process(out, span));
                *by_process.entry(process.clone()).or_insert_with(|| {
                    groups.push(Group { process, spans: Vec::new() });
                    groups.len() - 1
                })
            },
            |(_, at)| at,
        );
        last = Some((span, at));
        if let Some(group) = groups.get_mut(at) {
            let full = encode(|out| span_struct(out, span));
            let fits = group.process.len() + full.len() + 64 <= max_len;
            group.spans.push(if fits { full } else { encode(|out| span_struct(out, &lightened(span))) });
        }
    }
    groups
}

/// The span without its lists, and how long they were.
fn lightened<'a>(span: &Span<'a>) -> Span<'a> {
    let count = |n: usize| Value::Int(i64::try_from(n).unwrap_or(i64::MAX));
    let attributes = [
        ("otel.dropped_attributes_count", span.attributes.len()),
        ("otel.dropped_events_count", span.events.len()),
        ("otel.dropped_links_count", span.links.len()),
    ];
    let attributes = attributes.into_iter().filter(|(_, n)| *n > 0);
    let attributes = attributes.map(|(key, n)| Attribute { key, value: count(n) }).collect();
    Span { attributes, events: Vec::new(), links: Vec::new(), ..span.clone() }
}

fn datagram(process: &[u8], spans: &[&[u8]]) -> Vec<u8> {
    let mut bytes = head(process, size(spans.len()));
    for span in spans {
        bytes.extend_from_slice(span);
    }
    // The batch ends, then the arguments.
    bytes.extend(encode(|out| {
        out.write_field_stop()?;
        out.write_field_stop()
    }));
    bytes
}

/// Everything up to the first span. Structs are encoded without regard to what surrounds them, so parts can be joined.
fn head(process: &[u8], spans: i32) -> Vec<u8> {
    let mut bytes = encode(|out| {
        out.write_message_begin(&TMessageIdentifier::new("emitBatch", TMessageType::OneWay, 0))?;
        begin(out)?;
        out.write_field_begin(&TFieldIdentifier::new("batch", TType::Struct, 1))?;
        begin(out)?;
        out.write_field_begin(&TFieldIdentifier::new("process", TType::Struct, 1))
    });
    bytes.extend_from_slice(process);
    let list = encode(|out| {
        // As the second field behind `process`: its number is told by its distance to that.
        out.write_field_begin(&TFieldIdentifier::new("spans", TType::List, 1))?;
        out.write_list_begin(&TListIdentifier::new(TType::Struct, spans))
    });
    bytes.extend(list);
    bytes
}

fn process(out: &mut Out<'_>, span: &Span<'_>) -> thrift::Result<()> {
    begin(out)?;
    string(out, 1, span.service)?;
    tags(out, 2, &[], &span.resource)?;
    end(out)
}

fn span_struct(out: &mut Out<'_>, span: &Span<'_>) -> thrift::Result<()> {
    let (high, low) = span.trace_id.halves();
    begin(out)?;
    i64_field(out, 1, low)?;
    i64_field(out, 2, high)?;
    i64_field(out, 3, span.span_id.0.cast_signed())?;
    i64_field(out, 4, span.parent_id.unwrap_or_default().0.cast_signed())?;
    string(out, 5, span.name)?;
    if !span.links.is_empty() {
        structs(out, 6, span.links.len())?;
        span.links.iter().try_for_each(|link| reference(out, link))?;
    }
    i32_field(out, 7, span.flags.unwrap_or(SAMPLED).cast_signed())?;
    i64_field(out, 8, micros(span.start))?;
    i64_field(out, 9, i64::try_from(span.duration / 1_000).unwrap_or(i64::MAX))?;
    tags(out, 10, &mapped_tags(span), &span.attributes)?;
    if !span.events.is_empty() {
        structs(out, 11, span.events.len())?;
        let python = is_python(span);
        span.events.iter().try_for_each(|event| log(out, event, python))?;
    }
    end(out)
}

/// The tags that stand for fields of the model.
fn mapped_tags<'a>(span: &Span<'a>) -> Vec<Attribute<'a>> {
    let text = |key, text: &'a str| (!text.is_empty()).then_some(Attribute { key, value: Value::Str(text) });
    let kind = if span.kind == Kind::Unspecified { "" } else { span.kind.as_str() };
    let (status, error) = match span.status {
        Status::Unset => ("", None),
        Status::Ok => ("OK", None),
        Status::Error => ("ERROR", Some(Attribute { key: "error", value: Value::Bool(true) })),
    };
    let tags = [
        text("span.kind", kind),
        text("otel.status_code", status),
        error,
        text("otel.status_description", span.status_message),
        text("otel.scope.name", span.scope.name),
        text("otel.scope.version", span.scope.version),
        text("w3c.tracestate", span.trace_state),
    ];
    tags.into_iter().flatten().collect()
}

fn reference(out: &mut Out<'_>, link: &Link<'_>) -> thrift::Result<()> {
    let (high, low) = link.trace_id.halves();
    let kind = match link.kind {
        LinkKind::ChildOf => 0,
        LinkKind::FollowsFrom | LinkKind::Link => 1,
    };
    begin(out)?;
    i32_field(out, 1, kind)?;
    i64_field(out, 2, low)?;
    i64_field(out, 3, high)?;
    i64_field(out, 4, link.span_id.0.cast_signed())?;
    end(out)
}

/// Python's exporter puts an event's name behind its attributes, as `message`: what came from there goes on as it came.
fn is_python(span: &Span<'_>) -> bool {
    let language = Attribute { key: "telemetry.sdk.language", value: Value::Str("python") };
    span.attributes.contains(&language)
}

fn log(out: &mut Out<'_>, event: &Event<'_>, python: bool) -> thrift::Result<()> {
    begin(out)?;
    i64_field(out, 1, micros(event.time))?;
    let name = |key| [Attribute { key, value: Value::Str(event.name) }];
    if python {
        tags(out, 2, &event.attributes, &name("message"))?;
    } else {
        tags(out, 2, &name("event"), &event.attributes)?;
    }
    end(out)
}

fn tags(out: &mut Out<'_>, id: i16, first: &[Attribute<'_>], then: &[Attribute<'_>]) -> thrift::Result<()> {
    if first.is_empty() && then.is_empty() {
        return Ok(());
    }
    structs(out, id, first.len() + then.len())?;
    first.iter().chain(then).try_for_each(|attribute| tag(out, attribute))
}

fn tag(out: &mut Out<'_>, attribute: &Attribute<'_>) -> thrift::Result<()> {
    begin(out)?;
    string(out, 1, attribute.key)?;
    match attribute.value {
        Value::Str(text) | Value::Json(text) => {
            i32_field(out, 2, 0)?;
            string(out, 3, text)?;
        }
        Value::Double(double) => {
            i32_field(out, 2, 1)?;
            out.write_field_begin(&TFieldIdentifier::new("vDouble", TType::Double, 4))?;
            out.write_double(double)?;
        }
        Value::Bool(bool) => {
            i32_field(out, 2, 2)?;
            out.write_field_begin(&TFieldIdentifier::new("vBool", TType::Bool, 5))?;
            out.write_bool(bool)?;
        }
        Value::Int(long) => {
            i32_field(out, 2, 3)?;
            i64_field(out, 6, long)?;
        }
        Value::Bytes(bytes) => {
            i32_field(out, 2, 4)?;
            out.write_field_begin(&TFieldIdentifier::new("vBinary", TType::String, 7))?;
            out.write_bytes(bytes)?;
        }
    }
    end(out)
}

/// Runs the encoder over a fresh buffer. Writing to memory does not fail.
fn encode(write: impl FnOnce(&mut Out<'_>) -> thrift::Result<()>) -> Vec<u8> {
    let mut bytes = Vec::new();
    match write(&mut TCompactOutputProtocol::new(&mut bytes)) {
        Ok(()) => bytes,
        Err(_) => Vec::new(),
    }
}

fn begin(out: &mut Out<'_>) -> thrift::Result<()> {
    out.write_struct_begin(&TStructIdentifier::new(String::new()))
}

fn end(out: &mut Out<'_>) -> thrift::Result<()> {
    out.write_field_stop()?;
    out.write_struct_end()
}

fn structs(out: &mut Out<'_>, id: i16, len: usize) -> thrift::Result<()> {
    out.write_field_begin(&field(TType::List, id))?;
    out.write_list_begin(&TListIdentifier::new(TType::Struct, size(len)))
}

fn string(out: &mut Out<'_>, id: i16, text: &str) -> thrift::Result<()> {
    out.write_field_begin(&field(TType::String, id))?;
    out.write_string(text)
}

fn i32_field(out: &mut Out<'_>, id: i16, value: i32) -> thrift::Result<()> {
    out.write_field_begin(&field(TType::I32, id))?;
    out.write_i32(value)
}

fn i64_field(out: &mut Out<'_>, id: i16, value: i64) -> thrift::Result<()> {
    out.write_field_begin(&field(TType::I64, id))?;
    out.write_i64(value)
}

/// The wire carries no names.
fn field(kind: TType, id: i16) -> TFieldIdentifier {
    TFieldIdentifier { name: None, field_type: kind, id: Some(id) }
}

fn micros(time: Timestamp) -> i64 {
    time.0.div_euclid(1_000)
}

fn size(len: usize) -> i32 {
    i32::try_from(len).unwrap_or(i32::MAX)
}
