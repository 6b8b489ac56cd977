//! Durations over time: a dot per trace, eight to a cell, red where a trace has errors.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::model::{Timestamp, TraceId, duration_text};
use crate::store::Store;
use crate::tui::text::{Pen, cells, width};
use crate::tui::theme::Role;
use crate::tui::view::Cx;
use crate::tui::view::traces::list::time_text;
use crate::tui::widget::{panel, set, title};

/// The listed traces as points.
#[derive(Default)]
pub(super) struct Points {
    all: Vec<Point>,
    first: Timestamp,
    last: Timestamp,
    longest: u64,
}

struct Point {
    id: TraceId,
    start: Timestamp,
    duration: u64,
    failed: bool,
}

pub(super) fn points(store: &Store, ids: &[TraceId]) -> Points {
    let all: Vec<Point> = ids
        .iter()
        .filter_map(|id| store.trace(*id))
        .map(|trace| Point {
            id: trace.id(),
            start: trace.start(),
            duration: trace.duration(),
            failed: trace.errors() > 0,
        })
        .collect();
    Points {
        first: all.iter().map(|point| point.start).min().unwrap_or_default(),
        last: all.iter().map(|point| point.start).max().unwrap_or_default(),
        longest: all.iter().map(|point| point.duration).max().unwrap_or_default(),
        all,
    }
}

impl Points {
    /// Where a point falls, in eighths of cells: two columns and four rows to a cell. Durations are on a
    /// logarithmic axis from a thousandth of the longest, since one outlier would flatten all others.
    fn place(&self, point: &Point, plot: Rect) -> (usize, usize) {
        let across = usize::from(plot.width) * 2 - 1;
        let down = usize::from(plot.height) * 4 - 1;
        let share = point.start.since(self.first) as f64 / self.last.since(self.first).max(1) as f64;
        let height = (point.duration.max(1) as f64 / self.longest.max(1) as f64).log10() / 3.0 + 1.0;
        (scale(share, across), down - scale(height, down))
    }
}

/// `share` of `0..=most`, rounded, within its bounds.
fn scale(share: f64, most: usize) -> usize {
    let target = share.clamp(0.0, 1.0) * most as f64;
    (0..=most).rev().find(|n| *n as f64 <= target + 0.5).unwrap_or(0)
}

pub(super) fn draw(area: Rect, buf: &mut Buffer, cx: &Cx<'_>, points: &Points, selected: Option<TraceId>) {
    let inner = panel(area, buf, cx, false);
    let mut pen = title(area, buf, cx);
    pen.put(" Duration over time ", cx.theme.style(Role::Strong));
    for (role, word) in [(Role::Bar, " ok "), (Role::Error, " has errors "), (Role::Warning, " selected ")] {
        let sign = if role == Role::Warning { cx.glyphs.target } else { cx.glyphs.dot };
        pen.sign(sign, cx.theme.style(role));
        pen.put(word, cx.theme.style(Role::Muted));
    }
    let plot = Rect {
        x: inner.x + 10,
        width: inner.width.saturating_sub(12),
        height: inner.height.saturating_sub(1),
        ..inner
    };
    if plot.width < 8 || plot.height < 2 || points.all.is_empty() {
        return;
    }
    axes(inner, plot, buf, cx, points);
    let mut dots = vec![(0_u8, false); usize::from(plot.width) * usize::from(plot.height)];
    for point in &points.all {
        let (x, y) = points.place(point, plot);
        if let Some((bits, failed)) = dots.get_mut(y / 4 * usize::from(plot.width) + x / 2) {
            *bits |= braille_bit(x % 2, y % 4);
            *failed |= point.failed;
        }
    }
    for (n, (bits, failed)) in dots.into_iter().enumerate().filter(|(_, (bits, _))| *bits > 0) {
        let column = plot.x + cells(n % usize::from(plot.width));
        let row = plot.y + cells(n / usize::from(plot.width));
        let sign = char::from_u32(0x2800 + u32::from(bits)).filter(|_| !cx.ascii).unwrap_or('.');
        set(buf, column, row, sign, cx.theme.style(if failed { Role::Error } else { Role::Bar }));
    }
    if let Some(point) = points.all.iter().find(|point| Some(point.id) == selected) {
        let (x, y) = points.place(point, plot);
        set(buf, plot.x + cells(x / 2), plot.y + cells(y / 4), cx.glyphs.target, cx.theme.style(Role::Warning));
    }
}

fn axes(inner: Rect, plot: Rect, buf: &mut Buffer, cx: &Cx<'_>, points: &Points) {
    let style = cx.theme.style(Role::Faint);
    let rows = [(plot.y, 1), (plot.y + plot.height / 2, 32), (plot.bottom() - 1, 1000)];
    for (y, part) in rows {
        let mut pen = Pen::new(buf, cx.glyphs, inner.x, y, plot.x);
        pen.put_right(9, &duration_text(points.longest / part), style);
    }
    let format = "%H:%M:%S";
    let (first, last) = (time_text(points.first, cx.utc, format), time_text(points.last, cx.utc, format));
    let mut pen = Pen::new(buf, cx.glyphs, plot.x, plot.bottom(), plot.right());
    pen.put(&first, style);
    pen.x = plot.right().saturating_sub(width(&last));
    pen.put(&last, style);
}

/// The bit of a braille dot at column 0–1, row 0–3 (Unicode, braille patterns block).
fn braille_bit(column: usize, row: usize) -> u8 {
    [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]][column][row]
}
