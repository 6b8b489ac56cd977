//! The table of sources on Health: a line of figures each, and sentences where there is something to say.

use ratatui::{buffer::Buffer, layout::Rect};

use super::short_name;
use super::words::{came, is_alarm, is_silent, role, said, word};
use crate::model::{SourceState, SourceStatus};
use crate::tui::shorten::middle;
use crate::tui::text::{self, Pen, bytes, cells, count, short_count, width};
use crate::tui::theme::Role;
use crate::tui::view::Cx;
use crate::tui::widget::{panel, title};
use crate::tui::wrap::wrapped;

/// A column of figures: its head, its cells, and what it shows.
struct Column(&'static str, u16, fn(&SourceStatus) -> String);

const COLUMNS: [Column; 4] = [
    Column("spans", 9, |source| exact(source.spans)),
    Column("per s", 7, |source| if is_over(source) { String::new() } else { short_count(source.spans_per_second) }),
    Column("came in", 19, came),
    Column("bytes", 10, |source| if source.bytes == 0 { String::new() } else { bytes(source.bytes) }),
];

/// A count as the header says it, as long as it fits.
fn exact(n: u64) -> String {
    if n < 10_000_000 { count(n) } else { short_count(n) }
}

/// Cells of all columns.
const FIGURES: u16 = COLUMNS[0].1 + COLUMNS[1].1 + COLUMNS[2].1 + COLUMNS[3].1;

/// Inner width from which sentences stand beside the figures.
const BESIDE: u16 = 136;

/// Cells of the name where sentences stand beside.
const NAME: u16 = 42;

/// Nothing comes from there any more.
fn is_over(source: &SourceStatus) -> bool {
    matches!(source.state, SourceState::Done | SourceState::Stopped | SourceState::Failed(_))
}

/// Which sources are looked at first: those with trouble, then those that brought something, then open doors.
fn weight(source: &SourceStatus) -> u8 {
    match source.state {
        _ if is_alarm(source) => 0,
        SourceState::Reading { .. } | SourceState::Following | SourceState::Stopped => 1,
        SourceState::Done | SourceState::Failed(_) => 3,
        SourceState::Listening | SourceState::Busy if source.spans > 0 || !is_silent(source) => 1,
        SourceState::Listening | SourceState::Busy => 2,
    }
}

/// A line of sentences.
type Line = Vec<(Role, String)>;

/// Sentences in lines of so many cells: short ones stand beside each other.
fn told(source: &SourceStatus, cx: &Cx<'_>, room: u16) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for (role, text) in said(source, cx) {
        let used = |line: &Line| line.iter().map(|(_, text)| width(text) + 2).sum::<u16>();
        match lines.last_mut() {
            Some(line) if used(line) + width(&text) <= room => line.push((role, text)),
            _ => lines.extend(wrapped(&text, usize::from(room)).into_iter().map(|text| vec![(role, text)])),
        }
    }
    lines
}

/// Where things are on the lines of sources.
#[derive(Clone, Copy)]
struct Layout {
    /// Cells of sign, protocol and name.
    name: u16,
    /// Where sentences begin, and their cells.
    words: (u16, u16),
    beside: bool,
}

impl Layout {
    fn new(width: u16) -> Self {
        if width >= BESIDE {
            let words = NAME + FIGURES + 2;
            return Self { name: NAME, words: (words, width.saturating_sub(words + 1)), beside: true };
        }
        Self { name: width.saturating_sub(FIGURES), words: (3, width.saturating_sub(4).max(8)), beside: false }
    }

    /// The column where sentences begin, and the lines above them. The one sentence of a source without figures stands
    /// beside its name where it fits.
    fn place(self, source: &SourceStatus, said: &[Line], width: u16) -> (u16, u16) {
        if self.beside {
            return (self.words.0, 0);
        }
        let room = width.saturating_sub(self.name + 1);
        let fits = |line: &Line| matches!(line.as_slice(), [(_, text)] if text::width(text) <= room);
        let is_alone = has_no_figures(source) && matches!(said, [line] if fits(line));
        if is_alone { (self.name, 0) } else { (self.words.0, 1) }
    }

