//! Writes spans, and on request log records and lines of output, as `jsonl`: one JSON object per line, members and attributes in a fixed order, nothing lost.
//!
//! A value that JSON cannot hold becomes `{"bytes":"<base64>"}` or `{"double":"NaN"}`. Empty members are left out.

use crate::model::{
    Attribute, Event, Link, Log, OutputLine, Severity, Span, SpanBatch, Value, push_json_bytes, push_json_double,
    push_json_string,
};
use std::io::Write;

/// Appends a span and its line end.
pub fn write_span(span: &Span<'_>, out: &mut Vec<u8>) {
    put(out, format_args!("{{\"trace_id\":\"{}\",\"span_id\":\"{}\",\"parent_span_id\":", span.trace_id, span.span_id));
    match span.parent_id {
        Some(parent) => put(out, format_args!("\"{parent}\"")),
        None => out.extend_from_slice(b"null"),
    }
    out.extend_from_slice(b",\"service\":");
    push_json_string(span.service, out);
    out.extend_from_slice(b",\"name\":");
    push_json_string(span.name, out);
    let (kind, start, duration, status) = (span.kind.as_str(), span.start.0, span.duration, span.status.as_str());
    put(out, format_args!(",\"kind\":\"{kind}\",\"start_unix_nano\":\"{start}\""));
    put(out, format_args!(",\"duration_nano\":\"{duration}\",\"status\":\"{status}\""));
    text_member("status_message", span.status_message, out);
    attributes_member("attributes", &span.attributes, out);
    attributes_member("resource", &span.resource, out);
    scope_member(span, out);
    list_member("events", &span.events, out, write_event);
    list_member("links", &span.links, out, write_link);
    text_member("trace_state", span.trace_state, out);
    if let Some(flags) = span.flags {
        put(out, format_args!(",\"flags\":{flags}"));
    }
    text_member("source", span.source, out);
    list_member("warnings", &span.warnings, out, |warning, out| push_json_string(warning, out));
    out.extend_from_slice(b"}\n");
}

/// Appends the log records and lines of output of a batch.
pub fn write_beside(batch: &SpanBatch, out: &mut Vec<u8>) {
    batch.logs.iter().for_each(|row| write_log(&batch.log(row), out));
    batch.lines.iter().for_each(|line| write_line(line, out));
}

/// Appends a log record and its line end, as an object that readers of spans skip.
pub fn write_log(log: &Log<'_>, out: &mut Vec<u8>) {
    put(out, format_args!("{{\"log\":{{\"time_unix_nano\":\"{}\"", log.time.0));
    if log.severity != Severity::UNSPECIFIED {
        let (name, number) = (log.severity.name(), log.severity.number());
        put(out, format_args!(",\"severity\":\"{name}\",\"severity_number\":{number}"));
    }
    text_member("severity_text", log.severity_text, out);
    member("body", out);
    write_value(log.body, out);
    if log.trace_id.0 != 0 {
        put(out, format_args!(",\"trace_id\":\"{}\",\"span_id\":\"{}\"", log.trace_id, log.span_id));
    }
    text_member("service", log.service, out);
    text_member("scope", log.scope, out);
    text_member("event_name", log.event_name, out);
    attributes_member("attributes", &log.attributes, out);
    attributes_member("resource", &log.resource, out);
    text_member("source", log.source, out);
    out.extend_from_slice(b"}}\n");
}

/// Appends a line of output and its line end, as an object that readers of spans skip.
pub fn write_line(line: &OutputLine, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"output\":{\"text\":");
    push_json_string(&line.text, out);
    if let Some(time) = line.arrived {
        put(out, format_args!(",\"time_unix_nano\":\"{}\"", time.0));
    }
    text_member("source", &line.origin, out);
    put(out, format_args!(",\"line\":{}}}}}\n", line.line));
}

fn put(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    // Writing to a Vec cannot fail.
    out.write_fmt(text).unwrap_or_default();
}

fn text_member(name: &str, text: &str, out: &mut Vec<u8>) {
    if !text.is_empty() {
        member(name, out);
        push_json_string(text, out);
    }
}

fn member(name: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
}

fn attributes_member(name: &str, attributes: &[Attribute<'_>], out: &mut Vec<u8>) {
    if attributes.is_empty() {
        return;
    }
    member(name, out);
    for (n, attribute) in attributes.iter().enumerate() {
        out.push(if n == 0 { b'{' } else { b',' });
        push_json_string(attribute.key, out);
        out.push(b':');
        write_value(attribute.value, out);
    }
    out.push(b'}');
}

/// Appends a value as `jsonl` writes it.
pub(super) fn write_value(value: Value<'_>, out: &mut Vec<u8>) {
    match value {
        Value::Str(text) => push_json_string(text, out),
        Value::Int(int) => put(out, format_args!("{int}")),
        Value::Double(double) => push_json_double(double, out),
        Value::Bool(bool) => put(out, format_args!("{bool}")),
        Value::Bytes(bytes) => push_json_bytes(bytes, out),
        Value::Json(text) => out.extend_from_slice(text.as_bytes()),
    }
}

fn scope_member(span: &Span<'_>, out: &mut Vec<u8>) {
    let parts = [("name", span.scope.name), ("version", span.scope.version)];
    let mut mark = b'{';
    for (name, text) in parts.into_iter().filter(|(_, text)| !text.is_empty()) {
        if mark == b'{' {
            member("scope", out);
        }
        put(out, format_args!("{}\"{name}\":", char::from(mark)));
        push_json_string(text, out);
        mark = b',';
    }
    if mark == b',' {
        out.push(b'}');
    }
}

fn list_member<T>(name: &str, list: &[T], out: &mut Vec<u8>, write: impl Fn(&T, &mut Vec<u8>)) {
    if list.is_empty() {
        return;
    }
    member(name, out);
    for (n, item) in list.iter().enumerate() {
        out.push(if n == 0 { b'[' } else { b',' });
        write(item, out);
    }
    out.push(b']');
}

fn write_event(event: &Event<'_>, out: &mut Vec<u8>) {
    put(out, format_args!("{{\"time_unix_nano\":\"{}\",\"name\":", event.time.0));
    push_json_string(event.name, out);
    attributes_member("attributes", &event.attributes, out);
    out.push(b'}');
}

fn write_link(link: &Link<'_>, out: &mut Vec<u8>) {
    let (trace_id, span_id, kind) = (link.trace_id, link.span_id, link.kind.as_str());
    put(out, format_args!("{{\"trace_id\":\"{trace_id}\",\"span_id\":\"{span_id}\",\"kind\":\"{kind}\""));
    attributes_member("attributes", &link.attributes, out);
    out.push(b'}');
}
