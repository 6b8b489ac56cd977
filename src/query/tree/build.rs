//! A tree in the making: built a little at a time, so that a huge trace stalls nobody. Holds nothing of the store, which
//! may go on changing meanwhile: spans that arrive after the start are left to the next tree.

use super::children::Children;
use super::cycles::Cycles;
use super::order::Order;
use super::parents::Parents;
use super::rows::Rows;
use super::{NONE, Tree, number};
use crate::query::work::Budget;
use crate::store::TraceRef;

/// What a span costs in all, in ns, about.
const COST: u64 = 350;

/// See the file's head.
#[derive(Debug)]
pub struct Build {
    /// Which trace, and its revision at the start.
    arrival: u64,
    revision: u64,
    removed: u64,
    spans: usize,
    /// Work done, in ns.
    spent: u64,
    stage: Stage,
    parents: Parents,
    children: Children,
    order: Order,
    rows: Rows,
    cycles: Cycles,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Parents,
    Children,
    Order,
    Rows,
    Cycles,
    Sums,
    Done,
}

impl Build {
    /// Begins with the spans that a trace has now.
    pub fn new(trace: TraceRef<'_>) -> Self {
        Self {
            arrival: trace.arrival(),
            revision: trace.revision(),
            removed: trace.removed(),
            spans: trace.len(),
            spent: 0,
            stage: Stage::Parents,
            parents: Parents::new(trace),
            children: Children::default(),
            order: Order::default(),
            rows: Rows::default(),
            cycles: Cycles::default(),
        }
    }

    /// The trace's revision at the start.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Spans that will be in the tree.
    pub fn spans(&self) -> usize {
        self.spans
    }

    /// How far it is, in percent, about.
    pub fn percent(&self) -> u64 {
        (self.spent * 100 / (self.spans as u64 * COST).max(1)).min(99)
    }

    /// Goes on for about `work` ns; the tree when it is done, once. `trace` must be the one it began with: if that has
    /// left and come anew, or places of its spans have changed, all begins anew.
    pub fn step(&mut self, trace: TraceRef<'_>, work: u64) -> Option<Tree> {
        if trace.arrival() != self.arrival || trace.removed() != self.removed {
            *self = Self::new(trace);
        }
        let mut budget = Budget::new(work);
        while !budget.is_spent() && self.stage != Stage::Done {
            if let Some(next) = self.advance(trace, &mut budget) {
                self.stage = next;
            }
        }
        self.spent = self.spent.saturating_add(work - budget.left());
        (self.stage == Stage::Done).then(|| self.finish())
    }

    /// Goes on with a stage; what follows when that is done.
    fn advance(&mut self, trace: TraceRef<'_>, budget: &mut Budget) -> Option<Stage> {
        let Self { parents, order, children, rows, cycles, .. } = self;
        match self.stage {
            Stage::Parents => parents.step(trace, budget).then(|| {
                *children = Children::new(parents.of.len());
                Stage::Children
            }),
            Stage::Children => children.step(trace, parents, budget).then(|| {
                *order = Order::default();
                Stage::Order
            }),
            Stage::Order => order.step(trace, parents, children, budget).then(|| {
                *rows = Rows::new(children);
                Stage::Rows
            }),
            // A walk from the roots reaches everything but circles, so they are only looked for when rows are missing.
            Stage::Rows => rows.step(children, parents, budget).then_some(if rows.list.len() < parents.of.len() {
                Stage::Cycles
            } else {
                Stage::Sums
            }),
            Stage::Cycles => cycles.step(trace, parents, budget).then(|| {
                *children = Children::new(parents.of.len());
                Stage::Children
            }),
            Stage::Sums => rows.sum_up(budget).then_some(Stage::Done),
            Stage::Done => None,
        }
    }

    fn finish(&mut self) -> Tree {
        let cause = self.rows.cause();
        let Rows { list: mut rows, row_of, timeline, errors, deepest, .. } = std::mem::take(&mut self.rows);
        let Parents { own, placeholders, .. } = std::mem::take(&mut self.parents);
        let mut cycles = 0;
        for node in own.iter().chain(&self.cycles.cut) {
            let row = row_of.get(*node as usize).copied().unwrap_or(NONE);
            if let Some(row) = rows.get_mut(row as usize) {
                row.cycle = true;
                cycles += 1;
            }
        }
        Tree {
            rows,
            timeline,
            errors,
            cause,
            missing: number(placeholders.len()),
            cycles,
            deepest,
            row_of,
            placeholders,
        }
    }
}
