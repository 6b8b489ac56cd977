//! What programs printed and logged, in time order, and where the selected line lies.

mod beside;
mod list;
mod refresh;
mod wrap;

use std::collections::HashMap;

use ratatui::{buffer::Buffer, layout::Rect};

use super::{Cx, Flow, View, usual_hint};
use crate::model::{Severity, SourceState, SpanId, Timestamp, TraceId};
use crate::query::output::{Body, Near, Output as Lines, OutputRow, Row, Wanted, What};
use crate::store::Store;
use crate::tui::action::{Action, Binding, Scope};
use crate::tui::keymap::FieldKey;
use crate::tui::prompt::{Asked, FilterPrompt};
use crate::tui::view::trace::Trace;
use crate::tui::widget::{Scroll, status};
use crate::tui::{Effect, Key, Mouse, MouseKind, Work};

/// Records and traces that are looked at between two frames.
const WORK: usize = 20_000;

/// From this width on there is room to show where a line lies.
const WIDE: u16 = 140;

/// The screen's state.
#[derive(Default)]
pub(crate) struct Output {
    lines: Lines,
    prompt: FilterPrompt,
    selected: Option<What>,
    /// Where to go once the lines are there.
    wanted: Option<Target>,
    scroll: Scroll,
    /// The cursor stays on the last line; not decided before the first picture.
    follows: Option<bool>,
    wraps: bool,
    rows: Vec<Shown>,
    /// Rows shown since the picture was frozen, which stay as they were.
    frozen: HashMap<What, OutputRow>,
    /// Where the selected row lies.
    near: Option<(What, Near)>,
    /// How far the list goes, and of which revision it is.
    end: (u64, u64),
    revision: Option<u64>,
    stale: Stale,
}

/// What is left to do for the list.
#[derive(Clone, Copy, Debug, Default)]
struct Stale {
    /// The user changed something.
    changed: bool,
    /// Something else was asked for: the list stands nowhere yet.
    is_anew: bool,
    /// All there is has been looked at.
    is_done: bool,
}

/// A moment, or a span that lines may name.
#[derive(Clone, Copy, Debug)]
struct Target {
    trace: TraceId,
    span: SpanId,
    time: Timestamp,
}

/// A row on the screen.
struct Shown {
    at: usize,
    row: Row,
    text: OutputRow,
    is_unfolded: bool,
    /// The lines it takes.
    height: u16,
}

struct Regions {
    header: Rect,
    list: Rect,
    beside: Option<Rect>,
}

impl Output {
    /// The screen with the first line of a span selected, or the lines around its start.
    pub(crate) fn around(trace: TraceId, span: SpanId, time: Timestamp) -> Self {
        Self { wanted: Some(Target { trace, span, time }), follows: Some(false), ..Self::default() }
    }

    fn regions(area: Rect) -> Regions {
        let header = Rect { height: area.height.min(1), ..area };
        let body = Rect { y: area.y + header.height, height: area.height - header.height, ..area };
        if area.width < WIDE {
            return Regions { header, list: body, beside: None };
        }
        let list = Rect { width: body.width * 13 / 20, ..body };
        let beside = Rect { x: list.right(), width: body.width - list.width, ..body };
        Regions { header, list, beside: Some(beside) }
    }

    fn height(area: Rect) -> usize {
        usize::from(Self::regions(area).list.height.saturating_sub(2))
    }

    fn select(&mut self, at: usize) {
        self.scroll.selected = at.min(self.lines.rows().len().saturating_sub(1));
        self.selected = self.lines.rows().get(self.scroll.selected).map(|row| row.what);
    }

    fn move_by(&mut self, rows: isize) {
        let before = self.scroll.selected;
        self.scroll.by(rows, self.lines.rows().len());
        self.select(self.scroll.selected);
        // Who goes up wants to read; who goes to the end wants to see what comes.
        let is_last = rows == isize::MAX;
        self.follows = Some(is_last || self.follows == Some(true) && self.scroll.selected >= before && rows > 0);
    }

    fn ask(&mut self, text: &str, least: Severity) {
        self.lines.ask(Wanted::new(text, least));
        self.stale.changed = true;
        self.stale.is_anew = true;
    }

    fn ask_text(&mut self, text: &str) {
        self.ask(text, self.lines.wanted().least);
    }

