//! The bottom line: what the keys do here, made from the action table.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::tui::action::{Action, Scope};
use crate::tui::text::{Pen, width};
use crate::tui::theme::Role;
use crate::tui::view::Cx;

/// Draws as many hints as fit; those of everywhere come last but `?` is always there.
pub(crate) fn draw(area: Rect, buf: &mut Buffer, cx: &Cx<'_>, scopes: &[Scope]) {
    let mut rows: Vec<(String, &str)> = scopes
        .iter()
        .flat_map(|scope| Action::TABLE.iter().filter(move |row| row.scope == *scope && !row.hint.is_empty()))
        .map(|row| (row.hint_key(cx.ascii), row.hint))
        .collect();
    let size = |row: &(String, &str)| width(&row.0) + width(row.1) + 3;
    let mut free = area.width.saturating_sub(1);
    let last = rows.pop();
    free = free.saturating_sub(last.as_ref().map_or(0, size));
    let mut fits = rows
        .into_iter()
        .take_while(|row| {
            let fits = size(row) <= free;
            free = free.saturating_sub(size(row));
            fits
        })
        .collect::<Vec<_>>();
    fits.extend(last);
    let mut pen = Pen::new(buf, cx.glyphs, area.x + 1, area.y, area.right());
    for (key, hint) in fits {
        pen.put(&key, cx.theme.style(Role::Accent));
        pen.skip(1);
        pen.put(hint, cx.theme.style(Role::Muted));
        pen.skip(2);
    }
}
