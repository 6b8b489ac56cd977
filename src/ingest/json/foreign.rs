//! Parses an object between whose lines foreign ones stand: what another thread or process printed while it was written.
//!
//! A printed object breaks its lines between tokens only, so a line at which the parser must stop is no part of it. Such
//! lines are set aside and parsing goes on as if they were not there. One pass; what is set aside is bounded.

use std::ops::Range;

use super::parse::{Parser, Stop};
use super::{MAX_DEPTH, Node, Outcome};

/// Lines set aside in one object, and their bytes.
const MAX_LINES: usize = 64;
const MAX_BYTES: usize = 64 << 10;

/// What may come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expect {
    /// A value.
    Value,
    /// A value, or the end of an array that has none.
    FirstItem,
    /// A key, or the end of an object that has none.
    FirstKey,
    /// A key.
    Key,
    /// A comma, or the end of what is open.
    Next,
}

/// Where the parser stood at the beginning of a line.
#[derive(Clone, Copy)]
struct Mark {
    pos: usize,
    nodes: usize,
    depth: usize,
    objects: u64,
    open: [u32; MAX_DEPTH],
    expect: Expect,
}

/// Parses the object that `bytes` begins with into `nodes`, which must be empty; `foreign` becomes the lines that are no
/// part of it.
pub(super) fn parse(bytes: &[u8], nodes: &mut Vec<Node>, foreign: &mut Vec<Range<usize>>) -> Outcome {
    foreign.clear();
    let mut parser = Parser::new(bytes, 0, nodes);
    let mut expect = Expect::Value;
    let mut mark: Option<Mark> = None;
    let mut aside = 0;
    loop {
        match step(&mut parser, &mut expect, &mut mark) {
            Ok(true) => return Outcome::Complete(parser.pos),
            Ok(false) => {}
            Err(Stop::End) => return Outcome::Incomplete,
            Err(Stop::Broken) => {
                let Some(back) = mark else { return Outcome::Broken(parser.reason) };
                let rest = bytes.get(back.pos..).unwrap_or_default();
                let Some(length) = memchr::memchr(b'\n', rest).map(|at| at + 1) else {
                    // It may still turn out to be a line of its own.
                    return Outcome::Incomplete;
                };
                aside += length;
                let line = rest.get(..length).unwrap_or_default();
                if foreign.len() == MAX_LINES || aside > MAX_BYTES || !may_be_foreign(line) {
                    return Outcome::Broken(parser.reason);
                }
                foreign.push(back.pos..back.pos + length);
                parser.nodes.truncate(back.nodes);
                (parser.pos, parser.depth, parser.objects) = (back.pos + length, back.depth, back.objects);
                parser.open = back.open;
                expect = back.expect;
                mark = Some(Mark { pos: parser.pos, ..back });
            }
        }
    }
}

/// Whether a line may stand there by chance. One that begins another object or is a member belongs to some object: then
/// two are mixed up, or lines are missing.
fn may_be_foreign(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    match line.first() {
        Some(b'{') => line.ends_with(b"}") && line.len() > 2 && memchr::memmem::find(line, b"\"span_id\"").is_none(),
        Some(b'"') => !line.get(1..).unwrap_or_default().windows(2).any(|pair| pair == b"\":"),
        Some(b'}' | b']') | None => false,
        Some(_) => true,
    }
}

/// Reads the next token or scalar; true when the object is whole.
fn step(parser: &mut Parser<'_>, expect: &mut Expect, mark: &mut Option<Mark>) -> Result<bool, Stop> {
    let before = parser.pos;
    let byte = parser.token()?;
    let blank = parser.bytes.get(before..parser.pos).unwrap_or_default();
    if let Some(at) = memchr::memrchr(b'\n', blank) {
        let (pos, nodes) = (before + at + 1, parser.nodes.len());
        let Parser { depth, objects, open, .. } = *parser;
        *mark = Some(Mark { pos, nodes, depth, objects, open, expect: *expect });
    }
    let in_object = parser.objects & 1 == 1;
    *expect = match (*expect, byte) {
        (Expect::FirstKey, b'}') | (Expect::FirstItem, b']') => {
            parser.close();
            Expect::Next
        }
        (Expect::FirstKey | Expect::Key, _) => {
            parser.key()?;
            Expect::Value
        }
        (Expect::Value | Expect::FirstItem, b'{' | b'[') => {
            parser.open(if byte == b'{' { super::JsonKind::Object } else { super::JsonKind::Array })?;
            if byte == b'{' { Expect::FirstKey } else { Expect::FirstItem }
        }
        (Expect::Value | Expect::FirstItem, _) => {
            parser.value()?;
            Expect::Next
        }
        (Expect::Next, b',') => {
            parser.pos += 1;
            if in_object { Expect::Key } else { Expect::Value }
        }
        (Expect::Next, b'}') if in_object => {
            parser.close();
            Expect::Next
        }
        (Expect::Next, b']') if !in_object => {
            parser.close();
            Expect::Next
        }
        (Expect::Next, _) => return Err(parser.broken("a comma or the end of an object or array is missing")),
    };
    Ok(parser.depth == 0 && *expect == Expect::Next)
}
