//! Connections: HTTP/1.1 or HTTP/2 by the first bytes, and no more of them at a time than memory allows.
//!
//! An idle connection is never closed by the clock: exporters send every five, thirty or sixty seconds, and one that is closed
//! just then costs their users an error line. Only where there are too many, the one that has been idle longest goes.

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::rc::Rc;
use std::time::Duration;

use hyper::service::service_fn;
use hyper::{Request, body::Incoming};
use hyper_util::rt::TokioIo;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, timeout};

use super::service::Visit;

/// Connections open at the same time.
const MOST: usize = 384;

/// How long a connection may stay without saying what it speaks.
const SILENCE: Duration = Duration::from_secs(10);

/// How soon the beginning of a first line is looked at again.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// Bytes that an HTTP/2 stream and connection may send before they are taken; what bounds the memory of a flood.
const WINDOWS: (u32, u32) = (64 << 10, 128 << 10);

/// Bytes of a request's head.
const LARGEST_HEAD: usize = 64 << 10;

/// Calls at the same time on one HTTP/2 connection.
const MOST_STREAMS: u32 = 100;

/// The connections that are open.
#[derive(Default)]
pub(super) struct Connections {
    open: RefCell<Vec<Rc<Place>>>,
    closed: Notify,
}

/// A connection's place among them.
pub(super) struct Place {
    /// Requests that are being answered.
    busy: Cell<u32>,
    /// When the last one ended.
    since: Cell<Instant>,
    leave: Notify,
}

/// Marks a connection as busy as long as it lives.
pub(super) struct Busy<'a>(&'a Place);

impl Place {
    pub(super) fn busy(&self) -> Busy<'_> {
        self.busy.set(self.busy.get() + 1);
        Busy(self)
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.busy.set(self.0.busy.get().saturating_sub(1));
        self.0.since.set(Instant::now());
    }
}

impl Connections {
    /// A place for one more; where there is none, the one that has been idle longest is closed, or one is waited for.
    pub(super) async fn enter(&self) -> Rc<Place> {
        loop {
            let closed = self.closed.notified();
            if self.open.borrow().len() < MOST {
                let since = Cell::new(Instant::now());
                let place = Rc::new(Place { busy: Cell::new(0), since, leave: Notify::new() });
                self.open.borrow_mut().push(Rc::clone(&place));
                return place;
            }
            let idle = |place: &&Rc<Place>| place.busy.get() == 0;
            let oldest = self.open.borrow().iter().filter(idle).min_by_key(|place| place.since.get()).cloned();
            if let Some(oldest) = oldest {
                oldest.leave.notify_one();
            }
            closed.await;
        }
    }

    fn leave(&self, place: &Rc<Place>) {
        self.open.borrow_mut().retain(|other| !Rc::ptr_eq(other, place));
        self.closed.notify_waiters();
    }

    /// Ends when no connection is open any more.
    pub(super) async fn all_closed(&self) {
        loop {
            let closed = self.closed.notified();
            if self.open.borrow().is_empty() {
                return;
            }
            closed.await;
        }
    }
}

/// Serves a connection until either side has enough of it.
pub(super) async fn serve(stream: TcpStream, visit: Visit, stopped: watch::Receiver<bool>) {
    let visit = Rc::new(visit);
    tokio::select! {
        () = visit.place.leave.notified() => {}
        () = speak(stream, &visit, stopped) => {}
    }
    visit.shared.connections.leave(&visit.place);
}

/// What the first bytes of a connection say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Speech {
    Http1,
    Http2,
    Tls,
    Other,
    /// Too few bytes to tell.
    Unsaid,
}

fn speech(bytes: &[u8]) -> Speech {
    const PREFACE: &[u8] = b"PRI ";
    match bytes {
        [] => Speech::Unsaid,
        // A handshake record, whatever its version (RFC 8446, 5.1).
        [0x16, ..] => Speech::Tls,
        _ if bytes.starts_with(PREFACE) => Speech::Http2,
        _ if PREFACE.starts_with(bytes) => Speech::Unsaid,
        [first, ..] if first.is_ascii_uppercase() => Speech::Http1,
        _ => Speech::Other,
    }
}

