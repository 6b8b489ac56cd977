//! OTLP/JSON (opentelemetry-proto, "JSON Protobuf Encoding"): what collectors and otel-tui read. Ids are hex, 64-bit integers
//! text; spans of one resource and scope stand together.

use super::document::Losses;
use super::json::{list, put, text_member};
use super::otlp;
use crate::model::{Attribute, Event, Link, LinkKind, Span, Value, push_json_string};
use serde_json::{Map, Value as Json};

/// The name on the command line.
pub(super) const NAME: &str = "otlp-json";

/// Writes the spans of a trace, each group of one resource as an item of `resourceSpans`.
pub(super) fn write(spans: &[Span<'_>], losses: &mut Losses, out: &mut Vec<u8>) {
    let mut order: Vec<&Span<'_>> = spans.iter().collect();
    let key = |span: &Span<'_>| (span.service.to_owned(), format!("{:?}", span.resource));
    order.sort_by_cached_key(|span| (key(span), span.scope.name.to_owned(), span.scope.version.to_owned()));
    let of_one_resource = |a: &&Span<'_>, b: &&Span<'_>| key(a) == key(b);
    list(order.chunk_by(of_one_resource), out, |spans, out| {
        out.extend_from_slice(b"{\"resource\":{\"attributes\":[");
        let Some(first) = spans.first() else { return };
        let is_named = first.resource.iter().any(|attribute| attribute.key == "service.name");
        let name = Attribute { key: "service.name", value: Value::Str(first.service) };
        list((!is_named).then_some(&name).into_iter().chain(&first.resource), out, write_attribute);
        out.extend_from_slice(b"]},\"scopeSpans\":[");
        list(spans.chunk_by(|a, b| a.scope == b.scope), out, |spans, out| {
            let scope = spans.first().map(|span| span.scope).unwrap_or_default();
            out.extend_from_slice(b"{\"scope\":{\"name\":");
            push_json_string(scope.name, out);
            text_member("version", scope.version, out);
            out.extend_from_slice(b"},\"spans\":[");
            list(spans.iter(), out, |span, out| write_span(span, losses, out));
            out.extend_from_slice(b"]}");
        });
        out.extend_from_slice(b"]}");
    });
}

fn write_span(span: &Span<'_>, losses: &mut Losses, out: &mut Vec<u8>) {
    losses.add("warning", "warnings", span.warnings.len());
    losses.add(
        "kind of a link",
        "kinds of links",
        span.links.iter().filter(|link| link.kind != LinkKind::Link).count(),
    );
    put(out, format_args!("{{\"traceId\":\"{:032x}\",\"spanId\":\"{:016x}\"", span.trace_id.0, span.span_id.0));
    if let Some(parent) = span.parent_id {
        put(out, format_args!(",\"parentSpanId\":\"{:016x}\"", parent.0));
    }
    text_member("traceState", span.trace_state, out);
    if let Some(flags) = span.flags {
        put(out, format_args!(",\"flags\":{flags}"));
    }
    out.extend_from_slice(b",\"name\":");
    push_json_string(span.name, out);
    let kind = otlp::kind(span.kind);
    let (start, end) = (span.start.0.max(0), span.start.plus(span.duration).0.max(0));
    put(out, format_args!(",\"kind\":{kind},\"startTimeUnixNano\":\"{start}\",\"endTimeUnixNano\":\"{end}\""));
    attributes(&span.attributes, out);
    if !span.events.is_empty() {
        out.extend_from_slice(b",\"events\":[");
        list(&span.events, out, write_event);
        out.push(b']');
    }
    if !span.links.is_empty() {
        out.extend_from_slice(b",\"links\":[");
        list(&span.links, out, write_link);
        out.push(b']');
    }
    let code = otlp::status(span.status);
    put(out, format_args!(",\"status\":{{\"code\":{code}"));
    text_member("message", span.status_message, out);
    out.extend_from_slice(b"}}");
}

fn write_event(event: &Event<'_>, out: &mut Vec<u8>) {
    put(out, format_args!("{{\"timeUnixNano\":\"{}\",\"name\":", event.time.0.max(0)));
    push_json_string(event.name, out);
    attributes(&event.attributes, out);
    out.push(b'}');
}

fn write_link(link: &Link<'_>, out: &mut Vec<u8>) {
    put(out, format_args!("{{\"traceId\":\"{:032x}\",\"spanId\":\"{:016x}\"", link.trace_id.0, link.span_id.0));
    attributes(&link.attributes, out);
    out.push(b'}');
}

fn attributes(attributes: &[Attribute<'_>], out: &mut Vec<u8>) {
    if !attributes.is_empty() {
        out.extend_from_slice(b",\"attributes\":[");
        list(attributes, out, write_attribute);
        out.push(b']');
    }
}

fn write_attribute(attribute: &Attribute<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"key\":");
    push_json_string(attribute.key, out);
    out.extend_from_slice(b",\"value\":");
    match attribute.value {
        Value::Str(text) => string(text, out),
        Value::Int(int) => put(out, format_args!("{{\"intValue\":\"{int}\"}}")),
        Value::Double(number) => double(number, out),
        Value::Bool(bool) => put(out, format_args!("{{\"boolValue\":{bool}}}")),
        Value::Bytes(bytes) => base64(bytes, out),
        Value::Json(text) => {
            // Lists and maps are held as JSON text.
            match serde_json::from_str(text) {
                Ok(json) => any(&json, out),
                Err(_) => string(text, out),
            }
        }
    }
    out.push(b'}');
}

fn string(text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"stringValue\":");
    push_json_string(text, out);
    out.push(b'}');
}

