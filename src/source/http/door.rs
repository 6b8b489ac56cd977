//! One TCP address: what came in there, shared between the server's thread and whoever shows it.

use std::net::SocketAddr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::model::{SourceState, SourceStatus};
use crate::source::{Counters, Protocol};

/// An address that is listened on.
#[derive(Debug)]
pub(super) struct Door {
    protocol: Protocol,
    pub(super) local: SocketAddr,
    asks_token: bool,
    pub(super) counters: Counters,
    pub(super) is_stopped: AtomicBool,
    pub(super) failed: OnceLock<String>,
}

impl Door {
    pub(super) fn new(protocol: Protocol, local: SocketAddr, asks_token: bool) -> Self {
        let (counters, is_stopped, failed) = (Counters::default(), AtomicBool::new(false), OnceLock::new());
        Self { protocol, local, asks_token, counters, is_stopped, failed }
    }

    pub(super) fn status(&self) -> SourceStatus {
        let state = match self.failed.get() {
            Some(reason) => SourceState::Failed(reason.clone()),
            None if self.is_stopped.load(Ordering::Acquire) => SourceState::Stopped,
            None => SourceState::Listening,
        };
        let mut status = SourceStatus {
            protocol: self.protocol.name().to_owned(),
            endpoint: self.local.to_string(),
            exposed: !self.local.ip().is_loopback(),
            asks_token: self.asks_token,
            state,
            requests: Some(0),
            ..SourceStatus::default()
        };
        self.counters.copy_to(&mut status);
        status
    }
}
