//! A trace as a tree, flattened to rows in reading order. Pure: the same spans give the same rows, whatever order they
//! came in. Nothing here recurses, so a chain of a million spans is no deeper than a pair.

mod cycles;
mod parents;

use std::cmp::Ordering;

use crate::model::{SpanId, Status, Timestamp};
use crate::store::{SpanIdx, SpanRef, TraceRef};
use parents::Parents;

/// Stands for "no parent" in lists of node numbers.
const NONE: u32 = u32::MAX;

/// A trace in preorder: each row is followed by its whole subtree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    /// The rows. Every span of the trace is exactly one of them.
    pub rows: Vec<TreeRow>,
    /// Placeholders among the rows.
    pub missing: u32,
    /// Rows whose parent link was cut because it led back to themselves.
    pub cycles: u32,
    row_of: Vec<u32>,
}

/// What a row stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Node {
    /// A span of the trace.
    Span(SpanIdx),
    /// A parent that spans refer to and that has not arrived.
    Missing(SpanId),
}

/// One row of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeRow {
    /// What it stands for.
    pub node: Node,
    /// 0 for a root.
    pub depth: u32,
    /// Rows in its subtree, itself included.
    pub subtree: u32,
    /// The row it hangs under.
    pub parent: Option<u32>,
    /// Errors among its descendants.
    pub errors_below: u32,
    /// Whether it is the last of its siblings.
    pub last: bool,
    /// Whether its link to a parent was cut because it led back to itself.
    pub cycle: bool,
}

impl Tree {
    /// Flattens a trace.
    ///
    /// Siblings are ordered by start, then longer first, service, name, span id. Spans whose parent has not arrived
    /// hang under a placeholder, which stands among the roots where its first child would.
    pub fn build(trace: TraceRef<'_>) -> Self {
        let mut parents = Parents::resolve(trace);
        let order = order(trace, &parents);
        let mut tree = flatten(&Children::new(&parents.of, &order), &parents, trace.len());
        let mut cut = std::mem::take(&mut parents.own);
        // A walk from the roots reaches everything but circles, so they are only looked for when rows are missing.
        if tree.rows.len() < parents.of.len() {
            cut.append(&mut cycles::cut(trace, &mut parents.of));
            tree = flatten(&Children::new(&parents.of, &order), &parents, trace.len());
        }
        tree.sum_up(trace);
        tree.cycles = number(cut.len());
        for node in cut {
            let row = tree.row_of(SpanIdx(node));
            if let Some(row) = row.and_then(|row| tree.rows.get_mut(row as usize)) {
                row.cycle = true;
            }
        }
        tree
    }

    /// The row of a span.
    pub fn row_of(&self, span: SpanIdx) -> Option<u32> {
        self.row_of.get(span.0 as usize).copied().filter(|row| *row != NONE)
    }

    /// Adds up subtrees from the leaves: every row comes after its parent.
    fn sum_up(&mut self, trace: TraceRef<'_>) {
        let mut wrong = vec![false; trace.len()];
        for (wrong, span) in wrong.iter_mut().zip(trace.spans()) {
            *wrong = span.status() == Status::Error;
        }
        for at in (0..self.rows.len()).rev() {
            let Some(row) = self.rows.get(at).copied() else { continue };
            let own = match row.node {
                Node::Span(idx) => wrong.get(idx.0 as usize).is_some_and(|wrong| *wrong),
                Node::Missing(_) => false,
            };
            let parent = row.parent.and_then(|parent| self.rows.get_mut(parent as usize));
            if let Some(parent) = parent {
                parent.subtree += row.subtree;
                parent.errors_below += row.errors_below + u32::from(own);
            }
        }
    }
}

/// How siblings are ordered, beyond start and duration.
fn tie(a: SpanRef<'_>, b: SpanRef<'_>) -> Ordering {
    (a.service().cmp(b.service()))
        .then_with(|| a.name().cmp(b.name()))
        .then_with(|| a.span_id().cmp(&b.span_id()))
        .then_with(|| a.kind().cmp(&b.kind()))
        .then_with(|| a.order_key().cmp(&b.order_key()))
}

