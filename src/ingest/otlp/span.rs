//! One span in protobuf. Its bytes are copied into the batch once; names, keys and texts are pieces of that copy.

use super::draft::{Draft, kind, settle, status, time};
use super::value::{Any, any, json, key_value};
use super::{MAX_ROWS, id};
use crate::ingest::protobuf::{Message, Read, Value};
use crate::model::{BatchAttribute, BatchEvent, BatchLink, BatchValue, LinkKind, SpanBatch, SpanWriter, Status, Text};

/// A message whose bytes have been copied into the batch.
#[derive(Clone, Copy)]
pub(super) struct Copied<'a> {
    bytes: &'a [u8],
    /// Where the copy begins in the batch's text.
    base: u32,
}

impl<'a> Copied<'a> {
    pub(super) fn new(bytes: &'a [u8], batch: &mut SpanBatch) -> Self {
        Self { bytes, base: batch.push_text(bytes).start }
    }

    /// The copy of a piece of the message, without a check.
    fn piece(self, part: &[u8]) -> Text {
        let at = part.as_ptr().addr().saturating_sub(self.bytes.as_ptr().addr());
        let number = |n| u32::try_from(n).unwrap_or(u32::MAX);
        Text { start: self.base.saturating_add(number(at)), len: number(part.len()) }
    }

    /// The same as text; repaired where it is not UTF-8.
    pub(super) fn text(self, part: &[u8], batch: &mut SpanBatch) -> Text {
        if std::str::from_utf8(part).is_ok() { self.piece(part) } else { batch.push_utf8(part) }
    }

    fn value(self, value: Any<'_>, batch: &mut SpanBatch) -> Read<BatchValue> {
        Ok(match value {
            Any::Str(text) => BatchValue::Str(self.text(text, batch)),
            Any::Bool(bool) => BatchValue::Bool(bool),
            Any::Int(int) => BatchValue::Int(int),
            Any::Double(double) => BatchValue::Double(double),
            Any::Bytes(bytes) => BatchValue::Bytes(self.piece(bytes)),
            Any::Array(_) | Any::Map(_) | Any::Empty => {
                let mut text = Vec::new();
                json(value, 0, &mut text)?;
                BatchValue::Json(batch.push_text(&text))
            }
        })
    }

    /// An `AnyValue`.
    pub(super) fn any(self, bytes: &[u8], batch: &mut SpanBatch) -> Read<BatchValue> {
        self.value(any(bytes)?, batch)
    }

    /// A `KeyValue`.
    pub(super) fn attribute(self, bytes: &[u8], batch: &mut SpanBatch) -> Read<BatchAttribute> {
        let (key, value) = key_value(bytes)?;
        Ok(BatchAttribute { key: self.text(key, batch), value: self.value(value, batch)? })
    }
}

/// Decodes a span; `false` when it has no id. On damage nothing of it stays.
pub(super) fn decode(bytes: &[u8], mut span: SpanWriter<'_>) -> Read<bool> {
    let copied = Copied::new(bytes, span.batch);
    let mut draft = Draft::default();
    let mut message = Message::new(bytes);
    let mut rows = 0;
    while let Some((number, value)) = message.field()? {
        rows += usize::from(matches!(number, 9 | 11 | 13));
        if rows > MAX_ROWS {
            draft.is_cut |= matches!(number, 9 | 11 | 13);
            continue;
        }
        field((number, value), copied, &mut draft, &mut span)?;
    }
    let has_id = settle(&draft, &mut span);
    if has_id {
        span.commit();
    }
    Ok(has_id)
}

