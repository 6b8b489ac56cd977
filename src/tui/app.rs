//! The whole interface: the store, a stack of views, and what all of them share.

mod rate;

use ratatui::{buffer::Buffer, layout::Rect};

use super::action::{Action, Scope};
use super::glyphs::{ASCII, UNICODE};
use super::theme::{Role, Theme, service_slots};
use super::view::health::Health;
use super::view::help::Help;
use super::view::output::Output;
use super::view::palette::Palette;
use super::view::trace::Trace;
use super::view::traces::Traces;
use super::view::{Cx, Flow, View};
use super::widget::hint_bar::{self, Press};
use super::widget::status;
use super::{Effect, Key, Keymap, Mouse, MouseKind, Msg, Options, Work, text};
use crate::model::{SourceState, SourceStatus, SpanBatch, Timestamp, TraceId};
use crate::store::{Store, Totals};
use rate::Rate;

/// Steps of returning memory done with each frame: well below a millisecond.
const TIDY: usize = 4_096;

/// How long the bottom line says what was done, in ns, unless a key is pressed before.
const FLASH: u64 = 4_000_000_000;

/// The interface. Messages go in, effects and a picture come out.
pub struct App {
    store: Store,
    views: Vec<Box<dyn View>>,
    options: Options,
    theme: Theme,
    size: Rect,
    sources: Vec<SourceStatus>,
    slots: Vec<(String, usize)>,
    /// Store revision that the slots were given at.
    colored: Option<u64>,
    /// What is known of the whole when the picture was frozen.
    frozen: Option<Frozen>,
    rate: Rate,
    keys: Keymap,
    flash: Option<Flash>,
    /// The key before asked whether to quit.
    asked: bool,
    /// The user did something, or there is nothing to be done for them first.
    is_used: bool,
    now: Timestamp,
}

/// What the bottom line says for a while, and until when.
struct Flash {
    text: String,
    until: Timestamp,
}

/// What every view says of the whole, as it was when the picture was frozen.
struct Frozen {
    totals: Totals,
    sources: Vec<SourceStatus>,
    rates: Vec<u64>,
}

impl App {
    /// An app that shows nothing yet, in a terminal of 80×24 until told otherwise.
    pub fn new(options: Options) -> Self {
        Self::with_keys(options, Keymap::default())
    }

    /// The same with other keys.
    pub fn with_keys(options: Options, keys: Keymap) -> Self {
        let live = !options.invitation.addresses.is_empty();
        Self {
            store: Store::new(options.memory),
            views: vec![Box::new(Traces::new(live))],
            size: Rect::new(0, 0, 80, 24),
            sources: Vec::new(),
            slots: Vec::new(),
            colored: None,
            frozen: None,
            rate: Rate { at: options.now, ..Rate::default() },
            keys,
            flash: None,
            asked: false,
            is_used: false,
            now: options.now,
            theme: Theme::new(&options),
            options,
        }
    }

    /// The store, for reports after the screen has closed.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Takes spans in.
    pub fn extend(&mut self, batch: &SpanBatch) {
        self.store.extend(batch);
    }

    /// Takes a message in; returns what the runtime is to do.
    pub fn update(&mut self, msg: Msg) -> Vec<Effect> {
        let mut effects = Vec::new();
        match msg {
            Msg::Key(key) => self.press(key, &mut effects),
            Msg::Mouse(mouse) => self.point(mouse, &mut effects),
            Msg::Paste(text) => {
                if let Some(view) = self.views.last_mut() {
                    view.paste(&text);
                }
            }
            Msg::Resize { width, height } => self.size = Rect::new(0, 0, width, height),
            Msg::Sources(sources) => {
                let mut sources = SourceStatus::merged(sources);
                for (source, (_, rate)) in sources.iter_mut().zip(&self.rate.each) {
                    source.spans_per_second = *rate;
                }
                self.sources = sources;
            }
            Msg::Now(now) => {
                self.now = now;
                self.rate.sample(now, self.store.totals().received, &self.sources);
                self.flash = self.flash.take().filter(|flash| now < flash.until);
            }
        }
        let pinned: Vec<TraceId> = self.views.iter().filter_map(|view| view.pinned()).collect();
        self.store.pin(&pinned);
        effects
    }

    /// Whether a picture changes with the clock alone: a rate that is not yet down to zero, something said for a while.
    pub fn wants_tick(&self) -> bool {
        let moving = self.rate.samples.iter().any(|rate| *rate > 0);
        self.flash.is_some()
            || status::listens(&self.sources) && (moving || self.rate.received != self.store.totals().received)
    }

