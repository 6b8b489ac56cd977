//! Spans per second.

use crate::model::{SourceStatus, Timestamp};

/// Seconds of rates kept for the header's sparkline.
const RATES: usize = 10;

/// Spans per second, sampled when the clock moves on: of all sources together, and of each.
#[derive(Default)]
pub(super) struct Rate {
    pub(super) at: Timestamp,
    pub(super) received: u64,
    pub(super) samples: Vec<u64>,
    pub(super) each: Vec<(u64, u64)>,
}

impl Rate {
    /// Takes a sample, where about a second has passed since the last.
    pub(super) fn sample(&mut self, now: Timestamp, received: u64, sources: &[SourceStatus]) {
        let passed = now.since(self.at);
        if passed < 900_000_000 {
            return;
        }
        let rate = |arrived: u64| {
            let rate = u128::from(arrived) * 1_000_000_000 / u128::from(passed);
            u64::try_from(rate).unwrap_or(u64::MAX)
        };
        self.each.resize(sources.len(), (0, 0));
        for (known, source) in self.each.iter_mut().zip(sources) {
            *known = (source.spans, rate(source.spans.saturating_sub(known.0)));
        }
        // Of the same moment as those of the sources, so that no two figures on the screen disagree.
        self.samples.push(self.each.iter().map(|(_, rate)| rate).sum());
        if self.samples.len() > RATES {
            self.samples.remove(0);
        }
        (self.at, self.received) = (now, received);
    }
}
