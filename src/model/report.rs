//! What is told besides spans: problems, output lines, and how each source fares.

use super::Timestamp;

/// Where in the input something was: a byte of a datagram or a line of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Byte offset in the datagram.
    Byte(u64),
    /// Line of the file, counted from 1.
    Line(u64),
}

/// Bad input: never fatal, always counted, the last ones kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where in the input.
    pub place: Place,
    /// What was wrong, one lower-case line.
    pub reason: String,
    /// Who sent it, or the file's name; filled in by the source.
    pub origin: String,
    /// When it came; filled in by the source.
    pub time: Timestamp,
    /// The first bytes of the offending input (at most 4096), for a hex dump.
    pub bytes: Vec<u8>,
}

/// A line of text (or a JSON value) that is not a span, kept with its place in time order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputLine {
    /// The text, without its line end; at most 4096 bytes.
    pub text: String,
    /// Line number in its file, counted from 1.
    pub line: u64,
    /// End time of the span object that precedes it in the same input, if any: the line was printed after it.
    pub after: Option<Timestamp>,
    /// The file's name or `stdin`; filled in by the source.
    pub origin: String,
}

/// What a source is doing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SourceState {
    /// Bound and waiting for datagrams.
    #[default]
    Listening,
    /// Reading a file: bytes read so far, and the size where it is known.
    Reading {
        /// Bytes read.
        done: u64,
        /// Size of the file in bytes, unknown for a pipe.
        total: Option<u64>,
    },
    /// Read to the end.
    Done,
    /// Stopped by the user before the end.
    Stopped,
    /// Not opened: another program has the port.
    Busy,
    /// Not usable, with the reason.
    Failed(String),
}

/// A snapshot of one source's counters. Counters that this system cannot give are `None`, never 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceStatus {
    /// Format or protocol, such as `jaeger-compact` or `console`.
    pub protocol: String,
    /// Address (`127.0.0.1:6831`) or file name.
    pub endpoint: String,
    /// Reachable from other machines.
    pub exposed: bool,
    /// What it is doing.
    pub state: SourceState,
    /// Datagrams received.
    pub datagrams: u64,
    /// Requests received over HTTP and gRPC, where those are served.
    pub requests: Option<u64>,
    /// Requests and connections that were turned away: no token, a foreign page, too large, no room for too long.
    pub refused: u64,
    /// Requests that brought logs, metrics or profiles: answered with success, not kept.
    pub not_kept: u64,
    /// Bytes received or read.
    pub bytes: u64,
    /// Spans decoded.
    pub spans: u64,
    /// Spans a second of late; filled in by whoever has a clock.
    pub spans_per_second: u64,
    /// Output lines: text and JSON that is not a span.
    pub lines: u64,
    /// Datagrams or objects that could not be decoded, wholly or in part.
    pub malformed: u64,
    /// Datagrams larger than the receive buffer.
    pub truncated: u64,
    /// Datagrams that the kernel dropped because the socket buffer was full.
    pub kernel_drops: Option<u64>,
    /// Spans dropped because the queue to the store was full.
    pub queue_drops: u64,
    /// Batches missing from clients that number them (`seqNo`).
    pub seq_gaps: u64,
    /// Spans that clients say they dropped themselves (`ClientStats`).
    pub client_drops: u64,
    /// Socket receive buffer in bytes: asked and got.
    pub receive_buffer: Option<(u64, u64)>,
}

impl SourceStatus {
    /// What was lost on the way in, here: dropped by the kernel, by the queue, or too large to receive.
    pub fn dropped(&self) -> u64 {
        self.kernel_drops.unwrap_or(0) + self.queue_drops + self.truncated
    }

    /// What was lost before it came here, as clients say: spans that they dropped, batches whose numbers are missing.
    pub fn lost_by_clients(&self) -> u64 {
        self.client_drops + self.seq_gaps
    }
}
