//! Draws the header of the home screen and the list of traces.

use ratatui::{buffer::Buffer, layout::Rect, style::Modifier};

use super::scatter::Ends;
use super::{Cursor, Traces, doors};
use crate::model::{Timestamp, duration_text};
use crate::query::traces::{Sort, TraceRow};
use crate::tui::shorten::{middle, names};
use crate::tui::text::{Pen, count, short_count, time_text};
use crate::tui::theme::Role;
use crate::tui::view::{Cx, is_plain};
use crate::tui::widget::table::{self, Shown};
use crate::tui::widget::{bar, dash, panel, place, status, title};

/// `tracetui ● jaeger-compact :6831 … 312 traces 4 812 spans LIVE`
pub(super) fn header(area: Rect, buf: &mut Buffer, cx: &Cx<'_>) {
    let most = area.width.saturating_sub(doors::least(cx) + 14).min(area.width / 2);
    let used = status::draw_in(most, area, buf, cx, status::pieces(cx));
    let mut pen = Pen::new(buf, cx.glyphs, area.x + 1, area.y, area.right().saturating_sub(used + 2));
    pen.put("tracetui", cx.theme.style(Role::Strong));
    pen.skip(2);
    doors::draw(&mut pen, cx);
}

/// The columns' widths; 0 where a column has no room.
#[derive(Clone, Copy)]
struct Columns {
    /// Format of the date before the time of day.
    date: &'static str,
    millis: bool,
    start: u16,
    /// Why a trace failed, or what is odd about it.
    reason: u16,
    spans: u16,
    services: u16,
    bar: u16,
    duration: u16,
    errors: u16,
}

/// Cells that service and operation need to be told apart.
const OPERATION: u16 = 28;

/// Cells below which the service is its colour alone.
const BOTH: u16 = 20;

/// Cells that a reason needs to be understood.
const REASON: u16 = 20;

/// Cells of the number of services, and of a square for each of the first of them.
const SERVICES: u16 = 4;
const SQUARES: u16 = 9;

impl Columns {
    /// All columns where there is room; else they go in this order: squares of services, the reason, milliseconds, services,
    /// half of the bar, date, spans, bar. What is left is shared by the operation, the reason and squares of services.
    fn new(width: u16, date: &'static str) -> Self {
        let bar = if width >= 110 { 14 } else { 12 };
        let (reason, services) = (REASON, SERVICES);
        let full = Self { date, millis: true, start: 0, reason, spans: 7, services, bar, duration: 10, errors: 5 };
        let narrower: [fn(&mut Self); 7] = [
            |columns| columns.reason = 0,
            |columns| columns.millis = false,
            |columns| columns.services = 0,
            |columns| columns.bar = 6,
            |columns| columns.date = "",
            |columns| columns.spans = 0,
            |columns| columns.bar = 0,
        ];
        let mut columns = full.sized();
        for narrow in narrower {
            if columns.fixed() + OPERATION + 2 <= width {
                break;
            }
            narrow(&mut columns);
            columns = columns.sized();
        }
        let left = width.saturating_sub(columns.fixed() + OPERATION + 2);
        if columns.reason > 0 {
            let more = (left * 2 / 3).max(left.min(12));
            columns.reason += more;
            if left - more >= SQUARES {
                columns.services += SQUARES;
            }
        }
        columns
    }

    fn sized(self) -> Self {
        let date = match self.date.len() {
            0 => 0,
            6 => 6,
            _ => 11,
        };
        Self { start: 10 + date + if self.millis { 4 } else { 0 }, ..self }
    }

    fn time_format(&self) -> String {
        [self.date, if self.millis { "%H:%M:%S%.3f" } else { "%H:%M:%S" }].concat()
    }

    fn fixed(&self) -> u16 {
        self.start
            + self.reason
            + self.spans
            + self.services
            + self.bar
            + self.duration
            + self.errors
            + u16::from(self.bar > 0)
    }
}

