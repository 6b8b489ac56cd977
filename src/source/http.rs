//! Receives over HTTP and gRPC: one thread with a runtime of its own for all TCP doors, so that nothing is decoded on the
//! loop that draws.
//!
//! Every door serves every protocol: HTTP/1.1 and HTTP/2 are told apart by the first bytes, the rest by content type, the
//! end of the path and the body. When the owner of the spans is behind, answers are held: clients wait, nothing is lost.

mod answer;
mod body;
mod connection;
mod door;
mod grpc;
mod origin;
mod pool;
mod route;
mod sampling;
mod service;
mod token;

use std::cell::RefCell;
use std::collections::HashSet;
use std::io;
use std::net::{IpAddr, TcpListener};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::LocalSet;

use super::outbox::Outbox;
use super::{Inlet, Protocol, Source};
use crate::model::SourceStatus;
use connection::Connections;
use door::Door;
use pool::Pool;

/// Memory for all bodies together, in bytes.
const POOL: usize = 96 << 20;

/// How long requests that have begun may go on when the server stops.
const STOPPING: Duration = Duration::from_secs(1);

/// After an error of `accept` (no descriptors left, most likely) it is tried again so much later.
const RETRY: Duration = Duration::from_millis(100);

/// Refusals told in words; the same one from the same address is told once, all are counted.
const MOST_TOLD: usize = 256;

/// A server on some TCP addresses.
#[derive(Debug)]
pub struct Server {
    doors: Vec<Arc<Door>>,
    stop: watch::Sender<bool>,
}

/// What the tasks of the server's thread share.
struct Shared {
    outbox: Outbox,
    pool: Pool,
    token: Option<String>,
    told: RefCell<HashSet<(IpAddr, String)>>,
    connections: Connections,
}

impl Server {
    /// Starts serving on bound sockets that do not block. Who sends must show the token, if there is one.
    pub fn start(listeners: Vec<(TcpListener, Protocol)>, token: Option<String>, inlet: Inlet) -> io::Result<Self> {
        let mut doors = Vec::new();
        for (listener, protocol) in &listeners {
            doors.push(Arc::new(Door::new(*protocol, listener.local_addr()?, token.is_some())));
        }
        let (stop, stopped) = watch::channel(false);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
        let listeners: Vec<_> = listeners.into_iter().map(|(listener, _)| listener).zip(doors.clone()).collect();
        std::thread::Builder::new().name("http".to_owned()).spawn(move || {
            let local = LocalSet::new();
            runtime.block_on(local.run_until(serve(listeners, token, inlet, stopped)));
        })?;
        Ok(Self { doors, stop })
    }
}

impl Source for Server {
    fn statuses(&self) -> Vec<SourceStatus> {
        self.doors.iter().map(|door| door.status()).collect()
    }

    fn stop(&self) {
        for door in &self.doors {
            door.is_stopped.store(true, Ordering::Release);
        }
        // Nobody is left to tell when the thread has ended already.
        let _ = self.stop.send(true);
    }
}

async fn serve(
    listeners: Vec<(TcpListener, Arc<Door>)>,
    token: Option<String>,
    inlet: Inlet,
    mut stopped: watch::Receiver<bool>,
) {
    let (told, connections) = (RefCell::default(), Connections::default());
    let shared = Rc::new(Shared { outbox: Outbox::new(inlet), pool: Pool::new(POOL), token, told, connections });
    for (listener, door) in listeners {
        tokio::task::spawn_local(accept(listener, door, Rc::clone(&shared), stopped.clone()));
    }
    // An error means that the server itself is gone.
    let _ = stopped.wait_for(|stopped| *stopped).await;
    let _ = tokio::time::timeout(STOPPING, shared.connections.all_closed()).await;
}

async fn accept(listener: TcpListener, door: Arc<Door>, shared: Rc<Shared>, mut stopped: watch::Receiver<bool>) {
    let listener = match tokio::net::TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => return drop(door.failed.set(error.to_string().to_lowercase())),
    };
    loop {
        let accepted = tokio::select! {
            biased;
            _ = stopped.wait_for(|stopped| *stopped) => return,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, peer)) = accepted else {
            tokio::time::sleep(RETRY).await;
            continue;
        };
        let place = shared.connections.enter().await;
        let (door, shared) = (Arc::clone(&door), Rc::clone(&shared));
        let visit = service::Visit { shared, door, peer, place };
        tokio::task::spawn_local(connection::serve(stream, visit, stopped.clone()));
    }
}
