//! The panel below a waterfall: everything about the selected span, by tab.

mod lines;
mod summary;

use lines::{Line, broken, pretty};
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Modifier, Style},
};

use super::find::Finding;
use super::times::Times;
use crate::model::SpanId;
use crate::query::detail::{DetailLine, LinkTarget, SpanDetail, TABS, Tone};
use crate::store::Store;
use crate::tui::action::Action;
use crate::tui::text::{Pen, cells, width};
use crate::tui::theme::Role;
use crate::tui::view::Cx;
use crate::tui::widget::{panel, set, title};
use crate::tui::{Mouse, MouseKind};

/// The panel's state.
#[derive(Default)]
pub(super) struct Details {
    /// Enlarged, with the arrow keys scrolling it.
    pub(super) focus: bool,
    /// First line shown.
    pub(super) scroll: usize,
    tab: usize,
    detail: Option<SpanDetail>,
    /// The span as a line of `jsonl`.
    json: String,
    /// The tab's lines broken to the panel's width.
    lines: Vec<Line>,
    /// What the lines were made from: revision and row, tab, width.
    made: Option<(Row, usize, u16)>,
}

/// The tab that tells of log records too.
const EVENTS: usize = 1;

/// A trace's revision, a row of its tree, and how times are shown.
type Row = (Option<u64>, Option<u32>, Times);

impl Details {
    /// Whether another row, tab or width is to be shown than was last set.
    pub(super) fn is_stale(&self, row: Row, area: Rect) -> bool {
        self.made != Some((row, self.tab, area.width))
    }

    pub(super) fn set(&mut self, detail: Option<(SpanDetail, String)>, row: Row, area: Rect) {
        self.made = Some((row, self.tab, area.width));
        (self.detail, self.json) = detail.map_or((None, String::new()), |(detail, json)| (Some(detail), json));
        let room = usize::from(area.width.saturating_sub(4));
        let json = [DetailLine { key: String::new(), value: pretty(&self.json), tone: Tone::Text }];
        let lines = self.detail.as_ref().map(|detail| detail.tabs.get(self.tab).map_or(&json[..], |lines| lines));
        self.lines = lines.map(|lines| broken(lines, room)).unwrap_or_default();
        self.scroll = self.scroll.min(self.lines.len().saturating_sub(1));
    }

    pub(super) fn turn(&mut self, step: isize) {
        let tabs = TABS.len().cast_signed() + 1;
        self.tab = (self.tab.cast_signed() + step).rem_euclid(tabs).cast_unsigned();
        self.scroll = 0;
    }

    /// Whether targets of links have come or left since they were looked for.
    pub(super) fn has_stale_links(&self, store: &Store) -> bool {
        let mut links = self.detail.iter().flat_map(|detail| &detail.links);
        links.any(|link| LinkTarget::new(store, link.trace, link.span) != *link)
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

    /// Scrolls for an action; false when it is not about scrolling.
    pub(super) fn moved(&mut self, action: Action, area: Rect) -> bool {
        let page = isize::from(area.height.max(5).cast_signed()) - 4;
        let rows = action.rows(page);
        if let Some(rows) = rows {
            self.scroll_by(rows, area);
        }
        rows.is_some()
    }

    fn scroll_by(&mut self, step: isize, area: Rect) {
        let inner = (area.width.saturating_sub(2), area.height.saturating_sub(2));
        let head = self.detail.as_ref().map_or(1, |detail| summary::height(detail, inner.0)).min(inner.1.max(1) - 1);
        let most = self.lines.len().saturating_sub(usize::from(inner.1.saturating_sub(head)));
        self.scroll = self.scroll.saturating_add_signed(step).min(most);
    }

    pub(super) fn mouse(&mut self, mouse: Mouse, wheel: isize, area: Rect) {
        if wheel != 0 {
            self.scroll_by(wheel, area);
        } else if matches!(mouse.kind, MouseKind::Press { .. }) && mouse.row == area.y {
            let mut x = area.x + 2;
            for (n, label) in self.labels().iter().enumerate() {
                let end = x + width(label) + 2;
                if (x..end).contains(&mouse.column) {
                    self.tab = n;
                    self.scroll = 0;
                }
                x = end;
            }
        } else if matches!(mouse.kind, MouseKind::Press { clicks: 2 }) {
            self.focus = !self.focus;
        }
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
            let empty = self.detail.as_ref().and_then(|detail| detail.tabs.get(n)).is_some_and(Vec::is_empty);
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
        let keys = self.lines.iter().map(|line| width(&line.key)).max().unwrap_or(0).min(area.width * 2 / 5);
        if self.lines.is_empty() {
            let tab = TABS.get(self.tab).copied().unwrap_or_default().to_lowercase();
            let mut pen = Pen::new(buf, cx.glyphs, area.x + 1, area.y, area.right());
            pen.put(&format!("no {tab}"), cx.theme.style(Role::Faint));
        }
        for (n, line) in self.lines.iter().skip(self.scroll).take(usize::from(area.height)).enumerate() {
            let mut pen = Pen::new(buf, cx.glyphs, area.x + 1, area.y + cells(n), area.right());
            if keys > 0 {
                let (end, x) = (pen.end, pen.x);
                pen.end = end.min(x + keys);
                let marks = finding.marks(None, &line.key);
                pen.put_marked(&line.key, cx.theme.style(Role::Accent), &marks, cx.theme.found());
                (pen.x, pen.end) = (x + keys, end);
                pen.skip(2);
            }
            let role = match line.tone {
                Tone::Text => Role::Text,
                Tone::Number => Role::Number,
                Tone::Error => Role::Error,
                Tone::Warning => Role::Warning,
                Tone::Heading => Role::Strong,
            };
            let marks = finding.marks(Some(&line.of), &line.text);
            pen.put_marked(&line.text, cx.theme.style(role), &marks, cx.theme.found());
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
