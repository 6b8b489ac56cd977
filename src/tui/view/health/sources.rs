//! The table of sources on Health: one or two lines each, losses in red.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use super::short_name;
use crate::model::{SourceState, SourceStatus};
use crate::tui::text::{Pen, bytes, cells, short_count};
use crate::tui::theme::Role;
use crate::tui::view::Cx;
use crate::tui::widget::{panel, title};

/// A column of the sources table: title, width, and what it shows.
type Column = (&'static str, u16, fn(&SourceStatus) -> String);

/// Columns in the order in which they are kept as the screen narrows.
const COLUMNS: &[Column] = &[
    ("spans", 8, |source| short_count(source.spans)),
    ("per s", 7, |source| short_count(source.spans_per_second)),
    ("malformed", 11, |source| short_count(source.malformed)),
    ("datagrams", 11, |source| short_count(source.datagrams)),
    ("kernel drops", 14, |source| source.kernel_drops.map_or_else(|| "n/a".to_string(), short_count)),
    ("queue", 7, |source| short_count(source.queue_drops)),
    ("cut", 5, |source| short_count(source.truncated)),
    ("seq gaps", 10, |source| short_count(source.seq_gaps)),
    ("client", 8, |source| short_count(source.client_drops)),
    ("lines", 7, |source| short_count(source.lines)),
    ("bytes", 10, |source| bytes(source.bytes)),
    ("buffer", 18, |source| match source.receive_buffer {
        Some((asked, got)) => format!("{} of {}", bytes(got), bytes(asked)),
        None => "n/a".to_string(),
    }),
];

/// Columns that fit beside the name, with the column after each; the others go to a second line per source.
fn fitting(inner: Rect) -> Vec<(&'static Column, u16)> {
    let mut x = inner.x + name_width(inner);
    let fitting = COLUMNS.iter().map_while(|column| {
        x += column.1;
        (x <= inner.right()).then_some((column, x - column.1))
    });
    fitting.collect()
}

fn name_width(inner: Rect) -> u16 {
    44.min(inner.width / 2)
}

/// Lines that each source takes at this width.
pub(super) fn lines_each(width: u16) -> u16 {
    let inner = Rect::new(1, 0, width.saturating_sub(2), 1);
    if fitting(inner).len() < COLUMNS.len() { 2 } else { 1 }
}

pub(super) fn draw(area: Rect, buf: &mut Buffer, cx: &Cx<'_>) {
    let inner = panel(area, buf, cx, false);
    title(area, buf, cx).put(" Sources ", cx.theme.style(Role::Strong));
    let (name, columns) = (name_width(inner), fitting(inner));
    for (column, x) in &columns {
        let mut pen = Pen::new(buf, cx.glyphs, *x, inner.y, inner.right());
        pen.put_right(column.1 - 1, column.0, cx.theme.style(Role::Muted));
    }
    let each = lines_each(area.width);
    let fits = usize::from(inner.height.saturating_sub(1) / each);
    // Where not all fit, those that need a look come first.
    let mut order: Vec<&SourceStatus> = cx.sources.iter().collect();
    if order.len() > fits {
        order.sort_by_key(|source| source.state == SourceState::Done && source.malformed == 0);
        let text = format!(" {} more ", order.len() - fits);
        let mut pen = Pen::new(
            buf,
            cx.glyphs,
            area.right().saturating_sub(cells(text.len()) + 2),
            area.bottom() - 1,
            area.right(),
        );
        pen.put(&text, cx.theme.style(Role::Warning));
    }
    for (n, source) in order.into_iter().take(fits).enumerate() {
        let y = inner.y + 1 + cells(n) * each;
        let (role, state) = state(source);
        let mut pen = Pen::new(buf, cx.glyphs, inner.x + 1, y, inner.x + name);
        pen.sign(if role == Role::Error { cx.glyphs.error } else { cx.glyphs.dot }, cx.theme.style(role));
        pen.skip(1);
        pen.put(&source.protocol, cx.theme.style(Role::Strong));
        pen.skip(1);
        pen.put(short_name(&source.endpoint), cx.theme.style(Role::Text));
        pen.skip(1);
        pen.put(&state, cx.theme.style(if role == Role::Good { Role::Muted } else { role }));
        for (column, x) in &columns {
            let (text, style) = value(column, source, cx);
            Pen::new(buf, cx.glyphs, *x, y, inner.right()).put_right(column.1 - 1, &text, style);
        }
        let mut pen = Pen::new(buf, cx.glyphs, inner.x + 3, y + 1, inner.right());
        for column in COLUMNS.iter().skip(columns.len()) {
            let (text, style) = value(column, source, cx);
            pen.put(column.0, cx.theme.style(Role::Muted));
            pen.skip(1);
            pen.put(&text, style);
            pen.skip(2);
        }
    }
    if cx.sources.iter().any(has_small_buffer) {
        let mut pen = Pen::new(buf, cx.glyphs, inner.x + 1, inner.bottom().saturating_sub(1), inner.right());
        let text =
            "the system limits receive buffers; bursts fit better after: sudo sysctl -w net.core.rmem_max=67108864";
        pen.put(text, cx.theme.style(Role::Warning));
    }
}

/// The system gave less than a burst of a few hundred full datagrams needs.
pub(super) fn has_small_buffer(source: &SourceStatus) -> bool {
    source.receive_buffer.is_some_and(|(asked, got)| got < asked.min(4 << 20))
}

/// A column's text; losses stand out.
fn value(column: &Column, source: &SourceStatus, cx: &Cx<'_>) -> (String, Style) {
    let text = column.2(source);
    let alarm = matches!(column.0, "malformed" | "kernel drops" | "queue" | "cut" | "seq gaps" | "client");
    let alarm = alarm && text != "0" && text != "n/a";
    (text, cx.theme.style(if alarm { Role::Error } else { Role::Text }))
}

fn state(source: &SourceStatus) -> (Role, String) {
    match &source.state {
        SourceState::Listening if source.exposed => (Role::Warning, "listening on all interfaces".to_string()),
        SourceState::Listening => (Role::Good, "listening".to_string()),
        SourceState::Reading { done, total: Some(total) } if *total > 0 => {
            (Role::Warning, format!("reading {} %", done.saturating_mul(100) / total))
        }
        SourceState::Reading { done, .. } => (Role::Warning, format!("reading {}", bytes(*done))),
        SourceState::Done if source.spans == 0 => (Role::Warning, "read, no spans in it".to_string()),
        SourceState::Done => (Role::Good, "read".to_string()),
        SourceState::Busy => (Role::Warning, "not opened: another program has the port".to_string()),
        SourceState::Stopped => (Role::Warning, "stopped before the end".to_string()),
        SourceState::Failed(reason) => {
            // The name stands before it already.
            let rest = reason.strip_prefix(&source.endpoint).and_then(|rest| rest.strip_prefix(": "));
            (Role::Error, rest.unwrap_or(reason).to_string())
        }
    }
}
