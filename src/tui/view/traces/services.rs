//! The services pane: which service the list is of, in which order they stand, and why they fail.

mod draw;
mod layout;

use ratatui::layout::Rect;

pub(super) use draw::draw;
use layout::Layout;

use super::Traces;
use crate::query::services::{Reason, ServiceRow, ServiceSort, reasons, services};
use crate::store::{ServiceId, Store};
use crate::tui::Mouse;
use crate::tui::MouseKind;
use crate::tui::view::Flow;
use crate::tui::widget::Scroll;
use crate::tui::widget::table;

/// The pane's state.
#[derive(Default)]
pub(super) struct Services {
    pub(super) rows: Vec<ServiceRow>,
    /// The chosen service, by name.
    pub(super) chosen: Option<String>,
    pub(super) scroll: Scroll,
    /// The keys go to the pane.
    pub(super) focus: bool,
    sort: ServiceSort,
    /// Why the chosen service fails, or all do.
    reasons: Vec<Reason>,
    reason: Scroll,
    /// The keys go to the reasons in it.
    in_reasons: bool,
}

impl Services {
    /// Brings rows and reasons in line with the store, unless the picture is frozen; gives back the chosen service.
    pub(super) fn refresh(&mut self, store: &Store, paused: bool) -> Option<ServiceId> {
        if !paused {
            self.rows = services(store, self.sort);
        }
        // By its name: once it has left, its id may be another service's.
        let at = self.rows.iter().position(|row| Some(&row.name) == self.chosen.as_ref());
        if at.is_none() {
            self.chosen = None;
        }
        let id = at.and_then(|at| self.rows.get(at)).map(|row| row.id);
        self.scroll.moved_to(at.map_or(0, |at| at + 1));
        if !paused {
            self.take_reasons(reasons(store, id));
        }
        id
    }

    /// The cursor stays on the reason that it is on.
    fn take_reasons(&mut self, reasons: Vec<Reason>) {
        let same = |old: &Reason, new: &Reason| (&old.service, &old.text) == (&new.service, &new.text);
        let selected = self.reasons.get(self.reason.selected);
        let at = selected.and_then(|old| reasons.iter().position(|new| same(old, new)));
        self.reason.selected = at.unwrap_or(self.reason.selected).min(reasons.len().saturating_sub(1));
        self.in_reasons &= !reasons.is_empty();
        self.reasons = reasons;
    }

    fn select(&mut self, at: usize) {
        self.chosen = at.checked_sub(1).and_then(|at| self.rows.get(at)).map(|row| row.name.clone());
        self.scroll.selected = at.min(self.rows.len());
        (self.reason, self.in_reasons) = (Scroll::default(), false);
    }

    /// Sorts in the next order; what to say of it.
    pub(super) fn resort(&mut self) -> Flow {
        self.sort = self.sort.next();
        Flow::Say(format!("services by {}", self.sort.name()))
    }

    /// Whether its keys go to the reasons.
    pub(super) fn in_reasons(&self) -> bool {
        self.focus && self.in_reasons
    }

    /// Whether there is a reason to go to.
    pub(super) fn has_reasons(&self) -> bool {
        !self.reasons.is_empty()
    }
}

impl Traces {
    pub(super) fn select_service(&mut self, at: usize) {
        self.services.select(at);
        self.list_changed();
    }

    /// Lists the traces of a service.
    pub(super) fn choose_service(&mut self, name: String) {
        self.services.chosen = Some(name);
        self.list_changed();
    }

    /// Moves in the pane, or among the reasons.
    pub(super) fn move_in_services(&mut self, rows: isize) {
        let pane = &mut self.services;
        if pane.in_reasons {
            pane.reason.by(rows, pane.reasons.len());
        } else {
            pane.scroll.by(rows, pane.rows.len() + 1);
            self.select_service(self.services.scroll.selected);
        }
    }

    /// Goes on to the right: from the services to why they fail, from there to the list.
    pub(super) fn right(&mut self) -> Flow {
        let pane = &mut self.services;
        if !pane.focus {
            return self.open();
        }
        if pane.in_reasons || pane.reasons.is_empty() {
            pane.focus = false;
        } else {
            pane.in_reasons = true;
        }
        Flow::Consumed
    }

    /// And back.
    pub(super) fn left(&mut self) -> Flow {
        let pane = &mut self.services;
        match (pane.focus, pane.in_reasons) {
            (false, _) => pane.focus = true,
            (true, true) => pane.in_reasons = false,
            (true, false) => return Flow::Ignored,
        }
        Flow::Consumed
    }

    /// Enter in the pane: lists the traces that fail like this, or goes to those of the service.
    pub(super) fn enter_list(&mut self) {
        if self.services.in_reasons
            && let Some(reason) = self.services.reasons.get(self.services.reason.selected)
        {
            let filter = reason.filter();
            self.set_filter(&filter);
        }
        (self.services.focus, self.services.in_reasons) = (false, false);
    }

    /// Does what the mouse asks of the pane.
    pub(super) fn mouse_in_services(&mut self, mouse: Mouse, pane: Rect) {
        let services = &mut self.services;
        let layout = Layout::new(pane, services);
        let at = (mouse.column, mouse.row);
        let in_why = layout.why.contains(at.into());
        match mouse.kind {
            MouseKind::WheelUp if in_why => services.reason.selected = services.reason.selected.saturating_sub(1),
            MouseKind::WheelDown if in_why => services.reason.by(1, services.reasons.len()),
            MouseKind::WheelUp => services.scroll.top = services.scroll.top.saturating_sub(1),
            MouseKind::WheelDown => services.scroll.top += 1,
            MouseKind::Press { clicks } if in_why => {
                let Some(reason) = layout.reason_at(mouse.row, services) else { return };
                services.reason.selected = reason;
                (services.focus, services.in_reasons) = (true, true);
                if clicks == 2 {
                    self.enter_list();
                }
            }
            MouseKind::Press { .. } => {
                let scroll = layout.scroll(services);
                if let Some(at) = table::hit(layout.list, at, scroll, services.rows.len() + 1, 1) {
                    self.select_service(at);
                }
            }
            MouseKind::Drag | MouseKind::Release => {}
        }
    }
}
