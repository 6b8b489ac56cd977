//! Where the scanner puts what it finds: spans into the batch by their format, the rest as lines and problems.

use super::carried::{Carried, Judge};
use super::severity::severity;
use super::text::{is_blank, shown};
use super::trace::Trace;
use super::{Counts, DecodeOptions, Decoded, End, Memo, Verdict};
use crate::ingest::json::{Json, Outcome, Tape, compact};
use crate::ingest::{FORMATS, chrome, console, console_text, java, recognised};
use crate::model::{OutputLine, Place, SpanBatch, Timestamp};

/// So many objects without a span are asked what else they are.
const MAX_ASKED: u32 = 100;

/// Output lines kept of one call of the decoder: more than there are in what a source reads at a time, but for lines that
/// are all but empty.
const MAX_LINES: u64 = 1 << 16;

type Text = fn(&[u8], &mut SpanBatch, &mut Memo, &DecodeOptions) -> Decoded;

/// The formats, what they share, and the counts.
#[derive(Debug)]
pub(super) struct Sink {
    pub(super) tape: Tape,
    /// Lines between those of the object on the tape.
    pub(super) foreign: Vec<std::ops::Range<usize>>,
    pub(super) counts: Counts,
    pub(super) format: Option<&'static str>,
    /// What an object is that holds no spans, and how many were asked.
    pub(super) recognised: Option<&'static str>,
    asked: u32,
    pub(super) carried: Carried,
    /// A long trace that is being read.
    pub(super) trace: Option<Trace>,
    /// Events that are spans when all have come.
    pub(super) timeline: chrome::Timeline,
    options: DecodeOptions,
    memo: Memo,
    /// Output lines kept of this call.
    kept: u64,
    /// The time that the last line of text began with.
    pub(super) line_time: Option<Timestamp>,
    /// End of the span that is in the batch already, when the last object was one as usual.
    printed: Option<Timestamp>,
}

impl Sink {
    pub(super) fn new(options: DecodeOptions) -> Self {
        let (tape, counts, memo) = (Tape::default(), Counts::default(), Memo::default());
        let (foreign, carried) = (Vec::new(), Carried::default());
        let (format, recognised, asked) = (None, None, 0);
        Self {
            tape,
            foreign,
            counts,
            format,
            recognised,
            asked,
            carried,
            trace: None,
            timeline: chrome::Timeline::default(),
            options,
            memo,
            kept: 0,
            line_time: None,
            printed: None,
        }
    }

    /// Forgets what was found.
    pub(super) fn restart(&mut self) {
        self.counts = Counts::default();
        self.format = None;
        self.carried = Carried::default();
        self.trace = None;
        self.timeline = chrome::Timeline::default();
        self.printed = None;
        self.line_time = None;
    }

    /// What the user says of the input.
    pub(super) fn options(&self) -> &DecodeOptions {
        &self.options
    }

    /// The tape, and the formats that judge what is on it; it stands on this line.
    pub(super) fn parts(&mut self, line: u64) -> (&Tape, Formats<'_>) {
        let Self { tape, counts, format, recognised, asked, options, memo, timeline, .. } = self;
        (tape, Formats { counts, format, recognised, asked, options, memo, timeline, line })
    }

    /// Decodes a block of text of this format.
    pub(super) fn decode(&mut self, name: &'static str, decode: Text, text: &[u8], batch: &mut SpanBatch) -> Decoded {
        let before = batch.spans.len();
        let decoded = decode(text, batch, &mut self.memo, &self.options);
        if let Decoded::Span(_) = decoded {
            found(name, batch.spans.len() - before, &mut self.counts, &mut self.format);
        }
        decoded
    }

    /// Starts a call of the decoder, perhaps with another batch than the last one's.
    pub(super) fn begin(&mut self) {
        self.memo.clear();
        self.kept = 0;
    }
}

