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
}

impl Hint {
    fn size(&self) -> u16 {
        width(&self.key) + width(self.word) + 3
    }
}

/// Draws as many hints of a view as fit; the way back and help are always among them.
pub(crate) fn draw(area: Rect, buf: &mut Buffer, cx: &Cx<'_>, view: &dyn View) {
    let hints = view.field().map_or_else(|| of_actions(view, cx), |keys| of_field(keys, cx));
    let (kept, others): (Vec<Hint>, Vec<Hint>) = hints.into_iter().partition(|hint| hint.kept);
    let mut free = area.width.saturating_sub(1).saturating_sub(kept.iter().map(Hint::size).sum());
    let fits = others.into_iter().take_while(|hint| {
        let fits = hint.size() <= free;
        free = free.saturating_sub(hint.size());
        fits
    });
    let mut pen = Pen::new(buf, cx.glyphs, area.x + 1, area.y, area.right());
    for hint in fits.collect::<Vec<_>>().into_iter().chain(kept) {
        pen.put(&hint.key, cx.theme.style(Role::Accent));
        pen.skip(1);
        pen.put(hint.word, cx.theme.style(Role::Muted));
        pen.skip(2);
    }
}

fn of_actions(view: &dyn View, cx: &Cx<'_>) -> Vec<Hint> {
    let rows = view.scopes().iter().flat_map(|scope| Action::TABLE.iter().filter(move |row| row.scope == *scope));
    let hint = |row| {
        let (word, key) = (view.hint(row, cx)?, cx.keys.hint(row.action, cx.ascii));
        (!key.is_empty()).then_some(Hint { key, word, kept: KEPT.contains(&row.action) })
    };
    rows.filter_map(hint).collect()
}

fn of_field(keys: &[FieldKey], cx: &Cx<'_>) -> Vec<Hint> {
    let hint = |(codes, word): &FieldKey| {
        let keys: Vec<String> = codes.iter().map(|code| Key::plain(*code).hint(cx.ascii)).collect();
        Hint { key: keys.join(if cx.ascii { " " } else { "" }), word, kept: false }
    };
    keys.iter().map(hint).collect()
}
