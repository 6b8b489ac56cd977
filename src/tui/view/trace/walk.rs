//! Walks through the failing spans of a trace: first to the cause, then in the order shown, never around the end unasked.

use super::Trace;
use crate::query::tree::{Node, TreeRow};
use crate::tui::view::{Cx, Flow};

/// How far the walk has come.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Walk {
    /// The row that it last led to, and which of the failing ones that is, from 1.
    at: Option<(Node, u32)>,
    /// It has led to the cause.
    has_begun: bool,
    /// The end was met going that way: the same key once more goes around it.
    met_end: Option<isize>,
}

impl Walk {
    /// Whether it has led anywhere since the trace was opened.
    pub(super) fn has_begun(self) -> bool {
        self.has_begun
    }

    /// Which of the failing spans is selected, while that is where it led.
    pub(super) fn place(self, selected: Option<Node>) -> Option<u32> {
        self.at.filter(|(node, _)| Some(*node) == selected).map(|(_, place)| place)
    }
}

impl Trace {
    /// Goes to the next failing span (`step` 1) or the one before (-1). The first step forward goes to the cause.
    pub(super) fn walk(&mut self, step: isize, cx: &Cx<'_>) -> Flow {
        if self.tree.errors == 0 {
            return Flow::say("no span of this trace has an error");
        }
        let begins = !std::mem::replace(&mut self.walk.has_begun, true);
        let met_end = self.walk.met_end.take() == Some(step);
        if let Some(cause) = self.tree.cause.filter(|_| begins && step > 0) {
            self.arrive(cause as usize);
            return Flow::Consumed;
        }
        if let Some(at) = self.next_where(step > 0, met_end, |row| row.error) {
            self.arrive(at as usize);
            return Flow::Consumed;
        }
        self.walk.met_end = Some(step);
        let (errors, ahead) = (self.tree.errors, step > 0);
        Flow::Say(match (errors, ahead) {
            (1, _) => "the only span with an error".to_string(),
            (_, true) => cx.say(&format!("last of {errors}, {{next-error}} again for the first")),
            (_, false) => cx.say(&format!("first of {errors}, {{previous-error}} again for the last")),
        })
    }

    /// The next row of this kind after the selected one, or the one before it; from the other end when it is to go around.
    pub(super) fn next_where(&self, ahead: bool, around: bool, is_one: impl Fn(&TreeRow) -> bool) -> Option<u32> {
        let here = self.row_index().map_or(0, |at| at as usize);
        let rows = &self.tree.rows;
        let found = |at: &usize| rows.get(*at).is_some_and(&is_one);
        let next = match (ahead, around) {
            (true, false) => (here + 1..rows.len()).find(found),
            (true, true) => (0..rows.len()).find(found),
            (false, false) => (0..here).rev().find(found),
            (false, true) => (0..rows.len()).rev().find(found),
        };
        next.and_then(|at| u32::try_from(at).ok())
    }

    /// Selects a failing row and remembers which of them it is.
    fn arrive(&mut self, at: usize) {
        let before = self.tree.rows.iter().take(at + 1).filter(|row| row.error).count();
        let place = u32::try_from(before).unwrap_or(u32::MAX);
        self.go(u32::try_from(at).ok());
        self.walk.at = self.selected.map(|node| (node, place));
    }
}
