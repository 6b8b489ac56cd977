//! Brings the tree in line with the trace: in slices, so that keys are answered meanwhile, and with a rest in between.

use ratatui::layout::Rect;

use super::Trace;
use crate::query::cause::cause;
use crate::query::tree::{Build, Node, Tree};
use crate::query::waterfall;
use crate::store::{Store, TraceRef};
use crate::tui::Work;
use crate::tui::action::{Action, Scope};
use crate::tui::view::is_plain;
use crate::tui::view::{Cx, Flow, View};

/// Work on a tree in one frame, in ns.
const SLICE: u64 = 5_000_000;

/// Rest in ns for each span of a tree before it is built again: a build costs about a quarter of a µs a span.
const REST_PER_SPAN: u64 = 2_000;

impl Trace {
    /// Builds the tree anew when spans have come in, or goes on building; what is left to do.
    pub(super) fn rebuild(&mut self, store: &Store, screen: u16, cx: &Cx<'_>) -> Work {
        let now = cx.now;
        let Some(trace) = store.trace(self.id) else {
            self.gone = true;
            self.build = None;
            return Work::Done;
        };
        self.gone = false;
        if self.build.is_none() {
            if self.revision == Some(trace.revision()) {
                return Work::Done;
            }
            if self.revision.is_some() && now.since(self.built) < trace.len() as u64 * REST_PER_SPAN {
                return Work::Later;
            }
        }
        let build = self.build.get_or_insert_with(|| Box::new(Build::new(trace)));
        let Some(tree) = build.step(trace, SLICE) else {
            if self.revision.is_none() {
                self.head = waterfall::head(trace, &self.tree);
            }
            return Work::Now;
        };
        let (revision, spans) = (build.revision(), build.spans());
        self.build = None;
        self.built = now;
        if self.revision.is_some() {
            self.arrived += spans.saturating_sub(self.head.spans);
        }
        self.names.adopt(trace, &tree, screen, is_plain(cx));
        self.adopt(trace, tree);
        self.revision = Some(revision);
        if revision == trace.revision() { Work::Done } else { Work::Later }
    }

    fn adopt(&mut self, trace: TraceRef<'_>, tree: Tree) {
        self.tree = tree;
        self.head = waterfall::head(trace, &self.tree);
        let had_cause = self.cause.is_some() || self.revision.is_none();
        self.cause = cause(trace, &self.tree);
        if self.cause.is_some() && !had_cause {
            // Its line pushes the rows down: they scroll by one, so that none moves.
            self.scroll.top += 1;
            self.scroll.held = true;
        }
        self.refold = true;
        let find = |id| trace.find(id).next().map(|span| Node::Span(span.idx()));
        self.folds.arrived(&self.tree, find);
        // A placeholder's parent may have arrived under the cursor.
        if let Some(Node::Missing(id)) = self.selected
            && self.tree.row_of(Node::Missing(id)).is_none()
            && let Some(node) = find(id)
        {
            self.selected = Some(node);
        }
    }

    /// Selects the span that a link leads to, once it is in the tree.
    pub(super) fn look_for_wanted(&mut self, store: &Store) {
        let Some((trace, id)) = store.trace(self.id).zip(self.wanted) else { return };
        if let Some(at) = waterfall::find(trace, &self.tree, id) {
            self.wanted = None;
            self.refresh_rows();
            self.go(Some(at));
        } else if self.revision == Some(trace.revision()) {
            // It has left meanwhile: should it come back, the cursor is not to jump.
            self.wanted = None;
        }
    }

    /// Whether there is nothing to move in yet.
    pub(super) fn is_first_build(&self) -> bool {
        self.revision.is_none() && !self.gone
    }

    /// Remembers what needs the first tree until that is there; `None` for what can be done without.
    #[expect(clippy::wildcard_enum_match_arm, reason = "everything else is told apart by its scope")]
    pub(super) fn ask_ahead(&mut self, action: Action) -> Option<Flow> {
        if !self.is_first_build() {
            return None;
        }
        match action {
            Action::CopyTraceId | Action::Times | Action::Wider | Action::Narrower => None,
            Action::CopySpan | Action::FollowLink => Some(Flow::say("try again once the tree is built")),
            _ => {
                let scope = action.binding().map(|row| row.scope);
                if !matches!(scope, Some(Scope::Trace | Scope::Rows)) {
                    return None;
                }
                self.ahead.push(action);
                Some(Flow::Consumed)
            }
        }
    }

    /// Does what was asked for before the tree was there.
    pub(super) fn catch_up(&mut self, area: Rect, cx: &Cx<'_>) {
        if self.is_first_build() {
            return;
        }
        for action in std::mem::take(&mut self.ahead) {
            self.update(action, area, cx);
        }
    }
}
