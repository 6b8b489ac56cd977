//! The right side of every header: counts, rate, losses, memory, and whether the picture is live.

use ratatui::{buffer::Buffer, layout::Rect, style::Modifier};

use crate::model::{SourceState, SourceStatus};
use crate::tui::text::{Pen, bytes, count, counted, short_count, width};
use crate::tui::theme::Role;
use crate::tui::view::Cx;

/// Draws the right side of the header; returns the cells used. When narrow, what matters least goes first.
pub(crate) fn draw(area: Rect, buf: &mut Buffer, cx: &Cx<'_>, pieces: Vec<(String, Role)>) -> u16 {
    draw_in(area.width / 2, area, buf, cx, pieces)
}

/// The same in at most `room` cells.
pub(crate) fn draw_in(room: u16, area: Rect, buf: &mut Buffer, cx: &Cx<'_>, mut pieces: Vec<(String, Role)>) -> u16 {
    let size = |pieces: &[(String, Role)]| pieces.iter().map(|(text, _)| width(text) + 2).sum::<u16>();
    while pieces.len() > 1 && size(&pieces) > room {
        pieces.remove(0);
    }
    let used = size(&pieces).min(area.width);
    let mut pen = Pen::new(buf, cx.glyphs, area.right().saturating_sub(used + 1).max(area.x), area.y, area.right());
    for (text, role) in pieces {
        pen.skip(2);
        let style = cx.theme.style(role);
        let bold = matches!(role, Role::Good | Role::Warning | Role::Error);
        pen.put(&text, if bold { style.add_modifier(Modifier::BOLD) } else { style });
    }
    used
}

/// Pieces of text with their roles, the most important last: on narrow screens the first ones go.
pub(crate) fn pieces(cx: &Cx<'_>) -> Vec<(String, Role)> {
    let totals = &cx.totals;
    let mut pieces = vec![(format!("{} / {}", bytes(totals.bytes), bytes(totals.budget)), Role::Muted)];
    if listens(cx.sources) {
        pieces.push((sparkline(cx), Role::Faint));
        pieces.push((format!("{}/s", short_count(cx.rates.last().copied().unwrap_or(0))), Role::Muted));
    }
    pieces.push((format!("{} spans", count(totals.spans)), Role::Muted));
    pieces.push((counted(totals.traces, "trace"), Role::Muted));
    pieces.extend(trouble(cx, 0));
    pieces.retain(|(text, _)| !text.is_empty());
    pieces
}

/// The part that no header goes without: spans that have just come in, bad input, losses, and whether it is live.
pub(crate) fn trouble(cx: &Cx<'_>, arrived: usize) -> Vec<(String, Role)> {
    let lost = lost(cx);
    let malformed: u64 = cx.sources.iter().map(|source| source.malformed).sum();
    let failed = cx.sources.iter().filter(|source| matches!(source.state, SourceState::Failed(_))).count() as u64;
    let pieces = [
        (arrived as u64, format!("+{}", counted(arrived as u64, "span")), Role::Warning),
        (cx.totals.evicted_spans, format!("evicted {}", short_count(cx.totals.evicted_spans)), Role::Warning),
        (malformed, format!("malformed {}", count(malformed)), Role::Warning),
        (failed, format!("unreadable {failed}"), Role::Error),
        (lost, format!("lost {}", count(lost)), Role::Error),
    ];
    let mut pieces: Vec<_> = pieces.into_iter().filter(|(n, ..)| *n > 0).map(|(_, text, role)| (text, role)).collect();
    pieces.push(word(cx));
    pieces
}

/// Whether anything may still come by itself.
pub(crate) fn listens(sources: &[SourceStatus]) -> bool {
    sources.iter().any(|source| matches!(source.state, SourceState::Listening | SourceState::Following))
}

/// Spans and datagrams known to be lost, wherever it happened.
pub(crate) fn lost(cx: &Cx<'_>) -> u64 {
    let sources = cx.sources.iter().map(|source| source.dropped() + source.lost_by_clients());
    sources.sum::<u64>() + cx.totals.refused
}

/// `LIVE`, `PAUSED +132`, `READING 43 %, ^X stops`, or nothing when everything has been read.
pub(crate) fn word(cx: &Cx<'_>) -> (String, Role) {
    if let Some(arrived) = cx.paused {
        return (format!("PAUSED +{}", count(arrived)), Role::Warning);
    }
    if let Some(progress) = reading(cx) {
        return (progress, Role::Warning);
    }
    if listens(cx.sources) {
        return ("LIVE".to_string(), Role::Good);
    }
    (String::new(), Role::Muted)
}

/// Progress over all files being read.
fn reading(cx: &Cx<'_>) -> Option<String> {
    let states: Vec<(u64, Option<u64>)> = cx
        .sources
        .iter()
        .filter_map(|source| {
            let SourceState::Reading { done, total } = source.state else { return None };
            Some((done, total))
        })
        .collect();
    if states.is_empty() {
        return None;
    }
    let done: u64 = states.iter().map(|(done, _)| done).sum();
    let total: Option<u64> = states.iter().map(|(_, total)| *total).sum();
    match total {
        Some(total) if total > 0 => {
            let percent = done.saturating_mul(100) / total;
            Some(format!("READING {percent} %, {}", cx.say("{stop-reading} stops")))
        }
        _ => Some(format!("READING {}, {}", bytes(done), cx.say("{stop-reading} stops"))),
    }
}

fn sparkline(cx: &Cx<'_>) -> String {
    const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let most = cx.rates.iter().copied().max().unwrap_or(0);
    if cx.ascii || most == 0 {
        return String::new();
    }
    let level = |rate: u64| LEVELS[usize::try_from(rate * 7 / most).unwrap_or(0).min(7)];
    cx.rates.iter().map(|rate| level(*rate)).collect()
}
