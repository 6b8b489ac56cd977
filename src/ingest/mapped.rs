//! Tags in which older formats carry what OpenTelemetry has fields for (opentelemetry.io, "OpenTelemetry to Jaeger/Zipkin
//! Transformation"). Those leave the list of attributes.

use crate::model::{BatchSpan, Kind, SpanWriter, Status, Text};

/// Moves a tag with a text value into the span's fields; `false` when it is an attribute like any other. What `error` means
/// differs from format to format and is not decided here.
pub(crate) fn map(key: &str, text: &str, out: &mut SpanWriter<'_>) -> bool {
    match key {
        "span.kind" => match Kind::parse(text) {
            Some(kind) => {
                out.row.kind = kind;
                true
            }
            None => false,
        },
        "otel.status_code" => match Status::parse(text) {
            // An error is never undone by another tag.
            Some(status) => {
                out.row.status = out.row.status.max(status);
                true
            }
            None => false,
        },
        "otel.status_description" => set(text, out, |row| &mut row.status_message),
        "otel.scope.name" | "otel.library.name" => set(text, out, |row| &mut row.scope_name),
        "otel.scope.version" | "otel.library.version" => set(text, out, |row| &mut row.scope_version),
        "w3c.tracestate" => set(text, out, |row| &mut row.trace_state),
        _ => false,
    }
}

/// Sets a field that is not set yet, or says the same again.
fn set(text: &str, out: &mut SpanWriter<'_>, field: fn(&mut BatchSpan) -> &mut Text) -> bool {
    let known = *field(&mut out.row);
    if known.len > 0 {
        return out.batch.str(known) == text;
    }
    *field(&mut out.row) = out.batch.push_text(text.as_bytes());
    true
}
