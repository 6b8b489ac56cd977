//! What `ConsoleSpanExporter` of OpenTelemetry PHP prints: a pretty list of one object a span
//! (opentelemetry-php `SDK/Trace/SpanExporter`).

use super::console::{parse_span_id, parse_trace_id};
use super::json::{Json, push_text};
use super::printed_json::{attributes, own_attributes, push_event, resource_of};
use super::scan::{DecodeOptions, Memo, Verdict};
use crate::model::{BatchLink, Kind, LinkKind, SpanBatch, SpanId, SpanWriter, Status, Timestamp, TraceId};

/// The name in `Span::source`.
pub(super) const NAME: &str = "php";

/// Decodes an object when it is a span of PHP: of the consoles only this one has `start`, `end` and a `parent_span_id`.
pub(crate) fn decode(object: Json<'_>, batch: &mut SpanBatch, memo: &mut Memo, options: &DecodeOptions) -> Verdict {
    let (Some(context), Some(start), Some(end)) = (object.get(b"context"), object.get(b"start"), object.get(b"end"))
    else {
        return Verdict::Other;
    };
    if object.get(b"parent_span_id").is_none() || object.get(b"name").is_none() {
        return Verdict::Other;
    }
    let Some((trace_id, span_id)) = ids(context) else {
        return Verdict::Unreadable("a span whose trace_id or span_id is not an id");
    };
    let resource = resource_of(b"\"php", object.get(b"resource"), batch, memo, options);
    let source = memo.source(NAME, batch);
    let mut out = SpanWriter::new(batch);
    (out.row.resource, out.row.source) = (resource, source);
    (out.row.trace_id, out.row.span_id) = (trace_id, span_id);
    let number = |value: Json<'_>| value.word().and_then(|ns| ns.parse::<i64>().ok()).unwrap_or_default();
    let (start, end) = (Timestamp(number(start)), Timestamp(number(end)));
    (out.row.start, out.row.duration) = (start, end.since(start));
    if end < start {
        out.warn("it ends before it starts: duration shown as 0");
    }
    for (key, value) in object.members() {
        member(key.raw(), value, &mut out);
    }
    out.row.trace_state = context.get(b"trace_state").map(|state| push_text(state, out.batch)).unwrap_or_default();
    out.row.flags = context.get(b"trace_flags").and_then(Json::word).and_then(|flags| flags.parse().ok());
    let ended = out.row.start.plus(out.row.duration);
    out.commit();
    Verdict::Span(ended)
}

fn member(key: &[u8], value: Json<'_>, out: &mut SpanWriter<'_>) {
    match key {
        b"name" => out.row.name = push_text(value, out.batch),
        b"parent_span_id" => out.row.parent_id = value.ascii().and_then(parse_span_id).and_then(SpanId::non_zero),
        b"kind" => {
            let word = value.plain().unwrap_or_default();
            out.row.kind = Kind::parse(word.strip_prefix("KIND_").unwrap_or(word)).unwrap_or_default();
        }
        b"status" => {
            let code = value.get(b"code").and_then(Json::plain).and_then(Status::parse);
            out.row.status = code.unwrap_or_default();
            out.row.status_message = value.get(b"description").map(|t| push_text(t, out.batch)).unwrap_or_default();
        }
        b"attributes" => own_attributes(value, out),
        b"events" => {
            value.items().for_each(|event| push_event(event, out));
        }
        b"links" => {
            for link in value.items() {
                let Some((trace_id, span_id)) = ids(link.get(b"context").unwrap_or(link)) else {
                    out.warn("a link has no readable context: left out");
                    continue;
                };
                let attributes = attributes(link.get(b"attributes"), out.batch);
                out.link(BatchLink { trace_id, span_id, kind: LinkKind::Link, attributes });
            }
        }
        _ => {}
    }
}

fn ids(context: Json<'_>) -> Option<(TraceId, SpanId)> {
    let trace_id = parse_trace_id(context.get(b"trace_id")?.ascii()?)?;
    Some((trace_id, parse_span_id(context.get(b"span_id")?.ascii()?)?))
}
