//! Spans that share an id: shown apart where they are not one span, once where they are, whatever came first.

use std::collections::BTreeSet;

use proptest::prelude::*;
use tracetui::ingest::{DecodeOptions, Decoder, jaeger_thrift};
use tracetui::model::{Span, SpanBatch, SpanId, Timestamp, TraceId};
use tracetui::store::Store;

use crate::harness::batch;

/// A span of one trace, id, service and kind.
type Seed = (i64, u64, usize, u8);

const NAMES: [&str; 3] = ["load", "save", "send"];

fn span(&(start, duration, name, note): &Seed) -> Span<'static> {
    Span {
        trace_id: TraceId(1),
        span_id: SpanId(7),
        service: "cart",
        name: NAMES[name % NAMES.len()],
        start: Timestamp(start),
        duration,
        status_message: ["", "a", "b"][usize::from(note % 3)],
        ..Span::default()
    }
}

/// Spans whose starts and ends lie near each other, so that all cases come up.
fn seed() -> impl Strategy<Value = Seed> {
    let near = prop_oneof![0i64..4_000, (0i64..30).prop_map(|n| n * 1_000)];
    (near, prop_oneof![0u64..3_000, Just(0), Just(20_000)], 0usize..3, any::<u8>())
}

/// Whether two are one span, by the rule as it is written.
fn are_one(a: &Seed, b: &Seed) -> bool {
    let end = |seed: &Seed| seed.0 + i64::try_from(seed.1).expect("a short span");
    let near = a.0.abs_diff(b.0) < 1_000;
    near || a.2 == b.2 && a.0 <= end(b) + 1_000 && b.0 <= end(a) + 1_000
}

/// The groups of all spans, each as its members.
fn groups(seeds: &[Seed]) -> Vec<Vec<Seed>> {
    let mut groups: Vec<Vec<Seed>> = Vec::new();
    for seed in seeds {
        let (mut own, others): (Vec<_>, Vec<_>) =
            groups.into_iter().partition(|group| group.iter().any(|other| are_one(seed, other)));
        own.push(vec![*seed]);
        groups = others;
        groups.push(own.concat());
    }
    groups
}

fn shown(store: &Store) -> BTreeSet<String> {
    let trace = store.trace(TraceId(1)).expect("the trace is here");
    trace.spans().map(|span| format!("{:?}", span.to_span())).collect()
}

fn store_of(seeds: &[Seed], split: usize) -> Store {
    let mut store = Store::new(1 << 24);
    for part in seeds.chunks(split.max(1)) {
        let spans: Vec<_> = part.iter().map(span).collect();
        store.extend(&batch(&spans));
    }
    store
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn each_group_is_shown_once_and_every_span_is_accounted_for(
        seeds in prop::collection::vec(seed(), 1..40), split in 1usize..9,
    ) {
        let store = store_of(&seeds, split);
        let groups = groups(&seeds);
        let trace = store.trace(TraceId(1)).expect("the trace is here");
        prop_assert_eq!(trace.len(), groups.len());
        // Of each group the one that ends last is shown.
        let ends: BTreeSet<i64> =
            groups.iter().filter_map(|group| group.iter().map(|seed| seed.0 + seed.1.cast_signed()).max()).collect();
        prop_assert_eq!(trace.spans().map(|span| span.end().0).collect::<BTreeSet<_>>(), ends);
        prop_assert_eq!(trace.shared_ids() as usize, if groups.len() > 1 { groups.len() } else { 0 });
        prop_assert!(trace.spans().all(|span| span.copies() as usize == groups.len()));
        let totals = store.totals();
        prop_assert_eq!(totals.received, totals.spans + totals.refused + totals.duplicates + totals.replaced);
        prop_assert_eq!(totals.spans, groups.len() as u64);
        let service = store.services().next().expect("a service");
        prop_assert_eq!(service.spans(), groups.len() as u64);
        let start = seeds.iter().map(|seed| seed.0).min().unwrap_or_default();
        prop_assert!(trace.start().0 >= start && trace.start() == trace.spans().map(|span| span.start()).min().expect("a span"));
        prop_assert_eq!(trace.end(), trace.spans().map(|span| span.end()).max().expect("a span"));
    }

    #[test]
    fn order_and_batches_change_nothing(
        (seeds, shuffled) in prop::collection::vec(seed(), 1..30)
            .prop_flat_map(|seeds| (Just(seeds.clone()), Just(seeds).prop_shuffle())),
        split in 1usize..9,
    ) {
        prop_assert_eq!(shown(&store_of(&seeds, 1)), shown(&store_of(&shuffled, split)));
    }

    #[test]
    fn rows_of_other_spans_survive_when_copies_leave(
        seeds in prop::collection::vec((seed(), 0u64..60), 1..120), split in 1usize..30,
    ) {
        let mut store = Store::new(1 << 24);
        let spans: Vec<_> = seeds
            .iter()
            .map(|(seed, id)| Span { span_id: SpanId(if *id < 30 { 7 } else { *id }), parent_id: Some(SpanId(id + 100)), ..span(seed) })
            .collect();
        for part in spans.chunks(split) {
            store.extend(&batch(part));
        }
        let trace = store.trace(TraceId(1)).expect("the trace is here");
        for id in seeds.iter().map(|(_, id)| if *id < 30 { 7 } else { *id }) {
            let found = trace.find(SpanId(id)).count();
            prop_assert_eq!(found, trace.spans().filter(|span| span.span_id() == SpanId(id)).count());
            prop_assert!(found > 0, "{} is found", id);
        }
        let parents: BTreeSet<_> = trace.spans().filter_map(|span| span.parent_id()).collect();
        prop_assert_eq!(trace.missing_parents() as usize, parents.len());
        let totals = store.totals();
        prop_assert_eq!(totals.received, totals.spans + totals.refused + totals.duplicates + totals.replaced);
    }
}

#[test]
fn a_hundred_thousand_spans_with_one_id_are_all_shown() {
    let seeds: Vec<Seed> = (0..100_000).map(|n| (n * 10_000, 100, 0, 0)).collect();
    let store = store_of(&seeds, 1_000);
    assert_eq!(store.trace(TraceId(1)).map(|trace| trace.len()), Some(100_000));
}

#[test]
fn one_span_in_a_hundred_thousand_forms_is_shown_once() {
    let seeds: Vec<Seed> = (0..100_000).map(|n| (n * 900, 100, usize::try_from(n % 3).expect("small"), 0)).collect();
    let store = store_of(&seeds, 1_000);
    let totals = store.totals();
    assert_eq!((totals.spans, totals.replaced), (1, 99_999));
}

#[test]
fn seeded_runs_and_names_with_one_id_are_all_shown() {
    let mut batch = SpanBatch::default();
    let mut decoder = Decoder::new(DecodeOptions::default());
    decoder.feed(include_bytes!("../../fixtures/cases/k7-seeded-two-runs.log"), &mut batch);
    decoder.finish(&mut batch);
    let mut store = Store::new(1 << 24);
    store.extend(&batch);
    let trace = store.traces().next().expect("a trace");
    assert_eq!((trace.len(), trace.shared_ids()), (6, 6));
    let mut batch = SpanBatch::default();
    let datagram = include_bytes!("../../fixtures/cases/k7-three-names-one-id.compact.dgrams");
    jaeger_thrift::decode(datagram.get(4..).expect("a datagram"), &mut batch);
    let mut store = Store::new(1 << 24);
    store.extend(&batch);
    let trace = store.traces().next().expect("a trace");
    assert!(trace.len() >= 3 && trace.shared_ids() >= 3, "{} {}", trace.len(), trace.shared_ids());
}
