//! Bytes that nobody honest sends: a counted problem each, never a panic, never more memory than the bound.

use tracetui::ingest::jaeger_thrift::decode;
use tracetui::model::{BatchAttribute, BatchEvent, BatchLink, BatchSpan, Place, SpanBatch, Text};

use super::{captures, decoded, reasons};

const SPAN_LIST: &[u8] = &[0x1c, 0x1c, 0x18, 1, b's', 0, 0x19];
const ONE_SPAN: &[u8] = &[0x1c, 0x1c, 0x18, 1, b's', 0, 0x19, 0x1c, 0x16, 2, 0x26, 2];
const HUGE: [u8; 5] = [0xff, 0xff, 0xff, 0xff, 0x07];

/// A compact `emitBatch` that goes on so.
fn message(parts: &[&[u8]]) -> Vec<u8> {
    [b"\x82\x81\x00\x09emitBatch", parts.concat().as_slice()].concat()
}

/// Bytes that a batch's lists take.
fn held(batch: &SpanBatch) -> usize {
    batch.text.capacity()
        + batch.spans.capacity() * size_of::<BatchSpan>()
        + batch.attributes.capacity() * size_of::<BatchAttribute>()
        + batch.events.capacity() * size_of::<BatchEvent>()
        + batch.links.capacity() * size_of::<BatchLink>()
        + batch.warnings.capacity() * size_of::<Text>()
        + batch.problems.iter().map(|problem| problem.bytes.capacity() + 200).sum::<usize>()
}

pub(super) fn assert_bounded(datagram: &[u8], batch: &SpanBatch) {
    let bound = 4 * datagram.len() + 1024 * 1024;
    assert!(held(batch) <= bound, "{} bytes held for {}", held(batch), datagram.len());
}

#[test]
fn every_hostile_datagram_is_one_problem_that_says_why() {
    let deep = |byte: u8| [ONE_SPAN, &[byte].repeat(65_000)].concat();
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (vec![], "empty datagram"),
        (b"{\"not\": \"thrift\"}".to_vec(), "starts with byte 0x7b: not a jaeger thrift datagram"),
        (vec![0x82], "datagram ends inside the message's head"),
        (vec![0x82, 0x85, 0, 0], "unknown thrift protocol version in the message's head"),
        (vec![0x80, 0x55, 0, 1, 0, 0, 0, 0], "unknown thrift protocol version in the message's head"),
        (
            [&[0x82, 0x81, 0], HUGE.as_slice()].concat(),
            "string of 2147483647 bytes, only 0 left, in the message's head",
        ),
        (
            vec![0x80, 1, 0, 4, 0x7f, 0xff, 0xff, 0xff, b'e'],
            "string of 2147483647 bytes, only 1 left, in the message's head",
        ),
        (vec![0x80, 1, 0, 4, 0xff, 0xff, 0xff, 0xff], "string of -1 bytes, only 0 left, in the message's head"),
        (b"\x82\x81\x00\x03foo\x00".to_vec(), "unknown method foo"),
        (message(&[&[0]]), "emitBatch without a batch"),
        (message(&[&[0x1c, 0, 0]]), "batch without a list of spans"),
        (
            message(&[SPAN_LIST, &[0xfc], &HUGE]),
            "list of 2147483647 elements, only 0 bytes left, in batch field 2 (spans)",
        ),
        (
            message(&[SPAN_LIST, &[0xfc, 0xff, 0xff, 0xff, 0xff, 0x0f]]),
            "list of 4294967295 elements, only 0 bytes left, in batch field 2 (spans)",
        ),
        (
            message(&[ONE_SPAN, &[0x28], &HUGE, &[0; 12]]),
            "string of 2147483647 bytes, only 12 left, in span 1 field 5 (operationName)",
        ),
        (message(&[ONE_SPAN, &[0x28, 9, b'a']]), "string of 9 bytes, only 1 left, in span 1 field 5 (operationName)"),
        (message(&[ONE_SPAN, &[0x56]]), "datagram ends inside span 1 field 8 (startTime)"),
        (message(&[ONE_SPAN, &[0x08, 0xfe, 0xff, 0x03, 0, 0x18]]), "field number above 32767 in span 1"),
        (message(&[&deep(0x1c)]), "values nested more than 16 deep in span 1 field 4"),
        (message(&[&deep(0x19)]), "values nested more than 16 deep in span 1 field 4"),
        (message(&[ONE_SPAN, &[0x16], &[0x80; 12]]), "number with too many bits in span 1 field 4 (parentSpanId)"),
        (
            message(&[ONE_SPAN, &[0x45, 0xff, 0xff, 0xff, 0xff, 0x7f]]),
            "number with too many bits in span 1 field 7 (flags)",
        ),
        (message(&[ONE_SPAN, &[0x1e]]), "unknown thrift type in span 1 field 4 (parentSpanId)"),
    ];
    for (datagram, reason) in cases {
        let (batch, report) = decoded(&datagram);
        assert!(report.malformed);
        let [problem] = batch.problems.as_slice() else { panic!("{reason}: {:?}", reasons(&batch)) };
        assert!(problem.reason.starts_with(reason), "{:?} is not {reason:?}", problem.reason);
        assert_eq!(problem.bytes, datagram.get(..4096).unwrap_or(&datagram), "{reason}");
        assert!(matches!(problem.place, Place::Byte(at) if usize::try_from(at).is_ok_and(|at| at <= datagram.len())));
        assert!(batch.spans.is_empty(), "{reason}");
        assert_bounded(&datagram, &batch);
    }
}

