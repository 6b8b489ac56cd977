//! A small waterfall of the selected trace below the list.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use crate::model::TraceId;
use crate::query::tree::Tree;
use crate::query::waterfall::{WaterfallRow, row};
use crate::store::Store;
use crate::tui::text::{Pen, cells};
use crate::tui::theme::Role;
use crate::tui::view::Cx;
use crate::tui::widget::bar::{self, Eighths};
use crate::tui::widget::{panel, title};

/// Traces larger than this have no preview: their tree is not to be built at each move of the cursor.
const MOST_SPANS: usize = 20_000;

/// Rows at most: more than any screen has for it.
const MOST_ROWS: u32 = 64;

/// The first rows of a trace's waterfall.
#[derive(Default)]
pub(super) struct Shape {
    /// Which trace, and its revision.
    made: Option<(TraceId, u64)>,
    duration: u64,
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
        *self = Self { made: Some((id, revision)), too_large: trace.len() > MOST_SPANS, ..Self::default() };
        if self.too_large {
            return;
        }
        let tree = Tree::build(trace);
        self.duration = tree.timeline.total();
        self.rows = (0..MOST_ROWS).map_while(|at| row(trace, &tree, at, false, 4)).collect();
    }
}

pub(super) fn draw(area: Rect, buf: &mut Buffer, cx: &Cx<'_>, shape: &Shape) {
    let inner = panel(area, buf, cx, false);
    title(area, buf, cx).put(" Preview ", cx.theme.style(Role::Strong));
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
        pen.put(&span.service, cx.service(&span.service));
        pen.skip(1);
        pen.put(&span.name, cx.theme.style(Role::Muted));
        let x = inner.x + names + 1;
        let width = inner.right().saturating_sub(x + 1).max(1);
        let stretch = Eighths::new(span.offset, span.duration, shape.duration, width);
        let style = cx.service(&span.service);
        bar::full((x, y), stretch, buf, (style, Style::new()), cx.glyphs);
    }
}
