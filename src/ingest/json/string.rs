//! Strings: finding their end eight bytes at a time, and undoing their escapes.

use super::JsonKind;

const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// Where the string ends whose text begins at `start`, and its kind; or why it is none, or nothing when the bytes end
/// before it does.
#[inline]
pub(super) fn end(bytes: &[u8], start: usize) -> Result<(usize, JsonKind), Option<&'static str>> {
    let (mut at, mut escaped, mut wide) = (start, false, 0);
    loop {
        at = skip(bytes, at, &mut wide);
        match bytes.get(at) {
            None => return Err(None),
            Some(b'"') => break,
            Some(b'\\') => {
                escaped = true;
                at = escape(bytes, at + 1)?;
            }
            Some(b'\n') => return Err(Some("a line ends inside a string")),
            Some(_) => at += 1,
        }
    }
    let kind = match (escaped, wide) {
        (true, _) => JsonKind::Escaped,
        (false, 0) => JsonKind::Plain,
        (false, _) => JsonKind::Text,
    };
    Ok((at, kind))
}

/// Checks what follows a backslash; the offset after it.
fn escape(bytes: &[u8], at: usize) -> Result<usize, Option<&'static str>> {
    match bytes.get(at) {
        None => Err(None),
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 1),
        Some(b'u') => {
            let digits = bytes.get(at + 1..).unwrap_or_default().iter().take(4);
            let (seen, hex) = digits.fold((0, true), |(n, hex), byte| (n + 1, hex && byte.is_ascii_hexdigit()));
            match (hex, seen) {
                (false, _) => Err(Some("a \\u escape has no four hex digits")),
                (true, 4) => Ok(at + 5),
                (true, _) => Err(None),
            }
        }
        Some(_) => Err(Some("an unknown escape stands in a string")),
    }
}

/// The first offset from `at` on with a quote, a backslash or a control character; the end when there is none.
/// Bits of `wide` are set when a byte on the way is not ASCII.
#[inline]
pub(super) fn skip(bytes: &[u8], mut at: usize, wide: &mut u64) -> usize {
    while let Some(word) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let word = u64::from_le_bytes(*word);
        // The classic zero-byte test on `word` xored with the byte looked for; the lowest hit is always exact.
        let quote = word ^ (LOW * 0x22);
        let slash = word ^ (LOW * 0x5c);
        let hits = (quote.wrapping_sub(LOW) & !quote)
            | (slash.wrapping_sub(LOW) & !slash)
            | (word.wrapping_sub(LOW * 0x20) & !word);
        let hits = hits & HIGH;
        if hits == 0 {
            *wide |= word & HIGH;
            at += 8;
            continue;
        }
        let before = hits.trailing_zeros() & !7;
        *wide |= word & HIGH & ((1 << before) - 1);
        return at + (before / 8) as usize;
    }
    for &byte in bytes.get(at..).unwrap_or_default() {
        if byte == b'"' || byte == b'\\' || byte < 0x20 {
            break;
        }
        *wide |= u64::from(byte & 0x80);
        at += 1;
    }
    at
}

/// How many spaces stand at `at`.
#[inline]
pub(super) fn spaces(bytes: &[u8], at: usize) -> usize {
    let mut n = 0;
    while let Some(word) = bytes.get(at + n..).and_then(<[u8]>::first_chunk::<8>) {
        let other = u64::from_le_bytes(*word) ^ (LOW * 0x20);
        if other != 0 {
            return n + (other.trailing_zeros() / 8) as usize;
        }
        n += 8;
    }
    n + bytes.get(at + n..).unwrap_or_default().iter().take_while(|byte| **byte == b' ').count()
}

/// Appends the text of a string between its quotes: escapes undone, lone surrogates and bytes that are not UTF-8
/// replaced by U+FFFD.
pub(super) fn unescape(raw: &[u8], out: &mut Vec<u8>) {
    let mut rest = raw;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        push_utf8(rest.get(..at).unwrap_or_default(), out);
        rest = rest.get(at + 1..).unwrap_or_default();
        let Some((&letter, after)) = rest.split_first() else { return };
        rest = after;
        match letter {
            b'n' => out.push(b'\n'),
            b't' => out.push(b'\t'),
            b'r' => out.push(b'\r'),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'u' => rest = push_unicode(rest, out),
            other => out.push(other),
        }
    }
    push_utf8(rest, out);
}

/// Appends bytes, with U+FFFD for what is not UTF-8.
pub(super) fn push_utf8(bytes: &[u8], out: &mut Vec<u8>) {
    match std::str::from_utf8(bytes) {
        Ok(_) => out.extend_from_slice(bytes),
        Err(_) => out.extend_from_slice(String::from_utf8_lossy(bytes).as_bytes()),
    }
}

/// Appends the character of `\uXXXX`, whose digits begin `rest`; what follows it.
fn push_unicode<'a>(rest: &'a [u8], out: &mut Vec<u8>) -> &'a [u8] {
    let (first, after) = hex4(rest);
    let mut rest = after;
    let mut code = first;
    if let (0xd800..0xdc00, Some((low @ 0xdc00..0xe000, after))) = (first, rest.strip_prefix(b"\\u").map(hex4)) {
        code = 0x10000 + ((first - 0xd800) << 10) + (low - 0xdc00);
        rest = after;
    }
    let letter = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
    rest
}

fn hex4(rest: &[u8]) -> (u32, &[u8]) {
    let (digits, after) = rest.split_at(rest.len().min(4));
    let value = digits.iter().fold(0, |value, digit| value * 16 + char::from(*digit).to_digit(16).unwrap_or(0));
    (value, after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_string_is_found_wherever_it_falls() {
        for lead in 0..20 {
            for mark in [b'"', b'\\', b'\n', 0x1f] {
                let mut text = vec![b'a'; lead];
                text.push(mark);
                text.extend_from_slice("é\"\"\"\"\"\"\"\"".as_bytes());
                let mut wide = 0;
                assert_eq!(skip(&text, 0, &mut wide), lead);
                assert_eq!(wide, 0, "what stands behind the end does not count");
            }
        }
        let mut wide = 0;
        assert_eq!(skip("aé 繁體中文".as_bytes(), 0, &mut wide), 16);
        assert_ne!(wide, 0);
    }

    #[test]
    fn surrogate_pairs_are_joined_and_lone_ones_replaced() {
        let mut out = Vec::new();
        unescape(br"\ud83c\udf89 \ud800 \udc00x \u00e9\/\n\ud83c\u0041", &mut out);
        assert_eq!(String::from_utf8(out).as_deref(), Ok("🎉 \u{fffd} \u{fffd}x é/\n\u{fffd}A"));
    }
}
