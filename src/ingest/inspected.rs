//! Values as programs print them for people: `util.inspect` of Node, `pp` of Ruby. Turned into JSON text, so that one tape
//! and one way of filling a batch serve them too.
//!
//! What has no place in JSON becomes text: `undefined` and `nil` are `null`, `[Object]` and dates are strings. A string of
//! Ruby that is no UTF-8 is written with one character for each byte.

use crate::model::push_json_string;

/// Nested deeper than this is given up, as JSON is.
const MAX_DEPTH: usize = 60;

/// Appends the value that the text begins with as JSON; how long it was, or nothing when it is no such value.
pub(crate) fn to_json(text: &str, out: &mut Vec<u8>) -> Option<usize> {
    let mut reader = Reader { text, at: 0, out };
    reader.value(0)?;
    Some(reader.at)
}

struct Reader<'t, 'o> {
    text: &'t str,
    at: usize,
    out: &'o mut Vec<u8>,
}

impl<'t> Reader<'t, '_> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&mut self) -> Option<u8> {
        self.at += self.rest().len() - self.rest().trim_start().len();
        self.rest().bytes().next()
    }

    /// Takes this text if it comes next.
    fn take(&mut self, text: &str) -> bool {
        self.peek();
        let is_next = self.rest().starts_with(text);
        self.at += if is_next { text.len() } else { 0 };
        is_next
    }

    fn value(&mut self, depth: usize) -> Option<()> {
        if depth > MAX_DEPTH {
            return None;
        }
        match self.peek()? {
            b'{' => {
                self.at += 1;
                self.members("}", depth)
            }
            b'[' => self.array(depth),
            b'\'' | b'"' | b'`' => self.string(),
            b'#' if self.rest().starts_with("#<") => {
                self.at += 2;
                self.object(depth)
            }
            _ => self.word(depth),
        }
    }

    /// `k: v`, `'k': v`, `"k"=>v`, `k=v`, `@k=v`, up to the closing sign.
    fn members(&mut self, close: &str, depth: usize) -> Option<()> {
        self.out.push(b'{');
        let mut is_first = true;
        loop {
            if self.take(",") || self.more_items() {
                continue;
            }
            if self.take(close) {
                break;
            }
            if !std::mem::replace(&mut is_first, false) {
                self.out.push(b',');
            }
            self.key()?;
            self.out.push(b':');
            self.value(depth + 1)?;
        }
        self.out.push(b'}');
        Some(())
    }

    fn key(&mut self) -> Option<()> {
        if matches!(self.peek()?, b'\'' | b'"') {
            self.string()?;
        } else {
            let is_end = |c: char| matches!(c, ':' | '=' | ' ' | ',' | '}' | '>' | '\n') || c.is_control();
            // A symbol of Ruby begins with a colon, a variable of an object with an at.
            let start = self.rest().trim_start_matches([':', '@']);
            let name = start.get(..start.find(is_end)?)?;
            if name.is_empty() {
                return None;
            }
            self.at += self.rest().len() - start.len() + name.len();
            push_json_string(name, self.out);
        }
        (self.take("=>") || self.take(":") || self.take("=")).then_some(())
    }

    fn array(&mut self, depth: usize) -> Option<()> {
        if let Some(length) = summary(self.rest()) {
            push_json_string(self.rest().get(..length)?, self.out);
            self.at += length;
            return Some(());
        }
        self.at += 1;
        self.out.push(b'[');
        let mut is_first = true;
        loop {
            if self.take(",") || self.more_items() {
                continue;
            }
            if self.take("]") {
                break;
            }
            if !std::mem::replace(&mut is_first, false) {
                self.out.push(b',');
            }
            self.value(depth + 1)?;
        }
        self.out.push(b']');
        Some(())
    }

    /// `... 3 more items`.
    fn more_items(&mut self) -> bool {
        if !self.take("...") {
            return false;
        }
        let end = self.rest().find([',', ']', '}', '\n']).unwrap_or(self.rest().len());
        self.at += end;
        true
    }

    /// `#<struct Name a=1, b=2>`, `#<Name:0x0000 @a=1, @b=2>`, `#<Name>`.
    fn object(&mut self, depth: usize) -> Option<()> {
        self.take("struct ");
        let end = self.rest().find([' ', '\n', '>'])?;
        self.at += end;
        self.members(">", depth)
    }

    /// One string, or several that are joined over lines.
    fn string(&mut self) -> Option<()> {
        let mut bytes = Vec::new();
        self.piece(&mut bytes)?;
        while self.rest().trim_start().starts_with('+') {
            self.take("+");
            self.peek()?;
            self.piece(&mut bytes)?;
        }
        match std::str::from_utf8(&bytes) {
            Ok(text) => push_json_string(text, self.out),
            Err(_) => push_json_string(&bytes.iter().map(|byte| char::from(*byte)).collect::<String>(), self.out),
        }
        Some(())
    }

    fn piece(&mut self, bytes: &mut Vec<u8>) -> Option<()> {
        let quote = self.rest().chars().next().filter(|quote| matches!(quote, '\'' | '"' | '`'))?;
        self.at += 1;
        loop {
            let rest = self.rest();
            let stop = rest.find([quote, '\\'])?;
            bytes.extend_from_slice(rest.get(..stop)?.as_bytes());
            self.at += stop + 1;
            if rest.get(stop..)?.starts_with(quote) {
                return Some(());
            }
            self.escape(bytes)?;
        }
    }

    fn escape(&mut self, bytes: &mut Vec<u8>) -> Option<()> {
        let sign = self.rest().chars().next()?;
        self.at += sign.len_utf8();
        let byte = match sign {
            'n' => b'\n',
            't' => b'\t',
            'r' => b'\r',
            'b' => 8,
            'f' => 12,
            'v' => 11,
            'a' => 7,
            'e' => 27,
            '0' => 0,
            'x' => {
                let hex = self.rest().get(..2)?;
                self.at += 2;
                let byte = u8::from_str_radix(hex, 16).ok()?;
                // Node escapes characters so, Ruby bytes; both write ASCII alike.
                bytes.push(byte);
                return Some(());
            }
            'u' => {
                let (hex, length) = match self.rest().strip_prefix('{') {
                    Some(inner) => (inner.split('}').next()?, inner.split('}').next()?.len() + 2),
                    None => (self.rest().get(..4)?, 4),
                };
                self.at += length;
                let point = u32::from_str_radix(hex, 16).ok()?;
                let character = char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER);
                bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                return Some(());
            }
            other => {
                bytes.extend_from_slice(other.encode_utf8(&mut [0; 4]).as_bytes());
                return Some(());
            }
        };
        bytes.push(byte);
        Some(())
    }

    /// A number, a keyword, the name of a class before its members, anything else as text.
    fn word(&mut self, depth: usize) -> Option<()> {
        let rest = self.rest();
        let end = rest.find([',', '\n', '}', ']', '>']).unwrap_or(rest.len());
        let word = rest.get(..end)?;
        // `Resource {`, `Map(1) {`, `<ref *1> {`, `Uint8Array(2) [`.
        let inside = rest.find(['{', '[']).filter(|at| {
            let name = rest.get(..*at).unwrap_or_default();
            let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '(' | ')' | '<' | '>' | '*' | ' ');
            name.ends_with(' ') && name.len() > 1 && name.chars().all(is_name)
        });
        if let Some(at) = inside {
            self.at += at;
            return self.value(depth + 1);
        }
        let word = word.trim_end();
        self.at += word.len();
        match word {
            "" => return None,
            // Our parser takes the doubles that JSON has no word for.
            "true" | "false" | "null" | "NaN" | "Infinity" | "-Infinity" => self.out.extend_from_slice(word.as_bytes()),
            "undefined" | "nil" => self.out.extend_from_slice(b"null"),
            _ => {
                let number = word.strip_suffix('n').unwrap_or(word);
                let is_number = number.parse::<f64>().is_ok()
                    && number.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte))
                    && !number.starts_with('+')
                    && !number.starts_with('.')
                    && !number.ends_with('.');
                if is_number {
                    self.out.extend_from_slice(number.as_bytes());
                } else {
                    push_json_string(word.trim_start_matches(':'), self.out);
                }
            }
        }
        Some(())
    }
}

