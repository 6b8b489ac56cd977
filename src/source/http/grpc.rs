//! gRPC on top of HTTP/2: messages in frames, status in trailers (grpc.io, "gRPC over HTTP2").

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use hyper::{Response, StatusCode};

use super::answer::{Answer, Text};

/// An empty message: not compressed, no bytes. Clients in Node and Go take a call without a message for an error.
const EMPTY: [u8; 5] = [0; 5];

/// `google.rpc.RetryInfo` with a delay of one second.
const RETRY_INFO: &[u8] = &[0x0a, 0x02, 0x08, 0x01];

/// A frame of a request's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Message<'a> {
    /// It is compressed as the header `grpc-encoding` says.
    pub(super) is_compressed: bool,
    /// Its bytes.
    pub(super) bytes: &'a [u8],
}

/// The messages of a body, and whether it ends with the last one.
pub(super) fn messages(mut body: &[u8]) -> (Vec<Message<'_>>, bool) {
    let mut messages = Vec::new();
    while let Some(([flag, length @ ..], rest)) = body.split_first_chunk::<5>() {
        let Some((bytes, rest)) = rest.split_at_checked(u32::from_be_bytes(*length) as usize) else {
            return (messages, false);
        };
        messages.push(Message { is_compressed: flag & 1 == 1, bytes });
        body = rest;
    }
    (messages, body.is_empty())
}

/// The answer to a call: one empty message when all went well, else no message, the status and its reason.
pub(super) fn answer(code: u8, reason: &str, comes_again: bool) -> Answer {
    if code == 0 {
        return message(&[]);
    }
    let mut answer = head(Text::default());
    let headers = answer.headers_mut();
    headers.insert("grpc-status", HeaderValue::from(u16::from(code)));
    if let Ok(text) = HeaderValue::from_str(&percent(reason)) {
        headers.insert("grpc-message", text);
    }
    if comes_again {
        let details = [("grpc-status-details-bin", status(code, reason, Some(RETRY_INFO)))];
        // Python looks for it here.
        let own = [("google.rpc.retryinfo-bin", RETRY_INFO.to_vec())];
        for (name, bytes) in details.into_iter().chain(own) {
            if let Ok(text) = HeaderValue::from_str(&STANDARD_NO_PAD.encode(bytes)) {
                headers.insert(name, text);
            }
        }
    }
    answer
}

/// An answer of one message.
pub(super) fn message(bytes: &[u8]) -> Answer {
    let mut frame = EMPTY.to_vec();
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes();
    frame.splice(1.., length);
    frame.extend_from_slice(bytes);
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", HeaderValue::from_static("0"));
    head(Text::new(frame).with_trailers(trailers))
}

fn head(body: Text) -> Answer {
    let mut answer = Response::new(body);
    *answer.status_mut() = StatusCode::OK;
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    headers.insert("grpc-accept-encoding", HeaderValue::from_static("identity,gzip,deflate,zstd"));
    answer
}

/// `google.rpc.Status` in protobuf: code 1, message 2, details 3 (a `google.protobuf.Any` of the retry information).
pub(super) fn status(code: u8, reason: &str, retry: Option<&[u8]>) -> Vec<u8> {
    let mut out = vec![0x08, code];
    field(2, reason.as_bytes(), &mut out);
    if let Some(retry) = retry {
        let mut any = Vec::new();
        field(1, b"type.googleapis.com/google.rpc.RetryInfo", &mut any);
        field(2, retry, &mut any);
        field(3, &any, &mut out);
    }
    out
}

fn field(number: u8, bytes: &[u8], out: &mut Vec<u8>) {
    out.push(number << 3 | 2);
    let mut left = bytes.len();
    while left >= 0x80 {
        out.push(u8::try_from(left & 0x7f | 0x80).unwrap_or_default());
        left >>= 7;
    }
    out.push(u8::try_from(left).unwrap_or_default());
    out.extend_from_slice(bytes);
}

/// Percent-encodes what may not stand in `grpc-message`.
fn percent(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        match byte {
            b' '..=b'~' if byte != b'%' => out.push(char::from(byte)),
            // Writing to a string does not fail.
            byte => drop(write!(out, "%{byte:02X}")),
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_cut_into_its_messages() {
        let body = [&[0, 0, 0, 0, 2][..], b"hi", &[1, 0, 0, 0, 1], b"z"].concat();
        let expected = [Message { is_compressed: false, bytes: b"hi" }, Message { is_compressed: true, bytes: b"z" }];
        assert_eq!(messages(&body), (expected.to_vec(), true));
        assert_eq!(messages(&[]), (Vec::new(), true));
        for broken in [&body[..body.len() - 1], &body[..9], &[0, 0xff, 0xff, 0xff, 0xff, 1]] {
            assert!(!messages(broken).1);
        }
    }

    #[test]
    fn a_status_is_what_google_says_it_is() {
        let reason = "x".repeat(200);
        let bytes = status(8, &reason, None);
        assert_eq!(bytes[..4], [0x08, 8, 0x12, 0xc8]);
        assert_eq!(bytes[4], 1);
        assert_eq!(bytes[5..], *reason.as_bytes());
        assert_eq!(percent("50 % \u{e9}\n"), "50 %25 %C3%A9%0A");
    }
}
