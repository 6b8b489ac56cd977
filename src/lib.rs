//! tracetui: a mini-Jaeger in the terminal.
//!
//! Five verbs, one per boundary: bytes are **decoded** into a batch, a batch **extends** the store,
//! view-models are **refreshed** from the store, messages **update** state, state is **drawn**.
//! Arrows only point down: `tui → query, export → store → model`, `ingest → model`, `source → ingest`.
//!
//! The library exists for the binary, tests, benches and fuzzing; it is not a stable API.

pub mod model;

pub mod demo;
pub mod ingest;
pub mod store;

pub mod export;
pub mod query;

pub mod source;
pub mod tui;

pub mod cli;
pub mod runtime;
pub mod term;
