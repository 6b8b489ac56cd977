//! Answers in the words of each protocol: what clients take as success, and errors that say why.
//!
//! Measured with the clients themselves: OTLP over HTTP wants 200, its own content type, and nothing in a protobuf body or
//! `{}` in a JSON one; Zipkin and Jaeger want 202; gRPC wants one empty message before its trailers.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use hyper::header::{ALLOW, CONNECTION, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use hyper::{Response, StatusCode};

use super::grpc;

/// An answer's body: some bytes, then perhaps trailers.
#[derive(Debug, Default)]
pub(super) struct Text {
    data: Option<Bytes>,
    trailers: Option<HeaderMap>,
}

impl Text {
    pub(super) fn new(data: impl Into<Bytes>) -> Self {
        Self { data: Some(data.into()).filter(|data: &Bytes| !data.is_empty()), trailers: None }
    }

    pub(super) fn with_trailers(self, trailers: HeaderMap) -> Self {
        Self { trailers: Some(trailers), ..self }
    }
}

impl Body for Text {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let data = self.data.take().map(Frame::data);
        let frame = data.or_else(|| self.trailers.take().map(Frame::trailers));
        Poll::Ready(frame.map(Ok))
    }

    fn is_end_stream(&self) -> bool {
        self.data.is_none() && self.trailers.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.data.as_ref().map_or(0, |data| data.len() as u64))
    }
}

/// What is answered.
pub(super) type Answer = Response<Text>;

/// How the client speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// OTLP in protobuf.
    OtlpProto(HeaderValue),
    /// OTLP in JSON.
    OtlpJson(HeaderValue),
    /// Zipkin and Jaeger over HTTP, and anybody else.
    Plain,
    /// gRPC.
    Grpc,
}

/// How a request ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Everything was taken.
    Taken,
    /// The body is damaged: why.
    Broken(String),
    /// No token, or a wrong one.
    Unauthenticated,
    /// A page that may not send.
    Foreign(String),
    /// More than the limit.
    TooLarge(usize),
    /// A content coding that we do not know.
    Coding(String),
    /// Nothing here has this name.
    Unknown(String),
    /// Another method than POST.
    Method,
    /// The body came too slowly.
    Slow,
    /// No room now: come again.
    Busy,
}

