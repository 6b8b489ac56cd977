//! What programs log and print, as the store keeps it: numbered, placed in time, bounded, gone with its trace.

pub(crate) mod screens;

use proptest::prelude::*;

use tracetui::model::{Attribute, Log, OutputLine, Severity, Span, SpanBatch, SpanId, Timestamp, TraceId, Value};
use tracetui::query::output::{Output as Lines, Wanted, What, row as row_of};
use tracetui::store::{RecordRef, Store};

/// A record that says nothing but this.
pub(crate) fn log(trace: u128, span: u64, second: i64, text: &str) -> Log<'_> {
    Log {
        time: Timestamp(second * 1_000_000_000),
        trace_id: TraceId(trace),
        span_id: SpanId(span),
        severity: Severity::INFO,
        severity_text: "",
        service: "shop",
        scope: "shop.orders",
        event_name: "",
        body: Value::Str(text),
        attributes: vec![Attribute { key: "attempt", value: Value::Int(1) }],
        resource: vec![Attribute { key: "service.name", value: Value::Str("shop") }],
        source: "otlp-proto",
    }
}

fn span(trace: u128, id: u64) -> Span<'static> {
    Span { trace_id: TraceId(trace), span_id: SpanId(id), service: "shop", name: "work", ..Span::default() }
}

