//! The filter language: what fits is the table in `tests/fixtures/filters/`; lists, finding in a trace and slices agree on it.

use proptest::prelude::*;
use tracetui::model::TraceId;
use tracetui::query::filter::Filter;
use tracetui::query::listing::Listing;
use tracetui::store::{Looked, SpanIdx, Store, TraceRef};

use crate::sketch::sketch;

const TERMS: &str = include_str!("../fixtures/filters/terms.txt");

struct Row<'a> {
    filter: &'a str,
    fit: Vec<&'a str>,
}

/// The trace of a table, and its rows.
fn table(text: &str) -> (Store, Vec<Row<'_>>) {
    let lines = || text.lines().filter(|line| !line.starts_with('#'));
    let spans: Vec<&str> = lines().take_while(|line| !line.is_empty()).collect();
    let rows = lines().skip_while(|line| !line.is_empty()).filter(|line| !line.is_empty());
    let rows = rows.map(|line| {
        let (filter, fit) = line.split_once("  ").unwrap_or((line, ""));
        Row { filter, fit: fit.trim().split(", ").filter(|name| !name.is_empty()).collect() }
    });
    let mut store = Store::new(1 << 20);
    store.extend(&sketch(&spans.join("\n")));
    (store, rows.collect())
}

fn trace(store: &Store) -> TraceRef<'_> {
    store.traces().next().expect("a trace")
}

/// The spans that fit, read so many at a time.
fn found(store: &Store, filter: &Filter, slice: usize) -> Vec<SpanIdx> {
    let (trace, mut at, mut found) = (trace(store), 0, Vec::new());
    while (at as usize) < trace.len() {
        let mut work = slice;
        match filter.next(trace, at, &mut work) {
            Looked::Found(span) => {
                found.push(SpanIdx(span));
                at = span + 1;
            }
            Looked::NotBefore(to) => at = to,
        }
    }
    found
}

#[test]
fn filters_fit_the_spans_of_the_table() {
    let (store, rows) = table(TERMS);
    assert!(rows.len() > 40);
    for Row { filter, fit } in rows {
        let mut parsed = Filter::new(filter);
        for is_fresh in [false, true] {
            if is_fresh {
                parsed.refresh(&store);
            }
            let all = found(&store, &parsed, usize::MAX);
            let names: Vec<&str> = all.iter().filter_map(|idx| Some(trace(&store).span(*idx)?.name())).collect();
            assert_eq!(names, fit, "{filter}");
            assert_eq!(found(&store, &parsed, 1), all, "{filter} in slices");
            assert_eq!(parsed.matches(trace(&store)), !fit.is_empty(), "{filter}");
            for span in trace(&store).spans() {
                assert_eq!(parsed.fits(trace(&store), span.idx()), all.contains(&span.idx()), "{filter}");
            }
        }
        assert_eq!(parsed.text(), filter);
    }
}

#[test]
fn a_verdict_is_undone_when_the_span_that_fitted_becomes_another() {
    let mut store = Store::new(1 << 20);
    store.extend(&sketch("shop work 0..10 id=7 state=begun"));
    let mut listing = Listing::default();
    listing.set_filter(Filter::new("state=begun"));
    let mut listed = |store: &Store| {
        assert_eq!(listing.step(store, u64::MAX), 0);
        listing.points(0).map(|point| point.id).collect::<Vec<_>>()
    };
    assert_eq!(listed(&store), [TraceId(1)]);
    // The same span, finished.
    store.extend(&sketch("shop work 0..20 id=7 state=done"));
    assert_eq!(listed(&store), []);
    // And one more, which fits.
    store.extend(&sketch("shop other 1..2 id=8 state=begun"));
    assert_eq!(listed(&store), [TraceId(1)]);
}

proptest! {
    #[test]
    fn any_text_is_a_filter_and_marks_lie_in_the_text(text in "[a-c\"=!*\\\\ ß-]{0,12}", of in "[a-cA-CßẞİI ]{0,12}") {
        let filter = Filter::new(&text);
        let mut end = 0;
        for mark in filter.marks(None, &of) {
            prop_assert!(mark.start >= end && mark.start < mark.end && of.get(mark.clone()).is_some());
            end = mark.end;
        }
        let (store, _) = table(TERMS);
        prop_assert_eq!(found(&store, &filter, 2), found(&store, &filter, usize::MAX));
    }

    /// A term and its opposite part the spans between them.
    #[test]
    fn not_is_the_rest(word in "[a-z0-9.]{1,4}") {
        let (store, _) = table(TERMS);
        let some = found(&store, &Filter::new(&word), usize::MAX);
        let others = found(&store, &Filter::new(&format!("-{word}")), usize::MAX);
        prop_assert_eq!(some.len() + others.len(), trace(&store).len());
        prop_assert!(some.iter().all(|span| !others.contains(span)));
    }
}
