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

/// The first rows of a trace's waterfall.
#[derive(Default)]
pub(super) struct Shape {
    duration: u64,
    rows: Vec<WaterfallRow>,
    too_large: bool,
}

pub(super) fn shape(store: &Store, id: Option<TraceId>, most: u32) -> Shape {
    let Some(trace) = id.and_then(|id| store.trace(id)) else {
        return Shape::default();
    };
    if trace.len() > MOST_SPANS {
        return Shape { too_large: true, ..Shape::default() };
    }
    let tree = Tree::build(trace);
    let rows = (0..most).map_while(|at| row(trace, &tree, at, false, 4)).collect();
    Shape { duration: trace.duration(), rows, too_large: false }
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
