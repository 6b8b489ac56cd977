//! What is told besides spans: problems, output lines, how each source fares, and how programs are told to send there.

use std::sync::Arc;

use super::{Severity, Timestamp};

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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutputLine {
    /// The text, without its line end; at most 4096 bytes.
    pub text: String,
    /// Line number in its file, counted from 1.
    pub line: u64,
    /// End time of the span object that precedes it in the same input, if any: the line was printed after it.
    pub after: Option<Timestamp>,
    /// How grave it is, as far as the line itself says.
    pub severity: Severity,
    /// The file's name or `stdin`; filled in by the source.
    pub origin: Arc<str>,
    /// When it came, where it was read as it was printed; filled in by the source.
    pub arrived: Option<Timestamp>,
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
    /// Read to the end; what is appended is read as it comes.
    Following,
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
    /// Who sends must show a token.
    pub asks_token: bool,
    /// What it is doing.
    pub state: SourceState,
    /// Datagrams received.
    pub datagrams: u64,
    /// Requests received over HTTP and gRPC, where those are served.
    pub requests: Option<u64>,
    /// Requests and connections that were turned away: no token, a foreign page, too large, no room for too long.
    pub refused: u64,
    /// Requests that brought metrics or profiles: answered with success, not kept.
    pub not_kept: u64,
    /// Log records received.
    pub logs: u64,
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

    /// The port that is listened on.
    pub fn port(&self) -> Option<u16> {
        let (_, port) = self.endpoint.rsplit_once(':')?;
        port.parse().ok().filter(|_| self.state == SourceState::Listening)
    }

    /// Sources as a reader wants them: the sockets of one port (127.0.0.1 and `[::1]`) are one door, `:6831`.
    pub fn merged(sources: Vec<Self>) -> Vec<Self> {
        let mut merged: Vec<Self> = Vec::with_capacity(sources.len());
        for source in sources {
            let alike = |other: &&mut Self| {
                source.port().is_some()
                    && (&other.protocol, other.port(), other.exposed)
                        == (&source.protocol, source.port(), source.exposed)
            };
            match merged.iter_mut().find(alike) {
                Some(door) => door.add(&source),
                None => merged.push(source),
            }
        }
        merged
    }

    fn add(&mut self, twin: &Self) {
        let both = |a: Option<u64>, b: Option<u64>| a.zip(b).map(|(a, b)| a + b);
        self.endpoint = twin.port().map_or_else(String::new, |port| format!(":{port}"));
        self.datagrams += twin.datagrams;
        self.requests = both(self.requests, twin.requests);
        self.refused += twin.refused;
        self.not_kept += twin.not_kept;
        self.logs += twin.logs;
        self.bytes += twin.bytes;
        self.spans += twin.spans;
        self.spans_per_second += twin.spans_per_second;
        self.lines += twin.lines;
        self.malformed += twin.malformed;
        self.truncated += twin.truncated;
        self.kernel_drops = both(self.kernel_drops, twin.kernel_drops);
        self.queue_drops += twin.queue_drops;
        self.seq_gaps += twin.seq_gaps;
        self.client_drops += twin.client_drops;
        self.receive_buffer = self.receive_buffer.min(twin.receive_buffer);
    }
}

/// What the empty screen says of the doors that are open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Invitation {
    /// Where spans are awaited: `:6831`, `10.0.0.7:4318`.
    pub addresses: Vec<String>,
    /// Kinds of clients that can send there, the likeliest first.
    pub families: Vec<Family>,
}

/// Clients that are configured alike.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Family {
    /// What they are called.
    pub name: String,
    /// Environment variables to set, as lines of a shell.
    pub variables: Vec<String>,
    /// Per language: its name, the line that starts a program, the library that sends.
    pub starts: Vec<[String; 3]>,
}