/// How siblings are ordered.
fn compare(a: SpanRef<'_>, b: SpanRef<'_>) -> Ordering {
    (a.start().cmp(&b.start())).then_with(|| b.duration().cmp(&a.duration())).then_with(|| tie(a, b))
}

/// All nodes in the order of siblings: spans first, placeholders are numbered after them.
fn order(trace: TraceRef<'_>, parents: &Parents) -> Vec<u32> {
    let mut keys: Vec<(Timestamp, u64, u32)> = Vec::with_capacity(parents.of.len());
    keys.extend(trace.spans().map(|span| (span.start(), !span.duration(), span.idx().0)));
    let spans = keys.len();
    // A placeholder has no duration: among equal starts it comes last.
    keys.extend((number(spans)..).zip(&parents.missing).map(|(node, missing)| (missing.1, u64::MAX, node)));
    keys.sort_unstable_by(|a, b| {
        (a.0, a.1).cmp(&(b.0, b.1)).then_with(|| match [a.2, b.2].map(|node| trace.span(SpanIdx(node))) {
            [Some(a), Some(b)] => tie(a, b),
            [Some(_), None] => Ordering::Less,
            [None, Some(_)] => Ordering::Greater,
            [None, None] => parents.missing_id(spans, a.2).cmp(&parents.missing_id(spans, b.2)),
        })
    });
    keys.into_iter().map(|key| key.2).collect()
}

/// The children of every node in one list; those of node `n` are `list[starts[n]..starts[n + 1]]`, the roots come last.
struct Children {
    starts: Vec<u32>,
    list: Vec<u32>,
}

impl Children {
    fn new(parents: &[u32], order: &[u32]) -> Self {
        let nodes = parents.len();
        let owner = |node: u32| {
            let parent = parents.get(node as usize).copied().unwrap_or(NONE);
            if parent == NONE { nodes } else { parent as usize }
        };
        // Counted two places on, so that filling leaves every start where it belongs.
        let mut starts = vec![0_u32; nodes + 3];
        for node in 0..number(nodes) {
            if let Some(count) = starts.get_mut(owner(node) + 2) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut list = vec![0; nodes];
        for &node in order {
            let Some(next) = starts.get_mut(owner(node) + 1) else { continue };
            if let Some(place) = list.get_mut(*next as usize) {
                *place = node;
            }
            *next += 1;
        }
        Self { starts, list }
    }

    fn of(&self, node: usize) -> &[u32] {
        let [from, to] = [node, node + 1].map(|at| self.starts.get(at).copied().unwrap_or(0) as usize);
        self.list.get(from..to).unwrap_or_default()
    }

    fn roots(&self) -> &[u32] {
        self.of(self.list.len())
    }
}

/// Rows in preorder; subtrees are not summed up yet.
fn flatten(children: &Children, parents: &Parents, spans: usize) -> Tree {
    let mut rows = Vec::with_capacity(parents.of.len());
    let mut row_of = vec![NONE; spans];
    // Node, row of the parent, depth, last of its siblings. The next one to show is on top.
    let mut stack: Vec<(u32, u32, u32, bool)> = Vec::new();
    let push = |stack: &mut Vec<_>, nodes: &[u32], parent, depth| {
        let first = stack.len();
        stack.extend(nodes.iter().rev().map(|&node| (node, parent, depth, false)));
        if let Some(last) = stack.get_mut(first) {
            last.3 = true;
        }
    };
    push(&mut stack, children.roots(), NONE, 0);
    while let Some((node, parent, depth, last)) = stack.pop() {
        let row = number(rows.len());
        let is_span = row_of.get_mut(node as usize).map(|place| *place = row).is_some();
        rows.push(TreeRow {
            node: if is_span { Node::Span(SpanIdx(node)) } else { Node::Missing(parents.missing_id(spans, node)) },
            depth,
            subtree: 1,
            parent: (parent != NONE).then_some(parent),
            errors_below: 0,
            last,
            cycle: false,
        });
        push(&mut stack, children.of(node as usize), row, depth.saturating_add(1));
    }
    Tree { rows, missing: number(parents.missing.len()), cycles: 0, row_of }
}

/// A node or row number; the store never holds 2³² spans in a trace.
fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(NONE)
}
