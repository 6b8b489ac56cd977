//! HTTP and gRPC doors as clients meet them: real sockets, real requests, every wrong turn that people take.

mod attack;
mod client;
mod hold;

use serde_json::Value as Json;

use crate::process::{Headless, Run, run};
use crate::requests::{captures, messages, requests};
use client::{Answer, Client, call};

const PROTO: (&str, &str) = ("content-type", "application/x-protobuf");
const JSON: (&str, &str) = ("content-type", "application/json");
const TRACES: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

/// A request of one span.
const SPAN: &str = r#"{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"api"}}]},
"scopeSpans":[{"spans":[{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","name":"GET /",
"startTimeUnixNano":"1700000000000000000","endTimeUnixNano":"1700000000004000000"}]}]}]}"#;

/// Ends a run by a signal; what was received is written before.
#[cfg(unix)]
fn ended(headless: Headless) -> Run {
    headless.signal("TERM");
    headless.end()
}

fn post(to: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    Client::connect(to).request("POST", path, headers, body)
}

fn spans_of(run: &Run) -> usize {
    run.stdout.lines().count()
}

#[cfg(unix)]
#[test]
fn every_captured_request_is_taken_and_its_spans_come_out() {
    let headless = Headless::start(&[]);
    let to = headless.address();
    let mut wanted = Vec::new();
    let mut ids_of = |path: &std::path::Path| {
        let truth = std::fs::read(path.with_extension("expected.json")).expect("the truth");
        let truth: Json = serde_json::from_slice(&truth).expect("JSON");
        let spans = truth["spans"].as_array().expect("spans").iter();
        wanted.extend(spans.map(|span| span["span_id"].as_str().expect("an id").to_owned()));
    };
    for path in captures("http", "httprec") {
        let mut client = Client::connect(&to);
        for request in requests(&path) {
            let headers: Vec<_> = request
                .headers
                .iter()
                .filter(|(name, _)| {
                    !["host", "content-length", "transfer-encoding", "connection"].contains(&&*name.to_lowercase())
                })
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            let answer = client.request("POST", &request.path, &headers, &request.raw);
            let is_otlp = request.path.ends_with("/v1/traces");
            assert_eq!(answer.status, if is_otlp { 200 } else { 202 }, "{}", path.display());
            let kind =
                headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type")).map(|(_, kind)| *kind);
            assert!(!is_otlp || answer.header("content-type") == kind, "{}: {answer:?}", path.display());
            let is_json = kind.is_some_and(|kind| is_otlp && kind.contains("json"));
            assert_eq!(answer.body, if is_json { &b"{}"[..] } else { b"" }, "{}", path.display());
        }
        ids_of(&path);
    }
    for path in captures("grpc", "grpcrec") {
        let (payload, messages) = messages(&path);
        let is_otlp = payload == tracetui::ingest::request::Payload::OtlpProto;
        let method = if is_otlp { TRACES } else { "/jaeger.api_v2.CollectorService/PostSpans" };
        for message in messages {
            let answer = call(&to, method, &message, &[]);
            assert_eq!((answer.status, answer.message.as_deref()), (0, Some(&b""[..])), "{}", path.display());
        }
        ids_of(&path);
    }
    let run = ended(headless);
    let mut found: Vec<String> = run
        .stdout
        .lines()
        .map(|line| serde_json::from_str::<Json>(line).expect("JSON")["span_id"].as_str().expect("an id").to_owned())
        .collect();
    found.sort();
    wanted.sort();
    assert_eq!(found, wanted);
    assert!(run.stderr.contains(" 0 malformed, 0 dropped"), "{}", run.stderr);
}

#[cfg(unix)]
#[test]
fn no_path_or_port_is_a_wrong_one() {
    let headless = Headless::start(&[]);
    let to = headless.address();
    let record = &requests(
        &captures("http", "httprec")
            .into_iter()
            .find(|path| path.to_string_lossy().contains("py-otlp-http-1.45.2.hello"))
            .expect("a capture"),
    )[0];
    for path in
        ["/v1/traces", "/", "/prefix/v1/traces", "/v1/metrics/v1/traces", "//v1/traces/", "/v1/trace", "/elsewhere"]
    {
        let answer = post(&to, path, &[PROTO], &record.body);
        assert_eq!((answer.status, answer.body.len()), (200, 0), "{path}");
    }
    // Whatever it says it is.
    for kind in ["application/json", "text/plain;charset=UTF-8", "application/octet-stream", ""] {
        let answer = post(&to, "/v1/traces", &[("content-type", kind)], &record.body);
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/x-protobuf")), "{kind}");
    }
    let answer = post(&to, "/", &[("content-type", "text/plain")], SPAN.as_bytes());
    assert_eq!(
        (answer.status, answer.header("content-type"), &*answer.body),
        (200, Some("application/json"), &b"{}"[..])
    );
    assert_eq!(call(&to, &format!("/prefix{TRACES}"), &record.body, &[]).status, 0);
    let run = ended(headless);
    assert_eq!(spans_of(&run), 12 * 3 + 1, "{}", run.stderr);
}