/// The length of `[Object]`, `[Array]`, `[Circular *1]`, `[Function: name]`: what stands for a value that is not shown.
fn summary(text: &str) -> Option<usize> {
    let names = ["[Object", "[Array", "[Circular", "[Function", "[Getter", "[Symbol", "[class"];
    let is_summary = names.iter().any(|name| text.starts_with(name));
    is_summary.then(|| text.find(']').map(|at| at + 1)).flatten()
}

/// Takes escape sequences of colours out.
pub(crate) fn without_colours(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.contains('\x1b') {
        return text.into();
    }
    let mut parts = text.split("\x1b[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain.push_str(part.split_once('m').map_or(part, |(_, rest)| rest));
    }
    plain.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> String {
        let mut out = Vec::new();
        let length = to_json(text, &mut out);
        assert_eq!(length, Some(text.len()), "{text}");
        String::from_utf8(out).unwrap_or_default()
    }

    #[test]
    fn what_node_prints_becomes_json() {
        for (text, wanted) in [
            ("{ a: 1, 'b.c': 'it\\'s', d: undefined }", r#"{"a":1,"b.c":"it's","d":null}"#),
            ("Resource {\n  _attributes: { x: [ 1, 2, ... 3 more items ] }\n}", r#"{"_attributes":{"x":[1,2]}}"#),
            (
                "<ref *1> Span {\n  a: [Circular *1], b: [Object], c: -0.5, d: 12n }",
                r#"{"a":"[Circular *1]","b":"[Object]","c":-0.5,"d":12}"#,
            ),
            ("{ long: 'one\\n' +\n    'two', \"q\": \"it's\" }", r#"{"long":"one\ntwo","q":"it's"}"#),
            ("[ { t: [ 17, 20 ] }, NaN, true ]", r#"[{"t":[17,20]},NaN,true]"#),
        ] {
            assert_eq!(json(text), wanted);
        }
    }

    #[test]
    fn what_ruby_prints_becomes_json() {
        for (text, wanted) in [
            ("#<struct A::B\n name=\"x\",\n kind=:server,\n n=nil>", r#"{"name":"x","kind":"server","n":null}"#),
            ("#<A::C:0x0000abcd @code=1, @map={\"k\"=>1, \"l\" => [1.5]}>", r#"{"code":1,"map":{"k":1,"l":[1.5]}}"#),
            ("{a: 1, :b=>\"\\e\\#\"}", r#"{"a":1,"b":"\u001b#"}"#),
            ("\"s\\x91\\xFB\"", "\"s\u{91}\u{fb}\"".replace('\u{91}', "\\u0091").as_str()),
        ] {
            assert_eq!(json(text), wanted, "{text}");
        }
    }

    #[test]
    fn no_text_is_the_end_of_it() {
        for text in ["{", "{ a", "{ a: ", "#<", "'", "'\\", "[[", "{ a: 'b' +", "\"\\u{", "\"\\xf", "#<struct A b"] {
            assert_eq!(to_json(text, &mut Vec::new()), None, "{text}");
        }
        assert_eq!(to_json(&"[".repeat(100_000), &mut Vec::new()), None);
        assert_eq!(to_json(&"A {".repeat(100_000), &mut Vec::new()), None);
    }
}
