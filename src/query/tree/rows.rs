//! From parents and children to rows in preorder, with what lies below each added up from the leaves.

use super::children::Children;
use super::parents::Parents;
use super::{NONE, Node, TreeRow, number};
use crate::model::Timestamp;
use crate::query::timeline::{Interval, Timeline};
use crate::query::work::Budget;
use crate::store::SpanIdx;

const ROW_COST: u64 = 90;
const SUM_COST: u64 = 12;

/// See the file's head.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) list: Vec<TreeRow>,
    pub(super) row_of: Vec<u32>,
    pub(super) timeline: Timeline,
    /// Rows with an error of their own.
    pub(super) errors: u32,
    /// The deepest of them so far, of equally deep ones the earliest: depth, start, row.
    deepest_error: Option<(u32, Timestamp, u32)>,
    /// The greatest depth.
    pub(super) deepest: u32,
    stack: Vec<Siblings>,
    summed: usize,
}

/// Siblings that have no row yet: a stretch of the list of children.
#[derive(Clone, Copy, Debug)]
struct Siblings {
    next: u32,
    end: u32,
    parent: u32,
    depth: u32,
}

impl Rows {
    pub(super) fn new(children: &Children) -> Self {
        let nodes = children.nodes;
        let [next, end] = children.of(nodes);
        Self {
            list: Vec::with_capacity(nodes),
            row_of: vec![NONE; nodes],
            timeline: Timeline::with_capacity(nodes),
            stack: vec![Siblings { next, end, parent: NONE, depth: 0 }],
            ..Self::default()
        }
    }

    /// Goes on with rows; true when everything that hangs under a root has one.
    pub(super) fn step(&mut self, children: &Children, parents: &Parents, budget: &mut Budget) -> bool {
        let left = children.list.len() - self.list.len();
        for _ in 0..budget.take(ROW_COST, left) {
            let Some(mut siblings) = self.stack.pop() else { return true };
            let Some(&(start, complement, node)) = children.list.get(siblings.next as usize) else { return true };
            let (parent, depth) = (siblings.parent, siblings.depth);
            siblings.next += 1;
            let last = siblings.next == siblings.end;
            // The last one's descendants need nothing from here, so a chain leaves no trail.
            if !last {
                self.stack.push(siblings);
            }
            let row = number(self.list.len());
            self.list.push(TreeRow {
                node: if parents.is_span(node) {
                    Node::Span(SpanIdx(node))
                } else {
                    Node::Missing(parents.missing(node).0)
                },
                depth,
                subtree: 1,
                parent: (parent != NONE).then_some(parent),
                errors_below: 0,
                last,
                cycle: false,
                error: parents.has_error(node),
            });
            self.timeline.push(Interval { start, duration: !complement }, parents.is_span(node));
            if parents.has_error(node) {
                self.add_error((depth, start, row));
            }
            self.deepest = self.deepest.max(depth);
            if let Some(place) = self.row_of.get_mut(node as usize) {
                *place = row;
            }
            let [next, end] = children.of(node as usize);
            if next < end {
                self.stack.push(Siblings { next, end, parent: row, depth: depth.saturating_add(1) });
            }
        }
        self.stack.is_empty()
    }

    fn add_error(&mut self, error: (u32, Timestamp, u32)) {
        self.errors += 1;
        let rank = |error: &(u32, Timestamp, u32)| (error.0, std::cmp::Reverse(error.1));
        if self.deepest_error.is_none_or(|deepest| rank(&error) > rank(&deepest)) {
            self.deepest_error = Some(error);
        }
    }

    /// The row of the deepest error.
    pub(super) fn cause(&self) -> Option<u32> {
        self.deepest_error.map(|(_, _, row)| row)
    }

    /// Goes on adding up; true when done. Every row comes after its parent.
    pub(super) fn sum_up(&mut self, budget: &mut Budget) -> bool {
        let left = self.list.len() - self.summed;
        let count = budget.take(SUM_COST, left);
        for at in (left - count..left).rev() {
            let Some(row) = self.list.get(at).copied() else { continue };
            let parent = row.parent.and_then(|parent| self.list.get_mut(parent as usize));
            if let Some(parent) = parent {
                parent.subtree += row.subtree;
                parent.errors_below += row.errors_below + u32::from(row.error);
            }
        }
        self.summed += count;
        self.summed == self.list.len()
    }
}
