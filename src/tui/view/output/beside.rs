//! Where the selected line lies: its span among ancestors and siblings, with a mark at the line's moment, and what else the
//! line says.

use ratatui::{buffer::Buffer, layout::Rect, style::Modifier};

use super::list::styles;
use crate::model::{Severity, Timestamp};
use crate::query::detail::Tone;
use crate::query::output::{Near, NearSpan};
use crate::tui::shorten::names;
use crate::tui::text::{Pen, cells, width};
use crate::tui::theme::Role;
use crate::tui::view::Cx;
use crate::tui::widget::bar::{self, Eighths};
use crate::tui::widget::{highlight, panel, set, title};
use crate::tui::wrap::wrapped;

/// ```text
/// ╭ payment Charge ────────────────────────╮
/// │ this line lies in            the line ▾│
/// │▎frontend POST /checkout   ████████████ │
/// │ ▎payment Charge              ████████  │
/// │ trace 0c11…  span 9c1f…                │
/// │ code.file  shop/payment.py             │
/// ╰────────────────────────────────────────╯
/// ```
pub(super) fn draw(area: Rect, buf: &mut Buffer, cx: &Cx<'_>, near: Option<&Near>) {
    let inner = panel(area, buf, cx, false);
    let Some(near) = near else { return };
    let mut pen = title(area, buf, cx);
    match &near.title {
        Some((service, name)) => {
            pen.sign(' ', cx.theme.style(Role::Border));
            pen.put(service, cx.service(service).add_modifier(Modifier::BOLD));
            pen.sign(' ', cx.theme.style(Role::Border));
            pen.put(name, cx.theme.style(Role::Strong));
            pen.sign(' ', cx.theme.style(Role::Border));
        }
        None => drop(pen.put(" The line ", cx.theme.style(Role::Strong))),
    }
    let muted = cx.theme.style(Role::Muted);
    let mut y = inner.y;
    if near.spans.is_empty() {
        let text = match (near.is_absent, near.time) {
            (true, _) => "the trace that it names is not here",
            (false, Some(_)) => "it names no span: placed by its time only",
            (false, None) => "it names no span: placed by the lines around it",
        };
        Pen::new(buf, cx.glyphs, inner.x + 1, y, inner.right()).put(text, muted);
        y += 2;
    } else {
        y = spans(Rect { y, height: inner.bottom() - y, ..inner }, buf, cx, near) + 1;
    }
    told(Rect { y, height: inner.bottom().saturating_sub(y), ..inner }, buf, cx, near);
}

/// Draws the spans around the line; gives back the row below them.
fn spans(area: Rect, buf: &mut Buffer, cx: &Cx<'_>, near: &Near) -> u16 {
    let muted = cx.theme.style(Role::Muted);
    let bars = area.width * 2 / 5;
    let left = area.right().saturating_sub(bars + 1);
    let (from, total) = near.range;
    let column = |time: Timestamp| {
        let at = u128::from(time.since(from)).min(u128::from(total)) * u128::from(bars) / u128::from(total.max(1));
        left + u16::try_from(at).unwrap_or(bars).min(bars.saturating_sub(1))
    };
    let is_line = !near.text.is_empty() && near.spans.iter().any(|span| span.is_own);
    let says = if is_line { "this line lies in" } else { "this trace" };
    Pen::new(buf, cx.glyphs, area.x + 1, area.y, left).put(says, muted);
    if let Some(time) = near.time {
        let label = "the line";
        let x = column(time);
        let start = x.saturating_sub(width(label)).max(left);
        Pen::new(buf, cx.glyphs, start, area.y, area.right()).put(label, cx.theme.style(Role::Warning));
        set(
            buf,
            x.max(start + width(label)).min(area.right() - 1),
            area.y,
            cx.glyphs.sorted[0],
            cx.theme.style(Role::Warning),
        );
    }
    let mut y = area.y + 1;
    for span in near.spans.iter().take(usize::from(area.height.saturating_sub(1))) {
        let line = Rect { y, height: 1, ..area };
        if span.is_own {
            highlight(line, buf, cx.theme.selection());
        }
        draw_span(line, left, buf, cx, span);
        let ground = if span.is_own { cx.theme.selection() } else { ratatui::style::Style::new() };
        let stretch = Eighths::new(span.offset, span.duration, total, bars);
        bar::full((left, y), stretch, buf, (cx.service(&span.service), ground), cx.glyphs);
        if span.is_own
            && let Some(time) = near.time
        {
            let (x, style) = (column(time), styles(near.severity, cx).0);
            let covered = stretch.cells().contains(&(x - left));
            let style = match cx.service(&span.service).fg.filter(|_| covered) {
                Some(color) => ratatui::style::Style::new().fg(ratatui::style::Color::Black).bg(color),
                None => ground.patch(style),
            };
            set(buf, x, y, cx.glyphs.log, style);
        }
        y += 1;
    }
    y
}

