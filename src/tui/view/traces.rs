//! Home: services on the left, traces on the right, durations over time below.

mod doors;
mod empty;
mod list;
mod mouse;
mod preview;
mod relist;
mod scatter;
mod services;
mod sort_menu;

use hashbrown::HashMap;
use ratatui::{buffer::Buffer, layout::Rect};

use super::{Cx, Flow, Request, View, usual_hint};
use crate::model::{Timestamp, TraceId};
use crate::query::filter::Filter;
use crate::query::listing::Listing;
use crate::query::traces::{Sort, TraceRow};
use crate::store::Store;
use crate::tui::action::{Action, Binding, Scope};
use crate::tui::keymap::FieldKey;
use crate::tui::prompt::{Asked, FilterPrompt};
use crate::tui::text::count;
use crate::tui::view::trace::Trace;
use crate::tui::widget::Scroll;
use crate::tui::{Key, Mouse, Work};
use relist::{Shown, pause_between};
use scatter::Scatter;
use services::Services;
use sort_menu::SortMenu;

/// Fewer traces than this say nothing as dots.
const FEW: usize = 5;

/// Cells of the services at least, and of the list beside them; lines of the list above what is below it.
const LEAST_PANE: u16 = 24;
const LEAST_LIST: u16 = 36;
const LEAST_ROWS: u16 = 6;

/// What may be done for the list between two frames, in ns.
const LIST_WORK: u64 = 5_000_000;

/// The home screen's state.
#[derive(Default)]
pub(crate) struct Traces {
    services: Services,
    /// Traces with errors when the list was made.
    failed: u64,
    sort: Sort,
    prompt: FilterPrompt,
    menu: Option<SortMenu>,
    listing: Listing,

    /// Traces in the store when the list was made.
    total: u64,
    /// Number of the last trace that had come then.
    newest: Option<u64>,
    pending: usize,
    selected: Option<TraceId>,
    scroll: Scroll,
    cursor: Cursor,
    preview: bool,
    is_empty: bool,
    stale: Stale,
    rows: Vec<Shown>,
    /// Rows shown since the picture was frozen, which stay as they were; empty while it is not.
    frozen: HashMap<TraceId, TraceRow>,
    borders: Borders,
    points: Scatter,
    shape: preview::Shape,
}

/// Where the user dragged the borders between the parts, and the one that is being dragged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Borders {
    /// Width of the services.
    pane: Option<u16>,
    /// Height of what is below the list.
    below: Option<u16>,
    dragged: Option<Border>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Border {
    Pane,
    Below,
}

/// What the cursor does when traces arrive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Cursor {
    /// Stays on the first row, since nobody has moved it.
    #[default]
    First,
    /// Goes with the newest trace.
    Newest,
    /// Stays on the trace that was chosen.
    Chosen,
}

/// What the lists were made from, and when.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Stale {
    revision: Option<u64>,
    changed: bool,
    listed: Timestamp,
}

/// Where things are; a pure function of the size and what is shown.
struct Regions {
    header: Rect,
    services: Option<Rect>,
    list: Rect,
    below: Option<Rect>,
}

impl Traces {
    /// The home screen; follows the newest trace until the cursor is moved.
    pub(crate) fn new(follow: bool) -> Self {
        Self { cursor: if follow { Cursor::Newest } else { Cursor::First }, ..Self::default() }
    }

    fn regions(&self, area: Rect) -> Regions {
        let header = Rect { height: area.height.min(1), ..area };
        let body = Rect { y: area.y + header.height, height: area.height - header.height, ..area };
        let wide = body.width >= 100;
        let pane = Rect {
            width: match self.borders.pane {
                _ if body.width < 64 => body.width,
                Some(width) => width.clamp(LEAST_PANE, body.width - LEAST_LIST),
                None if wide => (body.width / 4).clamp(30, 48),
                None => 38,
            },
            ..body
        };
        // Beside a pane that fills the screen nothing is left to be drawn.
        let shares = wide || self.services.focus && pane.width < body.width;
        let right = if shares { Rect { x: pane.right(), width: body.width - pane.width, ..body } } else { body };
        let below = if body.height >= 30 && (self.preview || self.listing.len() >= FEW) {
            body.height / 4
        } else if self.preview {
            body.height / 3
        } else {
            0
        };
        let below = self.borders.below.filter(|_| below > 0).unwrap_or(below);
        let below = below.min(right.height.saturating_sub(LEAST_ROWS));
        let list = Rect { height: right.height - below, ..right };
        let below = Rect { y: list.bottom(), height: below, ..right };
        Regions {
            header,
            services: (wide || self.services.focus).then_some(pane),
            list,
            below: (below.height > 3).then_some(below),
        }
    }

