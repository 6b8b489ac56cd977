//! JSON text read in order and without a tape, straight into a batch: for objects whose members are known beforehand.
//!
//! It never says what is wrong: at whatever it does not expect, the end of the bytes too, it gives nothing, and the parser
//! begins anew. What it takes, the parser takes too, and both make the same of it.

use super::fill::{push_string, push_value};
use super::{JsonKind, Outcome, Shapes, Tape, index, string};
use crate::model::{BatchAttribute, BatchValue, Range32, SpanBatch, Text};

/// Longer objects are not worth the hurry; and so few bytes hold fewer values than the parser's limit.
const MAX_BYTES: usize = 64 << 10;

/// A place in JSON text, and the batch that what is read goes into.
#[derive(Debug)]
pub(crate) struct Cursor<'a, 'b> {
    /// What is not read yet.
    pub(crate) rest: &'a [u8],
    /// The bytes from here up to `rest` are to be copied into the batch in one go: texts in there need no copy of their own.
    kept: &'a [u8],
    length: usize,
    pub(crate) tape: &'b mut Tape,
    pub(crate) batch: &'b mut SpanBatch,
}

impl<'a, 'b> Cursor<'a, 'b> {
    /// At the beginning of `bytes`; nothing when the batch is too full to be filled without a look at its limits.
    pub(crate) fn new(bytes: &'a [u8], tape: &'b mut Tape, batch: &'b mut SpanBatch) -> Option<Self> {
        let rest = bytes.get(..MAX_BYTES).unwrap_or(bytes);
        (batch.text.len() < 1 << 31).then_some(Self { rest, kept: rest, length: rest.len(), tape, batch })
    }

    /// How many bytes were read.
    pub(crate) fn read(&self) -> usize {
        self.length.saturating_sub(self.rest.len())
    }

    /// Takes these bytes.
    #[inline]
    pub(crate) fn take<const N: usize>(&mut self, bytes: &[u8; N]) -> Option<()> {
        self.rest = self.rest.strip_prefix(bytes)?;
        Some(())
    }

    /// Skips white space.
    #[inline]
    pub(crate) fn gap(&mut self) {
        while let Some((b' ' | b'\n' | b'\r' | b'\t', rest)) = self.rest.split_first() {
            // A line end and the indent behind it are one step.
            self.rest = rest.get(string::spaces(rest, 0)..).unwrap_or_default();
        }
    }

    /// Takes a comma and a key with its colon, such as `"name": `.
    #[inline]
    pub(crate) fn member<const N: usize>(&mut self, key: &[u8; N]) -> Option<()> {
        self.take(b",")?;
        self.gap();
        self.take(key)
    }

    /// What follows an item: true for a comma, false for the closing byte. White space around it is skipped.
    #[inline]
    pub(crate) fn more(&mut self, close: u8) -> Option<bool> {
        self.gap();
        let (byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        if *byte == b',' {
            self.gap();
            return Some(true);
        }
        (*byte == close).then_some(false)
    }

    /// Takes the byte that opens a container; whether anything is in there.
    pub(crate) fn open(&mut self, open: u8, close: u8) -> Option<bool> {
        let (byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        self.gap();
        if let Some(rest) = self.rest.strip_prefix(&[close]) {
            self.rest = rest;
            return (*byte == open).then_some(false);
        }
        (*byte == open).then_some(true)
    }

    /// A string as it stands between its quotes.
    #[inline]
    pub(crate) fn string(&mut self) -> Option<(&'a [u8], JsonKind)> {
        let text = self.rest.strip_prefix(b"\"")?;
        let (end, kind) = string::end(text, 0).ok()?;
        let (raw, rest) = text.split_at_checked(end)?;
        self.rest = rest.get(1..)?;
        Some((raw, kind))
    }

    /// The bytes of a string without escapes or anything but ASCII.
    #[inline]
    pub(crate) fn ascii(&mut self) -> Option<&'a [u8]> {
        let text = self.rest.strip_prefix(b"\"")?;
        let mut wide = 0;
        let (raw, rest) = text.split_at_checked(string::skip(text, 0, &mut wide))?;
        if wide != 0 {
            return None;
        }
        self.rest = rest.strip_prefix(b"\"")?;
        Some(raw)
    }

    /// Copies a string into the batch.
    pub(crate) fn push_string(&mut self) -> Option<Text> {
        let (raw, kind) = self.string()?;
        Some(push_string(raw, kind, self.batch))
    }

    /// From here on everything is copied, between [`Cursor::text`] and [`Cursor::attributes`] nothing else may be.
    pub(crate) fn keep(&mut self) {
        self.kept = self.rest;
    }

    /// Copies what is to be copied up to here.
    pub(crate) fn copy(&mut self) {
        let read = self.kept.len().saturating_sub(self.rest.len());
        self.batch.text.extend_from_slice(self.kept.get(..read).unwrap_or_default());
        self.kept = self.rest;
    }

    /// A string whose bytes are or will be copied.
    #[expect(clippy::inline_always, reason = "a call would pass offset and length through memory, and wait for it")]
    #[inline(always)]
    pub(crate) fn text(&mut self) -> Option<Text> {
        let start = self.batch.text.len() + self.kept.len().saturating_sub(self.rest.len()) + 1;
        match self.ascii() {
            Some(raw) => Some(Text { start: index(start), len: index(raw.len()) }),
            None => self.other_text(),
        }
    }

    #[cold]
    fn other_text(&mut self) -> Option<Text> {
        self.copy();
        let text = self.push_string();
        self.keep();
        text
    }

    /// The members of an object as attributes; `depth` containers are open around them, the object included.
    pub(crate) fn attributes(&mut self, depth: usize) -> Option<Range32> {
        let start = index(self.batch.attributes.len());
        let mut more = self.open(b'{', b'}')?;
        while more {
            let key = self.text()?;
            self.take(b": ")?;
            // Each is pushed where it was made: moved together they would wait for their own halves to be written.
            if self.rest.first() == Some(&b'"') {
                let value = BatchValue::Str(self.text()?);
                self.batch.attributes.push(BatchAttribute { key, value });
            } else if let Some(int) = self.int() {
                self.batch.attributes.push(BatchAttribute { key, value: BatchValue::Int(int) });
            } else {
                let value = self.value(depth)?;
                self.batch.attributes.push(BatchAttribute { key, value });
            }
            more = self.more(b'}')?;
        }
        Some(Range32 { start, end: index(self.batch.attributes.len()) })
    }

    fn value(&mut self, depth: usize) -> Option<BatchValue> {
        self.copy();
        let value = self.rest;
        self.skip(depth)?;
        self.keep();
        Some(push_value(self.tape.root(value), Shapes::Plain, self.batch))
    }

    /// A short integer without a sign.
    #[inline]
    fn int(&mut self) -> Option<i64> {
        let digits = self.rest.iter().take(19).take_while(|byte| byte.is_ascii_digit()).count();
        let (number, rest) = self.rest.split_at_checked(digits)?;
        let is_plain = (1..19).contains(&digits) && (digits == 1 || number.first() != Some(&b'0'));
        if !is_plain || !matches!(rest.first(), Some(b',' | b'\n' | b'}')) {
            return None;
        }
        self.rest = rest;
        Some(number.iter().fold(0, |int, digit| int * 10 + i64::from(digit - b'0')))
    }

    /// Puts any value on the tape, inside so many containers; its bytes.
    pub(crate) fn skip(&mut self, depth: usize) -> Option<&'a [u8]> {
        let Outcome::Complete(length) = self.tape.parse_inside(self.rest, depth) else { return None };
        let (value, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(value)
    }
}
