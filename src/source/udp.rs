//! Receives datagrams from an already-bound socket on a thread of its own, decodes them there and sends the batches on.
//! The owner never holds the socket up: a full queue costs counted spans, never a late receive.

use std::cell::Cell;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use super::clients::Clients;
use super::counters::add;
use super::kernel::{KernelSocket, as_asked};
use super::outbox::Outbox;
use super::{BATCH_BYTES, Counters, Inlet, Protocol, Source, wall};
use crate::ingest::jaeger_thrift::{self, DatagramReport};
use crate::model::{SourceState, SourceStatus, SpanBatch};

/// The largest datagram there is, and one byte to notice anything larger.
const LARGEST: usize = 65_535 + 1;

/// What a datagram costs besides its bytes, so that empty ones fill a batch too.
const OVERHEAD: usize = 64;

/// How soon a batch that found the queue full is tried again.
const RETRY: Duration = Duration::from_millis(10);

/// When datagrams come closer than this, they are fetched together: waking up for each costs more than reading it.
const NAP: Duration = Duration::from_millis(1);

/// Naps need a receive buffer that holds what may come meanwhile, and in the time by which they may last longer.
const NAP_BUFFER: u64 = 4 * 1024 * 1024;

/// What the kernel said of its drops, and when it was asked.
#[derive(Clone, Copy, Debug)]
struct Drops {
    asked: Instant,
    count: Option<u64>,
}

/// How long the kernel's count of drops is shown before it is looked up again: its table lists every socket there is.
const FRESH: Duration = Duration::from_secs(1);

/// A socket being listened on.
#[derive(Debug)]
pub struct Listener {
    protocol: &'static str,
    local: SocketAddr,
    receive_buffer: (u64, u64),
    shared: Arc<Shared>,
    kernel: Option<KernelSocket>,
    /// What the kernel dropped, and when it was asked.
    drops: Cell<Option<Drops>>,
    waker: UdpSocket,
}

#[derive(Debug, Default)]
struct Shared {
    counters: Counters,
    stop: AtomicBool,
    failed: OnceLock<String>,
}

impl Listener {
    /// Starts receiving on a socket with a receive buffer of so many bytes, asked and got; the thread ends on [`Listener::stop`] or when the receiver of the batches is gone.
    pub fn start(socket: UdpSocket, protocol: Protocol, receive_buffer: (u64, u64), inlet: Inlet) -> io::Result<Self> {
        let local = socket.local_addr()?;
        let shared = Arc::new(Shared::default());
        let listener = Self {
            protocol: protocol.name(),
            local,
            receive_buffer,
            kernel: KernelSocket::of(&socket),
            drops: Cell::default(),
            waker: socket.try_clone()?,
            shared: Arc::clone(&shared),
        };
        let inbox = Inbox::new(socket, Outbox::new(inlet), shared, receive_buffer.1);
        std::thread::Builder::new().name(format!("udp {local}")).spawn(move || inbox.run())?;
        Ok(listener)
    }

    /// Where it is bound.
    pub fn local(&self) -> SocketAddr {
        self.local
    }

    /// What comes in here.
    pub fn protocol(&self) -> &'static str {
        self.protocol
    }

    /// Its counters now; what the kernel dropped may be a second old until it is stopped.
    pub fn status(&self) -> SourceStatus {
        let state = match self.shared.failed.get() {
            Some(reason) => SourceState::Failed(reason.clone()),
            None if self.shared.stop.load(Ordering::Acquire) => SourceState::Stopped,
            None => SourceState::Listening,
        };
        let mut status = SourceStatus {
            protocol: self.protocol.to_owned(),
            endpoint: self.local.to_string(),
            exposed: !self.local.ip().is_loopback(),
            state,
            kernel_drops: self.kernel_drops(),
            receive_buffer: Some((self.receive_buffer.0, as_asked(self.receive_buffer.1))),
            ..SourceStatus::default()
        };
        self.shared.counters.copy_to(&mut status);
        status
    }

    fn kernel_drops(&self) -> Option<u64> {
        let now = now();
        let is_stopped = self.shared.stop.load(Ordering::Acquire);
        let known = self.drops.get().filter(|drops| !is_stopped && now.duration_since(drops.asked) < FRESH);
        let drops = known.unwrap_or_else(|| Drops { asked: now, count: self.kernel.and_then(KernelSocket::drops) });
        self.drops.set(Some(drops));
        drops.count
    }

    /// Stops receiving. What the socket still holds is decoded and sent on, then the thread ends.
    pub fn stop(&self) {
        self.shared.stop.store(true, Ordering::Release);
        // An empty datagram to itself ends the blocking receive, so that an idle socket needs no timer. When the buffer
        // is too full for it, there is something to receive and the flag is seen all the same.
        let to = match self.local.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            IpAddr::V4(_) | IpAddr::V6(_) => self.local.ip(),
        };
        let _ = self.waker.send_to(&[], SocketAddr::new(to, self.local.port()));
    }
}

