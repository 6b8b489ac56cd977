//! The bytes of a problem, in hex and as text, over the whole of Health.

use ratatui::{buffer::Buffer, layout::Rect};

use super::{clock, place_text};
use crate::model::{Place, Problem};
use crate::tui::text::{Pen, cells, count, width};
use crate::tui::theme::Role;
use crate::tui::view::Cx;
use crate::tui::widget::{clear, panel, title};
use crate::tui::wrap::wrapped;

/// Bytes in a row.
const ROW: usize = 16;

/// Where the dump is scrolled to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Dump {
    top: usize,
}

impl Dump {
    /// Opened so that the place of the problem is in sight.
    pub(super) fn new(problem: &Problem, area: Rect) -> Self {
        let mut dump = Self::default();
        if let Place::Byte(at) = problem.place {
            let row = usize::try_from(at).unwrap_or(0) / ROW;
            dump.top = row.saturating_sub(usize::from(inside(area, problem).height) / 2);
        }
        dump.by(0, problem, area);
        dump
    }

    /// Scrolls, no further than the last row.
    pub(super) fn by(&mut self, rows: isize, problem: &Problem, area: Rect) {
        let most = problem.bytes.len().div_ceil(ROW).saturating_sub(usize::from(inside(area, problem).height));
        self.top = self.top.saturating_add_signed(rows).min(most);
    }

    /// ```text
    /// ╭ 10:35:00 127.0.0.1:4242 byte 17, 900 bytes ─────────────────────────────────╮
    /// │ a string ends beyond the datagram                                           │
    /// │ 000010  82 81 00 09 65 6d 69 74  42 61 74 63 68 1c 1c 18  ....emitBatch...  │
    /// ╰───────────────────────────────────────────────────────── 0x000–0x25f ───────╯
    /// ```
    pub(super) fn draw(self, area: Rect, problem: &Problem, buf: &mut Buffer, cx: &Cx<'_>) {
        clear(Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area }, buf);
        let place = place(area);
        let inner = panel(place, buf, cx, true);
        let len = problem.bytes.len();
        title(place, buf, cx).put(&heading(problem, cx), cx.theme.style(Role::Strong));
        for (text, y) in reason(area, problem).iter().zip(inner.y..inner.bottom()) {
            Pen::new(buf, cx.glyphs, inner.x + 1, y, inner.right()).put(text, cx.theme.style(Role::Warning));
        }
        let at = match problem.place {
            Place::Byte(at) => usize::try_from(at).unwrap_or(usize::MAX),
            Place::Line(_) => usize::MAX,
        };
        let rows = inside(area, problem);
        let lines = problem.bytes.chunks(ROW).enumerate().skip(self.top).take(usize::from(rows.height));
        for (n, (row, chunk)) in lines.enumerate() {
            let mut pen = Pen::new(buf, cx.glyphs, rows.x + 1, rows.y + cells(n), rows.right());
            pen.put(&format!("{:06x}  ", row * ROW), cx.theme.style(Role::Faint));
            for (column, byte) in chunk.iter().enumerate() {
                let here = row * ROW + column == at;
                pen.put(&format!("{byte:02x}"), if here { cx.theme.found() } else { cx.theme.style(Role::Text) });
                pen.skip(1 + u16::from(column == 7));
            }
            pen.x = rows.x + 1 + 8 + 50;
            pen.put(&letters(chunk), cx.theme.style(Role::Muted));
        }
        let end = (self.top * ROW + usize::from(rows.height) * ROW).min(len);
        if self.top > 0 || end < len {
            let text = format!(" {} to {} of {} ", self.top * ROW, end.saturating_sub(1), len);
            let x = place.right().saturating_sub(width(&text) + 2);
            Pen::new(buf, cx.glyphs, x, place.bottom().saturating_sub(1), place.right())
                .put(&text, cx.theme.style(Role::Muted));
        }
    }
}

fn place(area: Rect) -> Rect {
    let width = area.width.min(80);
    Rect { x: area.x + (area.width - width) / 2, y: area.y + 1, width, height: area.height.saturating_sub(1) }
}

/// When, where from, and how much of it there is.
fn heading(problem: &Problem, cx: &Cx<'_>) -> String {
    let len = problem.bytes.len();
    let shown = match len {
        0 => None,
        4096.. => Some("the first 4 096 bytes".to_string()),
        _ => Some(format!("{} bytes", count(len as u64))),
    };
    let origin = (!problem.origin.is_empty()).then(|| format!("{} {}", problem.origin, place_text(problem.place)));
    let (clock, parts) = (clock(problem, cx), origin.into_iter().chain(shown).collect::<Vec<_>>().join(", "));
    format!(" {} ", [clock, parts].join(" ").trim())
}

/// What was wrong, whole.
fn reason(area: Rect, problem: &Problem) -> Vec<String> {
    wrapped(&problem.reason, usize::from(place(area).width.saturating_sub(4).max(8)))
}

/// The rows of bytes: inside the border, below the reason and an empty line.
fn inside(area: Rect, problem: &Problem) -> Rect {
    let place = place(area);
    let above = cells(reason(area, problem).len()) + 2;
    let (width, height) = (place.width.saturating_sub(2), place.height.saturating_sub(above + 1));
    Rect { x: place.x + 1, y: place.y + above, width, height }
}

/// The bytes as text: what is no letter is a dot.
fn letters(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| if byte.is_ascii_graphic() { char::from(*byte) } else { '.' }).collect()
}

/// All bytes in lines, as they are copied.
pub(super) fn lines(problem: &Problem) -> impl Iterator<Item = String> {
    problem.bytes.chunks(ROW).enumerate().map(|(row, chunk)| {
        let hex: Vec<String> = chunk.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{:06x}  {:<47}  {}", row * ROW, hex.join(" "), letters(chunk))
    })
}