    /// Recomputes what the visible views show. Returns what is left to do.
    pub fn refresh(&mut self) -> Work {
        self.open_the_only_trace();
        if self.colored != Some(self.store.revision()) {
            self.colored = Some(self.store.revision());
            self.slots = service_slots(self.store.services().map(|service| service.name()), self.theme.hues());
        }
        let area = self.area();
        let first = self.first_visible();
        let mut views = std::mem::take(&mut self.views);
        let mut work = Work::Done;
        for view in views.iter_mut().skip(first) {
            work = work.max(view.refresh(&self.store, area, &self.cx()));
        }
        self.views = views;
        // Evicted traces give their memory back in small steps.
        if self.store.tidy(TIDY) { work.max(Work::Later) } else { work }
    }

    /// Draws the screen.
    pub fn draw(&self, area: Rect, buf: &mut Buffer) {
        let cx = self.cx();
        if area.width < 40 || area.height < 10 {
            let text = "at least 40×10, please";
            text::Pen::new(buf, cx.glyphs, area.x, area.y + area.height / 2, area.right())
                .put(text, cx.theme.style(Role::Warning));
            return;
        }
        for view in self.views.iter().skip(self.first_visible()) {
            view.draw(self.area(), buf, &cx);
        }
        let bottom = Rect { y: area.bottom() - 1, height: 1, ..area };
        match (&self.flash, self.views.last()) {
            (Some(flash), _) => {
                text::Pen::new(buf, cx.glyphs, bottom.x + 1, bottom.y, bottom.right())
                    .put(&flash.text, cx.theme.style(Role::Warning));
            }
            (None, Some(view)) => hint_bar::draw(bottom, buf, &cx, view.as_ref()),
            (None, None) => {}
        }
    }

    fn area(&self) -> Rect {
        Rect { height: self.size.height.saturating_sub(1), ..self.size }
    }

    /// The lowest view that shows: overlays let the one below them through.
    fn first_visible(&self) -> usize {
        self.views.iter().rposition(|view| !view.is_overlay()).unwrap_or(0)
    }

