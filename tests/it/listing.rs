//! The list of traces that is kept as traces come, change and leave is the list that is made of all of them at once.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use proptest::prelude::*;
use tracetui::model::{Span, SpanId, Timestamp, TraceId};
use tracetui::query::filter::Filter;
use tracetui::query::listing::{Listing, Wanted};
use tracetui::query::traces::Sort;
use tracetui::store::{ServiceId, Store, TraceRef};

use crate::harness;
use crate::store::spans::{Seed, batch, seeds};

/// What happens to a list.
#[derive(Clone, Debug)]
enum Step {
    Spans(Vec<Seed>),
    Sort(usize),
    Filter(&'static str),
    Service(Option<usize>),
    Freeze,
    Thaw,
    Work(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let spans = (seeds(12), prop::collection::vec(1_u128..30, 12)).prop_map(|(mut seeds, traces)| {
        for (seed, trace) in seeds.iter_mut().zip(traces) {
            seed.trace = trace;
        }
        Step::Spans(seeds)
    });
    prop_oneof![
        6 => spans,
        2 => (0..Sort::TABLE.len()).prop_map(Step::Sort),
        1 => prop::sample::select(vec!["", "GET", "cart -charge", "retry=[1,2]"]).prop_map(Step::Filter),
        1 => prop::option::of(0_usize..3).prop_map(Step::Service),
        1 => Just(Step::Freeze),
        1 => Just(Step::Thaw),
        4 => (1_u64..9_000).prop_map(Step::Work),
    ]
}

fn key(trace: TraceRef<'_>, sort: Sort) -> (i64, Reverse<i64>, String, Reverse<String>) {
    let number = match sort {
        Sort::Newest => -trace.start().0,
        Sort::Oldest => trace.start().0,
        Sort::Longest => -trace.duration().cast_signed(),
        Sort::Shortest => trace.duration().cast_signed(),
        Sort::MostSpans => -i64::try_from(trace.len()).expect("few"),
        Sort::FewestSpans => i64::try_from(trace.len()).expect("few"),
        Sort::MostErrors => -i64::from(trace.errors()),
        Sort::FewestErrors => i64::from(trace.errors()),
        Sort::NameUp | Sort::NameDown => 0,
    };
    let name = format!("{}\0{}", trace.root().service(), trace.root().name());
    let [up, down] =
        [Sort::NameUp, Sort::NameDown].map(|order| if sort == order { name.clone() } else { String::new() });
    (number, Reverse(0), up, Reverse(down))
}

/// All at once.
fn plain(store: &Store, wanted: Wanted, filter: &Filter) -> Vec<TraceId> {
    let takes_part =
        |trace: &TraceRef<'_>| wanted.service.is_none_or(|id| trace.services().iter().any(|count| count.service == id));
    let mut traces: Vec<TraceRef<'_>> =
        store.traces().filter(takes_part).filter(|trace| filter.matches(*trace)).collect();
    traces.sort_by_key(|trace| (key(*trace, wanted.sort), Reverse(trace.start()), trace.id()));
    traces.iter().map(|trace| trace.id()).collect()
}

fn ids(listing: &Listing) -> Vec<TraceId> {
    listing.points(0).map(|point| point.id).collect()
}

fn settle(listing: &mut Listing, store: &Store, work: u64) {
    let mut steps = 0;
    while listing.step(store, work) > 0 {
        steps += 1;
        assert!(steps < 10_000, "it comes to an end");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn what_is_kept_is_what_is_made_anew(steps in prop::collection::vec(step(), 1..30), budget in 20_000_u64..60_000) {
        let mut store = Store::new(budget);
        let (mut listing, mut wanted, mut filter) = (Listing::default(), Wanted::default(), "");
        let mut held = BTreeSet::new();
        for step in steps {
            match step {
                Step::Spans(seeds) => drop(store.extend(&batch(&seeds))),
                Step::Sort(at) => wanted.sort = Sort::TABLE[at].0,
                Step::Filter(text) => filter = text,
                Step::Service(at) => {
                    let known: Vec<ServiceId> = store.services().map(|service| service.id()).collect();
                    wanted.service = at.and_then(|at| known.get(at).copied());
                }
                Step::Freeze => wanted.until = wanted.until.or(store.traces().next_back().map(|trace| trace.arrival())),
                Step::Thaw => wanted.until = None,
                Step::Work(work) => {
                    listing.step(&store, work);
                }
            }
            listing.set_filter(Filter::new(filter));
            listing.want(wanted);
            if wanted.until.is_some() {
                settle(&mut listing, &store, 700);
                prop_assert!(ids(&listing).iter().all(|id| held.contains(id)), "nothing that came later");
            } else {
                held.extend(store.traces().map(|trace| trace.id()));
            }
        }
        wanted.until = None;
        listing.want(wanted);
        settle(&mut listing, &store, 700);
        let mut of = Filter::new(filter);
        of.refresh(&store);
        let all = plain(&store, wanted, &of);
        prop_assert_eq!(ids(&listing), all.clone());
        prop_assert_eq!(listing.len(), all.len());
        for (at, id) in all.iter().enumerate() {
            prop_assert_eq!(listing.position(&store, *id), Some(at));
            prop_assert_eq!(listing.at(at).map(|point| point.id), Some(*id));
        }
        let newest = all.iter().filter_map(|id| store.trace(*id)).map(|trace| (trace.start(), Reverse(trace.id()))).max();
        prop_assert_eq!(listing.newest(), newest.map(|(_, Reverse(id))| id));
        // Nothing is left to do, and nothing changes while nothing comes.
        let version = listing.version();
        prop_assert_eq!(listing.step(&store, 700), 0);
        prop_assert_eq!(listing.version(), version);
    }
}

fn one(trace: u128, span: u64, start: i64) -> Span<'static> {
    Span {
        trace_id: TraceId(trace),
        span_id: SpanId(span),
        service: "shop",
        name: "work",
        start: Timestamp(start),
        duration: 1 + span,
        ..Span::default()
    }
}

#[test]
fn more_changes_than_are_remembered_lead_to_the_same_list() {
    let mut store = Store::new(1 << 30);
    let mut listing = Listing::default();
    let wanted = Wanted { sort: Sort::MostSpans, ..Wanted::default() };
    listing.want(wanted);
    let spans: Vec<_> = (1..=5_000).map(|trace| one(trace, 1, 0)).collect();
    store.extend(&harness::batch(&spans));
    settle(&mut listing, &store, 100_000);
    let spans: Vec<_> = (0..40_000_u64).flat_map(|n| [one(2, 100_000 + n, 0), one(3, 100_000 + n, 0)]).collect();
    store.extend(&harness::batch(&spans));
    assert!(store.changed_after(0).is_none(), "too many to be remembered");
    assert!(listing.step(&store, 100_000) > 0);
    assert_eq!(listing.len(), 5_000, "the list that was there shows meanwhile");
    settle(&mut listing, &store, 100_000);
    assert_eq!(ids(&listing), plain(&store, wanted, &Filter::default()));
}

#[test]
fn another_order_is_made_beside_the_one_that_shows() {
    let mut store = Store::new(1 << 30);
    let spans: Vec<_> = (1..=30_000_u64).map(|n| one(u128::from(n), n % 777, n.cast_signed())).collect();
    store.extend(&harness::batch(&spans));
    let mut listing = Listing::default();
    settle(&mut listing, &store, 1_000_000);
    let before = ids(&listing);
    listing.want(Wanted { sort: Sort::Longest, ..Wanted::default() });
    let version = listing.version();
    assert!(listing.step(&store, 1_000_000) > 0);
    assert_eq!((ids(&listing), listing.version()), (before, version));
    // The newest request counts.
    let wanted = Wanted { sort: Sort::Shortest, ..Wanted::default() };
    listing.want(wanted);
    settle(&mut listing, &store, 1_000_000);
    assert_eq!(ids(&listing), plain(&store, wanted, &Filter::default()));
    assert!(listing.version() > version);
    // What a filter finds shows as it is found.
    listing.set_filter(Filter::new("work"));
    assert!(listing.step(&store, 1_000_000) > 0);
    let some = listing.len();
    assert!(some > 0 && some < 30_000, "{some}");
}

#[test]
fn what_arrives_is_listed_however_much_leaves_meanwhile() {
    let mut store = Store::new(4_000_000);
    let spans = |from: u128, count: u128| (from..from + count).map(|n| one(n, 1, 0)).collect::<Vec<_>>();
    store.extend(&harness::batch(&spans(1, 20_000)));
    assert!(store.totals().evicted_traces > 0, "the budget is full");
    let held = store.trace_count();
    let mut listing = Listing::default();
    settle(&mut listing, &store, 1_000_000);
    let mut left = 0;
    for step in 0..200_u128 {
        store.extend(&harness::batch(&spans(100_000 + step * 20, 20)));
        // Too little to walk past all that stands still.
        left = listing.step(&store, held as u64 * 4);
    }
    assert!(left < 100, "{left} of {held} are yet to be looked at");
    settle(&mut listing, &store, 1_000_000);
    assert_eq!(listing.len(), store.trace_count());
}
