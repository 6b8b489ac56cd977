//! Files of every format in the table: real output of real programs, held against what those programs knew of their spans.

use std::path::{Path, PathBuf};

use tracetui::ingest::{DecodeOptions, Decoder, FORMATS};
use tracetui::model::SpanBatch;

use crate::requests::{lines, truth};

/// The fixtures of a format.
fn captures(format: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/formats").join(format);
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|_| panic!("{} holds files of {format}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| !path.to_string_lossy().ends_with(".expected.json"));
    files.sort();
    assert!(!files.is_empty());
    files
}

fn decoded(bytes: &[u8], size: usize) -> (Decoder, SpanBatch) {
    let (mut decoder, mut batch) = (Decoder::new(DecodeOptions::default()), SpanBatch::default());
    for chunk in bytes.chunks(size) {
        decoder.feed(chunk, &mut batch);
    }
    decoder.finish(&mut batch);
    (decoder, batch)
}

/// Formats whose fixtures are compared to the last attribute in `formats.rs`, in `logs.rs`, or made in `packed.rs` or by
/// ourselves.
fn is_elsewhere(format: &str) -> bool {
    matches!(format, "console" | "console-log" | "console-text" | "jsonl" | "otlp-proto" | "pcap")
}

#[test]
fn every_format_of_the_table_reads_what_its_programs_wrote() {
    for format in FORMATS.iter().filter(|format| !is_elsewhere(format.name)) {
        for path in captures(format.name) {
            let bytes = std::fs::read(&path).expect("a file");
            let (decoder, batch) = decoded(&bytes, bytes.len().max(1));
            truth::compare(&path, &batch);
            assert_eq!(decoder.counts().spans, batch.spans.len() as u64, "{}", path.display());
            assert!(batch.problems.is_empty(), "{}: {:?}", path.display(), batch.problems);
            for row in &batch.spans {
                assert_eq!(batch.span(row).source, format.name, "{}", path.display());
            }
            if !batch.spans.is_empty() {
                assert_eq!(decoder.format(), format.name);
            }
        }
    }
}

#[test]
fn what_a_file_holds_does_not_depend_on_how_it_is_cut_into_chunks() {
    for format in FORMATS.iter().filter(|format| !is_elsewhere(format.name)) {
        for path in captures(format.name) {
            let bytes = std::fs::read(&path).expect("a file");
            let (_, whole) = decoded(&bytes, bytes.len().max(1));
            let sizes: &[usize] = if bytes.len() < 20_000 { &[1, 7, 997] } else { &[997, 65_536] };
            for size in sizes {
                let (_, pieces) = decoded(&bytes, *size);
                assert_eq!(lines(&pieces), lines(&whole), "{} in chunks of {size}", path.display());
                assert_eq!(pieces.lines, whole.lines, "{} in chunks of {size}", path.display());
            }
        }
    }
}

#[test]
fn spans_of_other_formats_are_found_behind_prefixes_too() {
    for format in FORMATS.iter().filter(|format| !is_elsewhere(format.name)) {
        for path in captures(format.name) {
            let bytes = std::fs::read(&path).expect("a file");
            let (_, plain) = decoded(&bytes, bytes.len().max(1));
            let text = String::from_utf8(bytes).expect("text");
            let behind: Vec<String> = text.lines().map(|line| format!("web-1  | {line}")).collect();
            let behind = behind.join("\n");
            let (_, found) = decoded(behind.as_bytes(), 4_096);
            assert_eq!(lines(&found), lines(&plain), "{}", path.display());
        }
    }
}

#[test]
fn damage_in_a_document_costs_what_is_damaged_and_is_told_with_its_line() {
    let request = r#"{"resourceSpans":[{"scopeSpans":[{"spans":[
        {"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","name":"a","startTimeUnixNano":"1","endTimeUnixNano":"2"},
        {"name":"without ids"}]}]}]}"#;
    let (decoder, batch) = decoded(format!("starting\n{request}\n").as_bytes(), 64);
    assert_eq!((batch.spans.len(), decoder.counts().malformed), (1, 1));
    assert_eq!(batch.problems[0].place, tracetui::model::Place::Line(2));
    assert!(batch.problems[0].reason.contains("without ids"), "{:?}", batch.problems);
}

