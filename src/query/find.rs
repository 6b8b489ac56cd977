//! The spans of one trace that fit a filter, looked at in slices as they come.

use super::filter::Filter;
use crate::model::Bits;
use crate::store::{Looked, SpanIdx, Store, TraceRef};

/// See the file's head.
#[derive(Clone, Debug, Default)]
pub struct Find {
    filter: Filter,
    found: Bits,
    /// Spans looked at.
    read: u32,
    /// Of the trace: while it stands still, what was looked at need not be again.
    changes: u64,
}

impl Find {
    /// Looks for what fits.
    pub fn new(filter: Filter) -> Self {
        Self { filter, ..Self::default() }
    }

    /// What is looked for.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Looks at up to `work` spans more of the first `spans` of a trace; whether none is left.
    pub fn step(&mut self, store: &Store, trace: TraceRef<'_>, spans: usize, mut work: usize) -> bool {
        let changes = trace.replaced() + trace.removed();
        if changes != self.changes {
            (self.changes, self.read, self.found) = (changes, 0, Bits::default());
        }
        let spans = u32::try_from(spans).unwrap_or(u32::MAX);
        if self.filter.is_empty() || self.read >= spans {
            return true;
        }
        self.filter.refresh(store);
        let look = self.filter.look(trace);
        while self.read < spans && work > 0 {
            match look.next(self.read, &mut work) {
                Looked::Found(at) => {
                    self.found.set(at, true);
                    self.read = at + 1;
                }
                Looked::NotBefore(to) => self.read = to,
            }
        }
        self.read >= spans
    }

    /// Whether a span was found.
    pub fn has(&self, span: SpanIdx) -> bool {
        self.found.has(span.0)
    }

    /// How many were found so far.
    pub fn count(&self) -> usize {
        self.found.count()
    }
}
