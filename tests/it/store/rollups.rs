//! What the store keeps of many spans at once, counted again from the spans themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use tracetui::model::{SpanId, Status, TraceId, alike};
use tracetui::store::{FailureRef, ServiceRef, SpanRef, Store};

/// The ways back along all links, which are those that the spans say.
pub(super) fn dump_backlinks(store: &Store, out: &mut String) {
    let spans = || store.traces().flat_map(|trace| trace.spans().collect::<Vec<_>>());
    let mut said: BTreeMap<(TraceId, SpanId), BTreeSet<(TraceId, SpanId)>> = BTreeMap::new();
    for span in spans() {
        for link in span.to_span().links {
            said.entry((link.trace_id, link.span_id)).or_default().insert((span.trace_id(), span.span_id()));
        }
    }
    for ((trace, span), sources) in &said {
        let found: Vec<_> = store.backlinks(*trace, *span).collect();
        assert_eq!(found, sources.iter().copied().collect::<Vec<_>>());
    }
    writeln!(out, "{said:?}").expect("a string takes everything");
}

/// Why spans of a service fail: kind, text, traces.
pub(super) type Why = (String, String, u32);

pub(super) fn failures(store: &Store, service: ServiceRef<'_>) -> Vec<Why> {
    let said = |failure: FailureRef<'_>| (failure.kind().to_owned(), failure.alike().to_owned(), failure.traces());
    let own = store.failures().filter(|failure| failure.service_id() == service.id());
    let mut all: Vec<Why> = own.map(said).collect();
    all.sort();
    all
}

/// The same from the spans themselves.
pub(super) fn counted(store: &Store, service: ServiceRef<'_>) -> Vec<Why> {
    let mut all: BTreeMap<(String, String), BTreeSet<TraceId>> = BTreeMap::new();
    for trace in store.traces() {
        let failed = |span: &SpanRef<'_>| span.status() == Status::Error && span.service_id() == service.id();
        for span in trace.spans().filter(failed).map(SpanRef::to_span) {
            let said = (span.failure_type().unwrap_or_default().to_owned(), alike(&span.failure().unwrap_or_default()));
            all.entry(said).or_default().insert(trace.id());
        }
    }
    all.into_iter().map(|((kind, said), traces)| (kind, said, u32::try_from(traces.len()).expect("few"))).collect()
}
