//! Log records in, by every way on which real programs send or print them.

use tracetui::ingest::body::{Progress, fill_whole};
use tracetui::ingest::content::Content;
use tracetui::ingest::request::{Family, Payload};
use tracetui::ingest::{Counts, DecodeOptions};
use tracetui::model::{Log, Severity, SpanBatch, SpanId, TraceId, Value};

fn fixture(name: &str) -> Vec<u8> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/logs");
    std::fs::read(folder.join(name)).expect("the fixture is there")
}

fn posted(bytes: &[u8]) -> SpanBatch {
    let mut batch = SpanBatch::default();
    let progress = fill_whole(&mut *Payload::of(Family::Logs, bytes).open(bytes), &mut batch);
    assert_eq!((progress, &batch.problems[..]), (Progress::Done, &[][..]));
    batch
}

fn read(bytes: &[u8], size: usize) -> (SpanBatch, Counts, &'static str) {
    let mut batch = SpanBatch::default();
    let mut decoder = Content::sniff(bytes).decoder(DecodeOptions::default());
    for chunk in bytes.chunks(size) {
        decoder.feed(chunk, &mut batch);
    }
    decoder.finish(&mut batch);
    (batch, decoder.counts(), decoder.format())
}

fn logs(batch: &SpanBatch) -> Vec<Log<'_>> {
    batch.logs.iter().map(|row| batch.log(row)).collect()
}

