//! Rows `otlp*` and `files*`: requests of OTLP and files of other formats, bytes to store, against `prost` and `serde_json`
//! decoding the same bytes into structs and nothing more.

mod structs;

use std::hint::black_box;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use prost::Message as _;
use tracetui::export::{Document, otlp_proto};
use tracetui::ingest::body::fill_whole;
use tracetui::ingest::request::Payload;
use tracetui::model::{Attribute, Event, Kind, Span, SpanBatch, SpanId, Timestamp, TraceId, Value};
use tracetui::source::file::{Input, Reader};
use tracetui::store::Store;

use crate::measure::{Ask, Row, cpu_of, versus};
use crate::process::{Pty, cpu_time};

/// What SDKs send at once.
const REQUEST: usize = 512;

/// One after the other, in traces of 32.
fn span(n: u64) -> Span<'static> {
    const ROUTES: [&str; 4] = ["/cart", "/checkout", "/product/{id}", "/orders"];
    let at = usize::try_from(n % 4).unwrap_or_default();
    let text = |key, value| Attribute { key, value: Value::Str(value) };
    Span {
        trace_id: TraceId(u128::from(n / 32 + 1) << 64 | 0x5eed),
        span_id: SpanId(n + 1),
        parent_id: (!n.is_multiple_of(32)).then_some(SpanId(n)),
        service: "shop",
        name: ROUTES[at],
        kind: Kind::Server,
        start: Timestamp(1_700_000_000_000_000_000 + i64::try_from(n).unwrap_or_default() * 1_000),
        duration: 1_000_000 + n % 977,
        scope: tracetui::model::Scope { name: "http", version: "1.2" },
        attributes: vec![
            text("http.request.method", "GET"),
            text("http.route", ROUTES[at]),
            text("url.path", "/cart/42/items"),
            text("server.address", "shop.internal"),
            text("user_agent.original", "Mozilla/5.0 (X11; Linux x86_64)"),
            Attribute { key: "http.response.status_code", value: Value::Int(200) },
            Attribute { key: "cache.hit", value: Value::Bool(n.is_multiple_of(3)) },
            Attribute { key: "ratio", value: Value::Double(0.25) },
        ],
        resource: vec![text("service.version", "1.2.3"), text("host.name", "bench-1")],
        events: vec![Event { time: Timestamp(1_700_000_000_000_500_000), name: "loaded", attributes: Vec::new() }],
        ..Span::default()
    }
}

fn spans(count: usize) -> Vec<Span<'static>> {
    (0..count as u64).map(span).collect()
}

fn documents(name: &str, spans: &[Span<'_>], most: usize) -> Vec<Vec<u8>> {
    let document = Document::of(name).expect("a format");
    spans.chunks(most).map(|spans| document.of_spans(spans)).collect()
}

/// Requests, decoded and stored on one core.
pub(crate) fn otlp(ask: &Ask) {
    let spans = spans(ask.size(120, 8) * REQUEST);
    if ask.wants("otlp-proto") {
        let bodies = otlp_proto::requests(&spans, REQUEST);
        let reference =
            || bodies.iter().for_each(|body| drop(black_box(structs::Request::decode(&**body).expect("protobuf"))));
        against(ask, "otlp-proto", (Payload::OtlpProto, &bodies, spans.len()), &reference, (2.0, ">=2x"));
    }
    if ask.wants("otlp-json") {
        let bodies = documents("otlp-json", &spans, REQUEST);
        let reference = || bodies.iter().for_each(|body| drop(black_box(structs::json(body))));
        against(ask, "otlp-json", (Payload::OtlpJson, &bodies, spans.len()), &reference, (1.2, ">=1.2x"));
    }
    if ask.wants("otlp-cpu") {
        cpu(ask);
    }
}

type Case<'a> = (Payload, &'a [Vec<u8>], usize);

fn against(ask: &Ask, name: &str, (payload, bodies, spans): Case<'_>, refer: &dyn Fn(), (least, goal): (f64, &str)) {
    let mut batch = SpanBatch::default();
    let ours = || {
        let mut store = Store::new(4 << 30);
        let seconds = cpu_of(|| {
            for body in bodies {
                batch.clear();
                fill_whole(&mut *payload.open(body), &mut batch);
                store.extend(&batch);
            }
        });
        assert_eq!(store.totals().spans, spans as u64, "{name}");
        seconds
    };
    let [reference, ours, ratio] = versus(ask.rounds(), || cpu_of(refer), ours);
    let rate = |seconds: f64| format!("{:.0}kspans/s", spans as f64 / seconds / 1e3);
    let (figure, reference) = (rate(ours), Some(rate(reference)));
    ask.print(&Row { name, figure, reference, ratio: Some(ratio), goal, ok: ratio >= least });
}

