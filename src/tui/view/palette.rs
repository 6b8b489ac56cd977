//! The command palette: every action by name, orders of the list, services, traces by their ids; the best match first. What does
//! nothing here and now is there too, and says so.

use ratatui::{buffer::Buffer, layout::Rect};

use super::trace::Trace;
use super::{Cx, Flow, Request, View};
use crate::model::TraceId;
use crate::query::traces::Sort;
use crate::store::Store;
use crate::tui::action::{Action, Binding, Scope};
use crate::tui::keymap::{FieldKey, Keymap};
use crate::tui::prompt::{Prompt, Typed};
use crate::tui::text::Pen;
use crate::tui::theme::Role;
use crate::tui::widget::Scroll;
use crate::tui::widget::overlay::{self, Words};
use crate::tui::widget::table::{self, Shown};
use crate::tui::{Code, Key, Mouse, MouseKind, Work};

/// Services and traces offered at a time.
const MOST: usize = 8;

/// So many digits of a trace's id are enough to look for it.
const DIGITS: usize = 4;

const WORDS: Words = Words { title: " Commands ", hint: "a name, a service, a trace id", nothing: "no action matches" };

/// Cells of the columns of names and keys.
const NAMES: u16 = 20;
const KEYS: u16 = 14;

/// The overlay's state.
pub(crate) struct Palette {
    /// Scopes of the view below: what does something there.
    scopes: &'static [Scope],
    /// Actions of these scopes that have nothing to do now.
    idle: Vec<Action>,
    prompt: Prompt,
    scroll: Scroll,
    services: Vec<String>,
    /// Traces whose id begins with what is typed.
    traces: Vec<TraceId>,
}

/// What can be chosen.
enum Entry<'a> {
    Action(&'static Binding),
    Sort(Sort),
    Service(&'a str),
    Trace(TraceId),
}

impl Palette {
    /// The commands where the view below has these scopes, and of these actions nothing to do.
    pub(crate) fn new(scopes: &'static [Scope], idle: Vec<Action>) -> Self {
        let (prompt, scroll) = (Prompt::default(), Scroll::default());
        Self { scopes, idle, prompt, scroll, services: Vec::new(), traces: Vec::new() }
    }

    /// What fits what is typed: what applies here first, then what fits best.
    fn entries(&self, keys: &Keymap) -> Vec<Entry<'_>> {
        let text = self.prompt.text().to_lowercase();
        let mut found = Vec::new();
        for row in Action::TABLE {
            let more = [row.scope.title(), row.help, &keys.all(row.action, true)].join(" ").to_lowercase();
            found.extend(rank(row.name, &more, &text).map(|rank| (!self.is_here(row), rank, Entry::Action(row))));
        }
        for (sort, name) in Sort::TABLE {
            found.extend(
                rank(&format!("sort {name}"), "order of the list", &text).map(|rank| (false, rank, Entry::Sort(sort))),
            );
        }
        if !text.is_empty() {
            let fits = |name: &&String| rank(&name.to_lowercase(), "", &text).is_some_and(|rank| rank < FUZZY);
            let services = self.services.iter().filter(fits).take(MOST);
            found.extend(services.map(|name| (false, 1, Entry::Service(name))));
            found.extend(self.traces.iter().map(|id| (false, 0, Entry::Trace(*id))));
        }
        found.sort_by_key(|(is_elsewhere, rank, _)| (*rank, *is_elsewhere));
        if text.is_empty() {
            found.sort_by_key(|(is_elsewhere, ..)| *is_elsewhere);
        }
        found.into_iter().map(|(.., entry)| entry).collect()
    }

    fn is_here(&self, row: &Binding) -> bool {
        self.scopes.contains(&row.scope) && !self.idle.contains(&row.action)
    }

    fn place(area: Rect, rows: usize) -> Rect {
        let height = u16::try_from(rows.max(2)).unwrap_or(u16::MAX).saturating_add(3).min(40).min(area.height);
        let width = area.width.min(84);
        Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height }
    }

    fn run(&self, keys: &Keymap) -> Flow {
        match self.entries(keys).get(self.scroll.selected) {
            None => Flow::Consumed,
            Some(Entry::Action(row)) if !self.scopes.contains(&row.scope) => {
                Flow::Say(format!("{} does something {}", row.name, place_of(row.scope)))
            }
            Some(Entry::Action(row)) => Flow::Act(row.action),
            Some(Entry::Sort(sort)) => Flow::Ask(Request::Sort(*sort)),
            Some(Entry::Service(name)) => Flow::Ask(Request::Service((*name).to_string())),
            Some(Entry::Trace(id)) => Flow::Swap(Box::new(Trace::new(*id))),
        }
    }
}

