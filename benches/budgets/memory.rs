//! Row `memory`: what a million spans cost the process, everything included. Measured in a process of its own, which holds
//! nothing else.

use std::process::Command;

use tracetui::ingest::jaeger_thrift;
use tracetui::model::SpanBatch;
use tracetui::store::Store;

use crate::measure::{Ask, Row};
use crate::workload::{SPANS, datagrams};

/// Set for the process that holds the spans.
const CHILD: &str = "BUDGETS_MEMORY_SPANS";

/// Resident bytes against bytes on the wire.
pub(crate) fn memory(ask: &Ask) {
    let spans = ask.size(1_000_000, 100_000);
    let this = std::env::current_exe().expect("a path");
    let child = Command::new(this).env(CHILD, spans.to_string()).output().expect("it runs again");
    let text = String::from_utf8_lossy(&child.stdout).into_owned();
    let numbers: Vec<f64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let &[resident, counted, wire] = numbers.as_slice() else {
        return ask.missing("memory", "no /proc here");
    };
    ask.note(&format!("memory: the store counts {counted:.0} B a span of its own"));
    ask.print(&Row {
        name: "memory",
        figure: format!("{resident:.0}B/span"),
        reference: Some(format!("{wire:.0}B/span")),
        ratio: Some(resident / wire),
        goal: "<=200B/span",
        ok: resident <= 200.0,
    });
}

/// If this is the process that holds the spans: holds them, tells, and says that all is done.
pub(crate) fn child(print: impl FnOnce(&str)) -> bool {
    let Some(spans) = std::env::var(CHILD).ok().and_then(|text| text.parse::<u64>().ok()) else { return false };
    let (before, mut wire) = (resident(), 0);
    let store = filled(spans, &mut wire);
    let held = store.totals();
    if let (Some(before), Some(after)) = (before, resident()) {
        let each = |bytes: u64| bytes as f64 / held.spans as f64;
        print(&format!("{} {} {}\n", each(after.saturating_sub(before)), each(held.bytes), each(wire)));
    }
    true
}

/// A store with that many spans in traces of thirty; adds up the bytes they took on the wire.
pub(crate) fn filled(spans: u64, wire: &mut u64) -> Store {
    let mut store = Store::new(8 << 30);
    let mut templates = datagrams();
    let mut batch = SpanBatch::default();
    let places = templates.len();
    for copy in 0..spans.div_ceil(SPANS as u64) {
        let Some(datagram) = templates.get_mut(usize::try_from(copy).unwrap_or(0) % places) else { continue };
        datagram.stamp(copy);
        batch.clear();
        jaeger_thrift::decode(&datagram.bytes, &mut batch);
        store.extend(&batch);
        *wire += datagram.bytes.len() as u64;
    }
    store
}

/// Bytes of this process that are resident.
fn resident() -> Option<u64> {
    crate::process::status("self", "VmRSS").map(|kib| kib * 1024)
}
