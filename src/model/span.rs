//! A span as a plain borrowed value: what exports write and details show.

use super::{Attribute, LinkKind, SpanId, Timestamp, TraceId};

/// A whole span, borrowed from the batch or the store that holds it.
#[derive(Clone, Debug, Default)]
pub struct Span<'a> {
    /// The trace that the span belongs to.
    pub trace_id: TraceId,
    /// The span's own id. Not unique: a client/server pair may share one (Zipkin).
    pub span_id: SpanId,
    /// The parent's id, absent for a root.
    pub parent_id: Option<SpanId>,
    /// `service.name`.
    pub service: &'a str,
    /// The operation.
    pub name: &'a str,
    /// The span's kind.
    pub kind: Kind,
    /// Start.
    pub start: Timestamp,
    /// Duration in ns.
    pub duration: u64,
    /// The status code.
    pub status: Status,
    /// The status description, empty when none was sent.
    pub status_message: &'a str,
    /// Trace flags as sent, absent when the format has none.
    pub flags: Option<u32>,
    /// W3C tracestate, empty when none was sent.
    pub trace_state: &'a str,
    /// Format that the span came in, such as `jaeger-compact`.
    pub source: &'a str,
    /// Instrumentation scope.
    pub scope: Scope<'a>,
    /// Attributes in the order of arrival.
    pub attributes: Vec<Attribute<'a>>,
    /// Resource attributes in the order of arrival.
    pub resource: Vec<Attribute<'a>>,
    /// Events in the order of arrival.
    pub events: Vec<Event<'a>>,
    /// Links in the order of arrival.
    pub links: Vec<Link<'a>>,
    /// What the decoder found odd about this span, each a short sentence.
    pub warnings: Vec<&'a str>,
}

/// The instrumentation scope: the library that made the span.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scope<'a> {
    /// Name, empty when none was sent.
    pub name: &'a str,
    /// Version, empty when none was sent.
    pub version: &'a str,
}

/// A timed event ("log" in Jaeger).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Event<'a> {
    /// When it happened.
    pub time: Timestamp,
    /// Its name.
    pub name: &'a str,
    /// Its attributes.
    pub attributes: Vec<Attribute<'a>>,
}

/// A link to another span, of this or another trace.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Link<'a> {
    /// The trace pointed at.
    pub trace_id: TraceId,
    /// The span pointed at.
    pub span_id: SpanId,
    /// Why.
    pub kind: LinkKind,
    /// Its attributes.
    pub attributes: Vec<Attribute<'a>>,
}

/// `SpanKind` of OpenTelemetry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Kind {
    /// Not said.
    #[default]
    Unspecified,
    /// Internal.
    Internal,
    /// Server.
    Server,
    /// Client.
    Client,
    /// Producer.
    Producer,
    /// Consumer.
    Consumer,
}

impl Kind {
    /// All kinds, in the order of their numbers.
    pub const ALL: [Self; 6] =
        [Self::Unspecified, Self::Internal, Self::Server, Self::Client, Self::Producer, Self::Consumer];

    /// The word used in `jsonl`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::Internal => "internal",
            Self::Server => "server",
            Self::Client => "client",
            Self::Producer => "producer",
            Self::Consumer => "consumer",
        }
    }

    /// Reads the word in any case (`SERVER`, `server`).
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str().eq_ignore_ascii_case(text))
    }
}

/// Status code of OpenTelemetry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Status {
    /// Not said.
    #[default]
    Unset,
    /// Ok.
    Ok,
    /// Error.
    Error,
}

impl Status {
    /// All codes.
    pub const ALL: [Self; 3] = [Self::Unset, Self::Ok, Self::Error];

    /// The word used in `jsonl`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unset => "unset",
            Self::Ok => "ok",
            Self::Error => "error",
        }
    }

    /// Reads the word in any case.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str().eq_ignore_ascii_case(text))
    }
}
