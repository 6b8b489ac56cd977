//! What overlays with a text field have in common: their frame over a dimmed ground, and the keys that move in them.

use ratatui::{buffer::Buffer, layout::Rect};

use super::{clear, dim, panel, title};
use crate::tui::prompt::Prompt;
use crate::tui::text::Pen;
use crate::tui::theme::Role;
use crate::tui::view::Cx;
use crate::tui::{Code, Key};

/// What the frame says.
pub(crate) struct Words {
    pub(crate) title: &'static str,
    /// Stands in the text field while that is empty.
    pub(crate) hint: &'static str,
    /// Said where nothing is found.
    pub(crate) nothing: &'static str,
}

/// Dims the screen and draws the frame at `place` with its text field; the area below that, for what was found.
pub(crate) fn frame(
    (area, place): (Rect, Rect),
    buf: &mut Buffer,
    cx: &Cx<'_>,
    prompt: &Prompt,
    (words, is_found): (&Words, bool),
) -> Rect {
    dim(area, buf);
    clear(place, buf);
    let inner = panel(place, buf, cx, true);
    title(place, buf, cx).put(words.title, cx.theme.style(Role::Strong));
    let mut pen = Pen::new(buf, cx.glyphs, inner.x + 1, inner.y, inner.right());
    prompt.draw(&mut pen, ": ", cx.theme);
    if prompt.is_empty() {
        pen.put(words.hint, cx.theme.style(Role::Faint));
    }
    if !is_found {
        let mut pen = Pen::new(buf, cx.glyphs, inner.x + 2, inner.y + 2, inner.right());
        pen.put(words.nothing, cx.theme.style(Role::Muted));
    }
    Rect { y: inner.y + 1, height: inner.height.saturating_sub(1), ..inner }
}

/// How many rows a key moves that is not for the text field.
pub(crate) fn step(key: Key) -> isize {
    let steps = [(Code::Up, -1), (Code::Down, 1), (Code::PageUp, -10), (Code::PageDown, 10)];
    steps.iter().find(|(code, _)| *code == key.code).map_or(0, |(_, step)| *step)
}
