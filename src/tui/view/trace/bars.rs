//! The bars of a waterfall: the axis they lie on, the marks of events and log records, and where a duration is written.

use std::ops::Range;

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Color, Style},
};

use crate::model::{Severity, duration_text};
use crate::query::ruler::{Window, tick_text};
use crate::query::waterfall::SpanBar;
use crate::tui::text::{Pen, width};
use crate::tui::theme::Role;
use crate::tui::view::Cx;
use crate::tui::widget::bar;
use crate::tui::widget::set;

/// Cells kept free at the right for the duration of a bar that reaches the end.
const LABEL: u16 = 11;

/// The time axis: its columns, its length in ns and its ticks.
pub(super) struct Axis {
    pub(super) x: u16,
    pub(super) width: u16,
    pub(super) window: Window,
    pub(super) ticks: Vec<u64>,
}

impl Axis {
    /// The axis of a window in the part of `area` that the names leave.
    pub(super) fn new(area: Rect, names: u16, window: Window) -> Self {
        let x = area.x + names + 1;
        let width = area.right().saturating_sub(x + LABEL).max(4);
        // Far from the start labels are long.
        let label = u16::try_from(tick_text(window.from() + 1, window.from() + window.length()).len()).unwrap_or(LABEL);
        let label = if window.from() == 0 { LABEL } else { label.clamp(LABEL, 2 * LABEL) };
        Self { x, width, window, ticks: window.ticks(usize::from(width / label).max(2)) }
    }

    /// The axis of a window over all of `area`, without ticks.
    pub(super) fn over(area: Rect, window: Window) -> Self {
        Self { x: area.x, width: area.width, window, ticks: Vec::new() }
    }

    /// The column that a time in ns falls on.
    pub(super) fn column(&self, ns: u64) -> u16 {
        let length = self.window.length();
        let at = ns.saturating_sub(self.window.from()).min(length);
        let at = u128::from(at) * u128::from(self.width) / u128::from(length);
        self.x + u16::try_from(at).unwrap_or(self.width).min(self.width.saturating_sub(1))
    }

    /// The time in ns at a column's left edge, the first or last one for those beside it.
    pub(super) fn time(&self, column: u16) -> u64 {
        let at = u128::from(column.saturating_sub(self.x).min(self.width));
        let at = at * u128::from(self.window.length()) / u128::from(self.width.max(1));
        self.window.from() + u64::try_from(at).unwrap_or(0)
    }

    /// The same for what happened in a span: on its bar, if it is within the span.
    fn column_on(&self, ns: u64, span: &SpanBar, cells: &Range<u16>) -> u16 {
        let column = self.column(ns);
        let is_within = (span.offset..=span.offset.saturating_add(span.duration)).contains(&ns);
        if is_within { column.clamp(cells.start, cells.end.saturating_sub(1).max(cells.start)) } else { column }
    }
}

/// Draws a span's bar, the marks of its events and its duration.
pub(super) fn draw((line, axis): (Rect, &Axis), span: &SpanBar, buf: &mut Buffer, cx: &Cx<'_>, ground: Style) {
    let style = cx.service(&span.service);
    let Some(stretch) = axis.window.stretch(span.offset, span.duration, axis.width) else {
        beside((line, axis), span, buf, cx, ground);
        return;
    };
    bar::full((axis.x, line.y), stretch, buf, (style, ground), cx.glyphs);
    let cells = axis.x + stretch.cells().start..axis.x + stretch.cells().end;
    ends((line, axis), span, buf, cx, ground.patch(style));
    let mut marks = marks(axis, span, &cells);
    draw_logs((line, axis), (span, &cells, style), buf, cx, ground);
    for (n, column) in marks.iter().enumerate() {
        let several = n > 0 && marks.get(n - 1) == Some(column);
        let from = u32::from(column - axis.x) * 8;
        let covered = stretch.end.min(from + 8).saturating_sub(stretch.start.max(from));
        // On a cell that is mostly bar the mark is dark, elsewhere it has the bar's colour.
        let style = match style.fg.filter(|_| covered >= 4) {
            Some(color) => Style::new().fg(Color::Black).bg(color),
            None => ground.patch(style),
        };
        set(buf, *column, line.y, cx.glyphs.event[usize::from(several)], style);
    }
    let logs = span.logs.iter().filter(|mark| axis.window.has(mark.offset));
    marks.extend(logs.map(|mark| axis.column_on(mark.offset, span, &cells)));
    let label = duration_text(span.duration);
    let (x, inside) = place(width(&label), &cells, &marks, (axis.x, line.right()));
    let role = cx.theme.style(if span.error { Role::Error } else { Role::Muted });
    let inverted = style.fg.map(|color| Style::new().fg(Color::Black).bg(color));
    let style = inverted.filter(|_| inside).unwrap_or(ground.patch(role));
    Pen::new(buf, cx.glyphs, x, line.y, line.right()).put(&label, style);
    // A dot of the ruler beside text would read as part of it.
    let dot = cx.glyphs.tick[0].to_string();
    for column in [x.saturating_sub(1), x + width(&label), cells.start.saturating_sub(1)] {
        if buf.cell((column, line.y)).is_some_and(|cell| cell.symbol() == dot) {
            set(buf, column, line.y, ' ', ground);
        }
    }
}