#[test]
fn a_block_that_does_not_end_is_told_and_what_follows_is_not_swallowed() {
    let span = |n: u32| {
        format!(
            "{{\n  traceId: '{n:032x}',\n  name: 's{n}',\n  id: '{n:016x}',\n  kind: 0,\n  timestamp: 1,\n  duration: 2\n}}"
        )
    };
    // Without a line end the last one is whole all the same.
    let (decoder, batch) = decoded(format!("{}\n{}", span(1), span(2)).as_bytes(), 7);
    assert_eq!((batch.spans.len(), decoder.counts().malformed), (2, 0));
    let text = span(1);
    let (decoder, batch) = decoded(text.as_bytes().get(..60).expect("a part"), 7);
    assert_eq!((batch.spans.len(), decoder.counts().malformed), (0, 1));
    assert!(batch.problems[0].reason.contains("ends inside a span"), "{:?}", batch.problems);
    let odd = format!("{} and more\nhello\nworld\n", span(1));
    let (decoder, _) = decoded(odd.as_bytes(), 7);
    assert_eq!(decoder.counts().lines, 10, "what stands behind a brace that is no end is kept");
}

#[test]
fn what_is_no_trace_is_called_by_its_name() {
    for (text, name) in [
        (r#"{"resourceMetrics":[]}"#, "OTLP metrics"),
        (r#"{"traceEvents":[]}"#, "Chrome trace events"),
        (r#"{"resourceLogs":[{"scopeLogs":[]}]}"#, "OTLP logs"),
        (r#"{"data":[],"total":0,"errors":null}"#, "an answer of Jaeger without traces"),
    ] {
        let run = crate::process::run_with(&["print", "-"], text);
        assert!(run.stderr.contains(&format!(": {name}; try: ")), "{}", run.stderr);
    }
    let (decoder, _) = decoded(br#"{"a":1}"#, 7);
    assert_eq!(decoder.recognised(), None);
}

#[test]
fn the_user_names_what_names_itself_not() {
    let spans = |service: &str| {
        format!(
            r#"{{"resourceSpans":[{{"resource":{{"attributes":[{service}]}},"scopeSpans":[{{"spans":[
            {{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","name":"a"}}]}}]}}]}}"#
        )
    };
    let named = r#"{"key":"service.name","value":{"stringValue":"shop"}}"#;
    let zipkin = r#"[{"traceId":"5b8efff798038103","id":"eee19b7ec3c1b174","name":"a","timestamp":1}]"#;
    let jaeger =
        r#"{"data":[{"traceID":"1","spans":[{"traceID":"1","spanID":"2","operationName":"a","startTime":1}]}]}"#;
    for (text, service) in
        [(spans(""), "mine"), (spans(named), "shop"), (zipkin.to_owned(), "mine"), (jaeger.to_owned(), "mine")]
    {
        let options = DecodeOptions { service: Some("mine".into()), ..DecodeOptions::default() };
        let (mut decoder, mut batch) = (Decoder::new(options), SpanBatch::default());
        decoder.feed(text.as_bytes(), &mut batch);
        decoder.finish(&mut batch);
        assert_eq!(batch.span(&batch.spans[0]).service, service, "{text}");
    }
}

#[test]
fn damaged_files_read_alike_in_any_chunks_and_never_stop_the_reader() {
    for format in FORMATS.iter().filter(|format| !is_elsewhere(format.name)) {
        for path in captures(format.name) {
            let bytes = std::fs::read(&path).expect("a file");
            let bytes = bytes.get(..6_000).unwrap_or(&bytes);
            for at in (0..bytes.len()).step_by(1 + bytes.len() / 60) {
                let mut changed = bytes.to_vec();
                changed[at] ^= 0x15;
                for damaged in [&changed[..], &bytes[..at], &bytes[at..]] {
                    let (decoder, whole) = decoded(damaged, damaged.len().max(1));
                    let (_, pieces) = decoded(damaged, 61);
                    assert_eq!(lines(&pieces), lines(&whole), "{} at {at}", path.display());
                    assert_eq!(pieces.problems.len(), whole.problems.len(), "{} at {at}", path.display());
                    assert_eq!(decoder.counts().spans, whole.spans.len() as u64, "{} at {at}", path.display());
                }
            }
        }
    }
}

#[test]
fn a_long_document_is_read_item_by_item_to_its_end_and_what_follows_too() {
    let span = |n: usize| {
        format!(
            r#"{{"traceId":"{:032x}","spanId":"{n:016x}","name":"s{n}","startTimeUnixNano":"{n}","endTimeUnixNano":"{n}"}}"#,
            n / 7 + 1
        )
    };
    let resource = |n: usize| {
        format!(r#"{{"resource":{{}},"scopeSpans":[{{"spans":[{},{}]}}]}}"#, span(2 * n + 1), span(2 * n + 2))
    };
    let resources = (0..9_000).map(resource).collect::<Vec<_>>().join(", ");
    for (head, tail) in [
        ("{\"resourceSpans\":[", "]}"),
        ("{\n \"result\" : {\"resourceSpans\" : [\n", "]\n , \"x]\\\"\": [1, {}]}}"),
        ("{\"metrics\":{\"a\":[1]},\"trace\":{\"batches\":[", "]}, \"status\": \"COMPLETE\"}"),
    ] {
        let text = format!("starting\n{head}{resources}{tail}\n{{\"resourceSpans\":[{}]}}\nending\n", resource(9_000));
        assert!(text.len() > 2 << 20);
        for size in [text.len(), 100_000, 4_099] {
            let (decoder, batch) = decoded(text.as_bytes(), size);
            assert_eq!(batch.spans.len(), 18_002, "{head} in chunks of {size}");
            assert_eq!((decoder.counts().malformed, decoder.counts().lines), (0, 2), "{:?}", batch.problems);
            let names = batch.spans.iter().enumerate().all(|(n, row)| batch.span(row).name == format!("s{}", n + 1));
            assert!(names);
            assert_eq!(batch.lines.last().map(|line| &*line.text), Some("ending"));
        }
        let cut = text.split_at(text.len() / 2).0;
        let (decoder, batch) = decoded(cut.as_bytes(), 65_536);
        assert!(batch.spans.len() > 8_000, "{}", batch.spans.len());
        assert_eq!(decoder.counts().malformed, 1, "{:?}", batch.problems);
    }
}

#[test]
fn a_long_trace_of_jaeger_is_read_span_by_span_though_its_processes_stand_behind() {
    let span = |n: usize| {
        format!(
            r#"{{"traceID":"a1","spanID":"{n:x}","operationName":"op {n}","startTime":{n},"duration":5,"references":[{{"refType":"CHILD_OF","traceID":"a1","spanID":"{:x}"}}],"processID":"p{}","tags":[{{"key":"text","type":"string","value":"}}]{{"}}]}}"#,
            n / 8,
            n % 3
        )
    };
    let spans = (1..=9_000).map(span).collect::<Vec<_>>().join(",\n");
    let process = |n: usize| {
        format!(r#""p{n}":{{"serviceName":"svc{n}","tags":[{{"key":"host","type":"string","value":"h{n}"}}]}}"#)
    };
    let processes = (0..3).map(process).collect::<Vec<_>>().join(",");
    let other = r#"{"traceID":"b2","spans":[{"traceID":"b2","spanID":"1","operationName":"other","startTime":1,"processID":"p1"}],"processes":{"p1":{"serviceName":"other"}}}"#;
    for text in [
        format!(
            "{{\"data\":[{other},{{\"traceID\":\"a1\",\"spans\":[{spans}],\"processes\":{{{processes}}},\"warnings\":null}},{other}],\"total\":0}}\ndone\n"
        ),
        format!("{other}\n{{\"processes\":{{{processes}}},\"traceID\":\"a1\",\"spans\":[{spans}]}}\n{other}\ndone\n"),
    ] {
        assert!(text.len() > 1 << 20);
        let mut before: Option<Vec<String>> = None;
        for size in [text.len(), 100_000, 1_021] {
            let (decoder, batch) = decoded(text.as_bytes(), size);
            assert_eq!((batch.spans.len(), decoder.counts().spans, decoder.counts().malformed), (9_002, 9_002, 0));
            assert_eq!((decoder.format(), decoder.counts().lines), ("jaeger-json", 1));
            let mut found = lines(&batch);
            found.sort();
            for row in &batch.spans {
                let span = batch.span(row);
                let wanted =
                    if span.name == "other" { "other".to_owned() } else { format!("svc{}", span.span_id.0 % 3) };
                assert_eq!((span.service, span.source), (&*wanted, "jaeger-json"));
                assert_eq!(span.resource.len(), usize::from(span.name != "other"));
            }
            assert!(before.replace(found.clone()).is_none_or(|before| before == found), "in chunks of {size}");
        }
        let (decoder, batch) = decoded(text.split_at(text.len() * 9 / 10).0.as_bytes(), 65_536);
        assert!(batch.spans.len() > 7_000 && decoder.counts().malformed >= 1, "{:?}", batch.problems);
        assert!(
            batch.problems.iter().any(|problem| problem.reason.contains("ends inside a trace")),
            "{:?}",
            batch.problems
        );
    }
}
