//! One test binary: fixtures in, screens or jsonl out.

mod captures;
mod cases;
mod changing;
mod cli;
mod demo;
mod formats;
mod harness;
mod hostile;
mod jsonl;
mod keys;
mod listen;
mod lists;
mod names;
mod print;
mod process;
mod pty;
mod reading;
mod scan;
mod screens;
mod soak;
mod store;
mod terminal;
mod thrift;
mod tidy;
mod tree;
