//! Which spans link to a span: the way back along links. Kept as spans come and go; a link from a trace that was evicted may be
//! here a little longer than its trace.

use std::collections::BTreeMap;

use crate::model::{SpanId, TraceId};

/// A span as links name it.
type End = (TraceId, SpanId);

/// Heap bytes of an entry: two ends, a count, and a tree's share.
const ENTRY: usize = 2 * size_of::<End>() + 24;

/// Targets and sources, sorted by target, and how many links of spans with these ids there are.
#[derive(Debug, Default)]
pub(in crate::store) struct Backlinks(BTreeMap<(End, End), u32>);

impl Backlinks {
    pub(in crate::store) fn add(&mut self, target: End, source: End) {
        *self.0.entry((target, source)).or_default() += 1;
    }

    pub(in crate::store) fn remove(&mut self, target: End, source: End) {
        let Some(links) = self.0.get_mut(&(target, source)) else { return };
        *links -= 1;
        if *links == 0 {
            self.0.remove(&(target, source));
        }
    }

    /// The spans that link to this one.
    pub(in crate::store) fn to(&self, target: End) -> impl Iterator<Item = End> {
        let first = (target, (TraceId::default(), SpanId::default()));
        self.0.range(first..).map(|(ends, _)| *ends).take_while(move |(to, _)| *to == target).map(|(_, source)| source)
    }

    pub(in crate::store) fn bytes(&self) -> usize {
        self.0.len() * ENTRY
    }
}