fn logs(logs: &[Log<'_>]) -> SpanBatch {
    let mut batch = SpanBatch::default();
    for log in logs {
        batch.push_log(log);
    }
    batch
}

fn spans(spans: &[Span<'_>]) -> SpanBatch {
    let mut batch = SpanBatch::default();
    for span in spans {
        batch.push(span);
    }
    batch
}

fn printed(lines: &[(&str, Option<i64>, Option<i64>)]) -> SpanBatch {
    let second = |second: i64| Timestamp(second * 1_000_000_000);
    let line = |(n, (text, after, arrived)): (usize, &(&str, Option<i64>, Option<i64>))| OutputLine {
        text: (*text).to_owned(),
        line: n as u64 + 1,
        after: after.map(second),
        arrived: arrived.map(second),
        origin: "stdin".into(),
        ..OutputLine::default()
    };
    SpanBatch { lines: lines.iter().enumerate().map(line).collect(), ..SpanBatch::default() }
}

fn records(store: &Store) -> Vec<RecordRef<'_>> {
    store.records().filter_map(|number| store.record(number)).collect()
}

/// What is held, in time order.
fn texts(store: &Store) -> Vec<String> {
    let mut records = records(store);
    records.sort_by_key(|record| (record.place(), record.number()));
    records.iter().map(|record| record.text().into_owned()).collect()
}

#[test]
fn a_log_record_comes_back_as_it_was() {
    let whole = Log {
        severity_text: "notice",
        event_name: "order.accepted",
        body: Value::Json(r#"{"items":3}"#),
        ..log(7, 1, 10, "")
    };
    let plain = log(0, 0, 11, "order u-1 accepted");
    let mut store = Store::new(1 << 20);
    store.extend(&logs(&[whole.clone(), plain.clone()]));
    let held: Vec<Log<'_>> = records(&store).into_iter().filter_map(RecordRef::to_log).collect();
    assert_eq!(held, [whole, plain]);
    assert_eq!((store.totals().logs, store.totals().output, store.totals().traces), (2, 2, 0));
    assert_eq!(store.services().count(), 0, "a log alone makes no row in any list");
}

#[test]
fn logs_hang_on_their_span_in_any_order_and_leave_with_their_trace() {
    let mut store = Store::new(60_000);
    store.extend(&logs(&[log(1, 1, 10, "before its span"), log(0, 0, 10, "of no span")]));
    let revision = store.revision();
    store.extend(&spans(&[span(1, 1)]));
    store.extend(&logs(&[log(1, 1, 11, "behind its span"), log(1, 9, 11, "of a span that never came")]));
    assert!(store.trace(TraceId(1)).is_some_and(|trace| trace.revision() > revision + 1), "its picture changes");
    let of_span = store.logs(TraceId(1)).filter(|(span, _)| *span == SpanId(1));
    let said: Vec<_> = of_span.filter_map(|(_, number)| store.record(number)).map(|r| r.text().into_owned()).collect();
    assert_eq!(said, ["before its span", "behind its span"]);
    let changes = store.record_changes();
    for trace in 2..200 {
        store.extend(&spans(&[span(trace, 1)]));
    }
    assert!(store.trace(TraceId(1)).is_none(), "evicted");
    assert_eq!(texts(&store), ["of no span"]);
    assert_eq!((store.logs(TraceId(1)).count(), store.record_changes() > changes), (0, true));
}

#[test]
fn the_output_keeps_to_an_eighth_of_the_budget_and_counts_what_left() {
    let mut store = Store::new(800_000);
    let text = "x".repeat(100);
    for n in 0..2_000_u32 {
        store.extend(&logs(&[log(u128::from(n % 3 + 1), 1, i64::from(n), &text)]));
        store.extend(&printed(&[(&text, None, None)]));
        assert!(store.totals().bytes <= 800_000, "{}", store.totals().bytes);
    }
    let totals = store.totals();
    assert_eq!((totals.logs, totals.lines, totals.traces), (2_000, 2_000, 0));
    assert!((300..700).contains(&totals.output), "{}", totals.output);
    let numbers = store.records();
    assert_eq!((numbers.end, numbers.end - numbers.start), (4_000, totals.output), "the oldest left");
    let known: usize = (1..=3).map(|trace| store.logs(TraceId(trace)).count()).sum();
    assert_eq!(known, records(&store).iter().filter(|record| record.is_log()).count());
}

#[test]
fn lines_stand_where_they_were_printed() {
    let mut store = Store::new(1 << 20);
    store.extend(&logs(&[log(0, 0, 100, "log 100"), log(0, 0, 105, "log 105")]));
    // Read as it is printed: each line has its own time.
    store.extend(&printed(&[
        ("starting", None, Some(99)),
        ("at 101", Some(98), Some(101)),
        ("at 106", Some(104), Some(106)),
    ]));
    assert_eq!(texts(&store), ["starting", "log 100", "at 101", "log 105", "at 106"]);
    let timed = records(&store).iter().filter(|record| record.time().is_some()).count();
    assert_eq!(timed, 5);

    // Read from a file later, the way a shell's `<` does: only the spans between say when.
    let mut store = Store::new(1 << 20);
    store.extend(&logs(&[log(0, 0, 100, "log 100"), log(0, 0, 105, "log 105")]));
    let lines =
        [("starting", None, Some(9000)), ("behind 102", Some(102), Some(9000)), ("behind 99", Some(99), Some(9000))];
    store.extend(&printed(&lines));
    let order = texts(&store);
    assert_eq!(order, ["log 100", "starting", "behind 102", "behind 99", "log 105"], "in the order of the file");
    assert!(records(&store).iter().all(|record| record.is_log() || record.time().is_none()));
}

proptest! {
    #[test]
    fn whatever_comes_and_goes_the_numbers_of_traces_are_those_of_records(
        steps in prop::collection::vec((0u128..6, 0u64..3, any::<bool>()), 1..300), budget in 20_000u64..200_000
    ) {
        let mut store = Store::new(budget);
        for (n, (trace, id, is_span)) in (1_u32..).zip(&steps) {
            if *is_span {
                store.extend(&spans(&[span(trace + 1, id * 1000 + u64::from(n))]));
            } else {
                store.extend(&logs(&[log(*trace, *id, i64::from(n), "said")]));
            }
            prop_assert!(store.totals().bytes <= budget);
        }
        let held = records(&store);
        prop_assert_eq!(held.len() as u64, store.totals().output);
        for trace in 1..6 {
            let known: Vec<u64> = store.logs(TraceId(trace)).map(|(_, number)| number).collect();
            let of_trace = held.iter().filter(|record| record.span().0 == TraceId(trace));
            prop_assert_eq!(known, of_trace.map(|record| record.number()).collect::<Vec<_>>());
        }
    }
}

/// One thing that comes: a log record, a line, a line of a stack trace, or a span.
fn come(step: (u8, u128, u32)) -> SpanBatch {
    let (kind, trace, n) = step;
    let second = i64::from(n);
    match kind {
        0 => logs(&[log(trace, 1, second, if n % 3 == 0 { "failed badly" } else { "said" })]),
        1 => printed(&[("a line", None, Some(second))]),
        2 => printed(&[("  at its trace", Some(second - 30), Some(second))]),
        4 => printed(&[("read later", Some(second - 100), Some(second))]),
        _ => {
            let start = Timestamp(second * 1_000_000_000);
            spans(&[Span { start, duration: 5, ..span(trace + 1, u64::from(n) + 1) }])
        }
    }
}

proptest! {
    #[test]
    fn a_list_that_goes_on_is_the_list_made_at_once(
        steps in prop::collection::vec((0u8..5, 0u128..4, 1u32..500), 1..200),
        budget in prop::sample::select(vec![30_000u64, 1 << 20]), work in 1usize..5, unfolded in 0u64..60
    ) {
        let words = |text: &str| Wanted::new(text, Severity::UNSPECIFIED);
        let mut store = Store::new(budget);
        let (mut all, mut found) = (Lines::default(), Lines::default());
        found.ask(words("failed"));
        for step in steps {
            store.extend(&come(step));
            all.refresh(&store, work, Lines::end(&store));
            found.refresh(&store, work, Lines::end(&store));
            all.fold(unfolded, true);
        }
        for (list, text) in [(&mut all, ""), (&mut found, "failed")] {
            while !list.refresh(&store, work, Lines::end(&store)) {}
            let keys: Vec<_> = list.rows().iter().map(|row| (row.place, row.what)).collect();
            prop_assert!(keys.is_sorted(), "{keys:?}");
            let mut at_once = Lines::default();
            at_once.ask(words(text));
            prop_assert!(at_once.refresh(&store, usize::MAX, Lines::end(&store)));
            // Traces that ended before the first record that is left are no longer looked for; those that are there stay.
            let records = |list: &Lines| -> Vec<What> {
                let rows = list.rows().iter().map(|row| row.what);
                rows.filter(|what| matches!(what, What::Part(_, 0))).collect()
            };
            let (left, right) = (records(list), records(&at_once));
            // A line under one that has left stands alone when the list is made anew.
            prop_assert!(left.iter().all(|what| right.contains(what)), "{left:?} {right:?}");
            if store.records().start == 0 && store.totals().evicted_traces == 0 {
                prop_assert_eq!(left, right);
            }
            for row in list.rows() {
                prop_assert!(row_of(&store, *row).is_some(), "{row:?} is there");
            }
        }
    }
}
