//! Lines of text: colours taken off, bytes made UTF-8, length bounded.

/// The longest text of an output line, in bytes.
pub(super) const MAX_TEXT: usize = 4096;

/// A line as it is shown: no ANSI sequences, valid UTF-8, at most [`MAX_TEXT`] bytes, no line end.
pub(super) fn shown(line: &[u8]) -> String {
    let mut plain = Vec::with_capacity(line.len().min(MAX_TEXT));
    let mut rest = line;
    while plain.len() < MAX_TEXT {
        let Some(at) = memchr::memchr(0x1b, rest) else { break };
        plain.extend_from_slice(rest.get(..at).unwrap_or_default());
        rest = rest.get(at..).unwrap_or_default();
        rest = rest.get(sequence(rest)..).unwrap_or_default();
    }
    let room = rest.len().min(MAX_TEXT.saturating_sub(plain.len()));
    plain.extend_from_slice(rest.get(..room).unwrap_or_default());
    let mut text = String::from_utf8_lossy(&plain).into_owned();
    let end = (0..=MAX_TEXT.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    text.truncate(end);
    text.truncate(text.trim_end().len());
    text
}

/// Whether nothing is left of a line to show: white space, colours, the brackets and commas of an array.
pub(super) fn is_blank(line: &[u8]) -> bool {
    let mut rest = line;
    while let Some((&first, after)) = rest.split_first() {
        rest = match first {
            b' ' | b'\t' | b'\r' | b'\n' | b'[' | b']' | b',' => after,
            0x1b => rest.get(sequence(rest)..).unwrap_or_default(),
            _ => return false,
        };
    }
    true
}

/// The length of the ANSI sequence that `bytes` begins with; at least 1.
pub(super) fn sequence(bytes: &[u8]) -> usize {
    let tail = bytes.get(2..).unwrap_or_default();
    match bytes.get(1) {
        // CSI: parameters, then one final byte.
        Some(b'[') => {
            let parameters = tail.iter().take_while(|byte| matches!(byte, b' '..=b'?')).count();
            2 + parameters + usize::from(matches!(tail.get(parameters), Some(b'@'..=b'~')))
        }
        // OSC: up to BEL or ESC \.
        Some(b']') => match memchr::memchr2(7, 0x1b, tail) {
            Some(at) if tail.get(at) == Some(&7) => 3 + at,
            Some(at) => 2 + at + 2,
            None => bytes.len(),
        },
        Some(b'@'..=b'_') => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_and_titles_are_taken_off() {
        assert_eq!(shown(b"\x1b[32mINFO\x1b[0m: ok \x1b]0;title\x07end\x1b(\x1b"), "INFO: ok end(");
        assert_eq!(shown(b"bad \xff byte\r"), "bad \u{fffd} byte");
    }

    #[test]
    fn long_lines_are_cut_between_characters() {
        let text = shown("é".repeat(5000).as_bytes());
        assert!(text.len() <= MAX_TEXT && text.len() > MAX_TEXT - 4, "{}", text.len());
    }
}
