//! Parts of a span that consoles print as plain JSON, or as what becomes JSON: attributes, resources, events with times in ns.

use super::json::{Json, Shapes, push_attributes, push_text};
use super::scan::{DecodeOptions, Memo, resource};
use crate::model::{BatchEvent, Range32, SpanBatch, SpanWriter, Timestamp};

/// Members as attributes in the batch, of an event or a link; none where there is no list.
pub(crate) fn attributes(list: Option<Json<'_>>, batch: &mut SpanBatch) -> Range32 {
    list.map(|list| push_attributes(list, Shapes::Plain, batch)).unwrap_or_default()
}

/// Members as the span's own attributes.
pub(crate) fn own_attributes(list: Json<'_>, out: &mut SpanWriter<'_>) {
    let start = out.batch.attributes.len();
    push_attributes(list, Shapes::Plain, out.batch);
    out.take_attributes(start);
}

/// The resource with these attributes; the same text as before gives the same index. `key` tells formats apart.
pub(crate) fn resource_of(
    key: &[u8],
    list: Option<Json<'_>>,
    batch: &mut SpanBatch,
    memo: &mut Memo,
    options: &DecodeOptions,
) -> u32 {
    memo.resource([key, list.map(Json::raw).unwrap_or_default()], batch, |batch| {
        let attributes = attributes(list, batch);
        resource(attributes, batch, options)
    })
}

/// An event with `name`, `timestamp` in ns and `attributes`.
pub(crate) fn push_event(event: Json<'_>, out: &mut SpanWriter<'_>) {
    let time = event.get(b"timestamp").and_then(Json::word).and_then(|ns| ns.parse().ok());
    let name = event.get(b"name").map(|name| push_text(name, out.batch)).unwrap_or_default();
    let attributes = attributes(event.get(b"attributes"), out.batch);
    out.event(BatchEvent { time: Timestamp(time.unwrap_or_default()), name, attributes });
}
