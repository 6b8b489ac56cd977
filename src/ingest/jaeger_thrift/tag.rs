//! Tags become attributes, strings become pieces of the batch's text.

use super::batch::{Decoder, index};
use super::odd::Odd;
use crate::ingest::thrift::{self, Cursor, Protocol, Read, Slice, Type};
use crate::model::{BatchAttribute, BatchValue, Range32, Text};

const STRING: i32 = 0;
const DOUBLE: i32 = 1;
const BOOL: i32 = 2;
const LONG: i32 = 3;
const BINARY: i32 = 4;

/// A tag as sent: some clients fill every value and let the type choose.
#[derive(Clone, Copy, Debug, Default)]
struct RawTag {
    key: Option<Slice>,
    kind: Option<i32>,
    string: Option<Slice>,
    double: Option<f64>,
    bool: Option<bool>,
    long: Option<i64>,
    binary: Option<Slice>,
}

/// A tag as an attribute, with its key's place in the datagram.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tag {
    pub(super) key: Slice,
    pub(super) attribute: BatchAttribute,
}

impl Decoder<'_, '_> {
    /// Reads a list of tags into the batch, all of them.
    pub(super) fn tags<P: Protocol>(&mut self) -> Read<Range32> {
        let start = index(self.batch.attributes.len());
        for _ in 0..self.structs::<P>()? {
            let tag = self.tag::<P>()?;
            self.push_attribute(tag.attribute)?;
        }
        Ok(Range32 { start, end: index(self.batch.attributes.len()) })
    }

    #[inline]
    pub(super) fn push_attribute(&mut self, attribute: BatchAttribute) -> Read<()> {
        self.claim(size_of::<BatchAttribute>())?;
        self.batch.attributes.push(attribute);
        Ok(())
    }

    /// Reads the head of a list that should hold structs; 0 when it holds something else, which is read past.
    pub(super) fn structs<P: Protocol>(&mut self) -> Read<u32> {
        let list = P::list(&mut self.cursor)?;
        if list.element == Type::Struct || list.len == 0 {
            return Ok(list.len);
        }
        self.odd |= Odd::OtherList.bit();
        thrift::skip_list::<P>(&mut self.cursor, list)?;
        Ok(0)
    }

    /// Reads a tag.
    #[inline]
    pub(super) fn tag<P: Protocol>(&mut self) -> Read<Tag> {
        let Some((usual, end)) = usual_tag::<P>(self.cursor.clone()) else { return self.unusual_tag::<P>() };
        self.cursor.seek(end);
        let value = match usual.value {
            Usual::Text(text) => BatchValue::Str(self.text(text)?),
            Usual::Int(int) => BatchValue::Int(int),
            Usual::Bool(bool) => BatchValue::Bool(bool),
        };
        Ok(Tag { key: usual.key, attribute: BatchAttribute { key: self.text(usual.key)?, value } })
    }

    /// Reads a tag whose fields come in any order, with more values than one, or not at all.
    fn unusual_tag<P: Protocol>(&mut self) -> Read<Tag> {
        let mut raw = RawTag::default();
        let mut id = 0;
        loop {
            let kind = P::field(&mut self.cursor, &mut id)?;
            match (id, kind) {
                (_, Type::Stop) => break,
                (1, Type::Binary) => raw.key = Some(P::binary(&mut self.cursor)?),
                (2, Type::I32) => raw.kind = Some(P::i32(&mut self.cursor)?),
                (3, Type::Binary) => raw.string = Some(P::binary(&mut self.cursor)?),
                (4, Type::Double) => raw.double = Some(P::double(&mut self.cursor)?),
                (5, kind) if kind.is_bool() => raw.bool = Some(P::bool(&mut self.cursor, kind)?),
                (6, Type::I64) => raw.long = Some(P::i64(&mut self.cursor)?),
                (7, Type::Binary) => raw.binary = Some(P::binary(&mut self.cursor)?),
                (_, kind) => thrift::skip::<P>(&mut self.cursor, kind)?,
            }
        }
        self.odd |= if raw.key.is_none() { Odd::NoKey.bit() } else { 0 };
        let key = raw.key.unwrap_or_default();
        let attribute = BatchAttribute { key: self.text(key)?, value: self.value(&raw)? };
        Ok(Tag { key, attribute })
    }

    fn value(&mut self, raw: &RawTag) -> Read<BatchValue> {
        Ok(match *raw {
            RawTag { kind: Some(STRING), string, .. } => BatchValue::Str(self.text(string.unwrap_or_default())?),
            RawTag { kind: Some(LONG), long: Some(long), .. } => BatchValue::Int(long),
            RawTag { kind: Some(BOOL), bool: Some(bool), .. } => BatchValue::Bool(bool),
            RawTag { kind: Some(DOUBLE), double: Some(double), .. } => BatchValue::Double(double),
            RawTag { kind: Some(BINARY), binary: Some(binary), .. } => BatchValue::Bytes(self.place(binary)),
            _ => self.unsure_value(raw)?,
        })
    }

