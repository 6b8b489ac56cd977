//! Sources, counters and problems: the answer to "why do I see nothing?".

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use super::traces::right_side;
use super::{Cx, Flow, View};
use crate::model::{Place, Problem, SourceState, SourceStatus};
use crate::store::Store;
use crate::tui::action::{Action, Scope};
use crate::tui::text::{Pen, bytes, cells, count, short_count};
use crate::tui::theme::Role;
use crate::tui::widget::{Scroll, clear, highlight, panel, set, status, title};
use crate::tui::{Mouse, MouseKind};

/// Output lines shown: the last ones.
const MOST_OUTPUT: usize = 200;

/// The screen's state.
#[derive(Default)]
pub(crate) struct Health {
    problems: Vec<Problem>,
    output: Vec<String>,
    scroll: Scroll,
    dump: bool,
    revision: Option<u64>,
}

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

struct Regions {
    sources: Rect,
    store: Rect,
    problems: Rect,
    output: Rect,
}

impl Health {
    fn regions(&self, area: Rect, cx: &Cx<'_>) -> Regions {
        let (sources, hint) = (cx.sources.len(), cx.sources.iter().any(has_small_buffer));
        let body = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
        let lines = cells(sources) * source_lines(area.width) + u16::from(hint);
        let sources = Rect { height: (lines + 3).min(body.height / 2), ..body };
        let store = Rect { y: sources.bottom(), height: 4.min(body.height - sources.height), ..body };
        let rest = Rect { y: store.bottom(), height: body.bottom().saturating_sub(store.bottom()), ..body };
        let output = if self.output.is_empty() { 0 } else { rest.height * 2 / 5 };
        let problems = Rect { height: rest.height - output, ..rest };
        Regions { sources, store, problems, output: Rect { y: problems.bottom(), height: output, ..rest } }
    }
}

impl View for Health {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Health, Scope::Rows, Scope::Global]
    }

    fn refresh(&mut self, store: &Store, area: Rect, cx: &Cx<'_>) -> bool {
        if self.revision != Some(store.revision()) && cx.paused.is_none() {
            self.revision = Some(store.revision());
            self.problems = store.problems().rev().cloned().collect();
            let skip = store.lines().count().saturating_sub(MOST_OUTPUT);
            self.output =
                store.lines().skip(skip).map(|line| format!("{}:{}  {}", line.origin, line.line, line.text)).collect();
        }
        let height = self.regions(area, cx).problems.height.saturating_sub(2);
        self.scroll.clamp(self.problems.len(), usize::from(height));
        false
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "what a view does not know bubbles to the app")]
    fn update(&mut self, action: Action, area: Rect, cx: &Cx<'_>) -> Flow {
        let page = isize::from(self.regions(area, cx).problems.height.max(4).cast_signed()) - 3;
        let len = self.problems.len();
        match action {
            Action::Down => self.scroll.by(1, len),
            Action::Up => self.scroll.by(-1, len),
            Action::PageDown => self.scroll.by(page, len),
            Action::PageUp => self.scroll.by(-page, len),
            Action::Top => self.scroll.by(isize::MIN, len),
            Action::Bottom => self.scroll.by(isize::MAX, len),
            Action::Dump => self.dump = !self.dump && len > 0,
            Action::Back if self.dump => self.dump = false,
            Action::Back | Action::Quit | Action::Health => return Flow::Pop,
            _ => return Flow::Ignored,
        }
        Flow::Consumed
    }

    fn mouse(&mut self, mouse: Mouse, area: Rect, cx: &Cx<'_>) -> Flow {
        let problems = self.regions(area, cx).problems;
        match mouse.kind {
            MouseKind::WheelUp => self.scroll.by(-3, self.problems.len()),
            MouseKind::WheelDown => self.scroll.by(3, self.problems.len()),
            MouseKind::Press { clicks } if mouse.row > problems.y && mouse.row < problems.bottom() => {
                let row = self.scroll.top + usize::from(mouse.row - problems.y - 1);
                if row < self.problems.len() {
                    self.scroll.selected = row;
                    self.dump = clicks == 2;
                }
            }
            MouseKind::Press { .. } | MouseKind::Drag | MouseKind::Release => {}
        }
        Flow::Consumed
    }

    /// ```text
    /// ╭ Sources ──────────────────────────────────────────────────────────╮
    /// │ ● jaeger-compact 127.0.0.1:6831   spans  malformed  lost: kernel  │
    /// ╭ Store ────────────────────────────────────────────────────────────╮
    /// ╭ Problems 3 ───────────────────────────────────────────────────────╮
    /// ╭ Output lines 12 ──────────────────────────────────────────────────╮
    /// ```
    fn draw(&self, area: Rect, buf: &mut Buffer, cx: &Cx<'_>) {
        let regions = self.regions(area, cx);
        let mut pen = Pen::new(buf, cx.glyphs, area.x + 1, area.y, area.right());
        pen.sign(cx.glyphs.back, cx.theme.style(Role::Muted));
        pen.put(" Health", cx.theme.style(Role::Strong));
        right_side(Rect { height: 1, ..area }, buf, cx, status::pieces(cx));
        sources(regions.sources, buf, cx);
        store(regions.store, buf, cx);
        self.draw_problems(regions.problems, buf, cx);
        self.draw_output(regions.output, buf, cx);
        if self.dump {
            self.draw_dump(area, buf, cx);
        }
    }
}

