//! Traces as Jaeger's UI loads them (jaeger `internal/uimodel`): times in whole µs, what OpenTelemetry has fields for as tags.

use super::document::Losses;
use super::json::{list, put};
use crate::model::{Attribute, Kind, LinkKind, Span, SpanId, Status, TraceId, Value, push_json_string};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The name on the command line.
pub(super) const NAME: &str = "jaeger-json";

/// Writes a trace.
pub(super) fn write(spans: &[Span<'_>], losses: &mut Losses, out: &mut Vec<u8>) {
    let Some(first) = spans.first() else { return };
    put(out, format_args!("{{\"traceID\":\"{}\",\"spans\":[", first.trace_id));
    let mut processes: Vec<(&str, &[Attribute<'_>])> = Vec::new();
    list(spans, out, |span, out| {
        let same = |(service, tags): &(&str, &[Attribute<'_>])| *service == span.service && *tags == &span.resource[..];
        let process = processes.iter().rposition(same).unwrap_or_else(|| {
            processes.push((span.service, &span.resource));
            processes.len() - 1
        });
        write_span(span, process + 1, losses, out);
    });
    out.extend_from_slice(b"],\"processes\":{");
    list(processes.iter().enumerate(), out, |(n, (service, tags)), out| {
        put(out, format_args!("\"p{}\":{{\"serviceName\":", n + 1));
        push_json_string(service, out);
        out.extend_from_slice(b",\"tags\":[");
        list(*tags, out, write_tag);
        out.extend_from_slice(b"]}");
    });
    out.extend_from_slice(b"},\"warnings\":null}");
}

fn write_span(span: &Span<'_>, process: usize, losses: &mut Losses, out: &mut Vec<u8>) {
    let (start, duration) = (span.start.0.div_euclid(1_000), span.duration / 1_000);
    let is_cut = span.start.0.rem_euclid(1_000) != 0 || !span.duration.is_multiple_of(1_000);
    losses.add("time with a part of a µs", "times with a part of a µs", usize::from(is_cut));
    let links = span.links.iter().filter(|link| !link.attributes.is_empty()).count();
    losses.add("link's attributes", "links' attributes", links);
    put(out, format_args!("{{\"traceID\":\"{}\",\"spanID\":\"{}\"", span.trace_id, span.span_id));
    if let Some(flags) = span.flags {
        put(out, format_args!(",\"flags\":{flags}"));
    }
    out.extend_from_slice(b",\"operationName\":");
    push_json_string(span.name, out);
    out.extend_from_slice(b",\"references\":[");
    let parent = span.parent_id.map(|parent| (LinkKind::ChildOf, span.trace_id, parent));
    let links = span.links.iter().map(|link| (link.kind, link.trace_id, link.span_id));
    list(parent.into_iter().chain(links), out, write_reference);
    put(out, format_args!("],\"startTime\":{start},\"duration\":{duration},\"tags\":["));
    let told = told(span);
    list(span.attributes.iter().chain(&told), out, write_tag);
    out.extend_from_slice(b"],\"logs\":[");
    list(&span.events, out, |event, out| {
        put(out, format_args!("{{\"timestamp\":{},\"fields\":[", event.time.0.div_euclid(1_000)));
        let name = Attribute { key: "event", value: Value::Str(event.name) };
        list(std::iter::once(&name).chain(&event.attributes), out, write_tag);
        out.extend_from_slice(b"]}");
    });
    put(out, format_args!("],\"processID\":\"p{process}\",\"warnings\":"));
    if span.warnings.is_empty() {
        out.extend_from_slice(b"null}");
    } else {
        out.push(b'[');
        list(&span.warnings, out, |warning, out| push_json_string(warning, out));
        out.extend_from_slice(b"]}");
    }
}

fn write_reference((kind, trace_id, span_id): (LinkKind, TraceId, SpanId), out: &mut Vec<u8>) {
    let kind = if kind == LinkKind::ChildOf { "CHILD_OF" } else { "FOLLOWS_FROM" };
    put(out, format_args!("{{\"refType\":\"{kind}\",\"traceID\":\"{trace_id}\",\"spanID\":\"{span_id}\"}}"));
}

/// What the format has no members for, as the tags that OpenTelemetry's exporters to Jaeger write.
fn told<'a>(span: &Span<'a>) -> Vec<Attribute<'a>> {
    let mut told = Vec::new();
    let mut text = |key: &'static str, text: &'a str| {
        if !text.is_empty() {
            told.push(Attribute { key, value: Value::Str(text) });
        }
    };
    text("span.kind", if span.kind == Kind::Unspecified { "" } else { span.kind.as_str() });
    let code = match span.status {
        Status::Unset => "",
        Status::Ok => "OK",
        Status::Error => "ERROR",
    };
    text("otel.status_code", code);
    text("otel.status_description", span.status_message);
    text("otel.scope.name", span.scope.name);
    text("otel.scope.version", span.scope.version);
    text("w3c.tracestate", span.trace_state);
    if span.status == Status::Error {
        told.push(Attribute { key: "error", value: Value::Bool(true) });
    }
    told
}

fn write_tag(tag: &Attribute<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"key\":");
    push_json_string(tag.key, out);
    let mut typed = |kind: &str, value: std::fmt::Arguments<'_>| {
        put(out, format_args!(",\"type\":\"{kind}\",\"value\":{value}}}"));
    };
    match tag.value {
        Value::Int(int) => typed("int64", format_args!("{int}")),
        Value::Bool(bool) => typed("bool", format_args!("{bool}")),
        Value::Double(double) if double.is_finite() => typed("float64", format_args!("{double:?}")),
        Value::Double(double) => {
            let text = if double.is_nan() {
                "NaN"
            } else if double > 0.0 {
                "Infinity"
            } else {
                "-Infinity"
            };
            typed("float64", format_args!("\"{text}\""));
        }
        Value::Bytes(bytes) => typed("binary", format_args!("\"{}\"", STANDARD.encode(bytes))),
        Value::Str(text) | Value::Json(text) => {
            out.extend_from_slice(b",\"type\":\"string\",\"value\":");
            push_json_string(text, out);
            out.push(b'}');
        }
    }
}
