//! Whatever is read in one go is what the parser and the decoder for any order make of it.

use proptest::prelude::*;

use super::super::super::json::Outcome;
use super::super::super::scan::Verdict;
use super::*;

const USUAL: &str = r#"{
    "name": "GET /",
    "context": {
        "trace_id": "0xba5091770ec329e2dc9ad2a0447a5804",
        "span_id": "0x21d36b4abc7bb743",
        "trace_state": "[]"
    },
    "kind": "SpanKind.SERVER",
    "parent_id": null,
    "start_time": "2026-11-22T10:42:45.029316Z",
    "end_time": "2026-11-22T10:42:45.029404Z",
    "status": {
        "status_code": "UNSET"
    },
    "attributes": {},
    "events": [],
    "links": [],
    "resource": {
        "attributes": {
            "service.name": "shop"
        },
        "schema_url": ""
    }
}"#;

const RICH: &str = r#"{
    "name": "\u67e5 \"q\"",
    "context": {
        "trace_id": "0xba5091770ec329e2dc9ad2a0447a5804",
        "span_id": "0x21d36b4abc7bb744",
        "trace_state": "['{key=k, value=v}']"
    },
    "kind": "SpanKind.CLIENT",
    "parent_id": "0x21d36b4abc7bb743",
    "start_time": "2026-11-22T10:42:45.029316Z",
    "end_time": "2026-11-22T10:42:45.029404Z",
    "status": {
        "status_code": "ERROR",
        "description": "boom: \u5931\u6557"
    },
    "attributes": {
        "plain": "braces }{",
        "escaped \n": "a\\b \ud83d\ude80 \ud800",
        "wide é": "繁體中文",
        "int": 42, "zero": 0, "negative": -7, "long": 123456789012345678,
        "most": 9223372036854775807, "more": 9223372036854775808,
        "double": 0.25, "exponent": 1e+300, "huge": 1e999, "nan": NaN, "none": null,
        "yes": true,
        "list": [
            "a", 1, [true, {"x": "y"}]
        ],
        "shape": {"bytes": "AAAA"},
        "last": "after all that"
    },
    "events": [
        {
            "name": "exception",
            "timestamp": "2026-11-22T10:42:45.029350Z",
            "attributes": {
                "exception.stacktrace": "Traceback\n  File \"x\""
            }
        },
        {
            "name": "done \u2713",
            "timestamp": "2026-11-22T10:42:45.029360Z",
            "attributes": {}
        }
    ],
    "links": [
        {
            "context": {
                "trace_id": "0xba5091770ec329e2dc9ad2a0447a5805",
                "span_id": "0x21d36b4abc7bb745",
                "trace_state": "[]"
            },
            "attributes": {
                "why": "because"
            }
        }
    ],
    "resource": {
        "attributes": {
            "service.name": "shop",
            "list": ["a", {"b": []}]
        },
        "schema_url": ""
    }
}"#;

/// What one way of reading makes of a span and then of `bytes`: length, end, and the batch in words.
fn read(
    first: &str,
    bytes: &[u8],
    one: impl Fn(&[u8], &mut SpanBatch, &mut Memo) -> Option<(usize, Timestamp)>,
) -> Option<(usize, Timestamp, String)> {
    let (mut batch, mut memo) = (SpanBatch::default(), Memo::default());
    one(first.as_bytes(), &mut batch, &mut memo)?;
    let (texts, attributes) = (batch.text.len(), batch.attributes.len());
    let Some((length, end)) = one(bytes, &mut batch, &mut memo) else {
        assert_eq!((batch.text.len(), batch.attributes.len()), (texts, attributes), "nothing is left behind");
        return None;
    };
    let spans: Vec<_> = batch.spans.iter().map(|row| (row.resource, batch.span(row))).collect();
    let numbers = (batch.attributes.len(), batch.events.len(), batch.links.len(), batch.resources.len());
    Some((length, end, format!("{spans:?} {numbers:?}")))
}

fn at_once(first: &str, bytes: &[u8]) -> Option<(usize, Timestamp, String)> {
    read(first, bytes, |bytes, batch, memo| decode(bytes, &mut Tape::default(), batch, memo, &DecodeOptions::default()))
}

fn in_any_order(first: &str, bytes: &[u8]) -> Option<(usize, Timestamp, String)> {
    read(first, bytes, |bytes, batch, memo| {
        let mut tape = Tape::default();
        let Outcome::Complete(length) = tape.parse(bytes) else { return None };
        match super::super::decode(tape.root(bytes), batch, memo, &DecodeOptions::default()) {
            Verdict::Span(end) => Some((length, end)),
            Verdict::Other | Verdict::Unreadable(_) => None,
        }
    })
}

fn one_line(span: &str) -> String {
    span.lines().map(str::trim_start).collect::<Vec<_>>().join(" ")
}

#[test]
fn what_the_sdk_prints_is_read_at_once() {
    for span in [USUAL.to_owned(), RICH.to_owned(), one_line(USUAL), one_line(RICH)] {
        for first in [USUAL, RICH] {
            let read = at_once(first, format!("{span}\n{{").as_bytes());
            assert_eq!(read.as_ref().map(|read| read.0), Some(span.len()));
            assert_eq!(read, in_any_order(first, span.as_bytes()));
        }
    }
}

#[test]
fn services_that_write_in_turns_keep_their_resources() {
    for (services, resources) in [(1, 1), (5, 5), (20, 60)] {
        let (mut batch, mut memo) = (SpanBatch::default(), Memo::default());
        for n in 0..60 {
            let span = USUAL.replace("shop", &format!("shop-{}", n % services));
            let read = decode(span.as_bytes(), &mut Tape::default(), &mut batch, &mut memo, &DecodeOptions::default());
            assert!(read.is_some());
        }
        assert_eq!(batch.resources.len(), resources);
        for (n, row) in batch.spans.iter().enumerate() {
            assert_eq!(batch.span(row).service, format!("shop-{}", n % services));
        }
    }
}

#[test]
fn nesting_has_the_same_limit() {
    for depth in 50..70 {
        let list = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        for span in [RICH.replacen("null", &list, 1), RICH.replacen("[]}]", &format!("{list}}}]"), 1)] {
            assert_eq!(at_once(USUAL, span.as_bytes()), in_any_order(USUAL, span.as_bytes()), "{depth}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_read_at_once_reads_the_same_in_any_order(
        is_rich: bool,
        edits in proptest::collection::vec((any::<prop::sample::Index>(), 0..4_usize, "[\\x00-\\x7fé]|[\"\\\\:,{}\\[\\] \n09ex-]{1,3}"), 0..3),
    ) {
        let mut bytes = if is_rich { RICH } else { USUAL }.as_bytes().to_vec();
        for (at, dropped, text) in edits {
            let at = at.index(bytes.len());
            let end = bytes.len().min(at + dropped);
            bytes.splice(at..end, text.into_bytes());
        }
        for first in [USUAL, RICH] {
            if let Some(read) = at_once(first, &bytes) {
                prop_assert_eq!(Some(read), in_any_order(first, &bytes));
            }
        }
    }

    #[test]
    fn a_span_cut_off_is_left_to_the_parser(is_rich: bool, at: prop::sample::Index) {
        let span = if is_rich { RICH } else { USUAL }.as_bytes();
        let cut = span.get(..at.index(span.len())).unwrap_or_default();
        prop_assert_eq!(at_once(USUAL, cut), None);
    }
}