impl Source for Listener {
    fn statuses(&self) -> Vec<SourceStatus> {
        vec![self.status()]
    }

    fn stop(&self) {
        Self::stop(self);
    }
}

/// The receiving side: lives on its thread.
struct Inbox {
    socket: UdpSocket,
    outbox: Outbox,
    shared: Arc<Shared>,
    clients: Clients,
    buffer: Vec<u8>,
    batch: SpanBatch,
    /// Bytes of input and datagrams in `batch`.
    held: (usize, u32),
    /// Bytes that the socket may still hold once it is to stop.
    socket_bytes: u64,
}

enum Received {
    Datagram,
    Nothing,
}

impl Inbox {
    fn new(socket: UdpSocket, outbox: Outbox, shared: Arc<Shared>, socket_bytes: u64) -> Self {
        let (buffer, batch) = (vec![0; LARGEST], SpanBatch::default());
        Self { socket, outbox, shared, clients: Clients::default(), buffer, batch, held: (0, 0), socket_bytes }
    }

    fn run(mut self) {
        if let Err(error) = self.receive_until_stopped() {
            let _ = self.shared.failed.set(error.to_string().to_lowercase());
        }
        if let Err(error) = self.drain() {
            let _ = self.shared.failed.set(error.to_string().to_lowercase());
        }
    }

    fn receive_until_stopped(&mut self) -> io::Result<()> {
        let mut waits = false;
        let mut last = now();
        while !self.is_stopped() && !self.outbox.is_closed() {
            // A batch that found the queue full waits here for more to join it, but not for ever.
            let must_wait = self.held.1 > 0;
            if must_wait != waits {
                self.socket.set_read_timeout(must_wait.then_some(RETRY))?;
                waits = must_wait;
            }
            if let Received::Datagram = self.receive()? {
                self.socket.set_nonblocking(true)?;
                self.fetch()?;
                let start = std::mem::replace(&mut last, now());
                if self.socket_bytes >= NAP_BUFFER && last.duration_since(start) < NAP {
                    self.fetch_with_naps()?;
                    last = now();
                }
                self.socket.set_nonblocking(false)?;
            }
            self.send_or_hold();
        }
        Ok(())
    }

    /// Fetches what the socket holds, over and over with a nap before, until a nap brings next to nothing.
    fn fetch_with_naps(&mut self) -> io::Result<()> {
        loop {
            self.send_or_hold();
            std::thread::sleep(NAP);
            let fetched = self.fetch()?;
            if fetched < 2 || self.is_stopped() || self.outbox.is_closed() {
                return Ok(());
            }
        }
    }

    /// Receives what is there without waiting and sends full batches on. Returns the number of datagrams.
    fn fetch(&mut self) -> io::Result<u32> {
        let mut datagrams = 0;
        while !self.is_stopped() && matches!(self.receive()?, Received::Datagram) {
            datagrams += 1;
            if self.is_full() {
                self.send_or_hold();
                if self.outbox.is_closed() {
                    break;
                }
            }
        }
        Ok(datagrams)
    }

