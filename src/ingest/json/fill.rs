//! JSON values into a batch: text, attributes, nested values as compact text.

use super::{Json, JsonKind, index, string};
use crate::model::{BatchAttribute, BatchValue, Range32, SpanBatch, Text, push_json_double, push_json_string};
use base64::Engine;

/// How an object such as `{"bytes":"…"}` is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shapes {
    /// As any other object.
    Plain,
    /// As `jsonl` writes it: bytes, or a double that JSON cannot hold.
    Ours,
}

/// Copies a string into the batch; the empty text for other values.
pub fn push_text(value: Json<'_>, batch: &mut SpanBatch) -> Text {
    if value.is_string() { push_string(value.raw(), value.kind(), batch) } else { Text::default() }
}

/// Copies what stands between the quotes of a string of this kind.
pub(super) fn push_string(raw: &[u8], kind: JsonKind, batch: &mut SpanBatch) -> Text {
    if kind == JsonKind::Plain {
        return batch.push_text(raw);
    }
    batch.push_written(|out| string_into(raw, kind, out))
}

/// Copies the members of an object into the batch as attributes, duplicates included.
pub fn push_attributes(object: Json<'_>, shapes: Shapes, batch: &mut SpanBatch) -> Range32 {
    let start = index(batch.attributes.len());
    for (key, value) in object.members() {
        let key = push_text(key, batch);
        let value = push_value(value, shapes, batch);
        batch.attributes.push(BatchAttribute { key, value });
    }
    Range32 { start, end: index(batch.attributes.len()) }
}

/// Appends a value as JSON text without white space. Strings are written anew, so the text is always valid UTF-8, and
/// what JSON cannot hold takes the shape that [`crate::model::Value::Json`] names.
pub fn compact(value: Json<'_>, out: &mut Vec<u8>) {
    // Containers still to be closed: the node after them, their closing byte.
    let mut open: Vec<(usize, u8)> = Vec::new();
    let end = (value.node().next as usize).max(value.index + 1);
    let mut at = value.index;
    let mut first = true;
    let mut is_key = false;
    while at < end {
        while let Some((_, close)) = open.pop_if(|(after, _)| *after <= at) {
            out.push(close);
            first = false;
            is_key = open.last().is_some_and(|(_, close)| *close == b'}');
        }
        let node = value.at(at);
        let in_object = open.last().is_some_and(|(_, close)| *close == b'}');
        if !first && (is_key || !in_object) {
            out.push(b',');
        }
        at += 1;
        if in_object && is_key {
            push_scalar(node, out);
            out.push(b':');
            (first, is_key) = (true, false);
            continue;
        }
        let after = node.node().next as usize;
        if node.kind() == JsonKind::Object {
            out.push(b'{');
            open.push((after, b'}'));
            (first, is_key) = (true, true);
        } else if node.kind() == JsonKind::Array {
            out.push(b'[');
            open.push((after, b']'));
            (first, is_key) = (true, false);
        } else {
            push_scalar(node, out);
            (first, is_key) = (false, in_object);
        }
    }
    out.extend(open.iter().rev().map(|(_, close)| *close));
}

fn push_scalar(value: Json<'_>, out: &mut Vec<u8>) {
    if value.is_string() {
        let mut text = Vec::with_capacity(value.raw().len());
        string_into(value.raw(), value.kind(), &mut text);
        return push_json_string(std::str::from_utf8(&text).unwrap_or_default(), out);
    }
    match value.raw() {
        raw @ (b"NaN" | b"Infinity" | b"-Infinity") => push_json_double(double(raw), out),
        raw => out.extend_from_slice(raw),
    }
}

/// Copies a value of any kind into the batch.
pub fn push_value(value: Json<'_>, shapes: Shapes, batch: &mut SpanBatch) -> BatchValue {
    match value.kind() {
        JsonKind::Plain | JsonKind::Text | JsonKind::Escaped => BatchValue::Str(push_text(value, batch)),
        JsonKind::True => BatchValue::Bool(true),
        JsonKind::False => BatchValue::Bool(false),
        JsonKind::Integer => match value.word().and_then(|digits| digits.parse().ok()) {
            Some(int) => BatchValue::Int(int),
            None => json_text(value, batch),
        },
        JsonKind::Double => match (value.raw(), double(value.raw())) {
            // A finite number too large for a double keeps its text.
            (raw, double) if double.is_finite() || raw.ends_with(b"N") || raw.ends_with(b"y") => {
                BatchValue::Double(double)
            }
            _ => json_text(value, batch),
        },
        JsonKind::Object if shapes == Shapes::Ours => our_shape(value, batch),
        JsonKind::Object | JsonKind::Array | JsonKind::Null => json_text(value, batch),
    }
}

fn our_shape(value: Json<'_>, batch: &mut SpanBatch) -> BatchValue {
    let mut members = value.members();
    if let (Some((key, inner)), None) = (members.next(), members.next()) {
        match (key.raw(), inner.plain()) {
            (b"bytes", Some(text)) => {
                if let Ok(bytes) = base64::engine::general_purpose::STANDARD.decode(text) {
                    return BatchValue::Bytes(batch.push_text(&bytes));
                }
            }
            (b"double", Some(text @ ("NaN" | "Infinity" | "-Infinity"))) => {
                return BatchValue::Double(double(text.as_bytes()));
            }
            _ => {}
        }
    }
    json_text(value, batch)
}

fn json_text(value: Json<'_>, batch: &mut SpanBatch) -> BatchValue {
    let mut text = Vec::with_capacity(value.raw().len());
    compact(value, &mut text);
    // An object that only looks like a shape of ours stays an object when it is written and read again.
    if is_our_shape(&text) {
        let letter = if text.get(2) == Some(&b'b') { *b"\\u0062" } else { *b"\\u0064" };
        text.splice(2..3, letter);
    }
    BatchValue::Json(batch.push_text(&text))
}

/// Whether compact text would be read as bytes or a double by [`our_shape`].
fn is_our_shape(text: &[u8]) -> bool {
    let base64 = text.strip_prefix(b"{\"bytes\":\"").and_then(|rest| rest.strip_suffix(b"\"}"));
    base64.is_some_and(|base64| base64::engine::general_purpose::STANDARD.decode(base64).is_ok())
        || [r#"{"double":"NaN"}"#, r#"{"double":"Infinity"}"#, r#"{"double":"-Infinity"}"#]
            .map(str::as_bytes)
            .contains(&text)
}

fn string_into(raw: &[u8], kind: JsonKind, out: &mut Vec<u8>) {
    if kind == JsonKind::Escaped {
        string::unescape(raw, out);
    } else {
        string::push_utf8(raw, out);
    }
}

fn double(raw: &[u8]) -> f64 {
    std::str::from_utf8(raw).ok().and_then(|text| text.parse().ok()).unwrap_or(f64::NAN)
}
