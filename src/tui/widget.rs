//! Small pieces that several views draw: panels, bars, the header's right side, the hint bar, scroll positions.

pub(crate) mod bar;
pub(crate) mod hint_bar;
pub(crate) mod overlay;
pub(crate) mod status;
pub(crate) mod table;

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Modifier, Style},
};

use super::text::{Pen, count, width};
use super::theme::Role;
use super::view::Cx;

/// A panel's frame with rounded corners; returns the area inside.
pub(crate) fn panel(area: Rect, buf: &mut Buffer, cx: &Cx<'_>, focus: bool) -> Rect {
    let style = cx.theme.style(if focus { Role::Focus } else { Role::Border });
    let [horizontal, vertical, corners @ ..] = cx.glyphs.border;
    let area = area.intersection(buf.area);
    if area.width < 2 || area.height < 2 {
        return Rect::new(area.x, area.y, 0, 0);
    }
    let (left, right, top, bottom) = (area.x, area.right() - 1, area.y, area.bottom() - 1);
    for x in left + 1..right {
        set(buf, x, top, horizontal, style);
        set(buf, x, bottom, horizontal, style);
    }
    for y in top + 1..bottom {
        set(buf, left, y, vertical, style);
        set(buf, right, y, vertical, style);
    }
    for ((x, y), corner) in [(left, top), (right, top), (right, bottom), (left, bottom)].into_iter().zip(corners) {
        set(buf, x, y, corner, style);
    }
    Rect::new(left + 1, top + 1, area.width - 2, area.height - 2)
}

/// A pen on a panel's top edge, inset by two cells.
pub(crate) fn title<'b>(area: Rect, buf: &'b mut Buffer, cx: &Cx<'_>) -> Pen<'b> {
    Pen::new(buf, cx.glyphs, area.x + 2, area.y, area.right().saturating_sub(2))
}

/// A piece of the edge between two parts of a title.
pub(crate) fn dash(pen: &mut Pen<'_>, cx: &Cx<'_>) {
    for sign in [' ', cx.glyphs.border[0], ' '] {
        pen.sign(sign, cx.theme.style(Role::Border));
    }
}

/// Says on a panel's bottom edge which row of how many is selected.
pub(crate) fn place(area: Rect, buf: &mut Buffer, cx: &Cx<'_>, (selected, len): (usize, usize)) {
    let text = format!(" {} / {} ", count(selected as u64 + 1), count(len as u64));
    let x = area.right().saturating_sub(width(&text) + 2);
    let mut pen = Pen::new(buf, cx.glyphs, x, area.bottom().saturating_sub(1), area.right());
    pen.put(&text, cx.theme.style(Role::Muted));
}

/// The bit of a braille dot at column 0–1, row 0–3 (Unicode, braille patterns block).
pub(crate) fn braille_bit(column: usize, row: usize) -> u8 {
    [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]][column][row]
}

/// Sets a cell when it is inside the buffer.
pub(crate) fn set(buf: &mut Buffer, x: u16, y: u16, sign: char, style: Style) {
    if let Some(cell) = buf.cell_mut((x, y)) {
        cell.set_char(sign).set_style(style);
    }
}

/// Empties an area, so that what was drawn below does not show through.
pub(crate) fn clear(area: Rect, buf: &mut Buffer) {
    let area = area.intersection(buf.area);
    for position in area.positions() {
        buf[position].reset();
    }
}

/// Makes what is not meant now step back.
pub(crate) fn dim(area: Rect, buf: &mut Buffer) {
    buf.set_style(area.intersection(buf.area), Style::new().add_modifier(Modifier::DIM));
}

/// Gives a row the selection's background.
pub(crate) fn highlight(area: Rect, buf: &mut Buffer, style: Style) {
    let area = area.intersection(buf.area);
    buf.set_style(area, style);
    // What has the ground's own colour, as guides have where there are but sixteen, would vanish on it.
    for position in area.positions() {
        if let Some(cell) = buf.cell_mut(position).filter(|cell| style.bg == Some(cell.fg)) {
            cell.set_fg(ratatui::style::Color::Gray);
        }
    }
}

/// Rows that stay in sight above and below the selected one while the user walks.
const CONTEXT: usize = 3;

/// Where a list is scrolled to: which row is selected and which is at the top.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scroll {
    pub(crate) selected: usize,
    pub(crate) top: usize,
    /// Rows may stay scrolled off above while there is room below: what has arrived above the cursor must not push
    /// it down. Ends when the user changes what is listed.
    pub(crate) held: bool,
    /// The user has walked or jumped: rows around the selected one are to show as well.
    pub(crate) walked: bool,
    /// The picture stays where it is although the selected row may be out of sight, until the user moves.
    pub(crate) loose: bool,
    /// Rows that showed when last looked at.
    height: usize,
    /// Lines below the last row, when last looked at: held rows leave no more of them blank.
    blank: usize,
}

impl Scroll {
    /// A list at its top, with this row selected.
    pub(crate) fn at(selected: usize) -> Self {
        Self { selected, ..Self::default() }
    }

