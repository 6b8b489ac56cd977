//! OTLP as clients bend it: every shape that was seen in the field is read as what it means.

use tracetui::ingest::body::{Body, Progress, fill_whole};
use tracetui::ingest::otlp::{Json, Protobuf};
use tracetui::model::{Kind, SpanBatch, Status, Timestamp, Value};

fn json(text: &str) -> SpanBatch {
    let mut batch = SpanBatch::default();
    let progress = fill_whole(&mut Json::new(text.as_bytes(), "otlp-json"), &mut batch);
    assert_eq!((progress, &batch.problems[..]), (Progress::Done, &[][..]), "{text}");
    batch
}

const IDS: &str = r#""traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174""#;

/// A request of one span with these further members.
fn span(members: &str) -> String {
    format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{{IDS},"name":"a",{members}}}]}}]}}]}}"#)
}

#[test]
fn times_are_read_as_text_number_exponent_and_long_object() {
    // open-telemetry/opentelemetry-js#4216 for the last one.
    for time in
        ["\"1697696350000000000\"", "1697696350000000000", "1.69769635e18", r#"{"low":-1332543488,"high":395276536}"#]
    {
        let batch = json(&span(&format!(r#""startTimeUnixNano":{time},"endTimeUnixNano":{time}"#)));
        let (low, high) = (i64::from((-1_332_543_488_i32).cast_unsigned()), 395_276_536_i64);
        let expected = if time.starts_with('{') { (high << 32) + low } else { 1_697_696_350_000_000_000 };
        assert_eq!(batch.spans[0].start, Timestamp(expected), "{time}");
    }
}

#[test]
fn enums_are_numbers_or_names_and_null_is_nothing() {
    let batch = json(&span(
        r#""kind":"SPAN_KIND_SERVER","status":{"code":"STATUS_CODE_ERROR","message":"boom"},"events":null,"links":[],
           "startTimeUnixNano":"5","endTimeUnixNano":"9","attributes":[{"key":"x","value":{"doubleValue":null}},
           {"key":"y","value":{}},{"key":"z","value":null},{"key":"n","value":{"intValue":"9007199254740993"}}],"new":{"a":[1]}"#,
    ));
    let span = batch.span(&batch.spans[0]);
    assert_eq!((span.kind, span.status, span.status_message, span.duration), (Kind::Server, Status::Error, "boom", 4));
    let values: Vec<_> = span.attributes.iter().map(|attribute| (attribute.key, attribute.value)).collect();
    let none = Value::Json("null");
    assert_eq!(values, [("x", none), ("y", none), ("z", none), ("n", Value::Int(9_007_199_254_740_993))]);
    let batch = json(&span_with(r#""kind":3,"status":{"code":1}"#));
    assert_eq!((batch.spans[0].kind, batch.spans[0].status), (Kind::Client, Status::Ok));
}

fn span_with(members: &str) -> String {
    span(&format!(r#""startTimeUnixNano":"1","endTimeUnixNano":"2",{members}"#))
}

#[test]
fn structs_of_go_printed_as_they_are_are_read() {
    // open-telemetry/opentelemetry-collector#8720.
    let batch = json(
        r#"{"resource_spans":[{"resource":{"attributes":[{"key":"service.name","value":{"Value":{"StringValue":"api"}}}]},
        "scope_spans":[{"scope":{"name":"lib","version":"1"},"spans":[{"trace_id":"W47/95gDgQPSabYzgT/GDA==",
        "span_id":"7uGbfsPBsXQ=","name":"a","start_time_unix_nano":7,"end_time_unix_nano":9}]}]}]}"#,
    );
    let span = batch.span(&batch.spans[0]);
    assert_eq!(
        (span.trace_id.to_string().as_str(), span.span_id.to_string().as_str()),
        ("5b8efff798038103d269b633813fc60c", "eee19b7ec3c1b174")
    );
    assert_eq!((span.service, span.scope.name, span.scope.version, span.duration), ("api", "lib", "1", 2));
}

#[test]
fn base64_of_the_digits_is_undone_twice() {
    // open-telemetry/opentelemetry-swift#537.
    let batch = json(
        r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"NWI4ZWZmZjc5ODAzODEwM2QyNjliNjMzODEzZmM2MGM=",
        "spanId":"ZWVlMTliN2VjM2MxYjE3NA==","name":"a","startTimeUnixNano":"1","endTimeUnixNano":"2"}]}]}]}"#,
    );
    let row = batch.spans[0];
    assert_eq!(row.trace_id.to_string(), "5b8efff798038103d269b633813fc60c");
    assert_eq!(row.span_id.to_string(), "eee19b7ec3c1b174");
}

