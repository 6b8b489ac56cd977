//! Where spans come from, in the header: the ports that are open, as short as they must be, then files.

use crate::model::{SourceState, SourceStatus};
use crate::tui::shorten::middle;
use crate::tui::text::{Pen, width};
use crate::tui::theme::Role;
use crate::tui::view::Cx;

/// Cells that the doors take before other things where they are open to the whole network: their ports and the warning.
pub(super) fn least(cx: &Cx<'_>) -> u16 {
    let listening = listening(cx);
    let words: u16 = warnings(&listening).iter().map(|word| width(word) + 1).sum();
    if words == 0 {
        return 0;
    }
    texts(&listening).get(GROUPED).map_or(0, |text| width(text)) + words + 2
}

fn listening<'a>(cx: &Cx<'a>) -> Vec<&'a SourceStatus> {
    cx.sources.iter().filter(|source| source.port().is_some()).collect()
}

/// `● jaeger :6831 :6832  otlp :4317 :4318`, `● jaeger otlp`, `● 8 doors`: the longest that fits. Then `● spans.json`.
pub(super) fn draw(pen: &mut Pen<'_>, cx: &Cx<'_>) {
    let listening = listening(cx);
    let words = warnings(&listening);
    if !listening.is_empty() {
        let taken: u16 = words.iter().map(|word| width(word) + 1).sum();
        let room = pen.room().saturating_sub(2 + taken);
        let texts = texts(&listening);
        let text = texts.iter().find(|text| width(text) <= room).or(texts.last());
        pen.sign(cx.glyphs.dot, cx.theme.style(Role::Good));
        pen.skip(1);
        pen.put(text.map_or("", String::as_str), cx.theme.style(Role::Muted));
        for word in words {
            pen.skip(1);
            pen.put(word, cx.theme.style(Role::Warning));
        }
        pen.skip(2);
    }
    for source in cx.sources.iter().filter(|source| source.port().is_none()) {
        if !other(pen, source, cx) {
            break;
        }
    }
}

/// A file, or a door that is not open any more. Whether all of it fit.
fn other(pen: &mut Pen<'_>, source: &SourceStatus, cx: &Cx<'_>) -> bool {
    let (sign, role) = match source.state {
        // Health says which.
        SourceState::Busy => return true,
        SourceState::Done if source.spans == 0 => (cx.glyphs.dot, Role::Warning),
        SourceState::Listening | SourceState::Following | SourceState::Done => (cx.glyphs.dot, Role::Good),
        SourceState::Reading { .. } | SourceState::Stopped => (cx.glyphs.dot, Role::Warning),
        SourceState::Failed(_) => (cx.glyphs.error, Role::Error),
    };
    pen.sign(sign, cx.theme.style(role));
    pen.skip(1);
    let name = source.endpoint.rsplit(['/', '\\']).next().unwrap_or_default();
    let stopped = if source.state == SourceState::Stopped { " stopped" } else { "" };
    let room = pen.room().saturating_sub(width(stopped));
    pen.put(&middle(name, room, 50, cx.glyphs.ellipsis), cx.theme.style(Role::Muted));
    pen.put(stopped, cx.theme.style(Role::Warning));
    pen.skip(2);
    width(name) <= room
}

/// What whoever listens should know.
fn warnings(listening: &[&SourceStatus]) -> Vec<&'static str> {
    let any = |is: fn(&SourceStatus) -> bool| listening.iter().any(|source| is(source));
    let exposed = any(|source| source.exposed).then_some("all interfaces");
    let half = any(|source| source.asks_token) && any(|source| !source.asks_token);
    exposed.into_iter().chain(half.then_some("udp without token")).collect()
}

/// Which of the ways of saying it tells every port once.
const GROUPED: usize = 2;

/// Ways of saying which ports are open, the longest first.
fn texts(listening: &[&SourceStatus]) -> Vec<String> {
    let mut families: Vec<(&str, String)> = Vec::new();
    for source in listening {
        let name = source.protocol.split('-').next().unwrap_or_default();
        let port = format!(" :{}", source.port().unwrap_or_default());
        match families.iter_mut().find(|(other, _)| *other == name) {
            Some((_, ports)) if ports.split(' ').any(|other| other == port.trim()) => {}
            Some((_, ports)) => ports.push_str(&port),
            None => families.push((name, port)),
        }
    }
    // It takes no spans of its own.
    let senders = || families.iter().filter(|(name, _)| *name != "sampling" || families.len() == 1);
    let full = |families: Vec<&(&str, String)>| {
        families.iter().map(|(name, ports)| format!("{name}{ports}")).collect::<Vec<_>>().join("  ")
    };
    let names = senders().map(|(name, _)| *name).collect::<Vec<_>>().join(" ");
    let mut grouped: Vec<(String, &str)> = Vec::new();
    for (name, ports) in senders() {
        match grouped.iter_mut().find(|(_, other)| other == ports) {
            Some((names, _)) => *names = format!("{names} {name}"),
            None => grouped.push(((*name).to_owned(), ports)),
        }
    }
    let grouped: Vec<String> = grouped.into_iter().map(|(names, ports)| names + ports).collect();
    let doors = listening.len();
    let all = full(families.iter().collect());
    vec![all, full(senders().collect()), grouped.join("  "), names, format!("{doors} doors")]
}
