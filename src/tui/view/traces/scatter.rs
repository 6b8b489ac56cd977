//! Durations over time: a dot per trace, eight to a cell, red where a trace has errors.

use std::time::Duration;

use ratatui::{buffer::Buffer, layout::Rect};

use crate::model::{Timestamp, TraceId, duration_text};
use crate::query::listing::Listing;
use crate::query::traces::Point;
use crate::tui::text::{Pen, cells, time_text, width};
use crate::tui::theme::Role;
use crate::tui::view::{Cx, is_plain};
use crate::tui::widget::{braille_bit, panel, set, title};

/// Points that are looked at between two frames.
const POINTS: usize = 60_000;

/// What the listed traces span, and the dots that they make in a plot of the size last shown.
#[derive(Default)]
pub(super) struct Scatter {
    pub(super) ends: Ends,
    size: (u16, u16),
    /// A cell's braille dots and whether any of them has errors, row by row.
    dots: Vec<Dots>,
    /// The list that it is made of.
    version: Option<u64>,
    next: Option<Plot>,
}

/// A cell's braille dots, and whether any of them has errors.
type Dots = (u8, bool);

/// The first and the last moment, the shortest and the longest duration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ends {
    pub(super) first: Timestamp,
    pub(super) last: Timestamp,
    pub(super) longest: u64,
    shortest: u64,
}

/// A picture in the making: first the ends of all points, then their dots.
struct Plot {
    version: u64,
    size: (u16, u16),
    ends: Option<Ends>,
    has_ends: bool,
    at: usize,
    dots: Vec<Dots>,
}

impl Plot {
    fn new(version: u64, size: (u16, u16)) -> Self {
        let dots = vec![(0, false); usize::from(size.0) * usize::from(size.1)];
        Self { version, size, ends: None, has_ends: false, at: 0, dots }
    }

    /// Looks at so many points more; whether that was all.
    fn step(&mut self, listing: &Listing, points: usize) -> bool {
        let mut left = points;
        while left > 0 {
            let before = left;
            for point in listing.points(self.at).take(left) {
                left -= 1;
                if self.has_ends {
                    self.dot(&point);
                } else {
                    self.ends = Some(self.ends.map_or(Ends::of(&point), |ends| ends.with(&point)));
                }
            }
            self.at += before - left;
            match (left > 0, self.has_ends || self.dots.is_empty()) {
                (true, true) => return true,
                (true, false) => (self.has_ends, self.at) = (true, 0),
                (false, _) => {}
            }
        }
        false
    }

    fn dot(&mut self, point: &Point) {
        let (width, height) = self.size;
        let (x, y) = self.ends.unwrap_or_default().place(point, Rect::new(0, 0, width, height));
        if let Some((bits, failed)) = self.dots.get_mut(y / 4 * usize::from(width) + x / 2) {
            *bits |= braille_bit(x % 2, y % 4);
            *failed |= point.failed;
        }
    }
}

impl Scatter {
    /// Brings the dots of a plot in line with the list, a part of it at a time: drawing costs the plot's cells, however
    /// many traces there are. Whether there is more to do.
    pub(super) fn follow(&mut self, listing: &Listing, plot: Rect) -> bool {
        let size = (plot.width, plot.height);
        if self.next.is_none() && (self.version, self.size) == (Some(listing.version()), size) {
            return false;
        }
        let next = self.next.take().filter(|next| next.size == size);
        let mut next = next.unwrap_or_else(|| Plot::new(listing.version(), size));
        if next.step(listing, POINTS) {
            (self.ends, self.dots) = (next.ends.unwrap_or_default(), next.dots);
            (self.version, self.size) = (Some(next.version), size);
            return false;
        }
        self.next = Some(next);
        true
    }

    /// The trace whose dot is at a cell of the screen, or next to it: of several the slowest.
    pub(super) fn hit(&self, listing: &Listing, plot: Rect, (column, row): (u16, u16)) -> Option<TraceId> {
        if plot.width == 0 || plot.height == 0 {
            return None;
        }
        let apart = |point: &Point| {
            let (x, y) = self.ends.place(point, plot);
            let (x, y) = (plot.x + cells(x / 2), plot.y + cells(y / 4));
            x.abs_diff(column).max(y.abs_diff(row))
        };
        let near = listing.points(0).map(|point| (apart(&point), point)).filter(|(apart, _)| *apart <= 1);
        near.min_by_key(|(apart, point)| (*apart, std::cmp::Reverse(point.duration), point.id))
            .map(|(_, point)| point.id)
    }
}

impl Ends {
    fn of(point: &Point) -> Self {
        Self { first: point.start, last: point.start, longest: point.duration, shortest: point.duration }
    }

    fn with(self, point: &Point) -> Self {
        Self {
            first: self.first.min(point.start),
            last: self.last.max(point.start),
            longest: self.longest.max(point.duration),
            shortest: self.shortest.min(point.duration),
        }
    }

    /// What the axis spans, in the unit of [`log2`]: from the shortest to the longest, at least a doubling and at most ten.
    /// It is logarithmic, since one outlier would flatten all others.
    fn span(&self) -> u64 {
        (log2(self.longest) - log2(self.shortest)).clamp(256, TEN)
    }

