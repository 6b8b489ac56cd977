//! Puts siblings in order, where they stand: few in one go, many in short runs that are then merged, so that it can stop
//! anywhere.

use std::cmp::Ordering;
use std::ops::Range;

use super::children::{Children, Key};
use super::parents::Parents;
use super::tie;
use crate::query::work::Budget;
use crate::store::{SpanIdx, TraceRef};

/// Siblings that are sorted in one go.
const RUN: usize = 1 << 15;
const SORT_COST: u64 = 50;
const MERGE_COST: u64 = 10;
const COPY_COST: u64 = 3;
const VISIT_COST: u64 = 3;

/// See the file's head.
#[derive(Debug, Default)]
pub(super) struct Order {
    /// The next node whose children are to be put in order.
    next: usize,
    many: Option<Many>,
}

/// Siblings that are too many for one go.
#[derive(Debug, Default)]
struct Many {
    /// Their place in the list.
    place: Range<usize>,
    keys: Vec<Key>,
    /// Where the sorted stretches of `keys` end.
    ends: Vec<usize>,
    /// What this round of merging has come to, and where its stretches end.
    merged: Vec<Key>,
    merged_ends: Vec<usize>,
    /// What is left of the two stretches that are being merged.
    left: Range<usize>,
    right: Range<usize>,
    copied: usize,
}

/// What is needed to tell equal keys apart.
#[derive(Clone, Copy)]
struct Cx<'a> {
    trace: TraceRef<'a>,
    parents: &'a Parents,
}

impl Order {
    /// Goes on; true when all is in order.
    pub(super) fn step(
        &mut self,
        trace: TraceRef<'_>,
        parents: &Parents,
        children: &mut Children,
        budget: &mut Budget,
    ) -> bool {
        let cx = Cx { trace, parents };
        while !budget.is_spent() {
            if let Some(many) = &mut self.many {
                if !many.step(cx, &mut children.list, budget) {
                    return false;
                }
                self.many = None;
            }
            // The roots come after the children of the last node.
            if self.next > parents.of.len() {
                return true;
            }
            let [from, to] = children.of(self.next).map(|at| at as usize);
            self.next += 1;
            if to - from > RUN {
                self.many = Some(Many { place: from..to, ..Many::default() });
                continue;
            }
            budget.pay(if to - from > 1 { SORT_COST } else { VISIT_COST }, to - from + 1);
            let siblings = children.list.get_mut(from..to).unwrap_or_default();
            siblings.sort_unstable_by(|a, b| compare(a, b, cx));
        }
        false
    }
}

impl Many {
    fn step(&mut self, cx: Cx<'_>, list: &mut [Key], budget: &mut Budget) -> bool {
        let Some(list) = list.get_mut(self.place.clone()) else { return true };
        self.keys.reserve_exact(list.len() - self.keys.len());
        while self.keys.len() < list.len() {
            if budget.is_spent() {
                return false;
            }
            self.add_run(cx, list, budget);
        }
        while self.ends.len() > 1 {
            if self.left.is_empty() && self.right.is_empty() && !self.next_pair() {
                continue;
            }
            let count = budget.take(MERGE_COST, self.left.len() + self.right.len());
            if count == 0 {
                return false;
            }
            self.merge(cx, count);
        }
        let to = self.copied + budget.take(COPY_COST, list.len() - self.copied);
        if let (Some(place), Some(keys)) = (list.get_mut(self.copied..to), self.keys.get(self.copied..to)) {
            place.copy_from_slice(keys);
        }
        self.copied = to;
        to == list.len()
    }

    /// Sorts the next keys, in the same stretch as those before when they follow upon them.
    fn add_run(&mut self, cx: Cx<'_>, list: &[Key], budget: &mut Budget) {
        let from = self.keys.len();
        let to = list.len().min(from + RUN);
        budget.pay(SORT_COST, to - from);
        self.keys.extend_from_slice(list.get(from..to).unwrap_or_default());
        let Some((before, run)) = self.keys.split_at_mut_checked(from) else { return };
        run.sort_unstable_by(|a, b| compare(a, b, cx));
        if before.last().zip(run.first()).is_some_and(|(a, b)| compare(a, b, cx).is_le()) {
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

    /// Moves the least of both stretches, so many times.
    fn merge(&mut self, cx: Cx<'_>, count: usize) {
        let Self { keys, merged, left, right, .. } = self;
        let [mut a, mut b] = [&*left, &*right].map(|range| keys.get(range.clone()).unwrap_or_default());
        for _ in 0..count {
            let from = match (a.first(), b.first()) {
                (Some(first), Some(second)) if compare(first, second, cx).is_gt() => &mut b,
                (Some(_), _) => &mut a,
                (None, _) => &mut b,
            };
            let Some((least, rest)) = from.split_first() else { break };
            merged.push(*least);
            *from = rest;
        }
        (left.start, right.start) = (left.end - a.len(), right.end - b.len());
    }
}

fn compare(a: &Key, b: &Key, cx: Cx<'_>) -> Ordering {
    (a.0, a.1).cmp(&(b.0, b.1)).then_with(|| compare_nodes(a.2, b.2, cx))
}

/// What decides between equal keys, which are rare.
#[cold]
fn compare_nodes(a: u32, b: u32, Cx { trace, parents }: Cx<'_>) -> Ordering {
    match [a, b].map(|node| trace.span(SpanIdx(node)).filter(|_| parents.is_span(node))) {
        [Some(a), Some(b)] => tie(a, b),
        [Some(_), None] => Ordering::Less,
        [None, Some(_)] => Ordering::Greater,
        [None, None] => parents.missing(a).0.cmp(&parents.missing(b).0),
    }
}