/// Whether a trace's id, as it is written, begins with these digits; nothing where they are too few, or no digits.
fn beginning(text: &str) -> Option<impl Fn(TraceId) -> bool + use<>> {
    let is_id = (DIGITS..=32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let wanted = u128::from_str_radix(text, 16).ok().filter(|_| is_id)?;
    let typed = text.len();
    Some(move |id: TraceId| {
        let written = if id.0 >> 64 == 0 { 16 } else { 32 };
        typed <= written && id.0 >> (4 * (written - typed)) == wanted
    })
}

/// Where actions of a scope do something.
fn place_of(scope: Scope) -> &'static str {
    match scope {
        Scope::Global => "everywhere",
        Scope::Rows => "where there are rows",
        Scope::Traces => "in the list of traces",
        Scope::Trace => "in a trace",
        Scope::Health => "on Health",
        Scope::Output => "in the output",
    }
}

/// The rank of what only has the letters in this order.
const FUZZY: u8 = 4;

/// How well a name fits what is typed, 0 is best: it begins with it, a word of it does, it holds it, what is said of it holds all
/// words, or the letters are there in this order.
fn rank(name: &str, more: &str, text: &str) -> Option<u8> {
    let words = || text.split_whitespace();
    let is_word = |text: &str| name.split([' ', '-']).any(|word| word.starts_with(text));
    match () {
        () if name.starts_with(text) || name.replace('-', " ").starts_with(text) => Some(0),
        () if is_word(text) => Some(1),
        () if words().all(|word| name.contains(word)) => Some(2),
        () if words().all(|word| name.contains(word) || more.contains(word)) => Some(3),
        () if words().all(|word| in_order(name, word)) => Some(FUZZY),
        () => None,
    }
}

/// Whether the letters of `word` occur in `name` in this order: `helth` finds `health`.
fn in_order(name: &str, word: &str) -> bool {
    let mut letters = name.chars();
    word.chars().all(|letter| letters.any(|other| other == letter))
}

