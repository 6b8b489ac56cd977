//! OTLP protobuf in files: requests one after the other, bare or each behind its length (4 bytes, big-endian), as the
//! collector's file exporter writes them. Only the spans of one resource are in memory at a time.

use super::{Protobuf, Signal, signal};
use crate::ingest::body::fill_whole;
use crate::ingest::content::{Feed, is_prefix};
use crate::ingest::protobuf::{Fault, Message};
use crate::ingest::scan::{Counts, DecodeOptions, rename_services};
use crate::model::{Place, SpanBatch};

/// The name in `Span::source`.
pub(crate) const NAME: &str = "otlp-proto";

/// A message larger than this is given up.
const MAX_MESSAGE: u64 = 64 << 20;

/// A file being read.
#[derive(Debug)]
pub(crate) struct Stream {
    options: DecodeOptions,
    buffer: Vec<u8>,
    /// Where the buffer lies in the file.
    at: u64,
    /// Bytes of a message that is given up.
    skip: u64,
    counts: Counts,
    is_broken: bool,
}

impl Stream {
    /// For one file.
    pub(crate) fn new(options: DecodeOptions) -> Self {
        Self { options, buffer: Vec::new(), at: 0, skip: 0, counts: Counts::default(), is_broken: false }
    }

    /// Decodes the messages that are whole; how many bytes those are.
    fn run(&mut self, batch: &mut SpanBatch) -> usize {
        let buffer = std::mem::take(&mut self.buffer);
        let mut done = 0;
        while let Some(rest) = buffer.get(done..).filter(|rest| !rest.is_empty() && !self.is_broken) {
            if self.skip > 0 {
                let skipped = rest.len().min(usize::try_from(self.skip).unwrap_or(usize::MAX));
                self.skip -= skipped as u64;
                done += skipped;
                continue;
            }
            // A length stands before a message; the fields of one begin otherwise.
            if rest.first().is_some_and(|first| *first != 0x0a) && rest.get(..4).is_none_or(is_prefix) {
                if rest.len() < 5 {
                    break;
                }
                done += 4;
                continue;
            }
            let mut head = Message::new(rest);
            let length = match (rest.first(), head.length()) {
                (Some(0x0a), Ok(length)) => length,
                (Some(0x0a), Err(Fault::End)) => break,
                _ => {
                    self.is_broken = true;
                    break;
                }
            };
            let head = head.position();
            if length > MAX_MESSAGE {
                let reason = "the spans of a resource take more than 64 MiB: left out".to_owned();
                self.problem(reason, done, rest, batch);
                (self.skip, done) = (length, done + head);
                continue;
            }
            let whole = head + usize::try_from(length).unwrap_or(usize::MAX);
            let Some(message) = rest.get(..whole) else { break };
            self.message(message, done, batch);
            done += whole;
        }
        if self.is_broken {
            let rest = buffer.get(done..).unwrap_or_default();
            self.problem("what follows is no OTLP protobuf".to_owned(), done, rest, batch);
        }
        self.buffer = buffer;
        if self.is_broken { self.buffer.len() } else { done }
    }

    fn message(&mut self, message: &[u8], at: usize, batch: &mut SpanBatch) {
        let (spans, resources, problems) = (batch.spans.len(), batch.resources.len(), batch.problems.len());
        let more = batch.more_problems;
        let is_log = signal(message) == Signal::Logs;
        let mut body = if is_log { Protobuf::logs(message, NAME) } else { Protobuf::new(message, NAME) };
        fill_whole(&mut body, batch);
        rename_services(resources, batch, &self.options);
        let start = self.at + at as u64;
        let new = batch.problems.get_mut(problems..).unwrap_or_default();
        self.counts.malformed += new.len() as u64 + (batch.more_problems - more);
        for problem in new {
            if let Place::Byte(at) = &mut problem.place {
                *at += start;
            }
        }
        self.counts.spans += (batch.spans.len() - spans) as u64;
    }

    fn problem(&mut self, reason: String, at: usize, bytes: &[u8], batch: &mut SpanBatch) {
        self.counts.malformed += 1;
        batch.push_problem(Place::Byte(self.at + at as u64), reason, bytes);
    }
}

impl Feed for Stream {
    fn feed(&mut self, chunk: &[u8], batch: &mut SpanBatch) {
        if self.is_broken {
            return;
        }
        self.buffer.extend_from_slice(chunk);
        let done = self.run(batch);
        self.at += done as u64;
        self.buffer.drain(..done);
    }

    fn finish(&mut self, batch: &mut SpanBatch) -> bool {
        if !self.buffer.is_empty() {
            let rest = std::mem::take(&mut self.buffer);
            self.problem("the file ends inside the spans of a resource".to_owned(), 0, &rest, batch);
        }
        false
    }

    fn counts(&self) -> Counts {
        self.counts
    }

    fn format(&self) -> &'static str {
        NAME
    }
}
