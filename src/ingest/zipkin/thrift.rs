//! Zipkin v1 in Thrift (zipkinCore.thrift): a bare list over HTTP, or the argument of `emitZipkinBatch` in a datagram.

use super::endpoint::Endpoint;
use super::span::{Span, Tag, Writer};
use super::v1::Old;
use super::{CUT, MAX_ROWS};
use crate::ingest::body::{Body, Progress, is_full};
use crate::ingest::thrift::{self, Binary, Compact, Cursor, Protocol, Read, Type};
use crate::model::{Place, SpanBatch, SpanId, TraceId};

/// A list of spans being decoded.
#[derive(Debug)]
pub struct SpanList<'a> {
    bytes: &'a [u8],
    source: &'static str,
    /// Where the next span begins and how many there are; nothing before the list's head was read.
    at: Option<(usize, u32)>,
}

impl<'a> SpanList<'a> {
    /// Begins with the list's bytes; `source` is for the spans.
    pub fn new(body: &'a [u8], source: &'static str) -> Self {
        Self { bytes: body, source, at: None }
    }

    fn fill_as<P: Protocol>(&mut self, batch: &mut SpanBatch, limit: usize) -> Progress {
        let mut cursor = Cursor::new(self.bytes);
        let mut writer = Writer::new(self.source, batch);
        let (at, mut left) = match self.at {
            Some(known) => known,
            None => match P::list(&mut cursor) {
                Ok(list) if list.element == Type::Struct || list.len == 0 => (cursor.position(), list.len),
                _ => return broken(&cursor, self.bytes, batch),
            },
        };
        cursor.seek(at);
        while left > 0 {
            if one::<P>(&mut cursor, &mut writer, batch).is_err() {
                return broken(&cursor, self.bytes, batch);
            }
            left -= 1;
            if is_full(batch, limit) {
                self.at = Some((cursor.position(), left));
                return Progress::More;
            }
        }
        Progress::Done
    }
}

impl Body for SpanList<'_> {
    fn fill(&mut self, batch: &mut SpanBatch, limit: usize) -> Progress {
        match self.bytes.first() {
            None => Progress::Done,
            // The element type of a binary list is its first byte: 12 for a struct. In a compact one it is the lower half.
            Some(0x0c) => self.fill_as::<Binary>(batch, limit),
            Some(_) => self.fill_as::<Compact>(batch, limit),
        }
    }
}

fn broken(cursor: &Cursor<'_>, bytes: &[u8], batch: &mut SpanBatch) -> Progress {
    let place = Place::Byte(cursor.position() as u64);
    batch.push_problem(place, format!("{} in a list of Zipkin spans", cursor.fault()), bytes);
    Progress::Broken
}

/// Reads the list of spans that a datagram's cursor stands at. What is whole before damage is in the batch.
pub(crate) fn emit<P: Protocol>(cursor: &mut Cursor<'_>, source: &str, batch: &mut SpanBatch) -> Read<()> {
    let mut writer = Writer::new(source, batch);
    let list = P::list(cursor)?;
    if list.element != Type::Struct {
        return thrift::skip_list::<P>(cursor, list);
    }
    (0..list.len).try_for_each(|_| one::<P>(cursor, &mut writer, batch))
}

fn one<P: Protocol>(cursor: &mut Cursor<'_>, writer: &mut Writer, batch: &mut SpanBatch) -> Read<()> {
    let start = cursor.clone();
    let old = span::<P>(cursor)?;
    let bytes = start.rest().get(..cursor.position().saturating_sub(start.position())).unwrap_or_default();
    for span in old.spans() {
        writer.write(&span, batch, Place::Byte(start.position() as u64), bytes);
    }
    Ok(())
}

fn span<P: Protocol>(cursor: &mut Cursor<'_>) -> Read<Old> {
    let mut old = Old::default();
    let (mut low, mut high, mut is_cut) = (0, 0, false);
    let span: &mut Span = &mut old.span;
    let mut id = 0;
    loop {
        match (P::field(cursor, &mut id)?, id) {
            (Type::Stop, _) => break,
            (Type::I64, 1) => low = P::i64(cursor)?,
            (Type::Binary, 3) => span.name = text::<P>(cursor)?,
            (Type::I64, 4) => span.span_id = span_id(P::i64(cursor)?),
            (Type::I64, 5) => span.parent_id = Some(span_id(P::i64(cursor)?)),
            (Type::List, 6) => {
                for _ in 0..structs::<P>(cursor)? {
                    let annotation = annotation::<P>(cursor)?;
                    push(annotation, &mut old.annotations, &mut is_cut);
                }
            }
            (Type::List, 8) => {
                for _ in 0..structs::<P>(cursor)? {
                    let binary = binary::<P>(cursor)?;
                    push(binary, &mut old.binary, &mut is_cut);
                }
            }
            (kind, 9) if kind.is_bool() => span.is_debug = P::bool(cursor, kind)?,
            (Type::I64, 10) => span.start = Some(P::i64(cursor)?.saturating_mul(1_000)),
            (Type::I64, 11) => span.duration = Some(P::i64(cursor)?.saturating_mul(1_000)),
            (Type::I64, 12) => high = P::i64(cursor)?,
            (kind, _) => thrift::skip::<P>(cursor, kind)?,
        }
    }
    old.span.trace_id = TraceId::from_halves(high, low);
    old.span.warnings.extend(is_cut.then_some(CUT));
    Ok(old)
}

