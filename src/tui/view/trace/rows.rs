//! Draws the ruler and the waterfall's rows: names at the left, bars at the right.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use super::bars::{self, Axis};
use super::{Regions, Trace, names};
use crate::model::duration_text;
use crate::query::ruler::tick_text;
use crate::query::tree::Build;
use crate::query::waterfall::SpanBar;
use crate::tui::text::{Pen, cells, count, width};
use crate::tui::theme::Role;
use crate::tui::view::Cx;
use crate::tui::widget::{bar, dim, highlight, set};

pub(super) fn draw(view: &Trace, regions: &Regions, buf: &mut Buffer, cx: &Cx<'_>) {
    let names = view.names_width(regions.rows);
    let axis = view.axis(regions.rows);
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
        names::draw(view, row, (Rect { width: names, ..line }, n == 0), buf, cx);
        let is_beside = |span: &SpanBar| axis.window.stretch(span.offset, span.duration, 1).is_none();
        if row.span.as_ref().is_some_and(is_beside) {
            dim(Rect { x: line.x + 1, width: names.saturating_sub(1), ..line }, buf);
        }
        if selected {
            highlight(marked, buf, ground);
            set(buf, line.x, line.y, cx.glyphs.selected, cx.theme.style(Role::Accent).patch(ground));
        }
        if let Some(span) = &row.span {
            let ground = if cx.theme.is_plain() { Style::new() } else { ground };
            bars::draw((line, &axis), span, buf, cx, ground);
            bar::part(Rect { x: axis.x, width: line.right().saturating_sub(axis.x), ..line }, buf, cx.glyphs);
        }
    }
}

/// Stands where the rows will be.
fn building(area: Rect, buf: &mut Buffer, cx: &Cx<'_>, build: &Build) {
    let text = format!("building the tree of {} spans: {} %", count(build.spans() as u64), build.percent());
    let x = area.x + area.width.saturating_sub(width(&text)) / 2;
    Pen::new(buf, cx.glyphs, x, area.y + area.height / 2, area.right()).put(&text, cx.theme.style(Role::Muted));
}

/// `zoom 12.3 ms of 1.00 s`, while only a part shows; as much of it as there is room for.
fn zoom_text(view: &Trace, room: u16) -> Option<String> {
    let short = view.zoom.is_on().then(|| format!("zoom {}", duration_text(view.window().length())))?;
    let long = format!("{short} of {}", duration_text(view.head.duration));
    Some(if width(&long) <= room { long } else { short })
}

/// The heads of both columns; how many rows are above the first one that shows stands between them.
fn ruler(view: &Trace, area: Rect, buf: &mut Buffer, cx: &Cx<'_>, axis: &Axis) {
    let style = cx.theme.style(Role::Muted);
    let names = format!("Service {} operation", cx.glyphs.middot);
    let title = view.times.title().unwrap_or(&names);
    let mut pen = Pen::new(buf, cx.glyphs, area.x + 1, area.y, axis.x.saturating_sub(2));
    let (title, style_of_title) = match zoom_text(view, pen.room()) {
        Some(zoom) => (zoom, cx.theme.style(Role::Accent)),
        None => (title.to_owned(), style),
    };
    if view.scroll.top > 0 {
        let above = format!("{} {} above", cx.glyphs.more[0], count(view.scroll.top as u64));
        let (room, size) = (pen.room(), width(&above));
        if room > width(&title) + size {
            pen.put(&title, style_of_title);
        }
        pen.x = pen.x.max(pen.end.saturating_sub(size));
        pen.put(&above, cx.theme.style(Role::Accent));
    } else {
        pen.put(&title, style_of_title);
    }
    if let Some((from, to)) = view.zoom.dragged {
        let (from, to) = (from.min(to).max(axis.x), from.max(to).min(axis.x + axis.width.saturating_sub(1)));
        highlight(Rect { x: from, width: (to + 1).saturating_sub(from), ..area }, buf, cx.theme.selection());
    }
    let largest = axis.ticks.last().copied().unwrap_or(0);
    for (n, tick) in axis.ticks.iter().enumerate() {
        let mut pen = Pen::new(buf, cx.glyphs, axis.column(*tick), area.y, area.right());
        if n > 0 {
            pen.sign(cx.glyphs.tick[1], cx.theme.style(Role::Faint));
        }
        pen.put(&tick_text(*tick, largest), style);
    }
}
