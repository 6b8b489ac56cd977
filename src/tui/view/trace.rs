//! One trace as a waterfall, with the selected span's details below.

mod bars;
mod details;
mod find;
mod header;
mod inspect;
mod minimap;
mod mouse;
mod names;
mod navigate;
mod rebuild;
mod rows;
mod times;
mod walk;
mod zoom;

use ratatui::{buffer::Buffer, layout::Rect};

use super::{Cx, Flow, View};
use crate::model::{SpanId, Timestamp, TraceId};
use crate::query::cause::Cause;
use crate::query::folds::{Folds, Visible};
use crate::query::logs::TraceLogs;
use crate::query::tree::{Build, Node, Tree};
use crate::query::waterfall::{self, TraceHead, WaterfallRow};
use crate::store::{SpanRef, Store};
use crate::tui::action::{Action, Binding, Scope};
use crate::tui::keymap::FieldKey;
use crate::tui::widget::{Scroll, status};
use crate::tui::{Effect, Key, Mouse, Work};
use details::Details;
use find::Finding;
use minimap::Minimap;
use names::{Names, guides_cap};
use times::Times;
use walk::Walk;
use zoom::Zoom;

/// The screen of one trace.
pub(crate) struct Trace {
    id: TraceId,
    /// The span to select once it is there, when a link was followed.
    wanted: Option<SpanId>,
    tree: Tree,
    head: TraceHead,
    folds: Folds,
    visible: Visible,
    /// Identity of the selected row: what stays selected whatever arrives.
    selected: Option<Node>,
    scroll: Scroll,
    rows: Vec<WaterfallRow>,
    /// Log records by span, and the trace's revision that they are of.
    logs: (Option<u64>, TraceLogs),
    /// Of the trace when the tree was begun.
    revision: Option<u64>,
    /// The next tree, while it is being built.
    build: Option<Box<Build>>,
    /// When the tree was built.
    built: Timestamp,
    /// What the user asked for before there was a first tree.
    ahead: Vec<Action>,
    refold: bool,
    arrived: usize,
    gone: bool,
    times: Times,
    names: Names,
    walk: Walk,
    finding: Finding,
    cause: Option<Cause>,
    dragged: Option<mouse::Border>,
    zoom: Zoom,
    minimap: Minimap,
    details: Details,
}

/// Where things are; a pure function of the size and whether details are enlarged.
struct Regions {
    header: Rect,
    /// What is looked for, or why the trace failed; without height where neither is so.
    note: Rect,
    /// All of the trace in small; without height where it is not shown.
    minimap: Rect,
    ruler: Rect,
    rows: Rect,
    details: Rect,
}

impl Trace {
    /// The screen of a trace.
    pub(crate) fn new(id: TraceId) -> Self {
        Self::at(id, None)
    }

    /// The screen of a trace with a span selected.
    pub(crate) fn at(id: TraceId, wanted: Option<SpanId>) -> Self {
        Self {
            id,
            wanted,
            tree: Tree::default(),
            head: TraceHead { id, ..TraceHead::default() },
            folds: Folds::default(),
            visible: Visible::default(),
            selected: None,
            scroll: Scroll::default(),
            rows: Vec::new(),
            logs: (None, TraceLogs::default()),
            revision: None,
            build: None,
            built: Timestamp::default(),
            ahead: Vec::new(),
            refold: false,
            arrived: 0,
            gone: false,
            times: Times::Bars,
            names: Names::default(),
            walk: Walk::default(),
            finding: Finding::default(),
            cause: None,
            dragged: None,
            zoom: Zoom::default(),
            minimap: Minimap::default(),
            details: Details::default(),
        }
    }

