//! The children of every node in one list, each with what it is ordered by.

use super::parents::Parents;
use super::{NONE, number};
use crate::model::Timestamp;
use crate::query::work::Budget;
use crate::store::{SpanIdx, TraceRef};

const COUNT_COST: u64 = 6;
const SUM_COST: u64 = 1;
const ROOM_COST: u64 = 10;
const FILL_COST: u64 = 20;

/// Start, duration (its complement: longer ones come first) and node.
pub(super) type Key = (Timestamp, u64, u32);

/// Those of node `n` are `list[starts[n]..starts[n + 1]]`, the roots come last.
#[derive(Debug, Default)]
pub(super) struct Children {
    starts: Vec<u32>,
    /// As many as there are nodes, once there is room for all; siblings are put in order in here.
    pub(super) list: Vec<Key>,
    pub(super) nodes: usize,
    counted: usize,
    summed: usize,
    sum: u32,
    filled: usize,
}

impl Children {
    pub(super) fn new(nodes: usize) -> Self {
        // Counted two places on, so that filling leaves every start where it belongs.
        Self { starts: vec![0; nodes + 3], list: Vec::with_capacity(nodes), nodes, ..Self::default() }
    }

    /// Goes on; true when every node is among its siblings.
    pub(super) fn step(&mut self, trace: TraceRef<'_>, parents: &Parents, budget: &mut Budget) -> bool {
        let nodes = self.nodes;
        let owner = |node: usize| {
            let parent = parents.of.get(node).copied().unwrap_or(NONE);
            if parent == NONE { nodes } else { parent as usize }
        };
        let count = budget.take(COUNT_COST, nodes - self.counted);
        for node in self.counted..self.counted + count {
            if let Some(count) = self.starts.get_mut(owner(node) + 2) {
                *count += 1;
            }
        }
        self.counted += count;
        if self.counted < nodes {
            return false;
        }
        let count = budget.take(SUM_COST, self.starts.len() - self.summed);
        for start in self.starts.iter_mut().skip(self.summed).take(count) {
            self.sum += *start;
            *start = self.sum;
        }
        self.summed += count;
        if self.summed < self.starts.len() {
            return false;
        }
        self.list.resize(self.list.len() + budget.take(ROOM_COST, nodes - self.list.len()), Key::default());
        if self.list.len() < nodes {
            return false;
        }
        let count = budget.take(FILL_COST, nodes - self.filled);
        for node in self.filled..self.filled + count {
            let Some(next) = self.starts.get_mut(owner(node) + 1) else { continue };
            if let Some(place) = self.list.get_mut(*next as usize) {
                *place = key(trace, parents, number(node));
            }
            *next += 1;
        }
        self.filled += count;
        self.filled == nodes
    }

    /// Where in the list the children of a node stand; of the number of nodes, the roots.
    pub(super) fn of(&self, node: usize) -> [u32; 2] {
        [node, node + 1].map(|at| self.starts.get(at).copied().unwrap_or(0))
    }
}

fn key(trace: TraceRef<'_>, parents: &Parents, node: u32) -> Key {
    match trace.span(SpanIdx(node)).filter(|_| parents.is_span(node)) {
        Some(span) => (span.start(), !span.duration(), node),
        // A placeholder has no duration: among equal starts it comes last.
        None => (parents.missing(node).1, u64::MAX, node),
    }
}
