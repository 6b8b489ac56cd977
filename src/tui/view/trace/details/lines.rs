//! A tab's content as lines that fit the panel.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::query::detail::{DetailLine, Tone};
use crate::tui::text::safe;

/// Lines of one value beyond which the rest is left to `JSON` and copying.
const MOST_LINES: usize = 2_000;

/// What stands for a tab in a value.
const TAB: &str = "    ";

/// A line on the screen: the key only on a value's first line.
pub(super) struct Line {
    pub(super) key: String,
    pub(super) text: String,
    pub(super) tone: Tone,
}

/// JSON with a member a line, two cells a level.
pub(super) fn pretty(json: &str) -> String {
    let (mut out, mut level, mut quoted, mut escaped) = (String::with_capacity(json.len() * 2), 0_usize, false, false);
    let mut before = ' ';
    for char in json.chars() {
        if quoted {
            (quoted, escaped) = (escaped || char != '"', !escaped && char == '\\');
            out.push(char);
            continue;
        }
        level = level.saturating_sub(usize::from(matches!(char, '}' | ']')));
        let is_empty = matches!((before, char), ('{', '}') | ('[', ']'));
        if (matches!(char, '}' | ']') || matches!(before, '{' | '[' | ',')) && !is_empty {
            out.push('\n');
            out.push_str(&"  ".repeat(level));
        }
        out.push(char);
        if char == ':' {
            out.push(' ');
        }
        level += usize::from(matches!(char, '{' | '['));
        quoted = char == '"';
        before = char;
    }
    out
}

/// Breaks values at their line ends and at the room that the keys leave.
pub(super) fn broken(lines: &[DetailLine], room: usize) -> Vec<Line> {
    let keys = lines.iter().map(|line| safe(&line.key).width()).max().unwrap_or(0).min(room * 2 / 5);
    let room = room.saturating_sub(if keys > 0 { keys + 2 } else { 0 }).max(8);
    let mut out = Vec::new();
    for line in lines {
        let mut key = line.key.clone();
        let before = out.len();
        let ends = line.value.split('\n').map(|text| text.strip_suffix('\r').unwrap_or(text));
        for text in ends.flat_map(|text| wrapped(text, room)) {
            if out.len() - before == MOST_LINES {
                out.push(Line { key: String::new(), text: "… more in the JSON".to_string(), tone: Tone::Warning });
                break;
            }
            out.push(Line { key: std::mem::take(&mut key), text, tone: line.tone });
        }
    }
    out
}

/// Breaks one line of text into pieces of at most `room` cells, between words where a word is not longer than that.
pub(super) fn wrapped(text: &str, room: usize) -> Vec<String> {
    let text = text.replace('\t', TAB);
    let text = safe(&text);
    let mut pieces = vec![String::new()];
    let (mut used, mut word) = (0, 0);
    for cluster in text.graphemes(true) {
        let size = cluster.width();
        let Some(piece) = pieces.last_mut() else { break };
        if used + size > room {
            // What the line's last word has so far goes on with it, unless the word fills the line.
            let (before, last) = piece.split_at_checked(word).unwrap_or((piece, ""));
            let breaks = cluster != " " && !before.trim().is_empty() && last.width() + size <= room;
            let carried = if breaks { piece.split_off(word) } else { String::new() };
            piece.truncate(piece.trim_end().len());
            used = carried.width();
            pieces.push(carried);
            word = 0;
            if pieces.len() > MOST_LINES {
                break;
            }
            if cluster == " " {
                continue;
            }
        }
        let Some(piece) = pieces.last_mut() else { break };
        used += size;
        piece.push_str(cluster);
        if cluster == " " {
            word = piece.len();
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values_break_between_words_and_tabs_are_blanks() {
        let lines = wrapped("card ending 4242 was declined", 17);
        assert_eq!(lines, ["card ending 4242", "was declined"]);
        assert_eq!(wrapped("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrapped("\tat com.shop.Cart", 40), ["    at com.shop.Cart"]);
    }

    proptest! {
        #[test]
        fn what_is_broken_fits_and_loses_nothing_but_blanks(text in "[a-z繁 ]{0,60}", room in 4usize..20) {
            let lines = wrapped(&text, room);
            prop_assert!(lines.iter().all(|line| line.width() <= room), "{lines:?}");
            let letters = |text: &str| text.replace(' ', "");
            prop_assert_eq!(letters(&lines.concat()), letters(&text));
        }
    }
}
