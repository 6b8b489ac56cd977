//! Traces as text: what tests write in place of builders.
//!
//! ```text
//! frontend GET / 0..500 server error "boom" key=value
//!   cart load 5..60 id=9 @12:retry
//!     redis HGETALL 10..20
//!   ? email send 90..130
//! trace 2 at 1000
//! frontend GET /about 0..3
//! ```
//! Indentation is the parent, two blanks a level; times are ms after ten minutes before [`NOW`]; `?` is a span whose parent
//! has not come; `id=` sets the id, else ids count up; `link=TRACE/SPAN` links; a number is an integer attribute.

use tracetui::model::{Attribute, Event, Kind, Link, Span, SpanBatch, SpanId, Status, Timestamp, TraceId, Value};

use crate::harness::{NOW, batch};

/// When sketched traces begin.
pub(crate) const BEGIN: Timestamp = Timestamp(NOW.0 - 600_000_000_000);

/// The spans of a sketch as one batch.
pub(crate) fn sketch(text: &str) -> SpanBatch {
    batch(&spans(text))
}

/// The spans of a sketch in the order of its lines.
pub(crate) fn spans(text: &str) -> Vec<Span<'_>> {
    let (mut trace, mut base, mut next) = (1_u128, 0_u64, 1_u64);
    let mut above: Vec<(usize, u64)> = Vec::new();
    let mut spans = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let indent = line.len() - line.trim_start().len();
        if let Some(rest) = line.trim().strip_prefix("trace ") {
            let mut words = rest.split(" at ");
            trace = words.next().and_then(|word| word.parse().ok()).expect("a trace's number");
            base = words.next().map_or(0, |word| word.parse().expect("ms"));
            above.clear();
            continue;
        }
        above.retain(|(level, _)| *level < indent);
        let parent = above.last().map(|(_, id)| *id);
        let mut span = span(line.trim(), base);
        span.trace_id = TraceId(trace);
        if span.span_id.0 == 0 {
            span.span_id = SpanId(next);
            next += 1;
        }
        span.parent_id = span.parent_id.or(parent.map(SpanId));
        above.push((indent, span.span_id.0));
        spans.push(span);
    }
    spans
}

fn span(line: &str, base: u64) -> Span<'_> {
    let (is_orphan, line) = line.strip_prefix("? ").map_or((false, line), |rest| (true, rest));
    let (service, rest) = line.split_once(' ').expect("a service and an operation");
    let at = times_at(rest).expect("times");
    let (name, rest) = rest.split_at(at);
    let mut span = Span { service, name: name.trim(), source: "sketch", ..Span::default() };
    if is_orphan {
        span.parent_id = Some(SpanId(0xdead));
    }
    for word in words(rest) {
        if let Some((start, end)) = word.split_once("..") {
            let ms = |text: &str| -> f64 { text.parse().expect("ms") };
            let (start, end) = (ms(start), ms(end));
            span.start = BEGIN.plus(base * 1_000_000 + nanos(start));
            span.duration = nanos(end) - nanos(start);
        } else if word == "error" {
            span.status = Status::Error;
        } else if word == "ok" {
            span.status = Status::Ok;
        } else if let Some(kind) = Kind::parse(word) {
            span.kind = kind;
        } else if let Some(text) = word.strip_prefix('"') {
            span.status_message = text.trim_end_matches('"');
        } else if let Some((at, name)) = word.strip_prefix('@').and_then(|word| word.split_once(':')) {
            let time = BEGIN.plus(base * 1_000_000 + nanos(at.parse().expect("ms")));
            span.events.push(Event { time, name, attributes: Vec::new() });
        } else if let Some((key, value)) = word.split_once('=') {
            member(&mut span, key, value);
        }
    }
    span
}

fn member<'a>(span: &mut Span<'a>, key: &'a str, value: &'a str) {
    match key {
        "id" => span.span_id = SpanId(value.parse().expect("an id")),
        "link" => {
            let (trace, id) = value.split_once('/').expect("a trace and a span");
            let (trace_id, span_id) = (TraceId(trace.parse().expect("a trace")), SpanId(id.parse().expect("a span")));
            span.links.push(Link { trace_id, span_id, ..Link::default() });
        }
        _ => {
            let value = value.parse().map_or(Value::Str(value), Value::Int);
            span.attributes.push(Attribute { key, value });
        }
    }
}

fn nanos(ms: f64) -> u64 {
    std::time::Duration::from_secs_f64(ms / 1_000.0).as_nanos().try_into().expect("a short time")
}

/// Where the times begin: the operation before them may hold blanks.
fn times_at(rest: &str) -> Option<usize> {
    let is_times = |word: &str| {
        let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        word.split_once("..").is_some_and(|(start, end)| number(start) && number(end))
    };
    let mut at = 0;
    for word in rest.split(' ') {
        if is_times(word) {
            return Some(at);
        }
        at += word.len() + 1;
    }
    None
}

/// Words between blanks; what stands in quotes is one, with the quote before it.
fn words(rest: &str) -> Vec<&str> {
    let (mut words, mut rest) = (Vec::new(), rest.trim());
    while !rest.is_empty() {
        let end = match rest.strip_prefix('"') {
            Some(quoted) => quoted.find('"').map_or(rest.len(), |at| at + 2),
            None => rest.find(' ').unwrap_or(rest.len()),
        };
        let (word, tail) = rest.split_at(end);
        words.push(word);
        rest = tail.trim_start();
    }
    words
}

#[test]
fn a_sketch_says_what_it_shows() {
    let text = "frontend GET / cart 0..500 server error \"it broke\" http.status_code=500\n  cart load 5..60.5 @12:retry link=7/9\n  ? email send 90..130 id=42\ntrace 2 at 1000\nshop x 1..2\n";
    let spans = spans(text);
    let [root, load, send, other] = spans.as_slice() else { panic!("{} spans", spans.len()) };
    assert_eq!((root.service, root.name, root.kind), ("frontend", "GET / cart", Kind::Server));
    assert_eq!((root.status, root.status_message, root.duration), (Status::Error, "it broke", 500_000_000));
    assert_eq!(root.attributes, [Attribute { key: "http.status_code", value: Value::Int(500) }]);
    assert_eq!((load.parent_id, load.duration, load.links.len()), (Some(root.span_id), 55_500_000, 1));
    assert_eq!(load.events.first().map(|event| (event.name, event.time)), Some(("retry", BEGIN.plus(12_000_000))));
    assert_eq!((send.span_id, send.parent_id), (SpanId(42), Some(SpanId(0xdead))));
    assert_eq!((other.trace_id, other.parent_id, other.start), (TraceId(2), None, BEGIN.plus(1_001_000_000)));
}
