//! Requests and binary files: whatever the bytes, sound batches, bounded memory, and the same result whatever the way.

use tracetui::ingest::body::{Progress, fill_whole};
use tracetui::ingest::content::{Content, Feed};
use tracetui::ingest::request::PAYLOADS;
use tracetui::ingest::{DecodeOptions, compression::Compression};
use tracetui::model::SpanBatch;

use super::batch::{assert_bounded, assert_sound, spans};

/// The body of a request: which format, the first byte says; how full a batch may get, the second.
pub(crate) fn request(bytes: &[u8]) {
    let mut body = bytes;
    let (payload, limit) = (super::byte(&mut body).unwrap_or_default(), super::byte(&mut body).unwrap_or_default());
    let Some(row) = PAYLOADS.get(usize::from(payload) % PAYLOADS.len()) else { return };
    let mut whole = SpanBatch::default();
    let progress = fill_whole(&mut *row.payload().open(body), &mut whole);
    assert_sound(&whole);
    assert_bounded(&whole, body.len(), 48);
    assert_ne!(progress, Progress::More);
    let (mut pieces, mut all) = (SpanBatch::default(), Vec::new());
    let mut decoder = row.payload().open(body);
    loop {
        let progress = decoder.fill(&mut pieces, usize::from(limit) * 16);
        assert_sound(&pieces);
        all.extend(spans(&pieces));
        pieces.clear();
        if progress != Progress::More {
            break;
        }
    }
    assert_eq!(all, spans(&whole), "pieces change nothing");
}

/// A file that is no text: what it is, the first byte says; sizes of chunks follow (count, sizes − 1).
pub(crate) fn binary(bytes: &[u8]) {
    let mut rest = bytes;
    let is_capture = super::byte(&mut rest).unwrap_or_default().is_multiple_of(2);
    let sizes = super::list(&mut rest, 8);
    let content = if is_capture { Content::Packets } else { Content::OtlpProto };
    let whole = read(content, rest, &[]);
    assert_eq!(whole, read(content, rest, sizes));
    assert_eq!(whole, read(content, rest, &[0]));
    // That it is packed, and how, is told by anybody's bytes.
    if let Some(compression) = Compression::sniff(rest) {
        let mut out = Vec::new();
        let _ = std::io::Read::read_to_end(&mut std::io::Read::take(compression.reader(rest), 1 << 20), &mut out);
    }
    let _ = Content::sniff(rest);
}

fn read(content: Content, bytes: &[u8], sizes: &[u8]) -> (Vec<String>, usize, String) {
    let mut decoder: Box<dyn Feed> = content.decoder(DecodeOptions::default());
    let (mut batch, mut all, mut problems) = (SpanBatch::default(), Vec::new(), 0);
    let mut sizes = sizes.iter().map(|size| usize::from(*size) + 1).cycle();
    let mut take = |batch: &mut SpanBatch| {
        assert_sound(batch);
        all.extend(spans(batch));
        problems += batch.problems.len();
        batch.clear();
    };
    let mut rest = bytes;
    while !rest.is_empty() {
        let (chunk, after) = rest.split_at(sizes.next().unwrap_or(usize::MAX).min(rest.len()));
        decoder.feed(chunk, &mut batch);
        take(&mut batch);
        rest = after;
    }
    decoder.finish(&mut batch);
    take(&mut batch);
    let counts = format!("{:?}", decoder.counts());
    (all, problems, counts)
}
