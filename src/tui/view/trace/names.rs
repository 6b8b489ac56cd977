//! The column of names: how wide it is, and what stands in it. Width follows the content of the trace, not the terminal
//! alone; the operation is never left out.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Modifier, Style},
};

use super::Trace;
use super::times::Times;
use crate::query::tree::{Node, Tree};
use crate::query::waterfall::WaterfallRow;
use crate::store::TraceRef;
use crate::tui::shorten::{names, short_service};
use crate::tui::text::{Pen, cells, short_count, width};
use crate::tui::theme::Role;
use crate::tui::view::{Cx, is_plain};

/// The column is never narrower unless the user wants it.
const LEAST: u16 = 24;

/// Rows looked at to find the width, evenly spread over the trace.
const SAMPLE: usize = 1_000;

/// Up to this many rows the widest decides, of more the 95th of 100.
const ALL: usize = 200;

/// Cells of a parent that has not arrived, with a short form of its id.
const PLACEHOLDER: u16 = 28;

/// Cells of a step of `<` and `>`.
pub(super) const STEP: i32 = 4;

/// What the width of the column depends on besides the screen.
#[derive(Debug, Default)]
pub(super) struct Names {
    sample: Vec<Need>,
    /// Rows of the tree.
    rows: usize,
    /// Cells that it once had on a screen of this width: while spans arrive it only grows.
    least: Option<(u16, u16)>,
    /// What the user added or took away, in cells.
    pub(super) offset: i32,
}

/// Cells that a row needs: for the tree's guides, and for the rest.
#[derive(Clone, Copy, Debug)]
struct Need {
    guides: u16,
    rest: u16,
}

impl Names {
    /// Looks at the rows of a new tree.
    pub(super) fn adopt(&mut self, trace: TraceRef<'_>, tree: &Tree, screen: u16, plain: bool) {
        if !self.sample.is_empty() {
            self.least = Some((screen, self.fit(screen)));
        }
        let every = tree.rows.len().div_ceil(SAMPLE).max(1);
        let rows = (0..tree.rows.len()).step_by(every);
        self.sample = rows.filter_map(|at| need(trace, tree, u32::try_from(at).ok()?, plain)).collect();
        self.rows = tree.rows.len();
    }

    /// Cells of the column on a screen of this width, without the column of times.
    fn fit(&self, screen: u16) -> u16 {
        let most = most(screen);
        let cap = guides_cap(most);
        let mut needs: Vec<u16> =
            self.sample.iter().map(|need| need.guides.min(cap).saturating_add(need.rest)).collect();
        // Of many rows a few odd ones do not decide.
        let at = if self.rows > ALL { needs.len() * 95 / 100 } else { needs.len() }.saturating_sub(1);
        let widest = if needs.is_empty() { 0 } else { *needs.select_nth_unstable(at).1 };
        let least = self.least.filter(|(width, _)| *width == screen).map_or(0, |(_, cells)| cells);
        widest.max(least).clamp(LEAST.min(most), most)
    }

    /// Cells of the column, with its share of times and what the user wants.
    pub(super) fn width(&self, screen: u16, times: Times) -> u16 {
        let wanted = i32::from(self.fit(screen)) + self.offset + i32::from(times.width());
        let width = wanted.clamp(12, (i32::from(screen) - 20).max(12));
        u16::try_from(width).unwrap_or(LEAST)
    }

    /// Makes the column end in a column of the screen, as far as it may.
    pub(super) fn drag(&mut self, to: u16, screen: u16, times: Times) {
        let bare = i32::from(self.fit(screen)) + i32::from(times.width());
        self.offset = (i32::from(to).clamp(12, (i32::from(screen) - 20).max(12))) - bare;
    }

    /// One step wider or narrower, from what shows.
    pub(super) fn step(&mut self, step: i32, screen: u16, times: Times) {
        let to = i32::from(self.width(screen, times)) + step;
        self.drag(u16::try_from(to).unwrap_or(0), screen, times);
    }
}

/// The greatest width that content alone gives the column.
fn most(screen: u16) -> u16 {
    (screen.min(100) / 2).max(u16::try_from(u32::from(screen) * 2 / 5).unwrap_or(screen))
}

/// Cells that the guides of the tree may take in a column of this width: a third, in whole levels.
pub(super) fn guides_cap(width: u16) -> u16 {
    width / 6 * 2
}

/// Cells of the guides before a row's own branch and sign.
fn guides(depth: u32) -> u16 {
    cells(depth.saturating_sub(1) as usize).saturating_mul(2)
}

fn need(trace: TraceRef<'_>, tree: &Tree, at: u32, plain: bool) -> Option<Need> {
    let row = tree.rows.get(at as usize)?;
    let guides = guides(row.depth);
    let span = match row.node {
        Node::Span(idx) => trace.span(idx)?,
        Node::Missing(_) => return Some(Need { guides, rest: PLACEHOLDER }),
    };
    let above = row.parent.and_then(|at| tree.rows.get(at as usize)).map(|row| row.node);
    let differs = match above {
        Some(Node::Span(idx)) => trace.span(idx).is_none_or(|above| above.service_id() != span.service_id()),
        Some(Node::Missing(_)) | None => true,
    };
    let service = match (differs, plain) {
        (true, _) => width(span.service()) + 1,
        (false, true) => width(&short_service(span.service(), '~')) + 1,
        (false, false) => 0,
    };
    let below = if row.errors_below > 0 { width(&short_count(row.errors_below.into())) + 2 } else { 0 };
    let hidden = if row.subtree > 1 { width(&short_count((row.subtree - 1).into())) + 3 } else { 0 };
    let marks = hidden + below + if row.error { 2 } else { 0 };
    // The selection's bar, branch and sign with a blank, the service's chip.
    let signs = 1 + if row.depth == 0 { 2 } else { 3 } + u16::from(!plain);
    let rest = signs.saturating_add(service).saturating_add(width(span.name())).saturating_add(marks);
    Some(Need { guides, rest })
}

