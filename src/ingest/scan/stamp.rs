//! What stands before every line of an object, learned from its first two lines: the tags and times that a log collector,
//! a CI server or `ts` put there. Times and line numbers may differ from line to line, all else must be the same.

/// Of a line only this much is looked at.
pub(super) const MAX_HEAD: usize = 512;

/// A learned prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// The same on every line.
    Text(Vec<u8>),
    /// A date, a time, seconds since something.
    Time,
    /// The number of the line.
    Number,
}

impl Pattern {
    /// The prefix that two lines of one object share, `distance` lines apart: the first ends in a brace, the second holds
    /// a key.
    pub(super) fn shared(first: &[u8], second: &[u8]) -> Option<Self> {
        Self::from(first, second, 0, 0, Vec::new())
    }

    /// The same where lines are numbered and both numbers fit the lines' `distance`.
    pub(super) fn numbered(first: &[u8], second: &[u8], distance: u64) -> Option<Self> {
        let (a, b) = (number(first)?, number(second)?);
        let fits = time(first).is_none() && a.1.checked_add(distance) == Some(b.1);
        if fits { Self::from(first, second, a.0, b.0, vec![Part::Number]) } else { None }
    }

    fn from(first: &[u8], second: &[u8], mut a: usize, mut b: usize, mut parts: Vec<Part>) -> Option<Self> {
        while let (Some(x), Some(y)) = (first.get(a..), second.get(b..)) {
            let fresh = a.checked_sub(1).and_then(|at| first.get(at)).is_none_or(|byte| !joins(*byte));
            match (time(x), time(y)) {
                (Some(x), Some(y)) if fresh => {
                    parts.push(Part::Time);
                    (a, b) = (a + x, b + y);
                    continue;
                }
                _ => {}
            }
            match (x.first(), y.first()) {
                (Some(x), Some(y)) if x == y => match parts.last_mut() {
                    Some(Part::Text(text)) => text.push(*x),
                    _ => parts.push(Part::Text(vec![*x])),
                },
                _ => break,
            }
            (a, b) = (a + 1, b + 1);
        }
        let blank = |part: &Part| matches!(part, Part::Text(text) if text.trim_ascii().is_empty());
        let is_key = second.get(b..).is_some_and(|rest| rest.trim_ascii_start().starts_with(b"\""));
        // Two members of one name, an object's and an attribute's, share more than what stands before the line.
        let holds_key = matches!(parts.last(), Some(Part::Text(text)) if text.trim_ascii_end().ends_with(b"\":"));
        (is_key && !holds_key && !parts.iter().all(blank)).then_some(Self { parts })
    }

    /// The length of this prefix on a line that has it.
    pub(super) fn length(&self, line: &[u8]) -> Option<usize> {
        let mut at = 0;
        for part in &self.parts {
            let rest = line.get(at..)?;
            at += match part {
                Part::Text(text) => rest.starts_with(text).then_some(text.len())?,
                Part::Time => time(rest)?,
                Part::Number => number(rest)?.0,
            };
        }
        Some(at)
    }

    /// What of it is the same on every line.
    pub(super) fn fixed(&self) -> Vec<u8> {
        let texts = self.parts.iter().filter_map(|part| if let Part::Text(text) = part { Some(&**text) } else { None });
        let mut fixed = texts.collect::<Vec<_>>().concat();
        fixed.drain(..fixed.iter().take_while(|byte| byte.is_ascii_whitespace()).count());
        fixed
    }
}

/// Whether a digit behind this byte goes on with a word, such as `web.1` or `pod-7`.
fn joins(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
}

/// The length of the spaces and the time that `bytes` begins with: `2026-11-22T10:00:00.5Z`, `10:00:00`, `  12.345678`.
fn time(bytes: &[u8]) -> Option<usize> {
    let mut at = bytes.iter().take_while(|byte| **byte == b' ').count();
    let (mut digits, mut colons, mut dashes, mut dots) = (0, 0, 0, 0);
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'0'..=b'9' => digits += 1,
            _ if digits == 0 => return None,
            b'Z' if is_digit(at - 1) => {}
            _ if !is_digit(at + 1) => break,
            b':' => colons += 1,
            b'-' | b'/' => dashes += 1,
            b'.' | b',' => dots += 1,
            b'T' | b'+' => {}
            _ => break,
        }
        at += 1;
    }
    let is_word = bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
    let is_time = colons > 0 || dashes == 2 && digits == 8 || dots == 1 && digits > 2 || digits > 8 && dashes == 0;
    (is_time && !is_word).then_some(at)
}

/// The length of the spaces and digits that `bytes` begins with, and their value.
fn number(bytes: &[u8]) -> Option<(usize, u64)> {
    let spaces = bytes.iter().take_while(|byte| **byte == b' ').count();
    let digits = bytes.get(spaces..)?;
    let digits = digits.get(..digits.iter().take_while(|byte| byte.is_ascii_digit()).count())?;
    Some((spaces + digits.len(), std::str::from_utf8(digits).ok()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rest(first: &str, second: &str, line: &str) -> Option<String> {
        let (a, b) = (first.as_bytes(), second.as_bytes());
        let pattern = Pattern::shared(a, b).or_else(|| Pattern::numbered(a, b, 1))?;
        Some(line.get(pattern.length(line.as_bytes())?..)?.to_owned())
    }

    #[test]
    fn times_and_numbers_change_from_line_to_line_and_names_do_not() {
        let cases = [
            ("2026-11-22T10:00:00.1234567Z {", "2026-11-22T10:00:00.15Z  \"a\"", "2027-01-01T00:00:00Z }", Some("}")),
            ("Nov 22 10:00:00 h p[12]: {", "Nov 22 10:00:01 h p[12]:   \"a\"", "Nov 22 11:00:01 h p[12]: }", Some("}")),
            ("Nov 22 10:00:00 h p[12]: {", "Nov 22 10:00:01 h p[12]:   \"a\"", "Nov 22 11:00:01 h p[13]: }", None),
            ("[    9.991] {", "[   10.001]   \"a\"", "[  100.3] }", Some("}")),
            ("     9\t{", "    10\t  \"a\"", "    11\t}", Some("}")),
            ("[0] {", "[0]  \"a\"", "[0] }", Some("}")),
            ("[0] {", "[0]  \"a\"", "[1] }", None),
            ("web.1 hello {", "web.1     \"a\"", "web.1 }{", Some("}{")),
            ("10.0.0.1 {", "10.0.0.1  \"a\"", "10.0.0.2 }", None),
            ("INFO: {", "    \"a\"", "INFO: }", None),
            ("    \"x\": {", "        \"a\"", "    }", None),
            ("[0] {", "[0] text", "[0] }", None),
            ("a | \"x\": {", "a | \"x\": \"y\"", "a | }", None),
        ];
        for (first, second, line, expected) in cases {
            assert_eq!(rest(first, second, line).as_deref(), expected, "{first}");
        }
    }
}
