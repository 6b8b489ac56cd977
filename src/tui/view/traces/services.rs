//! Draws the services pane: one or two lines a service, its counts under their heads.

use ratatui::{buffer::Buffer, layout::Rect};

use super::Traces;
use crate::model::short_duration;
use crate::tui::shorten::middle;
use crate::tui::text::{Pen, count, short_count};
use crate::tui::theme::Role;
use crate::tui::view::Cx;
use crate::tui::widget::table::{self, Shown};
use crate::tui::widget::{Scroll, clear, panel, title};

/// Cells of each count, the blank before it included.
const COUNT: u16 = 7;

/// Lines that each service takes: its percentiles have a line of their own where there is room.
fn lines_each(room: u16, services: usize) -> u16 {
    if (services + 1) * 2 <= usize::from(room) { 2 } else { 1 }
}

/// The part of a pane in which services are listed: inside the border, below the heads.
fn inside(area: Rect) -> Rect {
    let (width, height) = (area.width.saturating_sub(2), area.height.saturating_sub(3));
    Rect { x: area.x + 1, y: area.y + 2, width, height }
}

/// The cursor with the selected row in sight.
fn scroll(view: &Traces, each: u16, height: u16) -> Scroll {
    let mut scroll = view.services_scroll;
    scroll.clamp(view.services.len() + 1, usize::from(height / each).max(1));
    scroll
}

/// The row (0 is all services) at a cell of the screen.
pub(super) fn hit(area: Rect, cell: (u16, u16), view: &Traces) -> Option<usize> {
    let room = inside(area);
    let each = lines_each(room.height, view.services.len());
    table::hit(room, cell, scroll(view, each, room.height), view.services.len() + 1, each)
}

pub(super) fn draw(area: Rect, buf: &mut Buffer, cx: &Cx<'_>, view: &Traces) {
    clear(area, buf);
    let inner = panel(area, buf, cx, view.services_focus);
    let mut pen = title(area, buf, cx);
    pen.put(" Services ", cx.theme.style(Role::Strong));
    pen.put(&format!("{} ", count(view.services.len() as u64)), cx.theme.style(Role::Muted));
    let mut pen = Pen::new(buf, cx.glyphs, counts(inner), inner.y, inner.right());
    for head in ["traces", "failed"] {
        pen.put_right(COUNT, head, cx.theme.style(Role::Muted));
    }
    let room = inside(area);
    let each = lines_each(room.height, view.services.len());
    let scroll = scroll(view, each, room.height);
    for Shown { at, line, selected } in table::rows(room, scroll, view.services.len() + 1, each) {
        row(Rect { height: 1, ..line }, buf, cx, view, at);
        if let Some(service) = at.checked_sub(1).and_then(|at| view.services.get(at)).filter(|_| each == 2) {
            let [p50, p95, p99] = service.percentiles.map(|ns| format!("{:>6}", short_duration(ns)));
            let mut pen = Pen::new(buf, cx.glyphs, line.x + 3, line.y + 1, line.right());
            let between = if line.width >= 37 { format!("  p95 {p95}") } else { String::new() };
            pen.put(&format!("p50 {p50}{between}  p99 {p99}"), cx.theme.style(Role::Muted));
        }
        if selected && (view.service.is_some() || view.services_focus) {
            table::mark(line, buf, cx);
        }
    }
}

/// The first column of the counts.
fn counts(line: Rect) -> u16 {
    line.right().saturating_sub(2 * COUNT + 1)
}

/// Name, traces, and how many of them failed there.
fn row(line: Rect, buf: &mut Buffer, cx: &Cx<'_>, view: &Traces, at: usize) {
    let service = at.checked_sub(1).and_then(|at| view.services.get(at));
    let mut pen = Pen::new(buf, cx.glyphs, line.x + 1, line.y, counts(line));
    if let Some(service) = service {
        pen.sign(cx.glyphs.square, cx.service(&service.name));
        pen.skip(1);
        let name = middle(&service.name, pen.room(), 50, cx.glyphs.ellipsis);
        pen.put(&name, cx.theme.style(Role::Text));
    } else {
        pen.put("all services", cx.theme.style(Role::Strong));
    }
    let (traces, failed) =
        service.map_or((view.total, view.failed), |row| (u64::from(row.traces), u64::from(row.failed)));
    let mut pen = Pen::new(buf, cx.glyphs, counts(line), line.y, line.right());
    pen.put_right(COUNT, &short_count(traces), cx.theme.style(Role::Muted));
    if failed > 0 {
        pen.put_right(COUNT, &short_count(failed), cx.theme.style(Role::Error));
    }
}
