//! Random spans from small spaces, so that shared ids, orphans, circles and equal spans all happen.

use proptest::prelude::*;
use tracetui::model::{
    Attribute, Event, Kind, Link, LinkKind, Scope, Span, SpanBatch, SpanId, Status, Timestamp, TraceId, Value,
};

const SERVICES: [&str; 3] = ["cart", "checkout", "payment"];
const NAMES: [&str; 3] = ["GET /", "charge", "繁體中文 📦"];
const KEYS: [&str; 3] = ["http.method", "db.statement", "retry"];
const TEXTS: [&str; 4] = [
    "",
    "GET",
    "select * from orders",
    "a statement that is much longer than what is worth \
    keeping once, because nobody says it twice, and it goes on",
];

/// The numbers that make a span.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Seed {
    pub(crate) trace: u128,
    pub(crate) id: u64,
    parent: Option<u64>,
    pub(crate) service: usize,
    pub(crate) kind: usize,
    start: i64,
    duration: u64,
    name: usize,
    status: usize,
    attributes: Vec<(usize, usize)>,
    events: Vec<(i64, usize)>,
    links: Vec<u64>,
    resource: Option<usize>,
    extras: u8,
}

pub(crate) fn seeds(most: usize) -> impl Strategy<Value = Vec<Seed>> {
    prop::collection::vec(seed(), 1..most)
}

fn seed() -> impl Strategy<Value = Seed> {
    let ids = (1_u128..3, 0_u64..7, prop::option::of(0_u64..9), 0..SERVICES.len(), 0..Kind::ALL.len());
    let columns = (0_i64..6, 0_u64..5, 0..NAMES.len(), 0..Status::ALL.len());
    let details = (
        prop::collection::vec((0..KEYS.len(), 0_usize..9), 0..4),
        prop::collection::vec((-3_i64..9, 0..NAMES.len()), 0..3),
        prop::collection::vec(0_u64..3, 0..2),
        prop::option::of(0_usize..9),
        0_u8..8,
    );
    (ids, columns, details).prop_map(|(ids, columns, details)| Seed {
        trace: ids.0,
        id: ids.1,
        parent: ids.2,
        service: ids.3,
        kind: ids.4,
        start: columns.0,
        duration: columns.1,
        name: columns.2,
        status: columns.3,
        attributes: details.0,
        events: details.1,
        links: details.2,
        resource: details.3,
        extras: details.4,
    })
}

impl Seed {
    pub(crate) fn span(&self) -> Span<'static> {
        let with = |bit: u8, text: &'static str| if self.extras & bit != 0 { text } else { "" };
        Span {
            trace_id: TraceId(self.trace),
            span_id: SpanId(self.id),
            parent_id: self.parent.map(SpanId),
            service: SERVICES[self.service],
            name: NAMES[self.name],
            kind: Kind::ALL[self.kind],
            start: Timestamp(self.start),
            duration: self.duration,
            status: Status::ALL[self.status],
            status_message: with(1, "card declined"),
            flags: (self.extras & 2 != 0).then_some(1),
            trace_state: with(4, "vendor=1"),
            source: "jaeger-compact",
            scope: Scope { name: with(1, "tracer"), version: with(2, "1.21") },
            attributes: self.attributes.iter().map(|&(key, value)| attribute(key, value)).collect(),
            resource: self.resource.map(|value| attribute(0, value)).into_iter().collect(),
            events: self.events.iter().map(|&(time, name)| event(time, name)).collect(),
            links: self.links.iter().map(|&id| link(id)).collect(),
            warnings: (self.extras & 4 != 0).then_some("ends before it starts").into_iter().collect(),
        }
    }
}

fn attribute(key: usize, value: usize) -> Attribute<'static> {
    let values =
        [Value::Int(-1), Value::Double(f64::NAN), Value::Bool(true), Value::Bytes(b"\xff\x00"), Value::Json("[1,2]")];
    let value = values.get(value).copied().unwrap_or_else(|| Value::Str(TEXTS[value - values.len()]));
    Attribute { key: KEYS[key], value }
}

fn event(time: i64, name: usize) -> Event<'static> {
    Event { time: Timestamp(time), name: NAMES[name], attributes: vec![attribute(1, 7)] }
}

fn link(id: u64) -> Link<'static> {
    Link { trace_id: TraceId(9), span_id: SpanId(id), kind: LinkKind::FollowsFrom, attributes: vec![attribute(2, 0)] }
}

pub(crate) fn batch<'a>(seeds: impl IntoIterator<Item = &'a Seed>) -> SpanBatch {
    let mut batch = SpanBatch::default();
    for seed in seeds {
        batch.push(&seed.span());
    }
    batch
}
