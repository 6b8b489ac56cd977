//! Which rows of a tree show when some of them are folded. Costs follow the folds and the rows that show, never what is
//! folded away.

use foldhash::fast::RandomState;
use hashbrown::HashSet;

use super::tree::{Node, Tree};
use crate::model::{Bits, SpanId};

/// Nodes whose descendants are hidden.
#[derive(Clone, Debug, Default)]
pub struct Folds {
    spans: Bits,
    missing: HashSet<SpanId, RandomState>,
}

/// The rows that no folded ancestor hides, numbered from 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visible {
    gaps: Vec<Gap>,
    len: usize,
    /// The greatest depth of a row that shows.
    pub deepest: u32,
}

/// Rows that do not show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Gap {
    /// Rows that show before them.
    shown: usize,
    /// The row after them.
    after: u32,
}

impl Folds {
    /// Folds that leave the levels `0..levels` visible.
    pub fn at_level(tree: &Tree, levels: u32) -> Self {
        let mut folds = Self::default();
        if levels <= 1 {
            folds.missing.reserve(tree.missing as usize);
        }
        for row in tree.rows.iter().filter(|row| row.subtree > 1 && row.depth + 1 >= levels) {
            folds.set(row.node, true);
        }
        folds
    }

    /// Whether a node is folded.
    pub fn contains(&self, node: Node) -> bool {
        match node {
            Node::Span(idx) => self.spans.has(idx.0),
            Node::Missing(id) => self.missing.contains(&id),
        }
    }

    /// Folds or unfolds a node; whether that changed anything.
    pub fn set(&mut self, node: Node, folded: bool) -> bool {
        match node {
            Node::Span(idx) => self.spans.set(idx.0, folded),
            Node::Missing(id) if folded => self.missing.insert(id),
            Node::Missing(id) => self.missing.remove(&id),
        }
    }

    /// Whether no node is folded.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty() && self.missing.is_empty()
    }

    /// Takes note that parents have arrived: what was folded under their placeholders is folded under them.
    pub fn arrived(&mut self, tree: &Tree, find: impl Fn(SpanId) -> Option<Node>) {
        let gone = self.missing.iter().copied().filter(|id| tree.row_of(Node::Missing(*id)).is_none());
        let arrived: Vec<_> = gone.filter_map(|id| Some((id, find(id)?))).collect();
        for (id, node) in arrived {
            self.set(Node::Missing(id), false);
            self.set(node, true);
        }
    }
}

impl Visible {
    /// The rows of a tree that show under these folds.
    pub fn new(tree: &Tree, folds: &Folds) -> Self {
        let mut visible = Self { gaps: Vec::new(), len: tree.rows.len(), deepest: tree.deepest };
        if folds.is_empty() {
            return visible;
        }
        visible.deepest = 0;
        let (mut at, mut shown) = (0, 0);
        while let Some(row) = tree.rows.get(at as usize) {
            shown += 1;
            at += 1;
            visible.deepest = visible.deepest.max(row.depth);
            if row.subtree > 1 && folds.contains(row.node) {
                at += row.subtree - 1;
                visible.gaps.push(Gap { shown, after: at });
            }
        }
        visible.len = shown;
        visible
    }

    /// How many rows show.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether none does.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The row of the tree that shows in a place.
    pub fn row(&self, at: usize) -> Option<u32> {
        let before = self.gaps.partition_point(|gap| gap.shown <= at).checked_sub(1).and_then(|gap| self.gaps.get(gap));
        let row = match before {
            Some(gap) => gap.after as usize + (at - gap.shown),
            None => at,
        };
        u32::try_from(row).ok().filter(|_| at < self.len)
    }

    /// The place of a row of the tree; for a hidden one, the place of the row that hides it.
    pub fn find(&self, row: u32) -> Result<usize, usize> {
        let next = self.gaps.partition_point(|gap| gap.after <= row);
        let before = next.checked_sub(1).and_then(|gap| self.gaps.get(gap));
        let at = match before {
            Some(gap) => gap.shown + (row - gap.after) as usize,
            None => row as usize,
        };
        let end = self.gaps.get(next).map_or(self.len, |gap| gap.shown);
        if at < end { Ok(at) } else { Err(end.saturating_sub(1)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Span, SpanBatch, TraceId};
    use crate::store::{SpanIdx, Store};
    use proptest::prelude::*;

    /// A tree where each span hangs under an earlier one, under none, or under one that is not here.
    fn tree(parents: &[u8]) -> Tree {
        let mut batch = SpanBatch::default();
        for (id, parent) in (1..).zip(parents) {
            let parent = if *parent == 0 { 1_000 + id % 3 } else { u64::from(*parent) % id };
            let (span_id, parent_id) = (SpanId(id), Some(SpanId(parent)));
            batch.push(&Span { trace_id: TraceId(1), span_id, parent_id, ..Span::default() });
        }
        let mut store = Store::new(1 << 20);
        store.extend(&batch);
        store.trace(TraceId(1)).map(Tree::build).unwrap_or_default()
    }

    proptest! {
        #[test]
        fn exactly_the_rows_without_a_folded_ancestor_show(parents: Vec<u8>, folded: Vec<u16>) {
            let tree = tree(&parents);
            let mut folds = Folds::default();
            for at in folded {
                if let Some(row) = tree.rows.get(usize::from(at) % tree.rows.len().max(1)) {
                    folds.set(row.node, true);
                }
            }
            let hides = |mut at: u32| {
                let mut hides = None;
                while let Some(parent) = tree.rows.get(at as usize).and_then(|row| row.parent) {
                    at = parent;
                    hides = tree.rows.get(at as usize).filter(|row| folds.contains(row.node)).map(|_| at).or(hides);
                }
                hides
            };
            let all = 0..u32::try_from(tree.rows.len()).unwrap_or(0);
            let expected: Vec<u32> = all.clone().filter(|at| hides(*at).is_none()).collect();
            let visible = Visible::new(&tree, &folds);
            prop_assert_eq!(&(0..).map_while(|at| visible.row(at)).collect::<Vec<_>>(), &expected);
            let depth = |row: &u32| tree.rows.get(*row as usize).map(|row| row.depth);
            prop_assert_eq!(visible.deepest, expected.iter().filter_map(depth).max().unwrap_or(0));
            prop_assert_eq!(visible.len(), expected.len());
            for row in all {
                let place = |row: &u32| expected.binary_search(row).ok();
                match hides(row) {
                    None => prop_assert_eq!(visible.find(row).ok(), place(&row)),
                    Some(hiding) => prop_assert_eq!(visible.find(row).err(), place(&hiding)),
                }
            }
        }

        #[test]
        fn what_is_unfolded_again_leaves_nothing_folded(nodes: Vec<(bool, u16)>) {
            let mut folds = Folds::default();
            let nodes = nodes.iter().map(|&(span, n)| {
                if span { Node::Span(SpanIdx(n.into())) } else { Node::Missing(SpanId(n.into())) }
            });
            for node in nodes.clone() {
                folds.set(node, true);
                prop_assert!(folds.contains(node) && !folds.set(node, true));
            }
            for node in nodes {
                folds.set(node, false);
                prop_assert!(!folds.contains(node));
            }
            prop_assert!(folds.is_empty());
        }
    }
}
