//! Draws the services pane: one or two lines a service.

use ratatui::{buffer::Buffer, layout::Rect, style::Modifier};

use super::Traces;
use crate::model::short_duration;
use crate::tui::text::{Pen, cells, short_count, width};
use crate::tui::theme::Role;
use crate::tui::view::Cx;
use crate::tui::widget::{clear, highlight, panel, set, title};

/// Lines that each service takes: its percentiles have a line of their own where there is room.
fn lines_each(inner_height: u16, services: usize) -> usize {
    if (services + 1) * 2 <= usize::from(inner_height) { 2 } else { 1 }
}

/// First visible row; the selected one is kept in sight.
fn top(view: &Traces, each: usize, height: u16) -> usize {
    let fits = (usize::from(height) / each).max(1);
    let mut scroll = view.services_scroll;
    scroll.clamp(view.services.len() + 1, fits);
    scroll.top
}

/// The row (0 is all services) at a screen row.
pub(super) fn hit(area: Rect, row: u16, view: &Traces) -> Option<usize> {
    let height = area.height.saturating_sub(2);
    let each = lines_each(height, view.services.len());
    let line = usize::from(row.checked_sub(area.y + 1)?);
    let at = top(view, each, height) + line / each;
    (line < usize::from(height) && at <= view.services.len()).then_some(at)
}

pub(super) fn draw(area: Rect, buf: &mut Buffer, cx: &Cx<'_>, view: &Traces) {
    clear(area, buf);
    let inner = panel(area, buf, cx, view.services_focus);
    let mut pen = title(area, buf, cx);
    pen.put(" Services ", cx.theme.style(Role::Strong));
    pen.put(&format!("{} ", view.services.len()), cx.theme.style(Role::Muted));
    let each = lines_each(inner.height, view.services.len());
    let first = top(view, each, inner.height);
    for (n, at) in (first..=view.services.len()).enumerate() {
        let line = Rect { y: inner.y.saturating_add(cells(n * each)), height: 1, ..inner };
        if line.y + cells(each) > inner.bottom() {
            break;
        }
        row(line, buf, cx, view, at);
        if at == view.services_scroll.selected && (view.service.is_some() || view.services_focus) {
            highlight(Rect { height: cells(each), ..line }, buf, cx.theme.selection());
            for y in line.y..line.y + cells(each) {
                set(buf, line.x, y, cx.glyphs.selected, cx.theme.style(Role::Accent).patch(cx.theme.selection()));
            }
        }
        if let Some(service) = at.checked_sub(1).and_then(|at| view.services.get(at)).filter(|_| each == 2) {
            let [p50, p95, p99] = service.percentiles.map(short_duration);
            let mut pen = Pen::new(buf, cx.glyphs, line.x + 4, line.y + 1, line.right());
            let middle = if line.width >= 37 { format!("  p95 {p95}") } else { String::new() };
            pen.put(&format!("p50 {p50}{middle}  p99 {p99}"), cx.theme.style(Role::Faint));
        }
    }
}

/// Name, traces, errors.
fn row(line: Rect, buf: &mut Buffer, cx: &Cx<'_>, view: &Traces, at: usize) {
    let service = at.checked_sub(1).and_then(|at| view.services.get(at));
    let errors = service.map_or_else(|| view.services.iter().map(|row| row.errors).sum(), |row| row.errors);
    let traces = service.map_or(view.total, |row| u64::from(row.traces));
    let counts = short_count(traces);
    let failed = if errors > 0 { format!(" {}{}", short_count(errors), cx.glyphs.error) } else { String::new() };
    // Counts line up under each other where names leave room; long names may use what short counts leave.
    let right = (width(&counts) + width(&failed)).max(11);
    let mut pen = Pen::new(buf, cx.glyphs, line.x + 1, line.y, line.right());
    let name = service.map_or("all services", |service| &service.name);
    let squeezed = width(name) + 4 + right > line.width;
    let right = if squeezed { width(&counts) + width(&failed) + 1 } else { right };
    pen.end = line.right().saturating_sub(right);
    match service {
        Some(service) => {
            pen.sign(cx.glyphs.square, cx.service(&service.name));
            pen.skip(1);
            pen.put(&service.name, cx.theme.style(Role::Text));
        }
        None => {
            pen.put(name, cx.theme.style(Role::Strong));
        }
    }
    let (tail, error) = (if squeezed { width(&failed) } else { 6 }, cx.theme.style(Role::Error));
    let mut pen = Pen::new(buf, cx.glyphs, line.right().saturating_sub(right), line.y, line.right());
    pen.put_right(right - tail, &counts, cx.theme.style(Role::Muted));
    pen.put_right(tail, &failed, error.remove_modifier(Modifier::BOLD));
}