impl Health {
    fn draw_problems(&self, area: Rect, buf: &mut Buffer, cx: &Cx<'_>) {
        let inner = panel(area, buf, cx, true);
        let mut pen = title(area, buf, cx);
        pen.put(" Problems ", cx.theme.style(Role::Strong));
        pen.put(&format!("{} ", count(cx.totals.problems)), cx.theme.style(Role::Muted));
        if self.problems.is_empty() {
            let mut pen = Pen::new(buf, cx.glyphs, inner.x + 1, inner.y, inner.right());
            pen.put("none: everything that came could be read", cx.theme.style(Role::Muted));
        }
        let visible = self.problems.iter().enumerate().skip(self.scroll.top).take(usize::from(inner.height));
        for (n, problem) in visible {
            let line = Rect { y: inner.y + cells(n - self.scroll.top), height: 1, ..inner };
            let mut pen = Pen::new(buf, cx.glyphs, line.x + 2, line.y, line.right());
            pen.put(&problem.origin, cx.theme.style(Role::Muted));
            pen.skip(2);
            pen.put(&place_text(problem.place), cx.theme.style(Role::Muted));
            pen.skip(2);
            pen.put(&problem.reason, cx.theme.style(Role::Warning));
            if n == self.scroll.selected {
                highlight(line, buf, cx.theme.selection());
                set(buf, line.x, line.y, cx.glyphs.selected, cx.theme.style(Role::Accent).patch(cx.theme.selection()));
            }
        }
    }

    fn draw_output(&self, area: Rect, buf: &mut Buffer, cx: &Cx<'_>) {
        if area.height < 3 {
            return;
        }
        let inner = panel(area, buf, cx, false);
        let mut pen = title(area, buf, cx);
        pen.put(" Output lines ", cx.theme.style(Role::Strong));
        pen.put(&format!("{} ", count(cx.totals.lines)), cx.theme.style(Role::Muted));
        let skip = self.output.len().saturating_sub(usize::from(inner.height));
        for (n, line) in self.output.iter().skip(skip).enumerate() {
            let mut pen = Pen::new(buf, cx.glyphs, inner.x + 1, inner.y + cells(n), inner.right());
            pen.put(line, cx.theme.style(Role::Muted));
        }
    }

