//! Opens doors: binds addresses and starts what receives there.

use std::io;

use super::http::Server;
use super::{Address, BindError, Bound, Host, Inlet, Listener, PROTOCOLS, Socket, Source, bind};
use crate::model::{SourceState, SourceStatus};

/// Sockets that are bound and wait for their receivers, and ports that somebody else has.
#[derive(Debug, Default)]
pub struct Doors {
    bound: Vec<Bound>,
    busy: Vec<SourceStatus>,
}

impl Doors {
    /// Exactly these addresses. The first that cannot be used is an error.
    pub fn at(addresses: &[Address]) -> Result<Self, BindError> {
        let mut doors = Self::default();
        for address in addresses {
            doors.bound.extend(bind(address)?);
        }
        Ok(doors)
    }

    /// Every usual port that is free, on loopback. That others are not is no error, as long as one is.
    pub fn usual() -> Result<Self, BindError> {
        let mut doors = Self::default();
        let mut last = None;
        for row in PROTOCOLS.iter().filter(|row| row.is_usual) {
            let address = Address { protocol: row.protocol, host: Host::Loopback, port: row.port.unwrap_or_default() };
            match bind(&address) {
                Ok(bound) => doors.bound.extend(bound),
                Err(error) if error.is_busy => {
                    doors.busy.push(SourceStatus {
                        protocol: row.name.to_owned(),
                        endpoint: format!("127.0.0.1:{}", address.port),
                        state: SourceState::Busy,
                        ..SourceStatus::default()
                    });
                    last = Some(error);
                }
                Err(error) => return Err(error),
            }
        }
        match last {
            Some(error) if doors.bound.is_empty() => Err(error),
            _ => Ok(doors),
        }
    }

    /// Starts receiving. Who sends over HTTP or gRPC must show the token, if there is one.
    pub fn open(self, token: Option<String>, inlet: &Inlet) -> io::Result<Vec<Box<dyn Source>>> {
        let mut sources: Vec<Box<dyn Source>> = Vec::new();
        let mut listeners = Vec::new();
        for bound in self.bound {
            match bound.socket {
                Socket::Udp { socket, receive_buffer } => {
                    sources.push(Box::new(Listener::start(socket, bound.protocol, receive_buffer, inlet.clone())?));
                }
                Socket::Tcp(listener) => listeners.push((listener, bound.protocol)),
            }
        }
        if !listeners.is_empty() {
            sources.push(Box::new(Server::start(listeners, token, inlet.clone())?));
        }
        if !self.busy.is_empty() {
            sources.push(Box::new(Busy(self.busy)));
        }
        Ok(sources)
    }
}

/// Ports that were not opened because another program has them.
#[derive(Debug)]
struct Busy(Vec<SourceStatus>);

impl Source for Busy {
    fn statuses(&self) -> Vec<SourceStatus> {
        self.0.clone()
    }

    fn stop(&self) {}
}
