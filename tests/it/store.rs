//! The store from outside: nothing lost, nothing counted twice, nothing that depends on what came first.

mod copies;
mod rollups;
mod search;
pub(crate) mod spans;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use proptest::prelude::*;
use rollups::{counted, dump_backlinks, failures};
use spans::{Seed, batch, seeds};
use tracetui::model::{
    Attribute, Kind, OutputLine, Place, Problem, Span, SpanBatch, SpanId, Status, Timestamp, TraceId, Value,
};
use tracetui::query::tree::{Node, Tree};
use tracetui::store::{OperationRef, ServiceRef, Store, Totals, TraceRef};

const PLENTY: u64 = 1 << 30;

/// Everything a user could see, in an order of its own.
fn dump(store: &Store) -> String {
    let mut out = String::new();
    let mut traces: Vec<_> = store.traces().collect();
    traces.sort_by_key(|trace| trace.id());
    for trace in traces {
        dump_trace(trace, store, &mut out);
    }
    let mut services: Vec<_> = store.services().collect();
    services.sort_by_key(|service| service.name());
    dump_backlinks(store, &mut out);
    let failed = store.traces().filter(|trace| trace.errors() > 0).count();
    assert_eq!(store.totals().failed_traces, failed as u64);
    for service in services {
        let failed = store
            .traces()
            .filter(|trace| trace.services().iter().any(|count| count.service == service.id() && count.errors > 0));
        assert_eq!(service.failed_traces() as usize, failed.count(), "{}", service.name());
        assert_eq!(failures(store, service), counted(store, service), "{}", service.name());
        let numbers = (service.traces(), service.spans(), service.errors(), service.percentile(0.5));
        writeln!(out, "{} {numbers:?}", service.name()).expect("a string takes everything");
        let mut lines: Vec<_> = service
            .operations()
            .map(|op| format!("  {} {} {} {}", op.name(), op.spans(), op.errors(), op.percentile(0.95)))
            .collect();
        lines.sort();
        writeln!(out, "{lines:#?}").expect("a string takes everything");
    }
    out
}

fn dump_trace(trace: TraceRef<'_>, store: &Store, out: &mut String) {
    let root = trace.root();
    let known = (trace.start(), trace.end(), trace.len(), trace.errors(), trace.missing_parents());
    writeln!(out, "{} {known:?} {:?}", trace.id(), root.to_span()).expect("a string takes everything");
    for count in trace.services() {
        let name = store.service(count.service).map(ServiceRef::name);
        writeln!(out, "{name:?} {} {} {:?}", count.spans, count.errors, count.start)
            .expect("a string takes everything");
    }
    for row in Tree::build(trace).rows {
        let shape = (row.depth, row.subtree, row.parent, row.errors_below, row.last, row.cycle);
        let node = match row.node {
            Node::Span(idx) => format!("{:?}", trace.span(idx).expect("rows point into the trace").to_span()),
            Node::Missing(id) => format!("missing {id}"),
        };
        writeln!(out, "{shape:?} {node}").expect("a string takes everything");
    }
}

fn accounted(totals: Totals) -> u64 {
    totals.spans + totals.evicted_spans + totals.refused + totals.duplicates + totals.replaced
}

