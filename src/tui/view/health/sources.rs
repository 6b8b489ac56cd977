//! The table of sources on Health: one or two lines each, losses in red.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use super::short_name;
use crate::model::{SourceState, SourceStatus};
use crate::tui::text::{Pen, bytes, cells, short_count, width};
use crate::tui::theme::Role;
use crate::tui::view::Cx;
use crate::tui::widget::{panel, title};

/// A column of the sources table: title, width, whether anything but 0 is an alarm, and what it shows; nothing where it
/// does not apply.
struct Column(&'static str, u16, bool, fn(&SourceStatus) -> Option<String>);

/// Columns in the order in which they are kept as the screen narrows.
const COLUMNS: &[Column] = &[
    Column("spans", 8, false, |source| Some(short_count(source.spans))),
    Column("per s", 7, false, |source| Some(short_count(source.spans_per_second))),
    Column("malformed", 11, true, |source| Some(short_count(source.malformed))),
    Column("received", 10, false, |source| (!is_file(source)).then(|| short_count(received(source)))),
    Column("refused", 9, true, |source| source.requests.map(|_| short_count(source.refused))),
    Column("logs", 7, false, |source| (source.requests.is_some() || source.logs > 0).then(|| short_count(source.logs))),
    Column("not kept", 10, false, |source| source.requests.map(|_| short_count(source.not_kept))),
    Column("kernel drops", 14, true, |source| {
        is_udp(source).then(|| source.kernel_drops.map_or_else(|| "n/a".to_string(), short_count))
    }),
    Column("queue", 7, true, |source| is_udp(source).then(|| short_count(source.queue_drops))),
    Column("cut", 5, true, |source| is_udp(source).then(|| short_count(source.truncated))),
    Column("seq gaps", 10, true, |source| is_udp(source).then(|| short_count(source.seq_gaps))),
    Column("client", 8, true, |source| (!is_file(source)).then(|| short_count(source.client_drops))),
    Column("lines", 7, false, |source| is_file(source).then(|| short_count(source.lines))),
    Column("bytes", 10, false, |source| Some(bytes(source.bytes))),
    Column("buffer", 18, false, |source| match source.receive_buffer {
        Some((asked, got)) => Some(format!("{} of {}", bytes(got), bytes(asked))),
        None => is_udp(source).then(|| "n/a".to_string()),
    }),
];

/// Datagrams or requests.
fn received(source: &SourceStatus) -> u64 {
    source.requests.unwrap_or(source.datagrams)
}

fn is_file(source: &SourceStatus) -> bool {
    !is_door(source)
}

fn is_door(source: &SourceStatus) -> bool {
    let is_open = matches!(source.state, SourceState::Listening | SourceState::Busy);
    is_open || source.requests.is_some() || source.datagrams > 0
}

fn is_udp(source: &SourceStatus) -> bool {
    is_door(source) && source.requests.is_none() && source.state != SourceState::Busy
}

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

/// Lines that a source takes where so many columns fit: a door where nothing came has nothing for a second one.
fn lines(source: &SourceStatus, fitting: usize) -> u16 {
    let is_silent = is_door(source) && source.bytes == 0 && received(source) == 0 && weight(source) > 0;
    if fitting < COLUMNS.len() && !is_silent { 2 } else { 1 }
}

/// Which sources are looked at first: those with trouble, then those that brought something.
fn weight(source: &SourceStatus) -> u8 {
    let is_alarm =
        COLUMNS.iter().any(|column| column.2 && !matches!(column.3(source).as_deref(), None | Some("0" | "n/a")));
    let is_failed = matches!(source.state, SourceState::Failed(_));
    match (is_alarm || is_failed, source.spans > 0 || received(source) > 0) {
        (true, _) => 0,
        (false, true) if source.state != SourceState::Done => 1,
        (false, _)
            if matches!(source.state, SourceState::Reading { .. } | SourceState::Following | SourceState::Stopped) =>
        {
            1
        }
        (false, _) if is_door(source) => 2,
        (false, _) => 3,
    }
}

/// Lines inside the panel: a head, the sources, and what to do about a small buffer.
pub(super) fn height(cx: &Cx<'_>, width: u16) -> u16 {
    let fitting = fitting(Rect::new(1, 0, width.saturating_sub(2), 1)).len();
    let lines: u16 = cx.sources.iter().map(|source| lines(source, fitting)).sum();
    lines + 1 + u16::from(cx.sources.iter().any(has_small_buffer))
}

/// ```text
/// ╭ Sources ────────────────────────────────────────────────────────╮
/// │                                    spans  per s  malformed  …   │
/// │ ● otlp-grpc :4317 listening           12      3          0      │
/// │   requests 3  refused 0  …                                      │
/// ╰───────────────────────────────────────────────────────── 2 more ╯
/// ```
pub(super) fn draw(area: Rect, buf: &mut Buffer, cx: &Cx<'_>) {
    let inner = panel(area, buf, cx, false);
    title(area, buf, cx).put(" Sources ", cx.theme.style(Role::Strong));
    let columns = fitting(inner);
    for (column, x) in &columns {
        let mut pen = Pen::new(buf, cx.glyphs, *x, inner.y, inner.right());
        pen.put_right(column.1 - 1, column.0, cx.theme.style(Role::Muted));
    }
    let has_hint = cx.sources.iter().any(has_small_buffer);
    let room = inner.height.saturating_sub(1 + u16::from(has_hint));
    let mut order: Vec<&SourceStatus> = cx.sources.iter().collect();
    let taken = |order: &[&SourceStatus]| order.iter().map(|source| lines(source, columns.len())).sum::<u16>();
    if taken(&order) > room {
        order.sort_by_key(|source| weight(source));
    }
    let mut y = inner.y + 1;
    for (n, source) in order.iter().enumerate() {
        let lines = lines(source, columns.len());
        if y + lines > inner.y + 1 + room {
            more(area, buf, cx, order.len() - n);
            break;
        }
        one(Rect { y, height: lines, ..inner }, buf, cx, source, &columns);
        y += lines;
    }
    if has_hint {
        let mut pen = Pen::new(buf, cx.glyphs, inner.x + 1, inner.bottom().saturating_sub(1), inner.right());
        let text =
            "the system limits receive buffers; bursts fit better after: sudo sysctl -w net.core.rmem_max=67108864";
        pen.put(text, cx.theme.style(Role::Warning));
    }
}

fn more(area: Rect, buf: &mut Buffer, cx: &Cx<'_>, n: usize) {
    let text = format!(" {n} more ");
    let x = area.right().saturating_sub(cells(text.len()) + 2);
    Pen::new(buf, cx.glyphs, x, area.bottom() - 1, area.right()).put(&text, cx.theme.style(Role::Warning));
}

fn one(area: Rect, buf: &mut Buffer, cx: &Cx<'_>, source: &SourceStatus, columns: &[(&'static Column, u16)]) {
    let (role, state) = state(source);
    let mut pen = Pen::new(buf, cx.glyphs, area.x + 1, area.y, area.x + name_width(area));
    pen.sign(if role == Role::Error { cx.glyphs.error } else { cx.glyphs.dot }, cx.theme.style(role));
    pen.skip(1);
    pen.put(&source.protocol, cx.theme.style(Role::Strong));
    pen.skip(1);
    pen.put(short_name(&source.endpoint), cx.theme.style(Role::Text));
    pen.skip(1);
    // What needs a sentence gets it: such a source has no figures.
    let is_told = matches!(source.state, SourceState::Busy | SourceState::Failed(_)) && source.spans == 0;
    pen.end = if is_told { area.right() } else { pen.end };
    pen.put(&state, cx.theme.style(if role == Role::Good { Role::Muted } else { role }));
    if is_told {
        return;
    }
    for (column, x) in columns {
        let Some((text, style)) = value(column, source, cx) else { continue };
        Pen::new(buf, cx.glyphs, *x, area.y, area.right()).put_right(column.1 - 1, &text, style);
    }
    if area.height > 1 {
        let mut pen = Pen::new(buf, cx.glyphs, area.x + 3, area.y + 1, area.right());
        for column in COLUMNS.iter().skip(columns.len()) {
            let Some((text, style)) = value(column, source, cx) else { continue };
            // Half a figure is none.
            if width(column.0) + width(&text) + 1 > pen.room() {
                break;
            }
            pen.put(column.0, cx.theme.style(Role::Muted));
            pen.skip(1);
            pen.put(&text, style);
            pen.skip(2);
        }
    }
}

