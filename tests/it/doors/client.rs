//! The other side: HTTP/1.1 byte by byte, gRPC by a library.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper_util::rt::TokioIo;

/// An answer over HTTP.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// A connection that is kept.
pub(super) struct Client {
    pub(super) stream: TcpStream,
}

impl Client {
    pub(super) fn connect(to: &str) -> Self {
        let stream = TcpStream::connect(to).expect("somebody listens");
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a time");
        Self { stream }
    }

    pub(super) fn request(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n", body.len());
        for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
            head.extend([*name, ": ", *value, "\r\n"]);
        }
        head += "\r\n";
        // Who refuses a body may close before it is written.
        let _ = self.stream.write_all(head.as_bytes()).and_then(|()| self.stream.write_all(body));
        self.answer()
    }

    /// Reads the next answer.
    pub(super) fn answer(&mut self) -> Answer {
        let mut reader = BufReader::new(&self.stream);
        let mut line = String::new();
        reader.read_line(&mut line).expect("an answer");
        let status = line.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or_else(|| panic!("{line:?}"));
        let mut headers = Vec::new();
        loop {
            line.clear();
            reader.read_line(&mut line).expect("a header");
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            headers.push((name.to_owned(), value.trim().to_owned()));
        }
        let mut answer = Answer { status, headers, body: Vec::new() };
        let length = answer.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        answer.body.resize(length, 0);
        reader.read_exact(&mut answer.body).expect("the body");
        answer
    }
}

/// An answer over gRPC: its status, and its message where there was one.
#[derive(Debug)]
pub(super) struct Called {
    pub(super) status: u16,
    pub(super) message: Option<Vec<u8>>,
    pub(super) reason: String,
}

/// Calls a method with one message.
pub(super) fn call(to: &str, method: &str, message: &[u8], headers: &[(&str, &str)]) -> Called {
    let length = u32::try_from(message.len()).expect("short").to_be_bytes();
    call_with(to, method, &[&[0][..], &length, message].concat(), headers)
}

/// Calls a method with these bytes as its body.
pub(super) fn call_with(to: &str, method: &str, body: &[u8], headers: &[(&str, &str)]) -> Called {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let stream = tokio::net::TcpStream::connect(to).await.expect("somebody listens");
        // As gRPC clients do: without it every window of a large message waits for a delayed acknowledgement.
        stream.set_nodelay(true).expect("a socket");
        let executor = hyper_util::rt::TokioExecutor::new();
        let (mut sender, connection) =
            hyper::client::conn::http2::handshake(executor, TokioIo::new(stream)).await.expect("HTTP/2");
        tokio::spawn(connection);
        let mut request = Request::post(format!("http://{to}{method}"))
            .header("content-type", "application/grpc")
            .header("te", "trailers");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(bytes::Bytes::copy_from_slice(body))).expect("a request");
        let answer = sender.send_request(request).await.expect("an answer");
        let (head, body) = answer.into_parts();
        let collected = body.collect().await.expect("a whole answer");
        let trailers = collected.trailers().cloned().unwrap_or_default();
        let text = |name: &str| {
            let value = trailers.get(name).or_else(|| head.headers.get(name));
            value.and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
        };
        let (status, reason) = (text("grpc-status").parse().expect("a status"), text("grpc-message"));
        let data = collected.to_bytes();
        Called { status, message: data.get(5..).map(<[u8]>::to_vec), reason }
    })
}
