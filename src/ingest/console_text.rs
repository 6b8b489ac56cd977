//! `Span(name="…", context=SpanContext(…), …)`: what OpenTelemetry Python 0.4 to 0.6 printed, several on a line or one.
//!
//! Takes text that begins with the mark and fills a batch. The text knows no attributes, events or status.

use super::console::{parse_time, range, warn};
use super::scan::{DecodeOptions, Memo};
use crate::model::{BatchResource, BatchSpan, Kind, SpanBatch, SpanId, Timestamp, TraceId};

/// What every such span begins with.
pub(crate) const MARK: &[u8] = b"Span(name=\"";

/// The end of one span and the beginning of the next; the parent inside a span begins with the mark alone.
pub(crate) const SEAM: &[u8] = b")Span(name=\"";

/// Decodes the span that the text begins with; its end time and its length, or nothing when it is none.
pub(crate) fn decode(
    text: &[u8],
    batch: &mut SpanBatch,
    memo: &mut Memo,
    options: &DecodeOptions,
) -> Option<(Timestamp, usize)> {
    // The name may hold anything, quotes too; the context behind it is what ends it.
    let name_end = memchr::memmem::find(text, b"\", context=SpanContext(")?;
    let name = text.get(MARK.len()..name_end)?;
    let rest = text.get(name_end..)?;
    let kind_at = memchr::memmem::find(rest, b", kind=")?;
    let (context, rest) = rest.split_at(kind_at);
    let times_at = memchr::memmem::find(rest, b", start_time=")?;
    let (kind_and_parent, times) = rest.split_at(times_at);
    let close = memchr::memchr(b')', times)?;
    let length = name_end + kind_at + times_at + close + 1;

    let first_warning = batch.warnings.len();
    let trace_id = TraceId::from_hex(field(context, b"trace_id=")?)?;
    let span_id = SpanId::from_hex(field(context, b"span_id=")?)?;
    let start = time(times, b"start_time=");
    let end = time(times, b"end_time=");
    if start.is_none() || end.is_none() {
        warn("no readable start_time or end_time", batch);
    }
    let start = start.or(end).unwrap_or_default();
    let kind = field(kind_and_parent, b"kind=").and_then(|kind| Kind::parse(kind.strip_prefix("SpanKind.")?));
    let row = BatchSpan {
        trace_id,
        span_id,
        parent_id: parent(kind_and_parent),
        start,
        duration: end.unwrap_or(start).since(start),
        resource: memo.resource([b"console-text", b""], batch, |batch| BatchResource {
            service: batch.push_text(options.service(None).as_bytes()),
            ..BatchResource::default()
        }),
        name: batch.push_text(String::from_utf8_lossy(name).as_bytes()),
        kind: kind.unwrap_or_default(),
        source: memo.source("console-text", batch),
        warnings: range(first_warning, batch.warnings.len()),
        ..BatchSpan::default()
    };
    batch.spans.push(row);
    Some((row.start.plus(row.duration), length))
}

/// The text between `name` and the next comma or closing bracket.
fn field<'a>(text: &'a [u8], name: &[u8]) -> Option<&'a str> {
    let at = memchr::memmem::find(text, name)? + name.len();
    let rest = text.get(at..)?;
    let end = memchr::memchr2(b',', b')', rest).unwrap_or(rest.len());
    std::str::from_utf8(rest.get(..end)?).ok()
}

fn time(times: &[u8], name: &[u8]) -> Option<Timestamp> {
    parse_time(field(times, name)?.as_bytes())
}

/// The span id inside `parent=Span(…)` or `parent=SpanContext(…)`. Its name may imitate one: the last id counts.
fn parent(text: &[u8]) -> Option<SpanId> {
    let at = memchr::memmem::find(text, b", parent=")?;
    let text = text.get(at..)?;
    let last = memchr::memmem::rfind(text, b"span_id=")?;
    SpanId::from_hex(field(text.get(last..)?, b"span_id=")?)?.non_zero()
}