/// What the program that the fixtures are from logged, the formatter's prefix included.
fn assert_python(logs: &[Log<'_>], has_logger: bool) {
    let said: Vec<_> = logs
        .iter()
        .map(|log| {
            let Value::Str(text) = log.body else { panic!("{:?}", log.body) };
            (log.severity, text.lines().next().unwrap_or_default())
        })
        .collect();
    let wanted = [
        (Severity::INFO, "INFO:shop.orders:starting"),
        (Severity::INFO, "INFO:shop.orders:order u-6895 accepted, 3 items"),
        (Severity::WARN, "WARNING:shop.orders:acquirer slow"),
        (Severity::ERROR, "ERROR:shop.orders:acquirer did not answer within 100 ms"),
        (Severity::DEBUG, "DEBUG:shop.orders:done"),
        (Severity::WARN, "WARNING:shop.orders:shutting down"),
    ];
    assert_eq!(said, wanted);
    for log in logs {
        assert_eq!((log.service, log.severity_text), ("shop", ""));
        assert_eq!(log.scope, if has_logger { "shop.orders" } else { "" });
        assert!(log.resource.iter().any(|attribute| attribute.value == Value::Str("1.2")), "{:?}", log.resource);
    }
    let times: Vec<_> = logs.iter().map(|log| log.time).collect();
    assert!(times.is_sorted() && times[0].0 > 1_700_000_000_000_000_000, "{times:?}");
    assert_eq!((logs[0].trace_id, logs[0].span_id), (TraceId::default(), SpanId::default()));
    let (order, slow, failed) = (&logs[1], &logs[2], &logs[3]);
    assert!(order.trace_id.0 != 0 && order.trace_id == failed.trace_id && order.span_id != failed.span_id);
    assert_eq!(slow.span_id, failed.span_id);
    assert!(order.attributes.iter().any(|attribute| (attribute.key, attribute.value) == ("attempt", Value::Int(1))));
    assert!(matches!(failed.body, Value::Str(text) if text.ends_with("TimeoutError: acquirer did not answer")));
}

fn assert_node(logs: &[Log<'_>]) {
    assert_eq!(logs.len(), 3);
    let [order, slow, plain] = [&logs[0], &logs[1], &logs[2]];
    assert_eq!((order.service, order.scope, order.body), ("shop", "shop.orders", Value::Str("order u-6895 accepted")));
    assert_eq!(order.trace_id, TraceId(0x5b8e_fff7_9803_8103_d269_b633_813f_c60c));
    assert_eq!(order.span_id, SpanId(0xeee1_9b7e_c3c1_b174));
    let found: Vec<_> = order.attributes.iter().map(|attribute| (attribute.key, attribute.value)).collect();
    assert_eq!(found, [("attempt", Value::Int(1)), ("items", Value::Json(r#"["a","b"]"#))]);
    assert_eq!((slow.severity, slow.severity.name(), slow.event_name), (Severity::new(14), "WARN", "checkout.slow"));
    assert_eq!((slow.body, slow.trace_id), (Value::Json(r#"{"a":1,"b":"it's"}"#), TraceId::default()));
    assert_eq!((plain.body, plain.severity), (Value::Str("plain"), Severity::UNSPECIFIED));
}

#[test]
fn requests_give_what_was_logged() {
    let batch = posted(&fixture("python-1.45.2.otlp.pb"));
    assert_python(&logs(&batch), true);
    assert!(logs(&batch).iter().all(|log| log.source == "otlp-proto"));
    let mut all = SpanBatch::default();
    for line in String::from_utf8(fixture("node-0.223.1.otlp.jsonl")).expect("text").lines() {
        fill_whole(&mut *Payload::of(Family::Logs, line.as_bytes()).open(line.as_bytes()), &mut all);
    }
    assert_node(&logs(&all));
}

#[test]
fn files_give_what_was_logged_however_they_are_cut() {
    for size in [7, 100, 1 << 20] {
        let (batch, counts, _) = read(&fixture("python-1.45.2.otlp.pb"), size);
        assert_python(&logs(&batch), true);
        assert_eq!((counts.spans, counts.malformed), (0, 0));
        let (batch, counts, format) = read(&fixture("node-0.223.1.otlp.jsonl"), size);
        assert_node(&logs(&batch));
        assert_eq!((counts.spans, counts.lines + counts.objects, format), (0, 0, "otlp-json"));
        let (batch, counts, format) = read(&fixture("node-0.223.1.console.txt"), size);
        assert_node(&logs(&batch));
        assert_eq!((counts.spans, counts.lines, format), (0, 0, "node"));
        let (batch, counts, _) = read(&fixture("python-1.45.2.console.txt"), size);
        assert_python(&logs(&batch), false);
        assert_eq!((batch.spans.len(), counts.spans, counts.lines + counts.objects), (2, 2, 0));
        let charge = batch.spans.iter().find(|span| batch.str(span.name) == "charge").expect("the span");
        assert_eq!((charge.trace_id, charge.span_id), (logs(&batch)[3].trace_id, logs(&batch)[3].span_id));
    }
}

#[test]
fn odd_records_are_kept_and_damaged_ones_told() {
    let record = |members: &str| {
        format!(r#"{{"resource_logs":[{{"instrumentation_library_logs":[{{"logs":[{{{members}}}]}}]}}]}}"#)
    };
    let one = |members: &str| {
        let batch = posted(record(members).as_bytes());
        format!("{:?}", logs(&batch)[0])
    };
    assert!(one(r#""severityNumber":"SEVERITY_NUMBER_ERROR3","body":{"stringValue":"x"}"#).contains("Severity(19)"));
    assert!(one(r#""severityText":"Critical","body":"bare text""#).contains("Severity(21)"));
    assert!(one(r#""observedTimeUnixNano":7,"body":null"#).contains("Timestamp(7)"), "seen when nothing else is said");
    assert!(
        one(r#""attributes":[{"key":"event.name","value":{"stringValue":"old"}}]"#).contains("event_name: \"old\"")
    );
    assert!(one(r#""severityNumber":99"#).contains("Severity(0)"));

    let mut bytes = fixture("python-1.45.2.otlp.pb");
    let text = b"INFO:shop.orders:order";
    let at = bytes.windows(text.len()).position(|window| window == text).expect("a body");
    bytes[at - 1] = 0x7f;
    let mut batch = SpanBatch::default();
    fill_whole(&mut *Payload::of(Family::Logs, &bytes).open(&bytes), &mut batch);
    assert!(batch.problems.iter().any(|problem| problem.reason.contains("log record")), "{:?}", batch.problems);
    assert_eq!(batch.logs.len(), 5, "the others are there");
}

/// Everything as `--with-logs` writes it.
fn written(batch: &SpanBatch) -> String {
    let mut out = Vec::new();
    tracetui::export::jsonl::write_beside(batch, &mut out);
    String::from_utf8(out).expect("text")
}

#[test]
fn what_is_written_is_read_back_the_same() {
    let names =
        ["python-1.45.2.otlp.pb", "node-0.223.1.otlp.jsonl", "node-0.223.1.console.txt", "python-1.45.2.console.txt"];
    for name in names {
        let (batch, ..) = read(&fixture(name), 1 << 20);
        let text = written(&batch);
        assert!(text.lines().all(|line| line.starts_with("{\"log\":{")), "{text}");
        let (again, counts, format) = read(text.as_bytes(), 100);
        assert_eq!(logs(&again), logs(&batch), "{name}");
        assert_eq!((counts.spans, counts.malformed, counts.objects, format), (0, 0, 0, "jsonl"));
        assert_eq!(written(&again), text);
    }
    let (talk, again) = (crate::output::screens::talk(), written(&crate::output::screens::talk()));
    let (read, ..) = read(again.as_bytes(), 1 << 20);
    assert_eq!((written(&read), read.lines.len()), (again, talk.lines.len()));
    assert_eq!(read.lines, talk.lines);
}

#[test]
fn the_command_line_writes_logs_where_it_is_asked_to() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/logs/python-1.45.2.console.txt");
    let count =
        |run: &crate::process::Run, start: &str| run.stdout.lines().filter(|line| line.starts_with(start)).count();
    let plain = crate::process::run(&["export", "--to", "jsonl", path]);
    assert_eq!((count(&plain, "{\"trace_id\""), count(&plain, "{\"log\"")), (2, 0));
    let whole = crate::process::run(&["export", "--to", "jsonl", "--with-logs", path]);
    assert_eq!((count(&whole, "{\"trace_id\""), count(&whole, "{\"log\""), whole.code), (2, 6, Some(0)));
    let read = crate::process::run_with(&["export", "--to", "jsonl", "--with-logs", "-"], &whole.stdout);
    assert_eq!(read.stdout, whole.stdout);
    let csv = crate::process::run(&["export", "--to", "csv", "--with-logs", path]);
    assert_eq!(csv.code, Some(2), "{}", csv.stderr);
    assert!(csv.stderr.contains("--with-logs is for jsonl"), "{}", csv.stderr);
}
