//! Where the parts of the pane stand; a pure function of its size and what it shows.

use ratatui::layout::Rect;

use super::Services;
use crate::query::services::Reason;
use crate::tui::text::cells;
use crate::tui::widget::Scroll;
use crate::tui::wrap::wrapped;

/// Cells of a reason's count, its sign and the blank behind it.
pub(super) const COUNT: u16 = 8;

/// Lines that a reason takes at most.
const MOST_LINES: usize = 2;

/// The services keep so many lines where reasons want room.
const LEAST: u16 = 5;

/// The parts of the pane.
pub(super) struct Layout {
    /// The services, below their heads.
    pub(super) list: Rect,
    /// Why they fail, with its heading; without height where there is nothing to say or no room.
    pub(super) why: Rect,
}

impl Layout {
    pub(super) fn new(pane: Rect, services: &Services) -> Self {
        let inside = Rect {
            x: pane.x + 1,
            y: pane.y + 2,
            width: pane.width.saturating_sub(2),
            height: pane.height.saturating_sub(3),
        };
        let lines: usize = services.reasons.iter().map(|reason| reason_lines(reason, inside.width).len()).sum();
        // A blank and the heading stand before the reasons.
        let wanted = if lines == 0 { 0 } else { cells(lines + 2) };
        let rows = cells(services.rows.len() + 1);
        let most = if services.in_reasons() { inside.height * 2 / 3 } else { inside.height / 3 };
        let left = inside.height.saturating_sub(rows).max(most).min(inside.height.saturating_sub(LEAST));
        let height = if left < 3 { 0 } else { wanted.min(left) };
        let list = Rect { height: rows.min(inside.height - height), ..inside };
        Self { why: Rect { y: list.bottom(), height, ..inside }, list }
    }

    /// The cursor in the services, in sight.
    pub(super) fn scroll(&self, services: &Services) -> Scroll {
        let mut scroll = services.scroll;
        scroll.clamp(services.rows.len() + 1, usize::from(self.list.height).max(1));
        scroll
    }

    /// The reasons that show, each with its first line on the screen and its text.
    pub(super) fn reasons<'a>(&self, services: &'a Services) -> Vec<(usize, u16, &'a Reason, Vec<String>)> {
        let all: Vec<Vec<String>> =
            services.reasons.iter().map(|reason| reason_lines(reason, self.why.width)).collect();
        let room = usize::from(self.why.height.saturating_sub(2));
        let selected = if services.in_reasons() { services.reason.selected } else { 0 };
        // From as far up as leaves the selected one in sight.
        let mut first = selected.min(all.len());
        let mut height = all.get(selected).map_or(0, Vec::len);
        while let Some(before) = first.checked_sub(1).and_then(|at| all.get(at)) {
            height += before.len();
            if height > room {
                break;
            }
            first -= 1;
        }
        let mut y = self.why.y + 2;
        let mut shown = Vec::new();
        for ((at, lines), reason) in all.into_iter().enumerate().zip(&services.reasons).skip(first) {
            let next = y + cells(lines.len());
            if next > self.why.bottom() {
                break;
            }
            shown.push((at, y, reason, lines));
            y = next;
        }
        shown
    }

    /// The reason on a line of the screen.
    pub(super) fn reason_at(&self, line: u16, services: &Services) -> Option<usize> {
        let shown = self.reasons(services);
        shown.into_iter().find(|(_, y, _, lines)| (*y..*y + cells(lines.len())).contains(&line)).map(|(at, ..)| at)
    }
}

/// What a reason says, in lines that fit beside its count.
pub(super) fn reason_lines(reason: &Reason, width: u16) -> Vec<String> {
    let text = if reason.text.is_empty() { "says nothing" } else { &reason.text };
    let mut lines = wrapped(text, usize::from(width.saturating_sub(COUNT + 1)).max(8));
    if lines.len() > MOST_LINES {
        // The rest of the text is cut where it is drawn.
        let rest = lines.split_off(MOST_LINES - 1);
        lines.push(rest.join(""));
    }
    lines
}
