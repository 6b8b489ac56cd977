//! One span in OTLP/JSON.

use super::draft::{Draft, kind, settle, status, time};
use super::json_value::{attribute, integer, member, plain, room, unsigned};
use super::{MAX_ROWS, id};
use crate::ingest::json::{Json, JsonKind, push_text};
use crate::model::{BatchEvent, BatchLink, Kind, LinkKind, Range32, SpanBatch, SpanWriter, Status};

/// Decodes a span; `false` when it has no id.
pub(super) fn decode(object: Json<'_>, mut span: SpanWriter<'_>) -> bool {
    let mut draft = Draft::default();
    for (key, value) in object.members() {
        if value.kind() != JsonKind::Null {
            field(plain(key.raw(), &mut room()), value, &mut draft, &mut span);
        }
    }
    let has_id = settle(&draft, &mut span);
    if has_id {
        span.commit();
    }
    has_id
}

fn field(name: &[u8], value: Json<'_>, draft: &mut Draft, span: &mut SpanWriter<'_>) {
    match name {
        b"traceid" => draft.trace_id = usual(trace_id(value), draft),
        b"spanid" => draft.span_id = usual(span_id(value), draft),
        b"parentspanid" => draft.parent_id = usual(span_id(value), draft),
        b"tracestate" => span.row.trace_state = push_text(value, span.batch),
        b"name" => span.row.name = push_text(value, span.batch),
        b"kind" => match read_kind(value) {
            Some(kind) => span.row.kind = kind,
            None => span.warn("the kind is unknown"),
        },
        b"starttimeunixnano" => draft.start = unsigned(value).unwrap_or_default(),
        b"endtimeunixnano" => draft.end = unsigned(value).unwrap_or_default(),
        b"attributes" => {
            for (n, pair) in value.items().enumerate() {
                draft.is_cut |= n >= MAX_ROWS;
                if n < MAX_ROWS {
                    let attribute = attribute(pair, span.batch);
                    span.attribute(attribute.key, attribute.value);
                }
            }
        }
        b"events" => {
            draft.is_cut |= value.items().nth(MAX_ROWS).is_some();
            for event in value.items().take(MAX_ROWS) {
                push_event(event, span);
            }
        }
        b"links" => {
            draft.is_cut |= value.items().nth(MAX_ROWS).is_some();
            for link in value.items().take(MAX_ROWS) {
                push_link(link, draft, span);
            }
        }
        b"status" => read_status(value, span),
        b"flags" => span.row.flags = unsigned(value).and_then(|flags| u32::try_from(flags).ok()),
        b"droppedattributescount" => draft.dropped[0] = unsigned(value).unwrap_or_default(),
        b"droppedeventscount" => draft.dropped[1] = unsigned(value).unwrap_or_default(),
        b"droppedlinkscount" => draft.dropped[2] = unsigned(value).unwrap_or_default(),
        _ => {}
    }
}

fn trace_id(value: Json<'_>) -> id::Found<crate::model::TraceId> {
    id::trace_id(&id::bytes(value.raw(), 16))
}

fn span_id(value: Json<'_>) -> id::Found<crate::model::SpanId> {
    id::span_id(&id::bytes(value.raw(), 8))
}

fn usual<T>(found: id::Found<T>, draft: &mut Draft) -> Option<T> {
    let (id, is_usual) = found?;
    draft.has_odd_id |= !is_usual;
    Some(id)
}

/// A number, or a name such as `SPAN_KIND_SERVER`.
fn read_kind(value: Json<'_>) -> Option<Kind> {
    let word = value.word()?;
    let named = word.strip_prefix("SPAN_KIND_").unwrap_or(word);
    Kind::parse(named).or_else(|| kind(i64::try_from(integer(value)?).ok()?))
}

fn read_status(value: Json<'_>, span: &mut SpanWriter<'_>) {
    if let Some(text) = member(value, b"message") {
        span.row.status_message = push_text(text, span.batch);
    }
    let Some(code) = member(value, b"code") else { return };
    let word = code.word().unwrap_or_default();
    let named = Status::parse(word.strip_prefix("STATUS_CODE_").unwrap_or(word));
    let number = || integer(code).and_then(|code| status(i64::try_from(code).ok()?));
    span.row.status = named.or_else(number).unwrap_or(Status::Error);
}

/// Attributes of what is not the span itself.
pub(super) fn push_attributes(object: Json<'_>, batch: &mut SpanBatch) -> Range32 {
    let start = batch.attributes.len();
    for pair in member(object, b"attributes").into_iter().flat_map(Json::items).take(MAX_ROWS) {
        let attribute = attribute(pair, batch);
        batch.attributes.push(attribute);
    }
    batch.attributes_since(start)
}

fn push_event(object: Json<'_>, span: &mut SpanWriter<'_>) {
    let time = member(object, b"timeunixnano").and_then(unsigned).map(time).unwrap_or_default();
    let name = member(object, b"name").map(|name| push_text(name, span.batch)).unwrap_or_default();
    let attributes = push_attributes(object, span.batch);
    span.event(BatchEvent { time, name, attributes });
}

fn push_link(object: Json<'_>, draft: &mut Draft, span: &mut SpanWriter<'_>) {
    let trace_id = member(object, b"traceid").and_then(|id| usual(trace_id(id), draft)).unwrap_or_default();
    let span_id = member(object, b"spanid").and_then(|id| usual(span_id(id), draft)).unwrap_or_default();
    let attributes = push_attributes(object, span.batch);
    span.link(BatchLink { trace_id, span_id, kind: LinkKind::Link, attributes });
}
