//! Sources, counters and problems: the answer to "why do I see nothing?".

mod dump;
mod held;
mod problems;
mod sources;
mod words;

use ratatui::{buffer::Buffer, layout::Rect};

use super::{Cx, Flow, View, usual_hint};
use crate::model::{Place, Problem, SourceState, SourceStatus, Timestamp};
use crate::store::{RecordRef, Store};
use crate::tui::action::{Action, Binding, Scope};
use crate::tui::text::{Pen, time_text};
use crate::tui::theme::Role;
use crate::tui::widget::{Scroll, status, table};
use crate::tui::{Effect, Mouse, MouseKind, Work};
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
    /// What the list of traces holds back, and why.
    hidden: Option<String>,
    /// The keys go to the sources, not to the problems.
    in_sources: bool,
    /// Sources above the first that shows.
    top: usize,
    /// Not all sources show.
    is_cut: bool,
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
        let held = held::height(cx, self.hidden.as_deref(), area.width).saturating_add(2);
        let is_quiet = self.problems.is_empty() && self.output.is_empty();
        let least = match (is_quiet, self.in_sources) {
            (true, _) => 3,
            (false, true) => 4,
            (false, false) => body.height / 3,
        };
        let most = body.height.saturating_sub(held + least).max(4);
        let mut top = body.y;
        let mut take = |height: u16| {
            let panel = Rect { y: top, height: height.min(body.bottom() - top), ..body };
            top = panel.bottom();
            panel
        };
        let sources = take(lines.min(most));
        let store = take(held);
        let rest = body.bottom() - store.bottom();
        let output = if self.output.is_empty() || rest < 8 { 0 } else { rest * 2 / 5 };
        Regions { sources, store, problems: take(rest - output), output: take(output) }
    }

    /// Health, told what the list of traces holds back.
    pub(crate) fn new(hidden: Option<String>) -> Self {
        Self { hidden, ..Self::default() }
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
        let regions = self.regions(area, cx);
        self.scroll.clamp(self.problems.len(), usize::from(problems::rows(regions.problems)));
        let shown = sources::shown(regions.sources, cx, self.top);
        // While they have the keys they have more room as well.
        self.is_cut = self.in_sources || shown.above + shown.below > 0;
        Work::Done
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "what a view does not know bubbles to the app")]
    fn update(&mut self, action: Action, area: Rect, cx: &Cx<'_>) -> Flow {
        let rows = problems::rows(self.regions(area, cx).problems);
        let page = isize::from(rows.max(2).cast_signed()) - 1;
        if let Some(rows) = action.rows(page) {
            self.move_by(rows, area, cx);
            return Flow::Consumed;
        }
        match action {
            Action::Dump | Action::Back if self.dump.is_some() => self.dump = None,
            Action::Dump => self.open_dump(area),
            Action::CopyProblem => return self.copy(cx),
            Action::Sources => self.turn_to_sources(),
            Action::Back | Action::Health => return Flow::Pop,
            _ => return Flow::Ignored,
        }
        Flow::Consumed
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "all else is as usual")]
    fn hint(&self, row: &Binding, cx: &Cx<'_>) -> Option<&'static str> {
        match row.action {
            Action::Dump if self.dump.is_some() => Some("close"),
            Action::Dump | Action::CopyProblem if self.problems.is_empty() || self.in_sources => None,
            Action::Dump if !self.has_bytes() => Some("whole"),
            Action::Down if self.dump.is_some() || self.in_sources => Some("scroll"),
            Action::Sources if self.dump.is_some() => None,
            Action::Sources if self.in_sources => Some("problems"),
            Action::Sources if self.is_cut => Some("sources"),
            Action::Sources | Action::Health => None,
            _ => usual_hint(row, cx),
        }
    }

    fn mouse(&mut self, mouse: Mouse, area: Rect, cx: &Cx<'_>) -> Flow {
        let problems = self.regions(area, cx).problems;
        match mouse.kind {
            MouseKind::WheelUp => self.move_by(-3, area, cx),
            MouseKind::WheelDown => self.move_by(3, area, cx),
            MouseKind::Press { .. } if self.dump.is_some() => {}
            MouseKind::Press { clicks } => {
                let (inner, each) = (problems::inside(problems), problems::lines(area.width));
                let at = (mouse.column, mouse.row);
                if let Some(row) = table::hit(inner, at, self.scroll, self.problems.len(), each) {
                    self.scroll.selected = row;
                    self.chosen = self.choice(row);
                    if clicks == 2 {
                        self.open_dump(area);
                    }
                }
            }
            MouseKind::Drag | MouseKind::Release => {}
        }
        Flow::Consumed
    }

    /// ```text
    /// ╭ Sources ──────────────────────────────────────────────────────────╮
    /// │ ● jaeger-compact :6831     4 812 spans   64 datagrams     88 KiB │
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
        sources::draw(regions.sources, buf, cx, (self.top, self.in_sources));
        held::draw(regions.store, buf, cx, self.hidden.as_deref());
        problems::draw(regions.problems, buf, cx, self);
        problems::output(regions.output, buf, cx, &self.output);
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
    fn move_by(&mut self, rows: isize, area: Rect, cx: &Cx<'_>) {
        if self.in_sources && self.dump.is_none() {
            let last = sources::last_top(self.regions(area, cx).sources, cx);
            self.top = self.top.saturating_add_signed(rows).min(last);
            return;
        }
        if let Some((dump, problem)) = self.dump.as_mut().zip(self.problems.get(self.scroll.selected)) {
            dump.by(rows, problem, area);
            return;
        }
        self.scroll.by(rows, self.problems.len());
        self.chosen = self.choice(self.scroll.selected);
    }

    fn open_dump(&mut self, area: Rect) {
        self.dump = self.problems.get(self.scroll.selected).map(|problem| Dump::new(problem, area));
        self.chosen = self.choice(self.scroll.selected);
    }

    /// Gives the keys to the sources, which take the room of the problems, or back.
    fn turn_to_sources(&mut self) {
        self.in_sources = !self.in_sources && self.is_cut;
        self.top = 0;
    }

    /// Copies the selected problem: a line that says what was wrong and where, and its bytes.
    fn copy(&self, cx: &Cx<'_>) -> Flow {
        let Some(problem) = self.problems.get(self.scroll.selected) else {
            return Flow::say("there is no problem to copy");
        };
        let time = (problem.time != Timestamp::default()).then(|| time_text(problem.time, cx.utc, "%Y-%m-%d %H:%M:%S"));
        let place = (!problem.origin.is_empty()).then(|| format!("{} {}", problem.origin, place_text(problem.place)));
        let parts = time.into_iter().chain(place).chain([problem.reason.clone()]);
        let line = parts.collect::<Vec<_>>().join("  ");
        let text = std::iter::once(line).chain(dump::lines(problem)).collect::<Vec<_>>().join("\n");
        Flow::Effect(Effect::Copy(text), "copied the problem")
    }

    fn has_bytes(&self) -> bool {
        self.problems.get(self.scroll.selected).is_some_and(|problem| !problem.bytes.is_empty())
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
