//! Brings the list in line with the store, the cursor with the list, and the rows that show with both.

use std::collections::HashMap;

use ratatui::layout::Rect;

use super::{Output, Shown, Target, WORK, list, wrap};
use crate::query::output::{Output as Lines, OutputRow, What, near, row};
use crate::store::Store;
use crate::tui::view::Cx;
use crate::tui::widget::Scroll;

impl Output {
    /// Brings the list in line with the store, and the cursor with the list.
    pub(super) fn relist(&mut self, store: &Store, is_paused: bool) {
        if !is_paused {
            self.end = Lines::end(store);
            self.revision = Some(store.revision());
        }
        self.stale.changed = false;
        self.stale.is_done = self.lines.refresh(store, WORK, self.end);
        if let Some(target) = self.wanted.filter(|_| self.stale.is_done) {
            self.wanted = None;
            let at = self.find(store, target);
            self.select(at);
            self.scroll.top = at.saturating_sub(3);
        }
        self.anchor();
    }

    /// The row of the first line that names a span, else the first one at its time.
    fn find(&self, store: &Store, target: Target) -> usize {
        let of_span = store.logs(target.trace).filter(|(span, _)| *span == target.span);
        let rows = of_span.filter_map(|(_, number)| self.lines.find(What::Part(number, 0)));
        rows.min().unwrap_or_else(|| self.lines.at(target.time))
    }

    fn anchor(&mut self) {
        let last = self.lines.rows().len().saturating_sub(1);
        if self.follows == Some(true) {
            return self.select(last);
        }
        match self.selected.and_then(|what| self.lines.find(what)) {
            Some(at) if self.stale.is_anew => self.scroll = Scroll::at(at),
            Some(at) => self.scroll.moved_to(at),
            None => self.select(self.scroll.selected),
        }
        self.stale.is_anew &= !self.stale.is_done;
    }

    pub(super) fn refresh_rows(&mut self, store: &Store, area: Rect, cx: &Cx<'_>) {
        if cx.paused.is_none() {
            self.frozen = HashMap::new();
        } else if self.frozen.is_empty() {
            self.frozen = self.rows.drain(..).map(|shown| (shown.row.what, shown.text)).collect();
        }
        let list = Self::regions(area).list;
        let height = Self::height(area);
        let room = usize::from(list.width).saturating_sub(list::indent(cx) + 3);
        let view = |at: usize| {
            let row_of = self.lines.rows().get(at).copied()?;
            let known = self.frozen.get(&row_of.what).cloned().or_else(|| row(store, row_of));
            // While the picture is frozen the store goes on.
            let text = known.unwrap_or_else(OutputRow::gone);
            let height = if self.wraps { wrap::height(&text, room, height) } else { 1 };
            let is_unfolded = matches!(row_of.what, What::Part(number, _) if self.lines.is_unfolded(number));
            Some(Shown { at, row: row_of, text, is_unfolded, height })
        };
        let len = self.lines.rows().len();
        let mut scroll = self.scroll;
        scroll.clamp(len, height);
        if self.wraps {
            let size = |at: usize| view(at).map_or(1, |shown| usize::from(shown.height));
            scroll.top = wrap::top(scroll, len, height, size);
        }
        let mut rows = Vec::new();
        let mut used = 0;
        for shown in (scroll.top..len).map_while(view) {
            used += usize::from(shown.height);
            rows.push(shown);
            if used >= height {
                break;
            }
        }
        (self.rows, self.scroll) = (rows, scroll);
        if cx.paused.is_some() {
            self.frozen.extend(self.rows.iter().map(|shown| (shown.row.what, shown.text.clone())));
        }
        let most = if Self::regions(area).beside.is_some() { usize::from(list.height / 2) } else { 0 };
        let is_kept = cx.paused.is_some() && self.near.as_ref().map(|(what, _)| *what) == self.selected;
        if !is_kept {
            let near = |shown: &Shown| (shown.row.what, near(store, shown.row.what, shown.text.span, most));
            self.near = self.shown().map(near);
        }
    }
}
