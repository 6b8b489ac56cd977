//! Parts of one input, decoded apart: how a decoder takes over what another made of the bytes that come next.
//!
//! It does so only where the outcome is, to the letter, what it would have made of them itself.

use super::encoding::Encoding;
use super::lanes::Lanes;
use super::{Counts, DecodeOptions, Decoder};
use crate::model::{Place, SpanBatch};

impl Decoder {
    /// A decoder for bytes from the middle of an input, from the beginning of a line on; see [`Decoder::take_over`].
    pub fn amid(options: DecodeOptions) -> Self {
        Self { encoding: Encoding::utf8(), ..Self::new(options) }
    }

    /// Makes a decoder as new as [`Decoder::amid`] does.
    pub fn restart_amid(&mut self) {
        self.encoding = Encoding::utf8();
        self.main.restart();
        self.lanes = Lanes::default();
        self.sink.restart();
    }

    /// Takes over what `part`, begun with [`Decoder::amid`], made of the bytes that come next, as if it had been fed them:
    /// `batch` is what they became. Refuses, and changes nothing, when something of the bytes before still waits, when
    /// lines have prefixes, or when an object inside prefixes or JSON is not whole: then the bytes are to be fed again, here.
    pub fn take_over(&mut self, part: &mut Self, batch: &mut SpanBatch) -> bool {
        let is_clear = self.encoding.is_clear() && self.main.is_clear() && self.lanes.is_clear();
        // Objects behind prefixes or inside JSON know nothing of the lines around them, so even whole ones would differ.
        let is_plain = part.encoding.is_clear()
            && part.lanes.is_unused()
            && part.sink.carried.is_unused()
            && part.sink.timeline.is_clear();
        if !is_clear || !self.sink.carried.is_clear() || !is_plain {
            return false;
        }
        let lines_before = self.main.line() - 1;
        let after = self.main.after();
        for line in &mut batch.lines {
            line.line += lines_before;
            line.after = line.after.or(after);
        }
        for problem in &mut batch.problems {
            if let Place::Line(line) = &mut problem.place {
                *line += lines_before;
            }
        }
        part.main.follow(&self.main);
        std::mem::swap(&mut self.main, &mut part.main);
        let is_first = self.sink.counts.spans == 0 && part.sink.counts.spans > 0;
        self.sink.format = if is_first { part.sink.format } else { self.sink.format.or(part.sink.format) };
        self.sink.counts.add(part.sink.counts);
        self.sink.recognised = self.sink.recognised.or(part.sink.recognised);
        self.sink.line_time = part.sink.line_time;
        self.sink.trace = part.sink.trace.take();
        true
    }
}

impl Counts {
    /// Adds what was found elsewhere.
    pub(crate) fn add(&mut self, more: Self) {
        self.spans += more.spans;
        self.objects += more.objects;
        self.lines += more.lines;
        self.malformed += more.malformed;
    }
}
