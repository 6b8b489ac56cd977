//! Draws what is said of a trace as a whole: the header line, and the line that says why the trace failed.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Modifier, Style},
};

use super::Trace;
use crate::model::duration_text;
use crate::query::cause::Cause;
use crate::query::waterfall::TraceHead;
use crate::tui::shorten::names;
use crate::tui::text::{Pen, count, time_text, width};
use crate::tui::theme::Role;
use crate::tui::view::Cx;

/// Figures that the name leaves room for.
const KEPT: usize = 3;

pub(super) fn draw(view: &Trace, area: Rect, buf: &mut Buffer, cx: &Cx<'_>) {
    let muted = cx.theme.style(Role::Muted);
    let mut pen = Pen::new(buf, cx.glyphs, area.x + 1, area.y, area.right());
    pen.sign(cx.glyphs.back, muted);
    pen.skip(1);
    let figures = figures(view, cx);
    let kept: u16 = figures.iter().take(KEPT).map(|(text, _)| width(text) + 2).sum();
    let room = pen.room().saturating_sub(kept).max(pen.room() / 3);
    let (service, name) = names(&view.head.service, &view.head.name, room, cx.glyphs.ellipsis);
    pen.put(&service, cx.service(&view.head.service).add_modifier(Modifier::BOLD));
    pen.skip(u16::from(!service.is_empty()));
    pen.put(&name, cx.theme.style(Role::Strong));
    for (text, style) in figures {
        if pen.room() < width(&text) + 2 {
            break;
        }
        pen.skip(2);
        pen.put(&text, style);
    }
}

/// What is said of a trace behind its name, most important first.
fn figures(view: &Trace, cx: &Cx<'_>) -> Vec<(String, Style)> {
    let head = &view.head;
    let muted = cx.theme.style(Role::Muted);
    let id = (head.id.to_string(), cx.theme.style(Role::Faint));
    if head.spans == 0 {
        return vec![("evicted before it could be shown".to_string(), cx.theme.style(Role::Warning)), id];
    }
    let mut pieces = vec![(count(head.spans as u64) + if head.spans == 1 { " span" } else { " spans" }, muted)];
    pieces.push((duration_text(head.duration), cx.theme.style(Role::Strong)));
    if head.errors > 0 {
        let errors = count(head.errors.into());
        // While the errors are walked through: which of them this is.
        let place = view.walk.place(view.selected).map(|place| format!("{}/", count(place.into())));
        let text = [place.unwrap_or_default(), errors, cx.glyphs.error.to_string()].concat();
        pieces.push((text, cx.theme.style(Role::Error).add_modifier(Modifier::BOLD)));
    }
    pieces.extend(warnings(head).into_iter().map(|text| (text, cx.theme.style(Role::Warning))));
    if view.gone {
        pieces.push(("evicted".to_string(), cx.theme.style(Role::Warning)));
    }
    pieces.push((format!("{} {}", head.services, if head.services == 1 { "service" } else { "services" }), muted));
    if head.depth > 0 {
        pieces.push((format!("depth {}", count(head.depth.into())), muted));
    }
    pieces.push((time_text(head.start, cx.utc, "%Y-%m-%d %H:%M:%S%.3f"), muted));
    pieces.push(id);
    pieces
}

/// What is wrong with the trace itself.
fn warnings(head: &TraceHead) -> Vec<String> {
    let cycles = if head.cycles == 1 { "cycle" } else { "cycles" };
    let counts = [
        (u64::from(head.missing), "missing"),
        (u64::from(head.shared), "share an id"),
        (u64::from(head.cycles), cycles),
        (head.refused, "refused"),
    ];
    let counts = counts.into_iter().filter(|(n, _)| *n > 0);
    counts.map(|(n, word)| format!("{} {word}", count(n))).collect()
}

/// `✗ cause acquirer POST /authorize: did not answer within 100 ms        e goes there`
pub(super) fn cause(view: &Trace, cause: &Cause, area: Rect, buf: &mut Buffer, cx: &Cx<'_>) {
    if area.height == 0 {
        return;
    }
    let error = cx.theme.style(Role::Error);
    let mut pen = Pen::new(buf, cx.glyphs, area.x + 1, area.y, area.right().saturating_sub(1));
    if !view.walk.has_begun() {
        let text = cx.say("{next-error} goes there");
        let (size, end) = (width(&text), pen.end);
        if pen.room() > size * 4 {
            pen.x = end.saturating_sub(size);
            pen.put(&text, cx.theme.style(Role::Muted));
            (pen.x, pen.end) = (area.x + 1, end.saturating_sub(size + 2));
        }
    }
    pen.sign(cx.glyphs.error, error);
    pen.skip(1);
    pen.put("cause", error.add_modifier(Modifier::BOLD));
    pen.skip(1);
    let room = if cause.message.is_empty() { pen.room() } else { pen.room() / 2 };
    let (service, name) = names(&cause.service, &cause.name, room, cx.glyphs.ellipsis);
    pen.put(&service, cx.service(&cause.service).add_modifier(Modifier::BOLD));
    pen.skip(u16::from(!service.is_empty()));
    pen.put(&name, cx.theme.style(Role::Text));
    if !cause.message.is_empty() {
        pen.put(": ", error);
        pen.put(&cause.message, error);
    }
}
