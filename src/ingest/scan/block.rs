//! Spans that are text on several lines, in no JSON: found by how their first line, or the first two, begin.

use super::lane::Lane;
use super::sink::Target;
use super::{DecodeOptions, End, Memo};
use crate::ingest::FORMATS;
use crate::model::{BatchResource, Range32, SpanBatch, Timestamp, Value};

/// A block larger than this is none.
const MAX_BLOCK: usize = 1 << 20;

/// How spans of a format are found in text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block {
    /// Whether a block begins here, at the beginning of a line.
    pub(crate) begins: fn(&[u8]) -> Begins,
    /// The length of the block that the text begins with, when its end has come.
    pub(crate) end: fn(&[u8]) -> Option<usize>,
    /// Decodes the block into the batch.
    pub(crate) decode: fn(&[u8], &mut SpanBatch, &mut Memo, &DecodeOptions) -> Decoded,
}

/// Whether a block begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Begins {
    Yes,
    No,
    /// More bytes are needed to tell.
    Wait,
}

/// What became of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decoded {
    /// A span or a log record, now in the batch; it ended then.
    Span(Timestamp),
    /// Text like any other.
    Other,
    /// Meant as a span, but not usable as one.
    Broken(&'static str),
}

/// What was found at the beginning of a line.
pub(super) enum Look {
    /// No block.
    None,
    /// More bytes are needed.
    Wait,
    /// A span that takes so many bytes.
    Taken(usize, Timestamp),
}

impl Lane {
    /// Looks for a block at the beginning of a line.
    pub(super) fn block(&self, rest: &[u8], end: End, target: &mut Target<'_>) -> Look {
        let first = rest.iter().find(|byte| !matches!(byte, b' ' | b'\t')).copied();
        if first.is_none() && end == End::Open {
            return Look::Wait;
        }
        // What any of them begins with.
        if !matches!(first, Some(b'{' | b'A' | b'#')) {
            return Look::None;
        }
        let blocks = FORMATS.iter().filter_map(|row| row.block.map(|block| (row.name, block)));
        for (name, block) in blocks {
            match (block.begins)(rest) {
                Begins::No => {}
                Begins::Wait if end == End::Reached => {}
                Begins::Wait => return Look::Wait,
                Begins::Yes => return self.whole_block(rest, end, (name, block), target),
            }
        }
        Look::None
    }

    fn whole_block(&self, rest: &[u8], end: End, format: (&'static str, Block), target: &mut Target<'_>) -> Look {
        let (name, block) = format;
        let window = rest.get(..MAX_BLOCK).unwrap_or(rest);
        let length = match (block.end)(window) {
            Some(length) => length,
            None if window.len() == MAX_BLOCK => return Look::None,
            None if end == End::Open => return Look::Wait,
            // It may lack no more than the end of its last line.
            None => {
                let Some(length) = (block.end)(&[window, b"\n\n"].concat()) else {
                    target.problem(self.number(), "the file ends inside a span that starts here".to_owned(), window);
                    return Look::None;
                };
                length.min(window.len())
            }
        };
        let text = rest.get(..length).unwrap_or(rest);
        let sink = &mut *target.sink;
        match sink.decode(name, block.decode, text, target.batch) {
            Decoded::Span(ended) => Look::Taken(length, ended),
            Decoded::Other => Look::None,
            Decoded::Broken(reason) => {
                target.problem(self.number(), reason.to_owned(), text);
                Look::None
            }
        }
    }
}

/// For blocks whose first line begins with a mark.
pub(crate) fn mark_begins(text: &[u8], mark: &[u8]) -> Begins {
    let text = text.trim_ascii_start();
    if text.starts_with(mark) {
        Begins::Yes
    } else if mark.starts_with(text) && !text.is_empty() {
        Begins::Wait
    } else {
        Begins::No
    }
}

/// For blocks in braces: whether a brace stands alone on its line, and the next line is right.
pub(crate) fn brace_then(text: &[u8], is_right: impl Fn(&[u8]) -> bool) -> Begins {
    let text = text.trim_ascii_start();
    let Some(rest) = text.strip_prefix(b"{") else { return Begins::No };
    let Some(line_end) = memchr::memchr(b'\n', rest) else {
        return if rest.iter().all(|byte| *byte == b'\r') { Begins::Wait } else { Begins::No };
    };
    let (head, rest) = rest.split_at(line_end + 1);
    if !head.trim_ascii().is_empty() {
        return Begins::No;
    }
    let line = rest.trim_ascii_start();
    match (line.first(), memchr::memchr(b'\n', rest)) {
        // JSON, most likely.
        (Some(b'"' | b'}'), _) => Begins::No,
        (_, None) if rest.len() < 256 => Begins::Wait,
        _ if is_right(line) => Begins::Yes,
        _ => Begins::No,
    }
}

/// For blocks in braces: the line that closes the brace, indented as the one that opened it.
pub(crate) fn brace_end(text: &[u8]) -> Option<usize> {
    let indent = text.len() - text.trim_ascii_start().len();
    let (indent, mut at) = (text.get(..indent)?, 0);
    loop {
        let rest = text.get(at..)?;
        let length = memchr::memchr(b'\n', rest)? + 1;
        let line = rest.get(..length)?;
        if line.strip_prefix(indent).is_some_and(|line| line.trim_ascii_end() == b"}") {
            return Some(at + length);
        }
        at += length;
    }
}

/// A resource whose service its attributes name, or not.
pub(crate) fn resource(attributes: Range32, batch: &mut SpanBatch, options: &DecodeOptions) -> BatchResource {
    let named = batch.attributes(attributes).find(|attribute| attribute.key == "service.name");
    let name = named.and_then(|attribute| if let Value::Str(name) = attribute.value { Some(name) } else { None });
    let service = options.service(name.filter(|name| !name.is_empty())).to_owned();
    BatchResource { service: batch.push_text(service.as_bytes()), attributes }
}