#[test]
fn a_resource_behind_its_spans_is_theirs_and_documents_may_follow_each_other() {
    let one = |service: &str| {
        format!(
            r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{{IDS},"name":"a","startTimeUnixNano":"1","endTimeUnixNano":"2"}}],
            "scope":{{"name":"late"}}}}],"resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"{service}"}}}}]}}}}]}}"#
        )
    };
    let batch = json(&format!("{}\n{}", one("first"), one("second")));
    let found: Vec<_> =
        batch.spans.iter().map(|row| batch.span(row)).map(|span| (span.service, span.scope.name)).collect();
    assert_eq!(found, [("first", "late"), ("second", "late")]);
}

#[test]
fn one_span_without_ids_never_sinks_the_others() {
    let text = format!(
        r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{"name":"nobody"}},{{"traceId":"abc","spanId":"eee19b7ec3c1b174","name":"odd"}},
        {{{IDS},"name":"fine","startTimeUnixNano":"1","endTimeUnixNano":"2"}}]}}]}}]}}"#
    );
    let mut batch = SpanBatch::default();
    assert_eq!(fill_whole(&mut Json::new(text.as_bytes(), ""), &mut batch), Progress::Done);
    assert_eq!((batch.spans.len(), batch.problems.len()), (2, 1));
    assert_eq!(batch.problems[0].reason, "a span without ids");
    let warnings = batch.span(&batch.spans[0]).warnings;
    assert_eq!(warnings, ["an id has a length that no id has", "sent without times"]);
}

/// A message field of bytes, its length written with four bytes as .NET does.
fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    let length = bytes.len();
    let part = |n: usize| u8::try_from(length >> (7 * n) & 0x7f).expect("seven bits");
    [&[number << 3 | 2, part(0) | 0x80, part(1) | 0x80, part(2) | 0x80, part(3)][..], bytes].concat()
}

fn proto_span(more: &[u8]) -> Vec<u8> {
    let time = |number: u8, ns: u64| [&[number << 3 | 1][..], &ns.to_le_bytes()].concat();
    [field(1, &[7; 16]), field(2, &[8; 8]), field(5, b"GET /"), time(7, 100), time(8, 350), more.to_vec()].concat()
}

fn request(scope_spans: u8, span: &[u8]) -> Vec<u8> {
    let name = [field(1, b"service.name"), field(2, &field(1, b"api"))].concat();
    let resource = field(1, &field(1, &name));
    // Spans first, the resource behind them: fields may come in any order.
    field(1, &[field(scope_spans, &[field(2, span), field(1, &field(1, b"lib"))].concat()), resource].concat())
}

fn proto(bytes: &[u8]) -> SpanBatch {
    let mut batch = SpanBatch::default();
    assert_eq!(fill_whole(&mut Protobuf::new(bytes, "otlp-proto"), &mut batch), Progress::Done);
    batch
}

#[test]
fn padded_lengths_and_any_order_of_fields_are_read() {
    let value = field(
        9,
        &[field(1, b"tags"), field(2, &field(5, &[field(1, &field(1, b"a")), field(1, &[0x18, 3])].concat()))].concat(),
    );
    let event = field(11, &[field(2, b"retry"), field(3, &[field(1, b"n"), field(2, &[0x18, 2])].concat())].concat());
    let late = field(9, &[field(1, b"late"), field(2, &[0x10, 1])].concat());
    let batch = proto(&request(2, &proto_span(&[value, event, late].concat())));
    let span = batch.span(&batch.spans[0]);
    assert_eq!((span.service, span.name, span.scope.name, span.duration), ("api", "GET /", "lib", 250));
    let values: Vec<_> = span.attributes.iter().map(|attribute| (attribute.key, attribute.value)).collect();
    assert_eq!(values, [("tags", Value::Json(r#"["a",3]"#)), ("late", Value::Bool(true))]);
    assert_eq!((span.events[0].name, span.events[0].attributes[0].value), ("retry", Value::Int(2)));
}

#[test]
fn what_the_client_dropped_and_what_is_odd_is_said() {
    let dropped = [0x50, 3, 0x70, 1];
    let batch = proto(&request(2, &proto_span(&dropped)));
    let span = batch.span(&batch.spans[0]);
    assert_eq!(span.warnings, ["the client dropped 3 attributes", "the client dropped 1 link"]);
    let text = field(5, b"caf\xc3");
    let batch = proto(&request(2, &proto_span(&text)));
    assert_eq!(batch.span(&batch.spans[0]).name, "caf\u{fffd}");
}

#[test]
fn a_damaged_span_is_a_problem_and_the_next_one_is_read() {
    let broken = [proto_span(&[]), vec![0x4a, 0x7f]].concat();
    let spans = [field(2, &broken), field(2, &proto_span(&[]))].concat();
    let bytes = field(1, &field(2, &spans));
    let mut batch = SpanBatch::default();
    let progress = Protobuf::new(&bytes, "").fill(&mut batch, usize::MAX);
    assert_eq!((progress, batch.spans.len(), batch.problems.len()), (Progress::Done, 1, 1));
    assert!(batch.problems[0].reason.ends_with(" in a span"), "{:?}", batch.problems);
    assert_eq!(batch.attributes.len(), 0, "nothing of it stays");
}
