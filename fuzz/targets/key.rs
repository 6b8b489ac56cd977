//! Fuzzes `entries::key`; asserts nothing of its own.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tracetui_fuzz::run("key", bytes));
