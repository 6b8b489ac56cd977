//! Text from outside made safe for a grid of cells, and drawn into it. Nothing reaches the terminal but through here.

use std::borrow::Cow;
use std::ops::Range;

use chrono::{DateTime, Local, Utc};
use ratatui::{buffer::Buffer, layout::Rect, style::Style};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::glyphs::Glyphs;
use crate::model::Timestamp;
pub(crate) use crate::model::safe;

/// Cells from a count; screens are far narrower than 65,535 cells.
pub(crate) fn cells(n: usize) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}

/// Width in cells of safe text.
pub(crate) fn width(text: &str) -> u16 {
    cells(safe(text).width())
}

/// A place to write: the buffer, a row, and the columns still free.
pub(crate) struct Pen<'b> {
    /// The buffer.
    pub buf: &'b mut Buffer,
    /// Next column.
    pub x: u16,
    /// First column not to be written.
    pub end: u16,
    /// Row.
    pub y: u16,
    /// Sign for cut text.
    pub ellipsis: char,
    /// Whether only ASCII may be written.
    ascii: bool,
}

impl<'b> Pen<'b> {
    /// A pen for the columns `x..end` of row `y`, cut to the buffer.
    pub(crate) fn new(buf: &'b mut Buffer, glyphs: &Glyphs, x: u16, y: u16, end: u16) -> Self {
        let end = if y < buf.area.bottom() { end.min(buf.area.right()) } else { x };
        Self { buf, x, end, y, ellipsis: glyphs.ellipsis, ascii: !glyphs.partial }
    }

    /// Cells left.
    pub(crate) fn room(&self) -> u16 {
        self.end.saturating_sub(self.x)
    }

    /// Writes text, cut with an ellipsis when there is no room. Returns whether all of it fit.
    pub(crate) fn put(&mut self, text: &str, style: Style) -> bool {
        let text = if self.ascii { ascii(text) } else { safe(text) };
        let room = self.room();
        if room == 0 {
            return text.is_empty();
        }
        if text.width() <= usize::from(room) {
            self.x = self.buf.set_stringn(self.x, self.y, text, usize::from(room), style).0;
            return true;
        }
        let (x, _) = self.buf.set_stringn(self.x, self.y, text, usize::from(room - 1), style);
        self.x = self.buf.set_stringn(x, self.y, self.ellipsis.to_string(), 1, style).0;
        false
    }

    /// Writes text whose parts `marks`, ranges of its bytes in order, have another style.
    pub(crate) fn put_marked(&mut self, text: &str, style: Style, marks: &[Range<usize>], marked: Style) -> bool {
        let from = self.x;
        let fits = self.put(text, style);
        for mark in marks {
            let column = |at: usize| from.saturating_add(self.shown_width(text.get(..at).unwrap_or(text))).min(self.x);
            let (start, end) = (column(mark.start), column(mark.end));
            self.buf.set_style(Rect { x: start, y: self.y, width: end - start, height: 1 }, marked);
        }
        fits
    }

    fn shown_width(&self, text: &str) -> u16 {
        cells(if self.ascii { ascii(text).width() } else { safe(text).width() })
    }

    /// Writes one sign.
    pub(crate) fn sign(&mut self, sign: char, style: Style) {
        if self.room() > 0 {
            self.buf[(self.x, self.y)].set_char(sign).set_style(style);
            self.x += 1;
        }
    }

    /// Leaves `n` cells.
    pub(crate) fn skip(&mut self, n: u16) {
        self.x = self.x.saturating_add(n).min(self.end);
    }

    /// Writes text so that it ends at `end`, in `width` cells before it, cut from the right.
    pub(crate) fn put_right(&mut self, width: u16, text: &str, style: Style) {
        let from = self.x;
        let to = self.x.saturating_add(width).min(self.end);
        let used = self::width(text).min(width);
        self.x = to.saturating_sub(used).max(from);
        let end = std::mem::replace(&mut self.end, to);
        self.put(text, style);
        (self.x, self.end) = (to, end);
    }

