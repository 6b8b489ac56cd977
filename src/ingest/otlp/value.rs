//! `AnyValue` in protobuf: plain values as they are, lists and maps as JSON text.

use super::MAX_DEPTH;
use crate::ingest::protobuf::{Message, Read, Value};
use crate::model::{push_json_bytes, push_json_double, push_json_string};

/// An attribute's value, still in the message.
#[derive(Clone, Copy, Debug)]
pub(super) enum Any<'a> {
    Str(&'a [u8]),
    Bool(bool),
    Int(i64),
    Double(f64),
    Bytes(&'a [u8]),
    /// A list.
    Array(&'a [u8]),
    /// A map.
    Map(&'a [u8]),
    /// No value.
    Empty,
}

/// Reads an `AnyValue`. Of several values the last counts, as in every `oneof`.
#[inline]
pub(super) fn any(bytes: &[u8]) -> Read<Any<'_>> {
    // One value and nothing else, its length in one byte: nearly all are written so.
    match bytes {
        [0x0a, length @ 0..0x80, text @ ..] if usize::from(*length) == text.len() => Ok(Any::Str(text)),
        [0x10, bool @ 0..=1] => Ok(Any::Bool(*bool == 1)),
        [0x18, int @ 0..0x80] => Ok(Any::Int(i64::from(*int))),
        _ => any_of(bytes),
    }
}

fn any_of(bytes: &[u8]) -> Read<Any<'_>> {
    let mut message = Message::new(bytes);
    let mut any = Any::Empty;
    while let Some(field) = message.field()? {
        any = match field {
            (1, Value::Bytes(text)) => Any::Str(text),
            (2, Value::Varint(bool)) => Any::Bool(bool != 0),
            (3, Value::Varint(int)) => Any::Int(int.cast_signed()),
            (4, Value::Fixed64(bits)) => Any::Double(f64::from_bits(bits)),
            (5, Value::Bytes(list)) => Any::Array(list),
            (6, Value::Bytes(map)) => Any::Map(map),
            (7, Value::Bytes(bytes)) => Any::Bytes(bytes),
            _ => any,
        };
    }
    Ok(any)
}

/// A `KeyValue`: its key and its value.
#[inline]
pub(super) fn key_value(bytes: &[u8]) -> Read<(&[u8], Any<'_>)> {
    match usual_pair(bytes) {
        Some((key, value)) => Ok((key, any(value)?)),
        None => any_pair(bytes),
    }
}

/// A key, its value and nothing else, with lengths of one byte: nearly all are written so.
#[inline]
fn usual_pair(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let [0x0a, length @ 0..0x80, rest @ ..] = bytes else { return None };
    let (key, rest) = rest.split_at_checked(usize::from(*length))?;
    let [0x12, length @ 0..0x80, value @ ..] = rest else { return None };
    (usize::from(*length) == value.len()).then_some((key, value))
}

fn any_pair(bytes: &[u8]) -> Read<(&[u8], Any<'_>)> {
    let mut message = Message::new(bytes);
    let (mut key, mut value): (&[u8], _) = (&[], Any::Empty);
    while let Some(field) = message.field()? {
        match field {
            (1, Value::Bytes(text)) => key = text,
            (2, Value::Bytes(bytes)) => value = any(bytes)?,
            _ => {}
        }
    }
    Ok((key, value))
}

/// Writes a value as JSON text, in the shapes that [`crate::model::Value::Json`] names.
pub(super) fn json(value: Any<'_>, depth: usize, out: &mut Vec<u8>) -> Read<()> {
    match value {
        Any::Str(text) => push_json_string(&String::from_utf8_lossy(text), out),
        Any::Bool(bool) => out.extend_from_slice(if bool { b"true" } else { b"false" }),
        Any::Int(int) => out.extend_from_slice(int.to_string().as_bytes()),
        Any::Double(double) => push_json_double(double, out),
        Any::Bytes(bytes) => push_json_bytes(bytes, out),
        Any::Array(_) | Any::Map(_) if depth >= MAX_DEPTH => out.extend_from_slice(b"\"...\""),
        Any::Array(list) => {
            out.push(b'[');
            let mut message = Message::new(list);
            let mut is_first = true;
            while let Some(field) = message.field()? {
                if let (1, Value::Bytes(item)) = field {
                    separate(&mut is_first, out);
                    json(any(item)?, depth + 1, out)?;
                }
            }
            out.push(b']');
        }
        Any::Map(map) => {
            out.push(b'{');
            let mut message = Message::new(map);
            let mut is_first = true;
            while let Some(field) = message.field()? {
                if let (1, Value::Bytes(pair)) = field {
                    separate(&mut is_first, out);
                    let (key, value) = key_value(pair)?;
                    push_json_string(&String::from_utf8_lossy(key), out);
                    out.push(b':');
                    json(value, depth + 1, out)?;
                }
            }
            out.push(b'}');
        }
        Any::Empty => out.extend_from_slice(b"null"),
    }
    Ok(())
}

fn separate(is_first: &mut bool, out: &mut Vec<u8>) {
    if !std::mem::replace(is_first, false) {
        out.push(b',');
    }
}
