//! Draws the header of a trace, the ruler and the waterfall's rows.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Modifier, Style},
};

use super::times::Times;
use super::{Regions, Trace};
use crate::model::duration_text;
use crate::query::ruler::{tick_text, ticks};
use crate::query::tree::{Build, Node};
use crate::query::waterfall::{SpanBar, TraceHead, WaterfallRow};
use crate::tui::text::{Pen, cells, count, short_count, time_text, width};
use crate::tui::theme::Role;
use crate::tui::view::Cx;
use crate::tui::widget::bar::{self, Eighths};
use crate::tui::widget::{highlight, set};

/// Cells kept free at the right for the duration of a bar that reaches the end.
const LABEL: u16 = 11;

pub(super) fn header(area: Rect, buf: &mut Buffer, cx: &Cx<'_>, head: &TraceHead, gone: bool) {
    let muted = cx.theme.style(Role::Muted);
    let mut pen = Pen::new(buf, cx.glyphs, area.x + 1, area.y, area.right());
    pen.sign(cx.glyphs.back, muted);
    pen.skip(1);
    // The figures are short and the name may be long: two fifths of the line are kept for the figures.
    let end = std::mem::replace(&mut pen.end, area.x + area.width * 3 / 5);
    pen.put(&head.service, cx.service(&head.service).add_modifier(Modifier::BOLD));
    pen.skip(1);
    pen.put(&head.name, cx.theme.style(Role::Strong));
    pen.end = end;
    for (text, style) in figures(cx, head, gone) {
        if pen.room() < width(&text) + 2 {
            break;
        }
        pen.skip(2);
        pen.put(&text, style);
    }
}

/// What is said of a trace behind its name, most important first.
fn figures(cx: &Cx<'_>, head: &TraceHead, gone: bool) -> Vec<(String, Style)> {
    let muted = cx.theme.style(Role::Muted);
    let id = (head.id.to_string(), cx.theme.style(Role::Faint));
    if head.spans == 0 {
        return vec![("evicted before it could be shown".to_string(), cx.theme.style(Role::Warning)), id];
    }
    let mut pieces = vec![(count(head.spans as u64) + if head.spans == 1 { " span" } else { " spans" }, muted)];
    pieces.push((duration_text(head.duration), cx.theme.style(Role::Strong)));
    if head.errors > 0 {
        pieces.push((
            format!("{}{}", count(head.errors.into()), cx.glyphs.error),
            cx.theme.style(Role::Error).add_modifier(Modifier::BOLD),
        ));
    }
    if head.missing > 0 {
        pieces.push((format!("{} missing", count(head.missing.into())), cx.theme.style(Role::Warning)));
    }
    if head.cycles > 0 {
        let cycles = if head.cycles == 1 { "cycle" } else { "cycles" };
        pieces.push((format!("{} {cycles}", count(head.cycles.into())), cx.theme.style(Role::Warning)));
    }
    if head.refused > 0 {
        pieces.push((format!("{} refused", count(head.refused)), cx.theme.style(Role::Warning)));
    }
    if gone {
        pieces.push(("evicted".to_string(), cx.theme.style(Role::Warning)));
    }
    pieces.push((format!("{} {}", head.services, if head.services == 1 { "service" } else { "services" }), muted));
    if head.depth > 0 {
        pieces.push((format!("depth {}", count(head.depth.into())), muted));
    }
    pieces.push((time_text(head.start, cx.utc, "%Y-%m-%d %H:%M:%S%.3f"), muted));
    pieces.push(id);
    pieces
}

/// The time axis: its columns, its length in ns and its ticks.
struct Axis {
    x: u16,
    width: u16,
    total: u64,
    ticks: Vec<u64>,
}

impl Axis {
    fn column(&self, ns: u64) -> u16 {
        let at = u128::from(ns.min(self.total)) * u128::from(self.width) / u128::from(self.total.max(1));
        self.x + u16::try_from(at).unwrap_or(self.width).min(self.width.saturating_sub(1))
    }
}