    fn ask_least(&mut self, least: Severity) {
        let text = self.lines.wanted().text().to_string();
        self.ask(&text, least);
    }

    fn shown(&self) -> Option<&Shown> {
        self.rows.iter().find(|shown| shown.at == self.scroll.selected)
    }

    /// The record under the cursor.
    fn number(&self) -> Option<(u64, u32)> {
        match self.selected? {
            What::Part(number, part) => Some((number, part)),
            What::Root(_) => None,
        }
    }

    fn open(&self) -> Flow {
        let Some(shown) = self.shown() else { return Flow::Consumed };
        let (trace, span) = shown.text.span;
        match shown.row.what {
            What::Root(id) => Flow::Push(Box::new(Trace::new(id))),
            What::Part(..) if trace.0 == 0 => Flow::say("this line names no span"),
            What::Part(..) if self.near.as_ref().is_some_and(|(_, near)| near.is_absent) => {
                Flow::say("the trace of this line is not here")
            }
            What::Part(..) => Flow::Push(Box::new(Trace::at(trace, Some(span).filter(|span| span.0 != 0)))),
        }
    }

    /// A message as a whole, one line of it where the cursor is on that, or a trace's name and id.
    fn copied(&self, shown: &Shown) -> String {
        match (&shown.text.body, &self.near) {
            (Body::Root { name, .. }, _) => format!("{} {name} {}", shown.text.service, shown.text.span.0),
            (Body::Line { .. }, Some((_, near))) => near.text.join("\n"),
            (Body::Line { text, .. } | Body::Part { text, .. }, _) => text.clone(),
        }
    }

    fn fold(&mut self, unfold: bool) -> Flow {
        let Some((number, _)) = self.number() else { return Flow::Consumed };
        self.lines.fold(number, unfold);
        if !unfold && let Some(at) = self.lines.find(What::Part(number, 0)) {
            self.scroll.moved_to(at);
            self.select(at);
        }
        self.follows = Some(false);
        self.stale.changed = true;
        Flow::Consumed
    }

    /// Undoes the nearest of: filter, severity.
    fn back(&mut self) -> Flow {
        if !self.lines.wanted().text().is_empty() {
            self.ask_text("");
        } else if !self.lines.wanted().is_all() {
            self.ask_least(Severity::UNSPECIFIED);
        } else {
            return Flow::Pop;
        }
        Flow::Consumed
    }
}

