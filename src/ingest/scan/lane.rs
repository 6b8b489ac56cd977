//! One stream of lines: cut into objects and text, left to right, without looking at what has been decided again.

mod damage;

use super::attempt::{Attempt, Found};
use super::block::Look;
use super::document::Document;
use super::lanes::{Lanes, Route};
use super::signs::is_member;
use super::sink::{Spot, Target};
use super::text::is_blank;
use super::{End, Verdict};
use crate::ingest::console_text;
use crate::model::Timestamp;
use std::collections::VecDeque;

/// Of a longer line only this much is looked at.
const MAX_LINE: usize = 64 << 10;

/// So many braces of one line may begin an object.
const MAX_BRACES: u8 = 16;

/// A stream of lines and what of it is not decided yet.
#[derive(Debug)]
pub(super) struct Lane {
    /// What stood before every line and was taken off.
    prefix: Vec<u8>,
    buffer: Vec<u8>,
    /// An object larger than this is given up.
    limit: usize,
    /// Number of the line that the buffer begins in.
    line: u64,
    /// Numbers of the buffered lines where they do not simply count up.
    numbers: VecDeque<u64>,
    /// End of the last span.
    after: Option<Timestamp>,
    /// The rest of an endless line is being dropped.
    dropping: bool,
    /// The last line that was added goes on with the next part.
    in_part: bool,
    /// The last line was a member of an object that had no beginning.
    in_members: bool,
    told: Told,
    cursor: Cursor,
    /// A long document is being read item by item.
    pub(super) document: Option<Document>,
    /// The one around it.
    pub(super) outer: Option<Document>,
}

/// What has been told of broken objects.
#[derive(Debug, Default)]
struct Told {
    /// One has been counted and its end has not come.
    is_counted: bool,
    /// A span in the line at hand.
    in_line: bool,
}

/// How far the piece that the buffer begins with has been looked at.
#[derive(Debug)]
struct Cursor {
    at_line_start: bool,
    from: usize,
    braces: u8,
    brace: Option<(usize, Attempt)>,
}

enum Mark {
    Wait,
    Brace(usize),
    /// A piece of text of this length, with its line end if it has one.
    Text(usize),
}

impl Lane {
    pub(super) fn new(limit: usize) -> Self {
        let cursor = Cursor { at_line_start: true, from: 0, braces: 0, brace: None };
        let (prefix, buffer, numbers) = (Vec::new(), Vec::new(), VecDeque::new());
        Self {
            prefix,
            buffer,
            limit,
            line: 1,
            numbers,
            after: None,
            dropping: false,
            in_part: false,
            in_members: false,
            told: Told::default(),
            cursor,
            document: None,
            outer: None,
        }
    }

    /// A lane for the lines behind this prefix.
    pub(super) fn prefixed(prefix: &[u8], limit: usize) -> Self {
        Self { prefix: prefix.to_vec(), ..Self::new(limit) }
    }

    pub(super) fn prefix(&self) -> &[u8] {
        &self.prefix
    }

    /// Whether everything that came has been decided.
    pub(super) fn is_idle(&self) -> bool {
        self.buffer.is_empty() && !self.dropping
    }

    /// Whether the next byte begins a line and nothing before it waits or has a say in what it is.
    pub(super) fn is_clear(&self) -> bool {
        self.is_idle()
            && self.document.is_none()
            && self.cursor.at_line_start
            && !self.in_members
            && !self.told.is_counted
    }

    /// Number of the line that is next.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// End of the last span.
    pub(super) fn after(&self) -> Option<Timestamp> {
        self.after
    }

    /// Moves it behind `before`, another lane that is clear.
    pub(super) fn follow(&mut self, before: &Self) {
        self.line += before.line - 1;
        self.after = self.after.or(before.after);
    }

    /// Forgets everything but its memory.
    pub(super) fn restart(&mut self) {
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        *self = Self { buffer, ..Self::new(self.limit) };
    }

