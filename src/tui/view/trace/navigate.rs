//! Moving and folding in a trace.

use ratatui::layout::Rect;

use super::Trace;
use super::names::{STEP, sign_column};
use crate::query::folds::{Folds, Visible};
use crate::query::tree::{Node, TreeRow};
use crate::tui::action::{Action, Binding};
use crate::tui::view::{Cx, Flow, usual_hint};

impl Trace {
    pub(super) fn move_by(&mut self, rows: isize) {
        self.scroll.by(rows, self.visible.len());
        self.select(self.scroll.selected);
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "what a view does not know bubbles to the app")]
    pub(super) fn navigate(&mut self, action: Action, area: Rect, cx: &Cx<'_>) -> Flow {
        match action {
            Action::Left => self.left(),
            Action::Right => self.right(),
            Action::FoldAll => self.refold(|view| view.folds = Folds::at_level(&view.tree, 1)),
            Action::UnfoldAll => self.refold(|view| view.folds = Folds::default()),
            Action::FewerLevels => self.levels(-1),
            Action::MoreLevels => self.levels(1),
            Action::NextError => return self.walk(1, cx),
            Action::PreviousError => return self.walk(-1, cx),
            Action::Find => self.open_find(),
            Action::NextMatch => return self.next_match(1, cx),
            Action::PreviousMatch => return self.next_match(-1, cx),
            Action::Parent => self.go(self.row().and_then(|(_, row)| row.parent)),
            Action::NextSibling => self.go(self.row().filter(|(_, row)| !row.last).map(|(at, row)| at + row.subtree)),
            Action::PreviousSibling => self.go(self.row_index().and_then(|at| self.previous_sibling(at))),
            Action::Wider => self.names.step(STEP, area.width, self.times),
            Action::Narrower => self.names.step(-STEP, area.width, self.times),
            _ => return Flow::Ignored,
        }
        Flow::Consumed
    }

    fn row(&self) -> Option<(u32, TreeRow)> {
        let at = self.row_index()?;
        self.tree.rows.get(at as usize).map(|row| (at, *row))
    }

    /// What the bottom line says of an action on the selected row.
    #[expect(clippy::wildcard_enum_match_arm, reason = "all else is as usual")]
    pub(super) fn hint_of(&self, row: &Binding, cx: &Cx<'_>) -> Option<&'static str> {
        let (at, selected) = self.row()?;
        let (inner, folded) = (selected.subtree > 1, self.is_folded());
        let when = |does: bool| if does { usual_hint(row, cx) } else { None };
        match row.action {
            Action::Left if inner && !folded => Some("fold"),
            Action::Left => None,
            Action::Right => when(inner && folded),
            Action::FoldAll => when(self.tree.deepest > 0),
            Action::NextError if !self.walk.has_begun() && self.tree.errors > 0 => Some("cause"),
            Action::NextError => when(self.tree.errors > 0),
            Action::Zoom => when(self.can_zoom()),
            Action::ZoomReset => when(self.zoom.is_on()),
            Action::NextMatch => when(self.finding.count() > 0),
            Action::Back if self.finding.shows() && !self.details.focus => Some("clear find"),
            Action::Parent => when(selected.parent.is_some()),
            Action::NextSibling => when(!selected.last || self.previous_sibling(at).is_some()),
            Action::FollowLink => when(self.details.links().iter().any(|link| link.is_here)),
            Action::CopySpan => when(matches!(selected.node, Node::Span(_))),
            _ => usual_hint(row, cx),
        }
    }

    fn is_folded(&self) -> bool {
        self.selected.is_some_and(|node| self.folds.contains(node))
    }

    fn left(&mut self) {
        match self.row() {
            Some((_, row)) if row.subtree > 1 && !self.is_folded() => self.toggle_fold(),
            Some((_, row)) => self.go(row.parent),
            None => {}
        }
    }

    fn right(&mut self) {
        match self.row() {
            Some((_, row)) if row.subtree > 1 && self.is_folded() => self.toggle_fold(),
            Some((at, row)) if row.subtree > 1 => self.go(Some(at + 1)),
            _ => {}
        }
    }

    pub(super) fn toggle_fold(&mut self) {
        let Some((_, row)) = self.row().filter(|(_, row)| row.subtree > 1) else {
            return;
        };
        self.refold(|view| {
            let folded = view.folds.contains(row.node);
            view.folds.set(row.node, !folded);
        });
    }

    fn refold(&mut self, change: impl FnOnce(&mut Self)) {
        change(self);
        self.refold = true;
        self.refresh_rows();
        self.scroll.held = false;
    }

    /// Shows one level more or less than the deepest that shows now.
    fn levels(&mut self, step: i32) {
        let shown = self.visible.deepest + 1;
        let levels = shown.saturating_add_signed(step).clamp(1, self.head.depth.max(1));
        self.refold(|view| view.folds = Folds::at_level(&view.tree, levels));
    }

    /// Selects a row of the tree, unfolding what hides it.
    pub(super) fn go(&mut self, to: Option<u32>) {
        let Some(to) = to else {
            return;
        };
        let mut parent = self.tree.rows.get(to as usize).and_then(|row| row.parent);
        let mut unfolded = false;
        while let Some(row) = parent.and_then(|at| self.tree.rows.get(at as usize)) {
            unfolded |= self.folds.set(row.node, false);
            parent = row.parent;
        }
        if unfolded {
            self.visible = Visible::new(&self.tree, &self.folds);
        }
        if let Ok(at) = self.visible.find(to) {
            self.select(at);
            self.scroll.walked = true;
            self.pan_to_selected();
        }
    }

    /// Walks over what hangs under the siblings before as a whole.
    fn previous_sibling(&self, at: u32) -> Option<u32> {
        let row = self.tree.rows.get(at as usize)?;
        let mut sibling = row.parent.map_or(0, |parent| parent + 1);
        let mut before = None;
        while sibling < at {
            before = Some(sibling);
            sibling += self.tree.rows.get(sibling as usize)?.subtree.max(1);
        }
        before
    }

    /// Whether a column is on the fold sign of a row on the screen.
    pub(super) fn on_fold_sign(&self, row: usize, column: u16, screen: u16) -> bool {
        let Some(row) = self.rows.get(row).filter(|row| row.fold.is_some()) else {
            return false;
        };
        let names = self.names.width(screen, self.times);
        let sign = sign_column(row, names - self.times.width().min(names)) + self.times.width();
        (sign..=sign + 1).contains(&column)
    }
}
