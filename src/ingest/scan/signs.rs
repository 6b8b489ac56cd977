//! What bytes look like before anybody knows what they are: members, keys, spans, source code.

/// Whether an indented line begins with a key; nothing is said by one that ends what another began.
pub(super) fn is_member(line: &[u8]) -> Option<bool> {
    let start = line.trim_ascii_start();
    match start.first() {
        Some(b'}' | b']') if start.len() < line.len() => None,
        Some(b'"') if start.len() < line.len() => Some(memchr::memmem::find(start, b"\":").is_some()),
        _ => Some(false),
    }
}

/// Whether an object that cannot be read was meant as a span: it has the members that only spans have together.
pub(super) fn is_meant(object: &[u8]) -> bool {
    let has = |key: &[u8]| memchr::memmem::find(object, key).is_some();
    has(b"\"name\"") && has(b"\"context\"")
        || has(b"\"span_id\"") && (has(b"\"start_unix_nano\"") || has(b"\"parent_span_id\""))
}

/// Whether what stands where JSON has a value or a key is rather source code: `True`, `None`, `SpanKind.SERVER`, a comment.
pub(super) fn begins_code(byte: u8) -> bool {
    byte.is_ascii_uppercase() || matches!(byte, b'\'' | b'#' | b'(')
}

pub(super) fn line_ends(bytes: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', bytes).count()
}

/// Whether a brace is followed by what may be a key. White space is what the parser takes for it and no more: behind a
/// form feed, where the parser gives up, the answer would depend on how much has come.
pub(super) fn has_key(object: &[u8]) -> bool {
    object.iter().skip(1).find(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n')) == Some(&b'"')
}
