//! Any text in: however it is cut, coloured, prefixed, encoded or broken.

mod torn;
mod wrapped;

use proptest::prelude::*;
use tracetui::ingest::{DecodeOptions, Decoder};
use tracetui::model::{Place, SpanBatch};

const SPAN: &str = r#"{
    "name": "NAME",
    "context": {
        "trace_id": "0xba5091770ec329e2dc9ad2a0447a5804",
        "span_id": "0x21d36b4abc7bb743",
        "trace_state": "['{key=k, value=v}']"
    },
    "kind": "SpanKind.INTERNAL",
    "parent_id": null,
    "start_time": "2026-11-22T10:42:45.029316Z",
    "end_time": "2026-11-22T10:42:45.029404Z",
    "status": {
        "status_code": "UNSET"
    },
    "attributes": {
        "note": "braces }{ and \" quotes"
    },
    "events": [],
    "links": []
}
"#;

fn span(name: &str) -> String {
    SPAN.replace("NAME", name)
}

fn one_line(name: &str) -> String {
    span(name).split('\n').map(str::trim_start).collect::<String>() + "\n"
}

fn prefixed(prefix: &str, text: &str) -> String {
    text.lines().flat_map(|line| [prefix, line, "\n"]).collect()
}

struct Read {
    spans: Vec<String>,
    lines: Vec<(u64, String)>,
    problems: Vec<(Place, String)>,
    decoder: Decoder,
    batch: SpanBatch,
}

fn read_in_chunks(bytes: &[u8], mut sizes: impl Iterator<Item = usize>) -> Read {
    let mut decoder = Decoder::new(DecodeOptions::default());
    let mut batch = SpanBatch::default();
    let mut rest = bytes;
    while !rest.is_empty() {
        let (chunk, after) = rest.split_at(sizes.next().unwrap_or(usize::MAX).clamp(1, rest.len()));
        decoder.feed(chunk, &mut batch);
        rest = after;
    }
    decoder.finish(&mut batch);
    Read {
        spans: batch.spans.iter().map(|row| batch.str(row.name).to_owned()).collect(),
        lines: batch.lines.iter().map(|line| (line.line, line.text.clone())).collect(),
        problems: batch.problems.iter().map(|problem| (problem.place, problem.reason.clone())).collect(),
        decoder,
        batch,
    }
}

fn read(text: impl AsRef<[u8]>) -> Read {
    read_in_chunks(text.as_ref(), std::iter::empty())
}

fn texts(read: &Read) -> Vec<&str> {
    read.lines.iter().map(|(_, text)| text.as_str()).collect()
}

#[test]
fn two_containers_interleaved_line_by_line_are_told_apart() {
    let (web, db) = (span("web"), span("db"));
    let mut text = String::from("\x1b[36mweb-1  |\x1b[0m starting\n");
    for (left, right) in web.lines().zip(db.lines()) {
        text.extend(["\x1b[36mweb-1  |\x1b[0m ", left, "\ndb-1   | ", right, "\n"]);
    }
    text += "db-1   | done\n";
    let read = read(&text);
    assert_eq!(read.spans, ["web", "db"]);
    assert_eq!(read.lines, [(1, "web-1  | starting".to_owned()), (42, "db-1   | done".to_owned())]);
    assert!(read.problems.is_empty(), "{:?}", read.problems);
}

#[test]
fn kubectl_prefixes_and_one_line_objects_behind_prefixes_are_read() {
    let read = read(prefixed("[pod/web-7f/app] ", &span("pod")) + "app-1 | " + &one_line("single") + "plain\n");
    assert_eq!(read.spans, ["pod", "single"]);
    assert_eq!(texts(&read), ["plain"]);
}

#[test]
fn a_broken_object_behind_a_prefix_names_its_line_in_the_file() {
    let read = read("a | x\nb | {\"k\": oops\na | y\nb | z\n");
    assert_eq!(read.problems.first().map(|problem| problem.0), Some(Place::Line(2)));
    assert_eq!(texts(&read), ["a | x", "b | {\"k\": oops", "a | y", "b | z"]);
}