pub(super) fn draw(area: Rect, buf: &mut Buffer, cx: &Cx<'_>, view: &Traces) {
    let inner = panel(area, buf, cx, !view.services.focus);
    heading(area, buf, cx, view);
    let columns = Columns::new(inner.width, view.date(cx));
    titles(inner, buf, cx, (&columns, view.sort));
    let below = Rect { y: inner.y + 1, height: inner.height.saturating_sub(1), ..inner };
    let shown = view.rows.iter().zip(table::rows(below, view.scroll, view.listing.len(), 1));
    for (shown, Shown { line, selected, .. }) in shown {
        match &shown.row {
            Some(row) => draw_row(line, buf, cx, (row, &columns, &view.points.ends)),
            None => {
                Pen::new(buf, cx.glyphs, line.x + 2, line.y, line.right()).put("evicted", cx.theme.style(Role::Faint));
            }
        }
        if selected {
            table::mark(line, buf, cx, !view.services.focus);
        }
    }
    if view.listing.len() > view.rows.len() {
        place(area, buf, cx, (view.scroll.selected, view.listing.len()));
    }
    if view.listing.is_empty() {
        let text = match (view.pending > 0, cx.paused) {
            (true, _) => "searching",
            (false, Some(_)) if view.total == 0 => "paused; {pause} shows what has come",
            (false, _) => "no trace matches; {back} clears the filter",
        };
        let mut pen = Pen::new(buf, cx.glyphs, inner.x + 2, inner.y + 2, inner.right());
        pen.put(&cx.say(text), cx.theme.style(Role::Muted));
    }
}

fn heading(area: Rect, buf: &mut Buffer, cx: &Cx<'_>, view: &Traces) {
    let rule = cx.theme.style(Role::Border);
    let mut pen = title(area, buf, cx);
    pen.put(" Traces ", cx.theme.style(Role::Strong));
    let shown = count(view.listing.len() as u64);
    let all = count(view.total);
    let counts = if shown == all { all } else { format!("{shown} of {all}") };
    pen.put(&counts, cx.theme.style(Role::Muted));
    dash(&mut pen, cx);
    pen.put(
        &format!("{} {}", view.sort.name(), cx.glyphs.sorted[usize::from(view.sort.is_ascending())]),
        cx.theme.style(Role::Accent),
    );
    if let Some(service) = view.services.rows.iter().find(|row| Some(&row.name) == view.services.chosen.as_ref()) {
        dash(&mut pen, cx);
        pen.put(&service.name, cx.service(&service.name));
    }
    if let Some(prompt) = view.prompt.field() {
        dash(&mut pen, cx);
        prompt.draw(&mut pen, "/", cx.theme);
    } else if !view.listing.filter().is_empty() {
        dash(&mut pen, cx);
        pen.put(&format!("/{}", view.listing.filter().text()), cx.theme.style(Role::Warning));
    }
    if view.pending > 0 {
        dash(&mut pen, cx);
        let what = if view.listing.filter().is_empty() { "listing" } else { "searching" };
        pen.put(&format!("{what} {} more", short_count(view.pending as u64)), cx.theme.style(Role::Warning));
    } else if view.cursor == Cursor::Newest {
        dash(&mut pen, cx);
        pen.put("following", cx.theme.style(Role::Faint));
    }
    if view.scroll.top > 0 {
        dash(&mut pen, cx);
        pen.put(
            &format!("{} {} above", cx.glyphs.more[0], count(view.scroll.top as u64)),
            cx.theme.style(Role::Accent),
        );
    }
    // The cursor of a prompt stands in a blank of its own.
    let is_last = view.pending == 0 && view.cursor != Cursor::Newest && view.scroll.top == 0;
    if view.prompt.field().is_none() || !is_last {
        pen.put(" ", rule);
    }
}

/// The head of a column, and the orders that a click on it chooses between.
struct Head {
    x: u16,
    cells: u16,
    text: String,
    is_right: bool,
    sorts: Option<[Sort; 2]>,
}