#[cfg(unix)]
#[test]
fn logs_come_in_by_every_door_and_path() {
    let headless = Headless::start(&["--with-logs"]);
    let to = headless.address();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/logs/");
    let read = |name: &str| std::fs::read(format!("{folder}{name}")).expect("a fixture");
    let proto = read("python-1.45.2.otlp.pb");
    let json = read("node-0.223.1.otlp.jsonl");
    assert_eq!(post(&to, "/v1/logs", &[PROTO], &proto).status, 200);
    assert_eq!(post(&to, "/", &[PROTO], &proto).status, 200, "told by its shape");
    let first = json.split(|byte| *byte == b'\n').next().expect("a line");
    let answer = post(&to, "/prefix/v1/logs", &[JSON], first);
    assert_eq!((answer.status, &*answer.body), (200, &b"{}"[..]));
    let service = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";
    let answer = call(&to, service, &proto, &[]);
    assert_eq!((answer.status, answer.message.as_deref()), (0, Some(&b""[..])));
    assert_eq!(post(&to, "/v1/logs", &[PROTO], &proto[..proto.len() - 3]).status, 400);
    let run = ended(headless);
    let logs = run.stdout.lines().filter(|line| line.starts_with("{\"log\":")).count();
    assert_eq!(logs, 6 + 6 + 1 + 6, "{}", run.stderr);
    assert!(run.stderr.contains("19 log records, 1 malformed"), "{}", run.stderr);
}

#[cfg(unix)]
#[test]
fn logs_metrics_and_profiles_are_answered_with_success() {
    let headless = Headless::start(&[]);
    let to = headless.address();
    for path in ["/v1/logs", "/v1/metrics", "/v1development/profiles"] {
        assert_eq!(post(&to, path, &[PROTO], b"\x0a\x00").status, 200);
        let answer = post(&to, path, &[JSON], b"{}");
        assert_eq!((answer.status, &*answer.body), (200, &b"{}"[..]));
    }
    for service in ["logs.v1.LogsService", "metrics.v1.MetricsService", "profiles.v1development.ProfilesService"] {
        let answer = call(&to, &format!("/opentelemetry.proto.collector.{service}/Export"), b"\x0a\x00", &[]);
        assert_eq!((answer.status, answer.message.as_deref()), (0, Some(&b""[..])), "{service}");
    }
    assert_eq!(call(&to, "/grpc.health.v1.Health/Check", b"", &[]).status, 12);
    let run = ended(headless);
    assert_eq!((spans_of(&run), run.stderr.contains("0 malformed")), (0, true));
}

#[test]
fn what_is_wrong_is_answered_with_a_reason() {
    let headless = Headless::start(&["--for", "60s"]);
    let to = headless.address();
    let broken = post(&to, "/v1/traces", &[JSON], br#"{"resourceSpans":[{"scopeSpans"#);
    assert_eq!(broken.status, 400);
    let status: Json = serde_json::from_slice(&broken.body).expect("a status in JSON");
    assert_eq!(status["code"], 3);
    assert_eq!(status["message"], "no OTLP/JSON: the JSON text ends in the middle");
    let broken = post(&to, "/v1/traces", &[PROTO], b"\x0a\x7f");
    assert_eq!((broken.status, &broken.body[..2]), (400, &[8, 3][..]), "google.rpc.Status");
    assert_eq!(post(&to, "/api/v2/spans", &[JSON], b"[{").status, 400);
    assert_eq!(post(&to, "/api/traces", &[], b"hello").status, 400);
    assert_eq!(post(&to, "/nowhere", &[], b"hello").status, 404);
    assert_eq!(post(&to, "/v1/traces", &[PROTO, ("content-encoding", "br")], b"x").status, 415);
    assert_eq!(post(&to, "/v1/traces", &[PROTO, ("content-encoding", "gzip")], b"no gzip").status, 400);
    assert_eq!(Client::connect(&to).request("PUT", "/v1/traces", &[], b"").status, 405);
    assert_eq!(call(&to, TRACES, b"\x0a\x7f", &[]).status, 3);
    // Nothing at all is an empty request, and an empty list a health check.
    assert_eq!(post(&to, "/v1/traces", &[JSON], b"").status, 200);
    assert_eq!(post(&to, "/api/v2/spans", &[JSON], b"[]").status, 202);
    let look = Client::connect(&to).request("GET", "/", &[], b"");
    assert_eq!(look.status, 200);
    assert!(String::from_utf8_lossy(&look.body).starts_with("tracetui "), "{look:?}");
}

#[test]
fn samplers_are_told_to_sample_everything() {
    let headless = Headless::start(&["--for", "60s"]);
    let to = headless.address();
    let get = |path: &str| {
        let answer = Client::connect(&to).request("GET", path, &[], b"");
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")), "{path}");
        serde_json::from_slice::<Json>(&answer.body).expect("JSON")
    };
    for path in ["/sampling?service=a", "/api/sampling?service=a"] {
        assert_eq!(get(path)["strategyType"], "PROBABILISTIC");
    }
    assert_eq!(get("/?service=a")["strategyType"], 0);
    assert_eq!(get("/sampling?service=a")["probabilisticSampling"]["samplingRate"], 1);
    assert_eq!(get("/baggageRestrictions?service=a"), Json::Array(Vec::new()));
    let answer = call(&to, "/jaeger.api_v2.SamplingManager/GetSamplingStrategy", b"\x0a\x01a", &[]);
    assert_eq!((answer.status, answer.message.map(|message| message.len())), (0, Some(11)));
}

#[test]
fn pages_of_this_machine_may_send_and_no_others() {
    let headless = Headless::start(&["--for", "60s"]);
    let to = headless.address();
    let page = ("origin", "http://localhost:3000");
    let asked = ("access-control-request-headers", "content-type,traceparent,baggage");
    let answer = Client::connect(&to).request("OPTIONS", "/v1/traces", &[page, asked], b"");
    assert_eq!((answer.status, answer.header("access-control-allow-headers")), (204, Some(asked.1)));
    for (body, status) in [(SPAN, 200), ("{\"resourceSpans\":[", 400)] {
        let answer = post(&to, "/v1/traces", &[JSON, page], body.as_bytes());
        assert_eq!(answer.status, status);
        assert_eq!(answer.header("access-control-allow-origin"), Some(page.1));
        assert_eq!(answer.header("access-control-allow-credentials"), Some("true"));
    }
    let answer = post(&to, "/v1/traces", &[JSON, ("origin", "https://example.com")], SPAN.as_bytes());
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (403, None));
}

