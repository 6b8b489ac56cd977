//! What the mouse does on the home screen.

use ratatui::layout::Rect;

use super::{Traces, scatter};
use crate::tui::view::{Cx, Flow};
use crate::tui::{Mouse, MouseKind};

impl Traces {
    /// Does what the mouse asks, wherever it points.
    pub(super) fn point(&mut self, mouse: Mouse, area: Rect, cx: &Cx<'_>) -> Flow {
        let regions = self.regions(area);
        let at = (mouse.column, mouse.row).into();
        if let Some(menu) = &mut self.menu {
            let chosen = menu.mouse(mouse, regions.list);
            self.choose(chosen);
        } else if let Some(pane) = regions.services.filter(|pane| pane.contains(at)) {
            self.mouse_in_services(mouse, pane);
        } else if regions.list.contains(at) {
            return self.mouse_in_list(mouse, regions.list, cx);
        } else if let Some(below) = regions.below.filter(|below| below.contains(at)) {
            return self.mouse_below(mouse, below);
        }
        Flow::Consumed
    }

    fn mouse_in_list(&mut self, mouse: Mouse, list: Rect, cx: &Cx<'_>) -> Flow {
        let (first, height) = (list.y + 2, usize::from(list.height.saturating_sub(3)));
        let row = usize::from(mouse.row.saturating_sub(first));
        match mouse.kind {
            MouseKind::WheelUp | MouseKind::WheelDown => {
                let rows = if mouse.kind == MouseKind::WheelUp { -3 } else { 3 };
                self.scroll.wheel(rows, self.listing.len(), height);
                self.select(self.scroll.selected);
            }
            MouseKind::Press { clicks } if mouse.row >= first && row < self.rows.len() => {
                self.services.focus = false;
                (self.scroll.loose, self.scroll.selected) = (false, self.scroll.top + row);
                self.select(self.scroll.selected);
                if clicks == 2 {
                    return self.open();
                }
            }
            MouseKind::Press { .. } if mouse.row + 1 == first => self.click_head(list, mouse.column, cx),
            MouseKind::Press { .. } | MouseKind::Drag | MouseKind::Release => {}
        }
        Flow::Consumed
    }

    /// A click on a dot selects its trace, a second one opens it.
    fn mouse_below(&mut self, mouse: Mouse, below: Rect) -> Flow {
        let MouseKind::Press { clicks } = mouse.kind else { return Flow::Consumed };
        if self.preview {
            return if clicks == 2 { self.open() } else { Flow::Consumed };
        }
        let hit = self.points.hit(&self.listing, scatter::inside(below), (mouse.column, mouse.row));
        let Some(at) = hit.and_then(|id| self.listing.points(0).position(|point| point.id == id)) else {
            return Flow::Consumed;
        };
        self.services.focus = false;
        self.scroll.loose = false;
        self.select(at);
        if clicks == 2 { self.open() } else { Flow::Consumed }
    }
}
