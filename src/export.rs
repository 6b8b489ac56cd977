//! Spans become bytes to take away: one module per format.
//!
//! Pure: bytes go into a buffer that the caller writes where it likes.

pub mod csv;
mod document;
mod jaeger_json;
pub mod jaeger_thrift;
mod json;
pub mod jsonl;
mod otlp;
mod otlp_json;
pub mod otlp_proto;
pub mod text;
mod zipkin_json;

pub use document::{DOCUMENTS, Document, Losses};
