//! Finding spans in a trace: typed in a line of its own, at work from the first letter on, walked through with keys.

use ratatui::{buffer::Buffer, layout::Rect, style::Modifier};
use std::ops::Range;

use super::Trace;
use crate::query::filter::Filter;
use crate::query::find::Find;
use crate::query::tree::{Node, TreeRow};
use crate::store::Store;
use crate::tui::Key;
use crate::tui::keymap::FieldKey;
use crate::tui::prompt::{Asked, FilterPrompt};
use crate::tui::text::{Pen, count, width};
use crate::tui::theme::Role;
use crate::tui::view::{Cx, Flow};

/// Spans looked at between two frames: a few milliseconds of work.
const WORK: usize = 20_000;

/// What is looked for, and where that has led.
#[derive(Default)]
pub(super) struct Finding {
    prompt: FilterPrompt,
    find: Find,
    /// All spans that there are were looked at.
    is_done: bool,
    /// The first that is found is still to be selected: from this row on.
    from: Option<Node>,
    wants_first: bool,
    /// The one that was, so far.
    led_to: Option<Node>,
    /// What the place was counted for: the selected row, how many were found, how many rows there are.
    counted: Option<(u32, usize, usize)>,
    /// Which of those found is selected, from 1.
    place: Option<usize>,
    /// The end was met going that way: the same key once more goes around it.
    met_end: Option<isize>,
}

impl Finding {
    fn set(&mut self, text: &str) {
        self.find = Find::new(Filter::new(text));
        (self.is_done, self.counted, self.place, self.met_end) = (false, None, None, None);
        (self.wants_first, self.led_to) = (!self.find.filter().is_empty(), None);
    }

    /// Whether its line shows: something is typed or looked for.
    pub(super) fn shows(&self) -> bool {
        self.prompt.field().is_some() || !self.find.filter().is_empty()
    }

    pub(super) fn field(&self) -> Option<&'static [FieldKey]> {
        self.prompt.field().map(|_| FilterPrompt::FIND_KEYS)
    }

    pub(super) fn paste(&mut self, text: &str) {
        if let Some(text) = self.prompt.paste(text) {
            self.set(&text);
        }
    }

    /// How many were found so far.
    pub(super) fn count(&self) -> usize {
        self.find.count()
    }

    /// Where a text, the value of this key, says what is looked for.
    pub(super) fn marks(&self, key: Option<&str>, text: &str) -> Vec<Range<usize>> {
        self.find.filter().marks(key, text)
    }

    fn is_found(&self, row: &TreeRow) -> bool {
        matches!(row.node, Node::Span(idx) if self.find.has(idx))
    }

    /// `/payment Charge                                            3 of 13`
    pub(super) fn draw(&self, area: Rect, buf: &mut Buffer, cx: &Cx<'_>) {
        if area.height == 0 {
            return;
        }
        let (text, role) = self.told();
        let size = width(&text) + 2;
        let end = area.right().saturating_sub(1);
        let mut pen = Pen::new(buf, cx.glyphs, area.x + 1, area.y, end.saturating_sub(size));
        if let Some(prompt) = self.prompt.field() {
            prompt.draw(&mut pen, "/", cx.theme);
        } else {
            pen.put("/", cx.theme.style(Role::Warning));
            pen.put(self.find.filter().text(), cx.theme.style(Role::Text));
        }
        let mut pen = Pen::new(buf, cx.glyphs, end.saturating_sub(size - 2), area.y, end);
        pen.put(&text, cx.theme.style(role).add_modifier(Modifier::BOLD));
    }

    /// How many were found, and which of them is selected.
    fn told(&self) -> (String, Role) {
        let found = self.count();
        let total = count(found as u64);
        match (self.place, self.is_done) {
            _ if self.find.filter().is_empty() => (String::new(), Role::Muted),
            (Some(place), true) => (format!("{} of {total}", count(place as u64)), Role::Warning),
            (Some(place), false) => (format!("{} of {total} so far", count(place as u64)), Role::Warning),
            (None, false) => (format!("{total} so far"), Role::Muted),
            (None, true) if found == 0 => ("no span fits".to_string(), Role::Error),
            (None, true) => (format!("{total} found"), Role::Warning),
        }
    }
}

