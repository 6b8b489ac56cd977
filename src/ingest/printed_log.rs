//! Log records that consoles print as JSON objects, or as what becomes JSON: OpenTelemetry Python's
//! `ConsoleLogRecordExporter` (until 1.38 `ConsoleLogExporter`), and JS's of the same name once it is JSON.

use super::console::{parse_span_id, parse_time, parse_trace_id};
use super::json::{Json, JsonKind, Shapes, push_text, push_value};
use super::printed_json::{attributes, resource_of};
use super::scan::{DecodeOptions, Memo, Verdict};
use crate::model::{BatchLog, Severity, SpanBatch, Text};

/// The name in `Log::source`.
pub(crate) const NAME: &str = "console-log";

/// Decodes an object when it is a log record of Python.
pub(crate) fn decode(object: Json<'_>, batch: &mut SpanBatch, memo: &mut Memo, options: &DecodeOptions) -> Verdict {
    let has = |key: &[u8]| object.get(key).is_some();
    let is_ours = has(b"body") && has(b"severity_number") && has(b"trace_id") && has(b"attributes");
    if !is_ours {
        return Verdict::Other;
    }
    let time = |key: &[u8]| object.get(key).and_then(Json::ascii).and_then(parse_time);
    let time = time(b"timestamp").or_else(|| time(b"observed_timestamp")).unwrap_or_default();
    let held = object.get(b"resource");
    let list = held.map(|held| held.get(b"attributes").unwrap_or(held)).filter(|list| list.kind() == JsonKind::Object);
    let resource = resource_of(b"\"console-log", list, batch, memo, options);
    let source = memo.source(NAME, batch);
    let log = BatchLog { time, resource, source, ..BatchLog::default() };
    push(object, [b"trace_id", b"span_id", b"severity_number", b"severity_text", b"event_name"], log, batch);
    Verdict::Span(time)
}

/// Adds the record that an object tells of; `names` are those of its ids, its severity as number and word, and its event.
pub(super) fn push(object: Json<'_>, names: [&[u8]; 5], mut log: BatchLog, batch: &mut SpanBatch) {
    let [trace_id, span_id, number, word, event] = names.map(|name| object.get(name));
    log.trace_id = trace_id.and_then(Json::ascii).and_then(parse_trace_id).unwrap_or_default();
    log.span_id = span_id.and_then(Json::ascii).and_then(parse_span_id).unwrap_or_default();
    let text = |value: Option<Json<'_>>, batch: &mut SpanBatch| {
        value.filter(|value| value.is_string()).map_or(Text::default(), |value| push_text(value, batch))
    };
    log.severity_text = text(word, batch);
    log.event_name = text(event, batch);
    log.severity = number.and_then(Json::word).and_then(severity).unwrap_or_default();
    if let Some(body) = object.get(b"body").filter(|body| body.kind() != JsonKind::Null) {
        log.body = push_value(body, Shapes::Plain, batch);
    }
    log.attributes = attributes(object.get(b"attributes").filter(|list| list.kind() == JsonKind::Object), batch);
    batch.push_log_row(log);
}

/// `9`, or as older versions print it, `<SeverityNumber.INFO: 9>`.
fn severity(word: &str) -> Option<Severity> {
    let digits = word.rsplit([':', ' ']).next()?.trim_end_matches('>');
    digits.parse().ok().map(Severity::new)
}
