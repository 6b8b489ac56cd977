//! Writes one span into a batch: its lists grow at the ends of the batch's lists, and in the end all of it stays or none.
//!
//! Knows no format. Whatever order a format's fields come in, what the batch holds of the span lies together.

use crate::model::Severity;

use super::{
    BatchAttribute, BatchEvent, BatchLink, BatchLog, BatchResource, BatchSpan, BatchValue, Place, Problem, Range32,
    SpanBatch, Text, Timestamp, index,
};

/// Problems kept in one batch; further ones are only counted.
const MOST_PROBLEMS: usize = 100;

/// Bytes of bad input kept for a hex dump.
const DUMP_LEN: usize = 4096;

/// How long a batch's lists were at some moment.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    text: usize,
    resources: usize,
    attributes: usize,
    events: usize,
    links: usize,
    warnings: usize,
}

impl SpanBatch {
    /// How long the lists are now, spans, problems and lines aside.
    pub fn mark(&self) -> Mark {
        Mark {
            text: self.text.len(),
            resources: self.resources.len(),
            attributes: self.attributes.len(),
            events: self.events.len(),
            links: self.links.len(),
            warnings: self.warnings.len(),
        }
    }

    /// Takes back what was pushed since.
    pub fn rewind(&mut self, mark: &Mark) {
        self.text.truncate(mark.text);
        self.resources.truncate(mark.resources);
        self.attributes.truncate(mark.attributes);
        self.events.truncate(mark.events);
        self.links.truncate(mark.links);
        self.warnings.truncate(mark.warnings);
    }

    /// Copies text that should be UTF-8 into the batch; what is not is replaced by U+FFFD.
    pub fn push_utf8(&mut self, bytes: &[u8]) -> Text {
        match std::str::from_utf8(bytes) {
            Ok(_) => self.push_text(bytes),
            Err(_) => self.push_text(String::from_utf8_lossy(bytes).as_bytes()),
        }
    }

    /// The attributes pushed since the list was so long.
    pub fn attributes_since(&self, start: usize) -> Range32 {
        Range32 { start: index(start), end: index(self.attributes.len()) }
    }

    /// Adds a resource and returns its index.
    pub fn push_resource(&mut self, service: Text, attributes: Range32) -> u32 {
        let at = index(self.resources.len());
        self.resources.push(BatchResource { service, attributes });
        at
    }

    /// Adds a log record. What its severity is called and what its number means become one, where they do not differ.
    pub fn push_log_row(&mut self, mut log: BatchLog) {
        let word = self.str(log.severity_text);
        if log.severity == Severity::UNSPECIFIED {
            log.severity = Severity::parse(word).unwrap_or_default();
        }
        if Severity::parse(word).is_some_and(|said| said.name() == log.severity.name()) {
            log.severity_text = Text::default();
        }
        self.logs.push(log);
    }

    /// Notes bad input: the first hundred of a batch are kept, with their first bytes, the rest are counted.
    pub fn push_problem(&mut self, place: Place, reason: String, bytes: &[u8]) {
        if self.problems.len() >= MOST_PROBLEMS {
            self.more_problems += 1;
            return;
        }
        let bytes = bytes.get(..DUMP_LEN).unwrap_or(bytes).to_vec();
        self.problems.push(Problem { place, reason, origin: String::new(), time: Timestamp::default(), bytes });
    }
}

/// A span on its way into a batch. Dropped without [`SpanWriter::commit`], it leaves nothing behind.
#[derive(Debug)]
pub struct SpanWriter<'b> {
    /// The batch, for text and for the attributes of what is not the span itself.
    pub batch: &'b mut SpanBatch,
    /// Everything of the span but its lists.
    pub row: BatchSpan,
    mark: Mark,
    attributes: Range32,
    is_committed: bool,
}

impl<'b> SpanWriter<'b> {
    /// Begins a span.
    pub fn new(batch: &'b mut SpanBatch) -> Self {
        let mark = batch.mark();
        let at = index(mark.attributes);
        let attributes = Range32 { start: at, end: at };
        Self { batch, row: BatchSpan::default(), mark, attributes, is_committed: false }
    }

    /// Adds an attribute of the span.
    pub fn attribute(&mut self, key: Text, value: BatchValue) {
        // Attributes of an event came in between: the span's own move behind them, so that they lie together.
        if self.attributes.end as usize != self.batch.attributes.len() {
            let at = index(self.batch.attributes.len());
            self.batch.attributes.extend_from_within(self.attributes.range());
            self.attributes = Range32 { start: at, end: index(self.batch.attributes.len()) };
        }
        self.batch.attributes.push(BatchAttribute { key, value });
        self.attributes.end = index(self.batch.attributes.len());
    }

