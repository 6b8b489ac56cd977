//! Screens over a store that changes below them: traces leave, parents arrive, circles are closed.

use tracetui::model::{Span, SpanBatch, SpanId, Timestamp, TraceId};
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