    /// The value of a tag whose type is absent, unknown, or announces a value that was not sent.
    fn unsure_value(&mut self, raw: &RawTag) -> Read<BatchValue> {
        let zero = match raw.kind {
            Some(DOUBLE) => Some(BatchValue::Double(0.0)),
            Some(BOOL) => Some(BatchValue::Bool(false)),
            Some(LONG) => Some(BatchValue::Int(0)),
            Some(BINARY) => Some(BatchValue::Bytes(Text::default())),
            _ => None,
        };
        if let Some(zero) = zero {
            self.odd |= Odd::NoValue.bit();
            return Ok(zero);
        }
        self.odd |= if raw.kind.is_some() { Odd::UnknownType.bit() } else { Odd::NoType.bit() };
        let number = match *raw {
            RawTag { string: Some(string), .. } => return Ok(BatchValue::Str(self.text(string)?)),
            RawTag { binary: Some(binary), .. } => return Ok(BatchValue::Str(self.text(binary)?)),
            RawTag { long: Some(long), .. } => long.to_string(),
            RawTag { double: Some(double), .. } => double.to_string(),
            RawTag { bool: Some(bool), .. } => bool.to_string(),
            RawTag { .. } => String::new(),
        };
        self.claim(number.len())?;
        Ok(BatchValue::Str(self.batch.push_text(number.as_bytes())))
    }

    /// A piece of the datagram as valid text, repaired when it is not UTF-8 (clients cut at bytes).
    #[inline]
    pub(super) fn text(&mut self, slice: Slice) -> Read<Text> {
        let bytes = self.cursor.get(slice);
        if is_ascii(bytes) || std::str::from_utf8(bytes).is_ok() {
            return Ok(self.place(slice));
        }
        self.repaired_text(bytes)
    }

    #[cold]
    fn repaired_text(&mut self, bytes: &[u8]) -> Read<Text> {
        let text = String::from_utf8_lossy(bytes);
        self.claim(text.len())?;
        Ok(self.batch.push_text(text.as_bytes()))
    }

    /// The same piece in the batch's copy of the datagram.
    #[inline]
    fn place(&self, slice: Slice) -> Text {
        Text { start: self.base().wrapping_add(slice.start), len: slice.len }
    }
}

/// A tag as nearly every client writes it: key, type, the value of that type, nothing else.
struct UsualTag {
    key: Slice,
    value: Usual,
}

enum Usual {
    Text(Slice),
    Int(i64),
    Bool(bool),
}

/// Reads a tag of the usual form and where it ends. Anything else, damage too, is left to the full reader. The cursor is
/// a copy so that it can live in registers.
#[inline]
fn usual_tag<P: Protocol>(mut cursor: Cursor<'_>) -> Option<(UsualTag, usize)> {
    let cursor = &mut cursor;
    if !P::is_next(cursor, 0, 1, Type::Binary) {
        return None;
    }
    let key = P::binary(cursor).ok()?;
    if !P::is_next(cursor, 1, 2, Type::I32) {
        return None;
    }
    let value = match P::i32(cursor).ok()? {
        STRING if P::is_next(cursor, 2, 3, Type::Binary) => Usual::Text(P::binary(cursor).ok()?),
        LONG if P::is_next(cursor, 2, 6, Type::I64) => Usual::Int(P::i64(cursor).ok()?),
        BOOL if P::is_next(cursor, 2, 5, Type::True) => Usual::Bool(true),
        BOOL if P::is_next(cursor, 2, 5, Type::False) => Usual::Bool(false),
        _ => return None,
    };
    cursor.is_next([0]).then(|| (UsualTag { key, value }, cursor.position()))
}

/// Cheaper than full validation for the short strings that tags are made of: the last word overlaps the one before.
#[inline]
fn is_ascii(bytes: &[u8]) -> bool {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let all = match (bytes.last_chunk::<8>(), bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        (Some(last), ..) => {
            let words = bytes.chunks_exact(8).filter_map(<[u8]>::first_chunk::<8>);
            words.fold(u64::from_le_bytes(*last), |all, word| all | u64::from_le_bytes(*word))
        }
        (None, Some(first), Some(last)) => u64::from(u32::from_le_bytes(*first) | u32::from_le_bytes(*last)),
        _ => u64::from(bytes.iter().fold(0, |all, byte| all | byte)),
    };
    all & HIGH == 0
}
