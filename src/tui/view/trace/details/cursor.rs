//! The cursor in the details: which line it is on, and what can be done with that.

use super::Details;
use crate::query::detail::{DetailLine, LinkTarget};
use crate::tui::Effect;
use crate::tui::view::Flow;

impl Details {
    /// The line of the tab that the cursor is on.
    fn line(&self) -> Option<&DetailLine> {
        self.shown.get(self.cursor).filter(|_| self.focus)
    }

    /// Moves the cursor, past blank lines.
    pub(super) fn walk(&mut self, rows: isize) {
        let last = self.shown.len().saturating_sub(1);
        let mut at = self.cursor.saturating_add_signed(rows).min(last);
        let is_blank = |at: usize| self.shown.get(at).is_some_and(DetailLine::is_blank);
        while is_blank(at) && at > 0 && at < last {
            at = if rows < 0 { at - 1 } else { at + 1 };
        }
        self.cursor = at;
        self.scroll_to_cursor();
    }

    /// Brings all of the cursor's line in sight, or as much as there is room for.
    pub(super) fn scroll_to_cursor(&mut self) {
        let mut own = self.lines.iter().enumerate().filter(|(_, line)| line.of == self.cursor).map(|(at, _)| at);
        let Some(first) = own.next() else { return };
        let last = own.next_back().unwrap_or(first);
        self.scroll = self.scroll.max((last + 1).saturating_sub(self.room)).min(first);
    }

    /// Where the line leads.
    pub(in crate::tui::view::trace) fn target(&self) -> Option<LinkTarget> {
        self.line()?.target
    }

    /// A filter for spans that say the same as the line.
    pub(in crate::tui::view::trace) fn filter(&self) -> Option<String> {
        self.line()?.filter()
    }

    /// Shows all of a long value, or its beginning again; whether the line is one.
    pub(in crate::tui::view::trace) fn toggle(&mut self) -> bool {
        let is_long = self.is_long();
        if is_long && !self.open.remove(&self.cursor) {
            self.open.insert(self.cursor);
        }
        is_long
    }

    /// Whether the line holds more than shows, or all of it does since it was asked for.
    pub(in crate::tui::view::trace) fn is_long(&self) -> bool {
        let last = self.lines.iter().rev().find(|line| line.of == self.cursor);
        self.line().is_some() && (self.open.contains(&self.cursor) || last.is_some_and(|line| line.is_cut))
    }

    /// Copies the value of the line.
    pub(in crate::tui::view::trace) fn copy_value(&self) -> Option<Flow> {
        let line = self.line().filter(|line| !line.is_blank())?;
        Some(Flow::Effect(Effect::Copy(line.value.clone()), "copied the value"))
    }
}
