//! Objects whose every line stands behind a prefix that no table knows: CI logs, journals, `ts`, process managers.
//!
//! A line of text that ends in a brace is compared with the lines after it: a key behind the same prefix gives the prefix
//! away. The lane lives until its object is decided.

use super::End;
use super::lane::Lane;
use super::prefix::prefix;
use super::sink::Target;
use super::stamp::{MAX_HEAD, Pattern};
use crate::model::Timestamp;

/// More such objects than this at once are not told apart.
const MAX_LEARNED: usize = 16;

/// The object may be this large.
const MAX_OBJECT: usize = 16 << 20;

/// Blanks looked at before a prefix.
const MAX_INDENT: usize = 64;

/// So many lines may stand between the first two of an object: other processes print too.
const MAX_AHEAD: u64 = 16;

/// Bytes that those lines may have.
const MAX_WINDOW: usize = 16 << 10;

/// Objects that are being collected, oldest first.
#[derive(Debug, Default)]
pub(super) struct Learned {
    list: Vec<(Pattern, Lane)>,
    /// There was such an object.
    was_used: bool,
}

/// Where a line goes.
pub(super) enum Guess {
    /// To no learned prefix.
    None,
    /// More bytes are needed to tell.
    Wait,
    /// Into a lane; this many bytes, and the end of a span that they completed.
    Taken(usize, Option<Timestamp>),
}

impl Learned {
    /// Whether no object is being collected.
    pub(super) fn is_clear(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether no object ever was.
    pub(super) fn is_unused(&self) -> bool {
        !self.was_used
    }

    /// Takes the line that `rest` begins with if it belongs to an object behind a prefix.
    pub(super) fn route(&mut self, rest: &[u8], number: u64, end: End, target: &mut Target<'_>) -> Guess {
        if rest.first() == Some(&b'{') || rest.first().is_none_or(|byte| matches!(byte, b'\n' | b'\r')) {
            return Guess::None;
        }
        // An indented line may have a prefix, too, unless it begins as JSON does.
        let indent = rest.iter().take(MAX_INDENT).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let begins_json = matches!(rest.get(indent), Some(b'{' | b'}' | b'[' | b']' | b'"'));
        if self.list.is_empty() && indent > 0 && begins_json {
            return Guess::None;
        }
        let Some(head) = line(rest, end) else { return Guess::Wait };
        if let Some((index, length)) = self.find(head) {
            return self.push(index, rest.split_at(length.min(rest.len())), target, (number, end));
        }
        if !head.trim_ascii_end().ends_with(b"{") {
            return Guess::None;
        }
        match learn(head, rest, end) {
            Lesson::Wait => Guess::Wait,
            Lesson::None => Guess::None,
            Lesson::Prefix(pattern) => {
                let length = pattern.length(head).unwrap_or_default();
                if is_tabled(head, length) {
                    return Guess::None;
                }
                if self.list.len() >= MAX_LEARNED {
                    let (_, mut oldest) = self.list.remove(0);
                    oldest.run(End::Reached, None, target);
                }
                let lane = Lane::prefixed(&pattern.fixed(), MAX_OBJECT);
                self.list.push((pattern, lane));
                self.was_used = true;
                self.push(self.list.len() - 1, rest.split_at(length.min(rest.len())), target, (number, end))
            }
        }
    }

    /// Decides what is left.
    pub(super) fn finish(&mut self, target: &mut Target<'_>) {
        for (_, mut lane) in self.list.drain(..) {
            lane.run(End::Reached, None, target);
        }
    }

    /// The object with the longest prefix that this line has.
    fn find(&self, head: &[u8]) -> Option<(usize, usize)> {
        let lengths = self.list.iter().enumerate().filter_map(|(n, (pattern, _))| Some((n, pattern.length(head)?)));
        lengths.max_by_key(|(_, length)| *length)
    }

    /// Adds the line that `rest` begins with, split behind its prefix.
    fn push(&mut self, index: usize, rest: (&[u8], &[u8]), target: &mut Target<'_>, at: (u64, End)) -> Guess {
        let (prefix, rest) = rest;
        let (number, end) = at;
        let whole = match memchr::memchr(b'\n', rest) {
            Some(at) => at + 1,
            None if end == End::Reached || rest.len() > MAX_OBJECT => rest.len(),
            None => return Guess::Wait,
        };
        let Some((_, lane)) = self.list.get_mut(index) else { return Guess::None };
        lane.push_line(rest.get(..whole).unwrap_or_default(), number);
        lane.run(End::Open, None, target);
        let ended = lane.after();
        if lane.is_idle() {
            self.list.remove(index);
        }
        Guess::Taken(prefix.len() + whole, ended)
    }
}

/// Whether [`prefix`] knows this prefix, but for spaces.
fn is_tabled(head: &[u8], length: usize) -> bool {
    prefix(head).is_some_and(|known| head.get(known.min(length)..length).unwrap_or_default().trim_ascii().is_empty())
}

/// What the lines behind a brace say.
enum Lesson {
    Wait,
    None,
    Prefix(Pattern),
}

/// The prefix of the object that the line `first` may begin.
fn learn(first: &[u8], rest: &[u8], end: End) -> Lesson {
    let known = |pattern: Option<Pattern>| pattern.map_or(Lesson::None, Lesson::Prefix);
    let mut window = rest.get(..MAX_WINDOW).unwrap_or(rest);
    let is_all = window.len() == MAX_WINDOW || end == End::Reached;
    let end = if is_all { End::Reached } else { end };
    let (mut numbered, mut between) = (None, Vec::new());
    for distance in 1..=MAX_AHEAD {
        let Some(at) = memchr::memchr(b'\n', window) else {
            return if is_all { known(numbered) } else { Lesson::Wait };
        };
        window = window.get(at + 1..).unwrap_or_default();
        let Some(head) = line(window, end) else { return Lesson::Wait };
        // A key at the very beginning: the object has no prefix.
        if head.trim_ascii_start().starts_with(b"\"") {
            return Lesson::None;
        }
        if let Some(pattern) = Pattern::shared(first, head) {
            // The line that the key's object begins with is the one before it behind this prefix.
            let is_first = between.iter().all(|head: &&[u8]| {
                let length = pattern.length(head);
                length.is_none_or(|length| head.get(length..).unwrap_or_default().trim_ascii().is_empty())
            });
            return known(is_first.then_some(pattern));
        }
        between.push(head);
        numbered = numbered.or_else(|| Pattern::numbered(first, head, distance));
    }
    known(numbered)
}

/// The beginning of the first line, or nothing when it has not come yet.
fn line(rest: &[u8], end: End) -> Option<&[u8]> {
    let window = rest.get(..MAX_HEAD).unwrap_or(rest);
    match memchr::memchr(b'\n', window) {
        Some(at) => window.get(..at),
        None if window.len() == MAX_HEAD || end == End::Reached => Some(window),
        None => None,
    }
}