    fn height(self, source: &SourceStatus, cx: &Cx<'_>, width: u16) -> u16 {
        let said = told(source, cx, self.words.1);
        let (_, above) = self.place(source, &said, width);
        (above + cells(said.len())).max(1)
    }
}

/// What to do about small buffers, in lines of so many cells.
fn hint(cx: &Cx<'_>, width: u16) -> Vec<String> {
    let small = cx.sources.iter().filter_map(|source| source.receive_buffer).find(is_small);
    let Some((asked, got)) = small else { return Vec::new() };
    let text = format!(
        "the system gives a receive buffer of {} where {} were asked for; bursts fit better after: \
         sudo sysctl -w net.core.rmem_max=67108864",
        bytes(got),
        bytes(asked)
    );
    wrapped(&text, usize::from(width.saturating_sub(2)))
}

/// Lines inside the panel: a head, the sources, and what to do about a small buffer.
pub(super) fn height(cx: &Cx<'_>, width: u16) -> u16 {
    let inner = width.saturating_sub(2);
    let layout = Layout::new(inner);
    let lines = cx.sources.iter().map(|source| layout.height(source, cx, inner));
    lines.fold(1 + cells(hint(cx, inner).len()), u16::saturating_add)
}

/// ```text
/// ╭ Sources ────────────────────────────────────────────────────────────────╮
/// │                                 spans  per s            came in   bytes │
/// │ ● otlp-grpc :4317                  12      3         3 requests   2 KiB │
/// │   2 malformed: the problems below say why                               │
/// │ ● zipkin :9411              nothing has come in yet                     │
/// ╰───────────────────────────────────────────────────────────────── 2 more ╯
/// ```
pub(super) fn draw(area: Rect, buf: &mut Buffer, cx: &Cx<'_>, (top, has_keys): (usize, bool)) {
    let inner = panel(area, buf, cx, has_keys);
    title(area, buf, cx).put(" Sources ", cx.theme.style(Role::Strong));
    let layout = Layout::new(inner.width);
    figures(Rect { height: 1, ..inner }, buf, cx, layout, |column| (column.0.to_owned(), Role::Muted));
    let shown = shown(area, cx, top);
    let mut y = inner.y + 1;
    for (source, height) in &shown.sources {
        one(Rect { y, height: *height, ..inner }, buf, cx, source, layout);
        y += height;
    }
    if shown.above + shown.below > 0 {
        more(area, buf, cx, &shown);
    }
    let hint = hint(cx, inner.width);
    for (n, text) in hint.iter().enumerate() {
        let y = inner.bottom().saturating_sub(cells(hint.len() - n));
        Pen::new(buf, cx.glyphs, inner.x + 1, y, inner.right()).put(text, cx.theme.style(Role::Warning));
    }
}

/// Says how many sources are out of sight, and where.
fn more(area: Rect, buf: &mut Buffer, cx: &Cx<'_>, shown: &Shown<'_>) {
    let above = (shown.above > 0).then(|| format!("{} {} above", cx.glyphs.more[0], shown.above));
    let below = (shown.below > 0).then(|| format!("{} {} more", cx.glyphs.more[1], shown.below));
    let text = format!(" {} ", above.into_iter().chain(below).collect::<Vec<_>>().join("  "));
    let x = area.right().saturating_sub(width(&text) + 2);
    Pen::new(buf, cx.glyphs, x, area.bottom() - 1, area.right()).put(&text, cx.theme.style(Role::Warning));
}

/// Sources that show, each with its lines, and how many do not.
pub(super) struct Shown<'a> {
    sources: Vec<(&'a SourceStatus, u16)>,
    pub(super) above: usize,
    pub(super) below: usize,
}

