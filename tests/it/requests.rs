//! What real clients posted, compared with what they say they sent; and what becomes of bodies that are cut, changed or odd.

mod otlp;
pub(crate) mod truth;

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use serde_json::Value as Json;
use tracetui::ingest::body::{Progress, fill_whole};
use tracetui::ingest::compression::Compression;
use tracetui::ingest::request::{Family, Payload};
use tracetui::model::SpanBatch;

/// A body and what it is.
pub(crate) struct Recorded {
    pub(crate) payload: Payload,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    /// As sent.
    pub(crate) raw: Vec<u8>,
    /// Expanded.
    pub(crate) body: Vec<u8>,
}

/// Files of a folder of fixtures with this ending.
pub(crate) fn captures(folder: &str, end: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(folder);
    let files = std::fs::read_dir(folder).expect("the fixtures are there").map(|entry| entry.expect("a file").path());
    let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|found| found == end)).collect();
    files.sort();
    assert!(!files.is_empty(), "no {end} in the fixtures");
    files
}

pub(crate) fn pieces(path: &Path) -> Vec<Vec<u8>> {
    let bytes = std::fs::read(path).expect("a capture");
    let mut rest = bytes.as_slice();
    let mut pieces = Vec::new();
    while let Some((len, tail)) = rest.split_first_chunk::<4>() {
        let (piece, tail) = tail.split_at(u32::from_be_bytes(*len) as usize);
        pieces.push(piece.to_vec());
        rest = tail;
    }
    pieces
}

/// The requests of a capture.
pub(crate) fn requests(path: &Path) -> Vec<Recorded> {
    let read = |pair: &[Vec<u8>]| {
        let head: Json = serde_json::from_slice(&pair[0]).expect("a head");
        let headers = head["headers"].as_array().expect("headers").iter();
        let text = |value: &Json| value.as_str().expect("text").to_owned();
        let headers: Vec<_> = headers.map(|pair| (text(&pair[0]), text(&pair[1]))).collect();
        let path = text(&head["path"]);
        let family = match () {
            () if path.ends_with("/v1/traces") => Family::Otlp,
            () if path.ends_with("/spans") => Family::Zipkin,
            () => Family::Jaeger,
        };
        let body = expanded(&pair[1]);
        Recorded { payload: Payload::of(family, &body), path, headers, raw: pair[1].clone(), body }
    };
    pieces(path).chunks(2).map(read).collect()
}

fn expanded(body: &[u8]) -> Vec<u8> {
    let Some(coding) = Compression::sniff(body) else { return body.to_vec() };
    let mut out = Vec::new();
    std::io::Read::read_to_end(&mut coding.reader(body), &mut out).expect("a whole body");
    out
}

/// The messages of a capture of gRPC calls.
pub(crate) fn messages(path: &Path) -> (Payload, Vec<Vec<u8>>) {
    let is_jaeger = path.to_string_lossy().contains(".jaeger-grpc.");
    (if is_jaeger { Payload::JaegerProto } else { Payload::OtlpProto }, pieces(path))
}

/// A capture and the bodies in it.
type Recording = (PathBuf, Vec<(Payload, Vec<u8>)>);

/// Every recorded body.
fn bodies() -> Vec<Recording> {
    let http = captures("http", "httprec").into_iter().map(|path| {
        let bodies = requests(&path).into_iter().map(|request| (request.payload, request.body)).collect();
        (path, bodies)
    });
    let grpc = captures("grpc", "grpcrec").into_iter().map(|path| {
        let (payload, messages) = messages(&path);
        (path, messages.into_iter().map(|message| (payload, message)).collect())
    });
    http.chain(grpc).collect()
}

fn decoded(payload: Payload, bytes: &[u8]) -> (SpanBatch, Progress) {
    let mut batch = SpanBatch::default();
    let progress = fill_whole(&mut *payload.open(bytes), &mut batch);
    (batch, progress)
}

/// Every span as it would be written.
pub(crate) fn lines(batch: &SpanBatch) -> Vec<String> {
    let line = |row| {
        let mut out = Vec::new();
        tracetui::export::jsonl::write_span(&batch.span(row), &mut out);
        String::from_utf8(out).expect("text")
    };
    batch.spans.iter().map(line).collect()
}

