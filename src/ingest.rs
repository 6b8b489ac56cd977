//! Bytes become spans and problems: one module per format.
//!
//! Nothing here does I/O, panics, or fails as a whole: every decoder returns what it could read and says what it could not.

#![warn(clippy::indexing_slicing)]

pub mod body;
pub mod compression;
pub mod console;
pub mod console_text;
pub mod jaeger_proto;
pub mod jaeger_thrift;
pub mod json;
pub mod jsonl;
mod mapped;
pub mod otlp;
pub mod protobuf;
pub mod request;
pub mod scan;
pub mod thrift;
pub mod zipkin;

pub use scan::{Counts, DecodeOptions, Decoder};

/// Where a format comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// A file or standard input.
    File,
    /// A UDP port.
    Udp,
}

impl Door {
    /// The word used in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Udp => "udp",
        }
    }
}

/// A row of the table of input formats.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// The name, as it stands in a span's `source`.
    pub name: &'static str,
    /// Who writes it, in a few words.
    pub blurb: &'static str,
    /// Where it comes in.
    pub door: Door,
    /// A command that reads it.
    pub example: &'static str,
}

/// The input formats. Files are told apart by content, never by name.
pub const FORMATS: &[Format] = &[
    Format {
        name: "jaeger-compact",
        blurb: "Jaeger agent, Thrift compact protocol: clients in Python, Go, Java, Rust",
        door: Door::Udp,
        example: "tracetui listen :6831",
    },
    Format {
        name: "jaeger-binary",
        blurb: "Jaeger agent, Thrift binary protocol: clients in Node",
        door: Door::Udp,
        example: "tracetui listen :6832",
    },
    Format {
        name: "console",
        blurb: "JSON of OpenTelemetry Python's `ConsoleSpanExporter`, 0.7 to today, among any other output",
        door: Door::File,
        example: "python app.py | tracetui open -",
    },
    Format {
        name: "console-text",
        blurb: "`Span(name=…)` text of OpenTelemetry Python 0.4 to 0.6",
        door: Door::File,
        example: "tracetui open app.log",
    },
    Format {
        name: "jsonl",
        blurb: "one span per line, as `tracetui export --to jsonl` and `listen --headless` write it",
        door: Door::File,
        example: "tracetui open spans.jsonl",
    },
];

/// The table of formats as Markdown, for the README.
pub fn formats_markdown() -> String {
    let mut text = String::from("| format | door | what | try |\n|---|---|---|---|\n");
    for Format { name, blurb, door, example } in FORMATS {
        // A bar inside a cell would end it.
        let example = example.replace('|', "\\|");
        for part in ["| `", name, "` | ", door.as_str(), " | ", blurb, " | `", &example, "` |\n"] {
            text.push_str(part);
        }
    }
    text
}
