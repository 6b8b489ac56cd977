//! One test binary: fixtures in, screens or jsonl out.

mod store;
mod tree;
