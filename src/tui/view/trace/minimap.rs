//! All of a trace in a line or two: where its spans are, in the colours of their services, and the part that the bars show.

use ratatui::{buffer::Buffer, layout::Rect};

use super::Trace;
use super::bars::Axis;
use crate::query::ruler::Window;
use crate::query::tree::{Node, Tree};
use crate::store::TraceRef;
use crate::tui::text::cells;
use crate::tui::theme::Role;
use crate::tui::view::Cx;
use crate::tui::widget::{braille_bit, dim, set};
use crate::tui::{Mouse, MouseKind};

/// Rows of the tree that are looked at between two frames.
const ROWS: usize = 40_000;

/// Lines of the screen from which on it is there although all of the trace shows, and takes two lines.
const HIGH: u16 = 27;

/// Rows of dots in a cell.
const DOTS: usize = 4;

/// What was made of a tree: its revision, how many rows it has, and the size.
type Made = (Option<u64>, usize, (u16, u16));

/// See the file's head.
#[derive(Default)]
pub(super) struct Minimap {
    cells: Vec<Cell>,
    services: Vec<String>,
    made: Option<Made>,
    next: Option<Plot>,
    grip: Option<Grip>,
}

/// A cell's dots, and whose they are.
#[derive(Clone, Copy, Debug, Default)]
struct Cell {
    bits: u8,
    service: u16,
}

/// What the mouse took hold of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Grip {
    /// The window, so many ns behind its beginning.
    Inside(u64),
    /// Its first or last moment; the other one stays where it is.
    End(u64),
}

/// A picture in the making.
struct Plot {
    made: Made,
    cells: Vec<Cell>,
    services: Vec<String>,
    /// For each column of dots of each row of them, the next one that has none: each is set once, however many spans lie there.
    free: Vec<u32>,
    at: usize,
}

impl Plot {
    fn new(made: Made) -> Self {
        let (width, height) = made.2;
        let columns = u32::from(width) * 2;
        let free = (0..usize::from(height) * DOTS).flat_map(|_| 0..=columns).collect();
        let cells = vec![Cell::default(); usize::from(width) * usize::from(height)];
        Self { made, cells, services: Vec::new(), free, at: 0 }
    }

    /// Looks at some rows more; whether those were all.
    fn step(&mut self, trace: TraceRef<'_>, tree: &Tree) -> bool {
        let end = (self.at + ROWS).min(tree.rows.len());
        for at in self.at..end {
            if let (Some(Node::Span(idx)), Ok(row)) = (tree.rows.get(at).map(|row| row.node), u32::try_from(at))
                && let Some((span, time)) = trace.span(idx).zip(tree.timeline.row(row))
            {
                self.add(at, tree, (tree.timeline.offset(time), time.duration), || span.service().to_owned());
            }
        }
        self.at = end;
        end == tree.rows.len()
    }

    fn add(&mut self, at: usize, tree: &Tree, (offset, duration): (u64, u64), service: impl Fn() -> String) {
        let (width, height) = self.made.2;
        let columns = usize::from(width) * 2;
        let rows = usize::from(height) * DOTS;
        let y = at * rows / tree.rows.len().max(1);
        let column = |ns: u64| {
            let at = u128::from(ns) * columns as u128 / u128::from(tree.timeline.total().max(1));
            usize::try_from(at).unwrap_or(columns).min(columns.saturating_sub(1))
        };
        let (mut x, last) = (column(offset), column(offset.saturating_add(duration)));
        let mut number = None;
        loop {
            x = self.next_free(y, x);
            if x > last {
                return;
            }
            if let Some(free) = self.free.get_mut(y * (columns + 1) + x) {
                *free = u32::try_from(x + 1).unwrap_or(u32::MAX);
            }
            let number = *number.get_or_insert_with(|| self.number(service()));
            if let Some(cell) = self.cells.get_mut(y / DOTS * usize::from(width) + x / 2) {
                // The innermost of a cell gives it its colour.
                cell.service = number;
                cell.bits |= braille_bit(x % 2, y % DOTS);
            }
        }
    }

    /// The first column from `x` on that has no dot; makes the way there short for the next one who asks.
    fn next_free(&mut self, y: usize, x: usize) -> usize {
        let base = y * (usize::from(self.made.2.0) * 2 + 1);
        let next = |free: &[u32], x: usize| free.get(base + x).map_or(x, |next| *next as usize);
        let mut end = x;
        while next(&self.free, end) != end {
            end = next(&self.free, end);
        }
        let mut at = x;
        while at != end {
            let after = next(&self.free, at);
            if let (Some(free), Ok(end)) = (self.free.get_mut(base + at), u32::try_from(end)) {
                *free = end;
            }
            at = after;
        }
        end
    }

    fn number(&mut self, service: String) -> u16 {
        let known = self.services.iter().position(|other| *other == service);
        let number = known.unwrap_or_else(|| {
            self.services.push(service);
            self.services.len() - 1
        });
        u16::try_from(number).unwrap_or(0)
    }
}

impl Minimap {
    /// Brings the picture in line with a tree, a part of it at a time. Whether there is more to do.
    pub(super) fn follow(&mut self, trace: TraceRef<'_>, tree: &Tree, revision: Option<u64>, area: Rect) -> bool {
        let wanted = (revision, tree.rows.len(), (area.width, area.height));
        if area.height == 0 || self.made == Some(wanted) {
            self.next = None;
            return false;
        }
        let mut next = self.next.take().filter(|next| next.made == wanted).unwrap_or_else(|| Plot::new(wanted));
        if next.step(trace, tree) {
            (self.cells, self.services, self.made) = (next.cells, next.services, Some(wanted));
            return false;
        }
        self.next = Some(next);
        true
    }
}