fn draw_span(line: Rect, left: u16, buf: &mut Buffer, cx: &Cx<'_>, span: &NearSpan) {
    let mut pen = Pen::new(buf, cx.glyphs, line.x + 1 + cells(span.depth).min(8), line.y, left.saturating_sub(1));
    pen.sign(cx.glyphs.chip, cx.service(&span.service));
    if span.error {
        pen.sign(cx.glyphs.error, cx.theme.style(Role::Error));
        pen.skip(1);
    }
    let (service, name) = names(&span.service, &span.name, pen.room(), cx.glyphs.ellipsis);
    let role = if span.is_own { Role::Strong } else { Role::Text };
    pen.put(&service, cx.theme.style(Role::Muted));
    pen.skip(u16::from(!service.is_empty()));
    pen.put(&name, cx.theme.style(role));
}

/// Ids, severity, attributes, and the whole message where it does not fit into the list.
fn told(area: Rect, buf: &mut Buffer, cx: &Cx<'_>, near: &Near) {
    let mut y = area.y;
    let mut pen = Pen::new(buf, cx.glyphs, area.x + 1, y, area.right().saturating_sub(1));
    if let Some(trace) = near.trace {
        pen.put(&format!("trace {trace}"), cx.theme.style(Role::Faint));
        if near.span.0 != 0 {
            y += 1;
            pen = Pen::new(buf, cx.glyphs, area.x + 1, y, area.right().saturating_sub(1));
            pen.put(&format!("span  {}", near.span), cx.theme.style(Role::Faint));
        }
        y += 2;
    }
    let keys = near.lines.iter().map(|line| width(&line.key)).max().unwrap_or(0).min(area.width * 2 / 5);
    let mut put = |key: &str, value: &str, style| {
        let room = usize::from(area.width.saturating_sub(keys + 4)).max(8);
        for (n, piece) in value.lines().flat_map(|line| wrapped(line, room)).enumerate() {
            if y >= area.bottom() {
                return;
            }
            let mut pen = Pen::new(buf, cx.glyphs, area.x + 1, y, area.right().saturating_sub(1));
            pen.put_left(keys + 2, if n == 0 { key } else { "" }, cx.theme.style(Role::Muted));
            pen.put(&piece, style);
            y += 1;
        }
    };
    if near.severity != Severity::UNSPECIFIED && !near.lines.is_empty() {
        put("severity", near.severity.name(), styles(near.severity, cx).0);
    }
    for line in &near.lines {
        let role = match line.tone {
            Tone::Number => Role::Number,
            Tone::Error => Role::Error,
            Tone::Warning => Role::Warning,
            Tone::Text | Tone::Heading => Role::Text,
        };
        put(&line.key, &line.value, cx.theme.style(role));
    }
    if y + 1 < area.bottom() {
        let room = usize::from(area.width.saturating_sub(2)).max(8);
        let text = near.text.iter().flat_map(|line| wrapped(line, room));
        for (y, piece) in (y + u16::from(y > area.y)..area.bottom()).zip(text) {
            Pen::new(buf, cx.glyphs, area.x + 1, y, area.right().saturating_sub(1))
                .put(&piece, cx.theme.style(Role::Text));
        }
    }
}
