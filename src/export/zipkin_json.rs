//! Zipkin's JSON, v2 (openzipkin/zipkin-api): every value is text, times are whole µs, an event is its name with its attributes
//! as JSON behind.

use super::document::Losses;
use super::json::{list, put, text_member};
use crate::export::jsonl::write_value;
use crate::model::{Attribute, Event, Kind, Span, Status, Value, push_json_string};

/// The name on the command line.
pub(super) const NAME: &str = "zipkin-json";

/// Writes the spans of a trace.
pub(super) fn write(spans: &[Span<'_>], losses: &mut Losses, out: &mut Vec<u8>) {
    for (n, span) in spans.iter().enumerate() {
        if n > 0 {
            out.extend_from_slice(b",\n");
        }
        write_span(span, losses, out);
    }
}

fn write_span(span: &Span<'_>, losses: &mut Losses, out: &mut Vec<u8>) {
    losses.add("link", "links", span.links.len());
    losses.add("warning", "warnings", span.warnings.len());
    let is_cut = span.start.0.rem_euclid(1_000) != 0 || !span.duration.is_multiple_of(1_000);
    losses.add("time with a part of a µs", "times with a part of a µs", usize::from(is_cut));
    put(out, format_args!("{{\"traceId\":\"{}\",\"id\":\"{}\"", span.trace_id, span.span_id));
    if let Some(parent) = span.parent_id {
        put(out, format_args!(",\"parentId\":\"{parent}\""));
    }
    text_member("name", span.name, out);
    let kind = match span.kind {
        Kind::Unspecified | Kind::Internal => "",
        Kind::Server => "SERVER",
        Kind::Client => "CLIENT",
        Kind::Producer => "PRODUCER",
        Kind::Consumer => "CONSUMER",
    };
    text_member("kind", kind, out);
    put(out, format_args!(",\"timestamp\":{}", span.start.0.div_euclid(1_000).max(0)));
    // A duration of 0 is none.
    if span.duration >= 1_000 {
        put(out, format_args!(",\"duration\":{}", span.duration / 1_000));
    }
    if span.flags.is_some_and(|flags| flags & 2 != 0) {
        out.extend_from_slice(b",\"debug\":true");
    }
    out.extend_from_slice(b",\"localEndpoint\":{\"serviceName\":");
    push_json_string(span.service, out);
    out.push(b'}');
    if !span.events.is_empty() {
        out.extend_from_slice(b",\"annotations\":[");
        list(&span.events, out, write_event);
        out.push(b']');
    }
    tags(span, losses, out);
    out.push(b'}');
}

/// `name {"key":value}`.
fn write_event(event: &Event<'_>, out: &mut Vec<u8>) {
    let mut value = event.name.as_bytes().to_vec();
    if !event.attributes.is_empty() {
        value.extend_from_slice(b" {");
        list(&event.attributes, &mut value, |attribute, out| {
            push_json_string(attribute.key, out);
            out.push(b':');
            write_value(attribute.value, out);
        });
        value.push(b'}');
    }
    put(out, format_args!("{{\"timestamp\":{},\"value\":", event.time.0.div_euclid(1_000).max(0)));
    push_json_string(&String::from_utf8_lossy(&value), out);
    out.push(b'}');
}

/// Of keys that stand there twice, the last; attributes of the resource are tags like any other, behind the span's own.
fn tags(span: &Span<'_>, losses: &mut Losses, out: &mut Vec<u8>) {
    let mut tags: Vec<(&str, String)> = Vec::new();
    let mut add = |key, value: String| {
        let known = tags.iter_mut().find(|(known, _)| *known == key);
        match known {
            Some(known) => known.1 = value,
            None => tags.push((key, value)),
        }
    };
    let own = |attribute: &&Attribute<'_>| !span.attributes.iter().any(|own| own.key == attribute.key);
    let resource = span.resource.iter().filter(|attribute| attribute.key != "service.name").filter(own);
    for attribute in span.attributes.iter().chain(resource) {
        match text(attribute.value) {
            Some(value) => add(attribute.key, value),
            None => losses.add("attribute of bytes", "attributes of bytes", 1),
        }
    }
    let words = [
        ("otel.scope.name", span.scope.name),
        ("otel.scope.version", span.scope.version),
        ("w3c.tracestate", span.trace_state),
        ("otel.status_code", if span.status == Status::Ok { "OK" } else { "" }),
    ];
    for (key, word) in words.into_iter().filter(|(_, word)| !word.is_empty()) {
        add(key, word.to_owned());
    }
    if span.status == Status::Error {
        // That it is there says it; its text says why.
        let message = if span.status_message.is_empty() { "true" } else { span.status_message };
        add("error", message.to_owned());
    }
    if tags.is_empty() {
        return;
    }
    out.extend_from_slice(b",\"tags\":{");
    list(tags, out, |(key, value), out| {
        push_json_string(key, out);
        out.push(b':');
        push_json_string(&value, out);
    });
    out.push(b'}');
}

fn text(value: Value<'_>) -> Option<String> {
    Some(match value {
        Value::Str(text) | Value::Json(text) => text.to_owned(),
        Value::Int(int) => int.to_string(),
        Value::Double(double) => double.to_string(),
        Value::Bool(bool) => bool.to_string(),
        Value::Bytes(_) => return None,
    })
}
