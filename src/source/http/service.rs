//! One request: who asks, what for, and what becomes of it.

use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Request, StatusCode};
use tokio::time::{Instant, timeout_at};

use super::answer::{Answer, Dialect, End, json, text};
use super::body::{LARGEST, Unread, expand, read};
use super::connection::Place;
use super::door::Door;
use super::origin::Origin;
use super::route::{Call, Route, Signal, route};
use super::{MOST_TOLD, Shared, grpc, sampling, token};
use crate::ingest::body::Progress;
use crate::ingest::compression::Compression;
use crate::ingest::otlp;
use crate::ingest::request::{Family, Payload};
use crate::model::{Place as Where, SpanBatch};
use crate::source::counters::add;
use crate::source::{BATCH_BYTES, wall};

/// How long an answer is held while the owner of the spans is behind: the shortest deadlines of OTLP clients are 10 s, of
/// Jaeger's and Zipkin's 5 s.
const HOLD: Duration = Duration::from_secs(8);

/// See [`HOLD`].
const SHORT_HOLD: Duration = Duration::from_secs(4);

/// A peer at a door.
pub(super) struct Visit {
    pub(super) shared: Rc<Shared>,
    pub(super) door: Arc<Door>,
    pub(super) peer: SocketAddr,
    pub(super) place: Rc<Place>,
}

impl Visit {
    /// Answers a request.
    pub(super) async fn answer(&self, request: Request<Incoming>) -> Answer {
        let _busy = self.place.busy();
        let origin = Origin::of(request.headers());
        let mut answer = self.route(request, &origin).await;
        origin.allow(answer.headers_mut());
        answer
    }

    /// Notes that something was turned away; in words only once for each reason and address.
    pub(super) fn refuse(&self, reason: &str, bytes: &[u8]) {
        add(&self.door.counters.refused, 1);
        let mut told = self.shared.told.borrow_mut();
        if told.len() >= MOST_TOLD || !told.insert((self.peer.ip(), reason.to_owned())) {
            return;
        }
        let mut batch = self.shared.outbox.spare();
        batch.push_problem(Where::Byte(0), reason.to_owned(), bytes);
        self.sign(&mut batch);
        // When the queue is full the counter says it.
        self.shared.outbox.try_send(&mut batch);
    }

    async fn route(&self, request: Request<Incoming>, origin: &Origin) -> Answer {
        let (head, body) = request.into_parts();
        let kind = header(&head.headers, &CONTENT_TYPE);
        let (path, query) = (head.uri.path(), head.uri.query().unwrap_or_default());
        let route = route(&head.method, kind, path, query);
        let dialect = dialect(route, kind);
        if let Origin::Foreign(page) = origin {
            return self.end(&dialect, End::Foreign(page.clone()));
        }
        if let Some(token) = self.shared.token.as_deref().filter(|_| !matches!(route, Route::Look | Route::Preflight))
            && !token::is_shown(token, &head.headers, query)
        {
            return self.end(&dialect, End::Unauthenticated);
        }
        match route {
            Route::Preflight => {
                let mut answer = Answer::default();
                *answer.status_mut() = StatusCode::NO_CONTENT;
                origin.allow_preflight(&head.headers, answer.headers_mut());
                answer
            }
            Route::Look => look(path),
            Route::Sampling(question) => sampling::answer(question, query),
            Route::Grpc(Call::Sampling) => grpc::message(sampling::STRATEGY),
            Route::Grpc(Call::Unknown) => self.end(&dialect, End::Unknown(path.chars().take(80).collect())),
            Route::Grpc(call) => {
                let end = self.call(call, &head.headers, body).await;
                self.end(&dialect, end)
            }
            Route::Method => self.end(&dialect, End::Method),
            Route::Take(family) => self.post(&head, body, Some(family), None).await,
            Route::NotKept(signal) => self.post(&head, body, None, Some(signal)).await,
            Route::Unsaid => self.post(&head, body, None, None).await,
        }
    }

