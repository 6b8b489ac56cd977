//! Jaeger over HTTP: the body is a bare `Batch`, or a whole message `submitBatches` (or `emitBatch`) with batches in it.
//!
//! First it is only looked where the batches and their spans are; then spans are decoded one after the other, so that a huge
//! body is never a huge batch.

use super::batch::{Decoder, Part};
use super::{Protocol, note};
use crate::ingest::body::{Body, Progress, is_full};
use crate::ingest::thrift::{self, Binary, Compact, Cursor, Fault, Read, Type};
use crate::model::{BatchResource, SpanBatch};

/// A body being decoded.
#[derive(Debug)]
pub struct BatchBody<'a> {
    bytes: &'a [u8],
    source: &'static str,
    parts: Option<Parts>,
}

/// Where things are in a body.
#[derive(Debug, Default)]
struct Parts {
    batches: Vec<Found>,
    /// The batch at hand.
    at: usize,
    /// Where reading stopped, and why, when the body is damaged.
    damage: Option<(usize, Fault)>,
}

/// A batch in the body.
#[derive(Clone, Copy, Debug, Default)]
struct Found {
    /// Where its process begins.
    process: Option<usize>,
    /// Where its next span begins, and how many are left.
    spans: Option<(usize, u32)>,
    /// Spans decoded so far.
    done: u32,
}

impl<'a> BatchBody<'a> {
    /// Begins with a body's bytes; `source` is for the spans.
    pub fn new(body: &'a [u8], source: &'static str) -> Self {
        Self { bytes: body, source, parts: None }
    }

    fn fill_as<P: thrift::Protocol>(&mut self, protocol: Protocol, batch: &mut SpanBatch, limit: usize) -> Progress {
        let bytes = self.bytes;
        let parts = self.parts.get_or_insert_with(|| look::<P>(bytes));
        while let Some(found) = parts.batches.get_mut(parts.at) {
            let mut decoder = Decoder::of_body(bytes, batch, protocol, self.source);
            if let Some(at) = found.process {
                decoder.body_process::<P>(at);
            }
            let (mut at, mut left) = found.spans.unwrap_or_default();
            while left > 0 {
                let Ok(end) = decoder.body_span::<P>(at, found.done + 1) else {
                    let _ = decoder.finish();
                    return Progress::Broken;
                };
                (at, left) = (end, left - 1);
                found.done += 1;
                if is_full(decoder.batch, limit) {
                    found.spans = Some((at, left));
                    let _ = decoder.finish();
                    return Progress::More;
                }
            }
            let _ = decoder.finish();
            parts.at += 1;
        }
        match parts.damage {
            Some((at, fault)) => {
                note(bytes, batch, at, format!("{fault} in a batch"));
                Progress::Broken
            }
            None => Progress::Done,
        }
    }
}

impl Body for BatchBody<'_> {
    fn fill(&mut self, batch: &mut SpanBatch, limit: usize) -> Progress {
        match self.bytes {
            // Nothing, or a struct without fields.
            [] | [0] => Progress::Done,
            // A message, or the head of field 1, a struct, as compact writes it.
            [0x82 | 0x1c, ..] => self.fill_as::<Compact>(Protocol::Compact, batch, limit),
            [0x80 | 0x0c | 0x0f | 0x00, ..] => self.fill_as::<Binary>(Protocol::Binary, batch, limit),
            [first, ..] => {
                note(self.bytes, batch, 0, format!("starts with byte 0x{first:02x}: not a jaeger thrift batch"));
                Progress::Broken
            }
        }
    }
}

fn look<P: thrift::Protocol>(bytes: &[u8]) -> Parts {
    let mut parts = Parts::default();
    let mut cursor = Cursor::new(bytes);
    let is_message = matches!(bytes, [0x82 | 0x80, ..] | [0, _, ..]);
    let result = if is_message { message::<P>(&mut cursor, &mut parts) } else { batch::<P>(&mut cursor, &mut parts) };
    if result.is_err() {
        parts.damage = Some((cursor.position(), cursor.fault()));
    }
    parts
}

fn message<P: thrift::Protocol>(cursor: &mut Cursor<'_>, parts: &mut Parts) -> Read<()> {
    P::message(cursor)?;
    let mut id = 0;
    loop {
        match (P::field(cursor, &mut id)?, id) {
            (Type::Stop, _) => return Ok(()),
            (Type::Struct, 1) => batch::<P>(cursor, parts)?,
            (Type::List, 1) => {
                let list = P::list(cursor)?;
                if list.element == Type::Struct {
                    (0..list.len).try_for_each(|_| batch::<P>(cursor, parts))?;
                } else {
                    thrift::skip_list::<P>(cursor, list)?;
                }
            }
            (kind, _) => thrift::skip::<P>(cursor, kind)?,
        }
    }
}

/// Notes where a batch's process and spans are; also those of one that is cut off.
fn batch<P: thrift::Protocol>(cursor: &mut Cursor<'_>, parts: &mut Parts) -> Read<()> {
    let at = parts.batches.len();
    parts.batches.push(Found::default());
    let mut note = |change: &dyn Fn(&mut Found)| parts.batches.get_mut(at).into_iter().for_each(change);
    let mut id = 0;
    loop {
        match (P::field(cursor, &mut id)?, id) {
            (Type::Stop, _) => return Ok(()),
            (Type::Struct, 1) => {
                let start = cursor.position();
                note(&|found| found.process = Some(start));
                thrift::skip::<P>(cursor, Type::Struct)?;
            }
            (Type::List, 2) => {
                let list = P::list(cursor)?;
                let start = cursor.position();
                if list.element == Type::Struct {
                    note(&|found| found.spans = Some((start, list.len)));
                }
                thrift::skip_list::<P>(cursor, list)?;
            }
            (kind, _) => thrift::skip::<P>(cursor, kind)?,
        }
    }
}

impl<'d, 'b> Decoder<'d, 'b> {
    /// Goes on with a body: spans under a resource that is made anew.
    fn of_body(bytes: &'d [u8], batch: &'b mut SpanBatch, protocol: Protocol, source: &str) -> Self {
        let mut decoder = Self::new(bytes, batch, protocol);
        decoder.source = decoder.batch.push_text(source.as_bytes());
        decoder.batch.resources.push(BatchResource::default());
        decoder
    }

    /// Reads the process that begins here, as far as it can be read.
    fn body_process<P: thrift::Protocol>(&mut self, at: usize) {
        self.cursor.seek(at);
        let is_whole = thrift::skip::<P>(&mut self.cursor, Type::Struct).is_ok();
        self.lend(at..self.cursor.position());
        self.cursor.seek(at);
        // What is damaged is told when reading comes to it in its place.
        let _ = is_whole && self.process::<P>().is_ok();
    }

    /// Reads the span that begins here; where it ends.
    fn body_span<P: thrift::Protocol>(&mut self, at: usize, number: u32) -> Read<usize> {
        self.cursor.seek(at);
        self.part = Part::Span(number, 0);
        if let Err(broken) = thrift::skip::<P>(&mut self.cursor, Type::Struct) {
            self.stopped();
            return Err(broken);
        }
        let end = self.cursor.position();
        self.lend(at..end);
        self.cursor.seek(at);
        // Its own bytes are damaged; where the next one begins is known all the same.
        if self.one_span::<P>(number, 0).is_err() {
            self.stopped();
        }
        Ok(end)
    }
}
