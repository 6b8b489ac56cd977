//! Links of a span in words, both ways.

use super::{DetailLine, Tone, attribute_lines, indented};
use crate::model::{Link, LinkKind, Span, SpanId, Timestamp, TraceId, duration_text};
use crate::store::{SpanRef, Store};

/// Links from other spans beyond these are only counted.
const MOST: usize = 100;

/// Where a link leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkTarget {
    /// The trace.
    pub trace: TraceId,
    /// The span in it.
    pub span: SpanId,
    /// Whether that span is stored.
    pub is_here: bool,
}

impl LinkTarget {
    /// The target as it is now.
    pub fn new(store: &Store, trace: TraceId, span: SpanId) -> Self {
        let is_here = store.trace(trace).is_some_and(|trace| trace.find(span).next().is_some());
        Self { trace, span, is_here }
    }
}

/// What the span links to, and what links to it, as lines; and the ends of both, what it links to first.
pub(super) fn links(store: &Store, span: &Span<'_>, start: Timestamp) -> (Vec<DetailLine>, Vec<LinkTarget>) {
    let (mut lines, mut ends) = (Vec::new(), Vec::new());
    for link in &span.links {
        let target = LinkTarget::new(store, link.trace_id, link.span_id);
        lines.push(line(store, target, (span.trace_id, start), Some(link)));
        lines.extend(indented(attribute_lines(&link.attributes), 2));
        ends.push(target);
    }
    let mut back = store.backlinks(span.trace_id, span.span_id);
    for (trace, from) in back.by_ref().take(MOST) {
        let source = LinkTarget { trace, span: from, is_here: true };
        lines.push(line(store, source, (span.trace_id, start), None));
        ends.push(source);
    }
    let more = back.count();
    if more > 0 {
        lines.push(DetailLine::new("", &format!("and {more} more that link to it"), Tone::Text));
    }
    (lines, ends)
}

/// `→ checkout orders publish in frontend POST /checkout, 335.6 ms, 7.7 s before`
fn line(store: &Store, end: LinkTarget, (trace, start): (TraceId, Timestamp), link: Option<&Link<'_>>) -> DetailLine {
    let found = store.trace(end.trace).and_then(|trace| trace.find(end.span).next().map(|span| (trace, span)));
    let (sign, kind) = match link.map(|link| link.kind) {
        None => ("←", ""),
        Some(LinkKind::Link) => ("→", ""),
        Some(LinkKind::ChildOf) => ("→", ", as its child"),
        Some(LinkKind::FollowsFrom) => ("→", ", follows from it"),
    };
    let told = match found {
        None => format!("trace {} span {}, not here", end.trace, end.span),
        Some((other, span)) => {
            let root = other.root();
            let within = if end.trace == trace { " in this trace".to_string() } else { within(span, root) };
            let when = distance(span.start(), start);
            format!("{} {}{within}, {}, {when}", span.service(), span.name(), duration_text(span.duration()))
        }
    };
    let tone = if found.is_some() { Tone::Heading } else { Tone::Warning };
    DetailLine { target: Some(end), ..DetailLine::new("", &format!("{sign} {told}{kind}"), tone) }
}

fn within(span: SpanRef<'_>, root: SpanRef<'_>) -> String {
    if span.idx() == root.idx() { String::new() } else { format!(" in {} {}", root.service(), root.name()) }
}

/// How far away the other span began.
fn distance(other: Timestamp, own: Timestamp) -> String {
    let apart = duration_text(other.0.abs_diff(own.0));
    match other.cmp(&own) {
        std::cmp::Ordering::Less => format!("{apart} before"),
        std::cmp::Ordering::Equal => "at the same time".to_string(),
        std::cmp::Ordering::Greater => format!("{apart} later"),
    }
}