    /// A request over HTTP whose path says what it brings, or not.
    async fn post(&self, head: &Parts, body: Incoming, asked: Option<Family>, signal: Option<Signal>) -> Answer {
        add(&self.door.counters.requests, 1);
        let kind = header(&head.headers, &CONTENT_TYPE);
        let whole = match read(body, header(&head.headers, &CONTENT_ENCODING), &self.shared.pool).await {
            Ok(whole) => whole,
            Err(unread) => return self.end(&otlp_or_plain(asked, kind), unread),
        };
        add(&self.door.counters.bytes, whole.bytes.len() as u64);
        let (family, signal) = match (asked, signal) {
            (None, None) => guess(&whole.bytes),
            known => known,
        };
        let end = match (family, signal) {
            (Some(family), _) => self.take_in(Payload::of(family, &whole.bytes), &whole.bytes).await,
            (None, Some(_)) => self.not_kept(),
            (None, None) if whole.bytes.is_empty() => End::Taken,
            (None, None) => End::Unknown(head.uri.path().chars().take(80).collect()),
        };
        self.end(&told(family, &whole.bytes, kind), end)
    }

    /// A call over gRPC: its messages, one after the other.
    async fn call(&self, call: Call, headers: &HeaderMap, body: Incoming) -> End {
        add(&self.door.counters.requests, 1);
        let whole = match read(body, "", &self.shared.pool).await {
            Ok(whole) => whole,
            Err(unread) => return unread.into(),
        };
        add(&self.door.counters.bytes, whole.bytes.len() as u64);
        let payload = match call {
            Call::OtlpSpans => Payload::OtlpProto,
            Call::OtlpLogs => Payload::OtlpLogs,
            Call::JaegerSpans => Payload::JaegerProto,
            Call::NotKept(_) | Call::Sampling | Call::Unknown => return self.not_kept(),
        };
        let name = header(headers, &HeaderName::from_static("grpc-encoding"));
        let (messages, is_whole) = grpc::messages(&whole.bytes);
        for message in messages {
            let coding = if message.is_compressed { Compression::parse(name) } else { Some(None) };
            let end = match coding {
                None => End::Coding(name.chars().take(40).collect()),
                Some(None) => self.take_in(payload, message.bytes).await,
                Some(Some(coding)) => match expand(coding, message.bytes, &self.shared.pool).await {
                    Ok(whole) => self.take_in(payload, &whole.bytes).await,
                    Err(unread) => unread.into(),
                },
            };
            if end != End::Taken {
                return end;
            }
        }
        if is_whole { End::Taken } else { End::Broken("the message ends before its announced length".to_owned()) }
    }

    /// Decodes a body and hands it on, piece by piece. When there is no room the answer is held for a while.
    async fn take_in(&self, payload: Payload, bytes: &[u8]) -> End {
        let is_otlp = matches!(payload, Payload::OtlpProto | Payload::OtlpLogs | Payload::OtlpJson);
        let hold = if is_otlp { HOLD } else { SHORT_HOLD };
        let deadline = Instant::now() + hold;
        let counters = &self.door.counters;
        let (mut body, mut was_malformed) = (payload.open(bytes), false);
        loop {
            let mut batch = self.shared.outbox.spare();
            let progress = body.fill(&mut batch, BATCH_BYTES);
            let (spans, logs) = (batch.spans.len() as u64, batch.logs.len() as u64);
            let reason = batch.problems.last().map(|problem| problem.reason.clone());
            if reason.is_some() && !std::mem::replace(&mut was_malformed, true) {
                add(&counters.malformed, 1);
            }
            if spans + logs > 0 || reason.is_some() {
                self.sign(&mut batch);
                match timeout_at(deadline, self.shared.outbox.send(&mut batch)).await {
                    Ok(true) => {
                        add(&counters.spans, spans);
                        add(&counters.logs, logs);
                    }
                    Ok(false) | Err(_) => return End::Busy,
                }
            }
            match progress {
                Progress::Done => return End::Taken,
                Progress::Broken => return End::Broken(reason.unwrap_or_else(|| "the body is damaged".to_owned())),
                // Others have their turn.
                Progress::More => tokio::task::yield_now().await,
            }
        }
    }

    fn not_kept(&self) -> End {
        add(&self.door.counters.not_kept, 1);
        End::Taken
    }

