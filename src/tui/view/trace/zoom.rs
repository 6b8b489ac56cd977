//! The stretch of time that the bars show: all of the trace, or a part that the user zoomed to.

use ratatui::layout::Rect;

use super::Trace;
use super::bars::Axis;
use crate::model::Timestamp;
use crate::query::ruler::Window;
use crate::query::timeline::Interval;
use crate::tui::action::Action;
use crate::tui::view::Flow;

/// What the user zoomed to, and what is being marked on the ruler.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Zoom {
    /// When it begins, and its length in ns: it stays where it is when an earlier span arrives.
    part: Option<(Timestamp, u64)>,
    /// The columns between which the ruler is being dragged.
    pub(super) dragged: Option<(u16, u16)>,
}

impl Zoom {
    /// Whether only a part shows.
    pub(super) fn is_on(&self) -> bool {
        self.part.is_some()
    }
}

impl Trace {
    /// What the bars show.
    pub(super) fn window(&self) -> Window {
        let total = self.head.duration;
        let Some((from, length)) = self.zoom.part else { return Window::whole(total) };
        Window::new(from.since(self.tree.timeline.origin()), length, 1, total)
    }

    /// The axis of the bars beside the names.
    pub(super) fn axis(&self, rows: Rect) -> Axis {
        Axis::new(rows, self.names_width(rows), self.window())
    }

    /// Does what is about the window; nothing where the action is about something else.
    #[expect(clippy::wildcard_enum_match_arm, reason = "what is not about the window is done elsewhere")]
    pub(super) fn zoom(&mut self, action: Action, area: Rect) -> Option<Flow> {
        let rows = self.regions(area).rows;
        match action {
            Action::Zoom => self.zoom_to_span(rows),
            Action::ZoomIn => self.zoom_around(self.window().length() / 2, rows),
            Action::ZoomOut => self.zoom_around(self.window().length().saturating_mul(2), rows),
            Action::ZoomReset => self.zoom.part = None,
            Action::PanLeft => self.show(self.window().panned(-1, self.head.duration)),
            Action::PanRight => self.show(self.window().panned(1, self.head.duration)),
            _ => return None,
        }
        Some(Flow::Consumed)
    }

    /// Shows what lies between two columns of the ruler.
    pub(super) fn zoom_between(&mut self, columns: (u16, u16), rows: Rect) {
        let axis = self.axis(rows);
        let (from, to) = (columns.0.min(columns.1), columns.0.max(columns.1));
        // The last column is meant as well.
        let (from, to) = (axis.time(from), axis.time(to.saturating_add(1)));
        self.show(Window::new(from, to.saturating_sub(from), u64::from(axis.width), self.head.duration));
    }

    /// Shows half as much around a column, or twice as much.
    pub(super) fn zoom_at(&mut self, column: u16, is_in: bool, rows: Rect) {
        let (axis, length) = (self.axis(rows), self.window().length());
        let length = if is_in { length / 2 } else { length.saturating_mul(2) };
        let least = u64::from(axis.width);
        self.show(self.window().zoomed(length, axis.time(column), least, self.head.duration));
    }

    /// Brings the window to the selected span where none of it shows, as wide as it is.
    pub(super) fn pan_to_selected(&mut self) {
        let Some(span) = self.selected_interval().filter(|_| self.zoom.is_on()) else { return };
        let (window, offset) = (self.window(), self.tree.timeline.offset(span));
        if window.stretch(offset, span.duration, 1).is_none() {
            let length = window.length();
            // With some time before it, and its middle in sight where all of it does not fit.
            let before = length.saturating_sub(span.duration.min(length / 2)) / 4;
            self.show(Window::new(offset.saturating_sub(before), length, 1, self.head.duration));
        }
    }

    /// Whether zooming to the selected span would show less than now.
    pub(super) fn can_zoom(&self) -> bool {
        self.selected_interval().is_some_and(|span| span.duration < self.window().length())
    }

    fn selected_interval(&self) -> Option<Interval> {
        self.tree.timeline.row(self.row_index()?)
    }

    fn zoom_to_span(&mut self, rows: Rect) {
        let Some(span) = self.selected_interval() else { return };
        let least = u64::from(self.axis(rows).width);
        let from = self.tree.timeline.offset(span);
        // Of what is shorter than the least, the middle is in the middle.
        let from = from.saturating_sub(least.saturating_sub(span.duration) / 2);
        self.show(Window::new(from, span.duration, least, self.head.duration));
    }

    /// Shows so much around the middle of what is selected.
    fn zoom_around(&mut self, length: u64, rows: Rect) {
        let least = u64::from(self.axis(rows).width);
        let from = self.middle().saturating_sub(length.max(least) / 2);
        self.show(Window::new(from, length, least, self.head.duration));
    }

    /// The middle of what shows of the selected span, else of the window.
    fn middle(&self) -> u64 {
        let window = self.window();
        let (from, to) = (window.from(), window.from() + window.length());
        let span = self.selected_interval().map(|span| (self.tree.timeline.offset(span), span.duration));
        let shown = span.map(|(offset, duration)| (offset.max(from), offset.saturating_add(duration).min(to)));
        let (from, to) = shown.filter(|(from, to)| from <= to).unwrap_or((from, to));
        from + (to - from) / 2
    }

    pub(super) fn show(&mut self, window: Window) {
        let is_whole = window == Window::whole(self.head.duration);
        let from = self.tree.timeline.origin().plus(window.from());
        self.zoom.part = (!is_whole).then_some((from, window.length()));
    }
}
