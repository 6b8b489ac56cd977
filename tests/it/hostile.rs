//! Bytes that nobody honest sends, through the entries that are fuzzed and through the whole program.
//!
//! Findings of the fuzzers are kept in `tests/fixtures/hostile/<entry>/`, one file and one named test each.

#[path = "../../fuzz/entries.rs"]
mod entries;

mod findings;
mod numbers;
mod random;
mod sizes;
mod wire;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use tracetui::model::SpanBatch;
use tracetui::store::{SpanRef, Store};
use tracetui::tui::App;

/// Runs an entry by its name.
fn run(name: &str, bytes: &[u8]) {
    let (_, entry) = entries::ENTRIES.iter().find(|(known, _)| *known == name).expect("an entry of this name");
    entry(bytes);
}

/// Shows a datagram or a file, makes a tour through every screen, and gives back the app. What the entry `screen` asserts holds:
/// bounded memory, every span accounted for and inside its trace's time, no control character in any cell.
fn toured(input: &[u8]) -> App {
    entries::screen::show(input, &entries::screen::TOUR, entries::screen::plain())
}

/// The same with a short tour, for what is slow to draw: open the trace, go down, turn to another tab.
fn glanced(input: &[u8]) -> App {
    let keys = entries::screen::TOUR.get(..4).unwrap_or_default();
    entries::screen::show(input, keys, entries::screen::plain())
}

/// The first screen.
fn screen(input: &[u8]) -> String {
    let app = entries::screen::show(input, &[], entries::screen::plain());
    let area = Rect::new(0, 0, 80, 24);
    let mut buffer = Buffer::empty(area);
    app.draw(area, &mut buffer);
    let lines = buffer.content().chunks(80);
    lines.map(|cells| cells.iter().map(|cell| cell.symbol()).collect::<String>() + "\n").collect()
}

fn spans(store: &Store) -> Vec<SpanRef<'_>> {
    store.traces().flat_map(|trace| trace.spans()).collect()
}

/// The reasons of all problems that the store holds. The tour shows everything twice.
fn reasons(store: &Store) -> Vec<&str> {
    let mut reasons: Vec<_> = store.problems().map(|problem| problem.reason.as_str()).collect();
    reasons.dedup();
    reasons
}

/// A batch as a file of ours.
fn jsonl(batch: &SpanBatch) -> Vec<u8> {
    let mut out = Vec::new();
    for span in &batch.spans {
        tracetui::export::jsonl::write_span(&batch.span(span), &mut out);
    }
    out
}