impl View for Output {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Output, Scope::Rows, Scope::Global]
    }

    fn refresh(&mut self, store: &Store, area: Rect, cx: &Cx<'_>) -> Work {
        let is_live = status::listens(cx.sources)
            || cx.sources.iter().any(|source| matches!(source.state, SourceState::Reading { total: None, .. }));
        self.follows.get_or_insert(is_live);
        let is_revised = self.revision != Some(store.revision()) && cx.paused.is_none();
        if is_revised || self.stale.changed || !self.stale.is_done {
            self.relist(store, cx.paused.is_some());
        }
        self.refresh_rows(store, area, cx);
        if self.stale.is_done { Work::Done } else { Work::Now }
    }

    fn is_stale(&self) -> bool {
        self.stale.changed || self.revision.is_none()
    }

    fn key(&mut self, key: Key, _cx: &Cx<'_>) -> Option<Flow> {
        match self.prompt.press(key)? {
            Asked::For(text) => self.ask_text(&text),
            Asked::Move(rows) => self.move_by(rows),
            Asked::Nothing => {}
        }
        Some(Flow::Consumed)
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "all else is as usual")]
    fn hint(&self, row: &Binding, cx: &Cx<'_>) -> Option<&'static str> {
        let shown = self.shown();
        let least = self.lines.wanted().least;
        let parts = shown.map_or(0, |shown| if let Body::Line { parts, .. } = shown.text.body { parts } else { 0 });
        let is_open = shown.is_some_and(|shown| shown.is_unfolded);
        match row.action {
            Action::OpenLine => match &shown?.text {
                OutputRow { body: Body::Root { .. }, .. } => Some("open"),
                text => (text.span.0.0 != 0).then_some("to the span"),
            },
            Action::UnfoldLine => (parts > 0 && !is_open).then_some("unfold"),
            Action::FoldLine => is_open.then_some("fold"),
            Action::Everything => (least > Severity::TRACE).then_some("all lines"),
            Action::FromWarn if least == Severity::WARN => None,
            Action::FromError if least == Severity::ERROR => None,
            Action::FollowOutput if self.follows == Some(true) => Some("stop following"),
            Action::Wrap if self.wraps => Some("cut"),
            Action::Back if !self.lines.wanted().text().is_empty() => Some("clear filter"),
            Action::Back if !self.lines.wanted().is_all() => Some("all lines"),
            Action::Output => None,
            _ => usual_hint(row, cx),
        }
    }

    fn field(&self) -> Option<&'static [FieldKey]> {
        self.prompt.field().map(|_| FilterPrompt::KEYS)
    }

    fn paste(&mut self, text: &str) {
        if let Some(text) = self.prompt.paste(text) {
            self.ask_text(&text);
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "what a view does not know bubbles to the app")]
    fn update(&mut self, action: Action, area: Rect, _cx: &Cx<'_>) -> Flow {
        let page = Self::height(area).max(2).cast_signed() - 1;
        if let Some(rows) = action.rows(page) {
            self.move_by(rows);
            return Flow::Consumed;
        }
        match action {
            Action::OpenLine => return self.open(),
            Action::FilterOutput => self.prompt.open(self.lines.wanted().text()),
            Action::Everything => self.ask_least(Severity::UNSPECIFIED),
            Action::FromDebug => self.ask_least(Severity::DEBUG),
            Action::FromInfo => self.ask_least(Severity::INFO),
            Action::FromWarn => self.ask_least(Severity::WARN),
            Action::FromError => self.ask_least(Severity::ERROR),
            Action::UnfoldLine => return self.fold(true),
            Action::FoldLine => return self.fold(false),
            Action::FollowOutput => {
                self.follows = Some(self.follows != Some(true));
                self.stale.changed = true;
            }
            Action::Wrap => self.wraps = !self.wraps,
            Action::CopyLine => match self.shown() {
                Some(shown) => return Flow::Effect(Effect::Copy(self.copied(shown)), "copied the line"),
                None => return Flow::say("no line is selected"),
            },
            Action::Back => return self.back(),
            Action::Output => return Flow::Pop,
            _ => return Flow::Ignored,
        }
        Flow::Consumed
    }

    fn mouse(&mut self, mouse: Mouse, area: Rect, _cx: &Cx<'_>) -> Flow {
        let list = Self::regions(area).list;
        match mouse.kind {
            MouseKind::WheelUp | MouseKind::WheelDown => {
                let rows = if mouse.kind == MouseKind::WheelUp { -3 } else { 3 };
                let mut scroll = self.scroll;
                scroll.wheel(rows, self.lines.rows().len(), Self::height(area));
                self.scroll = scroll;
                self.select(scroll.selected);
                self.follows = Some(false);
            }
            MouseKind::Press { clicks } if list.contains((mouse.column, mouse.row).into()) => {
                let mut y = list.y + 1;
                let hit = self.rows.iter().find(|shown| {
                    y += shown.height;
                    mouse.row > list.y && mouse.row < y
                });
                if let Some(at) = hit.map(|shown| shown.at) {
                    self.select(at);
                    self.follows = Some(false);
                    if clicks == 2 {
                        return self.open();
                    }
                }
            }
            MouseKind::Press { .. } | MouseKind::Drag | MouseKind::Release => {}
        }
        Flow::Consumed
    }

    /// ```text
    /// ‹ Output  1 204 lines  38 logs                     following  LIVE
    /// ╭ Output ── ≥ warnings ── filter ─────────────────╮╭ service span ─╮
    /// │ 10:00:01.234 ▎INFO  logger text                 ││ where it lies │
    /// ╰─────────────────────────────────────────────────╯╰───────────────╯
    /// ```
    fn draw(&self, area: Rect, buf: &mut Buffer, cx: &Cx<'_>) {
        let regions = Self::regions(area);
        list::header(regions.header, buf, cx, self);
        list::draw(regions.list, buf, cx, self);
        if let Some(area) = regions.beside {
            beside::draw(area, buf, cx, self.near.as_ref().map(|(_, near)| near));
        }
    }
}