    fn cx(&self) -> Cx<'_> {
        let totals = self.store.totals();
        let is_live = self.views.get(self.first_visible()).is_some_and(|view| view.is_live());
        let frozen = self.frozen.as_ref().filter(|_| !is_live);
        Cx {
            theme: self.theme,
            glyphs: if self.options.ascii { &ASCII } else { &UNICODE },
            keys: &self.keys,
            ascii: self.options.ascii,
            utc: self.options.utc,
            now: self.now,
            sources: frozen.map_or(&self.sources, |frozen| &frozen.sources),
            invitation: &self.options.invitation,
            paused: self.frozen.as_ref().map(|frozen| totals.received.saturating_sub(frozen.totals.received)),
            totals: frozen.map_or(totals, |frozen| frozen.totals),
            rates: frozen.map_or(&self.rate.samples, |frozen| &frozen.rates),
            slots: &self.slots,
        }
    }

    fn press(&mut self, key: Key, effects: &mut Vec<Effect>) {
        self.flash = None;
        self.is_used = true;
        let asked = std::mem::take(&mut self.asked);
        if self.views.last().is_some_and(|view| view.is_stale()) {
            self.refresh();
        }
        let flow = self.with_top(|view, _, cx| view.key(key, cx));
        if let Some(flow) = flow.flatten() {
            self.follow(flow, effects);
            return;
        }
        let scopes = self.views.last().map_or(&[][..], |view| view.scopes());
        if let Some(action) = self.keys.lookup(scopes, key) {
            self.asked = asked && action == Action::Quit;
            self.act(action, effects);
        }
    }

    fn point(&mut self, mouse: Mouse, effects: &mut Vec<Effect>) {
        self.is_used = true;
        if mouse.row + 1 == self.size.height && matches!(mouse.kind, MouseKind::Press { .. }) {
            self.press_hint(mouse.column, effects);
            return;
        }
        if let Some(flow) = self.with_top(|view, area, cx| view.mouse(mouse, area, cx)) {
            self.follow(flow, effects);
        }
    }

    /// A click on a hint is its key.
    fn press_hint(&mut self, column: u16, effects: &mut Vec<Effect>) {
        let bottom = Rect { y: self.size.height.saturating_sub(1), height: 1, ..self.size };
        let view = self.views.last().filter(|_| self.flash.is_none());
        match view.and_then(|view| hint_bar::at(column, bottom, &self.cx(), view.as_ref())) {
            Some(Press::Action(action)) => self.act(action, effects),
            Some(Press::Key(key)) => self.press(key, effects),
            None => self.flash = None,
        }
    }

    /// Calls the top view with what it may look at.
    fn with_top<T>(&mut self, call: impl FnOnce(&mut dyn View, Rect, &Cx<'_>) -> T) -> Option<T> {
        let mut view = self.views.pop()?;
        let result = call(view.as_mut(), self.area(), &self.cx());
        self.views.push(view);
        Some(result)
    }

    fn act(&mut self, action: Action, effects: &mut Vec<Effect>) {
        match self.with_top(|view, area, cx| view.update(action, area, cx)) {
            Some(Flow::Ignored) | None => self.act_everywhere(action, effects),
            Some(flow) => self.follow(flow, effects),
        }
    }

    fn follow(&mut self, flow: Flow, effects: &mut Vec<Effect>) {
        match flow {
            Flow::Consumed | Flow::Ignored => {}
            Flow::Push(view) => self.views.push(view),
            Flow::Say(text) => self.say(text),
            Flow::Ask(request) => {
                self.views.truncate(1);
                if let Some(list) = self.views.last_mut() {
                    list.ask(request);
                }
            }
            Flow::Swap(view) => {
                self.pop(effects);
                self.views.push(view);
            }
            Flow::Pop => self.pop(effects),
            Flow::Act(action) => {
                self.pop(effects);
                let scopes = self.views.last().map_or(&[][..], |view| view.scopes());
                if action.binding().is_some_and(|row| scopes.contains(&row.scope)) {
                    self.act(action, effects);
                } else {
                    self.say("that does nothing on this screen".to_string());
                }
            }
            Flow::Effect(effect, flash) => {
                self.say(flash.to_string());
                effects.push(effect);
            }
        }
    }

    /// Whether quitting would lose what cannot be had again, and that was not said yet.
    fn asks_before_quitting(&self) -> bool {
        let is_home = self.views.len() == 1 && !self.options.invitation.addresses.is_empty();
        is_home && !self.asked && self.store.totals().traces > 0
    }

    /// A file with one trace is opened on it, unless the user was quicker.
    fn open_the_only_trace(&mut self) {
        let is_read = !self.sources.is_empty() && self.sources.iter().all(|source| source.state == SourceState::Done);
        if self.is_used || !is_read || !self.options.invitation.addresses.is_empty() {
            return;
        }
        self.is_used = true;
        let mut traces = self.store.traces().map(|trace| trace.id());
        if let (Some(id), None) = (traces.next(), traces.next()) {
            self.views.push(Box::new(Trace::new(id)));
        }
    }

    /// Actions of these scopes that have nothing to do on the top view: those that have a hint, and not now.
    fn idle(&self, scopes: &[Scope]) -> Vec<Action> {
        let cx = self.cx();
        let Some(view) = self.views.last() else { return Vec::new() };
        let rows = Action::TABLE.iter().filter(|row| scopes.contains(&row.scope) && !row.hint.is_empty());
        rows.filter(|row| view.hint(row, &cx).is_none()).map(|row| row.action).collect()
    }

    fn say(&mut self, text: String) {
        self.flash = Some(Flash { text, until: self.now.plus(FLASH) });
    }

    fn pop(&mut self, effects: &mut Vec<Effect>) {
        if self.views.len() > 1 {
            self.views.pop();
        } else {
            effects.push(Effect::Quit);
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "actions of views that are not on top mean nothing here")]
    fn act_everywhere(&mut self, action: Action, effects: &mut Vec<Effect>) {
        let scopes: &'static [Scope] = self.views.last().map_or(&[], |view| view.scopes());
        match action {
            Action::Help => self.views.push(Box::new(Help::new(scopes))),
            Action::Palette => {
                let palette = Palette::new(scopes, self.idle(scopes));
                self.views.push(Box::new(palette));
            }
            Action::Health => {
                let cx = self.cx();
                let hidden = self.views.first().and_then(|list| list.hidden(&cx));
                self.views.push(Box::new(Health::new(hidden)));
            }
            Action::Output => self.views.push(Box::new(Output::default())),
            Action::Quit => match self.with_top(|view, area, cx| view.update(Action::Back, area, cx)) {
                Some(Flow::Ignored) | None if self.asks_before_quitting() => {
                    let traces = text::counted(self.store.totals().traces, "trace");
                    let said = format!("{{quit}} again quits; what was received is not kept: {traces}");
                    self.asked = true;
                    self.say(self.cx().say(&said));
                }
                Some(Flow::Ignored) | None => self.pop(effects),
                Some(flow) => self.follow(flow, effects),
            },
            Action::QuitNow => effects.push(Effect::Quit),
            Action::StopReading => effects.push(Effect::StopReading),
            Action::Suspend => effects.push(Effect::Suspend),
            Action::Redraw => effects.push(Effect::Redraw),
            Action::Pause => {
                let (totals, sources) = (self.store.totals(), self.sources.clone());
                let now = || Frozen { totals, sources, rates: self.rate.samples.clone() };
                self.frozen = if self.frozen.is_some() { None } else { Some(now()) };
            }
            _ => {}
        }
    }
}
