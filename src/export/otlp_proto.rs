//! OTLP requests in protobuf (opentelemetry-proto, `trace_service.proto`), as SDKs send them. Fields that hold their default
//! are left out.

use super::otlp;
use crate::model::{Attribute, Event, Link, Span, Value};

/// Encodes spans as requests of at most so many spans.
pub fn requests(spans: &[Span<'_>], most: usize) -> Vec<Vec<u8>> {
    spans.chunks(most.max(1)).map(request).collect()
}

fn request(spans: &[Span<'_>]) -> Vec<u8> {
    let mut out = Vec::new();
    for spans in spans.chunk_by(|a, b| a.service == b.service && a.resource == b.resource) {
        message(1, &mut out, |out| resource_spans(spans, out));
    }
    out
}

fn resource_spans(spans: &[Span<'_>], out: &mut Vec<u8>) {
    let Some(first) = spans.first() else { return };
    message(1, out, |out| {
        if !first.resource.iter().any(|attribute| attribute.key == "service.name") {
            attribute(1, &Attribute { key: "service.name", value: Value::Str(first.service) }, out);
        }
        for own in &first.resource {
            attribute(1, own, out);
        }
    });
    for spans in spans.chunk_by(|a, b| a.scope == b.scope) {
        message(2, out, |out| {
            let scope = spans.first().map(|span| span.scope).unwrap_or_default();
            message(1, out, |out| {
                text(1, scope.name, out);
                text(2, scope.version, out);
            });
            for own in spans {
                message(2, out, |out| span(own, out));
            }
        });
    }
}

fn span(span: &Span<'_>, out: &mut Vec<u8>) {
    bytes(1, &span.trace_id.0.to_be_bytes(), out);
    bytes(2, &span.span_id.0.to_be_bytes(), out);
    text(3, span.trace_state, out);
    if let Some(parent) = span.parent_id {
        bytes(4, &parent.0.to_be_bytes(), out);
    }
    text(5, span.name, out);
    number(6, otlp::kind(span.kind), out);
    time(7, span.start.0, out);
    time(8, span.start.plus(span.duration).0, out);
    for own in &span.attributes {
        attribute(9, own, out);
    }
    for own in &span.events {
        message(11, out, |out| event(own, out));
    }
    for own in &span.links {
        message(13, out, |out| link(own, out));
    }
    let status = otlp::status(span.status);
    if status > 0 {
        message(15, out, |out| {
            text(2, span.status_message, out);
            number(3, status, out);
        });
    }
    if let Some(flags) = span.flags {
        tag(16, 5, out);
        out.extend_from_slice(&flags.to_le_bytes());
    }
}

fn event(event: &Event<'_>, out: &mut Vec<u8>) {
    time(1, event.time.0, out);
    text(2, event.name, out);
    for own in &event.attributes {
        attribute(3, own, out);
    }
}

fn link(link: &Link<'_>, out: &mut Vec<u8>) {
    bytes(1, &link.trace_id.0.to_be_bytes(), out);
    bytes(2, &link.span_id.0.to_be_bytes(), out);
    for own in &link.attributes {
        attribute(4, own, out);
    }
}

fn attribute(field: u32, attribute: &Attribute<'_>, out: &mut Vec<u8>) {
    message(field, out, |out| {
        text(1, attribute.key, out);
        message(2, out, |out| match attribute.value {
            // Of a value even the default says which type it has.
            Value::Str(text) | Value::Json(text) => bytes(1, text.as_bytes(), out),
            Value::Bool(bool) => {
                tag(2, 0, out);
                varint(u64::from(bool), out);
            }
            Value::Int(int) => {
                tag(3, 0, out);
                varint(int.cast_unsigned(), out);
            }
            Value::Double(double) => {
                tag(4, 1, out);
                out.extend_from_slice(&double.to_le_bytes());
            }
            Value::Bytes(held) => bytes(7, held, out),
        });
    });
}

fn message(field: u32, out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let mut inner = Vec::new();
    write(&mut inner);
    bytes(field, &inner, out);
}

fn bytes(field: u32, bytes: &[u8], out: &mut Vec<u8>) {
    tag(field, 2, out);
    varint(bytes.len() as u64, out);
    out.extend_from_slice(bytes);
}

fn text(field: u32, text: &str, out: &mut Vec<u8>) {
    if !text.is_empty() {
        bytes(field, text.as_bytes(), out);
    }
}

fn number(field: u32, number: u64, out: &mut Vec<u8>) {
    if number > 0 {
        tag(field, 0, out);
        varint(number, out);
    }
}

fn time(field: u32, ns: i64, out: &mut Vec<u8>) {
    tag(field, 1, out);
    out.extend_from_slice(&ns.max(0).to_le_bytes());
}

fn tag(field: u32, wire: u32, out: &mut Vec<u8>) {
    varint(u64::from(field << 3 | wire), out);
}

fn varint(mut number: u64, out: &mut Vec<u8>) {
    while number > 0x7f {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push((number & 0x7f) as u8);
}
