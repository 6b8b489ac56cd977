//! Exports read back by our own reader: what the other format can hold is not lost, and what it cannot hold is said.

use proptest::prelude::*;
use serde_json::Value as Json;
use tracetui::export::{DOCUMENTS, Document, Losses};
use tracetui::ingest::{DecodeOptions, Decoder};
use tracetui::model::{
    Attribute, Event, Kind, Link, LinkKind, Span, SpanBatch, SpanId, Status, Timestamp, TraceId, Value,
};
use tracetui::store::Store;

use crate::process::{run, run_with};

const HELLO: &str = include_str!("../../assets/hello.json");

fn written(document: &Document, spans: &[Span<'_>]) -> (String, Vec<String>) {
    let (mut store, mut batch) = (Store::new(64 << 20), SpanBatch::default());
    for span in spans {
        batch.push(span);
    }
    store.extend(&batch);
    let (mut out, mut losses, mut is_first) = (document.head.as_bytes().to_vec(), Losses::default(), true);
    for trace in store.traces() {
        is_first &= !document.write_trace(trace, is_first, &mut losses, &mut out);
    }
    out.extend_from_slice(document.tail.as_bytes());
    (String::from_utf8(out).expect("text"), losses.lines(document.name).collect())
}

fn read(text: &str) -> SpanBatch {
    let (mut decoder, mut batch) = (Decoder::new(DecodeOptions::default()), SpanBatch::default());
    decoder.feed(text.as_bytes(), &mut batch);
    decoder.finish(&mut batch);
    assert!(batch.problems.is_empty(), "{:?}\n{text}", batch.problems);
    batch
}

/// What is held against what is read back: with the losses of the format taken out.
fn line(span: &Span<'_>, format: &str) -> Json {
    let mut out = Vec::new();
    tracetui::export::jsonl::write_span(span, &mut out);
    let mut line: Json = serde_json::from_slice(&out).expect("JSON");
    let object = line.as_object_mut().expect("an object");
    object.remove("source");
    let floored =
        |text: &Json| Json::from((text.as_str().and_then(|t| t.parse::<i64>().ok()).unwrap_or(0) / 1_000).to_string());
    if format != "otlp-json" {
        for key in ["start_unix_nano", "duration_nano"] {
            object[key] = floored(&object[key]);
        }
        for event in object.get_mut("events").and_then(Json::as_array_mut).into_iter().flatten() {
            event["time_unix_nano"] = floored(&event["time_unix_nano"]);
        }
    }
    for link in object.get_mut("links").and_then(Json::as_array_mut).into_iter().flatten() {
        if format == "otlp-json" {
            link["kind"] = "link".into();
        } else {
            if link["kind"] == "link" {
                link["kind"] = "follows_from".into();
            }
            link.as_object_mut().expect("an object").remove("attributes");
        }
    }
    if format != "jaeger-json" {
        object.remove("warnings");
    }
    if let Some(resource) = object.get_mut("resource").and_then(Json::as_object_mut) {
        resource.remove("service.name");
        if resource.is_empty() {
            object.remove("resource");
        }
    }
    line
}

fn value() -> impl Strategy<Value = OwnedValue> {
    prop_oneof![
        "[ -~é🚀]{0,12}".prop_map(OwnedValue::Str),
        any::<i64>().prop_map(OwnedValue::Int),
        any::<f64>().prop_map(OwnedValue::Double),
        any::<bool>().prop_map(OwnedValue::Bool),
        proptest::collection::vec(any::<u8>(), 0..9).prop_map(OwnedValue::Bytes),
    ]
}

#[derive(Clone, Debug)]
enum OwnedValue {
    Str(String),
    Int(i64),
    Double(f64),
    Bool(bool),
    Bytes(Vec<u8>),
}

impl OwnedValue {
    fn borrowed(&self) -> Value<'_> {
        match self {
            Self::Str(text) => Value::Str(text),
            Self::Int(int) => Value::Int(*int),
            Self::Double(double) => Value::Double(*double),
            Self::Bool(bool) => Value::Bool(*bool),
            Self::Bytes(bytes) => Value::Bytes(bytes),
        }
    }
}