    fn draw_dump(&self, area: Rect, buf: &mut Buffer, cx: &Cx<'_>) {
        let Some(problem) = self.problems.get(self.scroll.selected) else {
            return;
        };
        let width = area.width.min(80);
        let height = area.height.saturating_sub(2).min(30);
        let place = Rect { x: area.x + (area.width - width) / 2, y: area.y + 1, width, height };
        clear(place, buf);
        let inner = panel(place, buf, cx, true);
        title(place, buf, cx)
            .put(&format!(" {}, {} ", place_text(problem.place), problem.reason), cx.theme.style(Role::Warning));
        let at = match problem.place {
            Place::Byte(at) => usize::try_from(at).unwrap_or(0),
            Place::Line(_) => usize::MAX,
        };
        let lines = problem.bytes.chunks(16).enumerate();
        // The place of the problem is brought into sight.
        let first = if at == usize::MAX { 0 } else { (at / 16).saturating_sub(usize::from(inner.height) / 2) };
        let first = first.min((problem.bytes.len() / 16).saturating_sub(usize::from(inner.height) / 2));
        for (row, (n, chunk)) in lines.skip(first).take(usize::from(inner.height)).enumerate() {
            let mut pen = Pen::new(buf, cx.glyphs, inner.x + 1, inner.y + cells(row), inner.right());
            pen.put(&format!("{:06x}  ", n * 16), cx.theme.style(Role::Faint));
            for (column, byte) in chunk.iter().enumerate() {
                let here = n * 16 + column == at;
                pen.put(&format!("{byte:02x}"), if here { cx.theme.found() } else { cx.theme.style(Role::Text) });
                pen.skip(1 + u16::from(column == 7));
            }
            pen.x = inner.x + 1 + 8 + 50;
            let text: String =
                chunk.iter().map(|byte| if byte.is_ascii_graphic() { char::from(*byte) } else { '.' }).collect();
            pen.put(&text, cx.theme.style(Role::Muted));
        }
    }
}

fn place_text(place: Place) -> String {
    match place {
        Place::Byte(at) => format!("byte {at}"),
        Place::Line(line) => format!("line {line}"),
    }
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

/// Lines that each source takes at this width.
fn source_lines(width: u16) -> u16 {
    let inner = Rect::new(1, 0, width.saturating_sub(2), 1);
    if fitting(inner).len() < COLUMNS.len() { 2 } else { 1 }
}

fn sources(area: Rect, buf: &mut Buffer, cx: &Cx<'_>) {
    let inner = panel(area, buf, cx, false);
    title(area, buf, cx).put(" Sources ", cx.theme.style(Role::Strong));
    let (name, columns) = (name_width(inner), fitting(inner));
    for (column, x) in &columns {
        let mut pen = Pen::new(buf, cx.glyphs, *x, inner.y, inner.right());
        pen.put_right(column.1 - 1, column.0, cx.theme.style(Role::Muted));
    }
    let each = source_lines(area.width);
    let fits = usize::from(inner.height.saturating_sub(1) / each);
    for (n, source) in cx.sources.iter().take(fits).enumerate() {
        let y = inner.y + 1 + cells(n) * each;
        let (role, state) = state(source);
        let mut pen = Pen::new(buf, cx.glyphs, inner.x + 1, y, inner.x + name);
        pen.sign(cx.glyphs.dot, cx.theme.style(role));
        pen.skip(1);
        pen.put(&source.protocol, cx.theme.style(Role::Strong));
        pen.skip(1);
        pen.put(&source.endpoint, cx.theme.style(Role::Text));
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
fn has_small_buffer(source: &SourceStatus) -> bool {
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
        SourceState::Done => (Role::Good, "read".to_string()),
        SourceState::Stopped => (Role::Warning, "stopped before the end".to_string()),
        SourceState::Failed(reason) => (Role::Error, reason.clone()),
    }
}

fn store(area: Rect, buf: &mut Buffer, cx: &Cx<'_>) {
    let inner = panel(area, buf, cx, false);
    title(area, buf, cx).put(" Store ", cx.theme.style(Role::Strong));
    let totals = &cx.totals;
    let first = format!(
        "{} traces  {} spans  {} of {}",
        count(totals.traces),
        count(totals.spans),
        bytes(totals.bytes),
        bytes(totals.budget)
    );
    let second = format!(
        "received {} = shown {} + evicted {} (of {} traces) + duplicates {} + replaced {} + refused {}",
        count(totals.received),
        count(totals.spans),
        count(totals.evicted_spans),
        count(totals.evicted_traces),
        count(totals.duplicates),
        count(totals.replaced),
        count(totals.refused)
    );
    for (n, text) in [first, second].iter().enumerate() {
        let mut pen = Pen::new(buf, cx.glyphs, inner.x + 1, inner.y + cells(n), inner.right());
        pen.put(text, cx.theme.style(if n == 0 { Role::Text } else { Role::Muted }));
    }
}
