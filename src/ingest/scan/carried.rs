//! Output that something has put into JSON: a log collector line by line, a logger as a member, a query's answer as the
//! items of an array. Spans are found at any depth: as objects, and in strings under any key.
//!
//! Text is taken out and read like any other, in one lane for each path of keys and each source that the record names.
//! Text may hold JSON again; how deep is bounded, and so is what one document costs: each value is looked at once a level.

mod walk;

use super::End;
use super::lane::Lane;
use super::sink::Target;
use crate::ingest::json::Tape;
use crate::model::Timestamp;
pub(super) use walk::Judge;
use walk::{Piece, Walk};

/// More texts than this at once are not told apart.
const MAX_STREAMS: usize = 32;

/// An object inside such text may be this large.
const MAX_OBJECT: usize = 16 << 20;

/// What waits in all streams may be this large.
const MAX_HELD: usize = 64 << 20;

/// Text in JSON in text, so many times and no more.
const MAX_NESTED: u8 = 4;

/// A line longer than this is cut into several records by container runtimes.
const CUT: usize = 16 << 10;

/// The texts that have begun an object.
#[derive(Debug, Default)]
pub(super) struct Carried {
    list: Vec<Stream>,
    /// The key of the text that is being read, and how deep it lies.
    scope: Vec<u8>,
    nested: u8,
    /// There was a text that had begun one.
    was_used: bool,
    /// For text that is JSON itself.
    scratch: Tape,
}

/// The text of one source.
#[derive(Debug)]
struct Stream {
    key: Vec<u8>,
    lane: Lane,
    line: Line,
}

/// How lines are told to end in a stream.
#[derive(Debug, Default)]
struct Line {
    /// Some text ended in a line end: where there is none the line goes on.
    has_ends: bool,
    /// What came of the line so far ends inside a string.
    in_string: bool,
    escaped: bool,
}

impl Carried {
    /// Whether no text has begun an object.
    pub(super) fn is_clear(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether none ever had.
    pub(super) fn is_unused(&self) -> bool {
        !self.was_used
    }

    fn held(&self) -> usize {
        self.list.iter().map(|stream| stream.lane.held()).sum()
    }
}

impl Line {
    /// Takes note of a piece of a line; whether the line ends with it.
    fn ends(&mut self, piece: &[u8]) -> bool {
        if piece.ends_with(b"\n") {
            *self = Self { has_ends: true, ..Self::default() };
            return true;
        }
        for byte in piece {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = self.in_string,
                b'"' => self.in_string = !self.in_string,
                _ => {}
            }
        }
        let goes_on = self.has_ends || self.in_string || piece.len() >= CUT;
        if !goes_on {
            *self = Self::default();
        }
        !goes_on
    }
}

impl Target<'_> {
    /// Reads the spans that the object on the tape carries, and says whether there were any or parts of one; `after` becomes
    /// the end of the last span in it.
    pub(super) fn carried(&mut self, bytes: &[u8], number: u64, after: &mut Option<Timestamp>) -> bool {
        if self.sink.carried.nested == MAX_NESTED {
            return false;
        }
        let is_open = !self.sink.carried.list.is_empty();
        if !is_open && !Walk::may_hold_spans(bytes) {
            return false;
        }
        let pieces = self.pieces(bytes, number);
        let mut has_any = false;
        for piece in pieces {
            has_any = true;
            match piece {
                Piece::Span(ended) => *after = Some(ended),
                Piece::Unreadable(reason, text) => self.problem(number, reason.to_owned(), &text),
                Piece::Text(key, text) => self.read(key, &text, number, after),
            }
        }
        has_any
    }

    fn pieces(&mut self, bytes: &[u8], line: u64) -> Vec<Piece> {
        let mut carried = std::mem::take(&mut self.sink.carried);
        let mut scratch = std::mem::take(&mut carried.scratch);
        let is_known = |key: &[u8]| carried.list.iter().any(|stream| stream.key == key);
        let depth = MAX_NESTED - carried.nested;
        let mut walk = Walk::new(&carried.scope, depth, &mut scratch, &is_known);
        let (tape, judge) = self.sink.parts(line);
        let pieces = walk.pieces(tape.root(bytes), judge, self.batch);
        carried.scratch = scratch;
        self.sink.carried = carried;
        pieces
    }

    /// Reads text of the stream with this key.
    fn read(&mut self, key: Vec<u8>, text: &[u8], number: u64, after: &mut Option<Timestamp>) {
        let carried = &mut self.sink.carried;
        let known = carried.list.iter().position(|stream| stream.key == key);
        let mut stream = known.map_or_else(
            || Stream { key, lane: Lane::new(MAX_OBJECT), line: Line::default() },
            |at| carried.list.remove(at),
        );
        carried.was_used = true;
        let scope = std::mem::replace(&mut carried.scope, stream.key.clone());
        carried.nested += 1;
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            let ends = stream.line.ends(line);
            stream.lane.push_part(line, number, ends);
        }
        let is_full = stream.lane.held() + self.sink.carried.held() > MAX_HELD;
        stream.lane.run(if is_full { End::Reached } else { End::Open }, None, self);
        *after = stream.lane.after().or(*after);
        self.sink.carried.scope = scope;
        self.sink.carried.nested -= 1;
        if !stream.lane.is_idle() {
            if self.sink.carried.list.len() >= MAX_STREAMS {
                let oldest = self.sink.carried.list.remove(0);
                self.end(oldest);
            }
            self.sink.carried.list.push(stream);
        }
    }

    /// Decides what is left of a stream.
    fn end(&mut self, mut stream: Stream) {
        let nested = std::mem::replace(&mut self.sink.carried.nested, MAX_NESTED);
        stream.lane.run(End::Reached, None, self);
        self.sink.carried.nested = nested;
    }

    /// Decides what is left of all streams.
    pub(super) fn finish_carried(&mut self) {
        for stream in std::mem::take(&mut self.sink.carried.list) {
            self.end(stream);
        }
    }
}
