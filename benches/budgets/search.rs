//! Rows `search` and `search-frame`: a word that occurs nowhere, looked for in all attributes of all spans.

use std::hint::black_box;

use memchr::memmem;
use tracetui::ingest::jaeger_thrift;
use tracetui::model::SpanBatch;
use tracetui::query::filter::Filter;
use tracetui::query::listing::Listing;
use tracetui::store::Store;

use crate::measure::{Ask, Row, cpu_of, ms, versus};
use crate::memory::filled;
use crate::screen::Screen;
use crate::workload::{SPANS, datagrams};

/// Occurs nowhere, but its letters do.
const WORD: &str = "orders/none";

/// All at once, and frame by frame.
pub(crate) fn search(ask: &Ask) {
    let spans = ask.size(1_000_000, 60_000);
    if ask.wants("search-all") {
        let store = filled(spans, &mut 0);
        let texts = texts(&store);
        let rounds = ask.size(5, 3);
        let [reference, ours, _] = versus(
            rounds,
            || cpu_of(|| assert_eq!(memmem::find(black_box(&texts), WORD.as_bytes()), None)),
            || cpu_of(|| all(&store)),
        );
        ask.print(&Row {
            name: "search-all",
            figure: ms(ours),
            reference: Some(ms(reference)),
            ratio: Some(ours / reference),
            goal: "<=50ms",
            ok: ours <= 0.05,
        });
    }
    if ask.wants("search-frame") {
        frame(ask, spans);
    }
}

fn all(store: &Store) {
    let mut listing = Listing::default();
    listing.set_filter(Filter::new(WORD));
    while listing.step(store, u64::MAX) > 0 {}
    assert!(listing.is_empty(), "nothing is found");
}

/// Everything a search looks at that the store does not hold once for all: texts that occur in few spans.
fn texts(store: &Store) -> Vec<u8> {
    let mut texts = Vec::new();
    for span in store.traces().flat_map(|trace| trace.spans().collect::<Vec<_>>()) {
        span.any_text(&mut |text| {
            if text.len() > 36 || text.starts_with("order ") {
                texts.extend_from_slice(text.as_bytes());
            }
            false
        });
    }
    texts
}

/// The longest frame from the first letter typed until the list is filtered.
fn frame(ask: &Ask, spans: u64) {
    let mut screen = Screen::new(200, 60);
    let (mut templates, mut batch) = (datagrams(), SpanBatch::default());
    let places = templates.len();
    for copy in 0..spans / SPANS as u64 {
        let Some(datagram) = templates.get_mut(usize::try_from(copy).unwrap_or(0) % places) else { continue };
        datagram.stamp(copy);
        batch.clear();
        jaeger_thrift::decode(&datagram.bytes, &mut batch);
        screen.app.extend(&batch);
    }
    screen.settle();
    screen.press("/");
    let mut longest = 0.0_f64;
    for letter in "none".chars() {
        let key = cpu_of(|| screen.press(&letter.to_string()));
        longest = longest.max(key + screen.settle());
    }
    let (figure, ok) = (ms(longest), longest <= 0.016);
    ask.print(&Row { name: "search-frame", figure, reference: None, ratio: None, goal: "<=16ms", ok });
}
