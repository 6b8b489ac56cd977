//! Rows `decode` and `ingest`: datagrams into a reused batch, and on into the store, against the `thrift` crate.

use std::hint::black_box;

use tracetui::ingest::jaeger_thrift;
use tracetui::model::SpanBatch;
use tracetui::store::Store;

use crate::measure::{Ask, Row, cpu_of, versus};
use crate::reference;
use crate::workload::{Datagram, SPANS, datagrams};

/// Datagrams that fit a cache, as one that was just received does.
pub(crate) fn decode(ask: &Ask) {
    let datagrams = stamped(40);
    let loops = ask.size(25, 2);
    let spans = (datagrams.len() * SPANS * loops) as f64;
    let mut batch = SpanBatch::default();
    let ours = || {
        cpu_of(|| {
            for datagram in (0..loops).flat_map(|_| &datagrams) {
                batch.clear();
                jaeger_thrift::decode(&datagram.bytes, &mut batch);
                black_box(&batch);
            }
        })
    };
    let [reference, ours, ratio] = versus(ask.rounds(), || cpu_of(|| refer(&datagrams, loops)), ours);
    ask.print(&Row {
        name: "decode",
        figure: rate(spans, ours),
        reference: Some(rate(spans, reference)),
        ratio: Some(ratio),
        goal: ">=4x",
        ok: ratio >= 4.0,
    });
}

/// Spans that were never there before, into a store that holds none.
pub(crate) fn ingest(ask: &Ask) {
    let datagrams = stamped(ask.size(6_666, 400));
    let spans = (datagrams.len() * SPANS) as f64;
    let mut batch = SpanBatch::default();
    let ours = || {
        let mut store = Store::new(4 << 30);
        let seconds = cpu_of(|| {
            for datagram in &datagrams {
                batch.clear();
                jaeger_thrift::decode(&datagram.bytes, &mut batch);
                store.extend(&batch);
            }
        });
        assert_eq!(store.totals().spans, (datagrams.len() * SPANS) as u64, "every span is another");
        seconds
    };
    let [reference, ours, ratio] = versus(ask.rounds(), || cpu_of(|| refer(&datagrams, 1)), ours);
    ask.print(&Row {
        name: "ingest",
        figure: rate(spans, ours),
        reference: Some(rate(spans, reference)),
        ratio: Some(ratio),
        goal: ">=1.3x,>=1000kspans/s",
        ok: ratio >= 1.3 && spans / ours >= 1e6,
    });
}

fn refer(datagrams: &[Datagram], loops: usize) {
    for datagram in (0..loops).flat_map(|_| datagrams) {
        let batch = reference::decode(&datagram.bytes).expect("the crate reads what the crate wrote");
        assert_eq!(black_box(&batch).len(), SPANS);
    }
}

fn rate(spans: f64, seconds: f64) -> String {
    format!("{:.0}kspans/s", spans / seconds / 1e3)
}

/// That many datagrams, no two with the same spans.
fn stamped(count: usize) -> Vec<Datagram> {
    let mut all: Vec<Datagram> = datagrams().into_iter().cycle().take(count).collect();
    for (copy, datagram) in (0..).zip(&mut all) {
        datagram.stamp(copy);
    }
    all
}
