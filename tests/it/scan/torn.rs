//! Spans torn apart: what is whole is kept, the rest is counted, and nothing is put together from two spans.

use super::{read, span};
use tracetui::model::Place;

fn reasons(text: &str) -> Vec<(Place, String)> {
    read(text).problems
}

#[test]
fn a_file_that_starts_inside_an_object_counts_it() {
    let whole = span("cut");
    for skip in 1..whole.lines().count() - 1 {
        let rest: String = whole.split_inclusive('\n').skip(skip).collect();
        let read = read(rest + &span("next"));
        assert_eq!(read.spans, ["next"], "without {skip} lines");
        assert_eq!(read.decoder.counts().malformed, 1, "without {skip} lines: {:?}", read.problems);
    }
}

#[test]
fn lines_of_two_spans_in_one_object_are_no_span() {
    let twice = span("a").replace("    \"kind\"", "    \"name\": \"b\",\n    \"kind\"");
    let mixed = "lines of two spans are mixed up in one object".to_owned();
    assert_eq!((read(&twice).spans.len(), reasons(&twice)), (0, vec![(Place::Line(1), mixed.clone())]));
    let ids = span("a").replace("\"trace_state\"", "\"span_id\": \"0x1\",\n        \"trace_state\"");
    assert_eq!((read(&ids).spans.len(), reasons(&ids)), (0, vec![(Place::Line(1), mixed)]));
}

#[test]
fn a_span_without_members_that_every_version_prints_says_which() {
    for gone in ["kind", "parent_id"] {
        let line = format!("    \"{gone}\"");
        let text: String = span("a").split_inclusive('\n').filter(|text| !text.starts_with(&line)).collect();
        let read = read(&text);
        assert_eq!((read.spans, read.problems), (vec!["a".to_owned()], vec![]), "{gone}");
        let span = read.batch.span(&read.batch.spans[0]);
        assert_eq!(span.warnings.first().map(|text| text.contains(gone)), Some(true), "{gone}: {:?}", span.warnings);
    }
}

#[test]
fn a_span_without_any_time_is_counted() {
    let text: String = span("a").split_inclusive('\n').filter(|text| !text.contains("_time\"")).collect();
    let reason = "a span without a time: start_time and end_time are missing";
    assert_eq!((read(&text).spans.len(), reasons(&text)), (0, vec![(Place::Line(1), reason.to_owned())]));
}

#[test]
fn a_span_printed_in_the_middle_of_another_is_read() {
    let outer = span("outer");
    let (head, tail) = outer.split_at(outer.find("braces").expect("an attribute"));
    let read = read(format!("{head}{}{tail}", span("inner")));
    assert_eq!(read.spans, ["inner"]);
    assert_eq!(read.decoder.counts().malformed, 1, "{:?}", read.problems);
}
