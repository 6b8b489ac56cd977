//! Writes `assets/demo.jsonl`: the built-in workload as a file, always the same.

use std::io;

use tracetui::demo::{SEED, workload};
use tracetui::export::jsonl;
use tracetui::model::Timestamp;

/// 2026-01-15T10:30:00Z.
const END: Timestamp = Timestamp(1_768_473_000_000_000_000);

fn main() -> io::Result<()> {
    let mut out = Vec::new();
    for batch in workload(SEED, END) {
        for span in &batch.spans {
            jsonl::write_span(&batch.span(span), &mut out);
        }
    }
    std::fs::write("assets/demo.jsonl", out)
}
