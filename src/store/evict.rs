//! How traces leave: the oldest first, whole, at once out of sight and their memory a little at a time.

use super::Store;
use crate::model::TraceId;

/// Spans of evicted traces that are given up at a time.
pub(super) const TIDIED: usize = 256;

impl Store {
    /// Evicts the oldest traces, neither the open one nor `kept`, until `needed` more bytes fit; false when they never
    /// will.
    pub(super) fn make_room(&mut self, needed: usize, kept: Option<TraceId>) -> bool {
        while (self.bytes() + needed) as u64 > self.totals.budget {
            if self.tidy(TIDIED) {
                continue;
            }
            let Some(mut trace) = self.traces.remove_oldest(&self.pinned, kept) else { return false };
            self.totals.spans -= trace.rows.len() as u64;
            self.totals.evicted_spans += trace.rows.len() as u64;
            self.totals.evicted_traces += 1;
            self.trace_bytes -= trace.bytes();
            self.changes.left = self.changes.left.max(trace.arrival);
            trace.bury(&mut self.pool);
            self.output.forget(trace.id, &mut self.pool);
            self.trace_bytes += trace.bytes();
            self.evicted = Some(trace);
        }
        true
    }

    /// Does up to `work` spans' worth of what eviction left to do; false when there is nothing to do. An evicted trace is
    /// gone at once, but its memory and its share of the services' counts follow at the pace of `extend`, so that a huge
    /// one stalls nobody. Call it while idle to finish.
    pub fn tidy(&mut self, work: usize) -> bool {
        let Some(mut trace) = self.evicted.take() else { return false };
        self.trace_bytes -= trace.bytes();
        trace.dissolve(work, &mut self.pool);
        if !trace.rows.is_empty() {
            self.trace_bytes += trace.bytes();
            self.evicted = Some(trace);
        }
        true
    }
}
