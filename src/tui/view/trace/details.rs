//! The panel below a waterfall: everything about the selected span, by tab.

mod cursor;
mod lines;
mod summary;

use hashbrown::HashSet;
use lines::{GAP, Line, broken, pretty};
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Modifier, Style},
};

use super::find::Finding;
use super::times::Times;
use crate::model::{SpanId, TraceId};
use crate::query::detail::{DetailLine, LinkTarget, SpanDetail, TABS, Tone};
use crate::store::Store;
use crate::tui::action::Action;
use crate::tui::text::{Pen, cells, width};
use crate::tui::theme::Role;
use crate::tui::view::Cx;
use crate::tui::widget::{panel, set, table, title};
use crate::tui::{Mouse, MouseKind};

/// The panel's state.
#[derive(Default)]
pub(super) struct Details {
    /// Enlarged, with a cursor in it that the arrow keys move.
    pub(super) focus: bool,
    /// As large as can be.
    pub(super) full: bool,
    /// Lines that the user gave them while they have not the keys.
    pub(super) height: Option<u16>,
    /// The span was copied with the last key: the same key once more copies the value of the line.
    pub(super) copied: bool,
    /// The line of the tab that the cursor is on.
    cursor: usize,
    /// First line shown.
    scroll: usize,
    tab: usize,
    detail: Option<SpanDetail>,
    /// The span as a line of `jsonl`.
    json: String,
    /// The tab's lines, and the long ones of which all is shown.
    shown: Vec<DetailLine>,
    open: HashSet<usize>,
    /// The same broken to the panel's width.
    lines: Vec<Line>,
    /// Lines that show at a time.
    room: usize,
    /// Lines that all of the panel would take.
    wanted: u16,
    /// What the lines were made from: revision and row, tab, width, whether long ones were opened.
    made: Option<(Row, usize, u16, usize)>,
}

/// The tab that tells of log records too.
const EVENTS: usize = 1;

/// Links from other spans beyond these are not looked at again.
const MOST_BACK: usize = 100;

/// A trace's revision, a row of its tree, and how times are shown.
type Row = (Option<u64>, Option<u32>, Times);

impl Details {
    /// Whether another row, tab or width is to be shown than was last set.
    pub(super) fn is_stale(&self, row: Row, area: Rect) -> bool {
        self.made != Some((row, self.tab, area.width, self.open.len()))
    }

    pub(super) fn set(&mut self, detail: Option<(SpanDetail, String)>, row: Row, area: Rect) {
        (self.detail, self.json) = detail.map_or((None, String::new()), |(detail, json)| (Some(detail), json));
        let tabs = self.detail.as_ref().map(|detail| detail.tabs.get(self.tab).cloned());
        let json = || pretty(&self.json).lines().map(|line| DetailLine::new("", line, Tone::Text)).collect();
        self.shown = tabs.map(|lines| lines.unwrap_or_else(json)).unwrap_or_default();
        let inner = area.width.saturating_sub(2);
        self.lines = broken(&self.shown, area.width.saturating_sub(4), &self.open);
        let head = self.detail.as_ref().map_or(1, |detail| summary::height(detail, inner));
        self.wanted = cells(self.lines.len().max(1)).saturating_add(head + 2);
        self.cursor = self.cursor.min(self.shown.len().saturating_sub(1));
        self.made = Some((row, self.tab, area.width, self.open.len()));
        self.resize(area);
    }

    /// Takes note of how many lines show, and keeps the end and the cursor in sight.
    pub(super) fn resize(&mut self, area: Rect) {
        let inner = (area.width.saturating_sub(2), area.height.saturating_sub(2));
        let head = self.detail.as_ref().map_or(1, |detail| summary::height(detail, inner.0)).min(inner.1.max(1) - 1);
        let before = std::mem::replace(&mut self.room, usize::from(inner.1.saturating_sub(head)));
        self.scroll = self.scroll.min(self.lines.len().saturating_sub(self.room));
        // The wheel may have taken the cursor out of sight: only another size brings it back.
        if self.focus && before != self.room {
            self.scroll_to_cursor();
        }
    }

