//! What real clients sent, compared with what they say they sent.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value as Json;
use tracetui::ingest::jaeger_thrift::{ClientStats, Message, decode};
use tracetui::model::{Event, Kind, LinkKind, Span, SpanBatch, Status, Value};

use super::{captures, decoded};

/// Attributes that exporters of OpenTelemetry and opencensus add to a span on the way out.
const ADDED: [&str; 6] =
    ["telemetry.sdk.", "service.", "deployment.environment", "status.", "internal.span.format", "otel."];

#[test]
fn every_captured_compact_datagram_gives_the_spans_its_client_knew() {
    compare_all(".compact.dgrams");
}

#[test]
fn every_captured_binary_datagram_gives_the_spans_its_client_knew() {
    compare_all(".binary.dgrams");
}

fn compare_all(end: &str) {
    for (path, datagrams) in captures(end) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.contains("zipkin-") || name.contains("bitflips") {
            continue;
        }
        let mut batch = SpanBatch::default();
        for datagram in &datagrams {
            let report = decode(datagram, &mut batch);
            assert_eq!((report.malformed, report.message), (false, Message::EmitBatch), "{name}");
        }
        let expected = std::fs::read(path.with_extension("expected.json")).expect("expected spans are there");
        let expected: Json = serde_json::from_slice(&expected).expect("expected spans are JSON");
        compare(&name, &batch, expected.get("spans").and_then(Json::as_array).expect("a list of spans"));
    }
}

fn compare(name: &str, batch: &SpanBatch, expected: &[Json]) {
    assert_eq!(batch.spans.len(), expected.len(), "{name}: number of spans");
    let mut used = BTreeSet::new();
    for want in expected {
        let place = format!("{name}: {} {}", text(want, "span_id"), text(want, "name"));
        let mut same = batch.spans.iter().enumerate().filter(|(n, row)| {
            let span = batch.span(row);
            !used.contains(n)
                && format!("{:032x}", span.trace_id.0) == text(want, "trace_id")
                && span.span_id.to_string() == text(want, "span_id")
                && span.service == text(want, "service")
        });
        let (n, row) = same.next().unwrap_or_else(|| panic!("{place}: no such span"));
        used.insert(n);
        compare_span(&place, &batch.span(row), want);
    }
}

fn compare_span(place: &str, span: &Span<'_>, want: &Json) {
    assert!(span.warnings.is_empty(), "{place}: {:?}", span.warnings);
    assert_eq!(span.name, text(want, "name"), "{place}");
    if let Some(parent) = want.get("parent_span_id") {
        let found = span.parent_id.map(|id| id.to_string());
        assert_eq!(found.as_deref(), parent.as_str(), "{place}: parent");
    }
    near(place, span.start.0 / 1_000, want, "start_unix_us");
    near(place, i64::try_from(span.duration / 1_000).expect("short"), want, "duration_us");
    if let Some(flags) = want.get("debug_flags").and_then(Json::as_u64) {
        assert_eq!(span.flags.map(u64::from), Some(flags), "{place}: flags");
    }
    compare_kind(place, span, want);
    compare_status(place, span, want);
    compare_tags(place, span, want);
    compare_refs(place, span, want);
    if let Some(logs) = want.get("logs").and_then(Json::as_array) {
        compare_logs(place, span, logs);
    }
}

fn near(place: &str, found: i64, want: &Json, key: &str) {
    if let Some(want) = want.get(key).and_then(Json::as_i64) {
        assert!((found - want).abs() <= 1, "{place}: {key} {found} is not {want}");
    }
}

fn compare_kind(place: &str, span: &Span<'_>, want: &Json) {
    if let Some(kind) = want.get("kind").and_then(Json::as_str) {
        // Rust and JavaScript leave "internal" out.
        let silent = kind == "internal" && span.kind == Kind::Unspecified;
        assert!(silent || span.kind.as_str() == kind, "{place}: kind {:?} is not {kind}", span.kind);
    }
}

fn compare_status(place: &str, span: &Span<'_>, want: &Json) {
    if let Some(error) = want.get("error").and_then(Json::as_bool) {
        assert_eq!(span.status == Status::Error, error, "{place}: error");
    }
    let Some(status) = want.get("status").filter(|status| status.is_object()) else { return };
    // OpenCensus for Node sends no status at all.
    if place.contains("node-opencensus") {
        return;
    }
    let code = status.get("code").expect("a status has a code");
    let code = code.as_str().map_or_else(|| code.to_string(), str::to_owned);
    let code = match code.as_str() {
        "UNSET" => Status::Unset,
        "OK" | "0" => Status::Ok,
        _ => Status::Error,
    };
    assert_eq!(span.status, code, "{place}: status");
    let message = status.get("description").or_else(|| status.get("message"));
    assert_eq!(span.status_message, message.and_then(Json::as_str).unwrap_or_default(), "{place}: status message");
}

