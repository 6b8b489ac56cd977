//! Waterfalls as text.

use insta::assert_snapshot;
use tracetui::export::text::{Options, write};
use tracetui::ingest::{DecodeOptions, Decoder};
use tracetui::model::SpanBatch;
use tracetui::store::Store;

fn printed(input: &[u8], ascii: bool) -> String {
    let (mut batch, mut store) = (SpanBatch::default(), Store::new(64 << 20));
    let mut decoder = Decoder::new(DecodeOptions::default());
    decoder.feed(input, &mut batch);
    decoder.finish(&mut batch);
    store.extend(&batch);
    let mut out = Vec::new();
    write(&store, &mut out, Options { ascii, width: 90 });
    String::from_utf8(out).expect("text")
}

#[test]
fn a_capture_prints_as_waterfalls_the_earliest_first() {
    assert_snapshot!(printed(include_bytes!("../../assets/hello.json"), false));
}

#[test]
fn ascii_output_has_ascii_signs() {
    let text = printed(include_bytes!("../../assets/hello.json"), true);
    assert!(text.replace('µ', "u").is_ascii(), "{text}");
    assert!(text.contains("`- my-helloworld-service bar"), "{text}");
}

#[test]
fn hostile_names_print_harmlessly() {
    let line = br#"{"trace_id":"01","span_id":"02","parent_span_id":"09","service":"a\u001b[2J","name":"b\r\nc","kind":"server","start_unix_nano":"5","duration_nano":"7","status":"error"}"#;
    let text = printed(line, false);
    assert!(!text.contains('\u{1b}') && !text.contains('\r'), "{text:?}");
    assert!(text.contains("incomplete: 1 missing") && text.contains("a␛[2J b␍␊c"), "{text}");
    assert!(text.contains("◌ parent 0000000000000009 not here"), "{text}");
}

#[test]
fn deep_traces_keep_their_names_and_say_how_deep_they_are() {
    let line = |n: u64| {
        let parent = if n == 1 { "null".to_string() } else { format!("\"{:016x}\"", n - 1) };
        format!(
            "{{\"trace_id\":\"01\",\"span_id\":\"{n:016x}\",\"parent_span_id\":{parent},\"service\":\"s\",\"name\":\"level-{n}\",\"kind\":\"internal\",\"start_unix_nano\":\"{n}\",\"duration_nano\":\"{}\",\"status\":\"unset\"}}\n",
            1_000 - n
        )
    };
    let text = printed((1..=100).map(line).collect::<String>().as_bytes(), false);
    for n in 1..=100 {
        assert!(text.lines().any(|line| line.contains(&format!("s level-{n} "))), "level-{n} is whole");
    }
    assert!(text.contains("[99] s level-100"), "{text}");
}
