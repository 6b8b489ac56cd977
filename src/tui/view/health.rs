//! Sources, counters and problems: the answer to "why do I see nothing?".

mod sources;

use ratatui::{buffer::Buffer, layout::Rect};

use super::{Cx, Flow, View, usual_hint};
use crate::model::{Place, Problem, SourceState, SourceStatus, Timestamp};
use crate::store::Store;
use crate::tui::action::{Action, Binding, Scope};
use crate::tui::text::{Pen, bytes, cells, count, time_text};
use crate::tui::theme::Role;
use crate::tui::widget::{Scroll, clear, highlight, panel, set, status, title};
use crate::tui::{Mouse, MouseKind, Work};

/// Output lines shown: the last ones.
const MOST_OUTPUT: usize = 200;

/// The screen's state.
#[derive(Default)]
pub(crate) struct Health {
    problems: Vec<Problem>,
    /// How many of them are inputs that could not be read.
    unread: usize,
    output: Vec<String>,
    scroll: Scroll,
    dump: bool,
    revision: Option<u64>,
}

struct Regions {
    sources: Rect,
    store: Rect,
    problems: Rect,
    output: Rect,
}

impl Health {
    /// Panels from the top; what has no room left has no height.
    fn regions(&self, area: Rect, cx: &Cx<'_>) -> Regions {
        let (sources, hint) = (cells(cx.sources.len()), cx.sources.iter().any(sources::has_small_buffer));
        let body = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
        let lines = sources.saturating_mul(sources::lines_each(area.width)).saturating_add(3 + u16::from(hint));
        let mut top = body.y;
        let mut take = |height: u16| {
            let panel = Rect { y: top, height: height.min(body.bottom() - top), ..body };
            top = panel.bottom();
            panel
        };
        let sources = take(lines.min((body.height / 2).max(4)));
        let store = take(if area.width < 100 { 5 } else { 4 });
        let rest = body.bottom() - store.bottom();
        let output = if self.output.is_empty() || rest < 8 { 0 } else { rest * 2 / 5 };
        Regions { sources, store, problems: take(rest - output), output: take(output) }
    }
}

impl View for Health {
    fn is_live(&self) -> bool {
        true
    }

    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Health, Scope::Rows, Scope::Global]
    }

    fn refresh(&mut self, store: &Store, area: Rect, cx: &Cx<'_>) -> Work {
        if self.revision != Some(store.revision()) && cx.paused.is_none() {
            self.revision = Some(store.revision());
            self.problems = failures(cx.sources, store).chain(store.problems().rev().cloned()).collect();
            self.unread = self.problems.len() - store.problems().count();
            let skip = store.lines().count().saturating_sub(MOST_OUTPUT);
            self.output =
                store.lines().skip(skip).map(|line| format!("{}:{}  {}", line.origin, line.line, line.text)).collect();
        }
        let height = self.regions(area, cx).problems.height.saturating_sub(2);
        self.scroll.clamp(self.problems.len(), usize::from(height));
        Work::Done
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "what a view does not know bubbles to the app")]
    fn update(&mut self, action: Action, area: Rect, cx: &Cx<'_>) -> Flow {
        let page = isize::from(self.regions(area, cx).problems.height.max(4).cast_signed()) - 3;
        let len = self.problems.len();
        if let Some(rows) = action.rows(page) {
            self.scroll.by(rows, len);
            return Flow::Consumed;
        }
        match action {
            Action::Dump => self.dump = !self.dump && self.has_bytes(),
            Action::Back if self.dump => self.dump = false,
            Action::Back | Action::Health => return Flow::Pop,
            _ => return Flow::Ignored,
        }
        Flow::Consumed
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "all else is as usual")]
    fn hint(&self, row: &Binding, cx: &Cx<'_>) -> Option<&'static str> {
        match row.action {
            Action::Dump if self.dump => Some("close"),
            Action::Dump => self.has_bytes().then_some("hex dump"),
            Action::Down if self.dump => Some("other problems"),
            Action::Health => None,
            _ => usual_hint(row, cx),
        }
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
        status::draw(Rect { height: 1, ..area }, buf, cx, status::pieces(cx));
        sources::draw(regions.sources, buf, cx);
        store(regions.store, buf, cx);
        self.draw_problems(regions.problems, buf, cx);
        self.draw_output(regions.output, buf, cx);
        if self.dump {
            self.draw_dump(area, buf, cx);
        }
    }
}

impl Health {
    fn has_bytes(&self) -> bool {
        self.problems.get(self.scroll.selected).is_some_and(|problem| !problem.bytes.is_empty())
    }

