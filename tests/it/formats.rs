//! Files in: real output of real programs gives the spans that the programs themselves recorded.

use serde_json::Value as Json;
use std::path::{Path, PathBuf};
use tracetui::ingest::{Counts, DecodeOptions, Decoder, FORMATS, formats_markdown};
use tracetui::model::{Attribute, Place, Span, SpanBatch, Value};

struct Read {
    batch: SpanBatch,
    counts: Counts,
    format: &'static str,
}

fn read_in_chunks(bytes: &[u8], size: usize) -> Read {
    read_with(DecodeOptions::default(), bytes, size)
}

fn read_with(options: DecodeOptions, bytes: &[u8], size: usize) -> Read {
    let mut decoder = Decoder::new(options);
    let mut batch = SpanBatch::default();
    for chunk in bytes.chunks(size.max(1)) {
        decoder.feed(chunk, &mut batch);
    }
    decoder.finish(&mut batch);
    Read { batch, counts: decoder.counts(), format: decoder.format() }
}

fn read(bytes: &[u8]) -> Read {
    read_in_chunks(bytes, bytes.len())
}

fn fixtures(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/formats").join(folder);
    let entries = std::fs::read_dir(&folder).expect("the fixture folder is there");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| !path.to_string_lossy().ends_with(".expected.json"));
    files.sort();
    assert!(!files.is_empty(), "{} is empty", folder.display());
    files
}

fn bytes(path: &Path) -> Vec<u8> {
    std::fs::read(path).expect("the fixture is readable")
}

