//! Rows of a list on the screen: which of them show, which one is selected, which one is clicked on. What a row says is its
//! owner's business.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use super::{Scroll, highlight, set};
use crate::tui::text::cells;
use crate::tui::theme::Role;
use crate::tui::view::Cx;

/// A row that shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    /// Its number in the list.
    pub(crate) at: usize,
    /// Where it stands.
    pub(crate) line: Rect,
    /// The cursor is on it.
    pub(crate) selected: bool,
}

/// The rows of a list of `len` that show in `area`, each `each` lines high.
pub(crate) fn rows(area: Rect, scroll: Scroll, len: usize, each: u16) -> impl Iterator<Item = Shown> {
    let fits = usize::from(area.height / each.max(1));
    (scroll.top..len).take(fits).enumerate().map(move |(n, at)| {
        let line = Rect { y: area.y + cells(n) * each, height: each, ..area };
        Shown { at, line, selected: at == scroll.selected }
    })
}

/// The row of a list at a cell of the screen.
pub(crate) fn hit(area: Rect, (column, row): (u16, u16), scroll: Scroll, len: usize, each: u16) -> Option<usize> {
    if !area.contains((column, row).into()) {
        return None;
    }
    let at = scroll.top + usize::from((row - area.y) / each.max(1));
    (at < len && usize::from((row - area.y) / each.max(1)) < usize::from(area.height / each.max(1))).then_some(at)
}

/// Marks the selected row: its ground, and a bar at its left. Where the keys go elsewhere, a faint bar alone.
pub(crate) fn mark(line: Rect, buf: &mut Buffer, cx: &Cx<'_>, has_keys: bool) {
    let ground = if has_keys { cx.theme.selection() } else { Style::new() };
    highlight(line, buf, ground);
    let style = cx.theme.style(if has_keys { Role::Accent } else { Role::Muted });
    for y in line.y..line.bottom() {
        set(buf, line.x, y, cx.glyphs.selected, style.patch(ground));
    }
}

/// Says at the right edge of a list that there is more above or below.
pub(crate) fn ends(area: Rect, scroll: Scroll, len: usize, buf: &mut Buffer, cx: &Cx<'_>) {
    let is_more = [scroll.top > 0, scroll.top + usize::from(area.height) < len];
    let lines = [area.y, area.bottom().saturating_sub(1)];
    for ((_, y), sign) in is_more.into_iter().zip(lines).zip(cx.glyphs.more).filter(|((is_more, _), _)| *is_more) {
        set(buf, area.right().saturating_sub(1), y, sign, cx.theme.style(Role::Accent));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_shows_is_what_a_click_finds() {
        let area = Rect::new(3, 5, 10, 7);
        let scroll = Scroll { selected: 4, top: 3, ..Scroll::default() };
        for each in [1, 2] {
            let shown: Vec<Shown> = rows(area, scroll, 6, each).collect();
            assert_eq!(shown.iter().map(|row| row.at).collect::<Vec<_>>(), [3, 4, 5]);
            assert_eq!(shown.iter().filter(|row| row.selected).map(|row| row.at).collect::<Vec<_>>(), [4]);
            for row in &shown {
                assert_eq!(hit(area, (5, row.line.y), scroll, 6, each), Some(row.at));
            }
            assert_eq!(hit(area, (2, 5), scroll, 6, each), None);
            assert_eq!(hit(area, (5, 11), scroll, 6, each), None);
        }
    }
}