    /// Lines that all of it would take, borders included.
    pub(super) fn wanted(&self) -> u16 {
        self.wanted
    }

    /// Begins at the top: another span is shown.
    pub(super) fn restart(&mut self) {
        (self.scroll, self.cursor) = (0, 0);
        self.open.clear();
    }

    /// Goes to the next tab that has something to say, or the one before.
    pub(super) fn turn(&mut self, step: isize) {
        let tabs = TABS.len().cast_signed() + 1;
        for _ in 0..tabs {
            self.tab = (self.tab.cast_signed() + step).rem_euclid(tabs).cast_unsigned();
            if !self.is_empty(self.tab) {
                break;
            }
        }
        self.restart();
    }

    fn is_empty(&self, tab: usize) -> bool {
        self.detail.as_ref().and_then(|detail| detail.tabs.get(tab)).is_some_and(Vec::is_empty)
    }

    /// Whether ends of links have come or left since they were looked for.
    pub(super) fn has_stale_links(&self, store: &Store, trace: TraceId) -> bool {
        let Some(detail) = &self.detail else { return false };
        let mut links = detail.links.iter();
        links.any(|link| LinkTarget::new(store, link.trace, link.span) != *link)
            || store.backlinks(trace, detail.span_id).take(MOST_BACK).count()
                != (detail.links.len() - detail.own_links).min(MOST_BACK)
    }

    /// The targets of the span's links.
    pub(super) fn links(&self) -> &[LinkTarget] {
        self.detail.as_ref().map(|detail| detail.links.as_slice()).unwrap_or_default()
    }

    /// The id of the span that is shown.
    pub(super) fn span_id(&self) -> Option<SpanId> {
        self.detail.as_ref().map(|detail| detail.span_id)
    }

    /// The span as a line of `jsonl`.
    pub(super) fn json(&self) -> Option<String> {
        self.detail.as_ref().map(|_| self.json.clone())
    }

    /// The row of the tree that it was last set to.
    pub(super) fn row(&self) -> Option<u32> {
        self.made.and_then(|((_, row, _), ..)| row)
    }

    /// Moves the cursor for an action; false when it is not about moving.
    pub(super) fn moved(&mut self, action: Action, area: Rect) -> bool {
        let page = isize::from(area.height.max(5).cast_signed()) - 4;
        let rows = action.rows(page);
        if let Some(rows) = rows {
            self.walk(rows);
        }
        rows.is_some()
    }

    /// Does what the mouse asks; the end of a link that was clicked on twice.
    pub(super) fn mouse(&mut self, mouse: Mouse, wheel: isize, area: Rect) -> Option<LinkTarget> {
        if wheel != 0 {
            let most = self.lines.len().saturating_sub(self.room);
            self.scroll = self.scroll.saturating_add_signed(wheel).min(most);
        } else if matches!(mouse.kind, MouseKind::Press { .. }) && mouse.row == area.y {
            let mut x = area.x + 2;
            for (n, label) in self.labels().iter().enumerate() {
                let end = x + width(label) + 2;
                if (x..end).contains(&mouse.column) {
                    self.tab = n;
                    self.restart();
                }
                x = end;
            }
        } else if let MouseKind::Press { clicks } = mouse.kind {
            let first = area.bottom().saturating_sub(1 + cells(self.room));
            let line = usize::from(mouse.row.saturating_sub(first)) + self.scroll;
            if let Some(line) = self.lines.get(line).filter(|_| mouse.row >= first) {
                self.cursor = line.of;
                self.focus |= clicks == 1;
            }
            if clicks == 2 && !self.toggle() {
                return self.target();
            }
        }
        None
    }

