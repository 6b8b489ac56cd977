//! The children of every node in one list, in the order of siblings.

use super::budget::Budget;
use super::order::Order;
use super::{NONE, number};

const COUNT_COST: u64 = 6;
const SUM_COST: u64 = 1;
const FILL_COST: u64 = 18;

/// Those of node `n` are `list[starts[n]..starts[n + 1]]`, the roots come last.
#[derive(Debug, Default)]
pub(super) struct Children {
    starts: Vec<u32>,
    pub(super) list: Vec<u32>,
    counted: usize,
    summed: usize,
    sum: u32,
    filled: usize,
}

impl Children {
    pub(super) fn new(nodes: usize) -> Self {
        // Counted two places on, so that filling leaves every start where it belongs.
        Self { starts: vec![0; nodes + 3], list: vec![0; nodes], ..Self::default() }
    }

    /// Goes on; true when every node is in its place.
    pub(super) fn step(&mut self, parents: &[u32], order: &Order, budget: &mut Budget) -> bool {
        let nodes = self.list.len();
        let owner = |node: u32| {
            let parent = parents.get(node as usize).copied().unwrap_or(NONE);
            if parent == NONE { nodes } else { parent as usize }
        };
        let count = budget.take(COUNT_COST, nodes - self.counted);
        for node in self.counted..self.counted + count {
            if let Some(count) = self.starts.get_mut(owner(number(node)) + 2) {
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
        let count = budget.take(FILL_COST, nodes - self.filled);
        for node in order.nodes_from(self.filled).take(count) {
            let Some(next) = self.starts.get_mut(owner(node) + 1) else { continue };
            if let Some(place) = self.list.get_mut(*next as usize) {
                *place = node;
            }
            *next += 1;
        }
        self.filled += count;
        self.filled == nodes
    }

    /// Where in the list the children of a node stand.
    pub(super) fn of(&self, node: usize) -> [u32; 2] {
        [node, node + 1].map(|at| self.starts.get(at).copied().unwrap_or(0))
    }

    /// Where in the list the roots stand.
    pub(super) fn roots(&self) -> [u32; 2] {
        self.of(self.list.len())
    }
}