    /// Rows of the list on the screen: its panel without border and column titles.
    fn list_height(&self, area: Rect) -> usize {
        usize::from(self.regions(area).list.height.saturating_sub(3))
    }

    fn select(&mut self, at: usize) {
        self.cursor = Cursor::Chosen;
        self.scroll.selected = at.min(self.listing.len().saturating_sub(1));
        self.selected = self.listing.at(self.scroll.selected).map(|point| point.id);
    }

    fn list_changed(&mut self) {
        self.stale.changed = true;
        (self.scroll.top, self.scroll.held) = (0, false);
    }

    fn set_filter(&mut self, text: &str) {
        self.listing.set_filter(Filter::new(text));
        self.list_changed();
    }

    fn move_by(&mut self, rows: isize) {
        if self.services.focus {
            self.move_in_services(rows);
        } else {
            self.scroll.by(rows, self.listing.len());
            self.select(self.scroll.selected);
        }
    }

    fn open(&mut self) -> Flow {
        if self.scroll.settle() {
            self.select(self.scroll.selected);
        }
        self.cursor = if self.cursor == Cursor::First { Cursor::Chosen } else { self.cursor };
        let row = self.scroll.selected.checked_sub(self.scroll.top).and_then(|at| self.rows.get(at));
        if row.is_some_and(|row| !row.is_here) {
            return Flow::say("this trace was evicted");
        }
        let filter = self.listing.filter().text();
        self.selected.map_or(Flow::Consumed, |id| Flow::Push(Box::new(Trace::new(id).finding(filter))))
    }

    /// Undoes the nearest of: services focus, filter, service.
    fn back(&mut self) -> Flow {
        if self.services.in_reasons() {
            return self.left();
        }
        if self.services.focus {
            self.services.focus = false;
        } else if !self.listing.filter().is_empty() {
            self.prompt.close();
            self.set_filter("");
        } else if self.services.chosen.is_some() {
            self.select_service(0);
        } else {
            return Flow::Ignored;
        }
        Flow::Consumed
    }
}

