//! Draws the pane: a line for each service with its counts under their heads, and below them why they fail.

use ratatui::{buffer::Buffer, layout::Rect, style::Modifier};

use super::super::Traces;
use super::layout::{COUNT, Layout};
use crate::model::short_duration;
use crate::query::services::ServiceSort;
use crate::tui::shorten::middle;
use crate::tui::text::{Pen, count, short_count};
use crate::tui::theme::Role;
use crate::tui::view::Cx;
use crate::tui::widget::table::{self, Shown};
use crate::tui::widget::{clear, dash, panel, set, title};

/// Cells of a column of figures, the blanks before it included, and the room from which on it is shown.
struct Column {
    head: &'static str,
    cells: u16,
    from: u16,
}

/// The columns behind the name. What matters least goes first where it is narrow.
const COLUMNS: [Column; 4] = [
    Column { head: "traces", cells: 7, from: 0 },
    Column { head: "failed", cells: 7, from: 0 },
    Column { head: "p50", cells: 7, from: 44 },
    Column { head: "p99", cells: 7, from: 34 },
];

pub(in crate::tui::view::traces) fn draw(area: Rect, buf: &mut Buffer, cx: &Cx<'_>, view: &Traces) {
    clear(area, buf);
    let services = &view.services;
    let inner = panel(area, buf, cx, services.focus);
    let mut pen = title(area, buf, cx);
    pen.put(" Services ", cx.theme.style(if services.focus { Role::Accent } else { Role::Strong }));
    pen.put(&count(services.rows.len() as u64), cx.theme.style(Role::Muted));
    dash(&mut pen, cx);
    let is_ascending = services.sort == ServiceSort::Name;
    let sort = format!("{} {} ", services.sort.name(), cx.glyphs.sorted[usize::from(is_ascending)]);
    pen.put(&sort, cx.theme.style(Role::Accent));
    let mut pen = Pen::new(buf, cx.glyphs, figures(inner), inner.y, inner.right());
    for column in columns(inner.width) {
        pen.put_right(column.cells, column.head, cx.theme.style(Role::Muted));
    }
    let layout = Layout::new(area, services);
    let scroll = layout.scroll(services);
    for Shown { at, line, selected } in table::rows(layout.list, scroll, services.rows.len() + 1, 1) {
        row(line, buf, cx, view, at);
        if selected && (services.chosen.is_some() || services.focus) {
            table::mark(line, buf, cx, services.focus && !services.in_reasons);
        }
    }
    // On the border: figures stand to the last column.
    let edge = Rect { width: layout.list.width + 1, ..layout.list };
    table::ends(edge, scroll, services.rows.len() + 1, buf, cx);
    why(&layout, buf, cx, view);
}

fn columns(width: u16) -> impl Iterator<Item = &'static Column> {
    COLUMNS.iter().filter(move |column| column.from <= width)
}

/// The first column of the figures.
fn figures(line: Rect) -> u16 {
    let cells: u16 = columns(line.width).map(|column| column.cells).sum();
    line.right().saturating_sub(cells + 1)
}

/// Name, traces, how many of them failed there, percentiles of its spans.
fn row(line: Rect, buf: &mut Buffer, cx: &Cx<'_>, view: &Traces, at: usize) {
    let service = at.checked_sub(1).and_then(|at| view.services.rows.get(at));
    let mut pen = Pen::new(buf, cx.glyphs, line.x + 1, line.y, figures(line));
    if let Some(service) = service {
        pen.sign(cx.glyphs.square, cx.service(&service.name));
        pen.skip(1);
        let name = middle(&service.name, pen.room(), 50, cx.glyphs.ellipsis);
        pen.put(&name, cx.theme.style(Role::Text));
    } else {
        let all = if pen.room() < 12 { "all" } else { "all services" };
        pen.put(all, cx.theme.style(Role::Strong));
    }
    let (traces, failed) =
        service.map_or((view.total, view.failed), |row| (u64::from(row.traces), u64::from(row.failed)));
    let mut pen = Pen::new(buf, cx.glyphs, figures(line), line.y, line.right());
    for column in columns(line.width) {
        let percentile = |at: usize| {
            service.and_then(|service| service.percentiles.get(at)).map(|ns| short_duration(*ns)).unwrap_or_default()
        };
        let (text, role) = match column.head {
            "traces" => (short_count(traces), Role::Muted),
            "failed" if failed > 0 => (short_count(failed), Role::Error),
            "failed" => (cx.glyphs.middot.to_string(), Role::Faint),
            "p50" => (percentile(0), Role::Muted),
            _ => (percentile(2), Role::Muted),
        };
        pen.put_right(column.cells, &text, cx.theme.style(role));
    }
}

/// ```text
///  why payment fails ──────────────
///   11 × acquirer did not answer
///        within ? ms
/// ```
fn why(layout: &Layout, buf: &mut Buffer, cx: &Cx<'_>, view: &Traces) {
    let (area, services) = (layout.why, &view.services);
    if area.height < 3 {
        return;
    }
    let error = cx.theme.style(Role::Error);
    let mut pen = Pen::new(buf, cx.glyphs, area.x + 1, area.y + 1, area.right());
    let whose = services.chosen.as_deref();
    let name = middle(whose.unwrap_or("traces"), area.width.saturating_sub(14), 50, cx.glyphs.ellipsis);
    let title = format!("why {name} {} ", if whose.is_some() { "fails" } else { "fail" });
    pen.put(&title, error.add_modifier(Modifier::BOLD));
    for _ in pen.x..pen.end {
        pen.sign(cx.glyphs.border[0], cx.theme.style(Role::Border));
    }
    let shown = layout.reasons(services);
    let is_more = [
        shown.first().is_some_and(|(at, ..)| *at > 0),
        shown.last().is_some_and(|(at, ..)| at + 1 < services.reasons.len()),
    ];
    for (at, y, reason, lines) in shown {
        let line = Rect { y, height: u16::try_from(lines.len()).unwrap_or(1), ..area };
        let mut pen = Pen::new(buf, cx.glyphs, area.x + 1, y, area.right());
        pen.put_right(COUNT - 3, &short_count(reason.traces.into()), error);
        pen.skip(1);
        pen.sign(if cx.ascii { 'x' } else { '×' }, error);
        for (n, text) in lines.iter().enumerate() {
            let mut pen = Pen::new(buf, cx.glyphs, area.x + 1 + COUNT, y + u16::try_from(n).unwrap_or(0), area.right());
            pen.put(text, cx.theme.style(Role::Text));
        }
        if whose.is_none() {
            set(buf, area.x + 1, y, cx.glyphs.square, cx.service(&reason.service));
        }
        if services.in_reasons() && at == services.reason.selected {
            table::mark(line, buf, cx, true);
        }
    }
    let ends = [area.y + 2, area.bottom().saturating_sub(1)];
    for ((_, y), sign) in is_more.into_iter().zip(ends).zip(cx.glyphs.more).filter(|((is_more, _), _)| *is_more) {
        set(buf, area.right(), y, sign, cx.theme.style(Role::Accent));
    }
}