    /// Where new bytes go.
    pub(super) fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.buffer
    }

    /// Adds a whole line whose prefix was taken off.
    pub(super) fn push_line(&mut self, line: &[u8], number: u64) {
        self.push_part(line, number, true);
    }

    /// Adds a part of a line, which ends with it or goes on with the next.
    pub(super) fn push_part(&mut self, part: &[u8], number: u64, ends: bool) {
        if !self.in_part {
            self.numbers.push_back(number);
        }
        self.buffer.extend_from_slice(part);
        let has_end = part.ends_with(b"\n");
        if ends && !has_end {
            self.buffer.push(b'\n');
        }
        self.in_part = !ends && !has_end;
    }

    /// Bytes that wait to be decided.
    pub(super) fn held(&self) -> usize {
        self.buffer.len()
    }

    /// Decides what can be decided.
    pub(super) fn run(&mut self, end: End, lanes: Option<&mut Lanes>, target: &mut Target<'_>) {
        let mut buffer = std::mem::take(&mut self.buffer);
        let done = self.decide(&buffer, end, lanes, target);
        buffer.drain(..done.min(buffer.len()));
        if buffer.is_empty() && buffer.capacity() > 4 * super::PIECE {
            buffer.shrink_to(super::PIECE);
        }
        self.buffer = buffer;
    }

    /// The same where nothing is buffered: only what cannot be decided is copied.
    pub(super) fn run_on(&mut self, bytes: &[u8], lanes: &mut Lanes, target: &mut Target<'_>) {
        let done = self.decide(bytes, End::Open, Some(lanes), target);
        self.buffer.extend_from_slice(bytes.get(done..).unwrap_or_default());
    }

    /// How many of the bytes could be decided.
    fn decide(&mut self, bytes: &[u8], end: End, mut lanes: Option<&mut Lanes>, target: &mut Target<'_>) -> usize {
        let mut done = 0;
        while let Some(rest) = bytes.get(done..).filter(|rest| !rest.is_empty()) {
            let Some(taken) = self.step(rest, end, lanes.as_deref_mut(), target) else { break };
            self.advance(rest.get(..taken).unwrap_or(rest));
            done += taken;
        }
        done
    }

    /// Decides one piece; its length, or nothing when more bytes are needed.
    fn step(&mut self, rest: &[u8], end: End, lanes: Option<&mut Lanes>, target: &mut Target<'_>) -> Option<usize> {
        if self.dropping {
            let line_end = memchr::memchr(b'\n', rest);
            self.dropping = line_end.is_none();
            return Some(line_end.map_or(rest.len(), |at| at + 1));
        }
        if let (Some(document), None) = (self.document, self.cursor.brace) {
            match self.between_items(document, rest, target) {
                Some(0) if self.document.is_none() => {}
                Some(length) => return Some(length),
                None => return self.piece(rest, end, target),
            }
        }
        if let (true, Some(lanes)) = (self.cursor.at_line_start && self.cursor.brace.is_none(), lanes) {
            match lanes.route(rest, self.line, end, target) {
                Route::Here => {}
                Route::Wait => return None,
                Route::Taken(length, ended) => {
                    self.after = ended.or(self.after);
                    return Some(length);
                }
            }
        }
        if self.cursor.at_line_start && self.cursor.from == 0 && self.cursor.brace.is_none() {
            match self.block(rest, end, target) {
                Look::None => {}
                Look::Wait => return None,
                Look::Taken(length, ended) => {
                    self.after = Some(ended);
                    self.told.is_counted = false;
                    return Some(length);
                }
            }
        }
        self.piece(rest, end, target)
    }

    fn piece(&mut self, rest: &[u8], end: End, target: &mut Target<'_>) -> Option<usize> {
        loop {
            let (brace, mut attempt) = match self.cursor.brace {
                Some(brace) => brace,
                None => match self.mark(rest, end) {
                    Mark::Wait => return None,
                    Mark::Text(length) => return Some(self.text(rest, length, target)),
                    Mark::Brace(at) => (at, Attempt::new()),
                },
            };
            let (head, object) = rest.split_at(brace);
            let found = attempt.look(object, self.limit, end, target);
            self.cursor.brace = Some((brace, attempt));
            let is_open = matches!(found, Found::Wait | Found::TooLarge | Found::CutOff);
            if let Some(length) = (is_open && is_blank(head)).then(|| self.enter(object, target)).flatten() {
                return Some(brace + length);
            }
            let taken = match found {
                Found::Wait => return None,
                Found::Whole(length) => self.whole(head, object.get(..length).unwrap_or(object), target),
                Found::Between(length, found) => {
                    self.between(head, object, length, target).or_else(|| self.broken(head, object, found, target))
                }
                Found::Broken(found) => self.broken(head, object, found, target),
                Found::TooLarge => {
                    let reason = format!("a JSON object of more than {} MiB is given up", self.limit >> 20);
                    self.given_up(head, object, reason, target)
                }
                Found::CutOff => self.cut_off(head, object, target),
            };
            if taken.is_some() {
                return taken;
            }
        }
    }

    /// Looks for the next brace or the end of the line.
    fn mark(&mut self, rest: &[u8], end: End) -> Mark {
        let window = rest.get(..MAX_LINE).unwrap_or(rest);
        loop {
            let fresh = window.get(self.cursor.from..).unwrap_or_default();
            let hit = if self.cursor.braces < MAX_BRACES {
                memchr::memchr2(b'{', b'\n', fresh)
            } else {
                memchr::memchr(b'\n', fresh)
            };
            let Some(at) = hit.map(|at| at + self.cursor.from) else { break };
            if window.get(at) == Some(&b'\n') {
                return Mark::Text(at + 1);
            }
            self.cursor.from = at;
            let head = window.get(..at).unwrap_or_default();
            if head.len() < console_text::MARK.len() || memchr::memmem::find(head, console_text::MARK).is_none() {
                return Mark::Brace(at);
            }
            // Spans printed as text are full of braces that begin nothing.
            self.cursor.braces = MAX_BRACES;
        }
        if window.len() == MAX_LINE {
            // An endless line of spans printed as text is cut between two of them, any other is dropped from here on.
            let cut = memchr::memmem::rfind(window, console_text::SEAM).map(|at| at + 1);
            self.dropping = cut.is_none();
            return Mark::Text(cut.unwrap_or(MAX_LINE));
        }
        self.cursor.from = window.len();
        if end == End::Reached { Mark::Text(rest.len()) } else { Mark::Wait }
    }

    fn text(&mut self, rest: &[u8], length: usize, target: &mut Target<'_>) -> usize {
        let line = rest.get(..length).unwrap_or(rest);
        if !is_blank(line) {
            self.look_for_end(line, target);
            let ended = target.text(line.trim_ascii_end(), self.spot());
            self.after = ended.or(self.after);
        }
        length
    }

    /// The end of an object whose beginning is missing is counted, unless its beginning was.
    fn look_for_end(&mut self, line: &[u8], target: &mut Target<'_>) {
        let is_end = if line.starts_with(b"}") {
            self.in_members && line.trim_ascii() == b"}"
        } else {
            line.trim_ascii_end().ends_with(b"}") && memchr::memmem::find(line, b"\"end_time\": \"").is_some()
        };
        if is_end && !std::mem::take(&mut self.told.is_counted) {
            target.problem(self.number(), "the end of a JSON object whose beginning is missing".to_owned(), line);
        }
        self.in_members = is_member(line).unwrap_or(self.in_members);
    }

    fn whole(&mut self, head: &[u8], object: &[u8], target: &mut Target<'_>) -> Option<usize> {
        let length = head.len() + object.len();
        let verdict = target.object(object, self.number());
        let mut after = self.after;
        if verdict == Verdict::Other && target.carried(object, self.number(), &mut after) {
            if !is_blank(head) {
                target.text(head.trim_ascii_end(), self.spot());
            }
            self.after = after;
            return Some(length);
        }
        match verdict {
            Verdict::Span(ended) => {
                if !is_blank(head) {
                    target.text(head.trim_ascii_end(), self.spot());
                }
                self.after = Some(ended);
            }
            Verdict::Unreadable(reason) => {
                target.problem(self.number(), reason.to_owned(), object);
                target.other_object(head, object, self.spot());
            }
            // A line of text that ends in some JSON is a line of text.
            Verdict::Other if !is_blank(head) && memchr::memchr(b'\n', object).is_none() => {
                self.go_on_at(length);
                return None;
            }
            Verdict::Other => {
                self.in_members = is_member(head).unwrap_or(self.in_members);
                target.other_object(head, object, self.spot());
            }
        }
        if is_blank(head) && verdict != Verdict::Other {
            self.told.is_counted = false;
        }
        Some(length)
    }

    fn go_on_at(&mut self, from: usize) {
        self.cursor.brace = None;
        self.cursor.from = from;
        self.cursor.braces = self.cursor.braces.saturating_add(1);
    }

    fn advance(&mut self, taken: &[u8]) {
        // So few that a byte holds their number: the compiler makes vectors of it.
        let few = |bytes: &[u8]| bytes.iter().fold(0_u8, |lines, byte| lines + u8::from(*byte == b'\n'));
        let lines: usize = taken.chunks(255).map(|bytes| usize::from(few(bytes))).sum();
        if self.numbers.is_empty() {
            self.line += u64::try_from(lines).unwrap_or_default();
        } else {
            self.numbers.drain(..lines.min(self.numbers.len()));
        }
        let at_line_start = taken.ends_with(b"\n");
        self.told.in_line &= lines == 0;
        self.cursor = Cursor { at_line_start, from: 0, braces: 0, brace: None };
    }

    pub(super) fn number(&self) -> u64 {
        self.numbers.front().copied().unwrap_or(self.line)
    }

    fn spot(&self) -> Spot<'_> {
        Spot { line: self.number(), after: self.after, prefix: &self.prefix }
    }
}
