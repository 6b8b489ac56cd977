//! Where spans come from, in the header: the ports that are open, as short as they must be, then files.

use crate::model::{SourceState, SourceStatus};
use crate::tui::text::{Pen, width};
use crate::tui::theme::Role;
use crate::tui::view::Cx;

/// `● jaeger :6831 :6832  otlp :4317 :4318`, `● jaeger otlp`, `● 8 doors`: the longest that fits. Then `● spans.json`.
pub(super) fn draw(pen: &mut Pen<'_>, cx: &Cx<'_>) {
    let listening: Vec<&SourceStatus> = cx.sources.iter().filter(|source| source.port().is_some()).collect();
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
    let fits = pen.put(name, cx.theme.style(Role::Muted));
    if source.state == SourceState::Stopped {
        pen.put(" stopped", cx.theme.style(Role::Warning));
    }
    pen.skip(2);
    fits
}

/// What whoever listens should know.
fn warnings(listening: &[&SourceStatus]) -> Vec<&'static str> {
    let any = |is: fn(&SourceStatus) -> bool| listening.iter().any(|source| is(source));
    let exposed = any(|source| source.exposed).then_some("all interfaces");
    let half = any(|source| source.asks_token) && any(|source| !source.asks_token);
    exposed.into_iter().chain(half.then_some("udp without token")).collect()
}

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
    let doors = listening.len();
    vec![full(families.iter().collect()), full(senders().collect()), names, format!("{doors} doors")]
}
