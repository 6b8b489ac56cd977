//! What a source counts, shared between its thread (the only writer) and whoever shows it.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::model::SourceStatus;

/// Counters of one source. Each only grows (but for `seq_gaps`, which late datagrams close again).
#[derive(Debug, Default)]
#[expect(missing_docs, reason = "the same as in `SourceStatus`")]
pub struct Counters {
    pub datagrams: AtomicU64,
    pub requests: AtomicU64,
    pub refused: AtomicU64,
    pub not_kept: AtomicU64,
    pub logs: AtomicU64,
    pub bytes: AtomicU64,
    pub spans: AtomicU64,
    pub lines: AtomicU64,
    pub malformed: AtomicU64,
    pub truncated: AtomicU64,
    pub queue_drops: AtomicU64,
    pub seq_gaps: AtomicU64,
    pub client_drops: AtomicU64,
}

impl Counters {
    /// Copies the counters into a status.
    pub fn copy_to(&self, status: &mut SourceStatus) {
        status.datagrams = self.datagrams.load(Relaxed);
        status.requests = status.requests.map(|_| self.requests.load(Relaxed));
        status.refused = self.refused.load(Relaxed);
        status.not_kept = self.not_kept.load(Relaxed);
        status.logs = self.logs.load(Relaxed);
        status.bytes = self.bytes.load(Relaxed);
        status.spans = self.spans.load(Relaxed);
        status.lines = self.lines.load(Relaxed);
        status.malformed = self.malformed.load(Relaxed);
        status.truncated = self.truncated.load(Relaxed);
        status.queue_drops = self.queue_drops.load(Relaxed);
        status.seq_gaps = self.seq_gaps.load(Relaxed);
        status.client_drops = self.client_drops.load(Relaxed);
    }
}

/// Adds to a counter.
pub(super) fn add(counter: &AtomicU64, n: u64) {
    if n > 0 {
        counter.fetch_add(n, Relaxed);
    }
}
