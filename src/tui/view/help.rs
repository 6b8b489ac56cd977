//! Help: the keys of all screens, those of the one below first, and what the signs mean. Searchable; in two columns where there is
//! room for them.

use ratatui::{buffer::Buffer, layout::Rect};

use super::{Cx, Flow, View};
use crate::store::Store;
use crate::tui::action::{Action, Binding, Scope};
use crate::tui::glyphs::Glyphs;
use crate::tui::keymap::FieldKey;
use crate::tui::prompt::{Prompt, Typed};
use crate::tui::text::{Pen, cells};
use crate::tui::theme::Role;
use crate::tui::widget::overlay::{self, Words};
use crate::tui::widget::{Scroll, table};
use crate::tui::{Code, Key, Mouse, MouseKind, Work};

/// Cells of the keys, and of a column with what they do.
const KEYS: u16 = 12;
const COLUMN: u16 = 70;

const WORDS: Words = Words { title: " Keys ", hint: "type to search", nothing: "no key matches" };

/// All scopes, in the order in which help shows those that are not of the screen below.
const SCOPES: [Scope; 6] = [Scope::Traces, Scope::Trace, Scope::Output, Scope::Health, Scope::Rows, Scope::Global];

/// The overlay's state.
pub(crate) struct Help {
    /// Scopes in the order in which they show.
    scopes: Vec<Scope>,
    prompt: Prompt,
    scroll: Scroll,
}