impl Trace {
    /// Looks for this from the beginning, and selects the first span that fits.
    pub(crate) fn finding(mut self, filter: &str) -> Self {
        self.finding.set(filter);
        self
    }

    pub(super) fn open_find(&mut self) {
        let shown = self.finding.shows();
        self.finding.from = self.selected;
        let text = self.finding.find.filter().text().to_string();
        self.finding.prompt.open(&text);
        self.note_came(shown);
    }

    pub(super) fn clear_find(&mut self) {
        self.finding = Finding::default();
    }

    /// The line pushes the rows down: they scroll by one, so that none moves.
    fn note_came(&mut self, shown: bool) {
        if !shown && self.cause.is_none() {
            self.scroll.top += 1;
            self.scroll.held = true;
        }
    }

    /// Takes a key while the text is typed.
    pub(super) fn find_key(&mut self, key: Key, cx: &Cx<'_>) -> Option<Flow> {
        match self.finding.prompt.press(key)? {
            Asked::For(text) => {
                self.finding.set(&text);
                // Given up, or nothing left of it: back to where it began.
                let is_over = self.finding.prompt.field().is_none();
                if is_over || text.trim().is_empty() {
                    let from = self.finding.from.and_then(|node| self.tree.row_of(node));
                    self.go(from);
                    self.finding.wants_first &= !is_over;
                }
            }
            Asked::Move(step) => return Some(self.next_match(step, cx)),
            Asked::Nothing => {}
        }
        Some(Flow::Consumed)
    }

    /// Looks at what has not been looked at; whether there is more.
    pub(super) fn look(&mut self, store: &Store) -> bool {
        let Some(trace) = store.trace(self.id).filter(|_| self.finding.shows() && !self.is_first_build()) else {
            return false;
        };
        self.finding.is_done = self.finding.find.step(store, trace, self.tree.spans(), WORK);
        // An earlier one may be found later, in a huge trace: whoever has moved meanwhile stays where they are.
        let is_there = self.finding.led_to.is_none_or(|node| self.selected == Some(node));
        if self.finding.wants_first && is_there && self.finding.count() > 0 {
            let from = self.finding.from.and_then(|node| self.tree.row_of(node)).unwrap_or(0) as usize;
            let rows = &self.tree.rows;
            let found = |at: &usize| rows.get(*at).is_some_and(|row| self.finding.is_found(row));
            let first = (from..rows.len()).find(found).or_else(|| (0..from).find(found));
            if let Some(at) = first.and_then(|at| u32::try_from(at).ok()) {
                self.go(Some(at));
                self.finding.led_to = self.selected;
            }
        }
        self.finding.wants_first &= is_there && !self.finding.is_done;
        self.count_place();
        !self.finding.is_done
    }

    /// Says which of those found is selected.
    fn count_place(&mut self) {
        let Some(at) = self.row_index() else { return };
        let counted = Some((at, self.finding.count(), self.tree.rows.len()));
        if self.finding.counted == counted {
            return;
        }
        let up_to = self.tree.rows.get(..=at as usize).unwrap_or_default();
        let is_one = up_to.last().is_some_and(|row| self.finding.is_found(row));
        let place = is_one.then(|| up_to.iter().filter(|row| self.finding.is_found(row)).count());
        (self.finding.counted, self.finding.place) = (counted, place);
    }

    /// Goes to the next span that was found (`step` 1) or the one before (-1).
    pub(super) fn next_match(&mut self, step: isize, cx: &Cx<'_>) -> Flow {
        if self.finding.count() == 0 {
            return Flow::Say(match (self.finding.find.filter().is_empty(), self.finding.is_done) {
                (true, _) => cx.say("nothing is looked for: {find} finds"),
                (false, false) => "still looking".to_string(),
                (false, true) => "no span fits".to_string(),
            });
        }
        let met_end = self.finding.met_end.take() == Some(step);
        if let Some(at) = self.next_where(step > 0, met_end, |row| self.finding.is_found(row)) {
            self.go(Some(at));
            return Flow::Consumed;
        }
        self.finding.met_end = Some(step);
        let total = count(self.finding.count() as u64);
        Flow::Say(if step > 0 {
            cx.say(&format!("last of {total}, {{next-match}} again for the first"))
        } else {
            cx.say(&format!("first of {total}, {{previous-match}} again for the last"))
        })
    }
}
