//! A huge input is handed over in parts.

use super::*;
use crate::ingest::json::Tape;
use crate::ingest::scan::DecodeOptions;

fn take(timeline: &mut Timeline, event: &str, batch: &mut SpanBatch) {
    let mut tape = Tape::default();
    tape.parse(event.as_bytes());
    assert!(matches!(timeline.take(tape.root(event.as_bytes()), batch), Verdict::Span(_)), "{event}");
}

#[test]
fn slices_that_have_not_ended_stay_when_the_others_leave() {
    let (mut timeline, mut batch, options) = (Timeline::default(), SpanBatch::default(), DecodeOptions::default());
    for event in [
        r#"{"ph":"M","pid":1,"tid":1,"name":"process_name","args":{"name":"app"}}"#,
        r#"{"ph":"B","pid":1,"tid":1,"ts":0,"name":"run","args":{"a":1}}"#,
        r#"{"ph":"B","pid":1,"tid":1,"ts":1,"name":"step"}"#,
        r#"{"ph":"X","pid":1,"tid":1,"ts":2,"dur":3,"name":"one"}"#,
        r#"{"ph":"s","pid":1,"tid":1,"ts":3,"id":4,"name":"f"}"#,
    ] {
        take(&mut timeline, event, &mut batch);
    }
    timeline.prepare(false);
    let first = timeline.hand_over(false, &mut batch, &options);
    assert_eq!((first.spans, batch.spans.len()), (1, 1));
    for event in [
        r#"{"ph":"f","bp":"e","pid":1,"tid":1,"ts":7,"id":4,"name":"f"}"#,
        r#"{"ph":"E","pid":1,"tid":1,"ts":9}"#,
        r#"{"ph":"X","pid":1,"tid":1,"ts":10,"dur":3,"name":"two"}"#,
        r#"{"ph":"E","pid":1,"tid":1,"ts":20,"args":{"b":2}}"#,
    ] {
        take(&mut timeline, event, &mut batch);
    }
    let rest = timeline.hand_over(true, &mut batch, &options);
    assert_eq!(rest.spans, 3);
    let spans: Vec<_> = batch.spans.iter().map(|row| batch.span(row)).collect();
    let find = |name| spans.iter().find(|span| span.name == name).expect("a span");
    let (run, step, one, two) = (find("run"), find("step"), find("one"), find("two"));
    let parents = [run.parent_id, step.parent_id, one.parent_id, two.parent_id];
    assert_eq!(parents, [None, Some(run.span_id), Some(step.span_id), Some(run.span_id)]);
    assert_eq!((run.duration, step.duration), (20_000, 8_000));
    assert_eq!(run.attributes.iter().map(|attribute| attribute.key).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(step.links.iter().map(|link| link.span_id).collect::<Vec<_>>(), [one.span_id]);
    assert!(
        spans.iter().all(|span| span.service == "app" && span.trace_id == run.trace_id && span.warnings.is_empty())
    );
}
