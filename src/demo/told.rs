//! A span of a story, owned: what a scenario says of it, and how it and what it logs become values of the model.

use std::borrow::Cow;

use super::service::Service;
use crate::model::{
    Attribute, Event, Kind, Link, LinkKind, Log, Scope, Severity, Span, SpanId, Status, Timestamp, TraceId, Value,
};

/// Text of a story: mostly written in the program, sometimes made up on the way.
pub(super) type Words = Cow<'static, str>;

/// An attribute value, owned.
#[derive(Clone, Debug)]
pub(super) enum Said {
    Str(Words),
    Int(i64),
    Double(f64),
    Bool(bool),
    Bytes(Vec<u8>),
    Json(Words),
}

/// An attribute, owned.
pub(super) type Says = (&'static str, Said);

/// Points at a span of any trace.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target {
    pub(super) trace: TraceId,
    pub(super) span: SpanId,
}

/// A link, owned.
#[derive(Clone, Debug)]
pub(super) struct ToldLink {
    pub(super) to: Target,
    pub(super) kind: LinkKind,
    pub(super) attributes: Vec<Says>,
}

/// An event, owned. Times count in ns from the start of the workload.
#[derive(Clone, Debug)]
pub(super) struct ToldEvent {
    pub(super) at: u64,
    pub(super) name: Words,
    pub(super) attributes: Vec<Says>,
}

/// A log record, owned. Times count in ns from the start of the workload.
#[derive(Clone, Debug)]
pub(super) struct ToldLog {
    pub(super) at: u64,
    pub(super) severity: Severity,
    pub(super) text: Words,
    pub(super) attributes: Vec<Says>,
}

/// A span, owned. Times count in ns from the start of the workload.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) service: &'static Service,
    pub(super) name: Words,
    pub(super) kind: Kind,
    pub(super) this: Target,
    pub(super) parent: Option<SpanId>,
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) status: Status,
    pub(super) message: Words,
    pub(super) trace_state: &'static str,
    pub(super) attributes: Vec<Says>,
    pub(super) events: Vec<ToldEvent>,
    pub(super) links: Vec<ToldLink>,
    pub(super) logs: Vec<ToldLog>,
}

impl Told {
    /// As a model span without its resource, read off the service's own clock; `zero` is when the workload starts.
    pub(super) fn span(&self, zero: Timestamp) -> Span<'_> {
        let clock = self.clock(zero);
        let (name, version) = self.service.scope;
        Span {
            trace_id: self.this.trace,
            span_id: self.this.span,
            parent_id: self.parent,
            service: self.service.name,
            name: &self.name,
            kind: self.kind,
            start: clock.plus(self.start),
            duration: self.end.saturating_sub(self.start),
            status: self.status,
            status_message: &self.message,
            flags: Some(1),
            trace_state: self.trace_state,
            source: "demo",
            scope: Scope { name, version },
            attributes: attributes(&self.attributes),
            resource: Vec::new(),
            events: self.events.iter().map(|event| event.event(clock)).collect(),
            links: self.links.iter().map(ToldLink::link).collect(),
            warnings: Vec::new(),
        }
    }
}

impl Told {
    /// When the workload starts, by the service's own clock.
    fn clock(&self, zero: Timestamp) -> Timestamp {
        Timestamp(zero.0.saturating_sub(i64::from(self.service.behind_ms) * 1_000_000))
    }

    /// What was logged in the span, without its resource.
    pub(super) fn logs(&self, zero: Timestamp) -> impl Iterator<Item = Log<'_>> {
        let clock = self.clock(zero);
        self.logs.iter().map(move |log| Log {
            time: clock.plus(log.at),
            trace_id: self.this.trace,
            span_id: self.this.span,
            severity: log.severity,
            severity_text: "",
            service: self.service.name,
            scope: self.service.logger,
            event_name: "",
            body: Value::Str(&log.text),
            attributes: attributes(&log.attributes),
            resource: Vec::new(),
            source: "demo",
        })
    }
}

impl ToldEvent {
    fn event(&self, clock: Timestamp) -> Event<'_> {
        Event { time: clock.plus(self.at), name: &self.name, attributes: attributes(&self.attributes) }
    }
}

impl ToldLink {
    fn link(&self) -> Link<'_> {
        let (trace_id, span_id) = (self.to.trace, self.to.span);
        Link { trace_id, span_id, kind: self.kind, attributes: attributes(&self.attributes) }
    }
}

fn attributes(says: &[Says]) -> Vec<Attribute<'_>> {
    says.iter().map(|(key, said)| Attribute { key, value: said.value() }).collect()
}

impl Said {
    fn value(&self) -> Value<'_> {
        match self {
            Self::Str(text) => Value::Str(text),
            Self::Int(int) => Value::Int(*int),
            Self::Double(double) => Value::Double(*double),
            Self::Bool(bool) => Value::Bool(*bool),
            Self::Bytes(bytes) => Value::Bytes(bytes),
            Self::Json(json) => Value::Json(json),
        }
    }
}

impl From<&'static str> for Said {
    fn from(text: &'static str) -> Self {
        Self::Str(Cow::Borrowed(text))
    }
}

impl From<String> for Said {
    fn from(text: String) -> Self {
        Self::Str(Cow::Owned(text))
    }
}

impl From<Words> for Said {
    fn from(text: Words) -> Self {
        Self::Str(text)
    }
}

impl From<i64> for Said {
    fn from(int: i64) -> Self {
        Self::Int(int)
    }
}

impl From<f64> for Said {
    fn from(double: f64) -> Self {
        Self::Double(double)
    }
}

impl From<bool> for Said {
    fn from(bool: bool) -> Self {
        Self::Bool(bool)
    }
}