    /// `Attributes 6`
    fn labels(&self) -> Vec<String> {
        let counts = self.detail.as_ref().map(|detail| detail.counts).unwrap_or_default();
        let logs = self.detail.as_ref().map_or(0, |detail| detail.logs);
        let label = |(n, tab): (usize, &&str)| match counts.get(n) {
            Some(0) if n == EVENTS && logs > 0 => format!("Logs {logs}"),
            Some(count) if n == EVENTS && logs > 0 => format!("{tab} {count}, logs {logs}"),
            Some(count) if *count > 0 => format!("{tab} {count}"),
            _ => (*tab).to_string(),
        };
        TABS.iter().enumerate().map(label).chain(["JSON".to_string()]).collect()
    }

    pub(super) fn draw(&self, area: Rect, buf: &mut Buffer, cx: &Cx<'_>, finding: &Finding) {
        if area.height < 3 {
            return;
        }
        let inner = panel(area, buf, cx, self.focus);
        let mut pen = title(area, buf, cx);
        for (n, label) in self.labels().iter().enumerate() {
            let empty = self.is_empty(n);
            let style = match n == self.tab {
                true => cx.theme.style(Role::Accent).add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
                false if empty => cx.theme.style(Role::Faint),
                false => cx.theme.style(Role::Muted),
            };
            pen.put(" ", Style::new());
            pen.put(label, style);
            pen.put(" ", Style::new());
        }
        let Some(detail) = &self.detail else {
            let mut pen = Pen::new(buf, cx.glyphs, inner.x + 1, inner.y, inner.right());
            // While the tree is being built there is no row.
            if self.made.is_none_or(|((_, row, _), ..)| row.is_none()) {
                return;
            }
            pen.put("This parent was named by its children and has not arrived.", cx.theme.style(Role::Muted));
            return;
        };
        let head = summary::height(detail, inner.width).min(inner.height.saturating_sub(1));
        summary::draw(Rect { height: head, ..inner }, buf, cx, detail);
        let lines = Rect { y: inner.y + head, height: inner.height.saturating_sub(head), ..inner };
        self.draw_lines(lines, buf, cx, finding);
    }

    fn draw_lines(&self, area: Rect, buf: &mut Buffer, cx: &Cx<'_>, finding: &Finding) {
        if self.lines.is_empty() {
            let tab = TABS.get(self.tab).copied().unwrap_or_default().to_lowercase();
            let mut pen = Pen::new(buf, cx.glyphs, area.x + 1, area.y, area.right());
            pen.put(&format!("no {tab}"), cx.theme.style(Role::Faint));
        }
        let found = cx.theme.found();
        for (n, line) in self.lines.iter().skip(self.scroll).take(usize::from(area.height)).enumerate() {
            let y = area.y + cells(n);
            let column = area.x + 1 + line.column;
            if !line.key.is_empty() {
                let end = if line.text.is_empty() { area.right() } else { column.saturating_sub(GAP) };
                let mut pen = Pen::new(buf, cx.glyphs, area.x + 1 + line.indent, y, end);
                let marks = finding.marks(None, &line.key);
                pen.put_marked(&line.key, cx.theme.style(Role::Accent), &marks, found);
            }
            let role = match line.tone {
                Tone::Text => Role::Text,
                Tone::Number => Role::Number,
                Tone::Error => Role::Error,
                Tone::Warning => Role::Warning,
                Tone::Heading => Role::Strong,
            };
            let key = self.shown.get(line.of).map(|line| line.key.as_str());
            let mut pen = Pen::new(buf, cx.glyphs, column, y, area.right());
            pen.put_marked(&line.text, cx.theme.style(role), &finding.marks(key, &line.text), found);
            if self.focus && line.of == self.cursor {
                table::mark(Rect { y, height: 1, ..area }, buf, cx, true);
            }
        }
        let (above, below) = (self.scroll > 0, self.lines.len() > self.scroll + usize::from(area.height));
        let style = cx.theme.style(Role::Accent);
        if above {
            set(buf, area.right(), area.y, cx.glyphs.more[0], style);
        }
        if below {
            set(buf, area.right(), area.bottom().saturating_sub(1), cx.glyphs.more[1], style);
        }
    }
}
