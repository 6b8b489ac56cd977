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
use crate::tui::text::{Pen, count, counted, time_text, width};
use crate::tui::theme::Role;
use crate::tui::view::Cx;

/// Figures that the name leaves room for, where it is cut itself before they go.
const KEPT: usize = 4;

/// Something said of a trace behind its name.
struct Figure {
    /// Where it stands.
    place: u8,
    text: String,
    /// The same at length, where there is room to spare.
    long: Option<String>,
    style: Style,
}

impl Figure {
    fn new(place: u8, text: String, style: Style) -> Self {
        Self { place, text, long: None, style }
    }

    fn size(&self) -> u16 {
        width(&self.text) + 2
    }
}

pub(super) fn draw(view: &Trace, area: Rect, buf: &mut Buffer, cx: &Cx<'_>) {
    let muted = cx.theme.style(Role::Muted);
    let mut pen = Pen::new(buf, cx.glyphs, area.x + 1, area.y, area.right());
    pen.sign(cx.glyphs.back, muted);
    pen.skip(1);
    let figures = figures(view, cx);
    let kept: u16 = figures.iter().take(KEPT).map(Figure::size).sum();
    let room = pen.room().saturating_sub(kept).max(pen.room() / 3);
    let (service, name) = names(&view.head.service, &view.head.name, room, cx.glyphs.ellipsis);
    pen.put(&service, cx.service(&view.head.service).add_modifier(Modifier::BOLD));
    pen.skip(u16::from(!service.is_empty()));
    pen.put(&name, cx.theme.style(Role::Strong));
    for figure in fitting(figures, pen.room()) {
        pen.skip(2);
        pen.put(&figure.text, figure.style);
    }
}

/// Those that fit, in their places, at length as far as there is room.
fn fitting(mut figures: Vec<Figure>, mut room: u16) -> Vec<Figure> {
    let fits = figures.iter().take_while(|figure| {
        let rest = room.checked_sub(figure.size());
        room = rest.unwrap_or(room);
        rest.is_some()
    });
    let fits = fits.count();
    figures.truncate(fits);
    for figure in &mut figures {
        let Some(long) = figure.long.take() else { continue };
        if let Some(rest) = room.checked_sub(width(&long) - width(&figure.text)) {
            (room, figure.text) = (rest, long);
        }
    }
    figures.sort_by_key(|figure| figure.place);
    figures
}

/// What is said of a trace behind its name, most important first.
fn figures(view: &Trace, cx: &Cx<'_>) -> Vec<Figure> {
    let head = &view.head;
    let muted = cx.theme.style(Role::Muted);
    let id = head.id.to_string();
    let short: String = id.chars().take(8).collect();
    let id = Figure { long: Some(id), ..Figure::new(0, short, cx.theme.style(Role::Faint)) };
    if head.spans == 0 {
        let gone = "evicted before it could be shown".to_string();
        return vec![Figure::new(1, gone, cx.theme.style(Role::Warning)), id];
    }
    let mut pieces = vec![Figure::new(1, counted(head.spans as u64, "span"), muted)];
    pieces.push(Figure::new(2, duration_text(head.duration), cx.theme.style(Role::Strong)));
    if head.errors > 0 {
        let errors = count(head.errors.into());
        // While the errors are walked through: which of them this is.
        let place = view.walk.place(view.selected).map(|place| format!("{}/", count(place.into())));
        let text = [place.unwrap_or_default(), errors, cx.glyphs.error.to_string()].concat();
        pieces.push(Figure::new(3, text, cx.theme.style(Role::Error).add_modifier(Modifier::BOLD)));
    }
    pieces.push(id);
    let gone = view.gone.then(|| "evicted".to_string());
    let warnings = warnings(head).into_iter().chain(gone);
    pieces.extend(warnings.map(|text| Figure::new(4, text, cx.theme.style(Role::Warning))));
    pieces.push(Figure::new(5, counted(head.services as u64, "service"), muted));
    let time = |format| time_text(head.start, cx.utc, format);
    let long = Some(time("%Y-%m-%d %H:%M:%S%.3f"));
    pieces.push(Figure { long, ..Figure::new(7, time("%H:%M:%S"), muted) });
    if head.depth > 0 {
        pieces.push(Figure::new(6, format!("depth {}", count(head.depth.into())), muted));
    }
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
