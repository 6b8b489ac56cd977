//! `jsonl`, in and out: a contract that scripts rely on.

use proptest::prelude::*;
use tracetui::export::jsonl::write_span;
use tracetui::ingest::{DecodeOptions, Decoder};
use tracetui::model::{
    Attribute, Event, Kind, Link, LinkKind, Scope, Span, SpanBatch, SpanId, Status, Timestamp, TraceId, Value,
};

fn written(span: &Span<'_>) -> String {
    let mut out = Vec::new();
    write_span(span, &mut out);
    String::from_utf8(out).expect("jsonl is UTF-8")
}

fn read(text: &str) -> SpanBatch {
    let mut decoder = Decoder::new(DecodeOptions::default());
    let mut batch = SpanBatch::default();
    decoder.feed(text.as_bytes(), &mut batch);
    decoder.finish(&mut batch);
    assert!(batch.problems.is_empty(), "{:?}", batch.problems);
    assert!(batch.lines.is_empty(), "{:?}", batch.lines);
    batch
}

fn full_span() -> Span<'static> {
    let list = vec![
        Attribute { key: "text", value: Value::Str("a \"quoted\"\nline \u{1b}[31m 繁體中文 🎉") },
        Attribute { key: "int", value: Value::Int(i64::MAX) },
        Attribute { key: "whole", value: Value::Double(2.0) },
        Attribute { key: "nan", value: Value::Double(f64::NEG_INFINITY) },
        Attribute { key: "yes", value: Value::Bool(true) },
        Attribute { key: "raw", value: Value::Bytes(&[0, 255]) },
        Attribute { key: "list", value: Value::Json(r#"[1,null,{"a":"b"}]"#) },
        Attribute { key: "int", value: Value::Json("9223372036854775808") },
    ];
    Span {
        trace_id: TraceId(0xab),
        span_id: SpanId(0xcd),
        parent_id: Some(SpanId(0xef)),
        service: "shop",
        name: "GET /",
        kind: Kind::Server,
        start: Timestamp(1_700_000_000_000_000_001),
        duration: 15,
        status: Status::Error,
        status_message: "boom",
        flags: Some(1),
        trace_state: "k=v",
        source: "jaeger-compact",
        scope: Scope { name: "lib", version: "1.0" },
        attributes: list,
        resource: vec![Attribute { key: "host", value: Value::Str("box") }],
        events: vec![Event { time: Timestamp(5), name: "retry", attributes: Vec::new() }],
        links: vec![Link {
            trace_id: TraceId(1 << 64),
            span_id: SpanId(2),
            kind: LinkKind::FollowsFrom,
            attributes: vec![Attribute { key: "n", value: Value::Int(-1) }],
        }],
        warnings: vec!["odd"],
    }
}

#[test]
fn a_span_is_written_as_the_contract_says() {
    let expected = concat!(
        r#"{"trace_id":"00000000000000ab","span_id":"00000000000000cd","parent_span_id":"00000000000000ef","service":"shop","name":"GET /","kind":"server","#,
        r#""start_unix_nano":"1700000000000000001","duration_nano":"15","status":"error","status_message":"boom","#,
        r#""attributes":{"text":"a \"quoted\"\nline \u001b[31m 繁體中文 🎉","int":9223372036854775807,"whole":2.0,"nan":{"double":"-Infinity"},"yes":true,"#,
        r#""raw":{"bytes":"AP8="},"list":[1,null,{"a":"b"}],"int":9223372036854775808},"resource":{"host":"box"},"scope":{"name":"lib","version":"1.0"},"#,
        r#""events":[{"time_unix_nano":"5","name":"retry"}],"#,
        r#""links":[{"trace_id":"00000000000000010000000000000000","span_id":"0000000000000002","kind":"follows_from","attributes":{"n":-1}}],"#,
        r#""trace_state":"k=v","flags":1,"source":"jaeger-compact","warnings":["odd"]}"#,
        "\n"
    );
    assert_eq!(written(&full_span()), expected);
}

#[test]
fn empty_members_are_left_out() {
    let span = Span { trace_id: TraceId(1), span_id: SpanId(2), ..Span::default() };
    let expected = concat!(
        r#"{"trace_id":"0000000000000001","span_id":"0000000000000002","parent_span_id":null,"service":"","name":"","kind":"unspecified","#,
        r#""start_unix_nano":"0","duration_nano":"0","status":"unset"}"#,
        "\n"
    );
    assert_eq!(written(&span), expected);
}

#[test]
fn what_other_programs_write_by_hand_is_read_too() {
    let text = r#"{"trace_id":"ab","span_id":"1","start_unix_nano":5,"kind":"odd","duration_nano":"x"}"#;
    let batch = read(text);
    let span = batch.span(batch.spans.first().expect("a span"));
    assert_eq!((span.service, span.source, span.start, span.duration), ("unknown_service", "jsonl", Timestamp(5), 0));
    assert_eq!(span.warnings.len(), 2, "{:?}", span.warnings);
}

/// An owned value, since spans borrow.
#[derive(Clone, Debug)]
enum Owned {
    Str(String),
    Int(i64),
    Double(f64),
    Bool(bool),
    Bytes(Vec<u8>),
    Json(&'static str),
}

impl Owned {
    fn value(&self) -> Value<'_> {
        match self {
            Self::Str(text) => Value::Str(text),
            Self::Int(int) => Value::Int(*int),
            Self::Double(double) => Value::Double(*double),
            Self::Bool(bool) => Value::Bool(*bool),
            Self::Bytes(bytes) => Value::Bytes(bytes),
            Self::Json(text) => Value::Json(text),
        }
    }
}

type List = Vec<(String, Owned)>;

fn list() -> impl Strategy<Value = List> {
    let json = [
        "null",
        "[]",
        "{}",
        "[1,[2.5,{\"a\":[]}],\"\\n\"]",
        "-9223372036854775809",
        "{\"bytes\":1}",
        "{\"double\":\"2\"}",
        "{\"bytes\":\"AA==\",\"b\":1}",
        "[{\"bytes\":\"AA==\"}]",
        "{\"a\":{\"double\":\"NaN\"},\"a\":{}}",
        "1e999",
    ];
    let value = prop_oneof![
        any::<String>().prop_map(Owned::Str),
        prop_oneof![any::<i64>(), Just(i64::MIN), Just(i64::MAX)].prop_map(Owned::Int),
        prop_oneof![any::<f64>(), Just(f64::NAN), Just(f64::INFINITY), Just(-0.0), Just(1e16)].prop_map(Owned::Double),
        any::<bool>().prop_map(Owned::Bool),
        any::<Vec<u8>>().prop_map(Owned::Bytes),
        prop::sample::select(json.to_vec()).prop_map(Owned::Json),
    ];
    prop::collection::vec(("[a-c\u{0}\"\\\\\u{7f}-\u{9f}é🎉]{0,3}", value), 0..5)
}

fn attributes(list: &List) -> Vec<Attribute<'_>> {
    list.iter().map(|(key, value)| Attribute { key, value: value.value() }).collect()
}

