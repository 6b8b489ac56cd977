//! Whatever a file holds and however it is cut: several threads make of it what one makes.

use proptest::prelude::*;

use super::*;
use crate::model::{OutputLine, Problem};

const SPAN: &str = r#"{
    "name": "work",
    "context": {
        "trace_id": "0xba5091770ec329e2dc9ad2a0447a5804",
        "span_id": "0x21d36b4abc7bb743"
    },
    "kind": "SpanKind.INTERNAL",
    "parent_id": null,
    "start_time": "2026-11-22T10:42:45.029316Z",
    "end_time": "2026-11-22T10:42:45.029404Z",
    "attributes": {"a": "b }{"},
    "resource": {
        "attributes": {"service.name": "shop"}
    }
}
"#;

/// What a file was found to hold.
#[derive(Debug, Default, PartialEq)]
struct Found {
    spans: Vec<String>,
    lines: Vec<OutputLine>,
    problems: Vec<Problem>,
    dropped: (u64, u64),
    counts: String,
}

impl Found {
    /// How much of a broken object is shown depends on how much of it had come.
    fn without_bytes(mut self) -> Self {
        self.problems.iter_mut().for_each(|problem| problem.bytes.clear());
        self
    }

    fn take(&mut self, batch: &mut SpanBatch) {
        self.spans.extend(batch.spans.iter().map(|row| format!("{:?}", batch.span(row))));
        self.lines.append(&mut batch.lines);
        self.problems.append(&mut batch.problems);
        self.dropped.0 += batch.more_lines;
        self.dropped.1 += batch.more_problems;
        batch.clear();
    }
}

fn found(mut text: &[u8], size: usize, threads: usize) -> Found {
    let length = text.len() as u64;
    let length = || Some(length);
    let mut segments = Segments::new(&mut text, &length, size);
    let mut decoder = Decoder::new(DecodeOptions::default());
    let mut found = Found::default();
    let is_whole = decode(&mut segments, &mut decoder, &DecodeOptions::default(), threads, &mut |_, _, batch| {
        found.take(batch);
        true
    });
    assert!(is_whole && segments.change.is_none() && segments.error.is_none());
    let mut batch = SpanBatch::default();
    decoder.finish(&mut batch);
    found.take(&mut batch);
    found.counts = format!("{:?} {} {}", decoder.counts(), decoder.format(), decoder.line());
    found
}

/// As helpers that are always faster than the lead would have it; and how many pieces were taken over.
fn apart(mut text: &[u8], size: usize) -> (Found, u32) {
    let length = text.len() as u64;
    let length = || Some(length);
    let mut segments = Segments::new(&mut text, &length, size);
    let mut decoder = Decoder::new(DecodeOptions::default());
    let mut part = Decoder::amid(DecodeOptions::default());
    let (mut found, mut taken) = (Found::default(), 0);
    let (mut bytes, mut batch) = (Vec::new(), SpanBatch::default());
    while let Some(is_cut) = segments.next(&mut bytes) {
        part.restart_amid();
        part.feed(&bytes, &mut batch);
        if is_cut && decoder.take_over(&mut part, &mut batch) {
            taken += 1;
        } else {
            batch.clear();
            decoder.feed(&bytes, &mut batch);
        }
        found.take(&mut batch);
    }
    decoder.finish(&mut batch);
    found.take(&mut batch);
    found.counts = format!("{:?} {} {}", decoder.counts(), decoder.format(), decoder.line());
    (found, taken)
}

fn at_once(text: &[u8]) -> Found {
    let (mut decoder, mut batch, mut found) =
        (Decoder::new(DecodeOptions::default()), SpanBatch::default(), Found::default());
    decoder.feed(text, &mut batch);
    decoder.finish(&mut batch);
    found.take(&mut batch);
    found.counts = format!("{:?} {} {}", decoder.counts(), decoder.format(), decoder.line());
    found
}

fn behind(prefix: &str, text: &str) -> String {
    text.lines().flat_map(|line| [prefix, line, "\n"]).collect()
}

/// As Docker and others put each line into JSON.
fn carried(text: &str) -> String {
    let line = |line: &str| serde_json::json!({"log": line.to_owned() + "\n", "stream": "stdout"}).to_string() + "\n";
    text.lines().map(line).collect()
}

/// A prefix that is in no table, with a line between that begins as an object does.
fn learned(text: &str) -> String {
    let lines = text.lines().enumerate().flat_map(|(n, line)| {
        let other = if n % 5 == 4 { "{\"level\": \"info\"}\n" } else { "" };
        ["Nov 22 19:07:05 host app[123]: ", line, "\n", other]
    });
    lines.collect()
}

