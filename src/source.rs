//! Where bytes come from: sockets and files, each on a thread of its own. A source never parses: it hands its bytes to
//! `ingest` and carries the batches to their one owner through a bounded channel.

mod address;
mod bind;
mod clients;
mod counters;
mod deliver;
mod doors;
pub mod file;
mod http;
mod invite;
mod kernel;
mod outbox;
mod protocol;
mod send;
mod udp;

pub use address::{Address, AddressError, Host};
pub use bind::{BindError, Bound, Socket, bind};
pub use counters::Counters;
pub use deliver::{Delivery, deliver};
pub use doors::Doors;
pub use http::Server;
pub use invite::{Clients, invitation};
pub use outbox::{Inlet, Parcel, channel, channel_of};
pub use protocol::{PROTOCOLS, Protocol, Row as ProtocolRow, Transport, doors_markdown};
pub use send::{SendError, Sent, send};
pub use udp::Listener;

use std::fmt;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::model::{SourceStatus, Timestamp};

/// The time of day.
#[expect(clippy::disallowed_methods, reason = "this is where time comes in")]
pub fn wall() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
}

/// A batch is sent on at the latest when it holds this much input.
const BATCH_BYTES: usize = 256 * 1024;

/// Something that brings spans.
pub trait Source: fmt::Debug {
    /// What each of its addresses or inputs has brought, in a fixed order.
    fn statuses(&self) -> Vec<SourceStatus>;

    /// Stops. What it still holds is handed over first.
    fn stop(&self);
}

/// Everything that is being read or listened on.
#[derive(Debug, Default)]
pub struct Sources {
    /// What is sent to us.
    pub doors: Vec<Box<dyn Source>>,
    /// Files and standard input.
    pub files: Option<Arc<file::Reader>>,
    /// What is there from the start, such as the demo.
    pub built_in: Option<SourceStatus>,
}

impl Sources {
    /// The counters of all sources, doors first, in a fixed order.
    pub fn statuses(&self) -> Vec<SourceStatus> {
        let files = self.files.iter().flat_map(|files| files.statuses());
        self.doors.iter().flat_map(|door| door.statuses()).chain(files).chain(self.built_in.clone()).collect()
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
        for door in &self.doors {
            door.stop();
        }
    }
}