fn field(field: (u32, Value<'_>), copied: Copied<'_>, draft: &mut Draft, span: &mut SpanWriter<'_>) -> Read<()> {
    match field {
        (1, Value::Bytes(bytes)) => draft.trace_id = usual(id::trace_id(bytes), draft),
        (2, Value::Bytes(bytes)) => draft.span_id = usual(id::span_id(bytes), draft),
        (3, Value::Bytes(text)) => span.row.trace_state = copied.text(text, span.batch),
        (4, Value::Bytes(bytes)) => draft.parent_id = usual(id::span_id(bytes), draft),
        (5, Value::Bytes(text)) => span.row.name = copied.text(text, span.batch),
        (6, Value::Varint(number)) => match kind(number.cast_signed()) {
            Some(kind) => span.row.kind = kind,
            None => span.warn("the kind is unknown"),
        },
        (7, Value::Fixed64(ns)) => draft.start = ns,
        (8, Value::Fixed64(ns)) => draft.end = ns,
        (9, Value::Bytes(bytes)) => {
            let attribute = copied.attribute(bytes, span.batch)?;
            span.attribute(attribute.key, attribute.value);
        }
        (10, Value::Varint(n)) => draft.dropped[0] = n,
        (11, Value::Bytes(bytes)) => event(bytes, copied, span)?,
        (12, Value::Varint(n)) => draft.dropped[1] = n,
        (13, Value::Bytes(bytes)) => link(bytes, copied, draft, span)?,
        (14, Value::Varint(n)) => draft.dropped[2] = n,
        (15, Value::Bytes(bytes)) => read_status(bytes, copied, span)?,
        (16, Value::Fixed32(flags)) => span.row.flags = Some(flags),
        _ => {}
    }
    Ok(())
}

/// The id, and a note when its length is odd.
fn usual<T>(found: id::Found<T>, draft: &mut Draft) -> Option<T> {
    let (id, is_usual) = found?;
    draft.has_odd_id |= !is_usual;
    Some(id)
}

fn event(bytes: &[u8], copied: Copied<'_>, span: &mut SpanWriter<'_>) -> Read<()> {
    let mut event = BatchEvent::default();
    let start = span.batch.attributes.len();
    let mut message = Message::new(bytes);
    while let Some(field) = message.field()? {
        match field {
            (1, Value::Fixed64(ns)) => event.time = time(ns),
            (2, Value::Bytes(text)) => event.name = copied.text(text, span.batch),
            (3, Value::Bytes(bytes)) if span.batch.attributes.len() - start < MAX_ROWS => {
                let attribute = copied.attribute(bytes, span.batch)?;
                span.batch.attributes.push(attribute);
            }
            _ => {}
        }
    }
    event.attributes = span.batch.attributes_since(start);
    span.event(event);
    Ok(())
}

fn link(bytes: &[u8], copied: Copied<'_>, draft: &mut Draft, span: &mut SpanWriter<'_>) -> Read<()> {
    let mut link = BatchLink { kind: LinkKind::Link, ..BatchLink::default() };
    let start = span.batch.attributes.len();
    let mut message = Message::new(bytes);
    while let Some(field) = message.field()? {
        match field {
            (1, Value::Bytes(bytes)) => link.trace_id = usual(id::trace_id(bytes), draft).unwrap_or_default(),
            (2, Value::Bytes(bytes)) => link.span_id = usual(id::span_id(bytes), draft).unwrap_or_default(),
            (4, Value::Bytes(bytes)) if span.batch.attributes.len() - start < MAX_ROWS => {
                let attribute = copied.attribute(bytes, span.batch)?;
                span.batch.attributes.push(attribute);
            }
            _ => {}
        }
    }
    link.attributes = span.batch.attributes_since(start);
    span.link(link);
    Ok(())
}

fn read_status(bytes: &[u8], copied: Copied<'_>, span: &mut SpanWriter<'_>) -> Read<()> {
    let mut message = Message::new(bytes);
    let (mut code, mut old) = (None, 0);
    while let Some(field) = message.field()? {
        match field {
            // Before 0.8: gRPC's codes, where 0 is OK and the rest are errors.
            (1, Value::Varint(number)) => old = number,
            (2, Value::Bytes(text)) => span.row.status_message = copied.text(text, span.batch),
            (3, Value::Varint(number)) => code = Some(status(number.cast_signed()).unwrap_or(Status::Error)),
            _ => {}
        }
    }
    span.row.status = code.unwrap_or(if old == 0 { Status::Unset } else { Status::Error });
    Ok(())
}
