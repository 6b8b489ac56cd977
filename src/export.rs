//! Spans become bytes to take away: one module per format.
//!
//! Pure: bytes go into a buffer that the caller writes where it likes.

pub mod jaeger_thrift;
pub mod jsonl;
pub mod text;
