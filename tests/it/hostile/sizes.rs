//! Sizes and depths that lie, and texts that are empty or huge, from the datagram to the screen.

use super::wire::{RawSpan, datagrams};
use super::{glanced, jsonl, reasons, run, screen, spans, toured};

/// A binary `emitBatch` up to its list of spans, whose head is still to come.
const BINARY: &[u8] =
    b"\x80\x01\x00\x04\0\0\0\x09emitBatch\0\0\0\0\x0c\0\x01\x0c\0\x01\x0b\0\x01\0\0\0\x01s\0\x0f\0\x02";

/// One span of unknown length, with its ids.
const BINARY_SPAN: &[u8] = b"\x0c\0\0\0\x01\x0a\0\x01\0\0\0\0\0\0\0\x01\x0a\0\x03\0\0\0\0\0\0\0\x02";

/// The same in the compact protocol.
const COMPACT_SPAN: &[u8] = b"\x82\x81\x00\x09emitBatch\x1c\x1c\x18\x01s\x00\x19\x1c\x16\x02\x26\x04";

/// Most bytes of a datagram.
const LARGEST: usize = 65_507;

fn binary(parts: &[&[u8]]) -> Vec<u8> {
    [BINARY, &parts.concat()].concat()
}

fn compact(parts: &[&[u8]]) -> Vec<u8> {
    [COMPACT_SPAN, &parts.concat()].concat()
}

#[test]
fn sizes_that_lie_are_one_problem_each_and_the_screen_stands() {
    let mut cases: Vec<(Vec<u8>, &str)> = Vec::new();
    for (size, text) in [(0x7fff_ffff_u32, "2147483647"), (0x8000_0000, "2147483648"), (u32::MAX, "4294967295")] {
        let size = size.to_be_bytes();
        let signed = i32::from_be_bytes(size).to_string();
        let told = if signed.starts_with('-') { &*signed.leak() } else { text };
        cases.extend([
            (binary(&[b"\x0c", &size]), told),
            (binary(&[BINARY_SPAN, b"\x0b\0\x05", &size]), told),
            (binary(&[BINARY_SPAN, b"\x0f\0\x0a\x0c", &size]), told),
            (binary(&[BINARY_SPAN, b"\x0e\0\x63\x02", &size]), told),
            (binary(&[BINARY_SPAN, b"\x0d\0\x63\x02\x02", &size]), told),
        ]);
    }
    let huge = b"\xff\xff\xff\xff\x07";
    cases.extend([
        (compact(&[b"\x0b\xc6\x01", huge, b"\x33"]), "2147483647"),
        (compact(&[b"\x0a\xc6\x01\xf1", huge]), "2147483647"),
    ]);
    for (datagram, size) in cases {
        let app = toured(&datagram);
        let reasons = reasons(app.store());
        assert!(matches!(reasons.as_slice(), [reason] if reason.contains(size)), "{size}: {reasons:?}");
        assert!(spans(app.store()).is_empty());
    }
}

#[test]
fn containers_nested_in_containers_end_in_one_problem() {
    let cases = [
        binary(&[BINARY_SPAN, &b"\x0c\0\x63".repeat(21_000)]),
        binary(&[BINARY_SPAN, b"\x0f\0\x63", &b"\x0f\0\0\0\x01".repeat(13_000)]),
        binary(&[BINARY_SPAN, b"\x0e\0\x63", &b"\x0e\0\0\0\x01".repeat(13_000)]),
        binary(&[BINARY_SPAN, b"\x0d\0\x63", &b"\x03\x0d\0\0\0\x01\x01".repeat(9_000)]),
        compact(&[b"\x0a\xc6\x01", &b"\x1a".repeat(65_000)]),
        compact(&[b"\x0b\xc6\x01", &b"\x01\x3b\x01".repeat(21_000)]),
    ];
    for datagram in cases {
        let app = toured(&datagram);
        assert!(spans(app.store()).is_empty());
        let reasons = reasons(app.store());
        assert!(matches!(reasons.as_slice(), [reason] if reason.contains("nested more than 16 deep")), "{reasons:?}");
    }
}

#[test]
fn spans_of_a_byte_or_three_each_are_counted_and_the_rest_is_shown() {
    let empty = binary(&[b"\x0c", &65_000_u32.to_be_bytes(), &[0].repeat(65_000), b"\0\0"]);
    let app = toured(&empty);
    assert_eq!(reasons(app.store()), ["65000 spans without ids"]);
    // Eleven bytes each: an id and nothing else.
    let tiny: Vec<u8> =
        (1..=5_900_u64).flat_map(|id| [b"\x0a\0\x03".as_slice(), &id.to_be_bytes(), b"\0"].concat()).collect();
    let app = toured(&binary(&[b"\x0c", &5_900_u32.to_be_bytes(), &tiny, b"\0\0"]));
    let shown = spans(app.store()).len();
    assert!(shown > 1_000, "{shown}");
    assert!(shown == 5_900 || reasons(app.store()).len() == 1, "{shown} shown, the rest refused with a reason");
}

