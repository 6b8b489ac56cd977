//! Which traces changed after they had come, in that order: what shows traces need not look at all others. Traces that come
//! are known by their numbers of arrival, those that leave by the number of the last that left.

use std::collections::VecDeque;

use crate::model::TraceId;

/// Changes that are remembered; whoever is further behind has to look at all traces.
const MOST: usize = 1 << 16;

/// See the file's head.
#[derive(Debug, Default)]
pub(super) struct Changes {
    ids: VecDeque<TraceId>,
    /// Changes that are forgotten.
    forgotten: u64,
    /// The greatest number of arrival of the traces that left.
    pub(super) left: u64,
}

impl Changes {
    pub(super) fn push(&mut self, id: TraceId) {
        if self.ids.len() == MOST {
            self.ids.pop_front();
            self.forgotten += 1;
        }
        self.ids.push_back(id);
    }

    /// How many there were, ever.
    pub(super) fn count(&self) -> u64 {
        self.forgotten + self.ids.len() as u64
    }

    /// Those after so many; `None` where not all of them are remembered.
    pub(super) fn after(&self, count: u64) -> Option<impl Iterator<Item = TraceId>> {
        let from = usize::try_from(count.checked_sub(self.forgotten)?).ok()?;
        Some(self.ids.range(from.min(self.ids.len())..).copied())
    }
}