/// The formats of objects, with what they share and count.
pub(super) struct Formats<'a> {
    counts: &'a mut Counts,
    format: &'a mut Option<&'static str>,
    recognised: &'a mut Option<&'static str>,
    asked: &'a mut u32,
    options: &'a DecodeOptions,
    memo: &'a mut Memo,
    timeline: &'a mut chrome::Timeline,
    line: u64,
}

impl Formats<'_> {
    /// What a document says of single spans that it could not read: counted, and told with the line of the document.
    fn count_problems(&mut self, known: usize, uncounted: u64, batch: &mut SpanBatch) {
        let new = batch.problems.get_mut(known..).unwrap_or_default();
        self.counts.malformed += new.len() as u64 + (batch.more_problems - uncounted);
        for problem in new {
            problem.place = Place::Line(self.line);
        }
    }
}

impl Judge for Formats<'_> {
    fn judge(&mut self, object: Json<'_>, batch: &mut SpanBatch) -> Verdict {
        let rows = FORMATS.iter().filter_map(|row| row.object.map(|decode| (row.name, decode)));
        for (name, decode) in rows {
            let (before, known, uncounted) = (batch.spans.len(), batch.problems.len(), batch.more_problems);
            let verdict = decode(object, batch, self.memo, self.options);
            self.count_problems(known, uncounted, batch);
            if let Verdict::Span(_) = verdict {
                found(name, batch.spans.len() - before, self.counts, self.format);
            }
            if verdict != Verdict::Other {
                return verdict;
            }
        }
        let (known, uncounted) = (batch.problems.len(), batch.more_problems);
        let verdict = self.timeline.take(object, batch);
        self.count_problems(known, uncounted, batch);
        if verdict != Verdict::Other {
            return verdict;
        }
        // For the message about a file without spans, which begins with what it is.
        if self.recognised.is_none() && *self.asked < MAX_ASKED {
            *self.asked += 1;
            *self.recognised = recognised(object);
        }
        Verdict::Other
    }
}

/// Counts what a format has decoded: spans, or log records alone. The first format of spans gives the input its name.
fn found(name: &'static str, spans: usize, counts: &mut Counts, format: &mut Option<&'static str>) {
    if spans > 0 && counts.spans == 0 {
        *format = Some(name);
    }
    counts.spans += spans as u64;
    format.get_or_insert(name);
}

/// The sink and the batch of this call.
pub(super) struct Target<'a> {
    pub(super) sink: &'a mut Sink,
    pub(super) batch: &'a mut SpanBatch,
}

/// Where a piece of text stands.
#[derive(Clone, Copy)]
pub(super) struct Spot<'a> {
    /// Line number.
    pub(super) line: u64,
    /// End of the span before.
    pub(super) after: Option<Timestamp>,
    /// The container's prefix, shown before the text.
    pub(super) prefix: &'a [u8],
}

