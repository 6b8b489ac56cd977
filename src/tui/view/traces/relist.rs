//! Brings the list in line with the store: which traces, in which order, and the rows that show.

use hashbrown::HashMap;

use super::{Cursor, LIST_WORK, Traces};
use crate::query::listing::Wanted;
use crate::query::traces::{Point, Sort, TraceRow, row};
use crate::store::Store;
use crate::tui::Effect;
use crate::tui::view::Flow;
use crate::tui::widget::Scroll;

/// A line of the list.
pub(super) struct Shown {
    /// `None` when the trace left before its row was made.
    pub(super) row: Option<TraceRow>,
    /// The trace is still stored.
    pub(super) is_here: bool,
}

/// Least time in ns between two lists of `traces` made for arrivals alone: what is listed anew is little, but the dots of
/// all traces cost some 30 ns each, and are to take a small part of the time. At most half a second.
pub(super) fn pause_between(traces: usize) -> u64 {
    (traces as u64 * 1_000).min(500_000_000)
}

impl Traces {
    /// Brings the lists in line with the store. While paused, they are of what was there when the picture was frozen.
    pub(super) fn relist(&mut self, store: &Store, paused: bool) {
        if !paused {
            let totals = store.totals();
            (self.total, self.failed) = (totals.traces, totals.failed_traces);
            self.newest = store.traces().next_back().map(|trace| trace.arrival());
        }
        let service = self.services.refresh(store, paused);
        let until = paused.then_some(self.newest.unwrap_or(0));
        self.listing.want(Wanted { service, sort: self.sort, until });
        self.pending = self.listing.step(store, LIST_WORK);
        if self.cursor == Cursor::Newest {
            self.selected = self.listing.newest();
        }
        self.anchor(store);
    }

    /// The selected trace, where the list has it.
    pub(super) fn selected_point(&self) -> Option<Point> {
        self.listing.at(self.scroll.selected).filter(|point| Some(point.id) == self.selected)
    }

    /// Makes the rows that show. Those that a frozen picture has shown stay as they are.
    pub(super) fn refresh_rows(&mut self, store: &Store, height: usize, paused: bool) {
        if paused && self.frozen.is_empty() {
            self.frozen = self.rows.drain(..).filter_map(|shown| shown.row).map(|row| (row.id, row)).collect();
        } else if !paused {
            self.frozen = HashMap::new();
        }
        let visible = self.listing.points(self.scroll.top).take(height);
        let shown = visible.map(|Point { id, .. }| Shown {
            row: self.frozen.get(&id).cloned().or_else(|| row(store, id)),
            is_here: store.trace(id).is_some(),
        });
        self.rows = shown.collect();
        if paused {
            self.frozen.extend(self.rows.iter().filter_map(|shown| shown.row.clone()).map(|row| (row.id, row)));
        }
    }

    /// Finds the selected trace in the new order; when it is gone, what has taken its place is selected.
    fn anchor(&mut self, store: &Store) {
        if self.cursor == Cursor::First {
            self.selected = self.listing.at(0).map(|point| point.id);
            self.scroll = Scroll::default();
        }
        if let Some(at) = self.selected.and_then(|id| self.listing.position(store, id)) {
            self.scroll.moved_to(at);
        } else {
            let at = self.scroll.selected.min(self.listing.len().saturating_sub(1));
            self.selected = self.listing.at(at).map(|point| point.id);
        }
        if self.cursor == Cursor::Newest && self.sort == Sort::Newest {
            self.scroll.top = 0;
        }
    }

    /// Copies the id of the selected trace.
    pub(super) fn copy_id(&self) -> Flow {
        match self.selected {
            Some(id) => Flow::Effect(Effect::Copy(id.to_string()), "copied the trace id"),
            None => Flow::say("no trace is selected"),
        }
    }
}