    /// Hands over what the socket holds at this moment, but no more than it can hold: a sender may never stop.
    fn drain(&mut self) -> io::Result<()> {
        self.socket.set_nonblocking(true)?;
        let mut rest = self.socket_bytes;
        while rest > 0 && matches!(self.receive()?, Received::Datagram) {
            if self.is_full() {
                rest = rest.saturating_sub(self.held.0 as u64);
                self.send_blocking()?;
            }
        }
        self.send_blocking()
    }

    /// Receives one datagram and decodes it into the batch.
    fn receive(&mut self) -> io::Result<Received> {
        loop {
            #[expect(clippy::wildcard_enum_match_arm, reason = "the list of error kinds is open")]
            return match self.socket.recv_from(&mut self.buffer) {
                Ok((0, peer)) if self.is_stopped() && self.is_own(peer) => Ok(Received::Nothing),
                Ok((len, peer)) => {
                    self.decode(len, peer);
                    Ok(Received::Datagram)
                }
                Err(error) => match error.kind() {
                    ErrorKind::Interrupted | ErrorKind::ConnectionReset => continue,
                    ErrorKind::WouldBlock | ErrorKind::TimedOut => Ok(Received::Nothing),
                    _ => Err(error),
                },
            };
        }
    }

    fn decode(&mut self, len: usize, peer: SocketAddr) {
        let counters = &self.shared.counters;
        let datagram = self.buffer.get(..len).unwrap_or_default();
        let first_problem = self.batch.problems.len();
        let report = jaeger_thrift::decode(datagram, &mut self.batch);
        self.held = (self.held.0 + len + OVERHEAD, self.held.1 + 1);
        add(&counters.bytes, len as u64);
        add(&counters.spans, u64::from(report.spans));
        add(&counters.malformed, u64::from(report.malformed));
        add(&counters.truncated, u64::from(len == LARGEST));
        for problem in self.batch.problems.iter_mut().skip(first_problem) {
            problem.origin = peer.to_string();
            problem.time = wall();
        }
        self.note_losses(&report, peer);
        // Last: who sees a datagram counted sees what it brought.
        add(&self.shared.counters.datagrams, 1);
    }

    /// Counts what clients say was lost.
    fn note_losses(&mut self, report: &DatagramReport, peer: SocketAddr) {
        let counters = &self.shared.counters;
        if report.seq_no.is_none() && report.client_stats.is_none() {
            return;
        }
        let by_peer = peer.to_string();
        let client = report.client_uuid.map_or(by_peer.as_bytes(), |uuid| self.batch.bytes(uuid));
        if let Some(seq_no) = report.seq_no {
            let (missing, late) = self.clients.number(client, seq_no);
            add(&counters.seq_gaps, missing);
            counters.seq_gaps.fetch_sub(late, Ordering::Relaxed);
        }
        if let Some(stats) = report.client_stats {
            let total = stats.full_queue.saturating_add(stats.too_large).saturating_add(stats.failed);
            add(&counters.client_drops, self.clients.dropped(client, total));
        }
    }

    /// Sends the batch on. While the owner is behind, it waits for more to join it; once it is full and the queue is too,
    /// its spans are lost.
    fn send_or_hold(&mut self) {
        if self.held.1 == 0 || self.outbox.is_behind() && !self.is_full() {
            return;
        }
        if self.outbox.try_send(&mut self.batch) {
            self.held = (0, 0);
        } else if self.is_full() {
            add(&self.shared.counters.queue_drops, self.batch.spans.len() as u64);
            self.batch.clear();
            self.held = (0, 0);
        }
    }

    fn send_blocking(&mut self) -> io::Result<()> {
        if self.held.1 > 0 {
            // A closed channel has no owner left to tell.
            self.outbox.send_blocking(&mut self.batch)?;
            self.held = (0, 0);
        }
        Ok(())
    }

    fn is_full(&self) -> bool {
        self.held.0 >= BATCH_BYTES
    }

    fn is_stopped(&self) -> bool {
        self.shared.stop.load(Ordering::Acquire)
    }

    fn is_own(&self, peer: SocketAddr) -> bool {
        self.socket.local_addr().is_ok_and(|local| local.port() == peer.port())
    }
}

#[expect(clippy::disallowed_methods, reason = "sources may read clocks; how dense datagrams come needs one")]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests;