impl View for Traces {
    fn scopes(&self) -> &'static [Scope] {
        // While nothing has come there is nothing to open, filter or sort.
        if self.is_empty { &[Scope::Global] } else { &[Scope::Traces, Scope::Rows, Scope::Global] }
    }

    fn refresh(&mut self, store: &Store, area: Rect, cx: &Cx<'_>) -> Work {
        let revised = self.stale.revision != Some(store.revision()) && cx.paused.is_none();
        self.is_empty = cx.totals.traces == 0;
        let rested = cx.now.since(self.stale.listed) >= pause_between(store.trace_count());
        let is_untidy = self.listing.is_untidy();
        if revised && rested || self.stale.changed || self.pending > 0 || is_untidy {
            // What came while paused is still to be listed.
            let revision = if cx.paused.is_some() { self.stale.revision } else { Some(store.revision()) };
            self.stale = Stale { revision, changed: false, listed: cx.now };
            self.relist(store, cx.paused.is_some());
        }
        let height = self.list_height(area);
        self.scroll.clamp(self.listing.len(), height);
        self.refresh_rows(store, height, cx.paused.is_some());
        let below = self.regions(area).below.filter(|_| !self.preview);
        let plot = below.map_or(Rect::default(), scatter::inside);
        let is_plotting = self.points.follow(&self.listing, plot);
        if self.preview {
            self.shape.refresh(store, self.selected, cx.paused.is_some());
        }
        match (self.pending > 0 || is_plotting || self.listing.is_untidy(), revised && !rested) {
            (true, _) => Work::Now,
            (false, true) => Work::Later,
            (false, false) => Work::Done,
        }
    }

    fn hidden(&self, cx: &Cx<'_>) -> Option<String> {
        let filter = self.listing.filter().text();
        let what = match (filter.is_empty(), &self.services.chosen) {
            (true, None) => return None,
            (false, None) => format!("its filter {filter}"),
            (true, Some(service)) => format!("the service {service}"),
            (false, Some(service)) => format!("its filter {filter} in the service {service}"),
        };
        let (shown, all) = (count(self.listing.len() as u64), count(self.total));
        Some(cx.say(&format!("the list shows {shown} of {all} traces, those of {what}; {{back}} clears it")))
    }

    fn is_stale(&self) -> bool {
        self.stale.changed || self.stale.revision.is_none()
    }

    fn key(&mut self, key: Key, _cx: &Cx<'_>) -> Option<Flow> {
        if let Some(menu) = &mut self.menu {
            let chosen = menu.press(key);
            return self.choose(chosen);
        }
        match self.prompt.press(key)? {
            Asked::For(text) => self.set_filter(&text),
            Asked::Move(rows) => self.move_by(rows),
            Asked::Nothing => {}
        }
        Some(Flow::Consumed)
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "all else is as usual")]
    fn hint(&self, row: &Binding, cx: &Cx<'_>) -> Option<&'static str> {
        match row.action {
            Action::Open if self.services.in_reasons() => Some("list these"),
            Action::Open if self.services.focus => Some("to the list"),
            Action::OpenRight if self.services.focus && !self.services.in_reasons() => {
                self.services.has_reasons().then_some("why")
            }
            Action::OpenRight | Action::ToServices => None,
            Action::Open | Action::Preview => self.selected.and_then(|_| usual_hint(row, cx)),
            Action::Services if self.services.focus => Some("list"),
            Action::Follow if self.cursor == Cursor::Newest => Some("stop following"),
            Action::Back if self.services.focus => Some("back"),
            Action::Back if !self.listing.filter().is_empty() => Some("clear filter"),
            Action::Back => self.services.chosen.as_ref().map(|_| "all services"),
            _ => usual_hint(row, cx),
        }
    }

    fn field(&self) -> Option<&'static [FieldKey]> {
        match (&self.menu, self.prompt.field()) {
            (Some(_), _) => Some(sort_menu::KEYS),
            (None, Some(_)) => Some(FilterPrompt::KEYS),
            (None, None) => None,
        }
    }

    fn ask(&mut self, request: Request) {
        self.prompt.close();
        match request {
            Request::Filter(text) => self.set_filter(&text),
            Request::Sort(sort) => self.sort_by(sort),
            Request::Service(name) => self.choose_service(name),
        }
    }

    fn paste(&mut self, text: &str) {
        if let Some(text) = self.prompt.paste(text) {
            self.set_filter(&text);
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "what a view does not know bubbles to the app")]
    fn update(&mut self, action: Action, area: Rect, _cx: &Cx<'_>) -> Flow {
        let page = self.list_height(area).max(2).cast_signed() - 1;
        if let Some(rows) = action.rows(page) {
            self.move_by(rows);
            return Flow::Consumed;
        }
        match action {
            Action::Open if self.services.focus => self.enter_list(),
            Action::Open => return self.open(),
            Action::OpenRight => return self.right(),
            Action::ToServices => return self.left(),
            Action::Sort if self.services.focus => {
                self.list_changed();
                return self.services.resort();
            }
            Action::Filter => self.prompt.open(self.listing.filter().text()),
            Action::Sort => self.menu = Some(SortMenu::new(self.sort)),
            Action::CopyId => return self.copy_id(),
            Action::Services => self.services.focus = !self.services.focus,
            Action::Follow => {
                self.cursor = if self.cursor == Cursor::Newest { Cursor::Chosen } else { Cursor::Newest };
                self.list_changed();
            }
            Action::Preview => self.preview = !self.preview,
            Action::Back => return self.back(),
            _ => return Flow::Ignored,
        }
        Flow::Consumed
    }

    fn mouse(&mut self, mouse: Mouse, area: Rect, cx: &Cx<'_>) -> Flow {
        self.point(mouse, area, cx)
    }

    /// ```text
    /// header: sources, counts, LIVE
    /// ╭ Services ─╮╭ Traces 41 of 312 ── newest ▾ ── filter ─╮
    /// │ all       ││ Start  Service · operation  …  Duration │
    /// │ frontend  │╰─────────────────────────────────────────╯
    /// │           │╭ Duration over time ─────────────────────╮
    /// ╰───────────╯╰─────────────────────────────────────────╯
    /// ```
    fn draw(&self, area: Rect, buf: &mut Buffer, cx: &Cx<'_>) {
        let regions = self.regions(area);
        list::header(regions.header, buf, cx);
        if cx.totals.traces == 0 {
            let body = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
            empty::draw(body, buf, cx);
            return;
        }
        list::draw(regions.list, buf, cx, self);
        if let Some(below) = regions.below {
            if self.preview {
                preview::draw(below, buf, cx, &self.shape);
            } else {
                scatter::draw(below, buf, cx, &self.points, self.selected_point());
            }
        }
        if let Some(pane) = regions.services {
            services::draw(pane, buf, cx, self);
        }
        if let Some(menu) = &self.menu {
            menu.draw(regions.list, buf, cx);
        }
    }
}
