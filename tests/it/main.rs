//! One test binary: fixtures in, screens or jsonl out.

mod demo;
mod formats;
mod harness;
mod jsonl;
mod scan;
mod screens;
mod store;
mod thrift;
mod tree;
