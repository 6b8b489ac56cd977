//! Draws the header of the output and its lines.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Modifier, Style},
};

use super::{Output, Shown, wrap};
use crate::model::{Severity, duration_text};
use crate::query::output::{Body, OutputRow};
use crate::tui::text::{Pen, count, counted, safe, short_count, time_text, width};
use crate::tui::theme::Role;
use crate::tui::view::Cx;
use crate::tui::widget::{dash, panel, place, set, status, table, title};

/// Cells of the time, the chip, the severity, and a blank after each.
const TIME: u16 = 13;
const CHIP: u16 = 1;
const SEVERITY: u16 = 6;
/// Cells of a service's name, where more than one logs.
const SERVICE: u16 = 13;

/// Cells before a line's logger and text.
pub(super) fn indent(cx: &Cx<'_>) -> usize {
    usize::from(1 + TIME + CHIP + SEVERITY + if has_services(cx) { SERVICE } else { 0 })
}

/// Whether names of services are written: there are several, or no colours to tell them by.
fn has_services(cx: &Cx<'_>) -> bool {
    cx.totals.logs > 0 && (cx.slots.len() > 1 || cx.theme.is_plain())
}

/// `‹ Output  1 204 lines  38 log records            following  LIVE`
pub(super) fn header(area: Rect, buf: &mut Buffer, cx: &Cx<'_>, view: &Output) {
    let mut pieces = status::pieces(cx);
    if view.follows == Some(true) && status::listens(cx.sources) {
        let at = pieces.len().saturating_sub(1);
        pieces.insert(at, ("following".to_string(), Role::Accent));
    }
    let used = status::draw(Rect { height: 1, ..area }, buf, cx, pieces);
    let mut pen = Pen::new(buf, cx.glyphs, area.x + 1, area.y, area.right().saturating_sub(used + 2));
    pen.sign(cx.glyphs.back, cx.theme.style(Role::Muted));
    pen.put(" Output", cx.theme.style(Role::Strong));
    let (lines, logs) = (cx.totals.lines, cx.totals.logs);
    let counts = [
        (lines, if lines == 1 { "line" } else { "lines" }),
        (logs, if logs == 1 { "log record" } else { "log records" }),
    ];
    for (n, word) in counts.into_iter().filter(|(n, _)| *n > 0) {
        pen.skip(2);
        pen.put(&format!("{} {word}", count(n)), cx.theme.style(Role::Muted));
    }
    let gone = (lines + logs).saturating_sub(cx.totals.output);
    if gone > 0 {
        pen.skip(2);
        pen.put(&format!("{} no longer kept", short_count(gone)), cx.theme.style(Role::Warning));
    }
}

pub(super) fn draw(area: Rect, buf: &mut Buffer, cx: &Cx<'_>, view: &Output) {
    let inner = panel(area, buf, cx, true);
    heading(area, buf, cx, view);
    let mut y = inner.y;
    for shown in &view.rows {
        let height = shown.height.min(inner.bottom().saturating_sub(y));
        let line = Rect { y, height, ..inner };
        draw_row(line, buf, cx, view, shown);
        if shown.at == view.scroll.selected {
            table::mark(line, buf, cx, true);
        }
        y += height;
    }
    let len = view.lines.rows().len();
    if len > view.rows.len() {
        place(area, buf, cx, (view.scroll.selected, len));
    }
    if len == 0 {
        empty(inner, buf, cx, view);
    }
}

fn empty(inner: Rect, buf: &mut Buffer, cx: &Cx<'_>, view: &Output) {
    let lines: &[&str] = match () {
        () if !view.stale.is_done => &["searching"],
        () if cx.totals.output > 0 => &["no line matches; {back} shows more"],
        () => &[
            "nothing was logged or printed yet",
            "",
            "Log records come over OTLP, as spans do: OTEL_LOGS_EXPORTER=otlp.",
            "Lines are what stands between spans in a file or a pipe: app 2>&1 | tracetui",
        ],
    };
    for (y, text) in (inner.y + 1..inner.bottom()).zip(lines) {
        let mut pen = Pen::new(buf, cx.glyphs, inner.x + 2, y, inner.right());
        pen.put(&cx.say(text), cx.theme.style(Role::Muted));
    }
}

fn heading(area: Rect, buf: &mut Buffer, cx: &Cx<'_>, view: &Output) {
    let rule = cx.theme.style(Role::Border);
    let wanted = view.lines.wanted();
    let mut pen = title(area, buf, cx);
    pen.put(" Output", cx.theme.style(Role::Strong));
    if !wanted.is_all() {
        pen.put(&format!(" {} shown", count(view.lines.rows().len() as u64)), cx.theme.style(Role::Muted));
    }
    if wanted.least > Severity::TRACE {
        dash(&mut pen, cx);
        let word = if cx.ascii { ">= " } else { "≥ " };
        pen.put(&[word, &wanted.least.name().to_lowercase()].concat(), cx.theme.style(Role::Accent));
    }
    if let Some(prompt) = view.prompt.field() {
        dash(&mut pen, cx);
        prompt.draw(&mut pen, "/", cx.theme);
    } else if !wanted.text().is_empty() {
        dash(&mut pen, cx);
        pen.put("/", cx.theme.style(Role::Warning));
        pen.put(wanted.text(), cx.theme.style(Role::Warning));
    }
    pen.sign(' ', rule);
}

