//! Help and the command palette: the action table, searchable. `?` shows keys by scope, `:` runs what is chosen.

use ratatui::{buffer::Buffer, layout::Rect};

use super::{Cx, Flow, View};
use crate::store::Store;
use crate::tui::action::{Action, Binding, Scope};
use crate::tui::keymap::{FieldKey, Keymap};
use crate::tui::prompt::{Prompt, Typed};
use crate::tui::text::Pen;
use crate::tui::theme::Role;
use crate::tui::widget::table::{self, Shown};
use crate::tui::widget::{Scroll, clear, panel, title};
use crate::tui::{Code, Key, Mouse, MouseKind, Work};

/// The overlay's state.
pub(crate) struct Help {
    title: &'static str,
    /// Scopes of the view below: the palette offers what does something there.
    scopes: &'static [Scope],
    prompt: Prompt,
    scroll: Scroll,
}

impl Help {
    /// All keys.
    pub(crate) fn keys() -> Self {
        let scopes = &[Scope::Traces, Scope::Trace, Scope::Health, Scope::Rows, Scope::Global];
        Self { title: "Keys", scopes, prompt: Prompt::default(), scroll: Scroll::default() }
    }

    /// The commands that apply in `scopes`.
    pub(crate) fn palette(scopes: &'static [Scope]) -> Self {
        Self { title: "Commands", scopes, prompt: Prompt::default(), scroll: Scroll::default() }
    }

    /// Rows whose name, keys or help hold every word typed.
    fn rows(&self, keys: &Keymap) -> Vec<&'static Binding> {
        let text = self.prompt.text().to_lowercase();
        let all = self.scopes.iter().flat_map(|scope| Action::TABLE.iter().filter(move |row| row.scope == *scope));
        let found = |row: &&Binding| {
            let haystack =
                [row.name, row.scope.title(), row.help, &keys.all(row.action, true)].join(" ").to_lowercase();
            text.split_whitespace().all(|word| haystack.contains(word) || in_order(row.name, word))
        };
        all.filter(found).collect()
    }

    fn place(area: Rect) -> Rect {
        let (width, height) = (area.width.min(84), area.height.min(40));
        Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height }
    }

    fn run(&self, keys: &Keymap) -> Flow {
        self.rows(keys).get(self.scroll.selected).map_or(Flow::Consumed, |row| Flow::Act(row.action))
    }
}

impl View for Help {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Rows, Scope::Global]
    }

    fn refresh(&mut self, _store: &Store, area: Rect, cx: &Cx<'_>) -> Work {
        self.scroll.clamp(self.rows(cx.keys).len(), usize::from(Self::place(area).height.saturating_sub(3)));
        Work::Done
    }

    fn key(&mut self, key: Key, cx: &Cx<'_>) -> Option<Flow> {
        let len = self.rows(cx.keys).len();
        // Nothing is typed yet: the keys that close and open it do so.
        let meant = cx.keys.lookup(&[Scope::Global], key).filter(|_| self.prompt.is_empty());
        if matches!(meant, Some(Action::Quit | Action::Help)) {
            return Some(Flow::Pop);
        }
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
                let step = [(Code::Up, -1), (Code::Down, 1), (Code::PageUp, -10), (Code::PageDown, 10)];
                let step = step.iter().find(|(code, _)| *code == key.code).map_or(0, |(_, step)| *step);
                self.scroll.by(step, len);
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
    }

    fn update(&mut self, action: Action, _area: Rect, _cx: &Cx<'_>) -> Flow {
        if action == Action::Back { Flow::Pop } else { Flow::Ignored }
    }

    fn mouse(&mut self, mouse: Mouse, area: Rect, cx: &Cx<'_>) -> Flow {
        let place = Self::place(area);
        let (len, height) = (self.rows(cx.keys).len(), usize::from(place.height.saturating_sub(3)));
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
    /// ╭ Keys ── type to search ───────────────────────╮
    /// │ Trace    ⏎        Enlarge the details         │
    /// ╰───────────────────────────────────────────────╯
    /// ```
    fn draw(&self, area: Rect, buf: &mut Buffer, cx: &Cx<'_>) {
        let place = Self::place(area);
        clear(place, buf);
        let inner = panel(place, buf, cx, true);
        let mut pen = title(place, buf, cx);
        pen.put(&format!(" {} ", self.title), cx.theme.style(Role::Strong));
        let mut pen = Pen::new(buf, cx.glyphs, inner.x + 1, inner.y, inner.right());
        self.prompt.draw(&mut pen, ": ", cx.theme);
        if self.prompt.is_empty() {
            pen.put("type to search", cx.theme.style(Role::Faint));
        }
        let rows = self.rows(cx.keys);
        if rows.is_empty() {
            let mut pen = Pen::new(buf, cx.glyphs, inner.x + 2, inner.y + 2, inner.right());
            pen.put("no action matches", cx.theme.style(Role::Muted));
        }
        let below = Rect { y: inner.y + 1, height: inner.height.saturating_sub(1), ..inner };
        for Shown { at, line, selected } in table::rows(below, self.scroll, rows.len(), 1) {
            let Some(row) = rows.get(at) else { continue };
            let mut pen = Pen::new(buf, cx.glyphs, line.x + 2, line.y, line.right());
            pen.put_left(11, row.scope.title(), cx.theme.style(Role::Muted));
            pen.put_left(14, &cx.keys.all(row.action, cx.ascii), cx.theme.style(Role::Accent));
            pen.skip(1);
            pen.put(row.help, cx.theme.style(Role::Text));
            if selected {
                table::mark(line, buf, cx, true);
            }
        }
    }

    fn is_overlay(&self) -> bool {
        true
    }
}

/// Whether the letters of `word` occur in `name` in this order: `helth` finds `health`.
fn in_order(name: &str, word: &str) -> bool {
    let mut letters = name.chars();
    word.chars().all(|letter| letters.any(|other| other == letter))
}
