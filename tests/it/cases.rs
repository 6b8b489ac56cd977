//! Output as people have it: wrapped, cut, mixed up, trimmed. Nothing is lost, nothing is invented.

use std::path::Path;
use std::process::{Command, Output};

use proptest::prelude::*;
use serde_json::{Value, json};
use tracetui::ingest::{DecodeOptions, Decoder};
use tracetui::model::{Place, Problem, SpanBatch};

use crate::harness::Harness;

/// The members that a case is told by.
const NAMES: [&str; 3] = ["SELECT orders", "load cart", "GET /cart"];

fn path(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/cases").join(name)
}

struct Read {
    batch: SpanBatch,
    malformed: u64,
}

impl Read {
    fn names(&self) -> Vec<&str> {
        self.batch.spans.iter().map(|span| self.batch.span(span).name).collect()
    }

    fn lines(&self) -> Vec<&str> {
        self.batch.lines.iter().map(|line| line.text.as_str()).collect()
    }
}

fn read(bytes: &[u8], chunk: usize) -> Read {
    let mut decoder = Decoder::new(DecodeOptions::default());
    let mut batch = SpanBatch::default();
    for chunk in bytes.chunks(chunk.max(1)) {
        decoder.feed(chunk, &mut batch);
    }
    decoder.finish(&mut batch);
    Read { batch, malformed: decoder.counts().malformed }
}

fn case(name: &str) -> Read {
    let bytes = std::fs::read(path(name)).expect("the case is there");
    let whole = read(&bytes, bytes.len());
    let pieces = read(&bytes, 7);
    assert_eq!((whole.names(), whole.malformed), (pieces.names(), pieces.malformed), "{name} in pieces");
    whole
}

fn tracetui(args: &[&str], name: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tracetui")).args(args).arg(path(name)).output().expect("it runs")
}

#[test]
fn spans_are_found_whatever_wraps_cuts_or_trims_them() {
    let whole = [
        "k1-array-nested-message.json",
        "k1-at-message.json",
        "k1-event-key-lines.log",
        "k1-log-key-lines.jsonl",
        "k1-nested-message.jsonl",
        "k1-span-as-member.jsonl",
        "k1-spans-array-in-object.json",
        "k2-cri-partial.log",
        "k2-docker-json-16k.log",
        "k4-line-inside-plain.log",
        "k4-two-lines-inside-kubectl.log",
        "k5-docs-sample-without-kind.md",
        "k5-root-without-parent.jsonl",
        "k5-trimmed-no-kind.txt",
        "k6-indented-compose.txt",
        "k6-javadoc.txt",
    ];
    for name in whole {
        let read = case(name);
        assert_eq!((read.names(), read.malformed), (NAMES.to_vec(), 0), "{name}");
    }
}

#[test]
fn a_value_that_was_cut_into_records_is_whole_again() {
    for name in ["k2-cri-partial.log", "k2-docker-json-16k.log"] {
        let read = case(name);
        let longest = read.batch.spans.iter().flat_map(|span| read.batch.span(span).attributes);
        let longest = longest.map(|attribute| format!("{:?}", attribute.value).len()).max().unwrap_or_default();
        assert!(longest > 16_000, "{name}: {longest}");
        assert_eq!(read.lines(), Vec::<&str>::new(), "{name}");
    }
}

#[test]
fn a_foreign_line_inside_a_span_is_output() {
    for (name, count) in [("k4-line-inside-plain.log", 1), ("k4-two-lines-inside-kubectl.log", 2)] {
        let read = case(name);
        assert_eq!(read.lines().len(), count, "{name}: {:?}", read.lines());
        assert!(
            read.lines().iter().all(|line| line.contains("/health") || line.contains("WARNING")),
            "{:?}",
            read.lines()
        );
        assert!(read.batch.lines.iter().all(|line| line.line > 1), "{name}");
    }
    let read = case("k4-line-inside-plain.log");
    assert_eq!(read.batch.lines.first().map(|line| line.line), Some(6));
}

#[test]
fn two_threads_that_print_at_once_are_problems_and_no_spans() {
    let read = case("k4-two-threads.log");
    assert_eq!(read.names(), Vec::<&str>::new());
    assert!(read.malformed > 0);
}

