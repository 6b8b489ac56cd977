//! What documents in JSON have in common: members and lists.

use std::io::Write;

use crate::model::push_json_string;

/// Appends formatted text.
pub(super) fn put(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    // Writing to a Vec cannot fail.
    out.write_fmt(text).unwrap_or_default();
}

/// Appends `,"name":"text"`, unless the text is empty.
pub(super) fn text_member(name: &str, text: &str, out: &mut Vec<u8>) {
    if !text.is_empty() {
        put(out, format_args!(",\"{name}\":"));
        push_json_string(text, out);
    }
}

/// Appends items, parted by commas.
pub(super) fn list<T>(items: impl IntoIterator<Item = T>, out: &mut Vec<u8>, mut write: impl FnMut(T, &mut Vec<u8>)) {
    for (n, item) in items.into_iter().enumerate() {
        if n > 0 {
            out.push(b',');
        }
        write(item, out);
    }
}
