//! The fuzzed entries under random bytes and mutated captures: a taste of what the fuzz targets do for hours.

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use proptest::sample::{Index, Selector};

use super::run;

/// A capture with a few bytes changed, cut out or doubled.
#[derive(Clone, Debug)]
enum Change {
    Set(Index, u8),
    Cut(Index, u8),
    Double(Index, u8),
    Insert(Index, &'static str),
}

const WORDS: [&str; 10] = [
    "\"",
    "{",
    "}\n",
    "\n",
    "\\u0000",
    "\u{1b}[31m",
    "web-1  | ",
    "-9223372036854775808",
    "9999-12-31T23:59:59.999999Z",
    "\u{7f}\u{ff}\u{ff}\u{ff}",
];

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        (any::<Index>(), any::<u8>()).prop_map(|(at, length)| Change::Cut(at, length)),
        (any::<Index>(), any::<u8>()).prop_map(|(at, length)| Change::Double(at, length)),
        (any::<Index>(), prop::sample::select(WORDS.to_vec())).prop_map(|(at, word)| Change::Insert(at, word)),
    ]
}

fn changed(mut bytes: Vec<u8>, changes: &[Change]) -> Vec<u8> {
    for change in changes {
        let (Change::Set(at, _) | Change::Cut(at, _) | Change::Double(at, _) | Change::Insert(at, _)) = change;
        let at = at.index(bytes.len() + 1);
        let until = |length: u8| (at + usize::from(length)).min(bytes.len());
        let piece: Vec<u8> = match change {
            Change::Set(_, byte) => vec![*byte],
            Change::Cut(..) => Vec::new(),
            Change::Double(_, length) => bytes.get(at..until(*length)).unwrap_or_default().repeat(2),
            Change::Insert(_, word) => word.as_bytes().to_vec(),
        };
        let end = match change {
            Change::Set(..) => until(1),
            Change::Cut(_, length) | Change::Double(_, length) => until(*length),
            Change::Insert(..) => at,
        };
        bytes.splice(at..end, piece);
    }
    bytes
}

fn files(folder: &str, end: &str) -> Vec<Vec<u8>> {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(folder);
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).expect("fixtures").map(|file| file.expect("a file").path()).collect();
    paths.retain(|path| path.to_string_lossy().ends_with(end));
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).expect("a fixture")).filter(|bytes| bytes.len() < 6_000).collect()
}

/// The first datagram of every short capture whose name ends so.
fn datagrams(end: &str) -> Vec<Vec<u8>> {
    let first = |bytes: Vec<u8>| {
        let (head, rest) = bytes.split_first_chunk::<4>()?;
        Some(rest.get(..u32::from_be_bytes(*head) as usize)?.to_vec())
    };
    files("udp", end).into_iter().filter_map(first).collect()
}

/// A seed of one of the lists, changed.
fn mutated(seeds: &[Vec<u8>], pick: &Selector, changes: &[Change]) -> Vec<u8> {
    changed(pick.select(seeds).clone(), changes)
}

fn test(cases: u32, seeds: &[Vec<u8>], check: impl Fn(&[u8])) {
    assert!(!seeds.is_empty(), "there are seeds");
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(cases));
    let strategy = (any::<Selector>(), prop::collection::vec(change(), 0..6), any::<bool>(), any::<Vec<u8>>());
    let result = runner.run(&strategy, |(pick, changes, seeded, noise)| {
        check(&if seeded { mutated(seeds, &pick, &changes) } else { noise });
        Ok(())
    });
    assert!(result.is_ok(), "{result:?}");
}

#[test]
fn random_compact_datagrams_keep_every_promise() {
    test(400, &datagrams("compact.dgrams"), |bytes| run("thrift_compact", bytes));
}

#[test]
fn random_binary_datagrams_keep_every_promise() {
    test(400, &datagrams("binary.dgrams"), |bytes| run("thrift_binary", bytes));
}

#[test]
fn random_console_text_reads_the_same_in_any_chunks() {
    let folders =
        ["console", "node", "ruby", "dotnet", "cpp", "php", "stdouttrace", "otlp-json", "jaeger-json", "zipkin-json"];
    let texts =
        folders.iter().flat_map(|folder| ["txt", "json", "jsonl"].map(|end| files(&format!("formats/{folder}"), end)));
    let texts = texts.flatten().filter(|text| !text.starts_with(b"{\"capture\""));
    let seeds: Vec<_> = texts.map(|text| [&[3, 0, 40, 7], text.as_slice()].concat()).collect();
    test(250, &seeds, |bytes| run("console", bytes));
}

#[test]
fn whatever_is_decoded_reads_the_same_after_a_round_trip() {
    let seeds = [files("formats/console", "txt"), datagrams("compact.dgrams"), datagrams("binary.dgrams")].concat();
    test(300, &seeds, |bytes| run("jsonl", bytes));
}

#[test]
fn random_requests_read_the_same_whole_and_in_pieces() {
    let recorded = |folder: &str, end: &str| {
        let captures = crate::requests::captures(folder, end).into_iter();
        captures.flat_map(|path| crate::requests::pieces(&path)).filter(|body| body.len() < 6_000)
    };
    let bodies: Vec<_> = recorded("http", "httprec").chain(recorded("grpc", "grpcrec")).collect();
    let seeds: Vec<_> =
        (0..7).flat_map(|payload| bodies.iter().map(move |body| [&[payload, 3], &body[..]].concat())).collect();
    test(600, &seeds, |bytes| run("request", bytes));
}

#[test]
fn random_binary_files_read_the_same_in_any_chunks() {
    let captures = crate::requests::captures("grpc", "grpcrec").into_iter();
    let bodies = captures.flat_map(|path| crate::requests::pieces(&path)).filter(|body| body.len() < 6_000);
    let packets = super::super::packed::recorded();
    let seeds = bodies.map(|body| [&[1, 2, 9, 200], &body[..]].concat());
    let seeds: Vec<_> = seeds.chain(packets.into_iter().map(|file| [&[0, 2, 9, 200], &file[..]].concat())).collect();
    test(400, &seeds, |bytes| run("binary", bytes));
}

#[test]
fn random_keys_print_as_they_are_read() {
    let seeds = ["ctrl-c", "shift-left", "alt-ctrl-f12", "space", "-", "G"].map(|text| text.as_bytes().to_vec());
    test(1000, &seeds, |bytes| run("key", bytes));
}

#[test]
fn random_addresses_print_as_they_are_read() {
    let seeds = [":6831", "jaeger-binary://[::1]:7000", "127.0.0.1:80", "otlp-http://box.local:4318"];
    test(1000, &seeds.map(|text| text.as_bytes().to_vec()), |bytes| run("address", bytes));
}

#[test]
fn random_bytes_and_keys_never_harm_the_screen() {
    let tour = super::entries::screen::TOUR;
    let seeds = [files("formats/console", "txt"), datagrams("compact.dgrams"), datagrams("binary.dgrams")].concat();
    let seeds: Vec<_> = seeds.iter().map(|bytes| [&[0, 20], tour.as_slice(), bytes].concat()).collect();
    test(60, &seeds, |bytes| run("screen", bytes));
}
