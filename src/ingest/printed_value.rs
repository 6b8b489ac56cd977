//! `key: value` lines, as consoles without JSON print attributes: no quotes, no types.

use crate::model::{BatchAttribute, BatchValue, Range32, SpanBatch};

/// A key and its value as printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) key: String,
    pub(crate) value: String,
}

impl Pair {
    /// Splits at the first colon that a blank or nothing follows; nothing when there is none.
    pub(crate) fn split(line: &str) -> Option<Self> {
        let at = line.match_indices(':').map(|(at, _)| at).find(|at| {
            let after = line.get(at + 1..).unwrap_or_default();
            after.is_empty() || after.starts_with([' ', '\t'])
        })?;
        let (key, value) = line.split_at_checked(at)?;
        let value = value.strip_prefix(':')?;
        Some(Self { key: key.trim().to_owned(), value: value.trim().to_owned() })
    }

    /// The value goes on in this line.
    pub(crate) fn go_on(&mut self, line: &str) {
        self.value.push('\n');
        self.value.push_str(line);
    }
}

/// The value of a key.
pub(crate) fn find<'a>(pairs: &'a [Pair], key: &str) -> Option<&'a str> {
    pairs.iter().find(|pair| pair.key == key).map(|pair| pair.value.as_str())
}

/// Adds pairs to the batch's attributes; which those are.
pub(crate) fn push_pairs(pairs: &[Pair], batch: &mut SpanBatch) -> Range32 {
    let first = batch.attributes.len();
    for pair in pairs {
        let key = batch.push_text(pair.key.as_bytes());
        let value = value(&pair.value, batch);
        batch.attributes.push(BatchAttribute { key, value });
    }
    batch.attributes_since(first)
}

/// What a text most likely stands for: only what would be printed just so is a number.
fn value(text: &str, batch: &mut SpanBatch) -> BatchValue {
    let int = text.parse::<i64>().ok().filter(|int| int.to_string() == text);
    let is_decimal = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
    let double = text.parse::<f64>().ok().filter(|double| is_decimal && double.to_string() == text);
    match (text, int, double) {
        ("True" | "true", ..) => BatchValue::Bool(true),
        ("False" | "false", ..) => BatchValue::Bool(false),
        (_, Some(int), _) => BatchValue::Int(int),
        (_, _, Some(double)) => BatchValue::Double(double),
        _ => BatchValue::Str(batch.push_text(text.as_bytes())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_may_hold_colons_and_values_keep_theirs() {
        let pair = |key: &str, value: &str| Some(Pair { key: key.into(), value: value.into() });
        assert_eq!(Pair::split("url: http://a:80/"), pair("url", "http://a:80/"));
        assert_eq!(Pair::split("a:b: c"), pair("a:b", "c"));
        assert_eq!(Pair::split("description   : "), pair("description", ""));
        assert_eq!(Pair::split("WHERE id = 7"), None);
    }

    #[test]
    fn only_what_is_printed_just_so_is_a_number() {
        let mut batch = SpanBatch::default();
        assert_eq!(value("42", &mut batch), BatchValue::Int(42));
        assert_eq!(value("0.5", &mut batch), BatchValue::Double(0.5));
        assert_eq!(value("True", &mut batch), BatchValue::Bool(true));
        for text in ["007", "1e5", "NaN", "+1", "1.50", "", "9".repeat(30).as_str()] {
            assert!(matches!(value(text, &mut batch), BatchValue::Str(_)), "{text}");
        }
    }
}
