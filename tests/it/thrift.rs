//! Jaeger agent datagrams: real captures, hostile bytes, random round trips.

mod captures;
mod hostile;
mod mapping;
mod random;

use std::path::PathBuf;

use tracetui::ingest::jaeger_thrift::{DatagramReport, decode};
use tracetui::model::SpanBatch;

/// Every captured file whose name ends so, with its datagrams.
fn captures(end: &str) -> Vec<(PathBuf, Vec<Vec<u8>>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/udp");
    let files = std::fs::read_dir(&folder).expect("the fixtures are there");
    let mut paths: Vec<_> = files.map(|file| file.expect("the folder can be listed").path()).collect();
    paths.retain(|path| path.to_string_lossy().ends_with(end));
    paths.sort();
    assert!(!paths.is_empty(), "no file ends with {end}");
    paths.into_iter().map(|path| (path.clone(), datagrams(&path))).collect()
}

fn datagrams(path: &PathBuf) -> Vec<Vec<u8>> {
    let bytes = std::fs::read(path).expect("the capture can be read");
    let mut rest = bytes.as_slice();
    let mut datagrams = Vec::new();
    while let Some((head, after)) = rest.split_first_chunk::<4>() {
        let len = usize::try_from(u32::from_be_bytes(*head)).expect("a datagram fits memory");
        let (datagram, after) = after.split_at(len);
        datagrams.push(datagram.to_vec());
        rest = after;
    }
    datagrams
}

fn decoded(datagram: &[u8]) -> (SpanBatch, DatagramReport) {
    let mut batch = SpanBatch::default();
    let report = decode(datagram, &mut batch);
    (batch, report)
}

/// The reasons of a batch's problems.
fn reasons(batch: &SpanBatch) -> Vec<&str> {
    batch.problems.iter().map(|problem| problem.reason.as_str()).collect()
}
