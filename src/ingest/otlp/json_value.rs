//! Values in OTLP/JSON, as the specification has them and as clients write them: names in any case and with underscores,
//! numbers as text, `null` for what is not there.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::ingest::json::{Json, JsonKind, push_text};
use crate::model::{BatchAttribute, BatchValue, SpanBatch, push_json_bytes, push_json_double, push_json_string};

/// Longest name of a field that we know.
const LONGEST: usize = 28;

/// A name without underscores and in small letters, as far as it may be one of ours.
pub(super) fn plain<'a>(key: &[u8], room: &'a mut [u8; LONGEST]) -> &'a [u8] {
    let mut length = 0;
    for byte in key.iter().filter(|byte| **byte != b'_') {
        let Some(slot) = room.get_mut(length) else { return &[] };
        *slot = byte.to_ascii_lowercase();
        length += 1;
    }
    room.get(..length).unwrap_or_default()
}

/// The member of an object by its plain name; `null` is no member.
pub(super) fn member<'a>(object: Json<'a>, name: &[u8]) -> Option<Json<'a>> {
    let is = |key: Json<'_>| plain(key.raw(), &mut [0; LONGEST]) == name;
    object.members().find(|(key, value)| value.kind() != JsonKind::Null && is(*key)).map(|(_, value)| value)
}

/// Room for [`plain`].
pub(super) fn room() -> [u8; LONGEST] {
    [0; LONGEST]
}

/// A 64-bit integer: number or text, with an exponent too, or the two halves of a JavaScript `Long`, the low one signed.
pub(super) fn integer(value: Json<'_>) -> Option<i128> {
    if value.kind() == JsonKind::Object {
        let (high, low) = (integer(value.get(b"high")?)?, integer(value.get(b"low")?)?);
        return Some((high << 32) + (low & 0xffff_ffff));
    }
    let text = std::str::from_utf8(value.raw()).ok()?;
    text.parse().ok().or_else(|| {
        let double: f64 = text.parse().ok()?;
        // Beyond that a double says nothing of an integer.
        #[expect(clippy::cast_possible_truncation, reason = "it is in range")]
        (double.is_finite() && double.abs() < 1e38).then_some(double as i128)
    })
}

/// A number that cannot be negative, such as a time in ns.
pub(super) fn unsigned(value: Json<'_>) -> Option<u64> {
    integer(value).map(|number| u64::try_from(number.max(0)).unwrap_or(u64::MAX))
}

/// What an `AnyValue` holds.
#[derive(Clone, Copy)]
enum Any<'a> {
    Str(Json<'a>),
    Bool(bool),
    Int(Json<'a>),
    Double(Json<'a>),
    Bytes(Json<'a>),
    Array(Json<'a>),
    Map(Json<'a>),
    Empty,
}

fn any(value: Json<'_>) -> Any<'_> {
    for (key, inner) in value.members() {
        if inner.kind() == JsonKind::Null {
            continue;
        }
        return match plain(key.raw(), &mut room()) {
            b"stringvalue" => Any::Str(inner),
            b"boolvalue" => Any::Bool(inner.kind() == JsonKind::True),
            b"intvalue" => Any::Int(inner),
            b"doublevalue" => Any::Double(inner),
            b"bytesvalue" => Any::Bytes(inner),
            b"arrayvalue" => Any::Array(inner),
            b"kvlistvalue" => Any::Map(inner),
            // Go's structs printed as they are.
            b"value" => any(inner),
            _ => continue,
        };
    }
    Any::Empty
}

fn double(value: Json<'_>) -> f64 {
    let text = std::str::from_utf8(value.raw()).unwrap_or_default();
    text.parse().unwrap_or(f64::NAN)
}

fn bytes(value: Json<'_>) -> Vec<u8> {
    STANDARD.decode(value.raw()).unwrap_or_else(|_| value.raw().to_vec())
}

/// A `KeyValue` as an attribute.
pub(super) fn attribute(pair: Json<'_>, batch: &mut SpanBatch) -> BatchAttribute {
    let key = member(pair, b"key").map(|key| push_text(key, batch)).unwrap_or_default();
    BatchAttribute { key, value: held(member(pair, b"value").map_or(Any::Empty, any), batch) }
}

/// An `AnyValue`; what is none is text as it is, as some write it.
pub(super) fn any_value(value: Json<'_>, batch: &mut SpanBatch) -> BatchValue {
    if value.is_string() { BatchValue::Str(push_text(value, batch)) } else { held(any(value), batch) }
}

fn held(value: Any<'_>, batch: &mut SpanBatch) -> BatchValue {
    match value {
        Any::Str(text) => BatchValue::Str(push_text(text, batch)),
        Any::Bool(bool) => BatchValue::Bool(bool),
        Any::Int(int) => match integer(int).and_then(|int| i64::try_from(int).ok()) {
            Some(int) => BatchValue::Int(int),
            None => BatchValue::Json(batch.push_utf8(int.raw())),
        },
        Any::Double(number) => BatchValue::Double(double(number)),
        Any::Bytes(text) => BatchValue::Bytes(batch.push_text(&bytes(text))),
        Any::Array(_) | Any::Map(_) | Any::Empty => {
            let mut text = Vec::new();
            push(value, batch, &mut text);
            BatchValue::Json(batch.push_text(&text))
        }
    }
}

/// Writes a value as JSON text. The tape bounds how deep it can be.
fn push(value: Any<'_>, scratch: &mut SpanBatch, out: &mut Vec<u8>) {
    match value {
        Any::Str(text) => string(text, scratch, out),
        Any::Bool(bool) => out.extend_from_slice(if bool { b"true" } else { b"false" }),
        Any::Int(int) => match integer(int) {
            Some(int) => out.extend_from_slice(int.to_string().as_bytes()),
            None => string(int, scratch, out),
        },
        Any::Double(number) => push_json_double(double(number), out),
        Any::Bytes(text) => push_json_bytes(&bytes(text), out),
        Any::Array(list) => {
            out.push(b'[');
            for (n, item) in member(list, b"values").into_iter().flat_map(Json::items).enumerate() {
                if n > 0 {
                    out.push(b',');
                }
                push(any(item), scratch, out);
            }
            out.push(b']');
        }
        Any::Map(list) => {
            out.push(b'{');
            for (n, pair) in member(list, b"values").into_iter().flat_map(Json::items).enumerate() {
                if n > 0 {
                    out.push(b',');
                }
                match member(pair, b"key") {
                    Some(key) => string(key, scratch, out),
                    None => out.extend_from_slice(b"\"\""),
                }
                out.push(b':');
                push(member(pair, b"value").map_or(Any::Empty, any), scratch, out);
            }
            out.push(b'}');
        }
        Any::Empty => out.extend_from_slice(b"null"),
    }
}

/// Writes a string anew; the batch lends its room to undo the escapes.
fn string(text: Json<'_>, scratch: &mut SpanBatch, out: &mut Vec<u8>) {
    let mark = scratch.mark();
    let plain = push_text(text, scratch);
    push_json_string(scratch.str(plain), out);
    scratch.rewind(&mark);
}