    /// Brings the selected row and the top into `len` rows of which `height` are visible.
    pub(crate) fn clamp(&mut self, len: usize, height: usize) {
        self.selected = self.selected.min(len.saturating_sub(1));
        self.height = height;
        if self.loose {
            self.top = self.top.min(len.saturating_sub(height));
            return;
        }
        let context = if std::mem::take(&mut self.walked) { CONTEXT.min(height.saturating_sub(1) / 2) } else { 0 };
        let most = self.selected.saturating_sub(context);
        let least = (self.selected + context + 1).saturating_sub(height).min(most);
        self.top = self.top.clamp(least, most);
        let blank = if self.held { self.blank } else { 0 };
        self.top = self.top.min((len + blank).saturating_sub(height));
        self.blank = (height + self.top).saturating_sub(len);
    }

    /// Moves the selected row.
    pub(crate) fn by(&mut self, rows: isize, len: usize) {
        // Whoever does not see the selected row means the first that shows.
        let is_first = self.settle() && rows == 1;
        let rows = if is_first { 0 } else { rows };
        self.selected = self.selected.saturating_add_signed(rows).min(len.saturating_sub(1));
        self.walked = true;
    }

    /// Selects the first row that shows where the selected one is out of sight; whether it was.
    pub(crate) fn settle(&mut self) -> bool {
        let is_hidden = self.loose && !(self.top..self.top + self.height).contains(&self.selected);
        self.loose = false;
        if is_hidden {
            self.selected = self.top;
        }
        is_hidden
    }

    /// Follows the selected row to another index, where arrivals have moved it, and keeps its place on the screen.
    pub(crate) fn moved_to(&mut self, selected: usize) {
        if self.loose {
            self.selected = selected;
            return;
        }
        self.held |= selected > self.selected;
        let offset = self.selected.saturating_sub(self.top);
        self.top = selected.saturating_sub(offset);
        self.selected = selected;
    }

    /// Scrolls the picture, taking the selected row along only where it would leave it.
    pub(crate) fn wheel(&mut self, rows: isize, len: usize, height: usize) {
        self.loose = false;
        let most = len.saturating_sub(height).max(if rows > 0 { self.top } else { 0 });
        self.top = self.top.saturating_add_signed(rows).min(most);
        self.selected = self.selected.clamp(self.top, (self.top + height.max(1) - 1).max(self.top));
    }
}

#[cfg(test)]
mod tests {
    use super::Scroll;

    #[test]
    fn the_selected_row_stays_in_sight_and_where_it_was() {
        let mut scroll = Scroll { selected: 30, ..Scroll::default() };
        scroll.clamp(100, 10);
        assert_eq!((scroll.selected, scroll.top), (30, 21));
        scroll.moved_to(35);
        assert_eq!((scroll.selected, scroll.top), (35, 26));
        scroll.wheel(-20, 100, 10);
        assert_eq!((scroll.selected, scroll.top), (15, 6));
        scroll.held = false;
        scroll.clamp(3, 10);
        assert_eq!((scroll.selected, scroll.top), (2, 0));
        scroll.moved_to(5);
        scroll.clamp(6, 10);
        assert_eq!((scroll.selected, scroll.top), (5, 3));
        scroll.clamp(0, 0);
        assert_eq!((scroll.selected, scroll.top), (0, 0));
    }

    #[test]
    fn who_walks_sees_three_rows_more() {
        let mut scroll = Scroll::default();
        scroll.by(8, 100);
        scroll.clamp(100, 10);
        assert_eq!((scroll.selected, scroll.top), (8, 2));
        // Nothing but walking moves the picture.
        scroll.selected = 11;
        scroll.clamp(100, 10);
        assert_eq!(scroll.top, 2);
        scroll.by(-6, 100);
        scroll.clamp(100, 10);
        assert_eq!((scroll.selected, scroll.top), (5, 2));
        scroll.by(-1, 100);
        scroll.clamp(100, 10);
        assert_eq!(scroll.top, 1);
        for (rows, selected, top) in [(isize::MAX, 99, 90), (isize::MIN, 0, 0)] {
            scroll.by(rows, 100);
            scroll.clamp(100, 10);
            assert_eq!((scroll.selected, scroll.top), (selected, top));
        }
        scroll.by(1, 100);
        scroll.clamp(100, 2);
        assert_eq!((scroll.selected, scroll.top), (1, 0));
    }

    #[test]
    fn a_loose_picture_stays_until_the_user_moves() {
        let loose = || {
            let mut scroll = Scroll { selected: 50, loose: true, ..Scroll::default() };
            scroll.clamp(100, 10);
            scroll
        };
        let mut scroll = loose();
        assert_eq!((scroll.selected, scroll.top), (50, 0));
        scroll.moved_to(60);
        scroll.clamp(100, 10);
        assert_eq!((scroll.selected, scroll.top), (60, 0));
        scroll.by(1, 100);
        scroll.clamp(100, 10);
        assert_eq!((scroll.selected, scroll.top), (0, 0));
        let mut scroll = loose();
        scroll.moved_to(4);
        scroll.by(1, 100);
        assert_eq!(scroll.selected, 5, "in sight it is moved as ever");
    }

    #[test]
    fn what_leaves_below_makes_room_for_what_is_above() {
        let mut scroll = Scroll { selected: 2, ..Scroll::default() };
        scroll.clamp(100, 10);
        scroll.moved_to(52);
        scroll.clamp(150, 10);
        assert_eq!((scroll.selected, scroll.top), (52, 50));
        scroll.clamp(53, 10);
        assert_eq!((scroll.selected, scroll.top), (52, 43));
    }
}