/// A sign where a bar goes on beside the window.
fn ends((line, axis): (Rect, &Axis), span: &SpanBar, buf: &mut Buffer, cx: &Cx<'_>, style: Style) {
    let columns = [axis.x, axis.x + axis.width.saturating_sub(1)];
    let on_bar = style.fg.map_or(style, |color| Style::new().fg(Color::Black).bg(color));
    let cut = axis.window.cuts(span.offset, span.duration).into_iter().zip(columns).zip(cx.glyphs.cut);
    for ((_, column), sign) in cut.filter(|((is_cut, _), _)| *is_cut) {
        set(buf, column, line.y, sign, on_bar);
    }
}

/// A span that lies beside the window: on which side, and how long it is.
fn beside((line, axis): (Rect, &Axis), span: &SpanBar, buf: &mut Buffer, cx: &Cx<'_>, ground: Style) {
    let faint = ground.patch(cx.theme.style(Role::Faint));
    let label = duration_text(span.duration);
    let size = width(&label);
    let last = axis.x + axis.width.saturating_sub(1);
    let is_before = span.offset < axis.window.from();
    let (column, x) = if is_before { (axis.x, axis.x + 2) } else { (last, last.saturating_sub(size + 1)) };
    set(buf, column, line.y, cx.glyphs.cut[usize::from(!is_before)], faint);
    Pen::new(buf, cx.glyphs, x, line.y, line.right()).put(&label, faint);
}

/// Marks log records, the gravest of a cell last. On the bar those that nobody needs to worry about are dark; warnings and
/// errors keep their colour there, in a gap of the bar.
fn draw_logs(
    (line, axis): (Rect, &Axis),
    (span, cells, style): (&SpanBar, &Range<u16>, Style),
    buf: &mut Buffer,
    cx: &Cx<'_>,
    ground: Style,
) {
    let mut marks: Vec<_> = span
        .logs
        .iter()
        .filter(|mark| axis.window.has(mark.offset))
        .map(|mark| (mark.severity, axis.column_on(mark.offset, span, cells)))
        .collect();
    marks.sort_unstable();
    for (severity, column) in marks {
        let role = match severity {
            severity if severity >= Severity::ERROR => Some(Role::Error),
            severity if severity >= Severity::WARN => Some(Role::Warning),
            _ => None,
        };
        let on_bar = style.fg.filter(|_| cells.contains(&column)).map(|color| Style::new().fg(Color::Black).bg(color));
        let style = match role {
            Some(role) => ground.patch(cx.theme.style(role)),
            None => on_bar.unwrap_or(ground.patch(style)),
        };
        set(buf, column, line.y, cx.glyphs.log, style);
    }
}

/// Columns of the span's events. One at the very end of the span is still on its bar.
fn marks(axis: &Axis, span: &SpanBar, cells: &Range<u16>) -> Vec<u16> {
    let events = span.events.iter().filter(|event| axis.window.has(**event));
    let mut marks: Vec<u16> = events.map(|event| axis.column_on(*event, span, cells)).collect();
    marks.sort_unstable();
    marks
}

/// Where a label of `size` cells stands, and whether that is on the bar itself: right of the bar, else left of it, else
/// inside, never on a mark.
fn place(size: u16, bar: &Range<u16>, marks: &[u16], (from, to): (u16, u16)) -> (u16, bool) {
    let is_free = |x: u16| !marks.iter().any(|mark| (x.saturating_sub(1)..=x + size).contains(mark));
    let right = bar.end + 1;
    // The bar's own last mark touches the blank before the label; that is no harm.
    let is_right_free = !marks.iter().any(|mark| (bar.end..=right + size).contains(mark));
    if right + size <= to && is_right_free {
        return (right, false);
    }
    if let Some(left) = bar.start.checked_sub(size + 1).filter(|left| *left >= from && is_free(*left)) {
        return (left, false);
    }
    if let Some(inside) = (bar.start + 1..(bar.end + 1).saturating_sub(size + 1)).find(|x| is_free(*x)) {
        return (inside, true);
    }
    let last = marks.iter().max().map_or(0, |mark| mark + 2);
    (right.max(last).min(to.saturating_sub(size)), false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_label_stands_right_of_its_bar_else_left_else_on_it() {
        assert_eq!(place(7, &(10..20), &[], (0, 40)), (21, false));
        assert_eq!(place(7, &(10..36), &[], (0, 40)), (2, false));
        assert_eq!(place(7, &(4..36), &[], (0, 40)), (5, true));
        assert_eq!(place(7, &(4..36), &[6, 13], (0, 40)), (15, true));
        // An event after the span's end has its place before the label's.
        assert_eq!(place(7, &(2..4), &[6], (0, 40)), (8, false));
    }

    proptest! {
        #[test]
        fn a_label_never_stands_on_a_mark_where_there_is_room(
            start in 0u16..60, length in 1u16..40, marks in prop::collection::vec(0u16..100, 0..3)
        ) {
            let bar = start..start + length;
            let marks: Vec<u16> = marks.into_iter().map(|mark| mark.min(bar.end + 20)).collect();
            let (x, _) = place(7, &bar, &marks, (0, 200));
            prop_assert!(!marks.iter().any(|mark| (x..x + 7).contains(mark)), "{x} {bar:?} {marks:?}");
        }
    }
}