fn draw_row(line: Rect, buf: &mut Buffer, cx: &Cx<'_>, view: &Output, shown: &Shown) {
    let row = &shown.text;
    let mut pen = Pen::new(buf, cx.glyphs, line.x + 1, line.y, line.right().saturating_sub(1));
    let clock = row.time.map(|time| time_text(time, cx.utc, "%H:%M:%S%.3f")).unwrap_or_default();
    pen.put_left(TIME, &clock, cx.theme.style(Role::Muted));
    if !row.service.is_empty() {
        for y in line.y..line.bottom() {
            set(pen.buf, pen.x, y, cx.glyphs.chip, cx.service(&row.service));
        }
    }
    pen.skip(CHIP);
    match &row.body {
        Body::Root { name, spans, duration, errors } => {
            pen.skip(SEVERITY);
            pen.sign(cx.glyphs.fold[0], cx.service(&row.service));
            pen.skip(1);
            let bold = cx.service(&row.service).add_modifier(Modifier::BOLD);
            pen.put(&row.service, bold);
            pen.skip(1);
            pen.put(name, bold);
            let figures = format!("  {}", counted(*spans as u64, "span"));
            pen.put(&figures, cx.theme.style(Role::Muted));
            pen.put(&format!("  {}", duration_text(*duration)), cx.theme.style(Role::Strong));
            if *errors > 0 {
                pen.put(&format!("  {errors}{}", cx.glyphs.error), cx.theme.style(Role::Error));
            }
        }
        Body::Line { severity, logger, parts, .. } => {
            let (word, text) = styles(*severity, cx);
            pen.put_left(SEVERITY, severity.name(), word);
            if has_services(cx) {
                pen.put_left(SERVICE - 1, &row.service, cx.service(&row.service));
                pen.skip(1);
            }
            let folded = (*parts > 0 && !shown.is_unfolded)
                .then(|| format!("+{parts} {}", if *parts == 1 { "line" } else { "lines" }));
            let end = pen.end;
            pen.end = end.saturating_sub(folded.as_ref().map_or(0, |text| width(text) + 2)).max(pen.x);
            draw_text(&mut pen, line, cx, view, (&shown.text, logger, text));
            pen.end = end;
            if let Some(text) = folded {
                pen.skip(2);
                pen.put(&text, cx.theme.style(Role::Faint));
            }
        }
        Body::Part { severity, .. } => {
            pen.skip(SEVERITY + if has_services(cx) { SERVICE } else { 0 });
            let style = if *severity >= Severity::ERROR { Role::Text } else { Role::Muted };
            draw_text(&mut pen, line, cx, view, (row, "", cx.theme.style(style)));
        }
    }
}

/// Writes what a line says, over several lines where it is broken; found words are marked. The pen stays behind the text.
fn draw_text(
    pen: &mut Pen<'_>,
    line: Rect,
    cx: &Cx<'_>,
    view: &Output,
    (row, logger, style): (&OutputRow, &str, Style),
) {
    let start = pen.x;
    let pieces = if view.wraps { wrap::pieces(row, usize::from(pen.room())) } else { vec![wrap::whole(row)] };
    let words: Vec<String> = view.lines.wanted().text().split_whitespace().map(str::to_lowercase).collect();
    for (y, piece) in (line.y..line.bottom()).zip(&pieces) {
        (pen.x, pen.y) = (start, y);
        let rest = piece.strip_prefix(logger).filter(|_| y == line.y && !logger.is_empty());
        if rest.is_some() {
            pen.put(logger, cx.theme.style(Role::Faint));
        }
        put_found(pen, rest.unwrap_or(piece), &words, style, cx);
    }
}

/// Writes text with the words marked that were looked for.
fn put_found(pen: &mut Pen<'_>, text: &str, words: &[String], style: Style, cx: &Cx<'_>) {
    let text = safe(text);
    let lower = text.to_ascii_lowercase();
    let mut at = 0;
    while at < text.len() {
        let rest = lower.get(at..).unwrap_or_default();
        let found = words.iter().filter_map(|word| rest.find(word.as_str()).map(|start| (start, word.len())));
        let Some((start, length)) = found.min_by_key(|(start, length)| (*start, usize::MAX - *length)) else { break };
        pen.put(text.get(at..at + start).unwrap_or_default(), style);
        pen.put(text.get(at + start..at + start + length).unwrap_or_default(), cx.theme.found());
        at += start + length;
        if pen.room() == 0 {
            return;
        }
    }
    pen.put(text.get(at..).unwrap_or_default(), style);
}

/// The styles of a severity's word and of what is said.
pub(super) fn styles(severity: Severity, cx: &Cx<'_>) -> (Style, Style) {
    let [word, text] = match severity.name() {
        "FATAL" | "ERROR" => [Role::Error, Role::Error],
        "WARN" => [Role::Warning, Role::Text],
        "INFO" => [Role::Good, Role::Text],
        "DEBUG" | "TRACE" => [Role::Faint, Role::Muted],
        _ => [Role::Text, Role::Text],
    };
    let bold = severity >= Severity::ERROR;
    let word = cx.theme.style(word);
    (if bold { word.add_modifier(Modifier::BOLD) } else { word }, cx.theme.style(text))
}