impl View for Palette {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Rows, Scope::Global]
    }

    fn refresh(&mut self, store: &Store, area: Rect, cx: &Cx<'_>) -> Work {
        self.services = store.services().map(|service| service.name().to_string()).collect();
        self.services.sort_unstable();
        let begins = beginning(self.prompt.text().trim());
        let ids = store.traces().rev().map(|trace| trace.id());
        self.traces = begins.map(|begins| ids.filter(|id| begins(*id)).take(MOST).collect()).unwrap_or_default();
        let rows = self.entries(cx.keys).len();
        self.scroll.clamp(rows, usize::from(Self::place(area, rows).height.saturating_sub(3)));
        Work::Done
    }

    fn is_stale(&self) -> bool {
        // Enter means what shows.
        true
    }

    fn key(&mut self, key: Key, cx: &Cx<'_>) -> Option<Flow> {
        let len = self.entries(cx.keys).len();
        Some(match self.prompt.press(key) {
            Typed::Changed => {
                self.scroll = Scroll::default();
                Flow::Consumed
            }
            Typed::Same => Flow::Consumed,
            Typed::Cancelled => Flow::Pop,
            Typed::Done => self.run(cx.keys),
            Typed::Other if key.ctrl => return None,
            Typed::Other => {
                self.scroll.by(overlay::step(key), len);
                Flow::Consumed
            }
        })
    }

    fn hint(&self, _row: &Binding, _cx: &Cx<'_>) -> Option<&'static str> {
        // The prompt takes all keys.
        None
    }

    fn field(&self) -> Option<&'static [FieldKey]> {
        Some(&[(&[Code::Enter], "does it"), (&[Code::Up, Code::Down], "move"), (&[Code::Esc], "close")])
    }

    fn paste(&mut self, text: &str) {
        self.prompt.insert(text);
        self.scroll = Scroll::default();
    }

    fn update(&mut self, action: Action, _area: Rect, _cx: &Cx<'_>) -> Flow {
        if action == Action::Back { Flow::Pop } else { Flow::Ignored }
    }

    fn mouse(&mut self, mouse: Mouse, area: Rect, cx: &Cx<'_>) -> Flow {
        let len = self.entries(cx.keys).len();
        let place = Self::place(area, len);
        let height = usize::from(place.height.saturating_sub(3));
        match mouse.kind {
            MouseKind::WheelUp => self.scroll.wheel(-3, len, height),
            MouseKind::WheelDown => self.scroll.wheel(3, len, height),
            MouseKind::Press { .. } if !place.contains((mouse.column, mouse.row).into()) => return Flow::Pop,
            MouseKind::Press { clicks } if mouse.row >= place.y + 2 => {
                self.scroll.selected =
                    (self.scroll.top + usize::from(mouse.row - place.y - 2)).min(len.saturating_sub(1));
                if clicks == 2 {
                    return self.run(cx.keys);
                }
            }
            MouseKind::Press { .. } | MouseKind::Drag | MouseKind::Release => {}
        }
        Flow::Consumed
    }

    /// ```text
    /// ╭ Commands ─────────────────────────────────────╮
    /// │ : fol                                         │
    /// │ fold-all   [        Fold all                  │
    /// ╰───────────────────────────────────────────────╯
    /// ```
    fn draw(&self, area: Rect, buf: &mut Buffer, cx: &Cx<'_>) {
        let entries = self.entries(cx.keys);
        let place = Self::place(area, entries.len());
        let below = overlay::frame((area, place), buf, cx, &self.prompt, (&WORDS, !entries.is_empty()));
        for Shown { at, line, selected } in table::rows(below, self.scroll, entries.len(), 1) {
            if let Some(entry) = entries.get(at) {
                self.draw_entry(entry, line, buf, cx);
            }
            if selected {
                table::mark(line, buf, cx, true);
            }
        }
        table::ends(below, self.scroll, entries.len(), buf, cx);
    }

    fn is_overlay(&self) -> bool {
        true
    }
}

impl Palette {
    fn draw_entry(&self, entry: &Entry<'_>, line: Rect, buf: &mut Buffer, cx: &Cx<'_>) {
        let text = cx.theme.style(Role::Text);
        let muted = cx.theme.style(Role::Muted);
        let mut pen = Pen::new(buf, cx.glyphs, line.x + 2, line.y, line.right());
        match entry {
            Entry::Action(row) => {
                let is_here = self.is_here(row);
                let role = |role| cx.theme.style(if is_here { role } else { Role::Faint });
                pen.put_left(NAMES, row.name, role(Role::Strong));
                pen.put_left(KEYS, &cx.keys.all(row.action, cx.ascii), role(Role::Accent));
                if !is_here {
                    let is_in_scope = self.scopes.contains(&row.scope);
                    pen.put(if is_in_scope { "nothing to do now" } else { place_of(row.scope) }, muted);
                    pen.skip(2);
                }
                pen.put(row.help, role(Role::Text));
            }
            Entry::Sort(sort) => {
                pen.put_left(NAMES + KEYS, &format!("sort {}", sort.name()), cx.theme.style(Role::Strong));
                pen.put("Sort the list so", text);
            }
            Entry::Service(name) => {
                pen.sign(cx.glyphs.square, cx.service(name));
                pen.skip(1);
                pen.put_left(NAMES + KEYS - 2, name, cx.theme.style(Role::Strong));
                pen.put("List the traces of this service", text);
            }
            Entry::Trace(id) => {
                pen.put_left(NAMES + KEYS, &id.to_string(), cx.theme.style(Role::Strong));
                pen.put("Open this trace", text);
            }
        }
    }
}