/// The whole process with its screen, fed over one connection.
fn cpu(ask: &Ask) {
    let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port");
    let address = free.to_string();
    let Some(mut pty) = Pty::start(&["listen", &format!("otlp-http://{address}")]) else {
        return ask.missing("otlp-cpu", "no terminal here");
    };
    pty.wait_for(b"\x1b[?2026l");
    let requests = ask.size(1_000, 40);
    let bodies = otlp_proto::requests(&spans(requests * REQUEST), REQUEST);
    let before = cpu_time(&pty.id());
    let mut stream = TcpStream::connect(&address).expect("it listens");
    let mut answer = [0; 4096];
    let mut refused = 0;
    for body in &bodies {
        let head = format!(
            "POST /v1/traces HTTP/1.1\r\nhost: a\r\ncontent-type: application/x-protobuf\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(&[head.as_bytes(), body].concat()).expect("it reads");
        let length = stream.read(&mut answer).expect("it answers");
        refused += u64::from(!answer.get(..length).unwrap_or_default().starts_with(b"HTTP/1.1 200"));
    }
    pty.pause(Duration::from_millis(500));
    let spans = (requests * REQUEST) as f64;
    let cost = before.zip(cpu_time(&pty.id())).map(|(before, after)| (after - before) / spans * 1e6);
    pty.end();
    match cost {
        Some(cost) => ask.print(&Row {
            name: "otlp-cpu",
            figure: format!("{cost:.2}us/span,{refused}refused"),
            reference: None,
            ratio: None,
            goal: "<=1.5us/span",
            ok: cost <= 1.5 && refused == 0,
        }),
        None => ask.missing("otlp-cpu", "no /proc here"),
    }
}

/// Files, from disk to the store, on one thread.
pub(crate) fn files(ask: &Ask) {
    let count = ask.size(150, 6) * REQUEST;
    let spans = spans(count);
    let folder = tempfile::tempdir().expect("a folder");
    let lines = |bodies: Vec<Vec<u8>>| bodies.concat();
    let whole = |name: &str| documents(name, &spans, spans.len()).concat();
    if ask.wants("files-otlp-json") {
        let text = lines(documents("otlp-json", &spans, REQUEST));
        let refer = |text: &[u8]| {
            text.split(|byte| *byte == b'\n')
                .filter(|line| !line.is_empty())
                .for_each(|line| drop(black_box(structs::json(line))));
        };
        file(ask, "files-otlp-json", (folder.path(), &text, count), &refer, (1.0, ">=1.0x"));
    }
    if ask.wants("files-jaeger") {
        let traces: Vec<u8> = jaeger(&spans);
        file(
            ask,
            "files-jaeger",
            (folder.path(), &traces, count),
            &|text| drop(black_box(structs::jaeger(text))),
            (1.0, ">=1.0x"),
        );
    }
    if ask.wants("files-zipkin") {
        file(
            ask,
            "files-zipkin",
            (folder.path(), &whole("zipkin-json"), count),
            &|text| drop(black_box(structs::zipkin(text))),
            (1.0, ">=1.0x"),
        );
    }
    if ask.wants("files-proto") {
        let bytes = otlp_proto::requests(&spans, REQUEST).concat();
        let refer = |bytes: &[u8]| drop(black_box(structs::Request::decode(bytes).expect("protobuf")));
        file(ask, "files-proto", (folder.path(), &bytes, count), &refer, (2.0, ">=2x"));
    }
}

/// One answer with all traces.
fn jaeger(spans: &[Span<'_>]) -> Vec<u8> {
    let document = Document::of("jaeger-json").expect("a format");
    let traces = spans.chunks(32).map(|trace| {
        let text = document.of_spans(trace);
        let (head, tail) = (document.head.len(), document.tail.len());
        text.get(head..text.len() - tail).unwrap_or_default().to_vec()
    });
    [document.head.as_bytes(), &traces.collect::<Vec<_>>().join(&b","[..]), document.tail.as_bytes()].concat()
}

type File<'a> = (&'a Path, &'a [u8], usize);

fn file(ask: &Ask, name: &str, (folder, bytes, spans): File<'_>, refer: &dyn Fn(&[u8]), (least, goal): (f64, &str)) {
    let path = folder.join(name);
    std::fs::write(&path, bytes).expect("room for a file");
    let ours = || {
        let mut store = Store::new(8 << 30);
        let seconds = cpu_of(|| {
            Reader::new(vec![Input::Path(path.clone())], None).with_threads(1).read(|batch| {
                store.extend(batch);
                true
            });
        });
        assert_eq!(store.totals().spans, spans as u64, "{name}");
        seconds
    };
    let [reference, ours, ratio] = versus(ask.size(3, 2), || cpu_of(|| refer(bytes)), ours);
    let speed = |seconds: f64| format!("{:.0}MB/s", bytes.len() as f64 / seconds / 1e6);
    let (figure, reference) = (speed(ours), Some(speed(reference)));
    ask.print(&Row { name, figure, reference, ratio: Some(ratio), goal, ok: ratio >= least });
}