#[test]
fn text_with_bars_is_left_as_it_is() {
    let read = read(" id | name\n----+-----\n1 | one\n2 | two\n\nend |");
    assert_eq!(texts(&read), [" id | name", "----+-----", "1 | one", "2 | two", "end |"]);
    assert_eq!(read.lines.last().map(|line| line.0), Some(6));
}

#[test]
fn an_object_may_begin_behind_text_and_end_before_it() {
    let read = read(format!("INFO: {}tail {}{}", span("a").trim_end(), one_line("b").trim_end(), one_line("c")));
    assert_eq!(read.spans, ["a", "b", "c"]);
    assert_eq!(texts(&read), ["INFO:", "tail"]);
}

#[test]
fn utf_16_is_read_with_and_without_a_mark_in_both_orders() {
    let text = span("é 🎉");
    for mark in [true, false] {
        for little in [true, false] {
            let marked = format!("{}{text}", if mark { "\u{feff}" } else { "" });
            let order = |unit: u16| if little { unit.to_le_bytes() } else { unit.to_be_bytes() };
            let bytes: Vec<u8> = marked.encode_utf16().flat_map(order).collect();
            assert_eq!(read(&bytes).spans, ["é 🎉"], "mark {mark} little {little}");
            assert_eq!(read_in_chunks(&bytes, std::iter::repeat(1)).spans, ["é 🎉"]);
        }
    }
}

#[test]
fn coloured_json_is_read() {
    let text = one_line("jq").replace(':', "\x1b[1;39m:\x1b[0m ").replace("\x1b[1;39m:\x1b[0m 42", ":42");
    let text = text.replace("45\x1b[1;39m:\x1b[0m ", "45:").replace("T10\x1b[1;39m:\x1b[0m ", "T10:");
    assert_eq!(read(text.replace("10\x1b[1;39m:\x1b[0m ", "10:")).spans, ["jq"]);
}

#[test]
fn a_span_is_there_as_soon_as_its_last_line_is() {
    let large = span("large").replace("braces", &"braces ".repeat(2000));
    for text in [span("small"), one_line("line"), large, prefixed("web-1  | ", &span("web"))] {
        let (mut decoder, mut batch) = (Decoder::new(DecodeOptions::default()), SpanBatch::default());
        for byte in text.as_bytes() {
            decoder.feed(&[*byte], &mut batch);
        }
        assert_eq!(batch.spans.len(), 1, "{text}");
    }
}

#[test]
fn a_torn_object_costs_only_itself() {
    let half: String = span("torn").split_inclusive('\n').take(5).collect();
    let read = read(half + &span("next"));
    assert_eq!(read.spans, ["next"]);
    assert_eq!(read.problems, [(Place::Line(1), "broken JSON object: a key is missing".to_owned())]);
}

#[test]
fn a_span_behind_an_object_torn_before_a_value_is_not_swallowed() {
    let half: String = span("torn").split_inclusive('\n').take(12).collect();
    let torn = half.trim_end().to_owned() + " \n";
    assert!(torn.contains("\"status\""), "{torn}");
    let torn = torn.replace("\"status\": {", "\"status\":").replace("        \"status_code\": \"UNSET\"", "");
    let read = read(torn + &span("next"));
    assert_eq!(read.spans, ["next"]);
    assert_eq!(read.problems.first().map(|problem| problem.0), Some(Place::Line(1)));
}

#[test]
fn an_array_of_spans_on_one_line_is_read() {
    let read = read(format!("[{},{}]", one_line("a").trim_end(), one_line("b").trim_end()));
    assert_eq!(read.spans, ["a", "b"]);
    assert!(read.lines.is_empty(), "{:?}", read.lines);
}