    fn regions(&self, area: Rect) -> Regions {
        let line = |y: u16| Rect { y: area.y + y.min(area.height), height: u16::from(y < area.height), ..area };
        let note = u16::from(self.finding.shows() || self.cause.is_some() && area.height >= 14);
        let map = self.minimap_height(area.height);
        let top = 2 + note + map;
        // A single line comes with the zoom, below the ruler: that stays under the pointer.
        let (above, below) = if map == 1 { (0, map) } else { (map, 0) };
        let body = area.height.saturating_sub(top);
        let height = self.details_height(body);
        Regions {
            header: line(0),
            note: Rect { height: note, ..line(1 + above) },
            minimap: Rect {
                x: area.x + 1,
                width: area.width.saturating_sub(2),
                height: map,
                ..line(if below > 0 { 2 + note } else { 1 })
            },
            ruler: line(1 + note + above),
            rows: Rect { y: area.y + area.height.min(top), height: body - height, ..area },
            details: Rect { y: area.bottom() - height, height, ..area },
        }
    }

    /// Width in cells of the names' column.
    fn names_width(&self, area: Rect) -> u16 {
        self.names.width(area.width, self.times)
    }

    /// Brings rows and selection in line with tree and folds.
    fn refresh_rows(&mut self) {
        if !self.refold {
            return;
        }
        self.refold = false;
        let at = self.selected.and_then(|node| self.tree.row_of(node)).unwrap_or(0);
        self.visible = Visible::new(&self.tree, &self.folds);
        // A row hidden by a fold gives way to the one that hides it.
        let (Ok(shown) | Err(shown)) = self.visible.find(at);
        self.scroll.moved_to(shown);
        self.select(shown);
    }

    /// Selects a visible row.
    fn select(&mut self, at: usize) {
        self.scroll.selected = at.min(self.visible.len().saturating_sub(1));
        let node = self.row_index().and_then(|at| self.tree.rows.get(at as usize)).map(|row| row.node);
        if node != self.selected {
            self.details.restart();
        }
        self.selected = node;
    }

    /// The selected row's index in the tree.
    fn row_index(&self) -> Option<u32> {
        self.visible.row(self.scroll.selected)
    }
}

