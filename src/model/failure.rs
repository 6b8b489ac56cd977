//! What a span says of its failure, and what failures have in common that say it of other things.

use super::{Attribute, Span, Value};

/// Attributes that say why a span failed, the most telling first.
const TELLING: [&str; 6] =
    ["exception.message", "error.message", "error", "exception.type", "error.type", "http.response.status_code"];

/// Attributes that name the kind of a failure.
const TYPES: [&str; 2] = ["exception.type", "error.type"];

/// What a span says that says no more than a number.
pub const STATUS_CODE: &str = "status code ";

/// A message is cut behind so many bytes before it is held against others.
const LONGEST: usize = 256;

impl Span<'_> {
    /// The first line of what it says of its failure: its status, else an exception, else an attribute; nothing where it says
    /// nothing. A span that did not fail may say something, too.
    pub fn failure(&self) -> Option<String> {
        first_line(self.status_message)
            .or_else(|| self.events.iter().find_map(|event| told(&event.attributes)))
            .or_else(|| told(&self.attributes))
    }

    /// The kind of its failure: the type of an exception or error.
    pub fn failure_type(&self) -> Option<&str> {
        let named = |attributes: &[Attribute<'_>]| {
            TYPES.iter().find_map(|key| attributes.iter().position(|attribute| attribute.key == *key))
        };
        let lists = self.events.iter().map(|event| &event.attributes).chain([&self.attributes]);
        lists.into_iter().find_map(|list| match list.get(named(list)?)?.value {
            Value::Str(text) => Some(text),
            Value::Int(_) | Value::Double(_) | Value::Bool(_) | Value::Bytes(_) | Value::Json(_) => None,
        })
    }
}

fn first_line(text: &str) -> Option<String> {
    text.trim().lines().next().map(str::to_string).filter(|line| !line.is_empty())
}

