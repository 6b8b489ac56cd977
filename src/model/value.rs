//! Attribute values.

/// One attribute: a key and its value, both borrowed from whoever holds the span.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Attribute<'a> {
    /// The key as sent.
    pub key: &'a str,
    /// The value as sent.
    pub value: Value<'a>,
}

/// An attribute value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// Text, valid UTF-8.
    Str(&'a str),
    /// A 64-bit integer.
    Int(i64),
    /// A double, which may be NaN or infinite.
    Double(f64),
    /// A boolean.
    Bool(bool),
    /// Bytes.
    Bytes(&'a [u8]),
    /// Anything else as compact JSON text: arrays, maps, null, integers outside i64.
    /// Bytes and non-finite doubles inside are written as `{"bytes":…}` and `{"double":…}`.
    Json(&'a str),
}