    /// Makes the batch's last attributes, from this one on, the span's.
    pub fn take_attributes(&mut self, start: usize) {
        let taken = self.batch.attributes_since(start);
        if self.attributes.range().is_empty() {
            self.attributes = taken;
            return;
        }
        for at in taken.range() {
            if let Some(attribute) = self.batch.attributes.get(at).copied() {
                self.attribute(attribute.key, attribute.value);
            }
        }
    }

    /// The attributes added so far.
    pub fn attributes(&self) -> &[BatchAttribute] {
        self.batch.attributes.get(self.attributes.range()).unwrap_or_default()
    }

    /// Adds an event.
    pub fn event(&mut self, event: BatchEvent) {
        self.batch.events.push(event);
    }

    /// Adds a link.
    pub fn link(&mut self, link: BatchLink) {
        self.batch.links.push(link);
    }

    /// Adds a warning, once: a thousand bad events are no reason to say it a thousand times.
    pub fn warn(&mut self, text: &str) {
        let own = self.batch.warnings.get(self.mark.warnings..).unwrap_or_default();
        if !own.iter().any(|known| self.batch.str(*known) == text) {
            let text = self.batch.push_text(text.as_bytes());
            self.batch.warnings.push(text);
        }
    }

    /// The span is whole: it stays.
    pub fn commit(mut self) {
        let since = |start: usize, end: usize| Range32 { start: index(start), end: index(end) };
        self.row.attributes = self.attributes;
        self.row.events = since(self.mark.events, self.batch.events.len());
        self.row.links = since(self.mark.links, self.batch.links.len());
        self.row.warnings = since(self.mark.warnings, self.batch.warnings.len());
        self.batch.spans.push(self.row);
        self.is_committed = true;
    }
}

impl Drop for SpanWriter<'_> {
    fn drop(&mut self) {
        if !self.is_committed {
            self.batch.rewind(&self.mark);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Value;

    fn keys(batch: &SpanBatch, range: Range32) -> Vec<String> {
        batch.attributes(range).map(|attribute| attribute.key.to_owned()).collect()
    }

    #[test]
    fn attributes_of_a_span_lie_together_whatever_comes_between() {
        let mut batch = SpanBatch::default();
        let mut span = SpanWriter::new(&mut batch);
        for key in ["a", "b"] {
            let key = span.batch.push_utf8(key.as_bytes());
            span.attribute(key, BatchValue::Int(1));
        }
        let key = span.batch.push_text(b"of the event");
        let start = index(span.batch.attributes.len());
        span.batch.attributes.push(BatchAttribute { key, value: BatchValue::Bool(true) });
        span.event(BatchEvent { attributes: Range32 { start, end: start + 1 }, ..BatchEvent::default() });
        let key = span.batch.push_text(b"c");
        span.attribute(key, BatchValue::Int(2));
        assert_eq!(span.attributes().len(), 3);
        span.warn("odd");
        span.warn("odd");
        span.commit();
        let row = batch.spans[0];
        assert_eq!(keys(&batch, row.attributes), ["a", "b", "c"]);
        assert_eq!(keys(&batch, batch.events[0].attributes), ["of the event"]);
        assert_eq!(batch.span(&row).warnings, ["odd"]);
        assert_eq!(batch.span(&row).attributes[2].value, Value::Int(2));
    }

    #[test]
    fn a_span_that_is_given_up_leaves_nothing() {
        let mut batch = SpanBatch::default();
        let before = format!("{:?}", batch.mark());
        let mut span = SpanWriter::new(&mut batch);
        let key = span.batch.push_text(b"a");
        span.attribute(key, BatchValue::Str(key));
        span.event(BatchEvent::default());
        span.link(BatchLink::default());
        span.warn("odd");
        span.batch.push_resource(key, Range32::default());
        drop(span);
        assert_eq!(format!("{:?}", batch.mark()), before);
        assert!(batch.spans.is_empty());
    }

    #[test]
    fn text_that_is_not_utf8_is_repaired_and_problems_are_bounded() {
        let mut batch = SpanBatch::default();
        let text = batch.push_utf8(b"caf\xc3");
        assert_eq!(batch.str(text), "caf\u{fffd}");
        for _ in 0..=MOST_PROBLEMS {
            batch.push_problem(Place::Byte(0), String::new(), &[0; 2 * DUMP_LEN]);
        }
        assert_eq!((batch.problems.len(), batch.more_problems), (MOST_PROBLEMS, 1));
        assert_eq!(batch.problems[0].bytes.len(), DUMP_LEN);
    }
}