pub(super) fn draw(view: &Trace, regions: &Regions, buf: &mut Buffer, cx: &Cx<'_>) {
    let names = view.names_width(regions.rows);
    let x = regions.rows.x + names + 1;
    let width = regions.rows.right().saturating_sub(x + LABEL).max(4);
    let total = view.head.duration;
    let axis = Axis { x, width, total, ticks: ticks(total, usize::from(width / 11).max(2)) };
    ruler(view, regions.ruler, buf, cx, &axis);
    if let Some(build) = view.build.as_ref().filter(|_| view.is_first_build()) {
        building(regions.rows, buf, cx, build);
    }
    for (n, row) in view.rows.iter().enumerate() {
        let line = Rect { y: regions.rows.y + cells(n), height: 1, ..regions.rows };
        let selected = view.scroll.top + n == view.scroll.selected;
        let ground = if selected { cx.theme.selection() } else { Style::new() };
        // Without colours the selection is reversed, which would blot out a bar.
        let marked = if cx.theme.is_plain() { Rect { width: names, ..line } } else { line };
        if !selected && n % 2 == 1 {
            for tick in axis.ticks.iter().skip(1) {
                set(buf, axis.column(*tick), line.y, cx.glyphs.tick[0], cx.theme.style(Role::Faint));
            }
        }
        if selected {
            highlight(marked, buf, ground);
        }
        name(view, row, Rect { width: names, ..line }, buf, cx);
        if selected {
            highlight(marked, buf, ground);
            set(buf, line.x, line.y, cx.glyphs.selected, cx.theme.style(Role::Accent).patch(ground));
        }
        if let Some(span) = &row.span {
            let ground = if cx.theme.is_plain() { Style::new() } else { ground };
            span_bar((line, &axis), span, buf, cx, ground);
        }
    }
}

/// Stands where the rows will be.
fn building(area: Rect, buf: &mut Buffer, cx: &Cx<'_>, build: &Build) {
    let text = format!("building the tree of {} spans: {} %", count(build.spans() as u64), build.percent());
    let x = area.x + area.width.saturating_sub(width(&text)) / 2;
    Pen::new(buf, cx.glyphs, x, area.y + area.height / 2, area.right()).put(&text, cx.theme.style(Role::Muted));
}

fn ruler(view: &Trace, area: Rect, buf: &mut Buffer, cx: &Cx<'_>, axis: &Axis) {
    let style = cx.theme.style(Role::Muted);
    let names = format!("Service {} operation", cx.glyphs.middot);
    let title = view.times.title().unwrap_or(&names);
    Pen::new(buf, cx.glyphs, area.x + 1, area.y, axis.x).put(title, style);
    let largest = axis.ticks.last().copied().unwrap_or(0);
    for (n, tick) in axis.ticks.iter().enumerate() {
        let mut pen = Pen::new(buf, cx.glyphs, axis.column(*tick), area.y, area.right());
        if n > 0 {
            pen.sign(cx.glyphs.tick[1], cx.theme.style(Role::Faint));
        }
        pen.put(&tick_text(*tick, largest), style);
    }
}

/// The column of a row's fold sign.
pub(super) fn fold_column(row: &WaterfallRow) -> u16 {
    (cells(row.trunks.len()) * 2).max(1)
}

/// Tree guides, fold sign, service, operation, and marks at the right edge.
fn name(view: &Trace, row: &WaterfallRow, area: Rect, buf: &mut Buffer, cx: &Cx<'_>) {
    let marks = marks(row, cx);
    let size: u16 = marks.iter().map(|(text, _)| width(text)).sum();
    let mut pen = Pen::new(buf, cx.glyphs, area.x + 1, area.y, area.right());
    let time = row.span.as_ref().map(|span| view.times.of_span(span, &view.tree.timeline)).unwrap_or_default();
    pen.put_right(view.times.width().saturating_sub(1), &time, cx.theme.style(Role::Muted));
    pen.skip(u16::from(view.times != Times::Bars));
    guides(&mut pen, row, cx);
    pen.end = area.right().saturating_sub(size + u16::from(size > 0));
    match (&row.span, row.node) {
        (Some(span), _) => {
            pen.put(&span.service, cx.service(&span.service).add_modifier(Modifier::BOLD));
            pen.skip(1);
            pen.put(&span.name, cx.theme.style(Role::Text));
        }
        (None, Node::Missing(id)) => {
            pen.sign(cx.glyphs.missing, cx.theme.style(Role::Warning));
            let id = id.to_string();
            let (short, sign) =
                if pen.room() < 34 { (id.get(..6).unwrap_or(&id), cx.glyphs.ellipsis) } else { (&*id, ' ') };
            let text = format!(" parent {short}{sign} not here").replace("  ", " ");
            pen.put(&text, cx.theme.style(Role::Warning));
        }
        (None, Node::Span(_)) => {}
    }
    let mut pen = Pen::new(buf, cx.glyphs, area.right().saturating_sub(size), area.y, area.right());
    for (text, style) in marks {
        pen.put(&text, style);
    }
}

