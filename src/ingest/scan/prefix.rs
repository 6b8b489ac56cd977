//! The prefix that `docker compose logs` and `kubectl logs --prefix` put before every line.

use super::text::sequence;

/// Prefixes longer than this are none.
pub(super) const MAX_PREFIX: usize = 256;

/// The length of the prefix of a line: `web-1  | `, coloured or not, or `[pod/web-7f/app] `.
pub(super) fn prefix(line: &[u8]) -> Option<usize> {
    let head = line.get(..MAX_PREFIX).unwrap_or(line);
    let at = colours(head, 0);
    let length = if head.get(at..)?.starts_with(b"[pod/") { kubectl(head, at)? } else { compose(head, at)? };
    // The space behind the mark is part of it, where a trimmed line has not lost it.
    let length = colours(head, length);
    match head.get(length) {
        Some(b' ') => Some(length + 1),
        None if length < MAX_PREFIX => Some(length),
        Some(b'\r' | b'\n') => Some(length),
        _ => None,
    }
}

fn kubectl(head: &[u8], at: usize) -> Option<usize> {
    head.iter().skip(at).position(|byte| *byte == b']').map(|end| at + end + 1)
}

fn compose(head: &[u8], at: usize) -> Option<usize> {
    let name = head.iter().skip(at).take_while(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(byte)).count();
    let spaces = head.iter().skip(at + name).take_while(|byte| **byte == b' ').count();
    let bar = colours(head, at + name + spaces);
    (name > 0 && head.get(bar) == Some(&b'|')).then_some(bar + 1)
}

/// The offset behind the ANSI sequences that stand at `at`.
fn colours(head: &[u8], mut at: usize) -> usize {
    while head.get(at) == Some(&0x1b) {
        at += sequence(head.get(at..).unwrap_or_default());
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_of_containers_are_told_from_text() {
        let cases: [(&str, Option<usize>); 9] = [
            ("web-1  | {", Some(9)),
            ("web-1  |", Some(8)),
            ("\x1b[36mapp_1  |\x1b[0m {", Some(18)),
            ("[pod/web-7f/app] {", Some(17)),
            ("INFO: a | b", None),
            ("[2024-01-01] x", None),
            ("| a | b", None),
            ("a || b", None),
            ("", None),
        ];
        for (line, length) in cases {
            assert_eq!(prefix(line.as_bytes()), length, "{line}");
        }
    }
}
