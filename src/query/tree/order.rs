//! All nodes of a trace in the order of siblings: sorted in short runs, then merged run with run, so that it can stop
//! anywhere and go on later.

use std::cmp::Ordering;
use std::ops::Range;

use super::budget::Budget;
use super::parents::Parents;
use super::{number, tie};
use crate::model::Timestamp;
use crate::store::{SpanIdx, TraceRef};

/// Keys that are sorted in one go.
const RUN: usize = 1 << 14;
const SORT_COST: u64 = 60;
const MERGE_COST: u64 = 8;

/// Start, duration (its complement: longer ones come first) and node.
type Key = (Timestamp, u64, u32);

/// See the file's head.
#[derive(Debug, Default)]
pub(super) struct Order {
    keys: Vec<Key>,
    /// Where the sorted stretches of `keys` end.
    ends: Vec<usize>,
    /// What this round of merging has come to, and where its stretches end.
    merged: Vec<Key>,
    merged_ends: Vec<usize>,
    /// What is left of the two stretches that are being merged.
    left: Range<usize>,
    right: Range<usize>,
}

impl Order {
    /// The nodes from a place on, once [`Order::step`] has said that it is done.
    pub(super) fn nodes_from(&self, at: usize) -> impl Iterator<Item = u32> {
        self.keys.get(at..).unwrap_or_default().iter().map(|key| key.2)
    }

    /// Goes on; true when all is in order.
    pub(super) fn step(&mut self, trace: TraceRef<'_>, parents: &Parents, budget: &mut Budget) -> bool {
        let nodes = parents.of.len();
        self.keys.reserve_exact(nodes - self.keys.len());
        while self.keys.len() < nodes {
            if budget.is_spent() {
                return false;
            }
            self.add_run(trace, parents, nodes, budget);
        }
        while self.ends.len() > 1 {
            if self.left.is_empty() && self.right.is_empty() && !self.next_pair() {
                continue;
            }
            let count = budget.take(MERGE_COST, self.left.len() + self.right.len());
            if count == 0 {
                return false;
            }
            for _ in 0..count {
                self.merge_one(trace, parents);
            }
        }
        true
    }

    /// Sorts the next nodes, in the same stretch as those before when they follow upon them.
    fn add_run(&mut self, trace: TraceRef<'_>, parents: &Parents, nodes: usize, budget: &mut Budget) {
        let from = self.keys.len();
        let to = nodes.min(from + RUN);
        budget.pay(SORT_COST, to - from);
        self.keys.extend((from..to).map(|node| key(trace, parents, number(node))));
        let Some((before, run)) = self.keys.split_at_mut_checked(from) else { return };
        run.sort_unstable_by(|a, b| compare(a, b, trace, parents));
        let follows = before.last().zip(run.first()).is_some_and(|(a, b)| compare(a, b, trace, parents).is_le());
        if follows {
            self.ends.pop();
        }
        self.ends.push(to);
    }

    /// Turns to the next two stretches; false when there was none left and another round begins.
    fn next_pair(&mut self) -> bool {
        let from = self.merged.len();
        let at = self.ends.partition_point(|end| *end <= from);
        let Some(&middle) = self.ends.get(at) else {
            std::mem::swap(&mut self.keys, &mut self.merged);
            self.merged.clear();
            self.ends = std::mem::take(&mut self.merged_ends);
            return false;
        };
        let end = self.ends.get(at + 1).copied().unwrap_or(middle);
        self.merged.reserve_exact(self.keys.len() - from);
        self.merged_ends.push(end);
        (self.left, self.right) = (from..middle, middle..end);
        true
    }

    fn merge_one(&mut self, trace: TraceRef<'_>, parents: &Parents) {
        let key = |range: &Range<usize>| if range.is_empty() { None } else { self.keys.get(range.start) };
        let (taken, range) = match (key(&self.left), key(&self.right)) {
            (Some(left), Some(right)) if compare(left, right, trace, parents).is_le() => (left, &mut self.left),
            (Some(left), None) => (left, &mut self.left),
            (_, Some(right)) => (right, &mut self.right),
            (None, None) => return,
        };
        self.merged.push(*taken);
        range.start += 1;
    }
}

fn key(trace: TraceRef<'_>, parents: &Parents, node: u32) -> Key {
    match trace.span(SpanIdx(node)).filter(|_| parents.is_span(node)) {
        Some(span) => (span.start(), !span.duration(), node),
        // A placeholder has no duration: among equal starts it comes last.
        None => (parents.missing(node).1, u64::MAX, node),
    }
}

fn compare(a: &Key, b: &Key, trace: TraceRef<'_>, parents: &Parents) -> Ordering {
    let span = |key: &Key| trace.span(SpanIdx(key.2)).filter(|_| parents.is_span(key.2));
    (a.0, a.1).cmp(&(b.0, b.1)).then_with(|| match (span(a), span(b)) {
        (Some(a), Some(b)) => tie(a, b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => parents.missing(a.2).0.cmp(&parents.missing(b.2).0),
    })
}
