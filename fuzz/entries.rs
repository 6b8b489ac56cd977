//! What is fuzzed: bytes in, and what must hold of whatever comes out. Shared by the fuzz targets and the ordinary tests.
//!
//! Reads no files and knows no fuzzer: an entry takes bytes and panics when a promise is broken.

#[path = "entries/batch.rs"]
mod batch;
#[path = "entries/body.rs"]
mod body;
#[path = "entries/screen.rs"]
pub(crate) mod screen;
#[path = "entries/text.rs"]
mod text;

/// An entry: what a fuzz target calls with every input.
pub(crate) type Entry = fn(&[u8]);

/// The entries, named as their fuzz targets.
pub(crate) const ENTRIES: &[(&str, Entry)] = &[
    ("thrift_compact", batch::thrift_compact),
    ("thrift_binary", batch::thrift_binary),
    ("console", batch::console),
    ("jsonl", batch::jsonl),
    ("request", body::request),
    ("binary", body::binary),
    ("key", text::key),
    ("address", text::address),
    ("screen", screen::screen),
];

/// Takes the first byte off.
fn byte(bytes: &mut &[u8]) -> Option<u8> {
    let (first, rest) = bytes.split_first()?;
    *bytes = rest;
    Some(*first)
}

/// Takes a list off: its length in one byte, which is taken modulo `most`, then its bytes.
fn list<'a>(bytes: &mut &'a [u8], most: u8) -> &'a [u8] {
    let length = usize::from(byte(bytes).unwrap_or_default() % most).min(bytes.len());
    let (list, rest) = bytes.split_at(length);
    *bytes = rest;
    list
}
