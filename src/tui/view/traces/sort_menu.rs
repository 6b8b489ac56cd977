//! The menu of orders that `s` opens over the list.

use ratatui::{buffer::Buffer, layout::Rect};

use super::Traces;
use crate::query::traces::Sort;
use crate::tui::keymap::FieldKey;
use crate::tui::text::{Pen, cells, width};
use crate::tui::theme::Role;
use crate::tui::view::{Cx, Flow};
use crate::tui::widget::table::{self, Shown};
use crate::tui::widget::{Scroll, clear, panel, title};
use crate::tui::{Code, Key, Mouse, MouseKind};

/// What keys do while it is open.
pub(super) const KEYS: &[FieldKey] =
    &[(&[Code::Enter], "sort"), (&[Code::Up, Code::Down], "move"), (&[Code::Esc], "close")];

/// The keys of the orders, which choose them at once.
const DIGITS: &str = "1234567890";

/// The menu with the order under its cursor, by its place in the table.
pub(super) struct SortMenu {
    at: usize,
}

/// What became of the menu.
#[derive(Clone, Copy)]
pub(super) enum Chosen {
    /// It stays open.
    Open,
    /// It closes, and nothing changes.
    Closed,
    /// It closes, and the list takes this order.
    Sort(Sort),
    /// The key is not for a menu.
    Other,
}

impl SortMenu {
    pub(super) fn new(sort: Sort) -> Self {
        Self { at: Sort::TABLE.iter().position(|(other, _)| *other == sort).unwrap_or(0) }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "other keys do nothing in a menu")]
    pub(super) fn press(&mut self, key: Key) -> Chosen {
        let last = Sort::TABLE.len() - 1;
        match key.code {
            _ if key.ctrl || key.alt => return Chosen::Other,
            Code::Down | Code::Char('j') => self.at = (self.at + 1).min(last),
            // The key that opens it goes on, so that no hand needs to move.
            Code::Char('s') => self.at = if self.at == last { 0 } else { self.at + 1 },
            Code::Up | Code::Char('k') => self.at = self.at.saturating_sub(1),
            Code::Home | Code::Char('g') => self.at = 0,
            Code::End | Code::Char('G') => self.at = last,
            Code::Enter => return self.chosen(),
            Code::Char(digit) if DIGITS.contains(digit) => {
                self.at = DIGITS.find(digit).unwrap_or(self.at);
                return self.chosen();
            }
            Code::Esc | Code::Char('q') => return Chosen::Closed,
            _ => {}
        }
        Chosen::Open
    }

    pub(super) fn mouse(&mut self, mouse: Mouse, area: Rect) -> Chosen {
        let place = place(area);
        match mouse.kind {
            MouseKind::WheelUp => self.at = self.at.saturating_sub(1),
            MouseKind::WheelDown => self.at = (self.at + 1).min(Sort::TABLE.len() - 1),
            MouseKind::Press { .. } if !place.contains((mouse.column, mouse.row).into()) => return Chosen::Closed,
            MouseKind::Press { .. } => {
                let inner = Rect { x: place.x + 1, y: place.y + 1, width: place.width - 2, height: place.height - 2 };
                let cell = (mouse.column, mouse.row);
                if let Some(at) = table::hit(inner, cell, self.scroll(), Sort::TABLE.len(), 1) {
                    self.at = at;
                    return self.chosen();
                }
            }
            MouseKind::Drag | MouseKind::Release => {}
        }
        Chosen::Open
    }

    fn scroll(&self) -> Scroll {
        Scroll::at(self.at)
    }

    fn chosen(&self) -> Chosen {
        Sort::TABLE.get(self.at).map_or(Chosen::Closed, |(sort, _)| Chosen::Sort(*sort))
    }

    /// ```text
    /// ╭ Sort ───────────╮
    /// │▌1 newest        │
    /// ╰─────────────────╯
    /// ```
    pub(super) fn draw(&self, area: Rect, buf: &mut Buffer, cx: &Cx<'_>) {
        let place = place(area);
        clear(place, buf);
        let inner = panel(place, buf, cx, true);
        title(place, buf, cx).put(" Sort ", cx.theme.style(Role::Strong));
        let rows = table::rows(inner, self.scroll(), Sort::TABLE.len(), 1);
        for ((Shown { line, selected, .. }, (_, name)), digit) in rows.zip(Sort::TABLE).zip(DIGITS.chars()) {
            let mut pen = Pen::new(buf, cx.glyphs, line.x + 2, line.y, line.right());
            pen.sign(digit, cx.theme.style(Role::Accent));
            pen.skip(1);
            pen.put(name, cx.theme.style(Role::Text));
            if selected {
                table::mark(line, buf, cx, true);
            }
        }
    }
}

/// Where it stands: at the list's top left, below the title that names the order.
fn place(area: Rect) -> Rect {
    let longest = Sort::TABLE.iter().map(|(_, name)| width(name)).max().unwrap_or(0);
    let (width, height) = (longest + 8, cells(Sort::TABLE.len()) + 2);
    Rect { x: area.x + 2, y: area.y + 1, width, height }.intersection(area)
}

impl Traces {
    /// Sorts the list and shows its beginning; the selected trace stays selected.
    pub(super) fn sort_by(&mut self, sort: Sort) {
        self.sort = sort;
        self.list_changed();
        self.scroll.loose = true;
    }

    /// Does what was chosen in the menu; `None` for a key that is looked up elsewhere.
    pub(super) fn choose(&mut self, chosen: Chosen) -> Option<Flow> {
        match chosen {
            Chosen::Open => {}
            Chosen::Closed => self.menu = None,
            Chosen::Sort(sort) => {
                self.menu = None;
                self.sort_by(sort);
            }
            Chosen::Other => return None,
        }
        Some(Flow::Consumed)
    }
}
