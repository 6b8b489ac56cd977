//! Screens over a store that changes below them: traces leave, parents arrive, circles are closed.

use tracetui::model::{Event, Span, SpanBatch, SpanId, Timestamp, TraceId};
use tracetui::tui::Options;

use crate::harness::{Harness, NOW, batch, options};

fn span(trace: u128, id: u64, parent: u64, name: &str) -> Span<'_> {
    Span {
        trace_id: TraceId(trace),
        span_id: SpanId(id),
        parent_id: SpanId(parent).non_zero(),
        service: "cart",
        name,
        start: Timestamp(NOW.0 - 600_000_000_000).plus(u64::try_from(trace).unwrap_or(0) * 1_000_000),
        duration: 1_000,
        ..Span::default()
    }
}

/// So many traces of one span each, one after the other.
fn traces(numbers: std::ops::Range<u128>) -> SpanBatch {
    let spans: Vec<_> = numbers.map(|trace| span(trace, 1, 0, "work")).collect();
    batch(&spans)
}

fn small() -> Harness {
    Harness::new(Options { memory: 400_000, ..options() }, 80, 24)
}

/// Rows of traces on the screen.
fn rows(screen: &str) -> usize {
    screen.lines().filter(|line| line.contains("cart work")).count()
}

#[test]
fn a_list_whose_end_was_evicted_meanwhile_is_full_again() {
    let mut harness = small();
    harness.extend(&traces(1..200));
    let full = rows(&harness.screen());
    let mut harness = harness.keys("j j j enter");
    // The open one stays, all that were listed after it leave, newer ones come before it.
    harness.extend(&traces(200..5_000));
    let screen = harness.keys("q").screen();
    assert_eq!(rows(&screen), full, "{screen}");
    assert!(screen.lines().any(|line| line.contains("cart work") && line.contains('▌')), "{screen}");
}

#[test]
fn a_trace_that_was_evicted_while_paused_is_not_opened_empty() {
    let mut harness = small();
    harness.extend(&traces(1..200));
    let mut harness = harness.keys("G space");
    harness.extend(&traces(200..5_000));
    let screen = harness.keys("enter").screen();
    assert!(screen.contains("this trace was evicted"), "{screen}");
    assert!(screen.contains("Traces"), "{screen}");
}

#[test]
fn what_was_folded_under_a_placeholder_stays_folded_when_the_parent_arrives() {
    let mut harness = Harness::new(options(), 80, 24);
    harness.extend(&batch(&[span(1, 1, 0, "root"), span(1, 3, 2, "below"), span(1, 4, 2, "below")]));
    let harness = harness.keys("enter G p left");
    assert!(!harness.screen().contains("below"), "{}", harness.screen());
    let mut harness = harness;
    harness.extend(&batch(&[span(1, 2, 1, "late")]));
    let screen = harness.screen();
    assert!(screen.contains("late") && screen.contains("(2)") && !screen.contains("below"), "{screen}");
}

#[test]
fn a_circle_of_parents_is_told_where_it_was_cut() {
    let mut harness = Harness::new(options(), 100, 30);
    harness.extend(&batch(&[span(1, 1, 3, "a"), span(1, 2, 1, "b"), span(1, 3, 2, "c")]));
    let harness = harness.keys("enter");
    let screen = harness.screen();
    assert!(screen.contains("1 cycle") && screen.contains("Warnings 1"), "{screen}");
    let screen = harness.keys("backtab backtab").screen();
    assert!(screen.contains("its parents lead back to it"), "{screen}");
}

#[test]
fn greek_is_found_as_it_is_shown_and_letter_by_letter() {
    for (typed, found) in [("ΟΔΟΣ", true), ("οδος", true), ("οδοσ", true), ("ΟΔ", true), ("ΟΔΟΝ", false)]
    {
        let mut harness = Harness::new(options(), 80, 24);
        harness.extend(&batch(&[span(1, 1, 0, "ΟΔΟΣ")]));
        let screen = harness.keys("/").text(typed).keys("enter").screen();
        assert_eq!(screen.contains("cart ΟΔΟΣ"), found, "{typed}\n{screen}");
    }
}

#[test]
fn a_trace_larger_than_the_budget_says_that_it_is_cut() {
    let mut harness = Harness::new(Options { memory: 60_000, ..options() }, 120, 24);
    let spans: Vec<_> = (1..2_000).map(|id| span(1, id, id - 1, "work")).collect();
    harness.extend(&batch(&spans));
    let screen = harness.screen();
    assert!(screen.contains("truncated") && screen.contains("lost"), "{screen}");
    let screen = harness.keys("enter").screen();
    assert!(screen.contains("refused"), "{screen}");
}