fn told(attributes: &[Attribute<'_>]) -> Option<String> {
    TELLING.iter().find_map(|key| match attributes.iter().find(|attribute| attribute.key == *key)?.value {
        Value::Str(text) | Value::Json(text) => first_line(text),
        Value::Int(code) => Some(format!("{STATUS_CODE}{code}")),
        Value::Double(double) => Some(double.to_string()),
        Value::Bool(_) | Value::Bytes(_) => None,
    })
}

/// A text without what differs between alike ones: numbers, ids and quoted text are `?`.
pub fn alike(text: &str) -> String {
    let end = text.char_indices().map(|(at, _)| at).find(|at| *at >= LONGEST).unwrap_or(text.len());
    // The code that a text begins with is what it says: `500 Internal Server Error`, `14 UNAVAILABLE`.
    let code = text.find(|char: char| !char.is_ascii_digit()).unwrap_or_default();
    let is_code = code <= 3
        && text.get(code..).is_some_and(|rest| {
            rest.strip_prefix(' ').and_then(|rest| rest.chars().next()).is_some_and(char::is_uppercase)
        });
    let (code, mut rest) = text.get(..end).unwrap_or(text).split_at(if is_code { code } else { 0 });
    let mut out = String::from(code);
    while let Some(char) = rest.chars().next() {
        let length = match char {
            '\'' | '"' | '`' => quoted(rest, out.chars().next_back()),
            char if is_word(char) => rest.find(|char| !is_word(char)).unwrap_or(rest.len()),
            _ => 0,
        };
        match length {
            0 => {
                out.push(char);
                rest = rest.get(char.len_utf8()..).unwrap_or_default();
                continue;
            }
            _ if is_word(char) => word(rest.get(..length).unwrap_or_default(), &mut out),
            _ => out.extend([char, '?', char]),
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    out
}

fn is_word(char: char) -> bool {
    char.is_alphanumeric() || matches!(char, '_' | '-')
}

/// The length of text between quotes; 0 where the sign is no quote.
fn quoted(text: &str, before: Option<char>) -> usize {
    let mut chars = text.chars();
    let quote = chars.next().unwrap_or_default();
    // An apostrophe in a word.
    if before.is_some_and(char::is_alphanumeric) {
        return 0;
    }
    chars.as_str().find(quote).map_or(0, |end| end + 2)
}

/// A word: an id as a whole, else its digits.
fn word(word: &str, out: &mut String) {
    let bare = word.strip_prefix("0x").unwrap_or(word);
    let is_hex = bare.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    if is_hex && bare.len() >= 8 && bare.bytes().any(|byte| byte.is_ascii_digit()) {
        out.push('?');
        return;
    }
    let mut in_number = false;
    for char in word.chars() {
        let is_digit = char.is_ascii_digit();
        if !is_digit {
            out.push(char);
        } else if !in_number && !ends_in_number(out) {
            out.push('?');
        }
        in_number = is_digit;
    }
}

/// Whether what is written ends in a number's first part: `?.` or `?,`, which the next digits go on with.
fn ends_in_number(out: &mut String) -> bool {
    let goes_on = ["?.", "?,", "?:"].iter().any(|end| out.ends_with(end));
    if goes_on {
        out.pop();
    }
    goes_on
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_that_differ_in_numbers_ids_and_quoted_text_are_alike() {
        for (text, shape) in [
            ("acquirer did not answer within 120 ms", "acquirer did not answer within ? ms"),
            ("timeout after 1.25s", "timeout after ?s"),
            ("card ending 4242 was declined", "card ending ? was declined"),
            ("no user 'bob' in \"eu-1\"", "no user '?' in \"?\""),
            ("user u-6895 isn't here", "user u-? isn't here"),
            ("order 5b8efff798038103d269b633813fc60c", "order ?"),
            ("order 123e4567-e89b-12d3-a456-426614174000 lost", "order ? lost"),
            ("at 0x7ffe12ab", "at ?"),
            ("dial tcp 10.0.0.7:5432: refused", "dial tcp ?: refused"),
            ("deadbeef feedface", "deadbeef feedface"),
            ("it's 'open", "it's 'open"),
            ("1,234 rows", "? rows"),
            ("500 Internal Server Error", "500 Internal Server Error"),
            ("14 UNAVAILABLE: 3 tries", "14 UNAVAILABLE: ? tries"),
            ("4711 Rows", "? Rows"),
            ("3 rows", "? rows"),
            ("ünïcode 繁體 7", "ünïcode 繁體 ?"),
            ("", ""),
        ] {
            assert_eq!(alike(text), shape, "{text}");
        }
        assert!(alike(&"long ".repeat(1_000)).len() <= LONGEST + 5);
    }

    #[test]
    fn a_span_says_why_it_failed_in_its_status_else_in_an_exception_else_in_an_attribute() {
        let attribute = |key, value| Attribute { key, value };
        let event =
            |attributes| super::super::Event { time: super::super::Timestamp(0), name: "exception", attributes };
        let typed = vec![attribute("exception.type", Value::Str("Timeout"))];
        let said = vec![attribute("exception.message", Value::Str("\n too late \nat line 3"))];
        let mut span = Span { attributes: vec![attribute("error", Value::Bool(true))], ..Span::default() };
        assert_eq!((span.failure(), span.failure_type()), (None, None));
        span.attributes.push(attribute("http.response.status_code", Value::Int(503)));
        assert_eq!(span.failure().as_deref(), Some("status code 503"));
        span.events = vec![event(typed.clone())];
        assert_eq!((span.failure().as_deref(), span.failure_type()), (Some("Timeout"), Some("Timeout")));
        span.events = vec![event(said.into_iter().chain(typed).collect())];
        assert_eq!(span.failure().as_deref(), Some("too late "));
        span.status_message = "broken\nreally";
        assert_eq!(span.failure().as_deref(), Some("broken"));
    }
}
