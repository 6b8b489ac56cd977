//! What a screen or overlay is: state that is refreshed from the store, updated by actions and drawn without change.

pub(crate) mod health;
pub(crate) mod help;
pub(crate) mod output;
pub(crate) mod palette;
pub(crate) mod trace;
pub(crate) mod traces;

use ratatui::{buffer::Buffer, layout::Rect};

use super::action::{Action, Binding, Scope};
use super::glyphs::Glyphs;
use super::keymap::{FieldKey, Keymap};
use super::theme::Theme;
use super::{Effect, Key, Mouse, Work};
use crate::model::{Invitation, SourceState, SourceStatus, Timestamp, TraceId};
use crate::query::traces::Sort;
use crate::store::{Store, Totals};

/// What views may look at besides their own state.
pub(crate) struct Cx<'a> {
    pub(crate) theme: Theme,
    pub(crate) glyphs: &'a Glyphs,
    pub(crate) keys: &'a Keymap,
    pub(crate) ascii: bool,
    pub(crate) utc: bool,
    pub(crate) now: Timestamp,
    pub(crate) sources: &'a [SourceStatus],
    pub(crate) invitation: &'a Invitation,
    pub(crate) totals: Totals,
    /// Spans that arrived since the picture was frozen.
    pub(crate) paused: Option<u64>,
    /// Spans per second, the latest second last.
    pub(crate) rates: &'a [u64],
    /// Colour slots of services, by name.
    pub(crate) slots: &'a [(String, usize)],
}

/// What the bottom line says of an action where a view knows no better.
#[expect(clippy::wildcard_enum_match_arm, reason = "all else is as the table says")]
pub(crate) fn usual_hint(row: &Binding, cx: &Cx<'_>) -> Option<&'static str> {
    match row.action {
        Action::Pause if cx.paused.is_some() => Some("resume"),
        Action::StopReading if !is_reading(cx.sources) => None,
        Action::Output if cx.totals.output == 0 => None,
        _ => (!row.hint.is_empty()).then_some(row.hint),
    }
}

/// Whether services cannot be told by a chip's colour.
pub(crate) fn is_plain(cx: &Cx<'_>) -> bool {
    cx.theme.is_plain() || cx.ascii
}

/// Whether a file is being read.
fn is_reading(sources: &[SourceStatus]) -> bool {
    sources.iter().any(|source| matches!(source.state, SourceState::Reading { .. }))
}

impl Flow {
    /// Say something in the bottom line.
    pub(crate) fn say(text: &str) -> Self {
        Self::Say(text.to_string())
    }
}

impl Cx<'_> {
    /// A sentence with the keys of the actions that it names in braces.
    pub(crate) fn say(&self, text: &str) -> String {
        self.keys.say(text, self.ascii)
    }

    /// The colour of a service.
    pub(crate) fn service(&self, name: &str) -> ratatui::style::Style {
        let slot = self.slots.binary_search_by(|(other, _)| other.as_str().cmp(name));
        self.theme.service(slot.ok().and_then(|at| self.slots.get(at)).map_or(0, |(_, slot)| *slot))
    }
}

/// What other views ask of the list of traces.
pub(crate) enum Request {
    /// Those that fit this filter.
    Filter(String),
    /// This order.
    Sort(Sort),
    /// Those of a service.
    Service(String),
}

/// What an action led to.
pub(crate) enum Flow {
    /// Done.
    Consumed,
    /// Not for this view.
    Ignored,
    /// Show this on top.
    Push(Box<dyn View>),
    /// Close this view.
    Pop,
    /// Close this view and do this instead.
    Act(Action),
    /// Go back to the list, and ask it for this.
    Ask(Request),
    /// Close this view and show that one.
    Swap(Box<dyn View>),
    /// Say something in the bottom line.
    Say(String),
    /// Ask the runtime, and say so.
    Effect(Effect, &'static str),
}

/// A screen or overlay. `area` is the screen without the hint bar.
pub(crate) trait View {
    /// Rows of the action table that apply, most specific first.
    fn scopes(&self) -> &'static [Scope];

    /// Recomputes what is stale. Returns what is left to do.
    fn refresh(&mut self, store: &Store, area: Rect, cx: &Cx<'_>) -> Work;

    /// Whether what the user did must be refreshed before the next key means what they think: keys typed ahead act on
    /// the picture that those before them lead to.
    fn is_stale(&self) -> bool {
        false
    }

    /// First look at a key, for text input. `None`: look it up in the table.
    fn key(&mut self, _key: Key, _cx: &Cx<'_>) -> Option<Flow> {
        None
    }

    /// What the bottom line says an action does here and now; `None` where it does nothing or need not be said.
    fn hint(&self, row: &Binding, cx: &Cx<'_>) -> Option<&'static str>;

    /// The keys of a text field or menu that takes all keys at present, instead of the actions' hints.
    fn field(&self) -> Option<&'static [FieldKey]> {
        None
    }

    /// What it holds back of all that is stored, and why, in a sentence.
    fn hidden(&self, _cx: &Cx<'_>) -> Option<String> {
        None
    }

    /// Does what another view asks the list for.
    fn ask(&mut self, _request: Request) {}

    /// Pasted text.
    fn paste(&mut self, _text: &str) {}

    /// Does an action.
    fn update(&mut self, action: Action, area: Rect, cx: &Cx<'_>) -> Flow;

    /// Does what the mouse asks.
    fn mouse(&mut self, mouse: Mouse, area: Rect, cx: &Cx<'_>) -> Flow;

    /// Draws, and changes nothing.
    fn draw(&self, area: Rect, buf: &mut Buffer, cx: &Cx<'_>);

    /// The trace that must not be evicted while this view shows it.
    fn pinned(&self) -> Option<TraceId> {
        None
    }

    /// Whether it goes on with what comes in while the picture is frozen: it tells how receiving does.
    fn is_live(&self) -> bool {
        false
    }

    /// Whether the view below shows around this one.
    fn is_overlay(&self) -> bool {
        false
    }
}