/// The heads of the columns that show.
fn heads(inner: Rect, columns: &Columns, cx: &Cx<'_>) -> Vec<Head> {
    let operation = inner.width.saturating_sub(columns.fixed() + 2);
    let services = if columns.services > SERVICES { "Services" } else { "Sv" };
    let bar = if columns.bar >= 10 { "Duration" } else { "" };
    let rows = [
        (0, columns.start, "Start", false, Some([Sort::Newest, Sort::Oldest])),
        (0, operation, "", false, Some([Sort::NameUp, Sort::NameDown])),
        (1, columns.reason.saturating_sub(1), "Why", false, None),
        (0, columns.spans, "Spans", true, Some([Sort::MostSpans, Sort::FewestSpans])),
        (2, columns.services.saturating_sub(2), services, false, None),
        (1, columns.bar, bar, false, Some([Sort::Longest, Sort::Shortest])),
        (
            0,
            columns.duration,
            if bar.is_empty() { "Duration" } else { "" },
            true,
            Some([Sort::Longest, Sort::Shortest]),
        ),
        (0, columns.errors, "Err", true, Some([Sort::MostErrors, Sort::FewestErrors])),
    ];
    let mut x = inner.x + 1;
    let mut heads = Vec::with_capacity(rows.len());
    for (gap, cells, text, is_right, sorts) in rows {
        x += if cells > 0 { gap } else { 0 };
        let name = format!("Service {} operation", cx.glyphs.middot);
        let is_operation = sorts == Some([Sort::NameUp, Sort::NameDown]);
        heads.push(Head { x, cells, text: if is_operation { name } else { text.to_string() }, is_right, sorts });
        x += cells;
    }
    heads
}

/// The heads; the one that the list is sorted by says so.
fn titles(inner: Rect, buf: &mut Buffer, cx: &Cx<'_>, (columns, sort): (&Columns, Sort)) {
    for head in heads(inner, columns, cx).into_iter().filter(|head| head.cells > 0 && !head.text.is_empty()) {
        let mut pen = Pen::new(buf, cx.glyphs, head.x, inner.y, inner.right());
        let is_sorted = head.sorts.is_some_and(|sorts| sorts.contains(&sort));
        let role = if is_sorted { Role::Accent } else { Role::Muted };
        let sign = cx.glyphs.sorted[usize::from(sort.is_ascending())];
        let text = if is_sorted { format!("{}{sign}", head.text) } else { head.text };
        if head.is_right {
            pen.put_right(head.cells, &text, cx.theme.style(role));
        } else {
            pen.put_left(head.cells, &text, cx.theme.style(role));
        }
    }
}

impl Traces {
    /// Sorts by the column whose head is at this column of the screen, the other way round when it is already.
    pub(super) fn click_head(&mut self, area: Rect, column: u16, cx: &Cx<'_>) {
        let inner = Rect { x: area.x + 1, y: area.y + 1, width: area.width.saturating_sub(2), height: 1 };
        let columns = Columns::new(inner.width, self.date(cx));
        let heads = heads(inner, &columns, cx);
        let clicked = heads.iter().find(|head| (head.x..head.x + head.cells).contains(&column));
        if let Some([first, second]) = clicked.and_then(|head| head.sorts) {
            self.sort_by(if self.sort == first { second } else { first });
        }
    }

