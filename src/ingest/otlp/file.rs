//! OTLP/JSON in files: an object that holds `resourceSpans` or `scopeSpans`, wherever it stands.

use super::json::Json as Document;
use super::json_value::{plain, room};
use crate::ingest::body::fill_whole;
use crate::ingest::json::{Json, JsonKind};
use crate::ingest::scan::{DecodeOptions, Memo, Verdict, rename_services};
use crate::model::SpanBatch;

/// The name in `Span::source`.
pub(crate) const NAME: &str = "otlp-json";

/// Decodes a request, or the spans of one resource.
pub(crate) fn decode(object: Json<'_>, batch: &mut SpanBatch, _memo: &mut Memo, options: &DecodeOptions) -> Verdict {
    let is_ours = |(key, value): (Json<'_>, Json<'_>)| {
        let name = &mut room();
        let name = plain(key.raw(), name);
        value.kind() == JsonKind::Array
            && matches!(name, b"resourcespans" | b"scopespans" | b"instrumentationlibraryspans" | b"batches")
    };
    if !object.members().any(is_ours) {
        return Verdict::Other;
    }
    let (spans, resources) = (batch.spans.len(), batch.resources.len());
    fill_whole(&mut Document::new(object.raw(), NAME), batch);
    rename_services(resources, batch, options);
    let new = batch.spans.get(spans..).unwrap_or_default();
    new.last().map_or(Verdict::Other, |last| Verdict::Span(last.start.plus(last.duration)))
}
