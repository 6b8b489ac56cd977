//! What the mouse does on the screen of a trace.

use ratatui::layout::Rect;

use super::inspect::ROWS_LEFT;
use super::{Regions, Trace};
use crate::tui::view::Flow;
use crate::tui::{Mouse, MouseKind};

/// Lines of the details, at least, where the user drags their border.
const LEAST_DETAILS: u16 = 4;

/// A border that is being dragged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Border {
    /// Between names and bars.
    Names,
    /// Above the details.
    Details,
}

impl Trace {
    /// Does what the mouse asks, wherever it points.
    pub(super) fn point(&mut self, mouse: Mouse, area: Rect) -> Flow {
        let regions = self.regions(area);
        let at = (mouse.column, mouse.row).into();
        let wheel = match mouse.kind {
            MouseKind::WheelUp => -3,
            MouseKind::WheelDown => 3,
            MouseKind::Press { .. } | MouseKind::Drag | MouseKind::Release => 0,
        };
        if self.drag_minimap(mouse, regions.minimap) || self.drag(mouse, area, &regions) || self.mark(mouse, &regions) {
            return Flow::Consumed;
        }
        if regions.details.contains(at) {
            if let Some(link) = self.details.mouse(mouse, wheel, regions.details) {
                return self.go_to_link(link);
            }
        } else if regions.rows.contains(at) {
            let row = usize::from(mouse.row - regions.rows.y);
            if wheel != 0 {
                self.scroll.wheel(wheel, self.visible.len(), usize::from(regions.rows.height));
                self.select(self.scroll.selected);
            } else if let MouseKind::Press { clicks } = mouse.kind
                && row < self.rows.len()
            {
                self.select(self.scroll.top + row);
                let on_sign = mouse.column < self.names_width(area) && self.on_fold_sign(row, mouse.column, area.width);
                if clicks == 2 || on_sign {
                    self.toggle_fold();
                }
            }
        } else if mouse.row == regions.header.y && mouse.column < 3 && matches!(mouse.kind, MouseKind::Press { .. }) {
            return Flow::Pop;
        }
        Flow::Consumed
    }

    /// Marks a stretch of the ruler, which is zoomed to in the end; the wheel zooms at the pointer. Whether this was about
    /// the ruler.
    fn mark(&mut self, mouse: Mouse, regions: &Regions) -> bool {
        let axis = self.axis(regions.rows);
        let is_on = mouse.row == regions.ruler.y && (axis.x..axis.x + axis.width).contains(&mouse.column);
        match (mouse.kind, self.zoom.dragged) {
            (MouseKind::Press { .. }, _) if is_on => self.zoom.dragged = Some((mouse.column, mouse.column)),
            (MouseKind::Press { .. }, _) => self.zoom.dragged = None,
            (MouseKind::Drag, Some((from, _))) => self.zoom.dragged = Some((from, mouse.column)),
            (MouseKind::Release, Some((from, to))) => {
                self.zoom.dragged = None;
                // A click alone marks nothing.
                if from != to {
                    self.zoom_between((from, to), regions.rows);
                }
                return true;
            }
            (MouseKind::WheelUp | MouseKind::WheelDown, _) if is_on => {
                self.zoom_at(mouse.column, mouse.kind == MouseKind::WheelUp, regions.rows);
                return true;
            }
            (MouseKind::Drag | MouseKind::Release | MouseKind::WheelUp | MouseKind::WheelDown, _) => {}
        }
        self.zoom.dragged.is_some()
    }

    /// Takes hold of a border, moves it, or lets it go; whether this was about borders alone.
    fn drag(&mut self, mouse: Mouse, area: Rect, regions: &Regions) -> bool {
        let is_inside = |rect: Rect| rect.contains((mouse.column, mouse.row).into());
        match (mouse.kind, self.dragged) {
            (MouseKind::Press { .. }, _) => {
                let on_names =
                    mouse.column == self.names_width(area) && (is_inside(regions.rows) || is_inside(regions.ruler));
                let on_details = regions.details.height > 0 && mouse.row == regions.details.y;
                self.dragged = if on_names { Some(Border::Names) } else { on_details.then_some(Border::Details) };
                // The tabs stand on that border.
                return on_names;
            }
            (MouseKind::Drag, Some(Border::Names)) => self.names.drag(mouse.column, area.width, self.times),
            (MouseKind::Drag, Some(Border::Details)) => {
                let most = area.height.saturating_sub(ROWS_LEFT + 3);
                self.details.height =
                    Some(area.bottom().saturating_sub(mouse.row).clamp(LEAST_DETAILS, most.max(LEAST_DETAILS)));
            }
            (MouseKind::Drag, None) | (MouseKind::WheelUp | MouseKind::WheelDown, _) => return false,
            (MouseKind::Release, _) => return self.dragged.take().is_some(),
        }
        true
    }
}
