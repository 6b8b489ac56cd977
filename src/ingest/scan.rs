//! Finds spans in any text, piece by piece: the decoder for files and pipes.
//!
//! What a file is, is told by its content alone. Spans may stand between log lines, behind a prefix, in an array; whatever
//! is not a span is kept as an output line, whatever is broken becomes a problem, and reading goes on at the next line.
//! The result does not depend on how the input is cut into chunks. Only an object whose end has not come is buffered.

mod attempt;
mod block;
mod carried;
mod document;
mod encoding;
mod lane;
mod lanes;
mod learned;
mod memo;
mod part;
mod prefix;
mod severity;
mod signs;
mod sink;
mod stamp;
mod text;
mod trace;

pub(crate) use block::{Begins, Block, Decoded, brace_end, brace_then, mark_begins, resource};
pub(crate) use memo::{CONSOLE, Memo};
pub(crate) use severity::severity;

use crate::model::{SpanBatch, Timestamp};
use encoding::Encoding;
use lane::Lane;
use lanes::Lanes;
use sink::{Sink, Target};

/// Chunks are worked on in pieces of this size, so that a huge one costs no huge buffer.
const PIECE: usize = 256 << 10;

/// An object larger than this is given up.
pub const MAX_OBJECT: usize = 64 << 20;

/// What the user says of the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeOptions {
    /// `--service`: the service of spans that name none, or only the SDK's `unknown_service`.
    pub service: Option<String>,
    /// The service of spans that name none, when the user does not say.
    pub fallback_service: String,
}

impl Default for DecodeOptions {
    fn default() -> Self {
        Self { service: None, fallback_service: "unknown_service".to_owned() }
    }
}

impl DecodeOptions {
    /// The service of a span whose own data name it, or not.
    pub(crate) fn service<'a>(&'a self, named: Option<&'a str>) -> &'a str {
        let unknown = |name: &str| matches!(name, "" | "unknown_service") || name.starts_with("unknown_service:");
        match &self.service {
            Some(service) if named.is_none_or(unknown) => service,
            _ => named.filter(|name| !name.is_empty()).unwrap_or(&self.fallback_service),
        }
    }
}

/// Gives spans that name no service what the user, or the input's name, says instead: for resources from this one on.
pub(crate) fn rename_services(first: usize, batch: &mut SpanBatch, options: &DecodeOptions) {
    for at in first..batch.resources.len() {
        let Some(named) = batch.resources.get(at).map(|resource| resource.service) else { continue };
        // What decoders of requests write where none is named.
        let name = Some(batch.str(named)).filter(|name| *name != DecodeOptions::default().fallback_service);
        let service = options.service(name).to_owned();
        if batch.str(named) != service {
            let service = batch.push_text(service.as_bytes());
            if let Some(resource) = batch.resources.get_mut(at) {
                resource.service = service;
            }
        }
    }
}

/// What was found so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Spans.
    pub spans: u64,
    /// JSON objects that are not spans.
    pub objects: u64,
    /// Lines of text that are neither blank nor JSON.
    pub lines: u64,
    /// Objects that could not be read.
    pub malformed: u64,
}

impl Counts {
    /// What there was besides spans, for a message: `2 lines of text, 1 JSON object of another kind`.
    pub fn besides_spans(&self) -> String {
        let parts = [
            (self.lines, "line of text", "lines of text"),
            (self.objects, "JSON object of another kind", "JSON objects of another kind"),
            (self.malformed, "broken JSON object", "broken JSON objects"),
        ];
        let parts = parts.into_iter().filter(|(count, ..)| *count > 0);
        let parts: Vec<_> = parts.map(|(n, one, many)| format!("{n} {}", if n == 1 { one } else { many })).collect();
        if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") }
    }
}

/// What a format says of a JSON object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// A span, a log record or a document of them, now in the batch; the last one ended then.
    Span(Timestamp),
    /// Something else.
    Other,
    /// Meant as a span, but not usable as one.
    Unreadable(&'static str),
}

/// Decodes a file or a stream, whatever it holds.
#[derive(Debug)]
pub struct Decoder {
    encoding: Encoding,
    main: Lane,
    lanes: Lanes,
    sink: Sink,
}

impl Decoder {
    /// A decoder for one input.
    pub fn new(options: DecodeOptions) -> Self {
        Self {
            encoding: Encoding::default(),
            main: Lane::new(MAX_OBJECT),
            lanes: Lanes::default(),
            sink: Sink::new(options),
        }
    }

    /// Decodes the next bytes. At most 65,536 output lines of one call are kept, the rest are counted.
    pub fn feed(&mut self, chunk: &[u8], batch: &mut SpanBatch) {
        self.sink.begin();
        for piece in chunk.chunks(PIECE) {
            if self.encoding.is_clear() && self.main.buffer().is_empty() {
                let target = &mut Target { sink: &mut self.sink, batch };
                self.main.run_on(piece, &mut self.lanes, target);
                continue;
            }
            self.encoding.decode(piece, self.main.buffer());
            self.run(End::Open, batch);
        }
        self.hand_over(End::Open, batch);
    }

    /// Decodes what is left when no more bytes come; whether there is more, to be had by another call.
    pub fn finish(&mut self, batch: &mut SpanBatch) -> bool {
        self.sink.begin();
        self.encoding.finish(self.main.buffer());
        self.run(End::Reached, batch);
        let mut target = Target { sink: &mut self.sink, batch };
        self.lanes.finish(&mut target);
        target.finish_carried();
        target.end_trace(self.main.line(), End::Reached);
        self.hand_over(End::Reached, batch)
    }

    fn hand_over(&mut self, end: End, batch: &mut SpanBatch) -> bool {
        Target { sink: &mut self.sink, batch }.hand_over(self.main.line(), end)
    }

    /// The format of the first span found: `console`, `console-text` or `jsonl`; `unknown` before there is one.
    pub fn format(&self) -> &'static str {
        self.sink.format.unwrap_or("unknown")
    }

    /// What the input is, where it holds no spans and that can be said.
    pub fn recognised(&self) -> Option<&'static str> {
        self.sink.recognised
    }

    /// Number of the line that is next to be decided.
    pub fn line(&self) -> u64 {
        self.main.line()
    }

    /// What was found so far.
    pub fn counts(&self) -> Counts {
        self.sink.counts
    }

    fn run(&mut self, end: End, batch: &mut SpanBatch) {
        self.main.run(end, Some(&mut self.lanes), &mut Target { sink: &mut self.sink, batch });
    }
}

/// Whether more bytes may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Open,
    Reached,
}
