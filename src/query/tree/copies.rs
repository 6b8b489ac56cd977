//! Spans that share an id, as parents: which of them a child hangs under.
//!
//! The shortest whose interval holds the child's start, else the one nearest in start; what is equal is told apart by the
//! order of siblings. Spans that received a call go before those that made it.

use super::compare;
use super::parents::receives;
use crate::model::Timestamp;
use crate::store::{SpanIdx, SpanRef, TraceRef};

/// So many spans that start before a child, and as many after it, are looked at: a million that all overlap would else
/// be looked at for each child.
const MOST: usize = 64;

/// The spans of one id that a child may hang under.
#[derive(Debug, Default)]
pub(super) struct Choices {
    spans: Vec<u32>,
    /// They are in the order of siblings.
    is_sorted: bool,
    /// They received a call.
    receive: bool,
}

impl Choices {
    pub(super) fn add(&mut self, span: SpanRef<'_>) {
        let receives = receives(span);
        if receives != self.receive {
            if self.receive && !self.spans.is_empty() {
                return;
            }
            self.spans.clear();
            self.receive = receives;
        }
        self.spans.push(span.idx().0);
        self.is_sorted = false;
    }

    /// The span that a child that starts then hangs under.
    pub(super) fn choose(&mut self, trace: TraceRef<'_>, start: Timestamp) -> Option<u32> {
        if let [only] = self.spans.as_slice() {
            return Some(*only);
        }
        let span = |at: &u32| trace.span(SpanIdx(*at));
        if !self.is_sorted {
            self.spans.sort_unstable_by(|a, b| span(a).zip(span(b)).map_or(a.cmp(b), |(a, b)| compare(a, b)));
            self.is_sorted = true;
        }
        let after = self.spans.partition_point(|at| span(at).is_some_and(|span| span.start() <= start));
        let near = self.spans.get(after.saturating_sub(MOST)..self.spans.len().min(after + MOST))?;
        let near = near.iter().filter_map(span);
        let holding = near.clone().filter(|span| span.start() <= start && start <= span.end());
        let shortest = holding.min_by(|a, b| a.duration().cmp(&b.duration()).then_with(|| compare(*a, *b)));
        let distance = |span: SpanRef<'_>| span.start().0.abs_diff(start.0);
        let nearest = near.min_by(|a, b| distance(*a).cmp(&distance(*b)).then_with(|| compare(*a, *b)));
        shortest.or(nearest).map(|span| span.idx().0)
    }
}
