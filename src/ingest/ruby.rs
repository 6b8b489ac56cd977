//! What `ConsoleSpanExporter` of OpenTelemetry Ruby prints: `pp` of a struct (opentelemetry-ruby `sdk/trace/export`). Ids are
//! byte strings in Ruby's escapes.

use super::inspected::to_json;
use super::json::{Json, Outcome, Tape, push_text};
use super::printed_json::{attributes, own_attributes, push_event, resource_of};
use super::scan::{Begins, Block, DecodeOptions, Decoded, Memo, mark_begins};
use crate::model::{BatchLink, Kind, LinkKind, SpanBatch, SpanId, SpanWriter, Status, Timestamp, TraceId};

/// The name in `Span::source`.
pub(super) const NAME: &str = "ruby";

/// How a span is found in text.
pub(super) const BLOCK: Block = Block { begins, end, decode };

/// What it begins with.
const MARK: &[u8] = b"#<struct OpenTelemetry::SDK::Trace::SpanData";

fn begins(text: &[u8]) -> Begins {
    mark_begins(text, MARK)
}

/// The line in which the struct's own sign closes.
fn end(text: &[u8]) -> Option<usize> {
    let (mut depth, mut in_string, mut escaped) = (0_u32, false, false);
    for (at, byte) in text.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| text.get(at)).copied();
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'<' if before == Some(b'#') => depth += 1,
            // An arrow of a hash closes nothing.
            b'>' if before != Some(b'=') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    let rest = text.get(at..).unwrap_or_default();
                    return memchr::memchr(b'\n', rest).map(|line_end| at + line_end + 1);
                }
            }
            _ => {}
        }
    }
    None
}

fn decode(text: &[u8], batch: &mut SpanBatch, memo: &mut Memo, options: &DecodeOptions) -> Decoded {
    let broken = Decoded::Broken("a span of Ruby that cannot be read");
    let text = String::from_utf8_lossy(text);
    let (mut json, mut tape) = (Vec::new(), Tape::default());
    if to_json(text.trim_start(), &mut json).is_none() || !matches!(tape.parse(&json), Outcome::Complete(_)) {
        return broken;
    }
    let object = tape.root(&json);
    let Some((trace_id, span_id)) = ids(object) else { return broken };
    let list = object.get(b"resource").and_then(|resource| resource.get(b"attributes"));
    let resource = resource_of(b"\"ruby", list, batch, memo, options);
    let source = memo.source(NAME, batch);
    let mut out = SpanWriter::new(batch);
    (out.row.resource, out.row.source) = (resource, source);
    (out.row.trace_id, out.row.span_id) = (trace_id, span_id);
    for (key, value) in object.members() {
        member(key.raw(), value, &mut out);
    }
    let number = |key: &[u8]| object.get(key)?.word()?.parse::<i64>().ok();
    let (start, end) = (number(b"start_timestamp"), number(b"end_timestamp"));
    out.row.start = Timestamp(start.or(end).unwrap_or_default());
    out.row.duration = Timestamp(end.or(start).unwrap_or_default()).since(out.row.start);
    if start.is_none() || end.is_none() {
        out.warn("printed without a start or an end time");
    }
    let ended = out.row.start.plus(out.row.duration);
    out.commit();
    Decoded::Span(ended)
}

fn member(key: &[u8], value: Json<'_>, out: &mut SpanWriter<'_>) {
    match key {
        b"name" => out.row.name = push_text(value, out.batch),
        b"kind" => out.row.kind = value.plain().and_then(Kind::parse).unwrap_or_default(),
        b"parent_span_id" => out.row.parent_id = bytes(value, 8).and_then(|id| span_id(&id)).and_then(SpanId::non_zero),
        b"status" => {
            out.row.status = match value.get(b"code").and_then(Json::word) {
                Some("0") => Status::Ok,
                Some("2") => Status::Error,
                _ => Status::Unset,
            };
            out.row.status_message =
                value.get(b"description").map(|text| push_text(text, out.batch)).unwrap_or_default();
        }
        b"attributes" => own_attributes(value, out),
        b"events" => {
            value.items().for_each(|event| push_event(event, out));
        }
        b"links" => {
            for link in value.items() {
                let Some((trace_id, span_id)) = link.get(b"span_context").and_then(ids) else {
                    out.warn("a link has no readable context: left out");
                    continue;
                };
                let attributes = attributes(link.get(b"attributes"), out.batch);
                out.link(BatchLink { trace_id, span_id, kind: LinkKind::Link, attributes });
            }
        }
        b"instrumentation_scope" | b"instrumentation_library" => {
            out.row.scope_name = value.get(b"name").map(|text| push_text(text, out.batch)).unwrap_or_default();
            out.row.scope_version = value.get(b"version").map(|text| push_text(text, out.batch)).unwrap_or_default();
        }
        _ => {}
    }
}

fn ids(object: Json<'_>) -> Option<(TraceId, SpanId)> {
    let trace_id = bytes(object.get(b"trace_id")?, 16)?;
    let trace_id = trace_id.iter().fold(0, |id, byte| id << 8 | u128::from(*byte));
    let span_id = span_id(&bytes(object.get(b"span_id")?, 8)?)?;
    (trace_id != 0 && span_id.0 != 0).then_some((TraceId(trace_id), span_id))
}

fn span_id(bytes: &[u8]) -> Option<SpanId> {
    bytes.try_into().ok().map(|bytes| SpanId(u64::from_be_bytes(bytes)))
}

/// So many bytes that stand as a string: as they are, one character for each, or in hex.
fn bytes(value: Json<'_>, length: usize) -> Option<Vec<u8>> {
    let mut batch = SpanBatch::default();
    let text = push_text(value, &mut batch);
    let text = batch.str(text);
    if text.len() == length {
        return Some(text.as_bytes().to_vec());
    }
    let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    if let Some(bytes) = bytes.filter(|bytes| bytes.len() == length) {
        return Some(bytes);
    }
    let hex = Some(text).filter(|text| text.len() == 2 * length && text.is_ascii())?;
    (0..length).map(|at| u8::from_str_radix(hex.get(2 * at..2 * at + 2)?, 16).ok()).collect()
}