/// Spans hold doubles: NaN must compare equal to itself, and -0.0 must differ from 0.0.
fn exact(span: &Span<'_>) -> String {
    format!("{span:?}")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_round_trip_changes_nothing(
        ids in (any::<u128>(), any::<u64>(), prop::option::of(1..u64::MAX)),
        times in (any::<i64>(), any::<u64>(), any::<i64>()),
        texts in prop::collection::vec(any::<String>(), 9),
        enums in (0..6_usize, 0..3_usize, 0..3_usize, prop::option::of(any::<u32>())),
        lists in (list(), list(), list(), list()),
    ) {
        let text = |n: usize| texts.get(n).map_or("", String::as_str);
        let event = Event { time: Timestamp(times.2), name: text(0), attributes: attributes(&lists.2) };
        let kind = [LinkKind::Link, LinkKind::ChildOf, LinkKind::FollowsFrom][enums.2];
        let link = Link { trace_id: TraceId(ids.0 >> 32), span_id: SpanId(ids.1), kind, attributes: attributes(&lists.3) };
        let span = Span {
            trace_id: TraceId(ids.0), span_id: SpanId(ids.1), parent_id: ids.2.map(SpanId),
            service: if text(1).is_empty() { "shop" } else { text(1) }, name: text(2), kind: Kind::ALL[enums.0],
            start: Timestamp(times.0), duration: times.1,
            status: Status::ALL[enums.1], status_message: text(3), flags: enums.3, trace_state: text(4), source: "console",
            scope: Scope { name: text(5), version: text(6) },
            attributes: attributes(&lists.0), resource: attributes(&lists.1),
            events: vec![event.clone(), event], links: vec![link.clone(), link], warnings: vec![text(7), text(8)],
        };
        let line = written(&span);
        prop_assert_eq!(line.matches('\n').count(), 1);
        prop_assert!(!line.trim_end().chars().any(char::is_control));
        let batch = read(&line);
        prop_assert_eq!(batch.spans.len(), 1);
        let back = batch.span(&batch.spans[0]);
        prop_assert_eq!(exact(&back), exact(&span));
        prop_assert_eq!(written(&back), line);
    }
}