/// The system gave less than a burst of a few hundred full datagrams needs.
fn has_small_buffer(source: &SourceStatus) -> bool {
    source.receive_buffer.is_some_and(|(asked, got)| got < asked.min(4 << 20))
}

/// A column's text; losses stand out.
fn value(column: &Column, source: &SourceStatus, cx: &Cx<'_>) -> Option<(String, Style)> {
    let text = column.3(source)?;
    let alarm = column.2 && text != "0" && text != "n/a";
    Some((text, cx.theme.style(if alarm { Role::Error } else { Role::Text })))
}

fn state(source: &SourceStatus) -> (Role, String) {
    match &source.state {
        SourceState::Listening if source.exposed => (Role::Warning, "listening on all interfaces".to_string()),
        SourceState::Listening if source.asks_token => (Role::Good, "asks for the token".to_string()),
        SourceState::Listening => (Role::Good, "listening".to_string()),
        SourceState::Reading { done, total: Some(total) } if *total > 0 => {
            (Role::Warning, format!("reading {} %", done.saturating_mul(100) / total))
        }
        SourceState::Reading { done, .. } => (Role::Warning, format!("reading {}", bytes(*done))),
        SourceState::Following => (Role::Good, "followed".to_string()),
        SourceState::Done if source.spans == 0 => (Role::Warning, "read, no spans in it".to_string()),
        SourceState::Done => (Role::Good, "read".to_string()),
        SourceState::Busy => (Role::Warning, "not opened, another program has the port".to_string()),
        SourceState::Stopped => (Role::Warning, "stopped before the end".to_string()),
        SourceState::Failed(reason) => {
            // The name stands before it already.
            let rest = reason.strip_prefix(&source.endpoint).and_then(|rest| rest.strip_prefix(": "));
            (Role::Error, rest.unwrap_or(reason).to_string())
        }
    }
}