#[test]
fn every_captured_request_gives_the_spans_its_client_knew() {
    let all = bodies();
    assert!(all.len() >= 30);
    for (path, bodies) in all {
        let mut batch = SpanBatch::default();
        for (payload, bytes) in bodies {
            let progress = fill_whole(&mut *payload.open(&bytes), &mut batch);
            assert_eq!((progress, &batch.problems[..]), (Progress::Done, &[][..]), "{}", path.display());
        }
        truth::compare(&path, &batch);
    }
}

#[test]
fn decoding_in_pieces_changes_nothing() {
    for (path, bodies) in bodies() {
        for (payload, bytes) in bodies {
            let whole = lines(&decoded(payload, &bytes).0);
            let mut body = payload.open(&bytes);
            let mut pieces = Vec::new();
            loop {
                let mut batch = SpanBatch::default();
                let progress = body.fill(&mut batch, 1);
                assert!(batch.spans.len() <= 2, "a full batch is handed on at once");
                pieces.extend(lines(&batch));
                if progress == Progress::Done {
                    break;
                }
                assert_eq!(progress, Progress::More);
            }
            assert_eq!(pieces, whole, "{}", path.display());
        }
    }
}

#[test]
fn what_is_whole_before_a_cut_is_kept_and_the_cut_is_told() {
    for (path, bodies) in bodies().into_iter().filter(|(path, _)| path.to_string_lossy().contains("hello")) {
        for (payload, bytes) in bodies {
            let whole = lines(&decoded(payload, &bytes).0);
            for cut in 1..bytes.len() {
                let (batch, progress) = decoded(payload, &bytes[..cut]);
                let found = lines(&batch);
                assert!(found.len() <= whole.len(), "{} cut at {cut}", path.display());
                // What comes behind the spans may be missing: a resource, a process.
                let ids = |line: &String| line.split("\"service\"").next().unwrap_or_default().to_owned();
                assert!(found.iter().map(ids).eq(whole.iter().take(found.len()).map(ids)), "{} {cut}", path.display());
                assert!(progress == Progress::Done || !batch.problems.is_empty(), "{} cut at {cut}", path.display());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_changed_byte_never_does_more_harm_than_a_problem(at in 0..10_000_usize, byte: u8, n in 0..40_usize) {
        let all = bodies();
        let (_, bodies) = &all[n % all.len()];
        let (payload, bytes) = &bodies[0];
        let mut bytes = bytes[..bytes.len().min(10_000)].to_vec();
        let at = at % bytes.len();
        bytes[at] = byte;
        decoded(*payload, &bytes);
    }

    #[test]
    fn any_bytes_come_to_an_end(bytes in prop::collection::vec(any::<u8>(), 0..300), n in 0..7_usize) {
        let all = [
            Payload::OtlpProto, Payload::OtlpJson, Payload::JaegerThrift, Payload::JaegerProto,
            Payload::ZipkinJson, Payload::ZipkinProto, Payload::ZipkinThrift,
        ];
        decoded(all[n], &bytes);
    }
}

#[test]
fn what_claims_more_than_it_holds_costs_nothing() {
    let huge = [0x0a, 0xff, 0xff, 0xff, 0xff, 0x07];
    for payload in [Payload::OtlpProto, Payload::JaegerProto, Payload::ZipkinProto] {
        let (batch, progress) = decoded(payload, &huge);
        assert_eq!((progress, batch.problems.len()), (Progress::Broken, 1));
        let groups = vec![0x0b; 100_000];
        assert_eq!(decoded(payload, &groups).1, Progress::Broken);
    }
    for payload in [Payload::OtlpJson, Payload::ZipkinJson] {
        for text in ["[".repeat(100_000), "{\"resourceSpans\":".repeat(10_000)] {
            assert_eq!(decoded(payload, text.as_bytes()).1, Progress::Broken, "{payload:?}");
        }
    }
    let list = [0x0c, 0x7f, 0xff, 0xff, 0xff];
    assert_eq!(decoded(Payload::ZipkinThrift, &list).1, Progress::Broken);
    assert_eq!(decoded(Payload::JaegerThrift, &[0x0f, 0, 2, 0x0c, 0x7f, 0xff, 0xff, 0xff]).1, Progress::Broken);
}
