//! Jaeger agent datagrams: one Thrift message `emitBatch`, compact or binary, into a [`SpanBatch`].
//!
//! Reads no sockets and never fails as a whole: what was complete before the damage is kept, the damage becomes a
//! [`Problem`](crate::model::Problem). Memory stays below four times the datagram plus 1 MiB, whatever the datagram claims.

mod batch;
mod body;
mod mapping;
mod odd;
mod span;
mod tag;

pub use body::BatchBody;

use super::thrift::{Binary, Compact};
use crate::model::{Place, SpanBatch, Text};

/// Which of Thrift's protocols a datagram is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// As sent to port 6831.
    Compact,
    /// As sent to port 6832.
    Binary,
}

impl Protocol {
    /// The name used for `Span::source` and in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Compact => "jaeger-compact",
            Self::Binary => "jaeger-binary",
        }
    }
}

/// The method that a datagram calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Message {
    /// None could be read, or one that no agent has.
    #[default]
    Unknown,
    /// `emitBatch`.
    EmitBatch,
    /// `emitZipkinBatch`.
    EmitZipkinBatch,
}

/// Spans that a client says it lost, counted since its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClientStats {
    /// Its queue was full.
    pub full_queue: i64,
    /// They did not fit a datagram.
    pub too_large: i64,
    /// Sending failed.
    pub failed: i64,
}

/// What a datagram said besides its spans, for the counters of a source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DatagramReport {
    /// Spans appended to the batch.
    pub spans: u32,
    /// At least one problem was noted.
    pub malformed: bool,
    /// The protocol, as told by the first bytes.
    pub protocol: Option<Protocol>,
    /// The method.
    pub message: Message,
    /// The process tag `client-uuid`, in the batch's text.
    pub client_uuid: Option<Text>,
    /// The batch's number: counts up by one per client.
    pub seq_no: Option<i64>,
    /// What the client lost by itself.
    pub client_stats: Option<ClientStats>,
}

/// Appends the spans of one datagram to a batch, which may hold others already. The protocol is told by the first bytes.
pub fn decode(datagram: &[u8], batch: &mut SpanBatch) -> DatagramReport {
    match datagram {
        [0x82, ..] => batch::run::<Compact>(datagram, batch, Protocol::Compact),
        [0x80, ..] | [0x00, _, ..] => batch::run::<Binary>(datagram, batch, Protocol::Binary),
        [] => refuse(datagram, batch, "empty datagram".to_owned()),
        [first, ..] => refuse(datagram, batch, format!("starts with byte 0x{first:02x}: not a jaeger thrift datagram")),
    }
}

fn refuse(datagram: &[u8], batch: &mut SpanBatch, reason: String) -> DatagramReport {
    note(datagram, batch, 0, reason);
    DatagramReport { malformed: true, ..DatagramReport::default() }
}

fn note(datagram: &[u8], batch: &mut SpanBatch, at: usize, reason: String) {
    batch.push_problem(Place::Byte(u64::try_from(at).unwrap_or(u64::MAX)), reason, datagram);
}
