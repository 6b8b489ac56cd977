//! Bytes become spans and problems: one module per format.
//!
//! Nothing here does I/O, panics, or fails as a whole: every decoder returns what it could read and says what it could not.

#![warn(clippy::indexing_slicing)]

pub mod body;
mod chrome;
pub mod compression;
pub mod console;
pub mod console_text;
pub mod content;
mod cpp;
mod dotnet;
mod format;
mod inspected;
mod jaeger;
mod jaeger_json;
pub mod jaeger_proto;
pub mod jaeger_thrift;
mod java;
pub mod json;
pub mod jsonl;
mod mapped;
mod node;
pub mod otlp;
mod pcap;
mod php;
mod printed_json;
mod printed_log;
mod printed_value;
pub mod protobuf;
pub mod request;
mod ruby;
pub mod scan;
mod stdouttrace;
pub mod thrift;
pub mod zipkin;

use format::recognised;
pub use format::{FORMATS, Format, formats_markdown};
pub use scan::{Counts, DecodeOptions, Decoder};