#[test]
fn sixty_five_thousand_empty_spans_are_counted_and_not_stored() {
    let datagram = message(&[SPAN_LIST, &[0xfc, 0xe8, 0xfb, 0x03], &[0].repeat(65_000), &[0, 0]]);
    let (batch, report) = decoded(&datagram);
    assert_eq!((report.spans, batch.spans.len()), (0, 0));
    assert_eq!(reasons(&batch), ["65000 spans without ids"]);
    assert_bounded(&datagram, &batch);
}

#[test]
fn tiny_spans_are_refused_when_they_claim_more_memory_than_the_datagram_may() {
    // Three bytes each: a trace id and nothing else.
    let spans = [0x16, 2, 0].repeat(20_000);
    let datagram = message(&[SPAN_LIST, &[0xfc, 0xa0, 0x9c, 0x01], &spans, &[0, 0]]);
    let (batch, report) = decoded(&datagram);
    let kept = batch.spans.len();
    assert!(kept > 1_000, "{kept}");
    assert_eq!(report.spans as usize, kept);
    let reason = format!(
        "too many tiny elements for the size of the datagram in span {}; {} spans refused",
        kept + 1,
        20_000 - kept
    );
    assert_eq!(reasons(&batch), [reason.as_str()]);
    assert_bounded(&datagram, &batch);
}

#[test]
fn tiny_tags_logs_and_references_stay_within_the_bound() {
    let lists: [(&[u8], &[u8]); 3] = [
        (&[0x89, 0xfc, 0xe8, 0xfb, 0x03], &[0]),
        (&[0x99, 0xfc, 0xe8, 0xfb, 0x03], &[0]),
        (&[0x49, 0xfc, 0xe8, 0xfb, 0x03], &[0x46, 2, 0]),
    ];
    for (head, element) in lists {
        let datagram = message(&[ONE_SPAN, head, &element.repeat(65_000)]);
        let (batch, report) = decoded(&datagram);
        assert!(report.malformed);
        assert!(batch.spans.is_empty() && batch.attributes.is_empty() && batch.links.is_empty());
        assert_bounded(&datagram, &batch);
    }
}

#[test]
fn a_list_of_numbers_in_place_of_tags_costs_a_warning_only() {
    let datagram = message(&[ONE_SPAN, &[0x79, 0x26, 2, 4, 0x00, 0, 0]]);
    let (batch, report) = decoded(&datagram);
    assert!(!report.malformed, "{:?}", reasons(&batch));
    let span = batch.span(batch.spans.first().expect("the span is kept"));
    assert!(span.warnings.contains(&"a list holds something else than it should and was left out"));
    assert!(span.warnings.contains(&"sent without an operation name"));
}

#[test]
fn a_truncated_datagram_keeps_the_spans_before_the_cut() {
    for (path, datagrams) in captures(".dgrams") {
        if path.to_string_lossy().contains("bitflips") || path.to_string_lossy().contains("zipkin") {
            continue;
        }
        for datagram in datagrams.iter().filter(|datagram| datagram.len() < 9_000).take(3) {
            let (full, _) = decoded(datagram);
            let mut most = 0;
            for cut in 0..datagram.len() {
                let (batch, report) = decoded(datagram.get(..cut).unwrap_or_default());
                assert!(report.malformed, "{} cut at {cut}", path.display());
                let expected = full.spans.get(..batch.spans.len()).expect("no span is made up");
                for (found, expected) in batch.spans.iter().zip(expected) {
                    assert_eq!((found.trace_id, found.span_id), (expected.trace_id, expected.span_id));
                    assert_eq!(batch.str(found.name), full.str(expected.name));
                }
                assert!(batch.spans.len() >= most, "a longer piece holds no fewer spans");
                most = batch.spans.len();
            }
            assert_eq!(most, full.spans.len(), "only the end markers were cut last");
        }
    }
}

#[test]
fn a_changed_byte_never_does_more_harm_than_a_problem() {
    for (_, datagrams) in captures(".dgrams") {
        for datagram in datagrams.iter().filter(|datagram| datagram.len() < 2_500).take(2) {
            let mut changed = datagram.clone();
            for at in 0..datagram.len() {
                let byte = datagram.get(at).copied().expect("inside");
                for new in [byte ^ 0xff, byte ^ 0x80, byte.wrapping_add(1), 0] {
                    if let Some(slot) = changed.get_mut(at) {
                        *slot = new;
                    }
                    let (batch, report) = decoded(&changed);
                    assert_eq!(report.malformed, !batch.problems.is_empty());
                    assert_eq!(report.spans as usize, batch.spans.len());
                    assert_bounded(&changed, &batch);
                }
                if let Some(slot) = changed.get_mut(at) {
                    *slot = byte;
                }
            }
        }
    }
}

#[test]
fn problems_beyond_a_hundred_are_only_counted() {
    let mut batch = SpanBatch::default();
    for _ in 0..150 {
        decode(b"hello", &mut batch);
    }
    assert_eq!((batch.problems.len(), batch.more_problems), (100, 50));
}
