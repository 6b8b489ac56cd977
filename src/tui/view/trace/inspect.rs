//! What is done with the details of the selected span: which lines they show, how high they are, what keys do in them.

use ratatui::layout::Rect;

use super::Trace;
use crate::export::jsonl;
use crate::query::detail::{LinkTarget, detail};
use crate::query::tree::Node;
use crate::store::Store;
use crate::tui::Effect;
use crate::tui::action::{Action, Binding};
use crate::tui::text::cells;
use crate::tui::view::output::Output;
use crate::tui::view::{Cx, Flow, Request};

/// Rows that stay in sight where the details are as large as can be.
pub(super) const ROWS_LEFT: u16 = 3;

impl Trace {
    pub(super) fn refresh_details(&mut self, store: &Store, area: Rect) {
        let trace = store.trace(self.id).zip(self.row_index());
        let place = self.regions(area).details;
        let shown = (self.revision, self.row_index(), self.times);
        if !self.details.is_stale(shown, place) && !self.details.has_stale_links(store, self.id) {
            self.details.resize(place);
            return;
        }
        let origin = self.tree.timeline.origin();
        let event_time = |event, span| self.times.of_event(event, span, origin);
        let detail = trace.and_then(|(trace, at)| {
            let detail = detail(store, trace, &self.tree, at, &event_time)?;
            let mut json = Vec::new();
            jsonl::write_span(&trace.span(detail.idx)?.to_span(), &mut json);
            Some((detail, String::from_utf8_lossy(&json).trim_end().to_string()))
        });
        self.details.set(detail, shown, place);
        self.details.resize(self.regions(area).details);
    }

    /// Lines of the panel, of so many for it and the rows: what the rows leave, as far as it is needed, and always a share.
    pub(super) fn details_height(&self, body: u16) -> u16 {
        let share = (body * 3 / 10).clamp(5, 14);
        let left = body.saturating_sub(cells(self.visible.len().max(1))).min(self.details.wanted());
        if let Some(height) = self.details.height.filter(|_| !self.details.focus) {
            return height.min(body.saturating_sub(ROWS_LEFT));
        }
        match (self.details.focus, self.details.full) {
            (true, true) => body.saturating_sub(ROWS_LEFT).max(5).min(body),
            (true, false) => (body * 3 / 5).max(5).max(left).min(body),
            (false, _) if body < 10 => 0,
            (false, _) => share.max(left),
        }
    }

    /// Does what is about the details; nothing where the action is about something else.
    #[expect(clippy::wildcard_enum_match_arm, reason = "what is not about the details is done elsewhere")]
    pub(super) fn inspect(&mut self, action: Action, area: Rect) -> Option<Flow> {
        let copied = std::mem::take(&mut self.details.copied);
        let details = &mut self.details;
        match action {
            Action::Details if !details.focus => details.focus = true,
            Action::Details => {
                if let Some(target) = details.target() {
                    return Some(self.go_to_link(target));
                }
                if !details.toggle() {
                    details.full = !details.full;
                }
            }
            Action::Back if details.focus && details.full => details.full = false,
            Action::Back if details.focus => details.focus = false,
            Action::FollowLink if details.target().is_some() => {
                let target = details.target()?;
                return Some(self.go_to_link(target));
            }
            Action::CopySpan if copied => return Some(details.copy_value().unwrap_or_else(|| self.copy_span())),
            Action::CopySpan => {
                details.copied = details.focus;
                return Some(self.copy_span());
            }
            Action::FilterBy => {
                let filter = details.filter();
                let say = || Flow::say("no attribute is selected: the cursor of the details chooses one");
                return Some(filter.map_or_else(say, |filter| Flow::Ask(Request::Filter(filter))));
            }
            _ => {
                let place = self.regions(area).details;
                return (self.details.focus && self.details.moved(action, place)).then_some(Flow::Consumed);
            }
        }
        Some(Flow::Consumed)
    }

    /// What the bottom line says of an action while the details have the keys.
    #[expect(clippy::wildcard_enum_match_arm, reason = "what is about rows means nothing there")]
    pub(super) fn hint_in_details(&self, row: &Binding, cx: &Cx<'_>) -> Option<&'static str> {
        let details = &self.details;
        match row.action {
            Action::Details if details.target().is_some() => Some("open"),
            Action::Details if details.is_long() => Some("all of it"),
            Action::Details => Some(if details.full { "smaller" } else { "full height" }),
            Action::FilterBy => details.filter().map(|_| "filter by it"),
            Action::NextTab | Action::Times | Action::FollowLink | Action::CopySpan => self.hint_of(row, cx),
            _ => None,
        }
    }

    /// Goes to the end of a link.
    pub(super) fn go_to_link(&mut self, link: LinkTarget) -> Flow {
        if !link.is_here {
            return Flow::say("the span that this one links to is not here");
        }
        if link.trace != self.id {
            return Flow::Push(Box::new(Self::at(link.trace, Some(link.span))));
        }
        self.wanted = Some(link.span);
        Flow::Consumed
    }

    fn copy_span(&self) -> Flow {
        match (self.selected, self.details.json()) {
            (Some(Node::Missing(id)), _) => Flow::Say(format!("no span here: {id} is a parent that has not arrived")),
            (_, Some(json)) if self.details.focus => {
                Flow::Effect(Effect::Copy(json), "copied the span as JSON, once more copies the value")
            }
            (_, Some(json)) => Flow::Effect(Effect::Copy(json), "copied the span as JSON"),
            (_, None) => Flow::say("no span here"),
        }
    }

    /// What was logged in the selected span, or printed around its start.
    pub(super) fn output(&self) -> Flow {
        let row = self.selected.and_then(|node| Some((node, self.rows.iter().find(|row| row.node == node)?)));
        let offset = row.and_then(|(_, row)| row.span.as_ref()).map_or(0, |span| span.offset);
        let time = self.head.start.plus(offset);
        Flow::Push(Box::new(Output::around(self.id, self.details.span_id().unwrap_or_default(), time)))
    }

    pub(super) fn follow_link(&mut self) -> Flow {
        let links = self.details.links();
        let here = || links.iter().filter(|link| link.is_here);
        match here().find(|link| link.trace != self.id).or_else(|| here().next()).copied() {
            Some(link) => self.go_to_link(link),
            None if links.is_empty() => Flow::say("this span has no links"),
            None => Flow::say("the span that this one links to is not here"),
        }
    }
}