async fn listen(stream: &TcpStream) -> Option<Speech> {
    let mut first = [0; 4];
    loop {
        let read = stream.peek(&mut first).await.ok().filter(|read| *read > 0)?;
        match speech(first.get(..read).unwrap_or_default()) {
            Speech::Unsaid => tokio::time::sleep(LOOK_AGAIN).await,
            speech @ (Speech::Http1 | Speech::Http2 | Speech::Tls | Speech::Other) => return Some(speech),
        }
    }
}

async fn speak(mut stream: TcpStream, visit: &Rc<Visit>, mut stopped: watch::Receiver<bool>) {
    // Small answers go out at once.
    let _ = stream.set_nodelay(true);
    let speech = tokio::select! {
        _ = stopped.wait_for(|stopped| *stopped) => return,
        speech = timeout(SILENCE, listen(&stream)) => speech,
    };
    match speech {
        Ok(Some(Speech::Http1)) => http1(stream, visit, stopped).await,
        Ok(Some(Speech::Http2)) => http2(stream, visit, stopped).await,
        Ok(Some(Speech::Tls)) => {
            visit
                .refuse("the client speaks TLS, tracetui does not; use http:// or the exporter's insecure option", &[]);
        }
        Ok(Some(Speech::Other | Speech::Unsaid)) => {
            visit.refuse("neither HTTP nor gRPC came in on a TCP port", &[]);
            let _ =
                stream.write_all(b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n").await;
        }
        Err(_) => visit.refuse("a connection said nothing for 10 s", &[]),
        // It was only looked whether somebody listens.
        Ok(None) => {}
    }
}

async fn http1(stream: TcpStream, visit: &Rc<Visit>, mut stopped: watch::Receiver<bool>) {
    let service = service_fn(|request| answer(Rc::clone(visit), request));
    let mut builder = hyper::server::conn::http1::Builder::new();
    let connection = builder.max_buf_size(LARGEST_HEAD).serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        // What goes wrong with a connection is the client's to notice.
        _ = connection.as_mut() => return,
        _ = stopped.wait_for(|stopped| *stopped) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}

async fn http2(stream: TcpStream, visit: &Rc<Visit>, mut stopped: watch::Receiver<bool>) {
    let service = service_fn(|request| answer(Rc::clone(visit), request));
    let mut builder = hyper::server::conn::http2::Builder::new(Here);
    builder
        .initial_stream_window_size(WINDOWS.0)
        .initial_connection_window_size(WINDOWS.1)
        .max_concurrent_streams(MOST_STREAMS);
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stopped.wait_for(|stopped| *stopped) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}

async fn answer(visit: Rc<Visit>, request: Request<Incoming>) -> Result<super::answer::Answer, Infallible> {
    Ok(visit.answer(request).await)
}

/// Runs the streams of a connection on the server's own thread.
#[derive(Clone, Copy)]
struct Here;

impl<F: Future<Output = ()> + 'static> hyper::rt::Executor<F> for Here {
    fn execute(&self, future: F) {
        tokio::task::spawn_local(future);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_say_what_is_spoken() {
        for (bytes, expected) in [
            (&b"POST /v1/traces HTTP/1.1"[..], Speech::Http1),
            (b"PUT", Speech::Http1),
            (b"P", Speech::Unsaid),
            (b"PRI", Speech::Unsaid),
            (b"PRI * HTTP/2.0\r\n\r\nSM", Speech::Http2),
            (&[0x16, 3, 1, 2], Speech::Tls),
            (&[0x82, 0x81, 1], Speech::Other),
        ] {
            assert_eq!(speech(bytes), expected, "{bytes:?}");
        }
    }
}
