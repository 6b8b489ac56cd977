//! Bytes to batches: datagrams, console text and `jsonl`. Sound batches, bounded memory, and the same result whatever the way.

use tracetui::export::jsonl::write_span;
use tracetui::ingest::jaeger_thrift;
use tracetui::ingest::{DecodeOptions, Decoder};
use tracetui::model::{
    BatchAttribute, BatchEvent, BatchLink, BatchResource, BatchSpan, BatchValue, Range32, SpanBatch, Text,
};

/// What a batch may hold beside a multiple of its input.
const SLACK: usize = 1 << 20;

/// What was decoded, with its counts.
struct Read {
    spans: Vec<String>,
    lines: Vec<String>,
    problems: Vec<String>,
    counts: String,
    complete: bool,
}

/// A datagram of Thrift's compact protocol.
pub(crate) fn thrift_compact(bytes: &[u8]) {
    let mut datagram = bytes.to_vec();
    if let Some(first) = datagram.first_mut() {
        *first = 0x82;
    }
    thrift(&datagram);
}

/// A datagram of Thrift's binary protocol, strict or not.
pub(crate) fn thrift_binary(bytes: &[u8]) {
    let mut datagram = bytes.to_vec();
    if let Some(first) = datagram.first_mut() {
        *first &= 0x80;
    }
    thrift(&datagram);
}

fn thrift(datagram: &[u8]) {
    let mut batch = SpanBatch::default();
    let report = jaeger_thrift::decode(datagram, &mut batch);
    assert_eq!(report.malformed, !batch.problems.is_empty(), "{:?}", batch.problems);
    assert_eq!(report.spans as usize, batch.spans.len());
    assert_sound(&batch);
    assert_bounded(&batch, datagram.len(), 4);
    let spans = spans(&batch);
    jaeger_thrift::decode(datagram, &mut batch);
    assert_sound(&batch);
    let both = self::spans(&batch);
    assert_eq!(both.len(), 2 * spans.len());
    for (left, right) in both.iter().zip(spans.iter().cycle()) {
        assert_eq!(left, right, "what a batch holds changes nothing");
    }
}

/// Console text, fed whole and in chunks whose sizes the input gives.
pub(crate) fn console(bytes: &[u8]) {
    let mut text = bytes;
    let sizes = super::list(&mut text, 16);
    let whole = read(text, &[]);
    assert_same(&whole, &read(text, &[0]));
    if !sizes.is_empty() {
        assert_same(&whole, &read(text, sizes));
    }
}

fn assert_same(whole: &Read, chunked: &Read) {
    assert_eq!(whole.counts, chunked.counts);
    assert_eq!(whole.spans, chunked.spans);
    if whole.complete && chunked.complete {
        assert_eq!(whole.lines, chunked.lines);
        assert_eq!(whole.problems, chunked.problems);
    }
}

/// Feeds chunks of these sizes plus one, over and over, each into an empty batch.
fn read(text: &[u8], sizes: &[u8]) -> Read {
    let mut decoder = Decoder::new(DecodeOptions::default());
    let mut batch = SpanBatch::default();
    let (spans, lines, problems) = (Vec::new(), Vec::new(), Vec::new());
    let mut read = Read { spans, lines, problems, counts: String::new(), complete: true };
    let mut sizes = sizes.iter().map(|size| usize::from(*size) + 1).cycle();
    let mut rest = text;
    while !rest.is_empty() {
        let (chunk, after) = rest.split_at(sizes.next().unwrap_or(usize::MAX).min(rest.len()));
        decoder.feed(chunk, &mut batch);
        read.take(&mut batch);
        rest = after;
    }
    decoder.finish(&mut batch);
    read.take(&mut batch);
    assert_bounded(&batch, text.len(), 16);
    read.counts = format!("{} {:?}", decoder.format(), decoder.counts());
    read
}

impl Read {
    fn take(&mut self, batch: &mut SpanBatch) {
        assert_sound(batch);
        self.spans.extend(spans(batch));
        self.lines.extend(batch.lines.iter().map(|line| format!("{line:?}")));
        self.problems.extend(batch.problems.iter().map(|problem| format!("{:?} {}", problem.place, problem.reason)));
        self.complete &= batch.more_lines == 0 && batch.more_problems == 0;
        batch.clear();
    }
}

