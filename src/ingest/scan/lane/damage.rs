//! Objects that are not whole as they stand: what of them can be saved, and what is told of the rest.

use super::super::attempt::Break;
use super::super::signs::{begins_code, has_key, is_meant, line_ends};
use super::super::sink::{Spot, Target};
use super::super::text::is_blank;
use super::Lane;
use crate::ingest::scan::Verdict;

impl Lane {
    /// A span between whose lines others were printed: those are output, and the span is whole without them. Nothing when it
    /// is no span.
    pub(super) fn between(
        &mut self,
        head: &[u8],
        object: &[u8],
        length: usize,
        target: &mut Target<'_>,
    ) -> Option<usize> {
        let object = object.get(..length).unwrap_or(object);
        let Verdict::Span(ended) = target.object(object, self.number()) else { return None };
        if !is_blank(head) {
            target.text(head.trim_ascii_end(), self.spot());
        }
        let (mut at, mut lines) = (0, 0);
        for foreign in std::mem::take(&mut target.sink.foreign) {
            lines += line_ends(object.get(at..foreign.start).unwrap_or_default());
            at = foreign.start;
            let line = self.numbers.get(lines).copied().unwrap_or(self.line + lines as u64);
            let text = object.get(foreign).unwrap_or_default().trim_ascii_end();
            target.text(text, Spot { line, ..self.spot() });
        }
        self.after = Some(ended);
        self.told.is_counted = false;
        Some(head.len() + length)
    }

    /// The line is text; only what was meant as an object is a problem.
    pub(super) fn broken(
        &mut self,
        head: &[u8],
        object: &[u8],
        found: Break,
        target: &mut Target<'_>,
    ) -> Option<usize> {
        let before = object.get(..found.at).unwrap_or(object);
        let is_code = !is_meant(before) && object.get(found.at).is_some_and(|byte| begins_code(*byte));
        if is_blank(head) && !is_code {
            return self.given_up(head, object, format!("broken JSON object: {}", found.reason), target);
        }
        // The end of source code is no end of a span.
        self.told.is_counted |= is_code && is_blank(head);
        if !is_blank(head) && is_meant(before) {
            self.tell(format!("a span behind other text breaks off: {}", found.reason), object, target);
        }
        self.go_on_at(head.len() + 1);
        None
    }

    pub(super) fn given_up(
        &mut self,
        head: &[u8],
        object: &[u8],
        reason: String,
        target: &mut Target<'_>,
    ) -> Option<usize> {
        if is_blank(head) && has_key(object) {
            target.problem(self.number(), reason, object);
            self.told.is_counted = true;
        }
        self.go_on_at(head.len() + 1);
        None
    }

    /// Tells once a line of a span behind other text that cannot be read.
    fn tell(&mut self, reason: String, object: &[u8], target: &mut Target<'_>) {
        if !std::mem::replace(&mut self.told.in_line, true) {
            target.problem(self.number(), reason, object);
        }
    }

    pub(super) fn cut_off(&mut self, head: &[u8], object: &[u8], target: &mut Target<'_>) -> Option<usize> {
        let in_text = !is_blank(head) && memchr::memchr(b'\n', object).is_none();
        if in_text && is_meant(object) {
            self.tell("file ends inside a span that starts here".to_owned(), object, target);
        }
        if in_text || !has_key(object) {
            self.go_on_at(head.len() + 1);
            return None;
        }
        target.problem(self.number(), "file ends inside a JSON object that starts here".to_owned(), object);
        self.told.is_counted = true;
        // An object torn before a value takes the next one for that value: look there again.
        if memchr::memmem::find(object, b"\n{").is_some() {
            self.go_on_at(head.len() + 1);
            return None;
        }
        if !is_blank(head) {
            target.text(head.trim_ascii_end(), self.spot());
        }
        Some(head.len() + object.len())
    }
}