fn piece() -> impl Strategy<Value = String> {
    let one_line = SPAN.lines().map(str::trim_start).collect::<String>() + "\n";
    prop_oneof![
        6 => Just(SPAN.to_owned()),
        3 => (0_u32..5).prop_map(|n| SPAN.replace("shop", &format!("shop-{n}")).replace("work", &format!("work {n}"))),
        3 => Just(one_line),
        3 => Just("INFO all is well {'id': 42}\n".to_owned()),
        1 => Just(SPAN.replace('\n', "\r\n")),
        1 => Just("text before ".to_owned() + SPAN),
        1 => Just("{\"level\": \"info\"}\n".to_owned()),
        1 => (0_u32..3).prop_map(|n| carried(&SPAN.replace("work", &format!("carried {n}")))),
        1 => (0_u32..3).prop_map(|n| learned(&SPAN.replace("work", &format!("learned {n}")))),
        1 => Just("{\n".to_owned()),
        1 => Just("{\n{\n}\n".to_owned()),
        1 => Just("{\"name\": oops}\n".to_owned()),
        1 => Just("Span(name=\"old\", context=SpanContext(trace_id=0x1, span_id=0x2, trace_state={}), \
                   kind=SpanKind.CLIENT, parent=None, start_time=2020-05-19T06:00:00.0Z, \
                   end_time=2020-05-19T06:00:00.1Z)\n".to_owned()),
        1 => (1..SPAN.len()).prop_map(|cut| SPAN.get(..cut).unwrap_or_default().to_owned()),
        1 => (1..SPAN.len()).prop_map(|cut| SPAN.get(..cut).unwrap_or_default().to_owned() + "\n"),
    ]
}

fn rare() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => Just(String::new()),
        1 => Just(behind("web-1  | ", SPAN)),
        1 => Just("web-1  | one line alone\n".to_owned()),
        1 => Just(behind("[pod/web/app] ", &(SPAN.to_owned() + SPAN))),
        1 => Just("x".repeat(70_000) + "\n"),
        1 => Just("a line ends the file".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_024, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn threads_change_nothing(
        head in proptest::collection::vec(piece(), 0..12),
        odd in rare(),
        tail in proptest::collection::vec(piece(), 0..12),
        size in 1_usize..3000,
        threads in 2_usize..4,
    ) {
        let text = head.concat() + &odd + &tail.concat();
        let one = found(text.as_bytes(), size, 1);
        prop_assert_eq!(&one, &found(text.as_bytes(), size, threads));
        prop_assert_eq!(&one, &apart(text.as_bytes(), size).0);
        prop_assert_eq!(one.without_bytes(), at_once(text.as_bytes()).without_bytes());
    }

    #[test]
    fn utf_16_is_read_by_threads_as_by_one(count in 0_usize..9, size in 1_usize..3000) {
        let text = SPAN.repeat(count) + "{\u{b7b}\n\u{b0a}{ \n{x\n";
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        prop_assert_eq!(at_once(&bytes).without_bytes(), found(&bytes, size, 2).without_bytes());
    }
}

#[test]
fn almost_all_pieces_can_be_decoded_apart() {
    let text = (SPAN.to_owned() + "INFO all is well {'id': 42}\n").repeat(100);
    let (found, taken) = apart(text.as_bytes(), 1000);
    assert_eq!((found.spans.len(), found.lines.len()), (100, 100));
    assert!(taken > 40, "{taken}");
    let (_, taken) = apart(behind("web-1  | ", &text).as_bytes(), 1000);
    assert_eq!(taken, 0, "prefixes are told apart by one decoder");
}

#[test]
fn a_piece_that_looks_like_utf_16_is_still_utf_8() {
    let text = SPAN.to_owned() + "{\0\"\0a\0\"\0\n" + SPAN;
    let one = found(text.as_bytes(), 600, 1);
    assert_eq!(one.spans.len(), 2);
    assert_eq!(one, found(text.as_bytes(), 600, 2));
}

#[test]
fn lines_beyond_what_is_kept_are_counted_alike() {
    let text = (SPAN.to_owned() + &"a\n".repeat(70_000)).repeat(3);
    let one = found(text.as_bytes(), 150_000, 1);
    assert!(one.dropped.0 > 0, "there is a limit");
    assert_eq!(one, found(text.as_bytes(), 150_000, 2));
}
