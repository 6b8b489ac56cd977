//! When to try to parse an object whose end may not have come yet.
//!
//! The parser alone says where an object ends or breaks. This only keeps it from being asked again for every byte that
//! arrives: it is asked when a likely end has come, or when the bytes have doubled.

use super::End;
use super::sink::Target;
use crate::ingest::json::Outcome;

/// With this much at hand the parser is asked at once.
const ENOUGH: usize = 4096;

/// So many likely ends may turn out to be none before only doubling counts.
const MAX_FALSE_ENDS: u8 = 8;

/// How far the search for the end of one object has come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attempt {
    searched: usize,
    next: usize,
    false_ends: u8,
}

/// Why an object is no JSON, and where it stops being some. What stands behind that place may not have come yet and has
/// no say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Break {
    pub(super) reason: &'static str,
    pub(super) at: usize,
}

/// What became of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// More bytes are needed.
    Wait,
    /// Whole, of this length; it is on the tape.
    Whole(usize),
    /// Whole but for foreign lines between its own, of this length; it is on the tape. What would be wrong with it is that.
    Between(usize, Break),
    /// No JSON.
    Broken(Break),
    /// The file ends inside it.
    CutOff,
    /// Larger than allowed.
    TooLarge,
}

impl Attempt {
    pub(super) fn new() -> Self {
        Self { searched: 0, next: ENOUGH, false_ends: 0 }
    }

    /// Looks at the bytes from the object's brace on.
    pub(super) fn look(&mut self, bytes: &[u8], limit: usize, end: End, target: &mut Target<'_>) -> Found {
        let window = bytes.get(..limit).unwrap_or(bytes);
        let all = window.len() == limit || end == End::Reached;
        if !all && window.len() < self.next && !self.likely_end(window) {
            return Found::Wait;
        }
        match target.parse(window) {
            Outcome::Complete(length) => Found::Whole(length),
            Outcome::Broken(reason) => {
                let found = Break { reason, at: target.sink.tape.reached() };
                match target.parse_between(window) {
                    Outcome::Complete(length) => Found::Between(length, found),
                    Outcome::Incomplete if !all => self.wait(window),
                    Outcome::Incomplete | Outcome::Broken(_) => Found::Broken(found),
                }
            }
            Outcome::Incomplete if window.len() == limit => Found::TooLarge,
            Outcome::Incomplete if all => Found::CutOff,
            Outcome::Incomplete => self.wait(window),
        }
    }

    fn wait(&mut self, window: &[u8]) -> Found {
        if window.len() >= self.next {
            self.next = window.len() * 2;
        } else {
            self.false_ends += 1;
        }
        Found::Wait
    }

    /// Whether a line has come that may be the last one: an unindented `}`, or any line end for an object on one line.
    fn likely_end(&mut self, window: &[u8]) -> bool {
        if self.false_ends >= MAX_FALSE_ENDS {
            return false;
        }
        let fresh = window.get(self.searched.saturating_sub(1)..).unwrap_or_default();
        self.searched = window.len();
        if matches!(window.get(1), Some(b'\n' | b'\r')) {
            memchr::memmem::find(fresh, b"\n}").is_some()
        } else {
            memchr::memchr(b'\n', fresh).is_some()
        }
    }
}