#[test]
fn what_is_missing_is_named_on_the_span() {
    for (name, member) in [
        ("k5-docs-sample-without-kind.md", "kind"),
        ("k5-trimmed-no-kind.txt", "kind"),
        ("k5-root-without-parent.jsonl", "parent_id"),
    ] {
        let read = case(name);
        let mut spans = read.batch.spans.iter().map(|span| read.batch.span(span));
        let warned =
            spans.any(|span| span.warnings.iter().any(|text| text.contains("missing") && text.contains(member)));
        assert!(warned, "{name} names {member}");
    }
}

#[test]
fn a_cut_span_is_told_with_its_line_whatever_stands_before_it() {
    let places = |problems: &[Problem]| problems.iter().map(|problem| problem.place).collect::<Vec<_>>();
    for (name, lines) in [
        ("k3-cut-behind-logger.log", &[Place::Line(1)][..]),
        ("k3-plain-cut-is-right-today.log", &[Place::Line(1)]),
        ("k3-all-cut.log", &[Place::Line(1), Place::Line(2), Place::Line(3)]),
    ] {
        let read = case(name);
        assert_eq!((places(&read.batch.problems), read.malformed), (lines.to_vec(), lines.len() as u64), "{name}");
        assert_eq!(read.names().len(), 3 - lines.len(), "{name}");
    }
    let output = tracetui(&["print"], "k3-all-cut.log");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("3 were meant as spans") && !said.contains("lines of text"), "{said}");
}