type Pairs = Vec<(String, OwnedValue)>;

/// Keys that no format gives a meaning of its own, each once.
fn pairs(prefix: &'static str) -> impl Strategy<Value = Pairs> {
    proptest::collection::vec(value(), 0..4).prop_map(move |values| {
        values.into_iter().enumerate().map(|(n, value)| (format!("{prefix}.{n}"), value)).collect()
    })
}

fn attributes(pairs: &Pairs) -> Vec<Attribute<'_>> {
    pairs.iter().map(|(key, value)| Attribute { key, value: value.borrowed() }).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn what_the_other_format_can_hold_comes_back(
        ids in (1_u128.., 1_u64.., 0_u64..3),
        texts in ("[a-zé\"\\\\\n🚀]{1,8}", "[a-z]{1,8}", "[a-z ]{0,8}", "[a-z]{0,4}"),
        times in (0_i64..4_000_000_000_000_000_000, 0_u64..10_000_000_000_000, 0_i64..1_000_000),
        kinds in (0_usize..6, 0_usize..3, 0_usize..3, proptest::option::of(0_u32..4)),
        own in pairs("own"), resource in pairs("res"), of_event in pairs("event"), of_link in pairs("link"),
    ) {
        let kind = [Kind::Unspecified, Kind::Internal, Kind::Server, Kind::Client, Kind::Producer, Kind::Consumer][kinds.0];
        let status = [Status::Unset, Status::Ok, Status::Error][kinds.1];
        let span = Span {
            trace_id: TraceId(ids.0),
            span_id: SpanId(ids.1),
            parent_id: SpanId(ids.2).non_zero().filter(|parent| parent.0 != ids.1),
            service: &texts.1,
            name: &texts.0,
            kind,
            start: Timestamp(times.0),
            duration: times.1,
            status,
            status_message: if status == Status::Error { &texts.2 } else { "" },
            flags: kinds.3,
            trace_state: "",
            scope: tracetui::model::Scope { name: &texts.3, version: "" },
            attributes: attributes(&own),
            resource: attributes(&resource),
            events: vec![Event { time: Timestamp(times.0 + times.2), name: &texts.1, attributes: attributes(&of_event) }],
            links: vec![Link {
                trace_id: TraceId(ids.0 ^ 1 << 100),
                span_id: SpanId(ids.1),
                kind: [LinkKind::Link, LinkKind::ChildOf, LinkKind::FollowsFrom][kinds.2],
                attributes: attributes(&of_link),
            }],
            ..Span::default()
        };
        for format in ["otlp-json", "jaeger-json"] {
            let document = Document::of(format).expect("a format");
            let (text, _) = written(document, std::slice::from_ref(&span));
            let _: Json = serde_json::from_str(&text).expect("JSON");
            let batch = read(&text);
            prop_assert_eq!(batch.spans.len(), 1, "{}", text);
            let back = batch.span(&batch.spans[0]);
            prop_assert_eq!(line(&back, format), line(&span, format), "{}", text);
        }
        // Zipkin's values are text; who, when, what and why stay.
        let (text, losses) = written(Document::of("zipkin-json").expect("a format"), std::slice::from_ref(&span));
        let _: Json = serde_json::from_str(&text).expect("JSON");
        prop_assert!(losses.iter().any(|line| line == "note: zipkin-json has no place for 1 link"), "{:?}", losses);
        let batch = read(&text);
        let back = batch.span(&batch.spans[0]);
        prop_assert_eq!((back.trace_id, back.span_id, back.parent_id), (span.trace_id, span.span_id, span.parent_id));
        prop_assert_eq!((back.service, back.name, back.status), (span.service, span.name, span.status));
        prop_assert_eq!((back.start.0, back.duration), (span.start.0 / 1_000 * 1_000, span.duration / 1_000 * 1_000));
        prop_assert_eq!(back.events.len(), 1);
        prop_assert_eq!(back.events[0].name, span.events[0].name);
        prop_assert_eq!(back.events[0].attributes.len(), span.events[0].attributes.len());
        let texts = span.attributes.iter().chain(&span.resource).filter(|a| !matches!(a.value, Value::Bytes(_))).count();
        let scope = usize::from(back.scope.name.is_empty() && !span.scope.name.is_empty());
        prop_assert_eq!(back.attributes.len(), texts + scope, "{}", text);
    }
}