#[test]
fn status_and_kind_of_every_version_are_read() {
    let cases = [
        (r#"{"canonical_code": "OK"}"#, "ok", ""),
        (r#"{"canonical_code": "UNKNOWN", "description": "boom"}"#, "error", "boom"),
        (r#"{"status_code": "ERROR", "description": "a\u00e9"}"#, "error", "aé"),
        (r#"{"status_code": "StatusCode.OK"}"#, "ok", ""),
        ("{}", "unset", ""),
        ("null", "unset", ""),
    ];
    for (status, code, message) in cases {
        let text = one_line("x").replace(r#"{"status_code": "UNSET"}"#, status).replace(".INTERNAL", ".SERVER");
        let read = read(&text);
        let span = read.batch.span(read.batch.spans.first().expect("a span"));
        assert_eq!(
            (span.status.as_str(), span.status_message, span.kind.as_str()),
            (code, message, "server"),
            "{status}"
        );
    }
}

#[test]
fn odd_spans_are_kept_with_a_warning() {
    let base = span("x");
    let cases = [
        (base.replace("45.029404Z", "44Z"), "end_time is before start_time"),
        (base.replace("\"2026-11-22T10:42:45.029404Z\"", "null"), "no readable end_time"),
        (base.replace("start_time", "begin"), "no readable start_time"),
        (base.replace("\"parent_id\": null", "\"parent_id\": \"xyz\""), "parent_id is not an id"),
    ];
    for (text, warning) in cases {
        let read = read(&text);
        let span = read.batch.span(read.batch.spans.first().expect("the span is kept"));
        assert!(span.warnings.iter().any(|text| text.starts_with(warning)), "{warning}: {:?}", span.warnings);
    }
    let read = read(base.replace("0x21d36b4abc7bb743", "what"));
    assert_eq!(read.problems, [(Place::Line(1), "a span whose trace_id or span_id is not an id".to_owned())]);
}

#[test]
fn the_oldest_decimal_ids_and_a_trace_state_are_read() {
    let text =
        span("x").replace("\"0x21d36b4abc7bb743\"", "255").replace("\"0xba5091770ec329e2dc9ad2a0447a5804\"", "256");
    let read = read(&text);
    let span = read.batch.span(read.batch.spans.first().expect("a span"));
    assert_eq!((span.trace_id.0, span.span_id.0, span.trace_state), (256, 255, "k=v"));
}

#[test]
fn the_user_names_services_that_have_no_name() {
    let options = DecodeOptions { service: Some("mine".to_owned()), fallback_service: "stem".to_owned() };
    let named = span("a").replace("\"links\": []", r#""links": [], "resource": {"service.name": "own"}"#);
    let unknown = span("a").replace("\"links\": []", r#""links": [], "resource": {"service.name": "unknown_service"}"#);
    let text = span("a") + &named + &unknown;
    for (options, services) in [
        (options.clone(), ["mine", "own", "mine"]),
        (DecodeOptions { service: None, ..options }, ["stem", "own", "unknown_service"]),
    ] {
        let mut batch = SpanBatch::default();
        Decoder::new(options).feed((text.clone() + "\n").as_bytes(), &mut batch);
        let read: Vec<_> = batch.spans.iter().map(|row| batch.str(batch.service(row)).to_owned()).collect();
        assert_eq!(read, services);
    }
}

#[test]
fn the_same_resource_is_stored_once() {
    let text = span("a").replace("\"links\": []", r#""links": [], "resource": {"service.name": "own"}"#);
    assert_eq!(read(text.repeat(10)).batch.resources.len(), 1);
}

#[test]
fn a_flood_of_lines_and_problems_is_counted_and_bounded() {
    let mut read = read("{\"a\": oops\n".repeat(70_000));
    assert_eq!((read.lines.len(), read.batch.more_lines), (65_536, 4_464));
    assert_eq!((read.problems.len(), read.batch.more_problems), (100, 69_900));
    assert_eq!(read.decoder.counts().malformed, 70_000);
    read.batch.clear();
    read.decoder.feed(b"next\n", &mut read.batch);
    assert_eq!(read.batch.lines.len(), 1, "each call keeps its own lines");
}

#[test]
fn hostile_files_end_soon_and_stay_small() {
    let mega = 1 << 20;
    let files = [
        "[".repeat(mega),
        "{".repeat(mega),
        "{\n".repeat(mega / 16),
        "{\"a\":\n".repeat(mega / 32),
        "{\"a\":[".repeat(mega / 4),
        "{\":".repeat(mega / 4),
        format!("{{{}", "x".repeat(4 * mega)),
        format!("{{\"a\": \"{}", "x".repeat(4 * mega)),
        "x".repeat(4 * mega),
        format!("{{\"a\":{}", "[1,".repeat(40)) + &"1,\n".repeat(mega / 8),
        "Span(name=\"".repeat(mega / 8),
        "a | {\n".repeat(mega / 32),
        (0..20_000).flat_map(|n| ["p".to_owned(), n.to_string(), " | {\n".to_owned()]).collect(),
        "\x1b".repeat(mega),
        "{\"\\u".repeat(mega / 8),
    ];
    for file in files {
        let read = read_in_chunks((file + "\n" + &span("last")).as_bytes(), std::iter::repeat(8 << 10));
        assert!(read.spans.len() <= 1);
        assert!(read.batch.text.len() < 10_000);
    }
}

#[test]
fn a_span_behind_an_endless_line_is_found() {
    let read = read(format!("{}\n{}", "x".repeat(1 << 20), span("after")));
    assert_eq!(read.spans, ["after"]);
    assert_eq!(read.lines.iter().map(|line| line.1.len()).collect::<Vec<_>>(), [4096]);
}

#[test]
fn an_object_larger_than_the_limit_is_given_up() {
    let long = format!("{{\"a\": [\n{}", "1,\n".repeat(300));
    let spaces = " ".repeat(60_000) + "\n";
    let read = read(prefixed("a | ", &long.replace('\n', &spaces)) + "a | 1]}\n");
    assert_eq!(read.problems, [(Place::Line(1), "a JSON object of more than 16 MiB is given up".to_owned())]);
}

/// Pieces that meet in real output, whole and broken.
fn piece() -> impl Strategy<Value = String> {
    let fixed = [
        "plain text\n",
        "\n",
        "{",
        "}\n",
        "[\n",
        "]",
        ",",
        "\"",
        "INFO: ",
        "{\"level\": \"info\"}\n",
        "{\"a\": oops\n",
        "{}",
        "web-1  | {\n",
        "web-1  | ",
        "db | \"name\": 1\n",
        "db | }\n",
        "\x1b[0m",
        "\r\n",
        "Span(name=\"x\", ",
        "\\",
        "é🎉",
        "progress {'a': 1}\n",
        "[pod/a/b] {\"x\": 1}\n",
        "10:00:01 app[7]: {\n",
        "10:00:02 app[7]:     \"name\": 1\n",
        "10:00:02 app[7]: }\n",
        "{\"log\": \"{\\n\", \"stream\": \"out\"}\n",
        "{\"log\": \"  \\\"a\\\": 1}\\n\", \"stream\": \"out\"}\n",
        "    \"a\": 1\n}\n",
        "{\n  \"x\": [\n",
        "null\n",
    ];
    prop_oneof![
        4 => prop::sample::select(fixed.to_vec()).prop_map(str::to_owned),
        1 => Just(span("pretty")),
        1 => Just(one_line("line")),
        1 => Just(span("crlf").replace('\n', "\r\n")),
        1 => Just(prefixed("web-1  | ", &span("web"))),
        1 => Just(prefixed("2026-11-22T10:00:00.5Z ", &span("timed"))),
        1 => (0..600_usize).prop_map(|n| span("cut").chars().take(n).collect::<String>()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_result_does_not_depend_on_how_the_input_is_cut(
        pieces in prop::collection::vec(piece(), 0..12),
        sizes in prop::collection::vec(1..40_usize, 1..8),
    ) {
        let text = pieces.concat();
        let whole = read(&text);
        for chunked in [
            read_in_chunks(text.as_bytes(), sizes.iter().copied().cycle()),
            read_in_chunks(text.as_bytes(), std::iter::repeat(1)),
        ] {
            prop_assert_eq!(&chunked.spans, &whole.spans);
            prop_assert_eq!(&chunked.lines, &whole.lines);
            prop_assert_eq!(&chunked.problems, &whole.problems);
            prop_assert_eq!(chunked.decoder.counts(), whole.decoder.counts());
        }
    }

    #[test]
    fn any_bytes_give_an_answer(bytes in any::<Vec<u8>>(), at in 0..900_usize, byte in any::<u8>()) {
        read(&bytes);
        let mut text = span("changed").into_bytes();
        if let Some(slot) = text.get_mut(at) {
            *slot = byte;
        }
        text.extend_from_slice(span("intact").as_bytes());
        let read = read(&text);
        prop_assert!(read.spans.len() + read.problems.len() + read.lines.len() > 0);
    }
}
