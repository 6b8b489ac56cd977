//! Documents of foreign formats: what stands around the traces, how a trace is written, and what the format has no place for.

use std::collections::BTreeMap;

use super::{jaeger_json, otlp_json, zipkin_json};
use crate::model::Span;
use crate::store::TraceRef;

/// A format of documents.
#[derive(Clone, Copy, Debug)]
pub struct Document {
    /// Its name on the command line.
    pub name: &'static str,
    /// What stands before the first trace.
    pub head: &'static str,
    /// What stands behind the last one.
    pub tail: &'static str,
    /// Writes the spans of one trace; several values are parted by commas, as traces are.
    write: fn(&[Span<'_>], &mut Losses, &mut Vec<u8>),
}

/// The formats.
pub const DOCUMENTS: &[Document] = &[
    Document { name: otlp_json::NAME, head: "{\"resourceSpans\":[", tail: "]}\n", write: otlp_json::write },
    Document { name: jaeger_json::NAME, head: "{\"data\":[", tail: "]}\n", write: jaeger_json::write },
    Document { name: zipkin_json::NAME, head: "[", tail: "]\n", write: zipkin_json::write },
];

impl Document {
    /// The format of this name.
    pub fn of(name: &str) -> Option<&'static Self> {
        DOCUMENTS.iter().find(|document| document.name == name)
    }

    /// Spans as one document, whatever traces they are of.
    pub fn of_spans(&self, spans: &[Span<'_>]) -> Vec<u8> {
        let mut out = self.head.as_bytes().to_vec();
        (self.write)(spans, &mut Losses::default(), &mut out);
        out.extend_from_slice(self.tail.as_bytes());
        out
    }

    /// Appends a trace, behind a comma unless it is the first; whether anything was written.
    pub fn write_trace(&self, trace: TraceRef<'_>, is_first: bool, losses: &mut Losses, out: &mut Vec<u8>) -> bool {
        let mut spans: Vec<Span<'_>> = trace.spans().map(|span| span.to_span()).collect();
        let all = spans.len();
        spans.retain(|span| span.trace_id.0 != 0 && span.span_id.0 != 0);
        losses.add("span without an id", "spans without an id", all - spans.len());
        if spans.is_empty() {
            return false;
        }
        if !is_first {
            out.extend_from_slice(b",\n");
        }
        (self.write)(&spans, losses, out);
        true
    }
}

/// What a format had no place for: in the singular, in the plural, and how often.
#[derive(Clone, Debug, Default)]
pub struct Losses(BTreeMap<(&'static str, &'static str), usize>);

impl Losses {
    /// Counts some.
    pub(super) fn add(&mut self, one: &'static str, many: &'static str, count: usize) {
        if count > 0 {
            *self.0.entry((one, many)).or_default() += count;
        }
    }

    /// A line for each kind.
    pub fn lines(&self, format: &str) -> impl Iterator<Item = String> {
        self.0.iter().map(move |((one, many), count)| {
            let what = if *count == 1 { one } else { many };
            format!("note: {format} has no place for {count} {what}")
        })
    }
}