/// What tells a span apart: its identity, or everything it says when it has no id.
fn identity(seed: &Seed) -> String {
    let mut span = seed.span();
    span.parent_id = span.parent_id.and_then(SpanId::non_zero);
    if seed.id == 0 {
        return format!("{span:?}");
    }
    format!("{} {} {} {:?}", span.trace_id, span.span_id, span.service, span.kind)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn order_splits_and_duplicates_change_nothing_that_is_shown(
        (seeds, shuffled) in seeds(48).prop_flat_map(|seeds| {
            let mut again = seeds.clone();
            again.extend(seeds.iter().step_by(3).cloned());
            (Just(seeds), Just(again).prop_shuffle())
        }),
        split in 1_usize..9,
    ) {
        let mut once = Store::new(PLENTY);
        once.extend(&batch(&seeds));
        let mut often = Store::new(PLENTY);
        for part in shuffled.chunks(split) {
            often.extend(&batch(part));
        }
        prop_assert_eq!(dump(&once), dump(&often));
    }

    #[test]
    fn every_span_is_held_once_and_shown_once(seeds in seeds(64)) {
        let mut store = Store::new(PLENTY);
        let extended = store.extend(&batch(&seeds));
        let distinct: BTreeSet<_> = seeds.iter().map(identity).collect();
        prop_assert_eq!(extended.new as usize, distinct.len());
        prop_assert_eq!(store.totals().spans, distinct.len() as u64);
        prop_assert_eq!(accounted(store.totals()), seeds.len() as u64);
        for trace in store.traces() {
            let tree = Tree::build(trace);
            let shown: BTreeSet<_> = tree.rows.iter().filter_map(|row| match row.node {
                Node::Span(idx) => Some(idx),
                Node::Missing(_) => None,
            }).collect();
            prop_assert_eq!(shown.len(), trace.len());
            prop_assert_eq!(tree.rows.len(), trace.len() + tree.missing as usize);
            let roots: u32 = tree.rows.iter().filter(|row| row.parent.is_none()).map(|row| row.subtree).sum();
            prop_assert_eq!(roots as usize, tree.rows.len());
            for span in trace.spans() {
                prop_assert!(trace.find(span.span_id()).any(|found| found.idx() == span.idx()));
                let times: Vec<_> = span.to_span().events.iter().map(|event| event.time).collect();
                prop_assert_eq!(span.event_times().collect::<Vec<_>>(), times);
            }
        }
    }

    #[test]
    fn every_span_received_is_accounted_for_under_any_budget(
        seeds in seeds(200),
        budget in 0_u64..40_000,
        traces in 1_u128..40,
        pinned in 0_u128..40,
    ) {
        let mut store = Store::new(budget);
        store.pin(&[TraceId(pinned)]);
        for (at, seed) in seeds.iter().enumerate() {
            let mut seed = seed.clone();
            seed.trace = at as u128 % traces;
            let was_here = store.trace(TraceId(pinned)).map_or(0, TraceRef::len);
            store.extend(&batch([&seed]));
            let totals = store.totals();
            prop_assert_eq!(accounted(totals), totals.received);
            prop_assert_eq!(totals.spans, store.traces().map(|trace| trace.len() as u64).sum::<u64>());
            prop_assert!(store.trace(TraceId(pinned)).map_or(0, TraceRef::len) >= was_here);
            prop_assert!(totals.bytes <= budget || store.trace_count() <= 2, "{} of {}", totals.bytes, budget);
        }
        for service in store.services() {
            let shares = store.traces().flat_map(|trace| trace.services().iter().copied());
            let shares: Vec<_> = shares.filter(|share| share.service == service.id()).collect();
            let spans: u64 = shares.iter().map(|share| u64::from(share.spans)).sum();
            let errors: u64 = shares.iter().map(|share| u64::from(share.errors)).sum();
            prop_assert_eq!((service.traces() as usize, service.spans(), service.errors()), (shares.len(), spans, errors));
            let operations: u64 = service.operations().map(OperationRef::spans).sum();
            prop_assert_eq!(operations, spans);
        }
    }
}

fn span(trace: u128, id: u64) -> Span<'static> {
    let start = Timestamp(i64::try_from(id).expect("a small id"));
    Span { trace_id: TraceId(trace), span_id: SpanId(id), service: "cart", name: "work", start, ..Span::default() }
}

fn one(span: &Span<'_>) -> SpanBatch {
    let mut batch = SpanBatch::default();
    batch.push(span);
    batch
}

