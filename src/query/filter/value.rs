//! A value as typed, held against values of attributes.

use crate::model::Value;
use crate::store::lower;

/// A value: text in which stars stand for anything, perhaps a number.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    /// The text between the stars: one piece when there is none.
    pieces: Vec<String>,
    number: Option<Number>,
    is_quoted: bool,
}

#[derive(Clone, Copy, Debug)]
enum Number {
    Int(i64),
    Double(f64),
}

impl Pattern {
    pub(super) fn new(text: &str, is_quoted: bool) -> Self {
        let mut pieces = vec![String::new()];
        let mut chars = text.chars().peekable();
        while let Some(char) = chars.next() {
            let is_escape = is_quoted && char == '\\' && chars.next_if_eq(&'*').is_some();
            match pieces.last_mut() {
                Some(piece) if is_escape => piece.push('*'),
                Some(piece) if char != '*' => piece.push(char),
                _ => pieces.push(String::new()),
            }
        }
        let number = if is_quoted { None } else { number(text) };
        Self { pieces, number, is_quoted }
    }

    /// The whole text, where no star is in it.
    pub(super) fn whole(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [whole] => Some(whole),
            _ => None,
        }
    }

    /// What every value that fits says in any case, in lower case; nothing where different texts may mean the same.
    pub(super) fn said(&self) -> Option<String> {
        if let Some(number) = self.number {
            // The same number may be written in other ways.
            return match (number, self.whole()) {
                (Number::Int(int), Some(text)) if int.to_string() == text => Some(text.to_owned()),
                _ => None,
            };
        }
        let longest = self.pieces.iter().max_by_key(|piece| piece.len())?;
        // Items of lists are written as JSON, with escapes.
        let is_plain = longest.chars().all(|char| (' '..='~').contains(&char) && !matches!(char, '"' | '\\'));
        (is_plain && !longest.is_empty()).then(|| longest.chars().flat_map(lower).collect())
    }

    /// Whether a value fits.
    pub(super) fn fits(&self, value: Value<'_>) -> bool {
        match value {
            Value::Str(text) => self.fits_text(text),
            Value::Int(int) => match self.number {
                Some(Number::Int(wanted)) => wanted == int,
                Some(Number::Double(wanted)) => is_same(wanted, int as f64),
                None => self.is_written(&int.to_string()),
            },
            Value::Double(double) => match self.number {
                Some(Number::Int(wanted)) => is_same(wanted as f64, double),
                Some(Number::Double(wanted)) => is_same(wanted, double),
                None => self.is_written(&double.to_string()),
            },
            Value::Bool(bool) => self.fits_in_any_case(if bool { "true" } else { "false" }),
            Value::Json(text) => self.fits_text(text) || self.fits_item(text),
            Value::Bytes(_) => false,
        }
    }

    /// Whether a word fits whatever its case is.
    pub(super) fn fits_in_any_case(&self, text: &str) -> bool {
        let lower = |text: &str| -> String { text.chars().flat_map(lower).collect() };
        let pieces: Vec<String> = self.pieces.iter().map(|piece| lower(piece)).collect();
        glob(&pieces, &lower(text))
    }

    fn fits_text(&self, text: &str) -> bool {
        if glob(&self.pieces, text) {
            return true;
        }
        match (self.number, number(text)) {
            (Some(Number::Int(a)), Some(Number::Int(b))) => a == b,
            (Some(a), Some(b)) => is_same(a.double(), b.double()),
            _ => false,
        }
    }

    /// Of a number that was typed with stars.
    fn is_written(&self, text: &str) -> bool {
        !self.is_quoted && self.whole().is_none() && glob(&self.pieces, text)
    }

    /// Whether an item of a list fits.
    fn fits_item(&self, json: &str) -> bool {
        let Ok(serde_json::Value::Array(items)) = serde_json::from_str(json) else { return false };
        items.iter().any(|item| match item {
            serde_json::Value::String(text) => self.fits_text(text),
            serde_json::Value::Bool(bool) => self.fits(Value::Bool(*bool)),
            serde_json::Value::Number(number) => !self.is_quoted && self.fits_text(&number.to_string()),
            serde_json::Value::Null | serde_json::Value::Array(_) | serde_json::Value::Object(_) => false,
        })
    }
}

