//! Everything the detail panel says about one span, as owned lines by tab.

mod links;

use super::filter::quoted;
use super::logs;
use super::timeline::Interval;
use super::tree::{Node, Tree};
use crate::model::{Attribute, Kind, Span, SpanId, Status, Timestamp, TraceId, Value, duration_text};
use crate::store::{SpanIdx, Store, TraceRef};

pub use links::LinkTarget;

/// The tabs of the panel in their order.
pub const TABS: [&str; 5] = ["Attributes", "Events", "Resource", "Links", "Warnings"];

/// What a line is, for its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Text.
    Text,
    /// A number, boolean or null.
    Number,
    /// Tells of an error.
    Error,
    /// A warning.
    Warning,
    /// A heading, such as an event's name.
    Heading,
}

/// Between parts that stand apart.
const BLANK: DetailLine = DetailLine {
    key: String::new(),
    value: String::new(),
    tone: Tone::Text,
    indent: 0,
    is_attribute: false,
    target: None,
};

/// Said of a span whose link to its parent was cut.
const CYCLE: &str = "its parents lead back to it, so it is shown without its parent";

/// A key and its value; the value may hold line breaks. Without both it is a blank line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DetailLine {
    /// The key, empty for lines that have none.
    pub key: String,
    /// The value as text.
    pub value: String,
    /// What it is.
    pub tone: Tone,
    /// Cells that it is indented by.
    pub indent: u16,
    /// Key and value are those of an attribute.
    pub is_attribute: bool,
    /// Where it leads.
    pub target: Option<LinkTarget>,
}

impl DetailLine {
    /// A line at the left.
    pub fn new(key: &str, value: &str, tone: Tone) -> Self {
        let (key, value) = (key.to_string(), value.to_string());
        Self { key, value, tone, indent: 0, is_attribute: false, target: None }
    }

    /// Whether nothing stands in it.
    pub fn is_blank(&self) -> bool {
        self.key.is_empty() && self.value.is_empty()
    }

    /// A filter for the spans that say the same under the same key.
    pub fn filter(&self) -> Option<String> {
        self.is_attribute.then(|| format!("{}={}", quoted(&self.key), quoted(&self.value)))
    }
}

/// Lines further to the right.
pub(super) fn indented(lines: Vec<DetailLine>, by: u16) -> impl Iterator<Item = DetailLine> {
    lines.into_iter().map(move |line| DetailLine { indent: line.indent + by, ..line })
}

/// One span in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpanDetail {
    /// Which span.
    pub idx: SpanIdx,
    /// Service.
    pub service: String,
    /// Operation.
    pub name: String,
    /// Kind.
    pub kind: Kind,
    /// Status.
    pub status: Status,
    /// Own id.
    pub span_id: SpanId,
    /// Parent's id.
    pub parent_id: Option<SpanId>,
    /// Start.
    pub start: Timestamp,
    /// Start in ns after the trace's start.
    pub offset: u64,
    /// Duration in ns.
    pub duration: u64,
    /// Duration less the time in which children ran, in ns.
    pub self_time: u64,
    /// Duration of the trace in ns.
    pub trace_duration: u64,
    /// Number of entries of each tab.
    pub counts: [usize; 5],
    /// Log records among the events.
    pub logs: usize,
    /// Lines of each tab, in the order of [`TABS`].
    pub tabs: [Vec<DetailLine>; 5],
    /// What the span links to, then what links to it.
    pub links: Vec<LinkTarget>,
    /// How many of them it links to itself.
    pub own_links: usize,
}

/// The detail of the span at row `at` of the tree; `None` for a placeholder. `event_time` says when an event was: its
/// time and its span's start go in.
pub fn detail(
    store: &Store,
    trace: TraceRef<'_>,
    tree: &Tree,
    at: u32,
    event_time: &dyn Fn(Timestamp, Timestamp) -> String,
) -> Option<SpanDetail> {
    let Node::Span(idx) = tree.rows.get(at as usize)?.node else {
        return None;
    };
    let stored = trace.span(idx)?;
    let span = stored.to_span();
    let time = tree.timeline.row(at)?;
    let mut attributes = attribute_lines(&span.attributes);
    if !span.status_message.is_empty() {
        attributes.insert(0, DetailLine::new("status", span.status_message, Tone::Error));
    }
    let (events, logs) = happened(store, trace.id(), &span, &|when| event_time(when, time.start));
    let (link_lines, links) = links::links(store, &span, time.start);
    let mut resource = attribute_lines(&span.resource);
    let more = [
        ("scope", span.scope.name),
        ("scope version", span.scope.version),
        ("trace state", span.trace_state),
        ("source", span.source),
    ];
    resource.extend(
        more.iter().filter(|(_, value)| !value.is_empty()).map(|(key, value)| DetailLine::new(key, value, Tone::Text)),
    );
    let cycle = tree.rows.get(at as usize).filter(|row| row.cycle).map(|_| CYCLE);
    let copies = stored.copies();
    let shared = (copies > 1).then(|| {
        format!("{copies} spans of this trace share the id {} and are not one span: each is shown", span.span_id)
    });
    let warnings = cycle.into_iter().chain(shared.as_deref()).chain(span.warnings.iter().copied());
    let warnings: Vec<DetailLine> = warnings.map(|text| DetailLine::new("", text, Tone::Warning)).collect();
    let counts = [span.attributes.len(), span.events.len(), resource.len(), links.len(), warnings.len()];
    if !resource.is_empty() {
        // Below the attributes, too: a tab of its own is for those who want nothing else.
        attributes.extend([BLANK, DetailLine::new("", "Resource", Tone::Heading)]);
        attributes.extend(indented(resource.clone(), 2));
    }
    Some(SpanDetail {
        idx,
        service: span.service.to_string(),
        name: span.name.to_string(),
        kind: span.kind,
        status: span.status,
        span_id: span.span_id,
        parent_id: span.parent_id,
        start: time.start,
        offset: tree.timeline.offset(time),
        duration: time.duration,
        self_time: self_time(tree, at),
        trace_duration: tree.timeline.total(),
        logs,
        counts,
        own_links: span.links.len(),
        links,
        tabs: [attributes, events, resource, link_lines, warnings],
    })
}