impl End {
    fn status(&self) -> StatusCode {
        match self {
            Self::Taken => StatusCode::OK,
            Self::Broken(_) => StatusCode::BAD_REQUEST,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Foreign(_) => StatusCode::FORBIDDEN,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Coding(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Unknown(_) => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// google.rpc.Code.
    fn code(&self) -> u8 {
        match self {
            Self::Taken => 0,
            Self::Broken(_) => 3,
            Self::Unauthenticated => 16,
            Self::Foreign(_) => 7,
            Self::TooLarge(_) | Self::Busy => 8,
            Self::Coding(_) | Self::Unknown(_) | Self::Method => 12,
            Self::Slow => 1,
        }
    }

    /// Why, and what to do: one line.
    pub(super) fn reason(&self) -> String {
        match self {
            Self::Taken => String::new(),
            Self::Broken(reason) => reason.clone(),
            Self::Unauthenticated => "no token, or a wrong one; send authorization: Bearer TOKEN".to_owned(),
            Self::Foreign(origin) => format!("pages of {origin} may not send here, only those of localhost"),
            Self::TooLarge(most) => format!("the body is larger than {} MiB; send smaller batches", most >> 20),
            Self::Coding(name) => format!("content coding {name} is not known; use gzip, deflate, zstd or none"),
            Self::Unknown(path) => {
                format!("nothing is served at {path}; try /v1/traces, /api/v2/spans or /api/traces")
            }
            Self::Method => "send spans with POST".to_owned(),
            Self::Slow => "the body came too slowly".to_owned(),
            Self::Busy => "tracetui is busy; try again in a second".to_owned(),
        }
    }
}

impl Dialect {
    /// The answer to a request that ended so.
    pub(super) fn answer(&self, end: &End) -> Answer {
        match self {
            Self::Grpc => grpc::answer(end.code(), &end.reason(), *end == End::Busy),
            _ if *end == End::Taken => self.success(),
            Self::OtlpProto(_) | Self::OtlpJson(_) | Self::Plain => self.failure(end),
        }
    }

    fn success(&self) -> Answer {
        match self {
            Self::OtlpProto(kind) => with(StatusCode::OK, kind.clone(), Bytes::new()),
            Self::OtlpJson(kind) => with(StatusCode::OK, kind.clone(), "{}"),
            Self::Plain | Self::Grpc => {
                let mut answer = Answer::default();
                *answer.status_mut() = StatusCode::ACCEPTED;
                answer
            }
        }
    }

    fn failure(&self, end: &End) -> Answer {
        let (status, code, reason) = (end.status(), end.code(), end.reason());
        let mut answer = match self {
            Self::OtlpProto(kind) => with(status, kind.clone(), grpc::status(code, &reason, None)),
            Self::OtlpJson(kind) => {
                let mut json = format!("{{\"code\":{code},\"message\":").into_bytes();
                crate::model::push_json_string(&reason, &mut json);
                json.push(b'}');
                with(status, kind.clone(), json)
            }
            Self::Plain | Self::Grpc => text(status, &format!("{reason}\n")),
        };
        let headers = answer.headers_mut();
        match end {
            End::Busy => drop(headers.insert(RETRY_AFTER, HeaderValue::from_static("1"))),
            End::Unauthenticated => drop(headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))),
            End::Method => drop(headers.insert(ALLOW, HeaderValue::from_static("POST"))),
            // What the client still sends is not read.
            End::TooLarge(_) | End::Slow => drop(headers.insert(CONNECTION, HeaderValue::from_static("close"))),
            End::Taken | End::Broken(_) | End::Foreign(_) | End::Coding(_) | End::Unknown(_) => {}
        }
        answer
    }
}

/// Plain text for people.
pub(super) fn text(status: StatusCode, line: &str) -> Answer {
    with(status, HeaderValue::from_static("text/plain; charset=utf-8"), line.to_owned())
}

/// JSON, with status 200.
pub(super) fn json(value: impl Into<Bytes>) -> Answer {
    with(StatusCode::OK, HeaderValue::from_static("application/json"), value)
}

fn with(status: StatusCode, kind: HeaderValue, data: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(Text::new(data));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, kind);
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn success_is_what_each_client_takes_for_it() {
        let proto = Dialect::OtlpProto(HeaderValue::from_static("application/x-protobuf")).answer(&End::Taken);
        assert_eq!((proto.status().as_u16(), proto.body().data.as_deref()), (200, None));
        assert_eq!(proto.headers()[CONTENT_TYPE], "application/x-protobuf");
        let json = Dialect::OtlpJson(HeaderValue::from_static("application/json")).answer(&End::Taken);
        assert_eq!((json.status().as_u16(), json.body().data.as_deref()), (200, Some(b"{}".as_slice())));
        let zipkin = Dialect::Plain.answer(&End::Taken);
        assert_eq!((zipkin.status().as_u16(), zipkin.body().data.as_deref()), (202, None));
        let grpc = Dialect::Grpc.answer(&End::Taken);
        assert_eq!(grpc.body().data.as_deref(), Some([0; 5].as_slice()), "one empty message");
        assert_eq!(grpc.body().trailers.as_ref().expect("trailers")["grpc-status"], "0");
    }

    #[test]
    fn errors_say_why_in_the_words_of_the_protocol() {
        let json = Dialect::OtlpJson(HeaderValue::from_static("application/json"));
        let broken = json.answer(&End::Broken("a \"comma\" is missing".to_owned()));
        assert_eq!(broken.status().as_u16(), 400);
        let expected = br#"{"code":3,"message":"a \"comma\" is missing"}"#.as_slice();
        assert_eq!(broken.body().data.as_deref(), Some(expected));
        let busy = Dialect::Plain.answer(&End::Busy);
        assert_eq!((busy.status().as_u16(), busy.headers()[RETRY_AFTER].as_bytes()), (503, b"1".as_slice()));
        let large = Dialect::Grpc.answer(&End::TooLarge(64 << 20));
        assert_eq!(large.headers()["grpc-status"], "8");
        assert!(!large.headers().contains_key("grpc-status-details-bin"), "not to be tried again");
        let busy = Dialect::Grpc.answer(&End::Busy);
        assert_eq!(busy.headers()["grpc-status"], "8");
        assert!(busy.headers().contains_key("grpc-status-details-bin"), "to be tried again");
    }
}
