//! Zipkin spans as clients really send them: what is odd about one never sinks the others.

use proptest::prelude::*;
use tracetui::ingest::body::{Progress, fill_whole};
use tracetui::ingest::zipkin::Json;
use tracetui::model::{Kind, SpanBatch, Status, Timestamp, Value};

fn decode(text: &str) -> (SpanBatch, Progress) {
    let mut batch = SpanBatch::default();
    let progress = fill_whole(&mut Json::new(text.as_bytes(), "zipkin-json"), &mut batch);
    (batch, progress)
}

fn shown(value: &Value<'_>) -> String {
    match value {
        Value::Str(text) => (*text).to_owned(),
        Value::Int(int) => int.to_string(),
        Value::Double(_) | Value::Bool(_) | Value::Bytes(_) | Value::Json(_) => format!("{value:?}"),
    }
}

#[test]
fn one_odd_span_never_sinks_the_others() {
    // openzipkin/zipkin and open-telemetry/opentelemetry-collector-contrib#11024.
    let (batch, progress) = decode(
        r#"[{"traceId":"1","id":"a","name":"minus","timestamp":1000,"duration":-1},
            {"traceId":"1","id":"b","name":"float","timestamp":1000.5,"duration":"2.25"},
            {"traceId":"1","id":"c","name":"fine","timestamp":1e3,"duration":7},
            {"name":"nobody"}]"#,
    );
    assert_eq!(progress, Progress::Done);
    let spans: Vec<_> = batch.spans.iter().map(|row| batch.span(row)).collect();
    assert_eq!(spans.len(), 3);
    assert_eq!(spans[0].warnings, ["sent with a negative duration, shown as 0"]);
    assert_eq!((spans[1].start, spans[1].duration), (Timestamp(1_000_500), 2_250));
    assert_eq!((spans[2].start, spans[2].duration), (Timestamp(1_000_000), 7_000));
    assert_eq!(batch.problems[0].reason, "a span without ids");
}

#[test]
fn ids_parents_and_endpoints_as_they_come() {
    let (batch, _) = decode(
        r#"[[{"traceId":"0000000000000000463AC35C9F6413AD","id":"463ac35c9f6413ad","parentId":"463ac35c9f6413ad",
            "name":"get","timestamp":1,"localEndpoint":null,"remoteEndpoint":[],"tags":{"n":1,"t":true,"x":null}}],
            {"traceId":"1","id":"2","parentId":"0000000000000000","timestamp":1,
             "localEndpoint":{"serviceName":"web","ipv4":"1.2.3.400","port":70000},
             "remoteEndpoint":{"serviceName":"db","ipv4":"10.0.0.7","port":5432}}]"#,
    );
    let [first, second] = &batch.spans[..] else { panic!("two spans: {:?}", batch.problems) };
    let (first, second) = (batch.span(first), batch.span(second));
    assert_eq!((first.trace_id.to_string().as_str(), first.parent_id), ("463ac35c9f6413ad", None));
    let tags: Vec<_> = first.attributes.iter().map(|tag| (tag.key, shown(&tag.value))).collect();
    assert_eq!(tags, [("n", "1".into()), ("t", "true".into()), ("x", String::new())]);
    assert_eq!((second.service, second.parent_id, second.resource.len()), ("web", None, 0));
    let tags: Vec<_> = second.attributes.iter().map(|tag| (tag.key, shown(&tag.value))).collect();
    let expected = [("peer.service", "db"), ("network.peer.address", "10.0.0.7"), ("network.peer.port", "5432")];
    assert_eq!(tags, expected.map(|(key, value)| (key, value.to_owned())));
}

#[test]
fn errors_and_events_are_what_the_tags_and_annotations_say() {
    let (batch, _) = decode(
        r#"[{"traceId":"1","id":"2","name":"a","timestamp":1,"tags":{"error":"boom","otel.status_code":"ERROR"},
             "annotations":[{"timestamp":5,"value":"{\"retry\":{\"n\":2}}"},{"timestamp":6,"value":"wire {\"b\":1}"},
                            {"timestamp":7,"value":"{\"event\":\"hit\",\"key\":\"k\"}"},{"timestamp":8,"value":"plain"}]}]"#,
    );
    let span = batch.span(&batch.spans[0]);
    assert_eq!((span.status, span.status_message, span.attributes.len()), (Status::Error, "boom", 0));
    let events: Vec<_> =
        span.events.iter().map(|event| (event.name, event.attributes.first().map(|first| first.key))).collect();
    assert_eq!(events, [("retry", Some("n")), ("wire", Some("b")), ("hit", Some("key")), ("plain", None)]);
}

#[test]
fn a_span_of_the_first_model_is_told_by_its_members() {
    let (batch, _) = decode(
        r#"[{"traceId":"1","id":"2","name":"get",
             "annotations":[{"timestamp":100,"value":"sr","endpoint":{"serviceName":"api"}},
                            {"timestamp":180,"value":"ss","endpoint":{"serviceName":"api"}}],
             "binaryAnnotations":[{"key":"ca","value":true,"endpoint":{"serviceName":"web"}},
                                  {"key":"http.status_code","value":"200","endpoint":{"serviceName":"api"}}]}]"#,
    );
    let span = batch.span(&batch.spans[0]);
    assert_eq!((span.service, span.kind, span.start, span.duration), ("api", Kind::Server, Timestamp(100_000), 80_000));
    assert!(span.attributes.iter().any(|tag| tag.key == "peer.service" && shown(&tag.value) == "web"));
}

#[test]
fn an_empty_list_is_fine_and_what_is_cut_off_keeps_what_was_whole() {
    assert_eq!(decode("[]").1, Progress::Done);
    assert_eq!(decode("").1, Progress::Done);
    let (batch, progress) = decode(r#"[{"traceId":"1","id":"2","timestamp":1},{"traceId":"1","id":"#);
    assert_eq!((batch.spans.len(), progress), (1, Progress::Broken));
    assert!(batch.problems[0].reason.contains("ends in the middle"));
    assert_eq!(decode("hello").1, Progress::Broken);
}

proptest! {
    #[test]
    fn any_text_comes_to_an_end(text in "[\\[\\]{}\",:a-e0-9 ]{0,80}") {
        decode(&text);
    }
}
