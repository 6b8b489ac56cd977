//! What to do while there is nothing to show: where tracetui listens and lines to copy.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::model::{Family, SourceState};
use crate::tui::text::{Pen, width};
use crate::tui::theme::Role;
use crate::tui::view::Cx;
use crate::tui::widget::panel;

/// A line in parts, each in its role.
type Line = Vec<(Role, String)>;

/// ```text
/// ╭────────────────────────────────────────────────────────────────╮
/// │  Waiting for spans on :6831 :4317 :4318                        │
/// │  OpenTelemetry SDKs                                            │
/// │   export OTEL_BSP_SCHEDULE_DELAY=500                           │
/// │   Python  opentelemetry-instrument python app.py               │
/// │  Nothing comes? H shows what was received and …                │
/// ╰────────────────────────────────────────────────────────────────╯
/// ```
pub(super) fn draw(area: Rect, buf: &mut Buffer, cx: &Cx<'_>) {
    let inner = panel(area, buf, cx, false);
    let mut room = usize::from(inner.height.saturating_sub(1));
    let said = (cx.totals.output > 0).then(|| cx.say("No spans yet, but {output} shows what was logged and printed."));
    room = room.saturating_sub(if said.is_some() { 2 } else { 0 });
    let top = inner.y + u16::from(inner.height > 1);
    let said = said.into_iter().flat_map(|text| [line(Role::Warning, &text), Line::new()]);
    for (y, line) in (top..).zip(said.chain(fitting(cx, room, inner.width.saturating_sub(3)))) {
        let mut pen = Pen::new(buf, cx.glyphs, inner.x + 2, y, inner.right().saturating_sub(1));
        for (role, text) in line {
            pen.put(&text, cx.theme.style(role));
        }
    }
}

fn line(role: Role, text: &str) -> Line {
    vec![(role, text.to_owned())]
}

/// What so many lines hold. Kinds of clients are shown while there is room; the last line is kept.
fn fitting(cx: &Cx<'_>, room: usize, width: u16) -> Vec<Line> {
    let invitation = cx.invitation;
    if invitation.addresses.is_empty() {
        return of_files(cx);
    }
    let mut lines = vec![
        line(Role::Strong, &format!("Waiting for spans on {}", invitation.addresses.join(" "))),
        line(Role::Muted, "Start your program like this; its traces show here as soon as they arrive."),
    ];
    let trouble = cx.say("Nothing comes? {health} shows what was received and what was wrong with it.");
    for (n, family) in invitation.families.iter().enumerate() {
        let mut of = of_family(family, width);
        if n > 0 && lines.len() + of.len() + 1 > room {
            // What to set is worth more than how each language starts a program.
            of.truncate(1 + family.variables.len());
            if family.variables.is_empty() || lines.len() + of.len() + 1 > room {
                continue;
            }
        }
        let blank = usize::from(lines.len() + of.len() + 2 <= room);
        lines.extend(std::iter::repeat_with(Line::new).take(blank));
        lines.extend(of);
    }
    lines.truncate(room.saturating_sub(1));
    if lines.len() + 2 <= room {
        lines.push(Line::new());
    }
    lines.push(line(Role::Muted, &trouble));
    lines
}

/// Where only files are shown: what is awaited of them.
fn of_files(cx: &Cx<'_>) -> Vec<Line> {
    let any = |is: fn(&SourceState) -> bool| cx.sources.iter().any(|source| is(&source.state));
    if any(|state| matches!(state, SourceState::Reading { .. })) {
        return vec![line(Role::Strong, "Reading, no trace yet")];
    }
    let followed = cx.sources.iter().filter(|source| source.state == SourceState::Following);
    let names: Vec<&str> = followed.map(|source| source.endpoint.as_str()).collect();
    if names.is_empty() {
        return vec![line(Role::Strong, "No traces")];
    }
    let trouble = cx.say("Nothing comes? {health} shows what was read and what was wrong with it.");
    vec![
        line(Role::Strong, &format!("Waiting for spans in {}", names.join(" "))),
        line(Role::Muted, "Its traces show here as soon as they are written."),
        Line::new(),
        line(Role::Muted, &trouble),
    ]
}

/// Its name, the variables to set, and a line for each language, with the library that sends where there is room for all.
fn of_family(family: &Family, room: u16) -> Vec<Line> {
    let widest = |at: usize| family.starts.iter().map(|start| width(&start[at])).max().unwrap_or(0);
    let (language, start, library) = (usize::from(widest(0)), usize::from(widest(1)), usize::from(widest(2)));
    let with_library = language + start + library + 5 <= usize::from(room);
    let mut lines = vec![line(Role::Accent, &family.name)];
    lines.extend(family.variables.iter().map(|variable| line(Role::Text, &format!(" {variable}"))));
    lines.extend(family.starts.iter().map(|[name, text, by]| {
        let mut line = vec![(Role::Muted, format!(" {name:<language$}  ")), (Role::Text, format!("{text:<start$}"))];
        line.extend(with_library.then(|| (Role::Faint, format!("  {by}"))));
        line
    }));
    lines
}
