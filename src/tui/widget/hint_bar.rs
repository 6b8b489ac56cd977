//! The bottom line: what the keys do here and now, made from the keymap. Never offers what would do nothing.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::tui::Key;
use crate::tui::action::Action;
use crate::tui::keymap::FieldKey;
use crate::tui::text::{Pen, width};
use crate::tui::theme::Role;
use crate::tui::view::{Cx, View};

/// Actions whose hints stay when room is short.
const KEPT: [Action; 3] = [Action::StopReading, Action::Back, Action::Help];

/// A key and what it does.
struct Hint {
    key: String,
    word: &'static str,
    kept: bool,
    press: Press,
}

/// What a click on a hint does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Press {
    /// What the key means here.
    Action(Action),
    /// The key of a text field or menu.
    Key(Key),
}

impl Hint {
    fn size(&self) -> u16 {
        width(&self.key) + width(self.word) + 3
    }
}

/// Draws as many hints of a view as fit; the way back and help are always among them.
pub(crate) fn draw(area: Rect, buf: &mut Buffer, cx: &Cx<'_>, view: &dyn View) {
    for (x, hint) in places(area, cx, view) {
        let mut pen = Pen::new(buf, cx.glyphs, x, area.y, area.right());
        pen.put(&hint.key, cx.theme.style(Role::Accent));
        pen.skip(1);
        pen.put(hint.word, cx.theme.style(Role::Muted));
    }
}

/// What a click on a column of the bar does.
pub(crate) fn at(column: u16, area: Rect, cx: &Cx<'_>, view: &dyn View) -> Option<Press> {
    let hit = |(x, hint): &(u16, Hint)| (*x..x + hint.size().saturating_sub(2)).contains(&column);
    places(area, cx, view).into_iter().find(hit).map(|(_, hint)| hint.press)
}

/// The hints that fit, each with its first column.
fn places(area: Rect, cx: &Cx<'_>, view: &dyn View) -> Vec<(u16, Hint)> {
    let hints = view.field().map_or_else(|| of_actions(view, cx), |keys| of_field(keys, cx));
    let (kept, others): (Vec<Hint>, Vec<Hint>) = hints.into_iter().partition(|hint| hint.kept);
    let mut free = area.width.saturating_sub(1).saturating_sub(kept.iter().map(Hint::size).sum());
    let fits = others.into_iter().take_while(|hint| {
        let fits = hint.size() <= free;
        free = free.saturating_sub(hint.size());
        fits
    });
    let mut x = area.x + 1;
    let fits: Vec<Hint> = fits.collect();
    let place = |hint: Hint| {
        let place = x;
        x += hint.size();
        (place, hint)
    };
    fits.into_iter().chain(kept).map(place).collect()
}

fn of_actions(view: &dyn View, cx: &Cx<'_>) -> Vec<Hint> {
    let rows = view.scopes().iter().flat_map(|scope| Action::TABLE.iter().filter(move |row| row.scope == *scope));
    let hint = |row| {
        let (word, key) = (view.hint(row, cx)?, cx.keys.hint(row.action, cx.ascii));
        let (kept, press) = (KEPT.contains(&row.action), Press::Action(row.action));
        (!key.is_empty()).then_some(Hint { key, word, kept, press })
    };
    rows.filter_map(hint).collect()
}

fn of_field(keys: &[FieldKey], cx: &Cx<'_>) -> Vec<Hint> {
    let hint = |(codes, word): &FieldKey| {
        let keys: Vec<String> = codes.iter().map(|code| Key::plain(*code).hint(cx.ascii)).collect();
        let press = Press::Key(Key::plain(*codes.first()?));
        Some(Hint { key: keys.join(if cx.ascii { " " } else { "" }), word, kept: false, press })
    };
    keys.iter().filter_map(hint).collect()
}