    /// Says of a batch's problems where they come from.
    fn sign(&self, batch: &mut SpanBatch) {
        for problem in &mut batch.problems {
            problem.origin = self.peer.to_string();
            problem.time = wall();
        }
    }

    /// The answer to a request that ended so; what was turned away is noted.
    fn end(&self, dialect: &Dialect, end: impl Into<End>) -> Answer {
        let end = end.into();
        // What is damaged is among the problems already.
        if !matches!(end, End::Taken | End::Broken(_)) {
            self.refuse(&end.reason(), &[]);
        }
        dialect.answer(&end)
    }
}

impl From<Unread> for End {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::TooLarge => Self::TooLarge(LARGEST),
            Unread::Slow => Self::Slow,
            Unread::NoRoom => Self::Busy,
            Unread::Coding(name) => Self::Coding(name),
            Unread::Damaged(reason) => Self::Broken(format!("the body does not expand: {reason}")),
            Unread::Gone => Self::Broken("the client went away in the middle of the body".to_owned()),
        }
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &HeaderName) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// How a client speaks, as far as its request's head says.
fn dialect(route: Route, kind: &str) -> Dialect {
    match route {
        Route::Grpc(_) => Dialect::Grpc,
        Route::Take(family) => otlp_or_plain(Some(family), kind),
        Route::NotKept(_) | Route::Unsaid => otlp_or_plain(None, kind),
        Route::Sampling(_) | Route::Look | Route::Preflight | Route::Method => Dialect::Plain,
    }
}

/// Who asks for nothing else speaks OTLP.
fn otlp_or_plain(family: Option<Family>, kind: &str) -> Dialect {
    match family {
        Some(Family::Jaeger | Family::Zipkin) => Dialect::Plain,
        Some(Family::Otlp | Family::Logs) | None if kind.contains("json") => {
            Dialect::OtlpJson(media_type(kind, "application/json"))
        }
        Some(Family::Otlp | Family::Logs) | None => Dialect::OtlpProto(media_type(kind, "application/x-protobuf")),
    }
}

/// The same once the body is known: what is written as JSON is answered in JSON, whatever its content type says.
fn told(family: Option<Family>, bytes: &[u8], kind: &str) -> Dialect {
    match family.filter(|_| !bytes.is_empty()).map(|family| Payload::of(family, bytes)) {
        Some(Payload::OtlpJson) => Dialect::OtlpJson(media_type(kind, "application/json")),
        Some(Payload::OtlpProto | Payload::OtlpLogs) => Dialect::OtlpProto(media_type(kind, "application/x-protobuf")),
        _ => otlp_or_plain(family, kind),
    }
}

/// The request's own media type without its parameters, where it is one for this encoding.
fn media_type(kind: &str, usual: &'static str) -> HeaderValue {
    let own = kind.split(';').next().unwrap_or_default().trim();
    let word = if usual.ends_with("json") { "json" } else { "protobuf" };
    let own = if own.contains(word) { HeaderValue::from_str(own).ok() } else { None };
    own.unwrap_or(HeaderValue::from_static(usual))
}

/// What a body is whose path says nothing.
fn guess(bytes: &[u8]) -> (Option<Family>, Option<Signal>) {
    match otlp::signal(bytes) {
        otlp::Signal::Traces => (Some(Family::Otlp), None),
        otlp::Signal::Logs => (Some(Family::Logs), None),
        otlp::Signal::Metrics => (None, Some(Signal::Metrics)),
        otlp::Signal::Profiles => (None, Some(Signal::Profiles)),
        otlp::Signal::Empty | otlp::Signal::Unknown => (None, None),
    }
}

/// What a browser or a health check sees.
fn look(path: &str) -> Answer {
    match path.trim_end_matches('/').rsplit('/').next().unwrap_or_default() {
        "health" => json(r#"{"status":"UP"}"#),
        "info" => json("{}"),
        "services" => json("[]"),
        _ => text(
            StatusCode::OK,
            concat!(
                "tracetui ",
                env!("CARGO_PKG_VERSION"),
                " receives traces here; look at them in the terminal where it runs.\n",
                "POST OTLP to /v1/traces, Zipkin to /api/v2/spans, Jaeger Thrift to /api/traces; gRPC is served too.\n"
            ),
        ),
    }
}
