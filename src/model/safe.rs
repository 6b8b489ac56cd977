//! Text from outside made safe for a terminal or a grid of cells.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;

/// Makes text safe: control characters become their pictures (`␛`), text direction overrides and
/// zero-width signs go, and emoji that terminals disagree about are reduced to their first sign.
pub fn safe(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| (b' '..0x7f).contains(&byte)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for cluster in text.graphemes(true) {
        if cluster.len() == 1 || !cluster.contains(is_unsafe) {
            out.push_str(cluster);
            if cluster.len() == 1 && cluster.contains(is_unsafe) {
                out.pop();
                out.extend(cluster.chars().map(picture));
            }
            continue;
        }
        for char in cluster.chars() {
            match char {
                '\u{200d}' => break,
                '\u{fe0f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{2069}'
                | '\u{feff}' => {}
                '\u{1f1e6}'..='\u{1f1ff}' => out.extend(letter(char)),
                _ => out.push(picture(char)),
            }
        }
    }
    Cow::Owned(out)
}

fn is_unsafe(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{fe0f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{1f1e6}'..='\u{1f1ff}')
}

/// The letter of a regional indicator: terminals disagree about the width of flags.
fn letter(char: char) -> Option<char> {
    char::from_u32(u32::from(char) - 0x1_f1e6 + u32::from('A'))
}

fn picture(char: char) -> char {
    match char {
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(char)).unwrap_or('␦'),
        '\u{7f}' => '␡',
        '\u{80}'..='\u{9f}' => '␛',
        _ => char,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_in_names_are_shown_and_never_sent() {
        assert_eq!(safe("\u{1b}[31mred\u{1b}[0m\ttab\r\n"), "␛[31mred␛[0m␉tab␍␊");
        assert_eq!(safe("c1 \u{9b}31m \u{7f}"), "c1 ␛31m ␡");
        assert_eq!(safe("a\u{202e}b\u{2066}c"), "abc");
    }

    #[test]
    fn wide_and_combining_text_keeps_its_cells() {
        assert_eq!(safe("e\u{301}🎉"), "e\u{301}🎉");
        assert_eq!(safe("👨\u{200d}👩\u{200d}👧 繁體"), "👨 繁體");
        assert_eq!(safe("🇹🇼"), "TW");
    }
}