fn compare_tags(place: &str, span: &Span<'_>, want: &Json) {
    let empty = serde_json::Map::new();
    let tags = want.get("tags").and_then(Json::as_object).unwrap_or(&empty);
    for (key, value) in tags {
        let mapped = match key.as_str() {
            "span.kind" => value.as_str() == Some(span.kind.as_str()),
            "error" => span.status == Status::Error,
            _ => false,
        };
        let mut found = span.attributes.iter().filter(|attribute| attribute.key == key);
        assert!(
            mapped || found.any(|attribute| same(&attribute.value, value)),
            "{place}: tag {key} {value} is not in {:?}",
            span.attributes
        );
    }
    for attribute in &span.attributes {
        let duplicate = place.contains("synthetic-headers") && attribute.key == "error";
        let added = duplicate || ADDED.iter().any(|added| attribute.key.starts_with(added));
        assert!(added || tags.contains_key(attribute.key), "{place}: {attribute:?} was never set");
    }
}

/// Equal after what clients do on the way out: all numbers to doubles (Node), lists to text.
fn same(found: &Value<'_>, want: &Json) -> bool {
    match (found, want) {
        (Value::Bool(found), Json::Bool(want)) => found == want,
        (Value::Int(found), Json::Number(want)) => want.as_i64() == Some(*found),
        (Value::Double(found), Json::Number(want)) => want.as_f64().is_some_and(|want| want.total_cmp(found).is_eq()),
        (Value::Str(found), Json::String(want)) => found == want,
        (Value::Str(found), Json::Array(want)) => list_forms(want).iter().any(|form| form == found),
        (Value::Str(found), Json::Object(object)) => match object.get("bytes_hex").and_then(Json::as_str) {
            Some(hex) => String::from_utf8_lossy(&bytes(hex)) == *found,
            None => serde_json::from_str::<Json>(found).is_ok_and(|found| found == *want),
        },
        (Value::Bytes(found), Json::Object(object)) => {
            object.get("bytes_hex").and_then(Json::as_str).is_some_and(|hex| bytes(hex) == *found)
        }
        _ => false,
    }
}

fn list_forms(list: &[Json]) -> [String; 4] {
    let join = |quote: &str, between: &str| {
        let items = list
            .iter()
            .map(|item| item.as_str().map_or_else(|| item.to_string(), |text| format!("{quote}{text}{quote}")));
        items.collect::<Vec<_>>().join(between)
    };
    let [python, rust, go] = [join("'", ", "), join("\"", ","), join("", " ")];
    [format!("({python})"), format!("[{rust}]"), format!("[{go}]"), join("", ",")]
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.chars().map(|c| u8::try_from(c.to_digit(16).expect("hex")).expect("a digit")).collect();
    digits.chunks(2).map(|pair| pair.iter().fold(0, |all, digit| all << 4 | digit)).collect()
}

fn compare_refs(place: &str, span: &Span<'_>, want: &Json) {
    // These clients drop links.
    let drops = ["node-opencensus"];
    let Some(refs) = want.get("refs").and_then(Json::as_array) else { return };
    let mut expected: Vec<_> =
        refs.iter().map(|r| (text(r, "type"), text(r, "trace_id"), text(r, "span_id"))).collect();
    expected.retain(|(kind, trace, id)| {
        let parent = span.parent_id.is_some_and(|parent| parent.to_string() == *id);
        !(*kind == "CHILD_OF" && parent && *trace == format!("{:032x}", span.trace_id.0))
    });
    let found: Vec<_> = span
        .links
        .iter()
        .map(|link| (link.kind, format!("{:032x}", link.trace_id.0), link.span_id.to_string()))
        .collect();
    if found.is_empty() && drops.iter().any(|client| place.contains(client)) {
        return;
    }
    assert_eq!(found.len(), expected.len(), "{place}: {found:?} is not {expected:?}");
    for ((kind, trace, id), want) in found.iter().zip(expected) {
        // OpenCensus sends a link of type "parent" as CHILD_OF.
        let word = if *kind == LinkKind::ChildOf { "CHILD_OF" } else { "FOLLOWS_FROM" };
        assert!(want.0 == "LINK" || want.0 == word, "{place}: {word} is not {}", want.0);
        assert_eq!((trace.as_str(), id.as_str()), (want.1, want.2), "{place}: link");
    }
}