impl Number {
    fn double(self) -> f64 {
        match self {
            Self::Int(int) => int as f64,
            Self::Double(double) => double,
        }
    }
}

/// The number that a text is, and nothing else: no `inf`, no blanks.
fn number(text: &str) -> Option<Number> {
    if !text.starts_with(|char: char| char.is_ascii_digit() || matches!(char, '-' | '+' | '.')) {
        return None;
    }
    let double = || text.parse().ok().filter(|double: &f64| double.is_finite()).map(Number::Double);
    text.parse().ok().map(Number::Int).or_else(double)
}

#[expect(clippy::float_cmp, reason = "a value is asked for as it was written")]
fn is_same(a: f64, b: f64) -> bool {
    a == b
}

/// Whether a text is these pieces with anything between them.
fn glob(pieces: &[String], text: &str) -> bool {
    let (first, rest) = match pieces {
        [] => return false,
        [whole] => return whole == text,
        [first, rest @ ..] => (first, rest),
    };
    let Some(mut left) = text.strip_prefix(first.as_str()) else { return false };
    let Some((last, middle)) = rest.split_last() else { return false };
    for piece in middle {
        match left.find(piece.as_str()) {
            Some(at) => left = left.get(at + piece.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    left.ends_with(last.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(pattern: &str, value: Value<'_>) -> bool {
        match pattern.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            Some(quoted) => Pattern::new(quoted, true).fits(value),
            None => Pattern::new(pattern, false).fits(value),
        }
    }

    #[test]
    fn numbers_are_equal_however_they_are_written_and_texts_as_they_are() {
        for (pattern, value) in [
            ("500", Value::Int(500)),
            ("5e2", Value::Int(500)),
            ("500", Value::Double(500.0)),
            ("500.0", Value::Str("500")),
            ("\"500\"", Value::Str("500")),
            ("9223372036854775807", Value::Int(i64::MAX)),
            ("true", Value::Bool(true)),
            ("TRUE", Value::Bool(true)),
            ("true", Value::Str("true")),
            ("Cart", Value::Str("Cart")),
            ("50*", Value::Int(503)),
            ("b", Value::Json(r#"["a","b"]"#)),
            ("2", Value::Json("[1,2]")),
            ("[1,2]", Value::Json("[1,2]")),
        ] {
            assert!(fits(pattern, value), "{pattern} is {value:?}");
        }
        for (pattern, value) in [
            ("\"500\"", Value::Int(500)),
            ("\"1.10\"", Value::Str("1.1")),
            ("500", Value::Str("5000")),
            ("9223372036854775806", Value::Int(i64::MAX)),
            ("cart", Value::Str("Cart")),
            ("c", Value::Json(r#"["a","b"]"#)),
            ("inf", Value::Double(f64::INFINITY)),
            ("nan", Value::Str("NaN")),
        ] {
            assert!(!fits(pattern, value), "{pattern} is not {value:?}");
        }
    }

    #[test]
    fn stars_stand_for_anything() {
        for (pattern, text, is_it) in [
            ("GET /*", "GET /cart", true),
            ("*cart", "GET /cart", true),
            ("*/c*t", "GET /cart", true),
            ("G*T*T*", "GET /cart", false),
            ("*", "", true),
            ("a*a", "a", false),
            ("a*b*b", "ab", false),
            (r#""a\*b""#, "a*b", true),
            (r#""a\*b""#, "axb", false),
        ] {
            assert_eq!(fits(pattern, Value::Str(text)), is_it, "{pattern} {text}");
        }
    }

    #[test]
    fn what_is_searched_for_is_in_every_text_that_fits() {
        let said = |text: &str| Pattern::new(text, false).said();
        assert_eq!(said("GET /Cart*").as_deref(), Some("get /cart"));
        assert_eq!(said("500").as_deref(), Some("500"));
        for text in ["5e2", "007", "*", "ü", "1.5"] {
            assert_eq!(said(text), None, "{text}");
        }
    }
}
