//! The problems on Health, and the lines between spans.

use ratatui::{buffer::Buffer, layout::Rect};

use super::{Health, clock, place_text, short_name};
use crate::tui::shorten::middle;
use crate::tui::text::{Pen, cells, count};
use crate::tui::theme::Role;
use crate::tui::view::Cx;
use crate::tui::widget::table::{self, Shown};
use crate::tui::widget::{panel, place, title};

/// Lines of a problem on a screen of this width: place and reason have one each where they do not fit beside each other.
pub(super) fn lines(width: u16) -> u16 {
    if width < 120 { 2 } else { 1 }
}

/// Where the rows are in the panel.
pub(super) fn inside(area: Rect) -> Rect {
    let (width, height) = (area.width.saturating_sub(2), area.height.saturating_sub(2));
    Rect { x: area.x + 1, y: area.y + 1, width, height }
}

/// Problems that show in the panel.
pub(super) fn rows(area: Rect) -> u16 {
    inside(area).height / lines(area.width)
}

/// ```text
/// ╭ Problems 3 ───────────────────────────────────────────╮
/// │▌ 10:35:00  127.0.0.1:4242  byte 17                    │
/// │▌   a string ends beyond the datagram                  │
/// ╰───────────────────────────────────────────────── 1 / 3 ╯
/// ```
pub(super) fn draw(area: Rect, buf: &mut Buffer, cx: &Cx<'_>, health: &Health) {
    if area.height < 3 {
        return;
    }
    let inner = panel(area, buf, cx, !health.in_sources);
    let mut pen = title(area, buf, cx);
    pen.put(" Problems ", cx.theme.style(Role::Strong));
    let all = cx.totals.problems + health.unread as u64;
    let kept = health.problems.len();
    let last = if all > kept as u64 { format!(", the last {} ", count(kept as u64)) } else { " ".to_owned() };
    pen.put(&(count(all) + &last), cx.theme.style(Role::Muted));
    if kept == 0 {
        let mut pen = Pen::new(buf, cx.glyphs, inner.x + 1, inner.y, inner.right());
        let text = if cx.totals.received == 0 { "none" } else { "none: everything that came could be read" };
        pen.put(text, cx.theme.style(Role::Muted));
    }
    let each = lines(area.width);
    for Shown { at, line, selected } in table::rows(inner, health.scroll, kept, each) {
        let Some(problem) = health.problems.get(at) else { continue };
        let muted = cx.theme.style(Role::Muted);
        let mut pen = Pen::new(buf, cx.glyphs, line.x + 2, line.y, line.right());
        pen.put_left(10, &clock(problem, cx), muted);
        // What could not be read at all has no place, and its reason says its name.
        if !problem.origin.is_empty() {
            let room = if each > 1 { pen.room().saturating_sub(16) } else { pen.room() / 3 };
            pen.put(&middle(short_name(&problem.origin), room, 50, cx.glyphs.ellipsis), muted);
            pen.skip(2);
            pen.put(&place_text(problem.place), muted);
            pen.skip(2);
        }
        let own = each > 1 && !problem.origin.is_empty();
        if own {
            pen = Pen::new(buf, cx.glyphs, line.x + 4, line.y + 1, line.right());
        }
        pen.put(&problem.reason, cx.theme.style(Role::Warning));
        if selected {
            table::mark(line, buf, cx, !health.in_sources);
        }
    }
    if kept > usize::from(inner.height / each) {
        place(area, buf, cx, (health.scroll.selected, kept));
    }
}

/// The last of the lines that stood between spans.
pub(super) fn output(area: Rect, buf: &mut Buffer, cx: &Cx<'_>, lines: &[String]) {
    if area.height < 3 {
        return;
    }
    let inner = panel(area, buf, cx, false);
    let mut pen = title(area, buf, cx);
    pen.put(" Output lines ", cx.theme.style(Role::Strong));
    pen.put(&format!("{} ", count(cx.totals.lines)), cx.theme.style(Role::Muted));
    let skip = lines.len().saturating_sub(usize::from(inner.height));
    for (n, line) in lines.iter().skip(skip).enumerate() {
        let mut pen = Pen::new(buf, cx.glyphs, inner.x + 1, inner.y + cells(n), inner.right());
        pen.put(line, cx.theme.style(Role::Muted));
    }
}
