//! One test binary: fixtures in, screens or jsonl out.

mod demo;
mod formats;
mod jsonl;
mod scan;
mod store;
mod thrift;
mod tree;