/// All sources with their lines, and the lines that there are for them. Where not all fit, those with trouble come first.
fn ordered<'a>(area: Rect, cx: &Cx<'a>) -> (Vec<(&'a SourceStatus, u16)>, u16) {
    let inner = area.width.saturating_sub(2);
    let layout = Layout::new(inner);
    let room = area.height.saturating_sub(3 + cells(hint(cx, inner).len()));
    let mut order: Vec<_> = cx.sources.iter().map(|source| (source, layout.height(source, cx, inner))).collect();
    if order.iter().map(|(_, height)| usize::from(*height)).sum::<usize>() > usize::from(room) {
        order.sort_by_key(|(source, _)| weight(source));
    }
    (order, room)
}

/// Those that show in a panel, from `top` on.
pub(super) fn shown<'a>(area: Rect, cx: &Cx<'a>, top: usize) -> Shown<'a> {
    let (order, mut room) = ordered(area, cx);
    let mut sources = Vec::new();
    for (source, height) in order.iter().skip(top) {
        // The first shows as far as there is room.
        if *height > room && !(sources.is_empty() && room > 0) {
            break;
        }
        sources.push((*source, (*height).min(room)));
        room = room.saturating_sub(*height);
    }
    let above = top.min(order.len());
    let below = order.len() - above - sources.len();
    Shown { sources, above, below }
}

/// The first source that shows where the last one does.
pub(super) fn last_top(area: Rect, cx: &Cx<'_>) -> usize {
    let (order, mut room) = ordered(area, cx);
    let fits = order.iter().rev().take_while(|(_, height)| {
        let rest = room.checked_sub(*height);
        room = rest.unwrap_or(0);
        rest.is_some()
    });
    order.len() - fits.count().max(1).min(order.len())
}

fn figures(line: Rect, buf: &mut Buffer, cx: &Cx<'_>, layout: Layout, of: impl Fn(&Column) -> (String, Role)) {
    let mut x = line.x + layout.name;
    for column in &COLUMNS {
        let (text, role) = of(column);
        Pen::new(buf, cx.glyphs, x, line.y, line.right()).put_right(column.1 - 1, &text, cx.theme.style(role));
        x += column.1;
    }
}

fn one(area: Rect, buf: &mut Buffer, cx: &Cx<'_>, source: &SourceStatus, layout: Layout) {
    let (role, state) = (role(source), word(source));
    let mut pen = Pen::new(buf, cx.glyphs, area.x + 1, area.y, area.x + layout.name);
    pen.sign(if role == Role::Error { cx.glyphs.error } else { cx.glyphs.dot }, cx.theme.style(role));
    pen.skip(1);
    pen.put(&source.protocol, cx.theme.style(Role::Strong));
    pen.skip(1);
    let name = short_name(&source.endpoint);
    let room = pen.room().saturating_sub(if state.is_empty() { 0 } else { width(&state) + 1 });
    pen.put(&middle(name, room, 50, cx.glyphs.ellipsis), cx.theme.style(Role::Text));
    pen.skip(1);
    pen.put(&state, cx.theme.style(if role == Role::Good { Role::Muted } else { role }));
    let said = told(source, cx, layout.words.1);
    if !has_no_figures(source) {
        figures(area, buf, cx, layout, |column| (column.2(source), Role::Text));
    }
    let (x, above) = layout.place(source, &said, area.width);
    for (y, line) in (area.y + above..area.bottom()).zip(said) {
        let mut pen = Pen::new(buf, cx.glyphs, area.x + x, y, area.right());
        for (role, text) in line {
            pen.put(&text, cx.theme.style(role));
            pen.skip(2);
        }
    }
}

/// A row of noughts would say nothing.
fn has_no_figures(source: &SourceStatus) -> bool {
    is_silent(source) || matches!(source.state, SourceState::Busy | SourceState::Failed(_)) && source.spans == 0
}

/// The system gave less than a burst of a few hundred full datagrams needs: bytes asked for, and got.
fn is_small((asked, got): &(u64, u64)) -> bool {
    *got < (*asked).min(4 << 20)
}
