//! Where bytes come from: sockets and files, each on a thread of its own. A source never parses: it hands its bytes to
//! `ingest` and carries the batches to their one owner through a bounded channel.

mod address;
mod bind;
mod clients;
mod counters;
pub mod file;
mod kernel;
mod send;
mod udp;

pub use address::{Address, AddressError, Host, Protocol};
pub use bind::{BindError, Bound, bind};
pub use counters::Counters;
pub use send::{SendError, Sent, send};
pub use udp::Listener;

use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::sync::mpsc;

use crate::model::{SourceStatus, SpanBatch, Timestamp};

/// The time of day.
#[expect(clippy::disallowed_methods, reason = "this is where time comes in")]
pub fn wall() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
}

/// Batches that may wait for their owner; each holds at most about [`BATCH_BYTES`] of input.
const QUEUE: usize = 128;

/// A batch is sent on at the latest when it holds this much input.
const BATCH_BYTES: usize = 256 * 1024;

/// Empty batches kept for reuse per source.
const SPARE: usize = 16;

/// Batches that grew beyond this are given back to the system.
const LARGEST_SPARE: usize = 4 * 1024 * 1024;

/// A batch on its way, and the way back for its memory.
#[derive(Debug)]
pub struct Parcel {
    /// What was decoded.
    pub batch: SpanBatch,
    home: SyncSender<SpanBatch>,
}

impl Parcel {
    /// Gives the batch's memory back to the source that filled it.
    pub fn recycle(self) {
        if self.batch.text.capacity() <= LARGEST_SPARE {
            // A full or closed way back only means that the memory is freed here.
            let _ = self.home.try_send(self.batch);
        }
    }
}

/// The channel between sources and the owner of the spans.
pub fn channel() -> (mpsc::Sender<Parcel>, mpsc::Receiver<Parcel>) {
    mpsc::channel(QUEUE)
}

/// Everything that is being read or listened on.
#[derive(Debug, Default)]
pub struct Sources {
    /// Sockets.
    pub listeners: Vec<Listener>,
    /// Files and standard input.
    pub files: Option<Arc<file::Reader>>,
}

impl Sources {
    /// The counters of all sources, sockets first, in a fixed order.
    pub fn statuses(&self) -> Vec<SourceStatus> {
        let files = self.files.iter().flat_map(|files| files.statuses());
        self.listeners.iter().map(Listener::status).chain(files).collect()
    }

    /// Stops reading files; what was read stays.
    pub fn stop_reading(&self) {
        if let Some(files) = &self.files {
            files.stop();
        }
    }

    /// Stops everything. Sockets hand over what they still hold; the channel closes when they have.
    pub fn stop(&self) {
        self.stop_reading();
        for listener in &self.listeners {
            listener.stop();
        }
    }
}
