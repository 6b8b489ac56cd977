//! No screen: one JSON object per span on the output, until a signal, a count or a time says stop. Sockets are emptied
//! first, so what was sent before the stop is written.

use std::collections::HashSet;
use std::fmt;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::clock::now;
use super::signals::{Signal, Signals};
use super::{block_on, until};
use crate::export::jsonl;
use crate::model::{Problem, SourceStatus, TraceId};
use crate::source::{Parcel, Sources};

/// Output is written when this much waits, or when nothing has come for [`PAUSE`].
const BUFFER: usize = 256 * 1024;

/// See [`BUFFER`].
const PAUSE: Duration = Duration::from_millis(5);

/// How long stopping may take: sockets are emptied within.
const STOPPING: Duration = Duration::from_secs(5);

/// Trace ids told apart; beyond, traces are no longer counted.
const MOST_TRACES: usize = 4_000_000;

/// What is received without a screen, and until when.
#[derive(Debug)]
pub struct Headless {
    /// Where spans come from.
    pub sources: Sources,
    /// Spans on their way.
    pub parcels: mpsc::Receiver<Parcel>,
    /// Stop after this many spans; no more are written.
    pub spans: Option<u64>,
    /// Stop after this long.
    pub time: Option<Duration>,
    /// Log records and lines of output are written too.
    pub with_logs: bool,
    /// Told of the first twenty problems; the summary counts all.
    pub tell: fn(&Problem),
}

/// Problems that are told one by one: the first say what is wrong, all of them would drown it.
pub const MOST_TOLD: usize = 20;

/// What was received, for the last line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Spans written.
    pub spans: u64,
    /// Traces among them.
    pub traces: u64,
    /// Datagrams received.
    pub datagrams: u64,
    /// Requests received, where HTTP or gRPC was served.
    pub requests: Option<u64>,
    /// Datagrams and requests that could not be decoded, wholly or in part.
    pub malformed: u64,
    /// Spans and datagrams that were lost here.
    pub dropped: u64,
    /// Spans and batches that clients lost, as far as they say.
    pub lost_by_clients: u64,
    /// Log records received.
    pub logs: u64,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { spans, traces, datagrams, requests, malformed, dropped, lost_by_clients, logs } = self;
        let said = [
            (Some(*spans), "span"),
            (Some(*traces), "trace"),
            (Some(*datagrams), "datagram"),
            (*requests, "request"),
            (Some(*logs).filter(|logs| *logs > 0), "log record"),
        ];
        for (n, word) in said.into_iter().filter_map(|(n, word)| Some((n?, word))) {
            write!(f, "{n} {word}{}, ", if n == 1 { "" } else { "s" })?;
        }
        write!(f, "{malformed} malformed, {dropped} dropped")?;
        if *lost_by_clients > 0 { write!(f, ", {lost_by_clients} lost by clients") } else { Ok(()) }
    }
}

/// Writes spans to `out` until told to stop. An `out` that is closed ends it early and quietly.
/// `ready` is called once signals are minded: who waits for what it says may send one.
pub fn headless(headless: Headless, out: &mut dyn Write, ready: impl FnOnce(&Sources)) -> io::Result<Summary> {
    block_on(async {
        let mut signals = Signals::headless()?;
        ready(&headless.sources);
        let bytes = Vec::with_capacity(2 * BUFFER);
        let mut writer = Writer {
            out,
            bytes,
            left: headless.spans,
            spans: 0,
            traces: HashSet::default(),
            with_logs: headless.with_logs,
            tell: headless.tell,
            told: 0,
        };
        let (sources, mut parcels) = (headless.sources, headless.parcels);
        let end = headless.time.map(|time| now() + time);
        let written = receive(&mut writer, &mut signals, &sources, &mut parcels, end).await;
        let summary = writer.summary(&sources.statuses());
        match written {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
            _ => Ok(summary),
        }
    })
}

async fn receive(
    writer: &mut Writer<'_>,
    signals: &mut Signals,
    sources: &Sources,
    parcels: &mut mpsc::Receiver<Parcel>,
    end: Option<Instant>,
) -> io::Result<()> {
    let mut end = end;
    let mut is_stopping = false;
    while !writer.is_done() {
        let pause = writer.has_waiting().then(|| now() + PAUSE);
        tokio::select! {
            biased;
            signal = signals.next() => {
                if is_stopping && signal == Signal::End {
                    break;
                }
                if signal == Signal::End {
                    end = Some(now());
                }
            }
            () = until(end) => {
                if is_stopping {
                    break;
                }
                is_stopping = true;
                sources.stop();
                end = Some(now() + STOPPING);
            }
            parcel = parcels.recv() => match parcel {
                Some(parcel) => writer.write(parcel)?,
                None => break,
            },
            () = until(pause) => writer.flush()?,
        }
    }
    sources.stop();
    writer.flush()
}

struct Writer<'a> {
    out: &'a mut dyn Write,
    bytes: Vec<u8>,
    left: Option<u64>,
    spans: u64,
    traces: HashSet<TraceId, foldhash::fast::RandomState>,
    with_logs: bool,
    tell: fn(&Problem),
    told: usize,
}

impl Writer<'_> {
    fn write(&mut self, parcel: Parcel) -> io::Result<()> {
        for row in &parcel.batch.spans {
            if self.is_done() {
                break;
            }
            self.left = self.left.map(|left| left - 1);
            self.spans += 1;
            if self.traces.len() < MOST_TRACES {
                self.traces.insert(row.trace_id);
            }
            jsonl::write_span(&parcel.batch.span(row), &mut self.bytes);
            if self.bytes.len() >= BUFFER {
                self.flush()?;
            }
        }
        if self.with_logs {
            jsonl::write_beside(&parcel.batch, &mut self.bytes);
        }
        for problem in parcel.batch.problems.iter().take(MOST_TOLD - self.told) {
            (self.tell)(problem);
            self.told += 1;
        }
        parcel.recycle();
        Ok(())
    }

    fn has_waiting(&self) -> bool {
        !self.bytes.is_empty()
    }

    fn is_done(&self) -> bool {
        self.left == Some(0)
    }

    fn flush(&mut self) -> io::Result<()> {
        let written = self.out.write_all(&self.bytes).and_then(|()| self.out.flush());
        self.bytes.clear();
        written
    }

    fn summary(&self, statuses: &[SourceStatus]) -> Summary {
        let sum = |count: fn(&SourceStatus) -> u64| statuses.iter().map(count).sum();
        Summary {
            spans: self.spans,
            traces: self.traces.len() as u64,
            datagrams: sum(|status| status.datagrams),
            requests: statuses.iter().filter_map(|status| status.requests).reduce(|all, some| all + some),
            malformed: sum(|status| status.malformed),
            dropped: sum(SourceStatus::dropped),
            lost_by_clients: sum(SourceStatus::lost_by_clients),
            logs: sum(|status| status.logs),
        }
    }
}
