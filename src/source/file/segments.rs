//! A regular file, piece by piece: pieces are cut, where that is possible, before a line that begins with a brace, so that
//! most of them can be decoded apart. Notices when the file is not what it was at the beginning.

use std::fmt;
use std::io::{self, Read};

/// A file that is being read.
pub(super) struct Segments<'a> {
    input: &'a mut dyn Read,
    /// How long the file is now.
    length: &'a dyn Fn() -> Option<u64>,
    size: usize,
    /// No more than this is read.
    limit: u64,
    done: u64,
    /// The beginning of the next piece.
    carry: Vec<u8>,
    is_cut: bool,
    is_end: bool,
    /// What has become of the file since reading began.
    pub(super) change: Option<Change>,
    /// Why reading ended before the end.
    pub(super) error: Option<io::Error>,
}

/// What may become of a file while it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// It ended early.
    Shrank {
        /// Bytes that could be read.
        read: u64,
        /// Bytes that it had.
        of: u64,
    },
    /// More came. It is read once more to what is then its end, lest a file that always grows is read for ever.
    Grew {
        /// Bytes that it had.
        from: u64,
        /// Bytes read.
        to: u64,
    },
    /// Its name is gone. What was open could be read.
    Vanished,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shrank { read, of } => {
                write!(f, "the file shrank while it was read: {read} of {of} bytes were left; what was read is kept")
            }
            Self::Grew { from, to } => {
                write!(
                    f,
                    "the file grew while it was read, from {from} to {to} bytes: what came after that is not read"
                )
            }
            Self::Vanished => write!(f, "the file was removed while it was read; it was read to its end"),
        }
    }
}

impl<'a> Segments<'a> {
    /// Reads pieces of at most `size` bytes. `length` tells how long the file is, at any time.
    pub(super) fn new(input: &'a mut dyn Read, length: &'a dyn Fn() -> Option<u64>, size: usize) -> Self {
        let limit = length().unwrap_or(u64::MAX);
        let (carry, change, error) = (Vec::new(), None, None);
        Self { input, length, size, limit, done: 0, carry, is_cut: false, is_end: false, change, error }
    }

    /// The next piece, and whether it begins where an object most likely does; nothing at the end.
    pub(super) fn next(&mut self, piece: &mut Vec<u8>) -> Option<bool> {
        piece.clear();
        piece.append(&mut self.carry);
        let is_cut = self.is_cut;
        self.fill(piece);
        let brace = memchr::memrchr_iter(b'\n', piece).find(|at| piece.get(at + 1) == Some(&b'{'));
        self.is_cut = brace.is_some() && !self.is_end;
        if let (true, Some(at)) = (self.is_cut, brace) {
            self.carry.extend(piece.drain(at + 1..));
        }
        (!piece.is_empty()).then_some(is_cut)
    }

    fn fill(&mut self, piece: &mut Vec<u8>) {
        while !self.is_end && piece.len() < self.size {
            let room = self.limit.saturating_sub(self.done).min((self.size - piece.len()) as u64);
            if room == 0 {
                self.is_end = !self.has_grown();
                continue;
            }
            piece.reserve_exact(usize::try_from(room).unwrap_or_default());
            let start = piece.len();
            let result = (&mut *self.input).take(room).read_to_end(piece);
            let got = (piece.len() - start) as u64;
            self.done += got;
            self.is_end = result.is_err() || got < room;
            self.error = result.err();
            if self.is_end && self.error.is_none() && self.limit != u64::MAX {
                self.change = Some(Change::Shrank { read: self.done, of: self.limit });
            }
        }
    }

    fn has_grown(&mut self) -> bool {
        let now = (self.length)().filter(|now| self.change.is_none() && *now > self.limit);
        if let Some(now) = now {
            self.change = Some(Change::Grew { from: self.limit, to: now });
            self.limit = now;
        }
        now.is_some()
    }
}