    /// Writes text in exactly `width` cells, cut or padded.
    pub(crate) fn put_left(&mut self, width: u16, text: &str, style: Style) {
        let to = self.x.saturating_add(width).min(self.end);
        let end = std::mem::replace(&mut self.end, to);
        self.put(text, style);
        (self.x, self.end) = (to, end);
    }
}

/// Text for a terminal that shows ASCII only.
fn ascii(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return safe(text).into_owned().replace(|char: char| !char.is_ascii(), "?").into();
    }
    let mut signs = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            'µ' => signs.push('u'),
            '×' => signs.push('x'),
            '·' => signs.push('-'),
            '…' => signs.push('~'),
            '→' => signs.push('>'),
            '←' => signs.push('<'),
            '◆' => signs.push('*'),
            char if char.is_ascii_graphic() || char == ' ' => signs.push(char),
            // Two cells: the second tells signs apart, so that two names of them rarely look alike.
            char if char.width() == Some(2) => {
                let digit = u32::from(char).wrapping_mul(0x9e37_79b1) >> 28;
                signs.push('?');
                signs.extend(char::from_digit(digit, 16));
            }
            _ => signs.push('?'),
        }
    }
    signs.into()
}

/// Thousands apart, as in `4 812`.
pub(crate) fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

/// A count with its noun: `1 span`, `4 812 spans`.
pub(crate) fn counted(n: u64, noun: &str) -> String {
    format!("{} {noun}{}", count(n), if n == 1 { "" } else { "s" })
}

/// A count in at most five cells: `999`, `9 999`, `12k`, `345k`, `6.7M`.
pub(crate) fn short_count(n: u64) -> String {
    let (unit, sign) = match n {
        0..10_000 => return count(n),
        10_000..1_000_000 => (1_000, 'k'),
        1_000_000..1_000_000_000 => (1_000_000, 'M'),
        _ => (1_000_000_000, 'G'),
    };
    if n / unit < 10 { format!("{}.{}{sign}", n / unit, n % unit * 10 / unit) } else { format!("{}{sign}", n / unit) }
}

/// Bytes in a unit that keeps them short, as in `3.1 MiB`.
pub(crate) fn bytes(n: u64) -> String {
    const KIB: f64 = 1024.0;
    match n {
        0..1_024 => format!("{n} B"),
        1_024..1_048_576 => format!("{:.0} KiB", n as f64 / KIB),
        1_048_576..10_485_760 => format!("{:.1} MiB", n as f64 / KIB / KIB),
        10_485_760..1_073_741_824 => format!("{:.0} MiB", n as f64 / KIB / KIB),
        _ => format!("{:.1} GiB", n as f64 / KIB / KIB / KIB),
    }
}

/// A time of day in the local zone or UTC.
pub(crate) fn time_text(time: Timestamp, utc: bool, format: &str) -> String {
    let time: DateTime<Utc> = DateTime::from_timestamp_nanos(time.0);
    if utc { time.format(format).to_string() } else { time.with_timezone(&Local).format(format).to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::glyphs::UNICODE;

    #[test]
    fn text_is_cut_at_whole_characters_with_an_ellipsis() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 6, 1));
        assert!(!Pen::new(&mut buf, &UNICODE, 0, 0, 6).put("繁體中文", Style::new()));
        assert_eq!(buf.cell((0, 0)).map(|cell| cell.symbol().to_string()), Some("繁".to_string()));
        assert_eq!(buf.cell((4, 0)).map(|cell| cell.symbol().to_string()), Some("…".to_string()));
        assert!(Pen::new(&mut buf, &UNICODE, 0, 9, 6).put("", Style::new()));
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(count(4_812), "4 812");
        assert_eq!(short_count(9_999), "9 999");
        assert_eq!(short_count(1_250_000), "1.2M");
        assert_eq!(bytes(3_250_586), "3.1 MiB");
    }
}
