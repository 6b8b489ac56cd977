//! The head of the panel: service and operation whole, then the span's figures, on one line where they fit.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Modifier, Style},
};

use crate::model::{Kind, Status, duration_text};
use crate::query::detail::SpanDetail;
use crate::tui::text::{Pen, cells, width};
use crate::tui::theme::Role;
use crate::tui::view::Cx;
use crate::tui::wrap::wrapped;

/// Lines that a name may take.
const MOST_LINES: usize = 4;

/// Figures that stand behind the name where all of it fits on one line.
const KEPT: usize = 4;

/// Lines that the head takes in a panel with so many cells inside.
pub(super) fn height(detail: &SpanDetail, room: u16) -> u16 {
    let names = names(detail, room).len();
    cells(names + usize::from(!is_one_line(detail, room)))
}

/// `mysql SQL SELECT  285.3 ms  client  +4.01 ms  self 201.0 ms  40 % of trace  span 1f3a…`
pub(super) fn draw(area: Rect, buf: &mut Buffer, cx: &Cx<'_>, detail: &SpanDetail) {
    let service = cx.service(&detail.service).add_modifier(Modifier::BOLD);
    let mut x = area.x + 1;
    for (n, line) in names(detail, area.width).iter().enumerate() {
        let mut pen = Pen::new(buf, cx.glyphs, area.x + 1, area.y + cells(n), area.right());
        // The service begins the first line.
        let rest = line.strip_prefix(&detail.service).filter(|_| n == 0);
        if rest.is_some() {
            pen.put(&detail.service, service);
        }
        pen.put(rest.unwrap_or(line), cx.theme.style(Role::Strong));
        x = pen.x + 2;
    }
    let y = area.bottom().saturating_sub(1);
    let x = if is_one_line(detail, area.width) { x } else { area.x + 1 };
    let mut pen = Pen::new(buf, cx.glyphs, x, y, area.right());
    for (text, style) in figures(detail, cx) {
        if pen.room() < width(&text) {
            break;
        }
        pen.put(&text, style);
        pen.skip(2);
    }
}

/// Service and operation in lines that fit.
fn names(detail: &SpanDetail, room: u16) -> Vec<String> {
    let text = format!("{} {}", detail.service, detail.name);
    let mut lines = wrapped(&text, usize::from(room.saturating_sub(2)).max(8));
    lines.truncate(MOST_LINES);
    lines
}

/// Whether the most important figures have room behind the name.
fn is_one_line(detail: &SpanDetail, room: u16) -> bool {
    let name = width(&detail.service) + width(&detail.name) + 1;
    let kept: u16 = texts(detail).iter().filter(|text| !text.is_empty()).take(KEPT).map(|text| width(text) + 2).sum();
    name.saturating_add(kept) < room
}

/// The figures as text, most important first; some are empty.
fn texts(detail: &SpanDetail) -> [String; 8] {
    let status = if detail.status == Status::Unset { "" } else { detail.status.as_str() };
    let kind = if detail.kind == Kind::Unspecified { "" } else { detail.kind.as_str() };
    [
        duration_text(detail.duration),
        status.to_string(),
        kind.to_string(),
        format!("+{}", duration_text(detail.offset)),
        format!("self {}", duration_text(detail.self_time)),
        format!("{} of trace", share(detail.duration, detail.trace_duration)),
        format!("span {}", detail.span_id),
        detail.parent_id.map(|id| format!("parent {id}")).unwrap_or_default(),
    ]
}

fn figures(detail: &SpanDetail, cx: &Cx<'_>) -> impl Iterator<Item = (String, Style)> {
    let (muted, faint) = (cx.theme.style(Role::Muted), cx.theme.style(Role::Faint));
    let status = match detail.status {
        Status::Error => cx.theme.style(Role::Error),
        Status::Ok | Status::Unset => cx.theme.style(Role::Good),
    };
    let styles = [cx.theme.style(Role::Strong), status, muted, muted, muted, muted, faint, faint];
    texts(detail).into_iter().zip(styles).filter(|(text, _)| !text.is_empty())
}

/// A part in percent: whole from 10 on, with a decimal below, and never 0 for something.
fn share(part: u64, whole: u64) -> String {
    let permille = u128::from(part) * 1_000 / u128::from(whole.max(1));
    match (part, permille) {
        (0, _) => "0 %".to_string(),
        (_, 0) => "<0.1 %".to_string(),
        (_, 1..100) => format!("{}.{} %", permille / 10, permille % 10),
        _ => format!("{} %", permille / 10),
    }
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn a_small_part_is_never_nothing() {
        let cases =
            [(0, "0 %"), (1, "<0.1 %"), (1_470, "0.1 %"), (21_600, "2.1 %"), (399_000, "39 %"), (1_000_000, "100 %")];
        for (part, text) in cases {
            assert_eq!(share(part, 1_000_000), text);
        }
    }
}