/// A span of the trace 1 with times in ms.
fn timed(id: u64, parent: u64, name: &str, start: i64, duration: u64) -> Span<'_> {
    let start = Timestamp(NOW.0 - 600_000_000_000 + start * 1_000_000);
    Span { start, duration: duration * 1_000_000, ..span(1, id, parent, name) }
}

/// The screen without what stands in its first line, which tells what has come meanwhile.
fn body(harness: &Harness) -> String {
    harness.screen().lines().skip(1).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_row_of_a_paused_list_does_not_change() {
    let mut harness = Harness::new(options(), 160, 44);
    harness.extend(&batch(&[timed(1, 0, "root", 0, 100), timed(2, 1, "load", 5, 50)]));
    let mut harness = harness.keys("v space");
    let before = body(&harness);
    assert!(before.contains("100.0 ms"), "{before}");
    harness.extend(&batch(&[timed(3, 1, "late", 300, 20)]));
    assert_eq!(body(&harness), before);
    let harness = harness.keys("space");
    assert!(harness.line("cart root").is_some_and(|line| line.contains("320.0 ms")), "{}", harness.screen());
}

#[test]
fn a_paused_list_of_an_evicted_trace_keeps_its_row() {
    let mut harness = small();
    harness.extend(&traces(1..20));
    let mut harness = harness.keys("space");
    let before = body(&harness);
    harness.extend(&traces(200..5_000));
    assert_eq!(body(&harness), before);
}

#[test]
fn a_bar_of_a_paused_trace_does_not_move() {
    let mut harness = Harness::new(options(), 100, 30);
    harness.extend(&batch(&[timed(1, 0, "root", 0, 100), timed(2, 1, "load", 5, 50)]));
    let mut harness = harness.keys("enter t space");
    let before = body(&harness);
    harness.extend(&batch(&[timed(3, 0, "earlier", -100, 100), timed(2, 1, "load", 5, 70)]));
    assert_eq!(body(&harness), before);
    assert!(body(&harness.keys("space")).contains("earlier"));
}

#[test]
fn between_two_trees_bars_and_times_are_those_of_the_tree_that_shows() {
    let mut harness = Harness::new(options(), 100, 30);
    let wide: Vec<_> = (2..20_000).map(|id| timed(id, 1, "load", 5, 50)).collect();
    harness.extend(&batch(&[timed(1, 0, "root", 0, 100)]));
    harness.extend(&batch(&wide));
    // Local time, then UTC: the column says the time of day.
    let mut harness = harness.keys("enter t t t t");
    let before = body(&harness);
    assert!(before.contains("10:25:00.000000"), "{before}");
    harness.app().extend(&batch(&[timed(30_000, 0, "earlier", -100, 100)]));
    harness.frame();
    assert_eq!(body(&harness), before, "the tree rests after a build");
    let screen = harness.settled().keys("g").screen();
    assert!(screen.contains("10:24:59.900000") && screen.contains("10:25:00.000000"), "{screen}");
}

#[test]
fn a_duration_beyond_all_times_reads_the_same_in_head_row_and_details() {
    let mut harness = Harness::new(options(), 100, 30);
    harness.extend(&batch(&[Span { duration: i64::MAX.cast_unsigned(), ..timed(1, 0, "root", 0, 0) }]));
    let screen = harness.keys("enter").screen();
    assert_eq!(screen.matches("106751 d").count(), 4, "{screen}");
}

#[test]
fn event_times_are_those_of_their_span_and_t_turns_them() {
    let event = |at: i64, name| Event { time: timed(1, 0, "", at, 0).start.plus(120), name, ..Event::default() };
    let day = 86_400_000;
    let late = Span { events: vec![event(3 * day + 12, "lock wait")], ..timed(2, 1, "late", 3 * day, 50) };
    let mut harness = Harness::new(options(), 100, 30);
    harness.extend(&batch(&[timed(1, 0, "root", 0, 5), late]));
    let harness = harness.keys("enter down tab");
    let when = |harness: &Harness| {
        let line = harness.line("lock wait").expect("the event");
        line.split("wait").nth(1).unwrap_or_default().trim_matches([' ', '│']).to_owned()
    };
    assert_eq!(when(&harness), "+12.0 ms");
    let harness = harness.keys("t");
    assert_eq!(when(&harness), "+72h 00m 00.012000s");
    let harness = harness.keys("t");
    assert_eq!(when(&harness), "+12.0 ms");
    let harness = harness.keys("t t");
    assert_eq!(when(&harness), "10:25:00.012000");
}