#[cfg(unix)]
#[test]
fn with_a_token_only_who_shows_it_is_let_in() {
    let headless = Headless::start(&["--token", "s3cret"]);
    let to = headless.address();
    let refused = post(&to, "/v1/traces", &[JSON], SPAN.as_bytes());
    assert_eq!((refused.status, refused.header("www-authenticate")), (401, Some("Bearer")));
    assert_eq!(post(&to, "/v1/traces", &[JSON, ("authorization", "Bearer wrong")], SPAN.as_bytes()).status, 401);
    assert_eq!(call(&to, TRACES, b"", &[]).status, 16);
    assert_eq!(post(&to, "/v1/traces", &[JSON, ("authorization", "Bearer s3cret")], SPAN.as_bytes()).status, 200);
    assert_eq!(call(&to, TRACES, b"", &[("authorization", "Bearer%20s3cret")]).status, 0);
    let run = ended(headless);
    assert_eq!(spans_of(&run), 1);
    let told = run.stderr.lines().filter(|line| line.contains("no token, or a wrong one")).count();
    assert_eq!(told, 1, "once for each address: {}", run.stderr);
}

#[test]
fn a_busy_tcp_port_is_told_and_without_addresses_only_free_ports_are_opened() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("an address").to_string();
    let run = run(&["listen", "--headless", &format!("otlp-http://{address}")]);
    assert_eq!(run.code, Some(3));
    let start = format!("error: tcp {address} is in use; is an opentelemetry collector or jaeger running? try: ");
    assert!(run.stderr.starts_with(&start), "{}", run.stderr);
}

#[cfg(unix)]
#[test]
fn the_demo_can_be_sent_to_every_door_and_comes_out_whole() {
    // What is told differs with the time of day; who tells it does not.
    let sent = |scheme: &str| {
        let mut headless = Headless::start(&[]);
        let (id, to) = (headless.id(), format!("{scheme}{}", headless.address()));
        let reader = std::thread::spawn(move || {
            let lines: Vec<String> =
                std::iter::from_fn(|| Some(headless.line()).filter(|line| !line.is_empty())).collect();
            (lines, headless.end())
        });
        let demo = run(&["demo", "--to", &to]);
        assert_eq!(demo.code, Some(0), "{scheme}: {}", demo.stderr);
        crate::process::signal(id, "TERM");
        let (lines, run) = reader.join().expect("no panic");
        assert!(demo.stderr.starts_with(&format!("sent {} spans in ", lines.len())), "{scheme}: {}", demo.stderr);
        assert!(run.stderr.contains(", 0 malformed, 0 dropped"), "{scheme}: {}", run.stderr);
        let spans = lines.iter().map(|line| serde_json::from_str::<Json>(line).expect("JSON"));
        let services: std::collections::BTreeSet<String> = spans
            .map(|span| {
                assert!(span["name"].as_str().is_some_and(|name| !name.is_empty()), "{scheme}: {span}");
                span["service"].as_str().expect("a service").to_owned()
            })
            .collect();
        services
    };
    let udp = sent("jaeger-compact://");
    assert!(udp.len() > 10, "{udp:?}");
    for scheme in ["otlp-grpc://", "otlp-http://", "http://", "zipkin://", "jaeger-http://"] {
        assert_eq!(sent(scheme), udp, "{scheme}");
    }
    let refused = run(&["demo", "--to", "jaeger-grpc://127.0.0.1:1"]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("the demo does not speak jaeger-grpc"), "{}", refused.stderr);
    let silent = run(&["demo", "--to", "otlp-http://127.0.0.1:1"]);
    assert_eq!(silent.code, Some(3));
    assert!(silent.stderr.contains("connection refused"), "{}", silent.stderr);
}
