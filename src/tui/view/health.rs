//! Sources, counters and problems: the answer to "why do I see nothing?".

mod dump;
mod sources;

use ratatui::{buffer::Buffer, layout::Rect};

use super::{Cx, Flow, View, usual_hint};
use crate::model::{Place, Problem, SourceState, SourceStatus, Timestamp};
use crate::store::{RecordRef, Store};
use crate::tui::action::{Action, Binding, Scope};
use crate::tui::text::{Pen, bytes, cells, count, time_text};
use crate::tui::theme::Role;
use crate::tui::widget::table::{self, Shown};
use crate::tui::widget::{Scroll, panel, status, title};
use crate::tui::{Mouse, MouseKind, Work};
use dump::Dump;

/// Output lines shown: the last ones.
const MOST_OUTPUT: usize = 200;

/// Records of the output among which they are looked for.
const MOST_SEEN: usize = 2_000;

/// The screen's state.
#[derive(Default)]
pub(crate) struct Health {
    problems: Vec<Problem>,
    /// How many of them are inputs that could not be read.
    unread: usize,
    output: Vec<String>,
    scroll: Scroll,
    /// The problem that was chosen, whatever arrives.
    chosen: Option<Chosen>,
    /// The number of the last problem.
    last: u64,
    dump: Option<Dump>,
    revision: Option<u64>,
}

/// A problem by what stays the same about it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Chosen {
    /// An input that could not be read, by its reason.
    Input(String),
    /// A problem of the store, by its number.
    Number(u64),
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
        let body = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
        let lines = sources::height(cx, area.width).saturating_add(2);
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
        if self.revision != Some(store.revision()) {
            self.revision = Some(store.revision());
            self.problems = failures(cx.sources, store).chain(store.problems().rev().cloned()).collect();
            self.unread = self.problems.len() - store.problems().count();
            self.last = store.last_problem();
            let chosen = self.chosen.as_ref();
            let at =
                chosen.and_then(|chosen| (0..self.problems.len()).find(|at| self.choice(*at).as_ref() == Some(chosen)));
            if let Some(at) = at {
                self.scroll.moved_to(at);
            }
            self.output = last_lines(store);
        }
        let height = self.regions(area, cx).problems.height.saturating_sub(2);
        self.scroll.clamp(self.problems.len(), usize::from(height));
        Work::Done
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "what a view does not know bubbles to the app")]
    fn update(&mut self, action: Action, area: Rect, cx: &Cx<'_>) -> Flow {
        let page = isize::from(self.regions(area, cx).problems.height.max(4).cast_signed()) - 3;
        if let Some(rows) = action.rows(page) {
            self.move_by(rows, area);
            return Flow::Consumed;
        }
        match action {
            Action::Dump | Action::Back if self.dump.is_some() => self.dump = None,
            Action::Dump => self.open_dump(area),
            Action::Back | Action::Health => return Flow::Pop,
            _ => return Flow::Ignored,
        }
        Flow::Consumed
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "all else is as usual")]
    fn hint(&self, row: &Binding, cx: &Cx<'_>) -> Option<&'static str> {
        match row.action {
            Action::Dump if self.dump.is_some() => Some("close"),
            Action::Dump => self.has_bytes().then_some("hex dump"),
            Action::Down if self.dump.is_some() => Some("scroll"),
            Action::Health => None,
            _ => usual_hint(row, cx),
        }
    }

    fn mouse(&mut self, mouse: Mouse, area: Rect, cx: &Cx<'_>) -> Flow {
        let problems = self.regions(area, cx).problems;
        match mouse.kind {
            MouseKind::WheelUp => self.move_by(-3, area),
            MouseKind::WheelDown => self.move_by(3, area),
            MouseKind::Press { .. } if self.dump.is_some() => {}
            MouseKind::Press { clicks } if mouse.row > problems.y && mouse.row < problems.bottom() => {
                let row = self.scroll.top + usize::from(mouse.row - problems.y - 1);
                if row < self.problems.len() {
                    self.scroll.selected = row;
                    self.chosen = self.choice(row);
                    if clicks == 2 {
                        self.open_dump(area);
                    }
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
        if let Some((dump, problem)) = self.dump.as_ref().zip(self.problems.get(self.scroll.selected)) {
            dump.draw(area, problem, buf, cx);
        }
    }
}

impl Health {
    /// What stays the same about the problem in a row. The last one is on top, below the inputs that could not be read.
    fn choice(&self, at: usize) -> Option<Chosen> {
        let problem = self.problems.get(at)?;
        Some(match at.checked_sub(self.unread) {
            None => Chosen::Input(problem.reason.clone()),
            Some(at) => Chosen::Number(self.last.saturating_sub(at as u64)),
        })
    }

    /// Moves the cursor, or what the dump shows while it is open.
    fn move_by(&mut self, rows: isize, area: Rect) {
        if let Some((dump, problem)) = self.dump.as_mut().zip(self.problems.get(self.scroll.selected)) {
            dump.by(rows, problem, area);
            return;
        }
        self.scroll.by(rows, self.problems.len());
        self.chosen = self.choice(self.scroll.selected);
    }

    fn open_dump(&mut self, area: Rect) {
        let problem = self.problems.get(self.scroll.selected).filter(|problem| !problem.bytes.is_empty());
        self.dump = problem.map(|problem| Dump::new(problem, area));
        self.chosen = self.choice(self.scroll.selected);
    }

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
        for Shown { at, line, selected } in table::rows(inner, self.scroll, self.problems.len(), 1) {
            let Some(problem) = self.problems.get(at) else { continue };
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
            if selected {
                table::mark(line, buf, cx, true);
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
}

/// The last lines of output, the latest last.
fn last_lines(store: &Store) -> Vec<String> {
    let records = store.records().rev().filter_map(|number| store.record(number));
    let text =
        |record: RecordRef<'_>| record.line().map(|(origin, line)| format!("{origin}:{line}  {}", record.text()));
    let mut lines: Vec<String> = records.take(MOST_SEEN).filter_map(text).take(MOST_OUTPUT).collect();
    lines.reverse();
    lines
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