fn fixture(name: &str) -> Vec<u8> {
    bytes(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/formats").join(name))
}

#[test]
fn every_captured_file_gives_the_spans_that_its_program_recorded() {
    for path in fixtures("console").into_iter().chain(fixtures("console-text")) {
        let name = path.display().to_string();
        let expected = std::fs::read_to_string(format!("{name}.expected.json")).expect("it has an expected file");
        let expected: Json = serde_json::from_str(&expected).expect("the expected file is JSON");
        let expected = expected["spans"].as_array().expect("it lists spans");
        let read = read(&bytes(&path));
        assert_eq!(read.batch.spans.len(), expected.len(), "{name}");
        assert_eq!(read.counts.spans, expected.len() as u64, "{name}");
        let mut spans: Vec<_> = read.batch.spans.iter().map(|row| read.batch.span(row)).collect();
        for expected in expected {
            // The order in which spans were recorded is not always the one in which they were printed.
            let id = expected["span_id"].as_str();
            let same = |span: &Span<'_>| id.is_none_or(|id| span.span_id.to_string() == id);
            let span = spans.remove(spans.iter().position(same).expect("the span was read"));
            assert_span(&span, expected, &format!("{name} {}", expected["name"]));
            let format = if name.contains("console-text") { "console-text" } else { "console" };
            assert_eq!((span.source, read.format), (format, format), "{name}");
        }
    }
}

/// Compares what the recorded span says; what it leaves out is not known.
fn assert_span(span: &Span<'_>, expected: &Json, name: &str) {
    assert_eq!(Some(span.name), expected["name"].as_str(), "{name}");
    let Some(trace_id) = expected["trace_id"].as_str() else { return };
    assert_eq!(format!("{:032x}", span.trace_id.0), trace_id, "{name}");
    assert_eq!(Some(span.span_id.to_string().as_str()), expected["span_id"].as_str(), "{name}");
    assert_eq!(span.parent_id.map(|id| id.to_string()).as_deref(), expected["parent_span_id"].as_str(), "{name}");
    // Before 0.12 no resource was printed.
    let service = if span.resource.is_empty() { None } else { expected["service"].as_str() };
    assert_eq!(span.service, service.unwrap_or("unknown_service"), "{name}");
    assert_eq!(Some(span.kind.as_str()), expected["kind"].as_str(), "{name}");
    let near = |nanos: i64, micros: &Json| (nanos / 1000 - micros.as_i64().expect("a time")).abs() <= 1;
    assert!(near(span.start.0, &expected["start_unix_us"]), "{name} start {}", span.start.0);
    let duration = i64::try_from(span.duration).expect("a real duration");
    assert!(near(duration, &expected["duration_us"]), "{name} duration {duration}");
    if span.source == "console-text" {
        return;
    }
    assert_eq!(span.status == tracetui::model::Status::Error, expected["error"] == true, "{name}");
    let code = expected["status"]["code"].as_str().unwrap_or_default();
    assert!(code.eq_ignore_ascii_case(span.status.as_str()) || expected["error"] == true, "{name} {code}");
    assert_eq!(span.status_message, expected["status"]["description"].as_str().unwrap_or_default(), "{name}");
    assert_attributes(&span.attributes, &expected["tags"], name);
    let logs = expected["logs"].as_array().expect("logs");
    assert_eq!(span.events.len(), logs.len(), "{name} events");
    for (event, log) in span.events.iter().zip(logs) {
        assert!(near(event.time.0, &log["time_unix_us"]), "{name} event time");
        assert_eq!(Some(event.name), log["name"].as_str(), "{name}");
        assert_attributes(&event.attributes, &log["fields"], name);
    }
    let refs = expected["refs"].as_array().expect("refs");
    assert_eq!(span.links.len(), refs.len(), "{name} links");
    for (link, expected) in span.links.iter().zip(refs) {
        assert_eq!(Some(format!("{:032x}", link.trace_id.0).as_str()), expected["trace_id"].as_str(), "{name}");
        assert_eq!(Some(link.span_id.to_string().as_str()), expected["span_id"].as_str(), "{name}");
        assert_attributes(&link.attributes, &expected["attributes"], name);
    }
    assert!(span.warnings.is_empty(), "{name} {:?}", span.warnings);
}

fn assert_attributes(attributes: &[Attribute<'_>], expected: &Json, name: &str) {
    let expected = expected.as_object().map(|object| object.iter().collect::<Vec<_>>()).unwrap_or_default();
    assert_eq!(attributes.len(), expected.len(), "{name} {attributes:?}");
    for (attribute, (key, value)) in attributes.iter().zip(expected) {
        assert_eq!(attribute.key, key, "{name}");
        assert!(same(attribute.value, value), "{name} {key}: {:?} is not {value}", attribute.value);
    }
}

fn same(value: Value<'_>, expected: &Json) -> bool {
    let shape = |key: &str| expected.get(key).and_then(Json::as_str);
    match value {
        Value::Str(text) => {
            expected.as_str() == Some(text) || (shape("lone_surrogate_json").is_some() && text == "\u{fffd}")
        }
        Value::Int(int) => expected.as_i64() == Some(int),
        Value::Double(double) => match shape("double") {
            Some(text) => text.parse::<f64>().is_ok_and(|other| other.to_bits() == double.to_bits() || other.is_nan()),
            None => expected.as_f64().is_some_and(|other| other.to_bits() == double.to_bits()),
        },
        Value::Bool(bool) => expected.as_bool() == Some(bool),
        Value::Bytes(_) => false,
        Value::Json(text) => {
            shape("bigint") == Some(text) || serde_json::from_str::<Json>(text).is_ok_and(|json| json == *expected)
        }
    }
}

#[test]
fn files_of_other_exporters_give_no_wrong_spans_and_are_kept_as_lines() {
    for path in fixtures("other") {
        let read = read(&bytes(&path));
        assert_eq!(read.counts.spans, 0, "{}", path.display());
        assert_eq!(read.format, "unknown");
        assert!(read.counts.objects + read.counts.lines > 0, "{}", path.display());
        assert!(!read.batch.lines.is_empty());
        assert_eq!(read.counts.malformed, 0, "{} {:?}", path.display(), read.batch.problems);
    }
}

#[test]
fn a_file_without_spans_says_what_it_holds_instead() {
    let read = read(&fixture("console/derived-only-logs.txt"));
    assert_eq!(read.counts, Counts { spans: 0, objects: 1, lines: 2, malformed: 0 });
    assert_eq!(read.counts.besides_spans(), "2 lines of text, 1 JSON object of another kind");
    let lines: Vec<_> = read.batch.lines.iter().map(|line| (line.line, line.text.as_str())).collect();
    assert_eq!(lines, [(1, "INFO start"), (2, "Hello world"), (3, r#"{"level":"info","msg":"no spans here"}"#)]);
}

#[test]
fn empty_and_blank_files_hold_nothing() {
    for name in ["console/derived-empty.txt", "console/derived-whitespace.txt"] {
        assert_eq!(read(&fixture(name)).counts.besides_spans(), "nothing", "{name}");
    }
}

#[test]
fn app_output_between_spans_is_kept_with_its_place() {
    let read = read(&fixture("console/py-mixed-logs-1.27.0.txt"));
    let lines: Vec<_> = read.batch.lines.iter().map(|line| (line.line, line.text.as_str())).collect();
    let expected = [
        (1, "INFO:     Started server process [4242]"),
        (2, "INFO:     Uvicorn running on http://127.0.0.1:8000 (Press CTRL+C to quit)"),
        (3, r#"{"level":"info","ts":1705314600.123,"msg":"boot ok","trace_id":"0af7651916cd43dd8448eb211c80319c"}"#),
        (4, "[1, 2, 3]"),
        (5, "config: {not json"),
        (6, "}"),
        (7, r#"{"name": "worker", "context": {"request": "abc"}, "kind": "job"}"#),
        (8, "2024-01-15 10:30:00,123 [DEBUG] app.db: params={'id': 42, 'tags': ['a', 'b']}"),
        (9, r#"{"event":"query","sql":"SELECT '{'","nested":{"a":[{"b":1}]}}"#),
        (47, r#"WARNING slow query {"ms": 1200}"#),
        (48, "progress: 10%\rprogress: 100%"),
    ];
    assert_eq!(lines.get(..expected.len()), Some(expected.as_slice()));
    let spans: Vec<_> = read.batch.spans.iter().map(|row| read.batch.span(row)).collect();
    let after: Vec<_> = read.batch.lines.iter().map(|line| line.after).collect();
    assert_eq!(after.first(), Some(&None), "nothing was printed before the first line");
    assert_eq!(after.get(9).copied().flatten(), spans.first().map(|span| span.start.plus(span.duration)));
    let problems: Vec<_> = read.batch.problems.iter().map(|p| (p.place, p.reason.as_str())).collect();
    assert_eq!(problems, [(Place::Line(111), "broken JSON object: a line ends inside a string")]);
}

#[test]
fn a_cut_file_gives_its_whole_spans_and_says_where_it_is_cut() {
    let read = read(&fixture("console/derived-truncated.txt"));
    let problems: Vec<_> = read.batch.problems.iter().map(|p| (p.place, p.reason.as_str())).collect();
    assert_eq!(problems, [(Place::Line(56), "file ends inside a JSON object that starts here")]);
}

#[test]
fn cut_at_any_byte_a_file_gives_its_whole_spans_and_at_most_one_problem() {
    for name in ["console/py-sdk-1.27.0.hello.console.txt", "console/derived-docker-compose-prefix.txt"] {
        let whole = fixture(name);
        let ends: Vec<usize> =
            memchr::memmem::find_iter(&whole, b"\n}").chain(memchr::memmem::find_iter(&whole, b"| }")).collect();
        for cut in 0..whole.len() {
            let read = read(whole.get(..cut).expect("a shorter file"));
            let complete = ends.iter().filter(|end| **end + if name.contains("docker") { 3 } else { 2 } <= cut).count();
            assert_eq!(read.batch.spans.len(), complete, "{name} cut at {cut}");
            assert!(read.counts.malformed <= 1, "{name} cut at {cut}: {:?}", read.batch.problems);
        }
    }
}

#[test]
fn cut_at_any_byte_text_spans_and_lines_of_json_give_what_is_whole() {
    for (name, end) in
        [("console-text/py-sdk-0.6b0.hello.console.txt", ")\n"), ("console/derived-jq-compact.jsonl", "}\n")]
    {
        let whole = fixture(name);
        for cut in 0..=whole.len() {
            let start = whole.get(..cut).expect("a shorter file");
            let complete = memchr::memmem::find_iter(start, end).count();
            let found = read(start).batch.spans.len();
            assert!(found == complete || found == complete + 1, "{name} cut at {cut}: {found} of {complete}");
        }
    }
}

#[test]
fn a_long_run_of_the_oldest_version_prints_one_endless_line_and_every_span_is_read() {
    let whole = fixture("console-text/py-sdk-0.4a1.hello.console.txt");
    let line = whole.split(|byte| *byte == b'\n').nth(1).expect("the spans follow the hello");
    let read = read(&line.repeat(300));
    assert_eq!(read.batch.spans.len(), 900);
    for (row, name) in read.batch.spans.iter().zip(["baz", "bar", "foo"].into_iter().cycle()) {
        let span = read.batch.span(row);
        assert_eq!((span.name, span.parent_id.is_none()), (name, name == "foo"));
    }
    assert!(read.batch.lines.is_empty(), "{:?}", read.batch.lines);
}

#[test]
fn the_table_of_formats_has_a_row_for_each() {
    let markdown = formats_markdown();
    assert_eq!(markdown.lines().count(), FORMATS.len() + 2);
    for format in ["console", "console-text", "jsonl"] {
        assert!(markdown.contains(&format!("| `{format}` |")), "{format}\n{markdown}");
    }
}