impl Target<'_> {
    /// Parses an object onto the tape; a usual span of the console goes past it into the batch. When the object is whole,
    /// [`Target::object`] is to be asked what it is.
    pub(super) fn parse(&mut self, bytes: &[u8]) -> Outcome {
        let Sink { tape, memo, options, .. } = &mut *self.sink;
        let printed = console::decode_printed(bytes, tape, self.batch, memo, options);
        self.sink.printed = printed.map(|(_, ended)| ended);
        printed.map_or_else(|| self.sink.tape.parse(bytes), |(length, _)| Outcome::Complete(length))
    }

    /// The same where an object printed on several lines is broken as it stands: without the lines that are no part of it.
    pub(super) fn parse_between(&mut self, bytes: &[u8]) -> Outcome {
        let is_printed = matches!(bytes.get(1), Some(b'\n' | b'\r'));
        if !is_printed {
            return Outcome::Broken("");
        }
        let Sink { tape, foreign, .. } = &mut *self.sink;
        tape.parse_between(bytes, foreign)
    }

    /// Offers the object that was parsed to the formats; it stands on this line.
    pub(super) fn object(&mut self, bytes: &[u8], line: u64) -> Verdict {
        let sink = &mut *self.sink;
        // Of what stands before an object nothing goes on behind it.
        sink.line_time = None;
        if let Some(ended) = sink.printed.take() {
            found("console", 1, &mut sink.counts, &mut sink.format);
            return Verdict::Span(ended);
        }
        let held = sink.trace.as_mut().and_then(|trace| trace.span(sink.tape.root(bytes), &sink.options));
        if let Some(ended) = held {
            sink.counts.spans += 1;
            return Verdict::Span(ended);
        }
        let (tape, mut formats) = sink.parts(line);
        formats.judge(tape.root(bytes), self.batch)
    }

    /// Keeps the object that the tape holds as an output line, on one line, behind the text before it.
    pub(super) fn other_object(&mut self, head: &[u8], bytes: &[u8], spot: Spot<'_>) {
        if is_blank(head) {
            self.sink.counts.objects += 1;
        } else {
            self.sink.counts.lines += 1;
        }
        let mut text = head.to_vec();
        if memchr::memchr(b'\n', bytes).is_none() {
            text.extend_from_slice(bytes);
        } else {
            compact(self.sink.tape.root(bytes), &mut text);
        }
        self.keep(&text, spot);
    }

    /// Keeps a line of text, unless it is blank; spans printed as text are taken out of it.
    pub(super) fn text(&mut self, line: &[u8], spot: Spot<'_>) -> Option<Timestamp> {
        let sink = &mut *self.sink;
        let logged = java::decode(line, sink.line_time, self.batch, &mut sink.memo, &sink.options);
        if logged.is_some() {
            found(java::NAME, 1, &mut sink.counts, &mut sink.format);
            return logged;
        }
        sink.line_time = java::line_time(line);
        let mut ended = None;
        let mut rest = line;
        while let Some(at) = memchr::memmem::find(rest, console_text::MARK) {
            let (head, span) = rest.split_at(at);
            let sink = &mut *self.sink;
            let Some((end, length)) = console_text::decode(span, self.batch, &mut sink.memo, &sink.options) else {
                break;
            };
            found("console-text", 1, &mut sink.counts, &mut sink.format);
            self.plain(head, spot);
            ended = Some(end);
            rest = span.get(length..).unwrap_or_default();
        }
        self.plain(rest, Spot { after: ended.or(spot.after), ..spot });
        ended
    }

    /// Counts and keeps something that could not be read.
    pub(super) fn problem(&mut self, line: u64, reason: String, bytes: &[u8]) {
        self.sink.counts.malformed += 1;
        self.batch.push_problem(Place::Line(line), reason, bytes);
    }

    /// Hands on a piece of the timeline, all of it where the input ends; whether there is more of it now.
    pub(super) fn hand_over(&mut self, line: u64, end: End) -> bool {
        let Sink { timeline, counts, format, options, recognised, .. } = &mut *self.sink;
        if timeline.is_clear() {
            return false;
        }
        let (known, uncounted) = (self.batch.problems.len(), self.batch.more_problems);
        let handed = timeline.hand_over(end == End::Reached, self.batch, options);
        counts.objects += handed.others;
        if handed.spans > 0 {
            found(chrome::NAME, handed.spans, counts, format);
        } else if timeline.is_clear() {
            recognised.get_or_insert("trace events of Chrome without a slice");
        }
        let (_, mut formats) = self.sink.parts(line);
        formats.count_problems(known, uncounted, self.batch);
        handed.goes_on
    }

    fn plain(&mut self, line: &[u8], spot: Spot<'_>) {
        if !is_blank(line) {
            self.sink.counts.lines += 1;
            self.keep(line, spot);
        }
    }

    fn keep(&mut self, text: &[u8], spot: Spot<'_>) {
        if self.sink.kept >= MAX_LINES {
            self.batch.more_lines += 1;
            return;
        }
        self.sink.kept += 1;
        let text = if spot.prefix.is_empty() { shown(text) } else { shown(&[spot.prefix, text].concat()) };
        let severity = severity(&text);
        self.batch.lines.push(OutputLine {
            text,
            line: spot.line,
            after: spot.after,
            severity,
            ..OutputLine::default()
        });
    }
}