#[test]
fn spans_that_share_an_id_are_all_shown_and_told() {
    let output = tracetui(&["print"], "k7-seeded-two-runs.log");
    let (out, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(out.matches("load cart").count(), 2, "{out}");
    assert!(said.contains("6 spans share an id"), "{said}");
    let bytes = std::fs::read(path("k7-seeded-two-runs.log")).expect("the case is there");
    let harness = Harness::open(&bytes, 120, 30);
    assert!(harness.line("shared ids").is_some(), "{}", harness.screen());
    let harness = harness.keys("enter");
    assert!(harness.line("6 share an id").is_some(), "{}", harness.screen());
    let harness = harness.keys("backtab backtab");
    assert!(harness.line("2 spans of this trace share the id").is_some(), "{}", harness.screen());
}

#[test]
fn python_in_a_document_is_text() {
    let text = "# Usage\n\n```python\n{\n    \"name\": \"work\",\n    \"sampled\": True,\n    \"parent\": None,\n}\n```\n{\"a\": SpanKind.SERVER}\n";
    let read = read(text.as_bytes(), text.len());
    assert_eq!((read.malformed, read.batch.problems.len(), read.batch.spans.len()), (0, 0, 0));
    assert!(read.lines().contains(&"    \"sampled\": True,"), "{:?}", read.lines());
}

#[test]
fn a_span_of_some_mib_behind_a_prefix_is_read() {
    let span = json!({"name": "big", "context": {"trace_id": "0x1", "span_id": "0x2"}, "kind": "SpanKind.SERVER",
        "parent_id": null, "start_time": "2024-05-01T10:00:00Z", "end_time": "2024-05-01T10:00:01Z",
        "attributes": {"text": "x".repeat(3 << 20)}, "events": [], "links": []});
    let pretty = serde_json::to_string_pretty(&span).expect("JSON");
    for prefix in ["web-1  | ", "INFO 7: ", "2024-05-01T10:00:00.123Z stdout F "] {
        let text: String = pretty.lines().flat_map(|line| [prefix, line, "\n"]).collect();
        assert_eq!(read(text.as_bytes(), 1 << 16).names(), ["big"], "{prefix}");
    }
}

#[test]
fn an_empty_service_name_is_no_name() {
    let text = r#"{"trace_id":"1","span_id":"2","name":"a","service":"","start_unix_nano":"5","duration_nano":"1"}"#;
    let read = read(text.as_bytes(), text.len());
    assert_eq!(
        read.batch.spans.iter().map(|span| read.batch.span(span).service).collect::<Vec<_>>(),
        ["unknown_service"]
    );
}

fn span(name: &str) -> Value {
    json!({"name": name, "context": {"trace_id": "0x1a", "span_id": "0x2b", "trace_state": "[]"},
        "kind": "SpanKind.SERVER", "parent_id": null, "start_time": "2024-05-01T10:00:00.000000Z",
        "end_time": "2024-05-01T10:00:01.000000Z", "status": {"status_code": "UNSET"},
        "attributes": {"quote": "a \"b\" {c}"}, "events": [], "links": [], "resource": {"attributes": {}, "schema_url": ""}})
}

/// A span in a document: as it is, as text, as text of several lines, as bytes.
fn put(form: u8, name: &str) -> Value {
    let pretty = serde_json::to_string_pretty(&span(name)).expect("JSON");
    match form % 4 {
        0 => span(name),
        1 => span(name).to_string().into(),
        2 => pretty.into(),
        _ => Value::from(pretty.bytes().map(Value::from).collect::<Vec<_>>()),
    }
}

/// Wraps a value: in an object, behind a list, in text.
fn wrap(layer: u8, value: &Value) -> Value {
    match layer % 5 {
        0 => json!({"level": "info", "message": value}),
        1 => json!({"hits": [{"n": 1, "text": "plain {"}, {"_source": value}], "took": 3}),
        2 => json!({"data": {"result": [{"stream": {"pod": "a"}, "values": [["17", value]]}]}}),
        3 => json!({"@message": value, "ids": [1, 2, 300]}),
        _ => json!({"log": json!({"msg": value}).to_string() + "\n", "stream": "stdout"}),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_wrapping_loses_or_doubles_a_span(
        forms in prop::collection::vec((any::<u8>(), prop::collection::vec(any::<u8>(), 1..4)), 1..5),
        pretty: bool,
        chunk in 1usize..4_000,
    ) {
        let mut text = String::new();
        let mut names = Vec::new();
        for (n, (form, layers)) in forms.iter().enumerate() {
            let name = format!("span {n}");
            // JSON in JSON is opened three levels deep.
            let mut texts = u8::from(form % 4 != 0);
            let mut value = put(*form, &name);
            for layer in layers {
                let is_text = layer % 5 == 4;
                let layer = if is_text && texts == 3 { 0 } else { *layer };
                texts += u8::from(layer % 5 == 4);
                value = wrap(layer, &value);
            }
            let document = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
            text += &(document.expect("JSON") + "\nplain text\n");
            names.push(name);
        }
        let read = read(text.as_bytes(), chunk);
        let mut found = read.names();
        found.sort_unstable();
        prop_assert_eq!(found, names);
        prop_assert_eq!(read.malformed, 0);
    }

    #[test]
    fn lines_of_two_containers_in_json_do_not_mix(order in prop::collection::vec(any::<bool>(), 60), key in "[a-z_@]{1,9}") {
        prop_assume!(!["stream", "pod", "host", "pid", "thread", "logger", "hostname"].contains(&key.as_str()));
        let lines = |name: &str| -> Vec<String> {
            let pretty = serde_json::to_string_pretty(&span(name)).expect("JSON");
            pretty.lines().map(|line| json!({"pod": name, key.as_str(): line}).to_string() + "\n").collect()
        };
        let (mut left, mut right) = (lines("left").into_iter(), lines("right").into_iter());
        let mut text = String::new();
        for is_left in order {
            text += &if is_left { left.next() } else { right.next() }.unwrap_or_default();
        }
        text += &left.chain(right).collect::<String>();
        let read = read(text.as_bytes(), 64);
        let mut found = read.names();
        found.sort_unstable();
        prop_assert_eq!(found, ["left", "right"]);
    }

    #[test]
    fn foreign_lines_never_change_a_span(places in prop::collection::vec((1usize..20, 0usize..4), 0..6)) {
        let foreign = ["INFO: 10.0.0.1 - \"GET / HTTP/1.1\" 200", "[2024-05-01 10:00:00] warn", "done", "{\"level\": \"info\"}"];
        let pretty = serde_json::to_string_pretty(&span("whole")).expect("JSON");
        let mut lines: Vec<String> = pretty.lines().map(str::to_owned).collect();
        for (place, text) in &places {
            let at = (*place).min(lines.len() - 1);
            lines.insert(at, foreign[*text].to_owned());
        }
        let mixed = read((lines.join("\n") + "\n").as_bytes(), 33);
        let plain = read((pretty + "\n").as_bytes(), 33);
        prop_assert_eq!(mixed.names(), plain.names());
        let spans = |read: &Read| format!("{:?}", read.batch.span(&read.batch.spans[0]));
        prop_assert_eq!(spans(&mixed), spans(&plain));
        prop_assert_eq!(mixed.lines().len(), places.len());
    }
}
