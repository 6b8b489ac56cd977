//! What the tags, logs and references of a Jaeger span mean in OpenTelemetry's words, whatever they were written in. Thrift's
//! reader has its own way: it works on the datagram's bytes.

use super::mapped::map;
use crate::model::{BatchAttribute, BatchLink, BatchValue, LinkKind, Range32, SpanBatch, SpanWriter, Status, Text};

/// A tag, still in the message.
#[derive(Clone, Copy)]
pub(super) struct Tag<'a> {
    pub(super) key: &'a [u8],
    pub(super) value: Held<'a>,
}

/// A tag's value.
#[derive(Clone, Copy)]
pub(super) enum Held<'a> {
    Text(&'a [u8]),
    Bool(bool),
    Int(i64),
    Double(f64),
    Bytes(&'a [u8]),
}

/// Adds a tag to the batch's attributes.
pub(super) fn push(tag: Tag<'_>, batch: &mut SpanBatch) {
    let (key, value) = texts(tag, batch);
    batch.attributes.push(BatchAttribute { key, value });
}

fn texts(tag: Tag<'_>, batch: &mut SpanBatch) -> (Text, BatchValue) {
    let key = batch.push_utf8(tag.key);
    let value = match tag.value {
        Held::Text(text) => BatchValue::Str(batch.push_utf8(text)),
        Held::Bool(bool) => BatchValue::Bool(bool),
        Held::Int(int) => BatchValue::Int(int),
        Held::Double(double) => BatchValue::Double(double),
        Held::Bytes(bytes) => BatchValue::Bytes(batch.push_text(bytes)),
    };
    (key, value)
}

/// Adds a tag to the span: as one of its fields where it stands for one, else as an attribute.
pub(super) fn push_tag(tag: Tag<'_>, out: &mut SpanWriter<'_>) {
    let key = String::from_utf8_lossy(tag.key);
    let is_mapped = match (&*key, tag.value) {
        ("error", Held::Bool(true)) => {
            out.row.status = Status::Error;
            true
        }
        ("error", Held::Text(text)) if text.eq_ignore_ascii_case(b"true") => {
            out.row.status = Status::Error;
            true
        }
        (key, Held::Text(text)) => map(key, &String::from_utf8_lossy(text), out),
        _ => false,
    };
    if !is_mapped {
        let (key, value) = texts(tag, out.batch);
        out.attribute(key, value);
    }
}

/// The first reference to a parent in this trace gives the parent, else the first span that it follows; the span itself is no
/// parent. What gave the parent as `CHILD_OF` is no link besides.
pub(super) fn resolve_parent(links: &[BatchLink], out: &mut SpanWriter<'_>) {
    let row = out.row;
    let here = |link: &&BatchLink| link.trace_id == row.trace_id && link.span_id != row.span_id && link.span_id.0 != 0;
    let first = |kind: LinkKind| links.iter().filter(here).find(|link| link.kind == kind);
    let parent = first(LinkKind::ChildOf).or_else(|| first(LinkKind::FollowsFrom));
    out.row.parent_id = parent.map(|link| link.span_id);
    for link in links {
        if link.kind != LinkKind::ChildOf || Some(link) != parent {
            out.link(*link);
        }
    }
}

/// The field that names an event leaves its attributes; without one, the first key is the name.
pub(super) fn name_event(fields: Range32, batch: &mut SpanBatch) -> (Text, Range32) {
    for name in [&b"event"[..], b"message"] {
        let found = fields.range().find_map(|at| match batch.attributes.get(at) {
            Some(BatchAttribute { key, value: BatchValue::Str(text) }) if batch.bytes(*key) == name => {
                Some((at, *text))
            }
            _ => None,
        });
        if let Some((at, text)) = found {
            batch.attributes.remove(at);
            return (text, Range32 { end: fields.end - 1, ..fields });
        }
    }
    let first = batch.attributes.get(fields.start as usize).filter(|_| fields.end > fields.start);
    (first.map(|first| first.key).unwrap_or_default(), fields)
}
