//! Bars with edges finer than a cell.

use ratatui::{
    buffer::{Buffer, Cell},
    layout::Rect,
    style::Style,
};

use super::set;
pub(crate) use crate::query::ruler::Eighths;
use crate::tui::glyphs::Glyphs;

/// Draws a full-height bar at column `x` onwards. `ground` is the row's background.
pub(crate) fn full(
    (x, y): (u16, u16),
    bar: Eighths,
    buf: &mut Buffer,
    (style, ground): (Style, Style),
    glyphs: &Glyphs,
) {
    let style = ground.patch(style);
    for column in bar.cells() {
        let from = bar.start.saturating_sub(u32::from(column) * 8).min(8);
        let to = bar.end.saturating_sub(u32::from(column) * 8).min(8);
        let (sign, swapped) = piece(from, to, glyphs);
        set(buf, x + column, y, sign, if swapped { swap(style) } else { style });
    }
}

/// Parts the whole cells of a line from those of the line above that have their colour: two such bars would be one block.
pub(crate) fn part(line: Rect, buf: &mut Buffer, glyphs: &Glyphs) {
    let whole = |cell: &Cell| {
        let sign = cell.symbol().chars().next();
        sign == glyphs.eighths.last().copied() || sign == Some(glyphs.below)
    };
    let Some(above) = line.y.checked_sub(1) else { return };
    let is_whole = |buf: &Buffer, x: u16| buf.cell((x, line.y)).is_some_and(&whole);
    let is_under = |buf: &Buffer, x: u16| {
        let pair = buf.cell((x, above)).filter(|cell| whole(cell)).zip(buf.cell((x, line.y)));
        pair.is_some_and(|(above, cell)| above.fg == cell.fg)
    };
    let mut from = line.x;
    while from < line.right() {
        let to = (from..line.right()).find(|x| !is_whole(buf, *x)).unwrap_or(line.right());
        // Lowered as a whole: a mark above would leave a tooth.
        if (from..to).any(|x| is_under(buf, x)) {
            for x in from..to {
                if let Some(cell) = buf.cell_mut((x, line.y)) {
                    cell.set_char(glyphs.below);
                }
            }
        }
        from = to + 1;
    }
}

/// The sign for the eighths `from..to` of a cell, and whether its colours are to be swapped.
fn piece(from: u32, to: u32, glyphs: &Glyphs) -> (char, bool) {
    let block = |eighths: u32| glyphs.eighths[(eighths.clamp(1, 8) - 1) as usize];
    match (from, to) {
        _ if !glyphs.partial => (block(8), false),
        (0, to) => (block(to), false),
        (7, 8) => (glyphs.sliver[1], false),
        (from, 8) => (block(from), true),
        (from, to) if to - from <= 3 => (glyphs.sliver[usize::from(from >= 5)], false),
        (from, to) if from + to <= 8 => (block(4), false),
        _ => (block(4), true),
    }
}

/// Foreground and background exchanged. Where the background is the terminal's own, reversing does it.
fn swap(style: Style) -> Style {
    match style.bg {
        Some(ground) => Style { fg: Some(ground), bg: style.fg, ..style },
        None => style.add_modifier(ratatui::style::Modifier::REVERSED),
    }
}

/// Draws a thin bar `part/whole` of `width` cells long, at least half a cell for anything above 0.
pub(crate) fn thin((x, y): (u16, u16), halves: u16, buf: &mut Buffer, style: Style, glyphs: &Glyphs) {
    for column in 0..halves.div_ceil(2) {
        let whole = column * 2 + 1 < halves;
        set(buf, x + column, y, glyphs.thin[usize::from(!whole)], style);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::glyphs::UNICODE;

    #[test]
    fn edges_inside_a_cell_use_eighth_blocks() {
        assert_eq!(piece(0, 8, &UNICODE), ('█', false));
        assert_eq!(piece(0, 3, &UNICODE), ('▍', false));
        assert_eq!(piece(3, 8, &UNICODE), ('▍', true));
    }
}
