//! A tree that is built a little at a time: the same tree, whatever happens to the store meanwhile, and keys go on.

use proptest::prelude::*;
use tracetui::model::{Kind, Span, SpanBatch, SpanId, Status, Timestamp, TraceId};
use tracetui::query::tree::{Build, Tree};
use tracetui::store::Store;

use crate::harness::{Harness, options};

/// Ids, parents and starts from a small world, so that twins, circles and parents that are missing are frequent.
type Seed = (u8, u8, u8, bool);

fn span((id, parent, start, receives): Seed) -> Span<'static> {
    Span {
        trace_id: TraceId(1),
        span_id: SpanId(u64::from(id % 40)),
        parent_id: Some(SpanId(u64::from(parent % 50))),
        service: if start % 5 == 0 { "pay" } else { "cart" },
        name: "work",
        kind: if receives { Kind::Server } else { Kind::Client },
        status: if start % 7 == 0 { Status::Error } else { Status::Unset },
        start: Timestamp(i64::from(start % 16)),
        duration: 10,
        ..Span::default()
    }
}

fn batch(seeds: &[Seed]) -> SpanBatch {
    let mut batch = SpanBatch::default();
    for seed in seeds {
        batch.push(&span(*seed));
    }
    batch
}

proptest! {
    #[test]
    fn slices_of_any_size_give_the_same_tree(seeds: Vec<Seed>, work in 1_u64..5_000) {
        prop_assume!(!seeds.is_empty());
        let mut store = Store::new(1 << 20);
        store.extend(&batch(&seeds));
        let trace = store.trace(TraceId(1)).expect("it is here");
        let mut build = Build::new(trace);
        let mut percent = 0;
        let tree = loop {
            prop_assert!(build.percent() >= percent && build.percent() < 100);
            percent = build.percent();
            if let Some(tree) = build.step(trace, work) {
                break tree;
            }
        };
        prop_assert_eq!(tree, Tree::build(trace));
    }

    #[test]
    fn spans_that_come_meanwhile_are_left_to_the_next_tree(seeds: Vec<Seed>, more: Vec<Seed>, work in 1_u64..5_000) {
        prop_assume!(!seeds.is_empty());
        let mut store = Store::new(1 << 20);
        store.extend(&batch(&seeds));
        let held = store.trace(TraceId(1)).map_or(0, tracetui::store::TraceRef::len);
        let mut build = store.trace(TraceId(1)).map(Build::new).expect("it is here");
        let mut arriving = more.iter();
        let tree = loop {
            store.extend(&batch(&arriving.by_ref().take(1).copied().collect::<Vec<_>>()));
            let trace = store.trace(TraceId(1)).expect("it is here");
            if let Some(tree) = build.step(trace, work) {
                break tree;
            }
        };
        prop_assert_eq!(tree.rows.len(), held + tree.missing as usize);
        let roots: u32 = tree.rows.iter().filter(|row| row.parent.is_none()).map(|row| row.subtree).sum();
        prop_assert_eq!(roots as usize, tree.rows.len());
    }

    #[test]
    fn a_trace_that_left_and_came_anew_is_begun_anew(first in 1_u64..60, second in 1_u64..60, work in 1_u64..20_000) {
        let spans = |count: u64, trace: u128| {
            let mut batch = SpanBatch::default();
            for id in 1..=count {
                batch.push(&Span { trace_id: TraceId(trace), ..span((u8::try_from(id).unwrap_or(1), 0, 0, true)) });
            }
            batch
        };
        let mut store = Store::new(60_000);
        store.extend(&spans(first, 1));
        let mut build = store.trace(TraceId(1)).map(Build::new).expect("it is here");
        let unfinished = store.trace(TraceId(1)).and_then(|trace| build.step(trace, work)).is_none();
        for trace in 2.. {
            if store.trace(TraceId(1)).is_none() {
                break;
            }
            store.extend(&spans(30, trace));
        }
        store.extend(&spans(second, 1));
        let trace = store.trace(TraceId(1)).expect("it is here again");
        if unfinished {
            let tree = std::iter::repeat_with(|| build.step(trace, work)).flatten().next();
            prop_assert_eq!(tree, Some(Tree::build(trace)));
        }
    }
}

/// A chain that is long enough for several frames of work.
fn long_chain() -> SpanBatch {
    let mut batch = SpanBatch::default();
    for id in 1..=150_000 {
        batch.push(&Span {
            trace_id: TraceId(1),
            span_id: SpanId(id),
            parent_id: SpanId(id - 1).non_zero(),
            service: "cart",
            name: if id == 1 {
                "first"
            } else if id == 150_000 {
                "innermost"
            } else {
                "between"
            },
            duration: 160_000 - id,
            ..Span::default()
        });
    }
    batch
}

#[test]
fn keys_pressed_while_a_huge_trace_opens_are_done_once_it_is_there() {
    let mut harness = Harness::new(options(), 100, 30);
    harness.extend(&long_chain());
    let screen = harness.press("enter").frame().screen();
    assert!(screen.contains("building the tree of 150 000 spans"), "{screen}");
    let screen = harness.press("G").press("y").frame().screen();
    assert!(screen.contains("once the tree is built"), "{screen}");
    let screen = harness.settled().screen();
    assert!(screen.lines().any(|line| line.contains("149999") && line.starts_with('▌')), "{screen}");
    assert!(screen.contains("depth 150 000"), "{screen}");
}

#[test]
fn a_huge_trace_that_is_still_opening_is_left_at_once() {
    let mut harness = Harness::new(options(), 100, 30);
    harness.extend(&long_chain());
    harness.press("enter").frame();
    let screen = harness.press("esc").frame().screen();
    assert!(screen.contains("1 trace"), "{screen}");
}
