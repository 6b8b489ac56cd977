//! Spans of Zipkin's first model: annotations say who did what when, and one span may hold both sides of a call.

use super::endpoint::Endpoint;
use super::span::{Span, Tag};
use crate::model::Kind;

/// A v1 span as it was read. Of `span` everything is set but kind, endpoints, tags and annotations.
#[derive(Clone, Debug, Default)]
pub(super) struct Old {
    pub(super) span: Span,
    /// Time in ns, value, where.
    pub(super) annotations: Vec<(i64, String, Endpoint)>,
    /// Key, value, where.
    pub(super) binary: Vec<(String, Tag, Endpoint)>,
}

/// One side of a call: its first and last core annotation.
struct Side {
    kind: Kind,
    names: [&'static str; 2],
}

const SIDES: [Side; 4] = [
    Side { kind: Kind::Client, names: ["cs", "cr"] },
    Side { kind: Kind::Server, names: ["sr", "ss"] },
    Side { kind: Kind::Producer, names: ["ms", ""] },
    Side { kind: Kind::Consumer, names: ["mr", ""] },
];

/// Annotations that mark pieces of a message on the wire, in the order of Zipkin's constants; they stay events.
fn is_core(name: &str) -> bool {
    SIDES.iter().any(|side| side.names.contains(&name))
}

impl Old {
    /// The spans it stands for: one, or a client and a server with the same id.
    pub(super) fn spans(&self) -> Vec<Span> {
        let mut sides: Vec<&Side> = SIDES.iter().filter(|side| side.names.iter().any(|name| self.has(name))).collect();
        // Client and server are two spans, and so are producer and consumer.
        sides.truncate(2);
        let mut spans: Vec<Span> = sides.iter().map(|side| self.side(side)).collect();
        if spans.is_empty() {
            spans.push(Span { local: self.anywhere(), ..self.span.clone() });
        }
        // Timestamp and duration are of the side that began the call.
        for span in spans.iter_mut().skip(1) {
            (span.start, span.duration) = self.times(span.kind);
        }
        self.share_out(&mut spans);
        spans
    }

    fn has(&self, name: &str) -> bool {
        !name.is_empty() && self.annotations.iter().any(|(_, value, _)| value == name)
    }

    fn at(&self, name: &str) -> Option<&(i64, String, Endpoint)> {
        self.annotations.iter().find(|(_, value, _)| value == name)
    }

    fn side(&self, side: &Side) -> Span {
        let own = side.names.iter().filter_map(|name| self.at(name));
        let local = own.map(|(.., endpoint)| endpoint).find(|endpoint| !endpoint.is_empty()).cloned();
        let (start, duration) = self.times(Some(side.kind));
        Span {
            kind: Some(side.kind),
            local: local.unwrap_or_else(|| self.anywhere()),
            start: self.span.start.or(start),
            duration: self.span.duration.or(duration),
            ..self.span.clone()
        }
    }

    /// Start and duration as core annotations tell them.
    fn times(&self, kind: Option<Kind>) -> (Option<i64>, Option<i64>) {
        let names = SIDES.iter().find(|side| Some(side.kind) == kind).map_or([""; 2], |side| side.names);
        let [begun, ended] = names.map(|name| self.at(name).map(|(time, ..)| *time));
        (begun.or(ended), begun.zip(ended).map(|(begun, ended)| ended.saturating_sub(begun)))
    }

    /// The first endpoint there is; that of a local component says most.
    fn anywhere(&self) -> Endpoint {
        let component = self.binary.iter().filter(|(key, ..)| key == "lc");
        let binary = self.binary.iter().filter(|(key, ..)| !matches!(key.as_str(), "sa" | "ca" | "ma"));
        let all = component.chain(binary).map(|(.., endpoint)| endpoint);
        let all = self.annotations.iter().map(|(.., endpoint)| endpoint).chain(all);
        all.into_iter().find(|endpoint| !endpoint.service.is_empty()).cloned().unwrap_or_default()
    }

    /// Gives tags and events to the span whose service noted them, else to the first.
    fn share_out(&self, spans: &mut [Span]) {
        let owner = |spans: &[Span], endpoint: &Endpoint| {
            spans.iter().rposition(|span| !endpoint.is_empty() && span.local.service == endpoint.service).unwrap_or(0)
        };
        for (time, value, endpoint) in &self.annotations {
            let at = owner(spans, endpoint);
            if let (false, Some(span)) = (is_core(value), spans.get_mut(at)) {
                span.annotations.push((*time, value.clone()));
            }
        }
        for (key, tag, endpoint) in &self.binary {
            // The address of the other side: `sa` is told by a client, `ca` by a server, `ma` by either end of a queue.
            let peer = match (key.as_str(), tag) {
                ("sa", Tag::Bool(true)) => spans.iter().position(|span| span.kind != Some(Kind::Server)),
                ("ca", Tag::Bool(true)) => spans.iter().position(|span| span.kind == Some(Kind::Server)).or(Some(0)),
                ("ma", Tag::Bool(true)) => Some(0),
                _ => None,
            };
            if let Some(span) = peer.and_then(|at| spans.get_mut(at)) {
                span.remote = endpoint.clone();
                continue;
            }
            let at = owner(spans, endpoint);
            let says_nothing = key == "lc" && *tag == Tag::Text(String::new());
            if let (false, Some(span)) = (says_nothing, spans.get_mut(at)) {
                span.tags.push((key.clone(), tag.clone()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(service: &str) -> Endpoint {
        Endpoint { service: service.to_owned(), ..Endpoint::default() }
    }

    fn note(time: i64, value: &str, service: &str) -> (i64, String, Endpoint) {
        (time, value.to_owned(), at(service))
    }

    #[test]
    fn both_sides_of_a_call_are_two_spans() {
        let old = Old {
            span: Span { start: Some(10), duration: Some(90), name: "get".to_owned(), ..Span::default() },
            annotations: vec![
                note(10, "cs", "web"),
                note(20, "sr", "api"),
                note(30, "looked up", "api"),
                note(80, "ss", "api"),
                note(100, "cr", "web"),
            ],
            binary: vec![
                ("http.path".to_owned(), Tag::Text("/".to_owned()), at("api")),
                ("sa".to_owned(), Tag::Bool(true), at("api")),
            ],
        };
        let [client, server] = &old.spans()[..] else { panic!("two spans") };
        assert_eq!((client.kind, client.start, client.duration), (Some(Kind::Client), Some(10), Some(90)));
        assert_eq!((server.kind, server.start, server.duration), (Some(Kind::Server), Some(20), Some(60)));
        assert_eq!((&*client.local.service, &*server.local.service), ("web", "api"));
        assert_eq!((client.tags.len(), server.tags.len()), (0, 1));
        assert_eq!(server.annotations, [(30, "looked up".to_owned())]);
        assert_eq!(client.remote.service, "api");
    }

    #[test]
    fn a_local_span_is_where_its_component_is() {
        let binary = vec![("lc".to_owned(), Tag::Text(String::new()), at("batch"))];
        let [span] = &Old { binary, ..Old::default() }.spans()[..] else { panic!("one span") };
        assert_eq!((span.kind, &*span.local.service), (None, "batch"));
        assert_eq!(span.tags, []);
    }
}
