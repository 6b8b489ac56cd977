//! Sends requests over HTTP/1.1 or gRPC, one after the other, as an exporter does.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;

use super::send::SendError;
use super::{Address, Sent};

/// An answer that takes longer is none.
const PATIENCE: Duration = Duration::from_secs(20);

/// Requests to one method or path.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Path, or `/package.Service/Method`.
    pub path: &'static str,
    /// `application/grpc` makes it a call.
    pub content_type: &'static str,
    /// What is sent, one request each.
    pub bodies: Vec<Vec<u8>>,
}

/// Sends all of it to an address; the first refusal ends it.
pub fn deliver(address: &Address, delivery: &Delivery) -> Result<Sent, SendError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| SendError::new(error.to_string().to_lowercase()))?;
    runtime.block_on(async {
        let sent = tokio::time::timeout(PATIENCE, all(address, delivery)).await;
        sent.unwrap_or_else(|_| Err(SendError::new(format!("{address} does not answer; is that a port for spans?"))))
    })
}

async fn all(address: &Address, delivery: &Delivery) -> Result<Sent, SendError> {
    let refused = |reason: String| {
        SendError::new(format!("{address}: {reason}; try: tracetui listen {address} in another terminal, then again"))
    };
    let tell = |error: std::io::Error| refused(error.to_string().to_lowercase());
    let sockets = address.sockets().map_err(tell)?;
    let stream = TcpStream::connect(&*sockets).await.map_err(tell)?;
    let to = stream.peer_addr().map_err(tell)?;
    stream.set_nodelay(true).map_err(tell)?;
    let is_call = delivery.content_type == "application/grpc";
    let mut client = Client::open(stream, is_call).await.map_err(|error| refused(error.to_string()))?;
    let mut datagrams = 0;
    for body in &delivery.bodies {
        let request = Request::post(format!("http://{to}{}", delivery.path))
            .header("host", to.to_string())
            .header("content-type", delivery.content_type)
            .header("te", "trailers")
            .body(Full::new(if is_call { framed(body) } else { Bytes::copy_from_slice(body) }));
        let request = request.map_err(|error| refused(error.to_string()))?;
        client.send(request, is_call).await.map_err(&refused)?;
        datagrams += 1;
    }
    Ok(Sent { to, datagrams })
}

/// A message that is not compressed, behind its length (grpc.io, "gRPC over HTTP2").
fn framed(message: &[u8]) -> Bytes {
    let length = u32::try_from(message.len()).unwrap_or(u32::MAX).to_be_bytes();
    [&[0][..], &length, message].concat().into()
}

enum Client {
    Http(hyper::client::conn::http1::SendRequest<Full<Bytes>>),
    Grpc(hyper::client::conn::http2::SendRequest<Full<Bytes>>),
}

impl Client {
    async fn open(stream: TcpStream, is_call: bool) -> hyper::Result<Self> {
        if is_call {
            let (client, connection) =
                hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await?;
            tokio::spawn(connection);
            return Ok(Self::Grpc(client));
        }
        let (client, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self::Http(client))
    }

    /// Sends a request; what the answer says against it is the error.
    async fn send(&mut self, request: Request<Full<Bytes>>, is_call: bool) -> Result<(), String> {
        let text = |error: hyper::Error| error.to_string();
        let answer = match self {
            Self::Http(client) => {
                client.ready().await.map_err(text)?;
                client.send_request(request).await
            }
            Self::Grpc(client) => {
                client.ready().await.map_err(text)?;
                client.send_request(request).await
            }
        };
        let (head, body) = answer.map_err(text)?.into_parts();
        let body = body.collect().await.map_err(text)?;
        if !head.status.is_success() {
            let said = String::from_utf8_lossy(&body.to_bytes()).trim().to_owned();
            return Err(format!("it answers {}: {said}", head.status));
        }
        let trailers = body.trailers().cloned().unwrap_or_default();
        let of =
            |name: &str| trailers.get(name).or_else(|| head.headers.get(name)).and_then(|value| value.to_str().ok());
        match of("grpc-status") {
            Some("0") => Ok(()),
            None if !is_call => Ok(()),
            status => {
                Err(format!("it answers {}: {}", status.unwrap_or_default(), of("grpc-message").unwrap_or_default()))
            }
        }
    }
}
