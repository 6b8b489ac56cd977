//! A tab's content as lines that fit the panel.

use unicode_width::UnicodeWidthStr;

use crate::query::detail::{DetailLine, Tone};
use crate::tui::text::safe;
use crate::tui::wrap::{MOST_LINES, wrapped};

/// A line on the screen: the key only on a value's first line.
pub(super) struct Line {
    pub(super) key: String,
    /// The key of the value that it is a part of.
    pub(super) of: String,
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
                let (text, tone) = ("… more in the JSON".to_string(), Tone::Warning);
                out.push(Line { key: String::new(), of: String::new(), text, tone });
                break;
            }
            out.push(Line { key: std::mem::take(&mut key), of: line.key.clone(), text, tone: line.tone });
        }
    }
    out
}