fn compare_logs(place: &str, span: &Span<'_>, logs: &[Json]) {
    // OpenCensus sends its message events as logs too.
    let is_message = |event: &&Event<'_>| event.attributes.iter().any(|field| field.key == "message.id");
    let mut found: Vec<_> = span.events.iter().filter(|event| !is_message(event)).collect();
    let key = |log: &Json| log.get("time_unix_us").and_then(Json::as_i64).unwrap_or(0);
    let mut logs: Vec<_> = logs.iter().collect();
    logs.sort_by_key(|log| key(log));
    found.sort_by_key(|event| event.time);
    assert_eq!(found.len(), logs.len(), "{place}: {found:?} is not {logs:?}");
    for (event, log) in found.into_iter().zip(logs) {
        near(place, event.time.0 / 1_000, log, "time_unix_us");
        let fields = log.get("fields").and_then(Json::as_object).expect("a log has fields");
        let name = log.get("name").or_else(|| fields.get("event")).and_then(Json::as_str);
        assert_eq!(Some(event.name), name, "{place}: event name");
        let wanted = fields.iter().filter(|(key, _)| log.get("name").is_some() || *key != "event");
        let mut count = 0;
        for (key, value) in wanted {
            count += 1;
            let field = event.attributes.iter().find(|field| field.key == key);
            let silent = place.contains("py-opencensus") && field.is_none();
            assert!(silent || field.is_some_and(|f| same(&f.value, value)), "{place}: field {key} {value}: {event:?}");
        }
        assert!(event.attributes.len() <= count, "{place}: {event:?} has more fields than {log}");
    }
}

fn text<'a>(json: &'a Json, key: &str) -> &'a str {
    json.get(key).and_then(Json::as_str).unwrap_or_default()
}

#[test]
fn a_go_client_numbers_its_batches_and_tells_what_it_lost() {
    let (_, datagrams) = find("go-jaeger-client-2.30.0.rich.compact.dgrams");
    let mut batch = SpanBatch::default();
    let reports: Vec<_> = datagrams.iter().map(|datagram| decode(datagram, &mut batch)).collect();
    let uuids: BTreeSet<_> =
        reports.iter().map(|report| batch.str(report.client_uuid.expect("Go sends its uuid"))).collect();
    assert!(uuids.contains("76b6d9c305d4c4a6"), "{uuids:?}");
    assert_eq!(reports.first().and_then(|report| report.seq_no), Some(1));
    assert_eq!(reports.get(1).and_then(|report| report.seq_no), Some(2));
    assert!(reports.iter().all(|report| report.client_stats == Some(ClientStats::default())));
}

#[test]
fn both_sides_of_a_shared_rpc_id_are_spans_and_neither_is_its_own_parent() {
    let (_, datagrams) = find("go-jaeger-client-sharedrpc-2.30.0.rpc.compact.dgrams");
    let mut batch = SpanBatch::default();
    for datagram in &datagrams {
        decode(datagram, &mut batch);
    }
    let spans: Vec<_> = batch.spans.iter().map(|row| batch.span(row)).collect();
    assert_eq!(spans.len(), 2);
    assert!(spans.iter().all(|span| span.parent_id.is_none()));
    let server = spans.iter().find(|span| span.kind == Kind::Server).expect("the server's half");
    assert_eq!(server.links.iter().map(|link| link.span_id).collect::<Vec<_>>(), [server.span_id]);
}

#[test]
fn a_zipkin_batch_becomes_spans() {
    for (name, source) in [("compact", "zipkin-compact"), ("binary", "zipkin-binary")] {
        let (_, datagrams) = find(&format!("synthetic-zipkin.zipkin-{name}.dgrams"));
        let (batch, report) = decoded(datagrams.first().expect("one datagram"));
        assert_eq!((report.message, report.malformed, report.spans), (Message::EmitZipkinBatch, false, 2));
        let [server, client] = &batch.spans[..] else { panic!("two spans") };
        let (server, client) = (batch.span(server), batch.span(client));
        assert_eq!((server.source, server.service, server.kind), (source, "zsvc", Kind::Server));
        assert_eq!((server.status, server.status_message), (Status::Error, "boom"));
        let tag = |key: &str| server.attributes.iter().find(|tag| tag.key == key).map(|tag| tag.value);
        assert_eq!(tag("i16"), Some(Value::Int(-2)));
        assert_eq!(tag("raw"), Some(Value::Bytes(&[0, 0xff])));
        assert_eq!(tag("peer.service"), Some(Value::Str("peer")));
        // Without times of its own the annotations tell them.
        assert_eq!((client.kind, client.start.0 % 1_000_000, client.duration), (Kind::Client, 10_000, 50_000));
    }
}

fn find(name: &str) -> (std::path::PathBuf, Vec<Vec<u8>>) {
    let mut all = captures(name);
    assert_eq!(all.first().and_then(|(path, _)| path.file_name()), Some(Path::new(name).as_os_str()));
    all.remove(0)
}
