//! A log record in protobuf (opentelemetry-proto, `logs.proto`). Its bytes are copied into the batch once, like a span's.

use super::draft::time;
use super::span::Copied;
use super::{MAX_ROWS, id};
use crate::ingest::protobuf::{Message, Read, Value};
use crate::model::{BatchLog, BatchValue, Severity, SpanBatch, Timestamp};

/// Fills in what the message says and adds the record to the batch. On damage nothing of it stays.
pub(super) fn decode(bytes: &[u8], log: BatchLog, batch: &mut SpanBatch) -> Read<()> {
    let mark = batch.mark();
    let result = read(bytes, log, batch);
    if result.is_err() {
        batch.rewind(&mark);
    }
    result
}

fn read(bytes: &[u8], mut log: BatchLog, batch: &mut SpanBatch) -> Read<()> {
    let copied = Copied::new(bytes, batch);
    let start = batch.attributes.len();
    let (mut own, mut observed) = (0, 0);
    let mut message = Message::new(bytes);
    while let Some(field) = message.field()? {
        match field {
            (1, Value::Fixed64(ns)) => own = ns,
            (11, Value::Fixed64(ns)) => observed = ns,
            (2, Value::Varint(number)) => log.severity = Severity::new(number.cast_signed()),
            (3, Value::Bytes(text)) => log.severity_text = copied.text(text, batch),
            (5, Value::Bytes(value)) => log.body = copied.any(value, batch)?,
            (6, Value::Bytes(pair)) if batch.attributes.len() - start < MAX_ROWS => {
                let attribute = copied.attribute(pair, batch)?;
                batch.attributes.push(attribute);
            }
            (9, Value::Bytes(bytes)) => log.trace_id = id::trace_id(bytes).map(|(id, _)| id).unwrap_or_default(),
            (10, Value::Bytes(bytes)) => log.span_id = id::span_id(bytes).map(|(id, _)| id).unwrap_or_default(),
            (12, Value::Bytes(text)) => log.event_name = copied.text(text, batch),
            _ => {}
        }
    }
    log.attributes = batch.attributes_since(start);
    push(log, (own, observed), batch);
    Ok(())
}

/// Adds a record whose own time and time of observation, in ns, may be 0 for "not said".
pub(super) fn push(mut log: BatchLog, (own, observed): (u64, u64), batch: &mut SpanBatch) {
    log.time = time(if own == 0 { observed } else { own });
    // Before 1.0 the name of an event was an attribute.
    let old_name = |log: &BatchLog| {
        batch.attributes.get(log.attributes.range()).unwrap_or_default().iter().find_map(|attribute| {
            let is_it = batch.bytes(attribute.key) == b"event.name";
            if let (true, BatchValue::Str(name)) = (is_it, attribute.value) { Some(name) } else { None }
        })
    };
    if log.event_name.len == 0 {
        log.event_name = old_name(&log).unwrap_or_default();
    }
    batch.push_log_row(log);
}

/// The end of what a document told last, in logs: where the lines behind it stand.
pub(super) fn last(batch: &SpanBatch, before: usize) -> Option<Timestamp> {
    batch.logs.get(before..)?.last().map(|log| log.time)
}
