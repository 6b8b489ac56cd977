//! OTLP/JSON in files: an object that holds `resourceSpans`, `resourceLogs` or the scopes of one resource, wherever it stands,
//! already on the tape.

use super::json::{SCOPES, resource_of, scope_of};
use super::json_log::decode as decode_log;
use super::json_span::decode as decode_span;
use super::json_value::{member, plain, room};
use super::log;
use crate::ingest::json::{Json, JsonKind};
use crate::ingest::scan::{DecodeOptions, Memo, Verdict, rename_services};
use crate::model::{BatchLog, Place, SpanBatch, SpanWriter, Text};

/// The name in `Span::source`.
pub(crate) const NAME: &str = "otlp-json";

/// Decodes a request, or the spans and log records of one resource.
pub(crate) fn decode(object: Json<'_>, batch: &mut SpanBatch, memo: &mut Memo, options: &DecodeOptions) -> Verdict {
    let (spans, logs, resources) = (batch.spans.len(), batch.logs.len(), batch.resources.len());
    let mut is_ours = false;
    for (key, value) in object.members().filter(|(_, value)| value.kind() == JsonKind::Array) {
        match plain(key.raw(), &mut room()) {
            b"resourcespans" | b"resourcelogs" | b"batches" => {
                is_ours = true;
                let source = memo.source(NAME, batch);
                value.items().for_each(|item| of_resource(item, source, batch));
            }
            name if SCOPES.contains(&name) && !is_ours => {
                is_ours = true;
                let source = memo.source(NAME, batch);
                of_resource(object, source, batch);
            }
            _ => {}
        }
    }
    if !is_ours {
        return Verdict::Other;
    }
    rename_services(resources, batch, options);
    let new = batch.spans.get(spans..).unwrap_or_default();
    let ended = new.last().map(|last| last.start.plus(last.duration));
    ended.or_else(|| log::last(batch, logs)).map_or(Verdict::Other, Verdict::Span)
}

/// `ResourceSpans` or `ResourceLogs`, by the names of any version.
fn of_resource(object: Json<'_>, source: Text, batch: &mut SpanBatch) {
    let resource = resource_of(member(object, b"resource"), batch);
    for scopes in SCOPES.iter().filter_map(|name| member(object, name)).flat_map(Json::items) {
        let scope = member(scopes, b"scope").or_else(|| member(scopes, b"instrumentationlibrary"));
        let (name, version) = scope.map(|scope| scope_of(scope, batch)).unwrap_or_default();
        for span in member(scopes, b"spans").into_iter().flat_map(Json::items) {
            let mut out = SpanWriter::new(batch);
            (out.row.resource, out.row.source) = (resource, source);
            (out.row.scope_name, out.row.scope_version) = (name, version);
            if !decode_span(span, out) {
                batch.push_problem(Place::Byte(0), "a span without ids".to_owned(), span.raw());
            }
        }
        let records = member(scopes, b"logrecords").or_else(|| member(scopes, b"logs"));
        for record in records.into_iter().flat_map(Json::items) {
            let log = BatchLog { resource, scope: name, source, ..BatchLog::default() };
            decode_log(record, log, batch);
        }
    }
}
