//! Several processes in one stream, told apart by the prefix of every line: each has a lane of its own.

use super::End;
use super::lane::Lane;
use super::learned::{Guess, Learned};
use super::prefix::{Cri, MAX_PREFIX, cri, prefix};
use super::sink::Target;
use crate::model::Timestamp;

/// More prefixes than this at once are not told apart.
const MAX_LANES: usize = 32;

/// Objects and lines behind a prefix may be this large.
const MAX_LANE: usize = 16 << 20;

/// What waits in all lanes may be this large.
const MAX_HELD: usize = 64 << 20;

/// The lanes of the prefixes seen.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    list: Vec<Lane>,
    /// Objects behind prefixes of other kinds.
    learned: Learned,
    /// How far the line at hand was searched for its end.
    searched: usize,
}

/// Where a line goes.
pub(super) enum Route {
    /// It has no prefix.
    Here,
    /// More bytes are needed to tell.
    Wait,
    /// Into a lane; this many bytes, and the end of a span that they completed.
    Taken(usize, Option<Timestamp>),
}

/// How far a line has come.
enum Whole {
    /// It has this length.
    Line(usize),
    /// It is longer than a lane takes.
    TooLong,
    /// Its end has not come.
    Wait,
}

impl Lanes {
    /// Whether there was no prefix yet, or only some that are forgotten again.
    pub(super) fn is_clear(&self) -> bool {
        self.list.is_empty() && self.learned.is_clear() && self.searched == 0
    }

    /// Whether no line ever had a prefix.
    pub(super) fn is_unused(&self) -> bool {
        self.is_clear() && self.learned.is_unused()
    }

    /// Puts the line that `rest` begins with into its lane, if it has a prefix.
    pub(super) fn route(&mut self, rest: &[u8], number: u64, end: End, target: &mut Target<'_>) -> Route {
        let first = rest.first().copied().unwrap_or_default();
        if first.is_ascii_digit() {
            let Some(head) = head(rest, end) else { return Route::Wait };
            if let Some(cri) = cri(head) {
                return self.route_cri(rest, cri, (number, end), target);
            }
        }
        match self.learned.route(rest, number, end, target) {
            Guess::None => {}
            Guess::Wait => return Route::Wait,
            Guess::Taken(length, ended) => return self.decided(Route::Taken(length, ended)),
        }
        if !(first.is_ascii_alphanumeric() || matches!(first, 0x1b | b'[' | b'_' | b'.')) {
            return Route::Here;
        }
        let Some(head) = head(rest, end) else { return Route::Wait };
        let Some(length) = prefix(head) else { return Route::Here };
        let whole = match self.line(rest, end) {
            Whole::Line(length) => length,
            Whole::TooLong => return self.decided(Route::Here),
            Whole::Wait => return Route::Wait,
        };
        let (mark, line) = rest.get(..whole).unwrap_or(rest).split_at(length);
        let mark = [mark.trim_ascii_end(), b" "].concat();
        let index = match self.list.iter().position(|lane| lane.prefix() == mark) {
            Some(index) => index,
            None => match stands(line, rest.get(whole..).unwrap_or_default(), end) {
                None => return Route::Wait,
                Some(false) => return self.decided(Route::Here),
                Some(true) => match self.open(&mark) {
                    Some(index) => index,
                    None => return self.decided(Route::Here),
                },
            },
        };
        self.push(index, line, (number, true), target);
        self.decided(Route::Taken(whole, None))
    }

    /// Puts a line of a container runtime's file into the lane of its stream.
    fn route_cri(&mut self, rest: &[u8], cri: Cri<'_>, at: (u64, End), target: &mut Target<'_>) -> Route {
        let (number, end) = at;
        let whole = match self.line(rest, end) {
            Whole::Line(length) => length,
            Whole::TooLong => return self.decided(Route::Here),
            Whole::Wait => return Route::Wait,
        };
        let mark = [cri.stream, b" "].concat();
        let known = self.list.iter().position(|lane| lane.prefix() == mark);
        let Some(index) = known.or_else(|| self.open(&mark)) else { return self.decided(Route::Here) };
        let line = rest.get(cri.length..whole).unwrap_or_default();
        // The line end is the file's, not the program's.
        let line = if cri.ends { line } else { line.strip_suffix(b"\n").unwrap_or(line) };
        self.push(index, line, (number, cri.ends), target);
        self.decided(Route::Taken(whole, None))
    }

    /// Adds a line, or a part of one, to a lane and decides what can be decided.
    fn push(&mut self, index: usize, line: &[u8], at: (u64, bool), target: &mut Target<'_>) {
        let (number, ends) = at;
        let held: usize = self.list.iter().map(Lane::held).sum();
        let end = if held + line.len() > MAX_HELD { End::Reached } else { End::Open };
        if let Some(lane) = self.list.get_mut(index) {
            lane.push_part(line, number, ends);
            lane.run(end, None, target);
        }
    }

    /// The length of the line that `rest` begins with.
    fn line(&mut self, rest: &[u8], end: End) -> Whole {
        let window = rest.get(..MAX_LANE).unwrap_or(rest);
        let fresh = window.get(self.searched..).unwrap_or_default();
        match memchr::memchr(b'\n', fresh) {
            Some(at) => Whole::Line(self.searched + at + 1),
            None if window.len() == MAX_LANE => Whole::TooLong,
            None if end == End::Reached => Whole::Line(rest.len()),
            None => {
                self.searched = window.len();
                Whole::Wait
            }
        }
    }

    /// Decides what is left in all lanes.
    pub(super) fn finish(&mut self, target: &mut Target<'_>) {
        for lane in &mut self.list {
            lane.run(End::Reached, None, target);
        }
        self.learned.finish(target);
    }

    fn decided(&mut self, route: Route) -> Route {
        self.searched = 0;
        route
    }

    /// A new lane, in the place of an idle one when there are too many.
    fn open(&mut self, mark: &[u8]) -> Option<usize> {
        let lane = Lane::prefixed(mark, MAX_LANE);
        if self.list.len() < MAX_LANES {
            self.list.push(lane);
            return Some(self.list.len() - 1);
        }
        let idle = self.list.iter().position(Lane::is_idle)?;
        *self.list.get_mut(idle)? = lane;
        Some(idle)
    }
}

/// Whether a first prefix is one: the next line has one too, or a whole object stands behind it.
fn stands(line: &[u8], next: &[u8], end: End) -> Option<bool> {
    let line = line.trim_ascii();
    if line.starts_with(b"{") && line.ends_with(b"}") {
        return Some(true);
    }
    let next = head(next, end)?;
    Some(prefix(next).is_some())
}

/// As much of the first line as a prefix needs, or nothing when it has not come yet.
fn head(rest: &[u8], end: End) -> Option<&[u8]> {
    let window = rest.get(..MAX_PREFIX).unwrap_or(rest);
    match memchr::memchr(b'\n', window) {
        Some(at) => window.get(..at),
        None if window.len() == MAX_PREFIX || end == End::Reached => Some(window),
        None => None,
    }
}
