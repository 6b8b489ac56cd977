//! Lines that are broken rather than cut: how high each row is, and which row is at the top.

use crate::query::output::{Body, OutputRow};
use crate::tui::widget::Scroll;
use crate::tui::wrap::{TAB, wrapped};

/// The lines that a row takes in `room` cells, at most `most`.
pub(super) fn height(row: &OutputRow, room: usize, most: usize) -> u16 {
    u16::try_from(pieces(row, room).len().clamp(1, most.max(1))).unwrap_or(u16::MAX)
}

/// The row's logger and text in pieces that fit.
pub(super) fn pieces(row: &OutputRow, room: usize) -> Vec<String> {
    wrapped(&whole(row), room.max(8))
}

/// The row's logger and text.
pub(super) fn whole(row: &OutputRow) -> String {
    match &row.body {
        Body::Root { .. } => String::new(),
        Body::Line { logger, text, .. } if logger.is_empty() => text.replace('\t', TAB),
        Body::Line { logger, text, .. } => [logger, " ", text].concat().replace('\t', TAB),
        Body::Part { text, .. } => text.replace('\t', TAB),
    }
}

/// The row at the top, where rows differ in height: the selected one shows, and nothing is blank below that could show
/// something.
pub(super) fn top(scroll: Scroll, len: usize, height: usize, size: impl Fn(usize) -> usize) -> usize {
    // The first row from which on those up to `to` fit.
    let first = |to: usize| {
        let mut used = size(to);
        let mut at = to;
        while let Some(before) = at.checked_sub(1) {
            used += size(before);
            if used > height {
                break;
            }
            at = before;
        }
        at
    };
    if len == 0 {
        return 0;
    }
    let top = scroll.top.clamp(first(scroll.selected), scroll.selected);
    top.min(first(len - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_selected_row_shows_whatever_the_heights() {
        let sizes = [1, 5, 1, 3, 1, 9, 1];
        let size = |at: usize| sizes[at];
        let at = |selected: usize, top: usize| {
            let mut scroll = Scroll::at(selected);
            scroll.top = top;
            super::top(scroll, sizes.len(), 6, size)
        };
        assert_eq!(at(0, 0), 0);
        assert_eq!(at(2, 0), 1, "six lines have room, not seven");
        assert_eq!(at(3, 0), 2);
        assert_eq!(at(3, 3), 3, "what is not asked to move stays");
        assert_eq!(at(5, 0), 5, "a row higher than the screen begins at its top");
        assert_eq!(at(6, 6), 6, "and hides what is above");
    }
}