/// A line.
enum Line {
    Blank,
    Head(&'static str),
    /// Keys or a sign, and what they do or mean.
    Row(String, &'static str),
}

impl Help {
    /// All keys; those of the view below, which has these scopes, first.
    pub(crate) fn new(below: &'static [Scope]) -> Self {
        let mut scopes: Vec<Scope> = below.to_vec();
        scopes.extend(SCOPES.iter().filter(|scope| !below.contains(scope)));
        Self { scopes, prompt: Prompt::default(), scroll: Scroll::default() }
    }

    /// What fits what is typed, in sections.
    fn lines(&self, cx: &Cx<'_>) -> Vec<Line> {
        let text = self.prompt.text().to_lowercase();
        let fits = |parts: &[&str]| {
            let all = parts.join(" ").to_lowercase();
            text.split_whitespace().all(|word| all.contains(word))
        };
        let mut lines = Vec::new();
        for scope in &self.scopes {
            let rows = Action::TABLE.iter().filter(|row| row.scope == *scope);
            let rows: Vec<Line> = rows
                .map(|row| (cx.keys.all(row.action, cx.ascii), row))
                .filter(|(keys, row)| fits(&[scope.title(), row.name, row.help, keys, &cx.keys.all(row.action, true)]))
                .map(|(keys, row)| Line::Row(keys, row.help))
                .collect();
            section(&mut lines, scope.title(), rows);
        }
        let signs = legend(cx.glyphs).into_iter().filter(|(sign, meaning)| fits(&["signs", sign, meaning]));
        section(&mut lines, "Signs", signs.map(|(sign, meaning)| Line::Row(sign, meaning)).collect());
        lines
    }

    fn columns(area: Rect) -> u16 {
        if area.width >= 2 * COLUMN + 4 { 2 } else { 1 }
    }

    /// Lines of one column.
    fn height(lines: usize, area: Rect) -> usize {
        lines.div_ceil(usize::from(Self::columns(area)))
    }

    fn place(area: Rect, lines: usize) -> Rect {
        let columns = Self::columns(area);
        let height = cells(Self::height(lines, area).max(2)).saturating_add(3).min(area.height);
        let width = (columns * COLUMN + 4 * (columns - 1) + 4).min(area.width);
        Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height }
    }

    fn scroll_by(&mut self, rows: isize, len: usize, height: usize) {
        self.scroll.top = self.scroll.top.saturating_add_signed(rows).min(len.saturating_sub(height));
    }
}

fn section(lines: &mut Vec<Line>, name: &'static str, rows: Vec<Line>) {
    if rows.is_empty() {
        return;
    }
    if !lines.is_empty() {
        lines.push(Line::Blank);
    }
    lines.push(Line::Head(name));
    lines.extend(rows);
}

/// What the signs mean.
fn legend(glyphs: &Glyphs) -> Vec<(String, &'static str)> {
    let [folded, unfolded] = glyphs.fold;
    vec![
        (glyphs.error.to_string(), "This span failed"),
        (format!("{}2", glyphs.more[1]), "So many spans below it failed"),
        (glyphs.missing.to_string(), "A parent not here; of a trace: something is odd"),
        (glyphs.event[0].to_string(), "An event on a bar"),
        (glyphs.event[1].to_string(), "Several events in one cell"),
        (glyphs.log.to_string(), "A log record on a bar, coloured by severity"),
        (format!("{folded} {unfolded}"), "Folded and unfolded"),
        ("(13)".to_string(), "So many rows are folded away"),
        (format!("{}17", glyphs.deep), "The level, where there is no room to indent"),
        (glyphs.chip.to_string(), "The service's colour, where it is the one above"),
        (format!("{} {}", glyphs.sorted[0], glyphs.sorted[1]), "Sorted: the greatest first, the least first"),
        (format!("{} {}", glyphs.more[0], glyphs.more[1]), "There is more above, below"),
        (glyphs.target.to_string(), "The selected trace among the dots"),
    ]
}

impl View for Help {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Rows, Scope::Global]
    }

    fn refresh(&mut self, _store: &Store, area: Rect, cx: &Cx<'_>) -> Work {
        let len = self.lines(cx).len();
        let shown = usize::from(Self::place(area, len).height.saturating_sub(3));
        self.scroll_by(0, Self::height(len, area), shown);
        Work::Done
    }

    fn key(&mut self, key: Key, cx: &Cx<'_>) -> Option<Flow> {
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
            Typed::Cancelled | Typed::Done => Flow::Pop,
            Typed::Other if key.ctrl => return None,
            Typed::Other => {
                // The end is found where it is drawn.
                self.scroll.top = self.scroll.top.saturating_add_signed(overlay::step(key));
                Flow::Consumed
            }
        })
    }

    fn hint(&self, _row: &Binding, _cx: &Cx<'_>) -> Option<&'static str> {
        // The prompt takes all keys.
        None
    }

    fn field(&self) -> Option<&'static [FieldKey]> {
        Some(&[(&[Code::Up, Code::Down], "scroll"), (&[Code::Esc], "close")])
    }

    fn paste(&mut self, text: &str) {
        self.prompt.insert(text);
        self.scroll = Scroll::default();
    }

    fn update(&mut self, action: Action, _area: Rect, _cx: &Cx<'_>) -> Flow {
        if action == Action::Back { Flow::Pop } else { Flow::Ignored }
    }

    fn mouse(&mut self, mouse: Mouse, area: Rect, cx: &Cx<'_>) -> Flow {
        let place = Self::place(area, self.lines(cx).len());
        match mouse.kind {
            MouseKind::WheelUp => self.scroll.top = self.scroll.top.saturating_sub(3),
            MouseKind::WheelDown => self.scroll.top += 3,
            MouseKind::Press { .. } if !place.contains((mouse.column, mouse.row).into()) => return Flow::Pop,
            MouseKind::Press { .. } | MouseKind::Drag | MouseKind::Release => {}
        }
        Flow::Consumed
    }

    /// ```text
    /// ╭ Keys ─────────────────────────────────────────╮
    /// │ : type to search                              │
    /// │ Traces                                        │
    /// │   ⏎            Open the selected trace        │
    /// ╰───────────────────────────────────────────────╯
    /// ```
    fn draw(&self, area: Rect, buf: &mut Buffer, cx: &Cx<'_>) {
        let lines = self.lines(cx);
        let place = Self::place(area, lines.len());
        let inner = overlay::frame((area, place), buf, cx, &self.prompt, (&WORDS, !lines.is_empty()));
        let (shown, each) = (usize::from(inner.height), Self::height(lines.len(), area));
        for (n, column) in lines.chunks(each.max(1)).enumerate() {
            let x = inner.x + 1 + cells(n) * (COLUMN + 4);
            for (row, line) in column.iter().skip(self.scroll.top).take(shown).enumerate() {
                let mut pen = Pen::new(buf, cx.glyphs, x, inner.y + cells(row), inner.right().min(x + COLUMN));
                match line {
                    Line::Blank => {}
                    Line::Head(name) => drop(pen.put(name, cx.theme.style(Role::Strong))),
                    Line::Row(keys, help) => {
                        pen.skip(2);
                        pen.put_left(KEYS, keys, cx.theme.style(Role::Accent));
                        pen.skip(1);
                        pen.put(help, cx.theme.style(Role::Text));
                    }
                }
            }
        }
        table::ends(inner, self.scroll, each, buf, cx);
    }

    fn is_overlay(&self) -> bool {
        true
    }
}
