//! What the mouse does on the home screen.

use ratatui::layout::Rect;

use super::{Border, LEAST_LIST, LEAST_PANE, LEAST_ROWS, Regions, Traces, scatter};
use crate::tui::view::{Cx, Flow};
use crate::tui::{Mouse, MouseKind};

/// Lines of what is below the list, at least.
const LEAST_BELOW: u16 = 5;

impl Traces {
    /// Does what the mouse asks, wherever it points.
    pub(super) fn point(&mut self, mouse: Mouse, area: Rect, cx: &Cx<'_>) -> Flow {
        let regions = self.regions(area);
        let at = (mouse.column, mouse.row).into();
        if self.drag(mouse, area, &regions) {
            return Flow::Consumed;
        }
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

    /// Takes hold of a border, moves it, or lets it go; whether this was about borders.
    fn drag(&mut self, mouse: Mouse, area: Rect, regions: &Regions) -> bool {
        let at = (mouse.column, mouse.row);
        match (mouse.kind, self.borders.dragged) {
            (MouseKind::Press { .. }, _) => self.borders.dragged = self.border_at(at, regions),
            (MouseKind::Drag, Some(Border::Pane)) => {
                let width = (mouse.column + 1).saturating_sub(area.x);
                self.borders.pane =
                    Some(width.clamp(LEAST_PANE, area.width.saturating_sub(LEAST_LIST).max(LEAST_PANE)));
            }
            (MouseKind::Drag, Some(Border::Below)) => {
                let most = area.height.saturating_sub(LEAST_ROWS + 1);
                self.borders.below =
                    Some(area.bottom().saturating_sub(mouse.row).clamp(LEAST_BELOW, most.max(LEAST_BELOW)));
            }
            (MouseKind::Drag, None) => {}
            (MouseKind::Release | MouseKind::WheelUp | MouseKind::WheelDown, _) => {
                self.borders.dragged = None;
                return mouse.kind == MouseKind::Release;
            }
        }
        self.borders.dragged.is_some()
    }

    /// The border at a cell of the screen. Both lines between two panels are theirs.
    fn border_at(&self, (column, row): (u16, u16), regions: &Regions) -> Option<Border> {
        let pane = regions.services.filter(|pane| pane.right() <= regions.list.x && self.menu.is_none());
        let below = regions.below.filter(|below| (below.x..below.right()).contains(&column) && self.menu.is_none());
        if below.is_some_and(|below| row == below.y || row + 1 == below.y) {
            return Some(Border::Below);
        }
        pane.filter(|pane| column + 1 == pane.right() || column == pane.right())
            .filter(|pane| row > pane.y)
            .map(|_| Border::Pane)
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