/// Events and log records of a span in time order, each with what it says below it, and how many of the latter there are.
/// Events alone stay as they came.
fn happened(
    store: &Store,
    trace: TraceId,
    span: &Span<'_>,
    when: &dyn Fn(Timestamp) -> String,
) -> (Vec<DetailLine>, usize) {
    let events = span.events.iter().map(|event| {
        let tone = if event.name == "exception" { Tone::Error } else { Tone::Heading };
        let name = if event.name.is_empty() { "event" } else { event.name };
        let head = DetailLine::new("", &format!("◆ {name}  {}", when(event.time)), tone);
        let told = std::iter::once(head).chain(indented(attribute_lines(&event.attributes), 2));
        (event.time, told.collect())
    });
    let logs = logs::told(store, (trace, span.span_id), when);
    let count = logs.len();
    let mut all: Vec<(Timestamp, Vec<DetailLine>)> = events.chain(logs).collect();
    if count > 0 {
        all.sort_by_key(|(time, _)| *time);
    }
    // A blank line between those that say more than their name.
    let mut lines: Vec<DetailLine> = Vec::new();
    for (_, told) in all {
        let is_block = told.len() > 1 || lines.last().is_some_and(|last| last.indent > 0);
        if is_block && !lines.is_empty() {
            lines.push(BLANK);
        }
        lines.extend(told);
    }
    (lines, count)
}

/// A time in ns with its sign.
pub fn signed_duration(ns: i64) -> String {
    let sign = if ns < 0 { '-' } else { '+' };
    format!("{sign}{}", duration_text(ns.unsigned_abs()))
}

/// Attributes as lines.
pub(super) fn attribute_lines(attributes: &[Attribute<'_>]) -> Vec<DetailLine> {
    let tone = |attribute: &Attribute<'_>| {
        let failing = matches!(attribute.key, "error" | "exception.message" | "exception.type" | "error.type");
        match attribute.value {
            Value::Str(_) | Value::Bytes(_) if failing => Tone::Error,
            Value::Str(_) | Value::Bytes(_) | Value::Json(_) => Tone::Text,
            Value::Int(400..=599) if attribute.key.ends_with("status_code") => Tone::Error,
            Value::Int(_) | Value::Double(_) | Value::Bool(_) => Tone::Number,
        }
    };
    let line = |attribute: &Attribute<'_>| {
        let line = DetailLine::new(attribute.key, &value_text(attribute.value), tone(attribute));
        DetailLine { is_attribute: true, ..line }
    };
    attributes.iter().map(line).collect()
}

/// A value as text: bytes in hex, the first 256 of them.
pub fn value_text(value: Value<'_>) -> String {
    match value {
        Value::Str(text) | Value::Json(text) => text.to_string(),
        Value::Int(int) => int.to_string(),
        Value::Double(double) => double.to_string(),
        Value::Bool(bool) => bool.to_string(),
        Value::Bytes(bytes) => {
            let shown: Vec<String> = bytes.iter().take(256).map(|byte| format!("{byte:02x}")).collect();
            let more = if bytes.len() > 256 { format!(" … {} bytes", bytes.len()) } else { String::new() };
            shown.join(" ") + &more
        }
    }
}

/// The span's duration less the union of its children's, clipped to it. Children may come in any order.
fn self_time(tree: &Tree, at: u32) -> u64 {
    let Some((row, span)) = tree.rows.get(at as usize).zip(tree.timeline.row(at)) else {
        return 0;
    };
    let (mut child, end) = (at + 1, at + row.subtree);
    let mut children: Vec<Interval> = Vec::new();
    while child < end {
        children.extend(tree.timeline.row(child));
        child += tree.rows.get(child as usize).map_or(1, |row| row.subtree.max(1));
    }
    children.sort_unstable_by_key(|child| child.start);
    let mut covered_to = span.start;
    let mut busy = 0_u64;
    for child in children {
        let (from, to) = (child.start.max(covered_to), child.end().min(span.end()));
        busy = busy.saturating_add(to.since(from));
        covered_to = covered_to.max(to);
    }
    span.duration.saturating_sub(busy)
}
