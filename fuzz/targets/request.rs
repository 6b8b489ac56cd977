//! Fuzzes `entries::request`; asserts nothing of its own.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tracetui_fuzz::run("request", bytes));
