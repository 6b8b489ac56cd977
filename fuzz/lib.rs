//! The fuzz targets' way to the entries, which `tests/it/hostile.rs` runs too. Nothing is checked here.

mod entries;

/// Runs an entry by its name; panics when what it asserts does not hold.
pub fn run(name: &str, bytes: &[u8]) {
    let (_, entry) = entries::ENTRIES.iter().find(|(known, _)| *known == name).expect("an entry of this name");
    entry(bytes);
}