    /// How far a duration reaches on the axis: so many parts of `whole`, at least one.
    pub(super) fn reach(&self, duration: u64, whole: u16) -> u16 {
        let below_longest = log2(self.longest).saturating_sub(log2(duration)).min(self.span());
        let parts = (self.span() - below_longest) * u64::from(whole) / self.span();
        u16::try_from(parts).unwrap_or(whole).clamp(1, whole.max(1))
    }

    /// Where a point falls: two columns and four rows to a cell.
    fn place(&self, point: &Point, plot: Rect) -> (usize, usize) {
        let across = u64::from(plot.width) * 2 - 1;
        let down = u64::from(plot.height) * 4 - 1;
        let (time, whole) = (point.start.since(self.first), self.last.since(self.first).max(1));
        let x = u128::from(time) * u128::from(across) / u128::from(whole);
        let below_longest = log2(self.longest).saturating_sub(log2(point.duration)).min(self.span());
        let y = (below_longest * down + self.span() / 2) / self.span();
        (usize::try_from(x).unwrap_or(0), usize::try_from(y).unwrap_or(0))
    }
}

/// Ten binary orders, about a thousand, in the unit of [`log2`].
const TEN: u64 = 10 * 256;

/// The binary logarithm in 256ths, straight lines between powers of two: exact enough for dots.
fn log2(n: u64) -> u64 {
    let whole = n.max(1).ilog2();
    let fraction = ((n.max(1) << (63 - whole)) >> 55) & 0xff;
    u64::from(whole) * 256 + fraction
}

/// The part of the panel that dots are drawn in.
pub(super) fn inside(area: Rect) -> Rect {
    let (width, height) = (area.width.saturating_sub(14), area.height.saturating_sub(3));
    Rect { x: area.x + 11, y: area.y + 1, width, height }
}

pub(super) fn draw(area: Rect, buf: &mut Buffer, cx: &Cx<'_>, points: &Scatter, selected: Option<Point>) {
    let inner = panel(area, buf, cx, false);
    let mut pen = title(area, buf, cx);
    pen.put(" Duration over time ", cx.theme.style(Role::Strong));
    let failed = if is_plain(cx) { cx.glyphs.error } else { cx.glyphs.dot };
    let legend = [
        (Role::Bar, cx.glyphs.dot, " ok "),
        (Role::Error, failed, " has errors "),
        (Role::Warning, cx.glyphs.target, " selected "),
    ];
    for (role, sign, word) in legend {
        pen.sign(sign, cx.theme.style(role));
        pen.put(word, cx.theme.style(Role::Muted));
    }
    let plot = inside(area);
    if plot.width < 8 || plot.height < 2 || points.dots.is_empty() {
        return;
    }
    axes(inner, plot, buf, cx, &points.ends);
    for (n, (bits, failed)) in points.dots.iter().enumerate().filter(|(_, (bits, _))| *bits > 0) {
        let column = plot.x + cells(n % usize::from(plot.width));
        let row = plot.y + cells(n / usize::from(plot.width));
        // Without colours a sign says what failed.
        let sign = match char::from_u32(0x2800 + u32::from(*bits)).filter(|_| !cx.ascii) {
            _ if *failed && is_plain(cx) => cx.glyphs.error,
            Some(dots) => dots,
            None => '.',
        };
        set(buf, column, row, sign, cx.theme.style(if *failed { Role::Error } else { Role::Bar }));
    }
    if let Some(point) = selected {
        let (x, y) = points.ends.place(&point, plot);
        set(buf, plot.x + cells(x / 2), plot.y + cells(y / 4), cx.glyphs.target, cx.theme.style(Role::Warning));
    }
}

fn axes(inner: Rect, plot: Rect, buf: &mut Buffer, cx: &Cx<'_>, ends: &Ends) {
    let style = cx.theme.style(Role::Faint);
    let span = ends.span() as f64 / 256.0;
    let rows = [(plot.y, 0.0), (plot.y + plot.height / 2, 0.5), (plot.bottom() - 1, 1.0)];
    for (y, part) in rows {
        let duration = ends.longest as f64 / (span * part).exp2();
        // A duration is never above 2⁶⁴ ns, nor below 0.
        let duration = Duration::from_secs_f64(duration / 1e9).as_nanos();
        let duration = u64::try_from(duration).unwrap_or(u64::MAX);
        let below = part > 0.9 && ends.shortest < duration && log2(ends.longest) - log2(ends.shortest) > TEN;
        let sign = if below { if cx.ascii { "<=" } else { "≤" } } else { "" };
        let mut pen = Pen::new(buf, cx.glyphs, inner.x, y, plot.x);
        pen.put_right(9, &format!("{sign}{}", duration_text(duration)), style);
    }
    let day = |time| time_text(time, cx.utc, "%Y-%m-%d");
    let is_one_day = day(ends.first) == day(ends.last);
    let format = if is_one_day { "%H:%M:%S" } else { "%m-%d %H:%M" };
    let (first, last) = (time_text(ends.first, cx.utc, format), time_text(ends.last, cx.utc, format));
    let mut pen = Pen::new(buf, cx.glyphs, plot.x, plot.bottom(), plot.right());
    pen.put(&first, style);
    pen.x = plot.right().saturating_sub(width(&last));
    pen.put(&last, style);
}