impl View for Trace {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Trace, Scope::Rows, Scope::Global]
    }

    fn refresh(&mut self, store: &Store, area: Rect, cx: &Cx<'_>) -> Work {
        let is_paused = cx.paused.is_some() && self.revision.is_some();
        let work = if is_paused { Work::Done } else { self.rebuild(store, area.width, cx) };
        self.look_for_wanted(store);
        self.refresh_rows();
        let looks = self.look(store);
        self.catch_up(area, cx);
        let regions = self.regions(area);
        let height = usize::from(regions.rows.height);
        // A row that arrives above the first one is shown while all rows fit: nothing needs to be scrolled off for it.
        self.scroll.held &= self.visible.len() > height;
        self.scroll.clamp(self.visible.len(), height);
        let levels = usize::from(guides_cap(self.names_width(area))) / 2 + 1;
        if let Some(trace) = store.trace(self.id) {
            if self.logs.0 != Some(trace.revision()) {
                self.logs = (Some(trace.revision()), TraceLogs::new(store, self.id));
            }
            let visible = (self.scroll.top..self.scroll.top + height).map_while(|at| self.visible.row(at));
            let folded = |at: u32| self.tree.rows.get(at as usize).is_some_and(|row| self.folds.contains(row.node));
            let row = |at: u32| {
                let mut row = waterfall::row(trace, &self.tree, at, folded(at), levels)?;
                if let (Node::Span(idx), Some(bar)) = (row.node, &mut row.span) {
                    let id = trace.span(idx).map(SpanRef::span_id).unwrap_or_default();
                    bar.logs = self.logs.1.marks(store, id, self.tree.timeline.origin());
                }
                // What a frozen picture says of a span stays, also when a later copy of it says something else.
                let known = self.rows.iter().filter(|_| is_paused).find(|known| known.node == row.node);
                Some(WaterfallRow { span: known.map_or(row.span, |known| known.span.clone()), ..row })
            };
            self.rows = visible.filter_map(row).collect();
        }
        self.refresh_details(store, area);
        // One long piece of work at a time.
        let plot = store.trace(self.id).filter(|_| !self.tree.rows.is_empty() && self.build.is_none());
        let is_plotting =
            plot.is_some_and(|trace| self.minimap.follow(trace, &self.tree, self.revision, regions.minimap));
        if looks || is_plotting { Work::Now } else { work }
    }

    fn is_stale(&self) -> bool {
        // What is copied and followed is what the details hold.
        self.is_first_build() || self.wanted.is_some() || self.details.row() != self.row_index()
    }

    fn key(&mut self, key: Key, cx: &Cx<'_>) -> Option<Flow> {
        self.find_key(key, cx)
    }

    fn field(&self) -> Option<&'static [FieldKey]> {
        self.finding.field()
    }

    fn paste(&mut self, text: &str) {
        self.finding.paste(text);
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "what a view does not know bubbles to the app")]
    fn update(&mut self, action: Action, area: Rect, cx: &Cx<'_>) -> Flow {
        let page = isize::from(self.regions(area).rows.height.max(2).cast_signed()) - 1;
        self.arrived = 0;
        if let Some(flow) = self.ask_ahead(action) {
            return flow;
        }
        if let Some(flow) = self.zoom(action, area) {
            return flow;
        }
        if let Some(flow) = self.inspect(action, area) {
            return flow;
        }
        if let Some(rows) = action.rows(page) {
            self.move_by(rows);
            return Flow::Consumed;
        }
        match action {
            Action::NextTab => self.details.turn(1),
            Action::PreviousTab => self.details.turn(-1),
            Action::Times => self.times = self.times.next(),
            Action::FollowLink => return self.follow_link(),
            Action::CopyTraceId => return Flow::Effect(Effect::Copy(self.id.to_string()), "copied the trace id"),
            Action::Output => return self.output(),
            Action::Back if self.finding.shows() => self.clear_find(),
            Action::Back => return Flow::Pop,
            _ => return self.navigate(action, area, cx),
        }
        Flow::Consumed
    }

    fn mouse(&mut self, mouse: Mouse, area: Rect, _cx: &Cx<'_>) -> Flow {
        self.point(mouse, area)
    }

    /// ```text
    /// ‹ frontend HTTP GET /dispatch  6b41…  51 spans  6 services  depth 5  712.3 ms  2✗     LIVE
    /// Service · operation            0 ms         178 ms        356 ms        534 ms        712 ms
    /// ▾ frontend HTTP GET /dispatch   █████████████████████████████████████████████ 712.3 ms
    /// ├▾ customer HTTP GET /customer   ▐█████████████▌ 286 ms
    /// ╭ Attributes 6 ─ Events 3 ─ Resource ─ Links 1 ─ Warnings ─ JSON ────────────────────╮
    /// ╰────────────────────────────────────────────────────────────────────────────────────╯
    /// ```
    fn draw(&self, area: Rect, buf: &mut Buffer, cx: &Cx<'_>) {
        let regions = self.regions(area);
        let used = status::draw(regions.header, buf, cx, status::trouble(cx, self.arrived));
        let header = Rect { width: area.width.saturating_sub(used + 1), ..regions.header };
        header::draw(self, header, buf, cx);
        match &self.cause {
            _ if self.finding.shows() => self.finding.draw(regions.note, buf, cx),
            Some(cause) => header::cause(self, cause, regions.note, buf, cx),
            None => {}
        }
        self.draw_minimap(regions.minimap, buf, cx);
        rows::draw(self, &regions, buf, cx);
        self.details.draw(regions.details, buf, cx, &self.finding);
    }

    fn pinned(&self) -> Option<TraceId> {
        Some(self.id)
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "all else depends on the selected row")]
    fn hint(&self, row: &Binding, cx: &Cx<'_>) -> Option<&'static str> {
        match row.action {
            _ if self.details.focus && row.scope == Scope::Trace => self.hint_in_details(row, cx),
            _ => self.hint_of(row, cx),
        }
    }
}
