//! The table of budgets, measured: one line a row, each against a reference in the same run where there is one.
//!
//! `cargo bench --bench budgets` runs all, `-- NAME` the rows that begin so, `BUDGETS_QUICK=1` small sizes. See README.md.

mod console;
mod decode;
mod draw;
mod list;
mod measure;
mod memory;
mod open;
mod otlp;
mod process;
mod reference;
mod screen;
mod search;
mod start;
mod tree;
mod udp;
#[path = "../workload.rs"]
mod workload;

use std::io::Write as _;

use measure::Ask;

/// Rows that belong together begin with the name of their group.
type Group = (&'static str, fn(&Ask));

// Those that start programs come first: a fork costs more the more memory this process has used before.
const GROUPS: &[Group] = &[
    ("start", start::start),
    ("idle", start::idle),
    ("decode", decode::decode),
    ("ingest", decode::ingest),
    ("udp", udp::udp),
    ("memory", memory::memory),
    ("open", open::open),
    ("otlp", otlp::otlp),
    ("files", otlp::files),
    ("tree", tree::tree),
    ("draw", draw::draw),
    ("draw-writes", start::writes_a_frame),
    ("search", search::search),
    ("list", list::list),
];

fn main() {
    if memory::child(|text| drop(std::io::stdout().write_all(text.as_bytes()))) {
        return;
    }
    let ask = Ask::new();
    for (name, run) in GROUPS {
        if ask.wants(name) {
            run(&ask);
        }
    }
}