/// `(13)` for rows folded away, `2✗` for errors: `✗` on the span itself, `○✗` only below a fold.
fn marks(row: &WaterfallRow, cx: &Cx<'_>) -> Vec<(String, Style)> {
    let mut marks = Vec::new();
    if row.hidden > 0 {
        marks.push((format!("({})", short_count(u64::from(row.hidden))), cx.theme.style(Role::Muted)));
    }
    let own = row.span.as_ref().is_some_and(|span| span.error);
    let error = cx.theme.style(Role::Error);
    if row.errors_below > 0 && row.fold.is_some() {
        let ring = if own || row.hidden == 0 { String::new() } else { cx.glyphs.error_below.to_string() };
        let below = row.errors_below + u32::from(own);
        let number = if below > 1 { short_count(u64::from(below)) } else { String::new() };
        marks.push((format!(" {number}{ring}{}", cx.glyphs.error), error));
    } else if own {
        marks.push((format!(" {}", cx.glyphs.error), error));
    }
    marks
}

fn guides(pen: &mut Pen<'_>, row: &WaterfallRow, cx: &Cx<'_>) {
    let style = cx.theme.style(Role::Faint);
    let [branch, end, trunk, arm] = cx.glyphs.tree;
    // The first ancestor shown stands in for the levels that have no room.
    let deeper = (row.depth as usize).saturating_sub(row.trunks.len());
    // Its level's number does, so that parent and child can be told apart.
    let level = if deeper > 0 { row.depth.to_string() } else { String::new() };
    pen.put(&level, cx.theme.style(Role::Muted));
    pen.skip(width(&level) % 2);
    for goes_on in row.trunks.iter().skip(1 + usize::from(width(&level).div_ceil(2))) {
        let sign = if *goes_on { trunk } else { ' ' };
        pen.sign(sign, style);
        pen.skip(1);
    }
    if row.depth > 0 {
        pen.sign(if row.last { end } else { branch }, style);
        if row.fold.is_none() {
            pen.sign(arm, style);
        }
    }
    match row.fold {
        Some(folded) => {
            pen.sign(cx.glyphs.fold[usize::from(!folded)], cx.theme.style(Role::Muted));
            pen.skip(1);
        }
        None => pen.skip(if row.depth == 0 { 2 } else { 1 }),
    }
}

/// The bar, its event marks and its duration: to the right, else to the left, else inside.
fn span_bar((line, axis): (Rect, &Axis), span: &SpanBar, buf: &mut Buffer, cx: &Cx<'_>, ground: Style) {
    let style = cx.service(&span.service);
    let stretch = Eighths::new(span.offset, span.duration, axis.total, axis.width);
    bar::full((axis.x, line.y), stretch, buf, (style, ground), cx.glyphs);
    let mut last = None;
    for event in &span.events {
        let column = axis.column(*event);
        let mark = cx.glyphs.event[usize::from(last == Some(column))];
        last = Some(column);
        if let Some(cell) = buf.cell_mut((column, line.y)) {
            let on_bar =
                stretch.cells().contains(&(column - axis.x)) && cell.symbol() == cx.glyphs.eighths[7].to_string();
            let style = match (on_bar, style.fg) {
                (true, Some(color)) => Style::new().fg(ratatui::style::Color::Black).bg(color),
                _ => cell.style(),
            };
            cell.set_char(mark).set_style(style);
        }
    }
    let label = duration_text(span.duration);
    let size = width(&label);
    let cells = stretch.cells();
    let right = axis.x + cells.end + 1;
    let left = (axis.x + cells.start).saturating_sub(size + 1);
    let x = if right + size <= line.right() { right } else { left.max(axis.x) };
    let role = if span.error { Role::Error } else { Role::Muted };
    Pen::new(buf, cx.glyphs, x, line.y, line.right()).put(&label, ground.patch(cx.theme.style(role)));
    // A dot of the ruler beside text would read as part of it.
    let dot = cx.glyphs.tick[0].to_string();
    for column in [x.saturating_sub(1), x + size, (axis.x + cells.start).saturating_sub(1)] {
        if buf.cell((column, line.y)).is_some_and(|cell| cell.symbol() == dot) {
            set(buf, column, line.y, ' ', ground);
        }
    }
}
