//! A tab's content as lines that fit the panel.

use hashbrown::HashSet;
use unicode_width::UnicodeWidthStr;

use crate::query::detail::{DetailLine, Tone};
use crate::tui::text::safe;
use crate::tui::wrap::{MOST_LINES, wrapped};

/// Lines of a value that show before it is opened.
const FEW: usize = 8;

/// Cells between key and value.
pub(super) const GAP: u16 = 2;

/// A line on the screen: the key only on a value's first line.
pub(super) struct Line {
    pub(super) key: String,
    pub(super) text: String,
    pub(super) tone: Tone,
    /// First column of the text.
    pub(super) column: u16,
    pub(super) indent: u16,
    /// The line of the tab that it is a part of.
    pub(super) of: usize,
    /// Says that there is more.
    pub(super) is_cut: bool,
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

/// Breaks values at their line ends and at the room that the keys leave. Long ones show their beginning, unless they are open.
pub(super) fn broken(lines: &[DetailLine], room: u16, open: &HashSet<usize>) -> Vec<Line> {
    let key_width = |line: &DetailLine| line.indent + u16::try_from(safe(&line.key).width()).unwrap_or(u16::MAX);
    let keys = lines.iter().filter(|line| !line.key.is_empty()).map(key_width).max().unwrap_or(0).min(room * 2 / 5);
    let mut out = Vec::new();
    for (of, line) in lines.iter().enumerate() {
        // A line end at the very end begins no line.
        let value = line.value.trim_end_matches(['\n', '\r']);
        let texts: Vec<&str> = value.split('\n').map(|text| text.strip_suffix('\r').unwrap_or(text)).collect();
        // What has lines of its own, such as a stack trace, has them below its key, as wide as they can be.
        let is_below = texts.len() > 1 && !line.key.is_empty();
        let column = match (line.key.is_empty(), is_below) {
            (true, _) => line.indent,
            (false, true) => line.indent + 2,
            (false, false) => keys + GAP,
        };
        let mut key = line.key.clone();
        let part =
            |key: String, text: String, tone| Line { key, text, tone, column, indent: line.indent, of, is_cut: false };
        if is_below {
            out.push(part(std::mem::take(&mut key), String::new(), line.tone));
        }
        let most = if open.contains(&of) || line.key.is_empty() { MOST_LINES } else { FEW };
        let room = usize::from(room.saturating_sub(column)).max(8);
        let pieces: Vec<String> = texts.iter().flat_map(|text| wrapped(text, room)).collect();
        // One line more takes no more room than saying so.
        let shown = if most == FEW && pieces.len() == FEW + 1 { FEW + 1 } else { most };
        let left = pieces.len().saturating_sub(shown);
        for text in pieces.into_iter().take(shown) {
            out.push(part(std::mem::take(&mut key), text, line.tone));
        }
        if left > 0 {
            let text = if most == FEW { format!("… {left} more lines") } else { "… more in the JSON".to_string() };
            out.push(Line { is_cut: most == FEW, ..part(String::new(), text, Tone::Warning) });
        }
    }
    out
}