/// Where a row's sign stands from the column's left edge, without times: one cell further than its branch.
pub(super) fn sign_column(row: &WaterfallRow, width: u16) -> u16 {
    if row.depth == 0 { 1 } else { 2 + guides(row.depth).min(guides_cap(width)) }
}

/// Draws tree guides, fold sign, service, operation, and marks at the right edge. `first` rows and selected ones say their
/// service whatever the row above says.
pub(super) fn draw(view: &Trace, row: &WaterfallRow, (area, first): (Rect, bool), buf: &mut Buffer, cx: &Cx<'_>) {
    let marks = marks(row, cx);
    let size: u16 = marks.iter().map(|(text, _)| width(text) + 1).sum();
    let mut pen = Pen::new(buf, cx.glyphs, area.x + 1, area.y, area.right());
    let time = row.span.as_ref().map(|span| view.times.of_span(span, &view.tree.timeline)).unwrap_or_default();
    pen.put_right(view.times.width().saturating_sub(1), &time, cx.theme.style(Role::Muted));
    pen.skip(u16::from(view.times != Times::Bars));
    tree_guides(&mut pen, row, guides_cap(area.width - view.times.width().min(area.width)), cx);
    pen.end = area.right().saturating_sub(size);
    let shown = first || view.selected == Some(row.node);
    match (&row.span, row.node) {
        (Some(span), _) => {
            let plain = is_plain(cx);
            let style = cx.service(&span.service);
            if !plain {
                pen.sign(cx.glyphs.chip, style);
            }
            let service = match (shown || span.differs, plain) {
                (true, _) => span.service.clone(),
                (false, true) => short_service(&span.service, cx.glyphs.ellipsis),
                (false, false) => String::new(),
            };
            let (service, name) = names(&service, &span.name, pen.room(), cx.glyphs.ellipsis);
            let (service_marks, name_marks) = (view.finding.marks(None, &service), view.finding.marks(None, &name));
            pen.put_marked(&service, style.add_modifier(Modifier::BOLD), &service_marks, cx.theme.found());
            pen.skip(u16::from(!service.is_empty()));
            pen.put_marked(&name, cx.theme.style(Role::Text), &name_marks, cx.theme.found());
        }
        (None, Node::Missing(id)) => {
            pen.sign(cx.glyphs.missing, cx.theme.style(Role::Warning));
            let id = id.to_string();
            let short = if pen.room() < 33 { id.get(..6).unwrap_or(&id) } else { &id };
            pen.put(&format!(" parent {short} not here"), cx.theme.style(Role::Warning));
        }
        (None, Node::Span(_)) => {}
    }
    let mut pen = Pen::new(buf, cx.glyphs, area.right().saturating_sub(size), area.y, area.right());
    for (text, style) in marks {
        pen.skip(1);
        pen.put(&text, style);
    }
}

/// `(13)` for rows folded away, `↓2` for two spans below that failed, `✗` for the span itself.
fn marks(row: &WaterfallRow, cx: &Cx<'_>) -> Vec<(String, Style)> {
    let mut marks = Vec::new();
    let error = cx.theme.style(Role::Error);
    if row.hidden > 0 {
        marks.push((format!("({})", short_count(u64::from(row.hidden))), cx.theme.style(Role::Muted)));
    }
    if row.errors_below > 0 {
        let below = format!("{}{}", cx.glyphs.more[1], short_count(u64::from(row.errors_below)));
        marks.push((below, error.add_modifier(Modifier::DIM)));
    }
    if row.span.as_ref().is_some_and(|span| span.error) {
        marks.push((cx.glyphs.error.to_string(), error));
    }
    marks
}

fn tree_guides(pen: &mut Pen<'_>, row: &WaterfallRow, cap: u16, cx: &Cx<'_>) {
    let style = cx.theme.style(Role::Faint);
    let [branch, end, trunk, arm] = cx.glyphs.tree;
    let wanted = guides(row.depth);
    if wanted > cap {
        // No room for the levels: their number stands beside the sign, so that parent and child can be told apart.
        let level = format!("{}{}", cx.glyphs.deep, row.depth);
        pen.put_right(cap + 1, &level, cx.theme.style(Role::Muted));
    } else if row.depth > 0 {
        for goes_on in row.trunks.iter().skip(1) {
            pen.sign(if *goes_on { trunk } else { ' ' }, style);
            pen.skip(1);
        }
        pen.sign(if row.last { end } else { branch }, style);
    }
    match row.fold {
        Some(folded) => pen.sign(cx.glyphs.fold[usize::from(!folded)], cx.theme.style(Role::Muted)),
        None if row.depth > 0 && wanted <= cap => pen.sign(arm, style),
        None => pen.skip(1),
    }
    pen.skip(1);
}