    fn draw_problems(&self, area: Rect, buf: &mut Buffer, cx: &Cx<'_>) {
        if area.height < 3 {
            return;
        }
        let inner = panel(area, buf, cx, true);
        let mut pen = title(area, buf, cx);
        pen.put(" Problems ", cx.theme.style(Role::Strong));
        let all = cx.totals.problems + self.unread as u64;
        pen.put(&format!("{} ", count(all)), cx.theme.style(Role::Muted));
        if self.problems.is_empty() {
            let mut pen = Pen::new(buf, cx.glyphs, inner.x + 1, inner.y, inner.right());
            pen.put("none: everything that came could be read", cx.theme.style(Role::Muted));
        }
        let visible = self.problems.iter().enumerate().skip(self.scroll.top).take(usize::from(inner.height));
        for (n, problem) in visible {
            let line = Rect { y: inner.y + cells(n - self.scroll.top), height: 1, ..inner };
            let mut pen = Pen::new(buf, cx.glyphs, line.x + 2, line.y, line.right());
            pen.put_left(10, &clock(problem, cx), cx.theme.style(Role::Muted));
            // What could not be read at all has no place, and its reason says its name.
            if !problem.origin.is_empty() {
                pen.put(short_name(&problem.origin), cx.theme.style(Role::Muted));
                pen.skip(2);
                pen.put(&place_text(problem.place), cx.theme.style(Role::Muted));
                pen.skip(2);
            }
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
        let place = Rect { x: area.x + (area.width - width) / 2, y: area.y + 1, width, height: area.height - 1 };
        clear(Rect { y: area.y + 1, height: area.height - 1, ..area }, buf);
        let inner = panel(place, buf, cx, true);
        let shown = if problem.bytes.len() >= 4096 { "first 4096 bytes" } else { "all bytes" };
        let text = format!(" {} {} {}, {shown} ", clock(problem, cx), problem.origin, place_text(problem.place));
        title(place, buf, cx).put(&text, cx.theme.style(Role::Strong));
        let mut pen = Pen::new(buf, cx.glyphs, inner.x + 1, inner.y, inner.right());
        pen.put(&problem.reason, cx.theme.style(Role::Warning));
        let inner = Rect { y: inner.y + 2, height: inner.height.saturating_sub(2), ..inner };
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

/// Inputs that could not be read, as problems; those that stopped in the middle are among the store's already.
fn failures<'a>(sources: &'a [SourceStatus], store: &'a Store) -> impl Iterator<Item = Problem> {
    sources.iter().filter_map(|source| {
        let SourceState::Failed(reason) = &source.state else { return None };
        let mut told = store.problems();
        if told.any(|problem| problem.origin == source.endpoint && reason.ends_with(&problem.reason)) {
            return None;
        }
        let (origin, place) = (String::new(), Place::Line(1));
        Some(Problem { place, reason: reason.clone(), origin, time: Timestamp::default(), bytes: Vec::new() })
    })
}

/// When a problem came, blank where that is not known.
fn clock(problem: &Problem, cx: &Cx<'_>) -> String {
    if problem.time == Timestamp::default() { String::new() } else { time_text(problem.time, cx.utc, "%H:%M:%S") }
}

/// The last part of a path: the reason is worth more than the folders.
fn short_name(origin: &str) -> &str {
    origin.rsplit(['/', '\\']).next().unwrap_or(origin)
}

fn place_text(place: Place) -> String {
    match place {
        Place::Byte(at) => format!("byte {at}"),
        Place::Line(line) => format!("line {line}"),
    }
}

fn store(area: Rect, buf: &mut Buffer, cx: &Cx<'_>) {
    let inner = panel(area, buf, cx, false);
    title(area, buf, cx).put(" Store ", cx.theme.style(Role::Strong));
    let totals = &cx.totals;
    let held = format!(
        "{} {}  {} spans  {} of {}",
        count(totals.traces),
        if totals.traces == 1 { "trace" } else { "traces" },
        count(totals.spans),
        bytes(totals.bytes),
        bytes(totals.budget)
    );
    let evicted = format!("evicted {} (of {} traces)", count(totals.evicted_spans), count(totals.evicted_traces));
    let parts = [
        format!("received {} = shown {} + {evicted}", count(totals.received), count(totals.spans)),
        format!(
            " + duplicates {} + replaced {} + refused {}",
            count(totals.duplicates),
            count(totals.replaced),
            count(totals.refused)
        ),
    ];
    let lines =
        if area.width < 100 { vec![held, parts[0].clone(), parts[1].clone()] } else { vec![held, parts.concat()] };
    for (n, text) in lines.iter().take(usize::from(inner.height)).enumerate() {
        let mut pen = Pen::new(buf, cx.glyphs, inner.x + 1, inner.y + cells(n), inner.right());
        pen.put(text, cx.theme.style(if n == 0 { Role::Text } else { Role::Muted }));
    }
}