fn push<T>(row: T, rows: &mut Vec<T>, is_cut: &mut bool) {
    *is_cut |= rows.len() >= MAX_ROWS;
    if rows.len() < MAX_ROWS {
        rows.push(row);
    }
}

/// The number of structs in a list; another list is read past.
fn structs<P: Protocol>(cursor: &mut Cursor<'_>) -> Read<u32> {
    let list = P::list(cursor)?;
    if list.element == Type::Struct {
        return Ok(list.len);
    }
    thrift::skip_list::<P>(cursor, list)?;
    Ok(0)
}

fn annotation<P: Protocol>(cursor: &mut Cursor<'_>) -> Read<(i64, String, Endpoint)> {
    let (mut id, mut time, mut value, mut place) = (0, 0, String::new(), Endpoint::default());
    loop {
        match (P::field(cursor, &mut id)?, id) {
            (Type::Stop, _) => return Ok((time, value, place)),
            (Type::I64, 1) => time = P::i64(cursor)?.saturating_mul(1_000),
            (Type::Binary, 2) => value = text::<P>(cursor)?,
            (Type::Struct, 3) => place = endpoint::<P>(cursor)?,
            (kind, _) => thrift::skip::<P>(cursor, kind)?,
        }
    }
}

fn binary<P: Protocol>(cursor: &mut Cursor<'_>) -> Read<(String, Tag, Endpoint)> {
    let (mut id, mut key, mut place) = (0, String::new(), Endpoint::default());
    let (mut value, mut kind): (&[u8], _) = (&[], STRING);
    loop {
        match (P::field(cursor, &mut id)?, id) {
            (Type::Stop, _) => return Ok((key, typed(kind, value), place)),
            (Type::Binary, 1) => key = text::<P>(cursor)?,
            (Type::Binary, 2) => value = bytes::<P>(cursor)?,
            (Type::I32, 3) => kind = P::i32(cursor)?,
            (Type::Struct, 4) => place = endpoint::<P>(cursor)?,
            (kind, _) => thrift::skip::<P>(cursor, kind)?,
        }
    }
}

const STRING: i32 = 6;

/// A value by its annotation type, numbers in network order. What does not fit its type is shown as bytes.
fn typed(kind: i32, value: &[u8]) -> Tag {
    let fallback = || Tag::Bytes(value.to_vec());
    match kind {
        0 => value.first().map_or_else(fallback, |byte| Tag::Bool(*byte != 0)),
        2 => value.try_into().map_or_else(|_| fallback(), |bytes| Tag::Int(i64::from(i16::from_be_bytes(bytes)))),
        3 => value.try_into().map_or_else(|_| fallback(), |bytes| Tag::Int(i64::from(i32::from_be_bytes(bytes)))),
        4 => value.try_into().map_or_else(|_| fallback(), |bytes| Tag::Int(i64::from_be_bytes(bytes))),
        5 => value.try_into().map_or_else(|_| fallback(), |bytes| Tag::Double(f64::from_be_bytes(bytes))),
        STRING => Tag::Text(String::from_utf8_lossy(value).into_owned()),
        _ => fallback(),
    }
}

fn endpoint<P: Protocol>(cursor: &mut Cursor<'_>) -> Read<Endpoint> {
    let (mut id, mut endpoint) = (0, Endpoint::default());
    loop {
        match (P::field(cursor, &mut id)?, id) {
            (Type::Stop, _) => return Ok(endpoint),
            (Type::I32, 1) if endpoint.address.is_empty() => endpoint.set_address(&P::i32(cursor)?.to_be_bytes()),
            // Ports above 32,767 come as negative numbers.
            (Type::I16, 2) => endpoint.port = P::i16(cursor)?.cast_unsigned(),
            (Type::Binary, 3) => endpoint.service = text::<P>(cursor)?,
            (Type::Binary, 4) => endpoint.set_address(bytes::<P>(cursor)?),
            (kind, _) => thrift::skip::<P>(cursor, kind)?,
        }
    }
}

fn bytes<'a, P: Protocol>(cursor: &mut Cursor<'a>) -> Read<&'a [u8]> {
    let slice = P::binary(cursor)?;
    Ok(cursor.get(slice))
}

fn text<P: Protocol>(cursor: &mut Cursor<'_>) -> Read<String> {
    bytes::<P>(cursor).map(|bytes| String::from_utf8_lossy(bytes).into_owned())
}

fn span_id(raw: i64) -> SpanId {
    SpanId(raw.cast_unsigned())
}
