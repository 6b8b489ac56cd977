//! Times at their limits, durations that are negative or overflow, ids of zero: shown with sane numbers and a warning.

use tracetui::model::Timestamp;

use super::wire::{RawSpan, datagrams};
use super::{reasons, screen, spans, toured};

const MOVED: &str = "a time lies outside the years 1677 to 2262 and was moved to the limit";
const NEGATIVE: &str = "sent with a negative duration, shown as 0";
const ZERO: &str = "sent with a start time of 0, which is 1970";
const CUT: &str = "the duration is above 584 years and was cut";

#[test]
fn times_at_their_limits_are_shown_within_the_limits_and_with_a_warning() {
    let whole: &[&str] = &[];
    let last = i64::MAX / 1_000;
    let cases: [(i64, i64, i64, u64, &[&str]); 9] = [
        (i64::MAX, 0, i64::MAX, 0, &[MOVED]),
        (i64::MIN, 0, i64::MIN, 0, &[MOVED]),
        (i64::MAX, i64::MAX, i64::MAX, u64::MAX, &[MOVED, CUT]),
        (i64::MIN, i64::MAX, i64::MIN, u64::MAX, &[MOVED, CUT]),
        (i64::MIN, i64::MIN, i64::MIN, 0, &[NEGATIVE, MOVED]),
        (0, -1, 0, 0, &[ZERO, NEGATIVE]),
        (0, i64::MAX, 0, u64::MAX, &[ZERO, CUT]),
        (last, last, last * 1_000, last.unsigned_abs() * 1_000, whole),
        (-last, last, -last * 1_000, last.unsigned_abs() * 1_000, whole),
    ];
    for (start, duration, shown_start, shown_duration, warnings) in cases {
        let span = RawSpan { trace: (0, 1), id: 1, name: "work", times: (start, duration), ..RawSpan::default() };
        for datagram in datagrams("cart", &[span]) {
            let app = toured(&datagram);
            let shown = spans(app.store());
            let [span] = shown.as_slice() else { panic!("{} spans", shown.len()) };
            assert_eq!((span.start(), span.duration()), (Timestamp(shown_start), shown_duration), "{start} {duration}");
            assert_eq!(span.to_span().warnings, warnings, "{start} {duration}");
            assert!(span.start() <= span.end());
            let screen = screen(&datagram);
            assert!(screen.contains("cart") && screen.contains("1 trace"), "{screen}");
        }
    }
}

#[test]
fn spans_at_both_ends_of_time_share_a_waterfall() {
    let at = |id, parent, start, duration| RawSpan {
        trace: (0, 1),
        id,
        parent,
        name: "work",
        times: (start, duration),
        logs: vec![(i64::MIN, vec![("event", "early")]), (i64::MAX, vec![("event", "late")])],
        ..RawSpan::default()
    };
    let all =
        [at(1, 0, i64::MIN, 5), at(2, 1, i64::MAX, 5), at(3, 1, 0, i64::MAX), at(4, 3, 0, i64::MIN), at(5, 2, -1, 0)];
    for datagram in datagrams("cart", &all) {
        let app = toured(&datagram);
        let trace = app.store().traces().next().expect("a trace");
        assert_eq!((trace.len(), trace.start(), trace.end()), (5, Timestamp(i64::MIN), Timestamp(i64::MAX)));
        assert_eq!(trace.duration(), u64::MAX);
        assert!(screen(&datagram).contains("213503 d"), "{}", screen(&datagram));
    }
}

#[test]
fn ids_of_zero_are_shown_or_counted() {
    for (trace, id, parent, shown) in
        [(0, 1, 0, 1), (1, 0, 0, 1), (0, 0, 1, 0), (0, 0, 0, 0), (1, 1, 1, 1), (0, 7, 7, 1), (-1, -1, i64::MIN, 1)]
    {
        let span = RawSpan { trace: (0, trace), id, parent, name: "work", times: (1, 1), ..RawSpan::default() };
        for datagram in datagrams("cart", &[span.clone(), span.clone()]) {
            let app = toured(&datagram);
            let spans = spans(app.store());
            assert_eq!(spans.len(), shown, "trace {trace} span {id}");
            let reasons = reasons(app.store());
            assert_eq!(reasons.is_empty(), shown == 1, "{reasons:?}");
            let warned = spans.iter().all(|span| !span.to_span().warnings.is_empty());
            assert!(warned || (trace != 0 && id != 0), "an id of zero is said");
        }
    }
}

#[test]
fn files_with_numbers_out_of_range_keep_their_spans() {
    let ours = |start: &str, duration: &str| {
        format!(
            r#"{{"trace_id":"1","span_id":"1","service":"cart","name":"work","start_unix_nano":{start},"duration_nano":{duration}}}"#
        )
    };
    let console = |start: &str, end: &str| {
        format!(
            r#"{{"name":"work","context":{{"trace_id":"0x1","span_id":"0x1"}},"kind":"SpanKind.SERVER","parent_id":null,"start_time":{start},"end_time":{end}}}"#
        )
    };
    let cases = [
        (ours("9223372036854775807", "18446744073709551615"), i64::MAX, u64::MAX, 0),
        (ours("-9223372036854775808", "18446744073709551615"), i64::MIN, u64::MAX, 0),
        (ours("9223372036854775808", "-1"), 0, 0, 2),
        (ours("1e3", "0.5"), 0, 0, 2),
        (ours("99999999999999999999999999999999", "null"), 0, 0, 2),
        // Those have few members, which is one warning more.
        (console("9223372036854775807", "-9223372036854775808"), i64::MAX, 0, 2),
        (console("-9223372036854775808", "9223372036854775807"), i64::MIN, u64::MAX, 1),
        (console("\"0001-01-01T00:00:00Z\"", "\"9999-12-31T23:59:59.999999Z\""), 0, 0, 2),
    ];
    for (text, start, duration, warnings) in cases {
        let app = toured(text.as_bytes());
        let shown = spans(app.store());
        let [span] = shown.as_slice() else { panic!("{} spans of {text}", shown.len()) };
        assert_eq!((span.start(), span.duration()), (Timestamp(start), duration), "{text}");
        assert_eq!(span.to_span().warnings.len(), warnings, "{text}: {:?}", span.to_span().warnings);
        assert!(screen(text.as_bytes()).contains("1 trace"));
    }
}