fn double(number: f64, out: &mut Vec<u8>) {
    if number.is_finite() {
        put(out, format_args!("{{\"doubleValue\":{number:?}}}"));
    } else {
        // As protobuf's JSON writes them.
        let text = if number.is_nan() {
            "NaN"
        } else if number > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        };
        put(out, format_args!("{{\"doubleValue\":\"{text}\"}}"));
    }
}

fn base64(bytes: &[u8], out: &mut Vec<u8>) {
    use base64::Engine;
    let text = base64::engine::general_purpose::STANDARD.encode(bytes);
    put(out, format_args!("{{\"bytesValue\":\"{text}\"}}"));
}

/// A value inside a list or map. How deep it can be, the parser bounds.
fn any(json: &Json, out: &mut Vec<u8>) {
    match json {
        Json::String(text) => string(text, out),
        Json::Bool(bool) => put(out, format_args!("{{\"boolValue\":{bool}}}")),
        Json::Number(number) if number.to_string().contains(['.', 'e', 'E']) => {
            put(out, format_args!("{{\"doubleValue\":{number}}}"));
        }
        Json::Number(number) => put(out, format_args!("{{\"intValue\":\"{number}\"}}")),
        Json::Null => out.extend_from_slice(b"{}"),
        Json::Array(items) => {
            out.extend_from_slice(b"{\"arrayValue\":{\"values\":[");
            list(items, out, any);
            out.extend_from_slice(b"]}}");
        }
        Json::Object(members) => object(members, out),
    }
}

/// A map, or what stands for bytes and for doubles that JSON has no word for.
fn object(members: &Map<String, Json>, out: &mut Vec<u8>) {
    let mut rest = members.iter();
    if let (Some((key, Json::String(text))), None) = (rest.next(), rest.next())
        && matches!(&**key, "bytes" | "double")
    {
        put(out, format_args!("{{\"{}Value\":", if key == "bytes" { "bytes" } else { "double" }));
        push_json_string(text, out);
        return out.push(b'}');
    }
    out.extend_from_slice(b"{\"kvlistValue\":{\"values\":[");
    list(members, out, |(key, value), out| {
        out.extend_from_slice(b"{\"key\":");
        push_json_string(key, out);
        out.extend_from_slice(b",\"value\":");
        any(value, out);
        out.push(b'}');
    });
    out.extend_from_slice(b"]}}");
}