/// Whatever is decoded is written as `jsonl` that reads the same.
pub(crate) fn jsonl(bytes: &[u8]) {
    let first = decode_any(bytes);
    let written = written(&first);
    let second = decode_text(&written);
    assert!(second.problems.is_empty() && second.lines.is_empty(), "{:?} {:?}", second.problems, second.lines);
    assert_eq!(spans(&second), spans(&first));
    assert_eq!(self::written(&second), written);
}

/// Whether the first byte is one of Thrift's.
pub(super) fn is_datagram(bytes: &[u8]) -> bool {
    matches!(bytes.first(), Some(0x80 | 0x82))
}

/// Decodes a datagram or a file, as told by the first byte.
pub(super) fn decode_any(bytes: &[u8]) -> SpanBatch {
    if !is_datagram(bytes) {
        return decode_text(bytes);
    }
    let mut batch = SpanBatch::default();
    jaeger_thrift::decode(bytes, &mut batch);
    batch
}

fn decode_text(text: &[u8]) -> SpanBatch {
    let mut batch = SpanBatch::default();
    let mut decoder = Decoder::new(DecodeOptions::default());
    decoder.feed(text, &mut batch);
    decoder.finish(&mut batch);
    batch
}

fn written(batch: &SpanBatch) -> Vec<u8> {
    let mut out = Vec::new();
    for span in &batch.spans {
        write_span(&batch.span(span), &mut out);
    }
    out
}

/// The spans, printed: NaN is equal to itself there, and -0.0 is not 0.0.
pub(super) fn spans(batch: &SpanBatch) -> Vec<String> {
    batch.spans.iter().map(|span| format!("{:?}", batch.span(span))).collect()
}

/// Everything points into the batch, and all text is UTF-8.
pub(super) fn assert_sound(batch: &SpanBatch) {
    for span in &batch.spans {
        let texts =
            [span.name, span.status_message, span.trace_state, span.source, span.scope_name, span.scope_version];
        for text in texts {
            assert_text(batch, text);
        }
        assert!((span.resource as usize) < batch.resources.len());
        assert!(batch.attributes.get(span.attributes.range()).is_some());
        assert!(batch.events.get(span.events.range()).is_some());
        assert!(batch.links.get(span.links.range()).is_some());
        assert!(batch.warnings.get(span.warnings.range()).is_some());
    }
    let attributes = |range: Range32| assert!(batch.attributes.get(range.range()).is_some());
    for resource in &batch.resources {
        assert_text(batch, resource.service);
        attributes(resource.attributes);
    }
    for event in &batch.events {
        assert_text(batch, event.name);
        attributes(event.attributes);
    }
    batch.links.iter().for_each(|link| attributes(link.attributes));
    batch.warnings.iter().for_each(|warning| assert_text(batch, *warning));
    for attribute in &batch.attributes {
        assert_text(batch, attribute.key);
        match attribute.value {
            BatchValue::Str(text) | BatchValue::Json(text) => assert_text(batch, text),
            BatchValue::Bytes(text) => assert_eq!(batch.bytes(text).len(), text.len as usize),
            BatchValue::Int(_) | BatchValue::Double(_) | BatchValue::Bool(_) => {}
        }
    }
}

fn assert_text(batch: &SpanBatch, text: Text) {
    assert_eq!(batch.str(text).len(), text.len as usize, "text lies in the batch and is UTF-8");
}

/// What the lists of a batch take is bounded by the input.
pub(super) fn assert_bounded(batch: &SpanBatch, input: usize, times: usize) {
    let held = batch.text.capacity()
        + batch.resources.capacity() * size_of::<BatchResource>()
        + batch.spans.capacity() * size_of::<BatchSpan>()
        + batch.attributes.capacity() * size_of::<BatchAttribute>()
        + batch.events.capacity() * size_of::<BatchEvent>()
        + batch.links.capacity() * size_of::<BatchLink>()
        + batch.warnings.capacity() * size_of::<Text>()
        + batch.problems.iter().map(|problem| problem.bytes.capacity() + 200).sum::<usize>()
        + batch.lines.iter().map(|line| line.text.capacity() + 80).sum::<usize>();
    assert!(held <= times * input + SLACK, "{held} bytes held for {input}");
}