#[test]
fn lists_and_maps_of_any_depth_come_back_from_otlp() {
    let json =
        r#"{"a":[1,2.5,"x",null,true,{"b":{}}],"c":{"bytes":"AQI="},"d":{"double":"NaN"},"e":18446744073709551616}"#;
    let span = Span {
        trace_id: TraceId(1),
        span_id: SpanId(2),
        attributes: vec![Attribute { key: "deep", value: Value::Json(json) }],
        ..Span::default()
    };
    let (text, losses) = written(&DOCUMENTS[0], &[span]);
    let batch = read(&text);
    assert_eq!(batch.span(&batch.spans[0]).attributes, [Attribute { key: "deep", value: Value::Json(json) }], "{text}");
    assert!(losses.is_empty());
}

#[test]
fn spans_without_an_id_are_left_out_and_counted() {
    let span = |id| Span { trace_id: TraceId(1), span_id: SpanId(id), name: "x", ..Span::default() };
    for document in DOCUMENTS {
        let (text, losses) = written(document, &[span(0), span(7)]);
        assert_eq!(read(&text).spans.len(), 1, "{text}");
        assert_eq!(losses, [format!("note: {} has no place for 1 span without an id", document.name)]);
        let (text, _) = written(document, &[span(0)]);
        assert_eq!(text, [document.head, document.tail].concat());
    }
}

#[test]
fn exported_files_are_read_again() {
    let plain = run_with(&["print", "-"], HELLO).stdout;
    for format in ["otlp-json", "jaeger-json", "zipkin-json"] {
        let exported = run_with(&["export", "-", "--to", format], HELLO);
        assert_eq!(exported.code, Some(0), "{}", exported.stderr);
        let again = run_with(&["print", "-"], &exported.stdout);
        assert_eq!(again.stdout, plain, "{format}: {}", again.stderr);
    }
}

#[test]
fn rows_of_csv_have_the_fixed_columns_then_those_asked_for() {
    let jsonl = concat!(
        r#"{"trace_id":"a1","span_id":"b1","parent_span_id":null,"service":"shop","name":"GET, \"all\"","kind":"server","start_unix_nano":"1000","duration_nano":"500","status":"error","attributes":{"n":7,"t":"a\nb"}}"#,
        "\n",
        r#"{"trace_id":"a1","span_id":"b2","parent_span_id":"b1","service":"db","name":"SELECT","kind":"client","start_unix_nano":"1100","duration_nano":"100","status":"unset","resource":{"n":8}}"#,
    );
    let csv = run_with(&["export", "-", "--to", "csv", "--columns", "n,t"], jsonl);
    let wanted = concat!(
        "trace_id,span_id,parent_span_id,service,name,kind,status,start_unix_nano,duration_nano,self_nano,critical_nano,depth,n,t\r\n",
        "00000000000000a1,00000000000000b1,,shop,\"GET, \"\"all\"\"\",server,error,1000,500,,,1,7,\"a\nb\"\r\n",
        "00000000000000a1,00000000000000b2,00000000000000b1,db,SELECT,client,unset,1100,100,,,2,8,\r\n",
    );
    assert_eq!(csv.stdout, wanted, "{}", csv.stderr);
    let wrong = run(&["export", "assets/hello.json", "--to", "text", "--columns", "n"]);
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.stderr.contains("--columns is for csv"), "{}", wrong.stderr);
}