#[test]
fn a_span_whose_every_text_is_empty_is_shown() {
    let span = RawSpan {
        trace: (0, 1),
        id: 1,
        tags: vec![("", "")],
        logs: vec![(0, vec![("", "")]), (0, vec![])],
        ..RawSpan::default()
    };
    for datagram in datagrams("", &[span]) {
        let app = toured(&datagram);
        let shown = spans(app.store());
        let [span] = shown.as_slice() else { panic!("{} spans", shown.len()) };
        assert_eq!((span.service(), span.name(), span.to_span().events.len()), ("unknown_service", "", 2));
        assert!(screen(&datagram).contains("1 trace"), "{}", screen(&datagram));
    }
}

#[test]
fn names_of_sixty_kilobytes_are_kept_whole_and_cut_on_the_screen() {
    let texts = [
        "n".repeat(60_000),
        "\u{1b}]0;x\u{7}".repeat(8_000),
        "漢".repeat(20_000),
        format!("e{}", "\u{301}".repeat(29_000)),
        "👨\u{200d}".repeat(8_500),
        "\u{202e}\u{9b}".repeat(12_000),
        "\0".repeat(60_000),
    ];
    for (nth, text) in texts.iter().enumerate() {
        let base = RawSpan { trace: (0, 1), id: 1, name: "work", times: (1, 1), ..RawSpan::default() };
        let cases: [(&str, RawSpan<'_>); 5] = [
            (text, base.clone()),
            ("cart", RawSpan { name: text, ..base.clone() }),
            ("cart", RawSpan { tags: vec![(text, "value")], ..base.clone() }),
            ("cart", RawSpan { tags: vec![("key", text)], ..base.clone() }),
            ("cart", RawSpan { logs: vec![(1, vec![("event", text)])], ..base.clone() }),
        ];
        // The escape sequences in every place, the others in one each.
        let places = cases.iter().enumerate().filter(|(at, _)| nth == 1 || *at == nth % 5);
        for (at, (service, span)) in places {
            let [datagram, _] = datagrams(service, std::slice::from_ref(span));
            assert!(datagram.len() <= LARGEST);
            let app = glanced(&datagram);
            let shown = spans(app.store());
            let span = shown.first().expect("the span is shown").to_span();
            let tags = span.attributes.iter().map(|tag| tag.key.len() + format!("{:?}", tag.value).len());
            let longest = tags.chain([span.service.len(), span.name.len()]).max().unwrap_or_default();
            assert!(longest >= text.len() || span.events.first().is_some_and(|event| event.name == text), "place {at}");
        }
    }
}

#[test]
fn a_file_of_tiny_objects_or_huge_names_is_read_to_its_end() {
    let tiny = "{}\n".repeat(20_000) + r#"{"trace_id":"1","span_id":"1","start_unix_nano":1}"#;
    assert_eq!(spans(toured(tiny.as_bytes()).store()).len(), 1);
    let same = r#"{"trace_id":"1","span_id":"1","start_unix_nano":1}"#.repeat(5_000);
    assert_eq!(spans(toured(same.as_bytes()).store()).len(), 1);
    let mut batch = tracetui::model::SpanBatch::default();
    let [datagram, _] = datagrams(&"s".repeat(60_000), &[RawSpan { trace: (0, 1), id: 1, ..RawSpan::default() }]);
    tracetui::ingest::jaeger_thrift::decode(&datagram, &mut batch);
    let app = toured(&jsonl(&batch));
    assert_eq!(spans(app.store()).first().expect("a span").service().len(), 60_000);
}

#[test]
fn a_span_with_a_crowd_of_tiny_events_stays_small_and_warns_once() {
    let crowd = |item: &str| vec![item; 40_000].join(",");
    let head = r#"{"name":"work","context":{"trace_id":"0x1","span_id":"0x1"},"kind":"SpanKind.SERVER","parent_id":null,"start_time":"2026-11-22T10:00:00Z","end_time":"2026-11-22T10:00:01Z","#;
    let cases = [
        (format!(r#"{head}"events":[{}]}}"#, crowd("{}")), "an event has no readable timestamp"),
        (format!(r#"{head}"links":[{}]}}"#, crowd("0")), "a link has no readable context: left out"),
    ];
    for (text, warning) in cases {
        run("console", &[&[0], text.as_bytes()].concat());
        let app = glanced(text.as_bytes());
        let shown = spans(app.store());
        let warnings = shown.first().expect("the span is shown").to_span().warnings;
        assert_eq!(warnings.iter().filter(|text| **text == warning).count(), 1, "{warnings:?}");
        assert!(warnings.len() <= 2, "{warnings:?}");
    }
}
