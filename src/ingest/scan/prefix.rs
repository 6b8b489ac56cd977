//! The prefix that `docker compose logs` and `kubectl logs --prefix` put before every line, and the one of CRI's log files.

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

/// What a container runtime writes before a line of its log files (Kubernetes CRI logging format):
/// `2024-05-01T10:00:00.123456789Z stdout F `.
#[derive(Clone, Copy)]
pub(super) struct Cri<'a> {
    /// Its length.
    pub(super) length: usize,
    /// `stdout` or `stderr`.
    pub(super) stream: &'a [u8],
    /// The line ends here; else (`P`) it goes on with the next one of the stream.
    pub(super) ends: bool,
}

/// The CRI prefix of a line.
pub(super) fn cri(line: &[u8]) -> Option<Cri<'_>> {
    let head = line.get(..MAX_PREFIX).unwrap_or(line);
    let mut words = head.splitn(4, |byte| *byte == b' ');
    let (time, stream, tags) = (words.next()?, words.next()?, words.next()?);
    let is_time = time.len() >= 20 && time.first()?.is_ascii_digit() && time.get(10) == Some(&b'T');
    let is_stream = matches!(stream, b"stdout" | b"stderr");
    let tag = tags.split(|byte| *byte == b':').next()?.trim_ascii_end();
    if !is_time || !is_stream || !matches!(tag, b"P" | b"F") {
        return None;
    }
    let length = (time.len() + stream.len() + tags.trim_ascii_end().len() + 3).min(head.len());
    Some(Cri { length, stream, ends: tag == b"F" })
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

    #[test]
    fn parts_of_lines_in_files_of_container_runtimes_are_told() {
        let of = |line: &'static str| {
            cri(line.as_bytes()).map(|cri| (line.get(cri.length..).unwrap_or("?"), cri.stream == b"stderr", cri.ends))
        };
        assert_eq!(of("2024-05-01T10:00:00.123Z stdout F {"), Some(("{", false, true)));
        assert_eq!(of("2024-05-01T10:00:00.123+02:00 stderr P   \"a"), Some(("  \"a", true, false)));
        assert_eq!(of("2024-05-01T10:00:00.123Z stdout F:x "), Some(("", false, true)));
        assert_eq!(of("2024-05-01T10:00:00.123Z stdout F"), Some(("", false, true)));
        assert_eq!(of("2024-05-01T10:00:00.123Z stdout text"), None);
        assert_eq!(of("2024-05-01 stdout F text"), None);
    }
}