impl Trace {
    /// Lines of the minimap on a screen so high.
    pub(super) fn minimap_height(&self, height: u16) -> u16 {
        match (self.tree.rows.len() > 1, height >= HIGH, self.zoom.is_on()) {
            (false, ..) | (true, false, false) => 0,
            (true, true, _) => 2,
            (true, false, true) => u16::from(height >= 14),
        }
    }

    /// The dots, and lines around the part that the bars show.
    pub(super) fn draw_minimap(&self, area: Rect, buf: &mut Buffer, cx: &Cx<'_>) {
        let size = (area.width, area.height);
        if area.height == 0 || self.minimap.made.is_none_or(|made| made.2 != size) {
            return;
        }
        for (n, cell) in self.minimap.cells.iter().enumerate().filter(|(_, cell)| cell.bits > 0) {
            let (x, y) = (n % usize::from(area.width), n / usize::from(area.width));
            let sign = char::from_u32(0x2800 + u32::from(cell.bits)).filter(|_| !cx.ascii).unwrap_or('.');
            let service = self.minimap.services.get(usize::from(cell.service)).map_or("", String::as_str);
            set(buf, area.x + cells(x), area.y + cells(y), sign, cx.service(service));
        }
        if !self.zoom.is_on() {
            return;
        }
        let [from, to] = self.brackets(area);
        dim(Rect { width: from - area.x, ..area }, buf);
        dim(Rect { x: to + 1, width: area.right().saturating_sub(to + 1), ..area }, buf);
        for y in area.y..area.bottom() {
            set(buf, from, y, cx.glyphs.border[1], cx.theme.style(Role::Accent));
            set(buf, to, y, cx.glyphs.border[1], cx.theme.style(Role::Accent));
        }
    }

    /// Columns of the lines around the window; never the same.
    fn brackets(&self, area: Rect) -> [u16; 2] {
        let (window, axis) = (self.window(), Axis::over(area, Window::whole(self.head.duration)));
        let (from, to) = (axis.column(window.from()), axis.column(window.from() + window.length()));
        let from = from.min(area.right().saturating_sub(2));
        [from, to.max(from + 1)]
    }

    /// Moves the window or one of its ends; whether this was about the minimap.
    pub(super) fn drag_minimap(&mut self, mouse: Mouse, area: Rect) -> bool {
        let (window, total) = (self.window(), self.head.duration);
        let at = Axis::over(area, Window::whole(total)).time(mouse.column);
        let end = window.from() + window.length();
        match (mouse.kind, self.minimap.grip) {
            (MouseKind::Press { .. }, _) if area.contains((mouse.column, mouse.row).into()) && self.zoom.is_on() => {
                let [from, to] = self.brackets(area);
                let grip = match mouse.column {
                    column if column.abs_diff(from) <= 1 => Grip::End(end),
                    column if column.abs_diff(to) <= 1 => Grip::End(window.from()),
                    column if (from..to).contains(&column) => Grip::Inside(at.saturating_sub(window.from())),
                    // Elsewhere the window comes to the pointer.
                    _ => {
                        self.show(Window::new(at.saturating_sub(window.length() / 2), window.length(), 1, total));
                        Grip::Inside(window.length() / 2)
                    }
                };
                self.minimap.grip = Some(grip);
            }
            (MouseKind::Drag, Some(Grip::Inside(before))) => {
                self.show(Window::new(at.saturating_sub(before), window.length(), 1, total));
            }
            (MouseKind::Drag, Some(Grip::End(other))) => {
                let least = u64::from(area.width);
                self.show(Window::new(at.min(other), at.abs_diff(other), least, total));
            }
            (MouseKind::Release, Some(_)) => {
                self.minimap.grip = None;
                return true;
            }
            (MouseKind::Press { .. }, _) => self.minimap.grip = None,
            (MouseKind::Drag | MouseKind::Release | MouseKind::WheelUp | MouseKind::WheelDown, _) => {}
        }
        self.minimap.grip.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Span, SpanBatch, SpanId, Timestamp, TraceId};
    use crate::store::Store;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn dots_are_where_spans_are(
            spans in prop::collection::vec((0_i64..5_000, 0_u64..5_000), 1..60), width in 1_u16..40, height in 1_u16..3
        ) {
            let mut batch = SpanBatch::default();
            for (n, (start, duration)) in (1..).zip(&spans) {
                let span_id = SpanId(n);
                let (start, duration) = (Timestamp(*start), *duration);
                batch.push(&Span { trace_id: TraceId(1), span_id, service: "shop", start, duration, ..Span::default() });
            }
            let mut store = Store::new(1 << 30);
            store.extend(&batch);
            let trace = store.trace(TraceId(1)).expect("it is there");
            let tree = Tree::build(trace);
            let mut map = Minimap::default();
            let area = Rect::new(0, 0, width, height);
            prop_assert!(!map.follow(trace, &tree, Some(1), area));

            let (columns, rows) = (u64::from(width) * 2, usize::from(height) * DOTS);
            let mut plain = vec![0; usize::from(width) * usize::from(height)];
            for at in 0..tree.rows.len() {
                let time = tree.timeline.row(u32::try_from(at).expect("few")).expect("a row");
                let offset = tree.timeline.offset(time);
                let column = |ns: u64| (ns * columns / tree.timeline.total().max(1)).min(columns - 1);
                for x in column(offset)..=column(offset + time.duration) {
                    let (x, y) = (usize::try_from(x).expect("small"), at * rows / tree.rows.len());
                    plain[y / DOTS * usize::from(width) + x / 2] |= braille_bit(x % 2, y % DOTS);
                }
            }
            let bits: Vec<u8> = map.cells.iter().map(|cell| cell.bits).collect();
            prop_assert_eq!(bits, plain);
        }
    }
}