    /// How dates are written: not at all where all traces are of today.
    fn date(&self, cx: &Cx<'_>) -> &'static str {
        let day = |time: Timestamp| time_text(time, cx.utc, "%Y-%m-%d");
        let year = |time: Timestamp| time_text(time, cx.utc, "%Y");
        let ends = [self.points.ends.first, self.points.ends.last];
        match () {
            () if self.listing.is_empty() => "",
            () if ends.iter().any(|end| year(*end) != year(cx.now)) => "%Y-%m-%d ",
            () if ends.iter().any(|end| day(*end) != day(cx.now)) => "%m-%d ",
            () => "",
        }
    }
}

fn draw_row(line: Rect, buf: &mut Buffer, cx: &Cx<'_>, (row, columns, points): (&TraceRow, &Columns, &Ends)) {
    let mut pen = Pen::new(buf, cx.glyphs, line.x + 1, line.y, line.right());
    pen.put_left(columns.start, &time_text(row.start, cx.utc, &columns.time_format()), cx.theme.style(Role::Muted));
    let room = line.width.saturating_sub(columns.fixed() + 2);
    operation(&mut pen, cx, row, (room, columns.reason == 0));
    reason(&mut pen, cx, row, columns.reason);
    pen.put_right(columns.spans, &short_count(row.spans as u64), cx.theme.style(Role::Text));
    pen.skip(2.min(columns.services));
    squares(&mut pen, cx, row, columns.services.saturating_sub(2));
    let failed = if row.errors > 0 { Role::Error } else { Role::Bar };
    if columns.bar > 0 {
        pen.skip(1);
        let halves = points.reach(row.duration, columns.bar * 2);
        if !cx.theme.is_plain() && !cx.ascii {
            bar::thin((pen.x, line.y), columns.bar * 2, pen.buf, cx.theme.style(Role::Track), cx.glyphs);
        }
        bar::thin((pen.x, line.y), halves, pen.buf, cx.theme.style(failed), cx.glyphs);
        pen.skip(columns.bar);
    }
    pen.put_right(columns.duration, &duration_text(row.duration), cx.theme.style(Role::Text));
    if row.errors > 0 {
        let errors = format!("{}{}", short_count(u64::from(row.errors)), cx.glyphs.error);
        pen.put_right(columns.errors, &errors, cx.theme.style(Role::Error));
    }
}

/// What is odd about a trace.
fn mark(row: &TraceRow) -> Option<&'static str> {
    let marks = [(row.truncated, " truncated"), (row.incomplete, " incomplete"), (row.shared, " shared ids")];
    marks.into_iter().find(|(is, _)| *is).map(|(_, mark)| mark)
}

/// Why a trace failed; of one that did not, what is odd about it.
fn reason(pen: &mut Pen<'_>, cx: &Cx<'_>, row: &TraceRow, room: u16) {
    let (end, to) = (pen.end, pen.x.saturating_add(room).min(pen.end));
    pen.end = to;
    pen.skip(1);
    if let Some(mark) = mark(row).filter(|_| room > 0) {
        pen.sign(cx.glyphs.missing, cx.theme.style(Role::Warning));
        if row.reason.is_empty() {
            pen.put(mark, cx.theme.style(Role::Warning));
        } else {
            pen.skip(1);
        }
    }
    pen.put(&row.reason, cx.theme.style(Role::Error));
    (pen.x, pen.end) = (to, end);
}

fn operation(pen: &mut Pen<'_>, cx: &Cx<'_>, row: &TraceRow, (room, with_mark): (u16, bool)) {
    let (end, to) = (pen.end, pen.x.saturating_add(room).min(pen.end));
    // The mark keeps its place: a long name is cut before it.
    let mark = mark(row).filter(|_| with_mark);
    pen.end = to.saturating_sub(if mark.is_some() { 2 } else { 0 });
    let unnamed = if row.service.is_empty() { "unknown_service" } else { &row.service };
    let (service, name) = if pen.room() < BOTH && !is_plain(cx) {
        pen.sign(cx.glyphs.chip, cx.service(&row.service));
        (String::new(), middle(&row.name, pen.room(), 40, cx.glyphs.ellipsis))
    } else {
        names(unnamed, &row.name, pen.room(), cx.glyphs.ellipsis)
    };
    pen.put(&service, cx.service(&row.service).add_modifier(Modifier::BOLD));
    pen.skip(u16::from(!service.is_empty()));
    pen.put(&name, cx.theme.style(Role::Text));
    if let Some(mark) = mark {
        pen.end = to;
        pen.skip(1);
        pen.sign(cx.glyphs.missing, cx.theme.style(Role::Warning));
        if pen.room() > 11 {
            pen.put(mark, cx.theme.style(Role::Warning));
        }
    }
    (pen.x, pen.end) = (to, end);
}

fn squares(pen: &mut Pen<'_>, cx: &Cx<'_>, row: &TraceRow, room: u16) {
    let to = pen.x.saturating_add(room).min(pen.end);
    if room > 4 {
        for service in row.services.iter().take(usize::from(room - 4)) {
            pen.sign(cx.glyphs.square, cx.service(service));
        }
        pen.skip(1);
    }
    if room > 0 {
        pen.put(&row.services.len().to_string(), cx.theme.style(Role::Muted));
    }
    pen.x = to;
}
