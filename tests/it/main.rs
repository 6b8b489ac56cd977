//! One test binary: fixtures in, screens or jsonl out.

mod formats;
mod jsonl;
mod scan;
mod store;
mod thrift;
mod tree;