#[test]
fn over_budget_the_oldest_trace_leaves_whole_but_never_the_open_one() {
    let mut store = Store::new(200_000);
    store.pin(&[TraceId(2)]);
    let mut trace = 0;
    while store.totals().evicted_traces < 3 {
        trace += 1;
        let mut batch = SpanBatch::default();
        (1..=30).for_each(|id| batch.push(&span(trace, id)));
        store.extend(&batch);
    }
    assert!(store.trace(TraceId(2)).is_some());
    for gone in [1, 3, 4] {
        assert!(store.trace(TraceId(gone)).is_none(), "trace {gone} is among the oldest");
    }
    assert!(store.trace(TraceId(5)).is_some());
    assert_eq!(store.totals().evicted_spans, 90);
    assert!(store.totals().bytes <= 200_000);
}

#[test]
fn a_huge_trace_is_gone_at_once_and_its_memory_follows_in_small_steps() {
    let mut store = Store::new(800_000);
    let mut batch = SpanBatch::default();
    (1..=5_000).for_each(|id| batch.push(&span(1, id)));
    store.extend(&batch);
    let mut id = 0;
    while store.totals().evicted_traces == 0 {
        id += 1;
        store.extend(&one(&span(2, id)));
        assert!(store.totals().bytes <= 800_000);
    }
    assert!(store.trace(TraceId(1)).is_none());
    let totals = store.totals();
    assert_eq!((totals.evicted_spans, accounted(totals)), (5_000, totals.received));
    assert!(store.tidy(100), "most of it is still to be given back");
    let part = store.totals().bytes;
    while store.tidy(100) {}
    assert!(store.totals().bytes < part);
    assert_eq!(store.services().map(ServiceRef::spans).sum::<u64>(), id);
}

#[test]
fn an_endless_trace_keeps_its_oldest_spans_and_counts_the_rest() {
    let mut store = Store::new(100_000);
    for id in 1..5_000 {
        store.extend(&one(&span(1, id)));
    }
    let trace = store.trace(TraceId(1)).expect("the only trace stays");
    assert!(trace.refused() > 0 && trace.len() > 500);
    assert_eq!(trace.len() as u64 + trace.refused(), 4_999);
    assert!(trace.find(SpanId(1)).next().is_some());
    assert!(trace.find(SpanId(4_999)).next().is_none());
    assert!(store.totals().bytes <= 100_000);
}

#[test]
fn of_two_spans_with_one_identity_the_one_that_ends_later_is_kept() {
    let mut store = Store::new(PLENTY);
    let early = span(1, 7);
    let late = Span { duration: 50, status: Status::Error, name: "work done", ..early.clone() };
    for span in [&late, &early, &late] {
        store.extend(&one(span));
    }
    let trace = store.trace(TraceId(1)).expect("the trace is here");
    assert_eq!((trace.len(), trace.errors(), trace.root().name()), (1, 1, "work done"));
    let totals = store.totals();
    assert_eq!((totals.replaced, totals.duplicates, totals.received), (1, 1, 3));
    let service = store.services().next().expect("one service");
    assert_eq!(service.operations().map(OperationRef::name).collect::<Vec<_>>(), ["work done"]);
}

#[test]
fn a_span_that_is_sent_over_and_over_does_not_grow_the_store() {
    let mut store = Store::new(PLENTY);
    let long = "x".repeat(1_000);
    for duration in 0..2_000 {
        store.extend(&one(&Span { duration, status_message: &long, ..span(1, 7) }));
    }
    assert_eq!(store.totals().replaced, 1_999);
    assert!(store.totals().bytes < 10_000, "{} bytes", store.totals().bytes);
}

#[test]
fn one_id_in_two_services_or_kinds_is_two_spans() {
    let mut store = Store::new(PLENTY);
    let client = Span { kind: Kind::Client, ..span(1, 7) };
    let server = Span { kind: Kind::Server, ..span(1, 7) };
    let other = Span { service: "payment", ..client.clone() };
    for span in [&client, &server, &other, &server] {
        store.extend(&one(span));
    }
    let trace = store.trace(TraceId(1)).expect("the trace is here");
    assert_eq!(trace.find(SpanId(7)).count(), 3);
    assert_eq!(store.totals().duplicates, 1);
}

