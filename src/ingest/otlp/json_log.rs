//! A log record in OTLP/JSON.

use super::json_span::push_attributes;
use super::json_value::{any_value, integer, plain, room, unsigned};
use super::{id, log};
use crate::ingest::json::{Json, JsonKind, push_text};
use crate::model::{BatchLog, Severity, SpanBatch};

/// Fills in what the object says and adds the record to the batch.
pub(super) fn decode(object: Json<'_>, mut log: BatchLog, batch: &mut SpanBatch) {
    let (mut own, mut observed) = (0, 0);
    for (key, value) in object.members().filter(|(_, value)| value.kind() != JsonKind::Null) {
        match plain(key.raw(), &mut room()) {
            b"timeunixnano" => own = unsigned(value).unwrap_or_default(),
            b"observedtimeunixnano" => observed = unsigned(value).unwrap_or_default(),
            b"severitynumber" => log.severity = severity(value),
            b"severitytext" => log.severity_text = push_text(value, batch),
            b"body" => log.body = any_value(value, batch),
            b"traceid" => log.trace_id = id::trace_id(&id::bytes(value.raw(), 16)).map(|id| id.0).unwrap_or_default(),
            b"spanid" => log.span_id = id::span_id(&id::bytes(value.raw(), 8)).map(|id| id.0).unwrap_or_default(),
            b"eventname" => log.event_name = push_text(value, batch),
            _ => {}
        }
    }
    log.attributes = push_attributes(object, batch);
    log::push(log, (own, observed), batch);
}

/// A number, or a name such as `SEVERITY_NUMBER_WARN2`.
fn severity(value: Json<'_>) -> Severity {
    let word = value.word().unwrap_or_default();
    let name = word.strip_prefix("SEVERITY_NUMBER_").unwrap_or(word);
    let (name, step) = match name.as_bytes().last() {
        Some(digit @ b'2'..=b'4') => (name.get(..name.len() - 1).unwrap_or_default(), digit - b'1'),
        _ => (name, 0),
    };
    let named = Severity::parse(name).map(|severity| Severity::new(i64::from(severity.number() + step)));
    named.unwrap_or_else(|| Severity::new(integer(value).and_then(|n| i64::try_from(n).ok()).unwrap_or_default()))
}
