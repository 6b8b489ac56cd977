//! Brings the list in line with the store: which traces, in which order, and the rows that show.

use hashbrown::HashMap;

use super::scatter::Scatter;
use super::{Cursor, FILTER_WORK, Traces};
use crate::model::TraceId;
use crate::query::traces::{Sort, TraceRow, list, row};
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

/// Least time in ns between two lists of `traces` made for arrivals alone: listing costs up to 1 µs a trace, and is to
/// take a twentieth of the time, so that keys are answered from the list that is there. At most a second.
pub(super) fn pause_between(traces: usize) -> u64 {
    (traces as u64 * 20_000).min(1_000_000_000)
}

impl Traces {
    /// Makes the lists anew. While paused, of what was there when the picture was frozen.
    pub(super) fn relist(&mut self, store: &Store, paused: bool) {
        if !paused {
            self.total = store.trace_count() as u64;
            self.newest = store.traces().next_back().map(|trace| trace.arrival());
        }
        if !paused {
            self.failed = store.traces().filter(|trace| trace.errors() > 0).count() as u64;
        }
        let service = self.services.refresh(store, paused);
        self.matches.retain(store);
        let mut listed = list(store, service, self.sort, &mut self.matches, FILTER_WORK);
        if paused {
            let is_new = |id: TraceId| store.trace(id).is_none_or(|trace| Some(trace.arrival()) > self.newest);
            listed.ids.retain(|id| !is_new(*id));
            listed.points.retain(|point| !is_new(point.id));
        }
        (self.ids, self.pending) = (listed.ids, listed.pending);
        if self.cursor == Cursor::Newest {
            let newest = listed.points.iter().max_by_key(|point| (point.start, std::cmp::Reverse(point.id)));
            self.selected = newest.map(|point| point.id);
        }
        self.points = Scatter::new(listed.points);
        self.anchor();
    }

    /// Makes the rows that show. Those that a frozen picture has shown stay as they are.
    pub(super) fn refresh_rows(&mut self, store: &Store, height: usize, paused: bool) {
        if paused && self.frozen.is_empty() {
            self.frozen = self.rows.drain(..).filter_map(|shown| shown.row).map(|row| (row.id, row)).collect();
        } else if !paused {
            self.frozen = HashMap::new();
        }
        let visible = self.ids.iter().skip(self.scroll.top).take(height);
        let shown = visible.map(|id| Shown {
            row: self.frozen.get(id).cloned().or_else(|| row(store, *id)),
            is_here: store.trace(*id).is_some(),
        });
        self.rows = shown.collect();
        if paused {
            self.frozen.extend(self.rows.iter().filter_map(|shown| shown.row.clone()).map(|row| (row.id, row)));
        }
    }

    /// Finds the selected trace in the new order; when it is gone, what has taken its place is selected.
    fn anchor(&mut self) {
        if self.cursor == Cursor::First {
            self.selected = self.ids.first().copied();
            self.scroll = Scroll::default();
        }
        match self.ids.iter().position(|id| Some(*id) == self.selected) {
            Some(at) => self.scroll.moved_to(at),
            None => self.selected = self.ids.get(self.scroll.selected.min(self.ids.len().saturating_sub(1))).copied(),
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