#[test]
fn a_parent_is_missing_until_it_arrives() {
    let mut store = Store::new(PLENTY);
    let missing = |store: &Store| store.trace(TraceId(1)).map(TraceRef::missing_parents);
    for id in 2..40 {
        store.extend(&one(&Span { parent_id: Some(SpanId(1)), ..span(1, id) }));
        assert_eq!(missing(&store), Some(1));
    }
    store.extend(&one(&span(1, 1)));
    assert_eq!(missing(&store), Some(0));
}

#[test]
fn ten_thousand_spans_without_an_id_are_all_kept_and_their_repeats_counted() {
    let mut store = Store::new(PLENTY);
    let mut batch = SpanBatch::default();
    for n in 0..10_000 {
        batch.push(&Span { duration: n, span_id: SpanId(0), ..span(1, 1) });
    }
    assert_eq!(store.extend(&batch).new, 10_000);
    assert_eq!(store.extend(&batch).duplicates, 10_000);
    assert_eq!(store.trace(TraceId(1)).map(TraceRef::len), Some(10_000));
}

#[test]
fn spans_that_differ_only_in_an_attribute_keep_their_order_whichever_came_first() {
    let say = |n| Span { attributes: vec![Attribute { key: "n", value: Value::Int(n) }], ..span(1, 0) };
    let said = |order: &[i64]| {
        let mut store = Store::new(PLENTY);
        for n in order {
            store.extend(&one(&say(*n)));
        }
        dump(&store)
    };
    let forward = said(&[1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(forward.matches("Int(").count(), 8 + 1, "eight rows and the root");
    assert_eq!(forward, said(&[8, 7, 6, 5, 4, 3, 2, 1]));
}

#[test]
fn a_search_sees_names_keys_values_events_and_numbers() {
    let seeds = proptest::strategy::ValueTree::current(
        &seeds(40).new_tree(&mut proptest::test_runner::TestRunner::deterministic()).expect("seeds can be made"),
    );
    let mut store = Store::new(PLENTY);
    store.extend(&batch(&seeds));
    for span in store.traces().flat_map(|trace| trace.spans().collect::<Vec<_>>()) {
        let mut texts = BTreeSet::new();
        let stopped = span.any_text(&mut |text| {
            texts.insert(text.to_owned());
            false
        });
        assert!(!stopped, "nothing asked to stop");
        let whole = span.to_span();
        let events = whole.events.iter().flat_map(|event| [event.name, "db.statement"]);
        let keys = whole.attributes.iter().map(|attribute| attribute.key);
        for wanted in events.chain(keys).chain([whole.service, whole.name, whole.status_message]) {
            assert!(wanted.is_empty() || texts.contains(wanted), "{wanted:?} not in {texts:?}");
        }
        assert!(span.any_text(&mut |text| text == whole.service));
    }
}

#[test]
fn output_lines_and_problems_are_bounded_and_counted() {
    let mut store = Store::new(PLENTY);
    let mut batch = SpanBatch { more_lines: 5, more_problems: 7, ..SpanBatch::default() };
    for line in 1..=12_000 {
        batch.lines.push(OutputLine { text: "hello".to_owned(), line, ..OutputLine::default() });
    }
    for byte in 0..150 {
        let reason = "truncated".to_owned();
        batch.problems.push(Problem {
            place: Place::Byte(byte),
            reason,
            origin: String::new(),
            time: Timestamp::default(),
            bytes: Vec::new(),
        });
    }
    store.extend(&batch);
    assert_eq!((store.totals().lines, store.totals().problems), (12_005, 157));
    assert_eq!(store.problems().next_back().map(|problem| problem.place), Some(Place::Byte(149)));
    assert_eq!(store.problems().count(), 100);
}

#[test]
fn the_revision_rises_with_every_change_and_only_then() {
    let mut store = Store::new(PLENTY);
    store.extend(&SpanBatch::default());
    assert_eq!(store.revision(), 0);
    store.extend(&one(&span(1, 1)));
    store.extend(&one(&span(2, 1)));
    let revision = |id| store.trace(TraceId(id)).map(TraceRef::revision);
    assert_eq!((revision(1), revision(2), store.revision()), (Some(1), Some(2), 2));
}
