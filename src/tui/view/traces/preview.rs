//! A small waterfall of the selected trace below the list.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use crate::model::{TraceId, duration_text};
use crate::query::tree::Tree;
use crate::query::waterfall::{WaterfallRow, row};
use crate::store::Store;
use crate::tui::text::{Pen, cells, count, width};
use crate::tui::theme::Role;
use crate::tui::view::Cx;
use crate::tui::widget::bar::{self, Eighths};
use crate::tui::widget::{dash, panel, set, title};

/// Traces larger than this have no preview: their tree is not to be built at each move of the cursor.
const MOST_SPANS: usize = 20_000;

/// Cells of a duration behind its bar.
const TIME: u16 = 11;

/// Rows at most: more than any screen has for it.
const MOST_ROWS: u32 = 64;

/// The first rows of a trace's waterfall.
#[derive(Default)]
pub(super) struct Shape {
    /// Which trace, and its revision.
    made: Option<(TraceId, u64)>,
    name: (String, String),
    duration: u64,
    errors: u32,
    /// Rows of the whole trace.
    all: usize,
    rows: Vec<WaterfallRow>,
    too_large: bool,
}

impl Shape {
    /// Brings it in line with a trace. A frozen picture of the same trace stays as it is.
    pub(super) fn refresh(&mut self, store: &Store, id: Option<TraceId>, paused: bool) {
        let Some(trace) = id.and_then(|id| store.trace(id)) else {
            *self = Self::default();
            return;
        };
        let (id, revision) = (trace.id(), trace.revision());
        if self.made.is_some_and(|made| made.0 == id && (paused || made.1 == revision)) {
            return;
        }
        let (root, all) = (trace.root(), trace.len());
        let name = (root.service().to_string(), root.name().to_string());
        let (duration, errors, too_large) = (trace.duration(), trace.errors(), all > MOST_SPANS);
        *self = Self { made: Some((id, revision)), name, duration, errors, all, too_large, rows: Vec::new() };
        if self.too_large {
            return;
        }
        let tree = Tree::build(trace);
        (self.duration, self.all) = (tree.timeline.total(), tree.rows.len());
        self.rows = (0..MOST_ROWS).map_while(|at| row(trace, &tree, at, false, 4)).collect();
    }
}

pub(super) fn draw(area: Rect, buf: &mut Buffer, cx: &Cx<'_>, shape: &Shape) {
    let inner = panel(area, buf, cx, false);
    heading(area, buf, cx, shape);
    if shape.too_large {
        Pen::new(buf, cx.glyphs, inner.x + 1, inner.y, inner.right())
            .put("too large to preview", cx.theme.style(Role::Muted));
    }
    let names = (inner.width / 3).min(40);
    for (n, row) in shape.rows.iter().take(usize::from(inner.height)).enumerate() {
        let y = inner.y + cells(n);
        let mut pen = Pen::new(buf, cx.glyphs, inner.x + 1, y, inner.x + names);
        pen.skip(cells(row.depth as usize).min(12));
        let Some(span) = &row.span else {
            pen.put("missing parent", cx.theme.style(Role::Warning));
            continue;
        };
        if span.error {
            pen.end = pen.end.saturating_sub(2);
        }
        pen.put(&span.service, cx.service(&span.service));
        pen.skip(1);
        pen.put(&span.name, cx.theme.style(Role::Muted));
        if span.error {
            set(buf, inner.x + names - 1, y, cx.glyphs.error, cx.theme.style(Role::Error));
        }
        let x = inner.x + names + 1;
        let width = inner.right().saturating_sub(x + TIME).max(1);
        let stretch = Eighths::new(span.offset, span.duration, shape.duration, width);
        let style = cx.service(&span.service);
        bar::full((x, y), stretch, buf, (style, Style::new()), cx.glyphs);
        let mut pen = Pen::new(buf, cx.glyphs, x + width, y, inner.right());
        let role = if span.error { Role::Error } else { Role::Muted };
        pen.put_right(TIME - 1, &duration_text(span.duration), cx.theme.style(role));
    }
    let more = shape.all.saturating_sub(usize::from(inner.height));
    if more > 0 && !shape.too_large {
        let text = format!(" +{} more ", count(more as u64));
        let x = area.right().saturating_sub(width(&text) + 2);
        let mut pen = Pen::new(buf, cx.glyphs, x, area.bottom().saturating_sub(1), area.right());
        pen.put(&text, cx.theme.style(Role::Muted));
    }
}

/// `Preview ─ frontend POST /checkout  184.2 ms  5✗`
fn heading(area: Rect, buf: &mut Buffer, cx: &Cx<'_>, shape: &Shape) {
    let mut pen = title(area, buf, cx);
    pen.put(" Preview ", cx.theme.style(Role::Strong));
    if shape.made.is_none() {
        return;
    }
    dash(&mut pen, cx);
    let (service, name) = &shape.name;
    pen.put(service, cx.service(service));
    pen.put(&format!(" {name} "), cx.theme.style(Role::Text));
    pen.put(&format!(" {} ", duration_text(shape.duration)), cx.theme.style(Role::Strong));
    if shape.errors > 0 {
        pen.put(&format!(" {}{} ", count(shape.errors.into()), cx.glyphs.error), cx.theme.style(Role::Error));
    }
}
