//! The table of formats that files and pipes hold. Files are told apart by content, never by name; the README, the decoder and
//! what is said of a file without spans are made from it. Formats of datagrams and requests are rows of other tables.

use super::json::Json;
use super::scan::{Block, DecodeOptions, Memo, Verdict};
use super::{
    chrome, console, cpp, dotnet, jaeger_json, java, jsonl, node, otlp, pcap, php, printed_log, ruby, stdouttrace,
    zipkin,
};
use crate::model::SpanBatch;

/// A row of the table of formats.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// The name, as it stands in a span's `source`.
    pub name: &'static str,
    /// Who writes it, in a few words.
    pub blurb: &'static str,
    /// A command that reads it.
    pub example: &'static str,
    /// For formats of JSON objects, wherever those stand: puts an object into the batch when it is one of this format's.
    pub(crate) object: Option<Object>,
    /// For formats of text on several lines.
    pub(crate) block: Option<Block>,
}

/// Judges a JSON object; in the batch is what it holds.
pub(crate) type Object = fn(Json<'_>, &mut SpanBatch, &mut Memo, &DecodeOptions) -> Verdict;

/// The formats. Objects are offered to them in this order.
pub const FORMATS: &[Format] = &[
    // Before Python's, whose objects look alike.
    Format {
        name: php::NAME,
        blurb: "JSON of OpenTelemetry PHP's `ConsoleSpanExporter`, among any other output",
        example: "php app.php | tracetui open -",
        object: Some(php::decode),
        block: None,
    },
    Format {
        name: "console",
        blurb: "JSON of OpenTelemetry Python's `ConsoleSpanExporter`, 0.7 to today, among any other output",
        example: "python app.py | tracetui open -",
        object: Some(console::decode),
        block: None,
    },
    Format {
        name: "console-text",
        blurb: "`Span(name=…)` text of OpenTelemetry Python 0.4 to 0.6",
        example: "tracetui open app.log",
        object: None,
        block: None,
    },
    Format {
        name: "jsonl",
        blurb: "one span per line, as `tracetui export --to jsonl` and `listen --headless` write it",
        example: "tracetui open spans.jsonl",
        object: Some(jsonl::decode),
        block: None,
    },
    Format {
        name: printed_log::NAME,
        blurb: "log records as OpenTelemetry Python's `ConsoleLogRecordExporter` prints them, among any other output",
        example: "python app.py | tracetui open -",
        object: Some(printed_log::decode),
        block: None,
    },
    Format {
        name: otlp::FILE,
        blurb: "OTLP/JSON with spans and log records: requests, the collector's file exporter, consoles of Java (logging-otlp) and Rust, answers of Tempo and Jaeger's v3 API",
        example: "tracetui open traces.json",
        object: Some(otlp::decode_object),
        block: None,
    },
    Format {
        name: jaeger_json::NAME,
        blurb: "traces as Jaeger's UI saves and loads them and its API answers",
        example: "tracetui open trace-6b41f0a2.json",
        object: Some(jaeger_json::decode),
        block: None,
    },
    Format {
        name: zipkin::FILE,
        blurb: "Zipkin's JSON, v1 and v2: lists of spans as its API answers and takes them",
        example: "tracetui open zipkin.json",
        object: Some(zipkin::decode_object),
        block: None,
    },
    Format {
        name: chrome::NAME,
        blurb: "Chrome's trace events (chrome://tracing, Perfetto, VizTracer, tracing-chrome): a file is one trace, its slices are spans",
        example: "tracetui open trace.json",
        object: None,
        block: None,
    },
    Format {
        name: stdouttrace::NAME,
        blurb: "JSON of OpenTelemetry Go's `stdouttrace`, among any other output",
        example: "go run . | tracetui open -",
        object: Some(stdouttrace::decode),
        block: None,
    },
    Format {
        name: node::NAME,
        blurb: "what the console exporters of OpenTelemetry JS print, spans and log records, among any other output",
        example: "node app.js | tracetui open -",
        object: None,
        block: Some(node::BLOCK),
    },
    Format {
        name: dotnet::NAME,
        blurb: "what OpenTelemetry .NET's console exporter prints, among any other output",
        example: "dotnet run | tracetui open -",
        object: None,
        block: Some(dotnet::BLOCK),
    },
    Format {
        name: cpp::NAME,
        blurb: "what OpenTelemetry C++'s `OStreamSpanExporter` prints, among any other output",
        example: "./app | tracetui open -",
        object: None,
        block: Some(cpp::BLOCK),
    },
    Format {
        name: java::NAME,
        blurb: "lines of OpenTelemetry Java's `LoggingSpanExporter`, which knows no times and no parents",
        example: "java -jar app.jar 2>&1 | tracetui open -",
        object: None,
        block: None,
    },
    Format {
        name: ruby::NAME,
        blurb: "what OpenTelemetry Ruby's `ConsoleSpanExporter` prints, among any other output",
        example: "ruby app.rb | tracetui open -",
        object: None,
        block: Some(ruby::BLOCK),
    },
    Format {
        name: otlp::PROTO_FILE,
        blurb: "OTLP protobuf, spans and log records: requests one after the other, bare or each behind its length (the collector's file exporter)",
        example: "tracetui open traces.pb",
        object: None,
        block: None,
    },
    Format {
        name: pcap::NAME,
        blurb: "pcap and pcapng: datagrams to a Jaeger agent that tcpdump or Wireshark recorded",
        example: "tcpdump -i any -w - udp | tracetui open -",
        object: None,
        block: None,
    },
];

/// What people have in files that holds no spans for us: its name, and members that an object of it has, any set of them whole.
const OTHERS: &[(&str, &[&[&str]])] = &[
    ("Chrome trace events", &[&["traceEvents"]]),
    ("OTLP logs", &[&["resourceLogs"], &["scopeLogs"]]),
    ("OTLP metrics", &[&["resourceMetrics"], &["scopeMetrics"]]),
    ("OTLP profiles", &[&["resourceProfiles"]]),
    ("an answer of Jaeger without traces", &[&["data", "errors"]]),
];

/// What an object that holds no span is, where that can be said.
pub(crate) fn recognised(object: Json<'_>) -> Option<&'static str> {
    let has = |key: &&str| object.get(key.as_bytes()).is_some();
    let is = |sets: &&[&[&str]]| sets.iter().any(|keys| keys.iter().all(has));
    OTHERS.iter().find(|(_, sets)| is(sets)).map(|(name, _)| *name)
}

/// The table of formats as Markdown, for the README.
pub fn formats_markdown() -> String {
    let mut text = String::from("| format | what | try |\n|---|---|---|\n");
    for Format { name, blurb, example, .. } in FORMATS {
        // A bar inside a cell would end it.
        let example = example.replace('|', "\\|");
        for part in ["| `", name, "` | ", blurb, " | `", &example, "` |\n"] {
            text.push_str(part);
        }
    }
    text
}
