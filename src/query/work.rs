//! How much of a long piece of work may be done now. Knows no clock: work is counted, at what it roughly costs.

/// Work that is left to do now, in ns as a two-core machine of 2024 takes them.
#[derive(Debug)]
pub(in crate::query) struct Budget(u64);

impl Budget {
    pub(in crate::query) fn new(work: u64) -> Self {
        Self(work)
    }

    pub(in crate::query) fn is_spent(&self) -> bool {
        self.0 == 0
    }

    pub(in crate::query) fn left(&self) -> u64 {
        self.0
    }

    /// How many of `items` that cost so much each are to be done now: all, or as many as fit, and one at least while
    /// anything is left.
    pub(in crate::query) fn take(&mut self, cost: u64, items: usize) -> usize {
        let fit = usize::try_from(self.0.div_ceil(cost.max(1))).unwrap_or(usize::MAX);
        let count = items.min(fit);
        self.0 = self.0.saturating_sub(cost.saturating_mul(count as u64));
        count
    }

    /// Pays for items that are done in one go, whatever is left.
    pub(in crate::query) fn pay(&mut self, cost: u64, items: usize) {
        self.0 = self.0.saturating_sub(cost.saturating_mul(items as u64));
    }
}
