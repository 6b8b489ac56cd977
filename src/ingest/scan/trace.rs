//! A trace of Jaeger's JSON that is too long to wait for its end: its spans are held in a batch of their own until the
//! processes have come, which stand behind them and say which service made each.

use super::sink::Target;
use super::{DecodeOptions, End};
use crate::ingest::jaeger_json;
use crate::ingest::json::{Json, Outcome, Tape};
use crate::model::{Place, SpanBatch, Text, Timestamp};

/// What stands around the spans is no longer than this.
const MAX_FRAME: usize = 4 << 20;

/// A trace whose spans are being read.
#[derive(Debug)]
pub(super) struct Trace {
    /// The trace without its spans.
    frame: Vec<u8>,
    held: SpanBatch,
    source: Text,
    /// Ids of processes, and their resources in the batch.
    processes: Vec<(Vec<u8>, u32)>,
}

impl Trace {
    /// Begins with what stands before the first span.
    pub(super) fn new(before: &[u8]) -> Self {
        let mut held = SpanBatch::default();
        let source = held.push_text(jaeger_json::NAME.as_bytes());
        Self { frame: before.to_vec(), held, source, processes: Vec::new() }
    }

    /// What stands behind the spans goes on.
    pub(super) fn text(&mut self, text: &[u8]) {
        if self.frame.len() + text.len() <= MAX_FRAME {
            self.frame.extend_from_slice(text);
        }
    }

    /// Holds a span; when it ended. Nothing when it is none.
    pub(super) fn span(&mut self, object: Json<'_>, options: &DecodeOptions) -> Option<Timestamp> {
        jaeger_json::hold(object, &mut self.held, self.source, &mut self.processes, options)
    }

    /// Says which service made each span and hands them over; whether the processes had come.
    fn hand_over(mut self, batch: &mut SpanBatch, options: &DecodeOptions) -> bool {
        let mut tape = Tape::default();
        let is_whole = tape.parse(&self.frame) == Outcome::Complete(self.frame.len());
        let frame = is_whole.then(|| tape.root(&self.frame));
        jaeger_json::name_processes(frame, &mut self.held, &self.processes, options);
        batch.push_all(&self.held, |_| true);
        is_whole
    }
}

impl Target<'_> {
    /// The trace that is being read ends here, whole or not.
    pub(super) fn end_trace(&mut self, line: u64, end: End) {
        let Some(trace) = self.sink.trace.take() else { return };
        let is_whole = trace.hand_over(self.batch, self.sink.options());
        self.sink.format.get_or_insert(jaeger_json::NAME);
        if !is_whole {
            self.sink.counts.malformed += 1;
            let what = if end == End::Reached { "the file ends inside a trace" } else { "a trace is damaged" };
            let reason = format!("{what}: which service made its spans is not known");
            self.batch.push_problem(Place::Line(line), reason, &[]);
        }
    }
}
