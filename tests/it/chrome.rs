//! Chrome's trace events: which slice lies in which, what happens in them, and what is missing in files of real programs.

use std::fmt::Write as _;

use proptest::prelude::*;
use tracetui::ingest::{DecodeOptions, Decoder};
use tracetui::model::{Span, SpanBatch};

fn decoded(text: &str) -> (Decoder, SpanBatch) {
    let (mut decoder, mut batch) = (Decoder::new(DecodeOptions::default()), SpanBatch::default());
    for chunk in text.as_bytes().chunks(65_536) {
        decoder.feed(chunk, &mut batch);
    }
    while decoder.finish(&mut batch) {}
    (decoder, batch)
}

fn spans(batch: &SpanBatch) -> Vec<Span<'_>> {
    batch.spans.iter().map(|row| batch.span(row)).collect()
}

/// A line for each span by name: its parent, start and duration in µs.
fn lines(batch: &SpanBatch) -> Vec<String> {
    let spans = spans(batch);
    let name = |id| spans.iter().find(|span| Some(span.span_id) == id).map_or("-", |span| span.name);
    let line = |span: &Span<'_>| {
        format!("{} in {}: {}+{}", span.name, name(span.parent_id), span.start.0 / 1_000, span.duration / 1_000)
    };
    let mut lines: Vec<String> = spans.iter().map(line).collect();
    lines.sort();
    lines
}

fn number(n: usize) -> i64 {
    i64::try_from(n).expect("small")
}

fn slice(name: &str, thread: u32, start: i64, duration: u64) -> String {
    format!(r#"{{"name":"{name}","ph":"X","pid":1,"tid":{thread},"ts":{start},"dur":{duration}}}"#)
}

#[test]
fn a_slice_lies_in_the_one_that_holds_it_on_its_thread() {
    let events = [
        slice("inner", 1, 10, 5),
        slice("outer", 1, 0, 100),
        // Begins where the one before ends.
        slice("next", 1, 15, 5),
        // Begins inside and ends behind: beside it.
        slice("late", 1, 90, 20),
        slice("in late", 1, 95, 5),
        slice("elsewhere", 2, 10, 5),
        // Rounding: half a µs too long.
        r#"{"name":"rounded","ph":"X","pid":1,"tid":1,"ts":20.5,"dur":80}"#.to_owned(),
        slice("moment", 1, 200, 0),
        slice("in moment", 1, 200, 0),
    ];
    let (_, batch) = decoded(&format!("[{}]", events.join(",\n")));
    assert_eq!(
        lines(&batch),
        [
            "elsewhere in -: 10+5",
            "in late in late: 95+5",
            "in moment in moment: 200+0",
            "inner in outer: 10+5",
            "late in -: 90+20",
            "moment in -: 200+0",
            "next in outer: 15+5",
            "outer in -: 0+100",
            "rounded in outer: 20+80",
        ]
    );
}

#[test]
fn what_did_not_end_and_what_did_not_begin_is_said() {
    let text = r#"[
{"name":"gone","ph":"E","pid":1,"tid":1,"ts":5},
{"name":"runs","ph":"B","pid":1,"tid":1,"ts":10},
{"name":"in it","ph":"X","pid":1,"tid":1,"ts":20,"dur":30},
{"name":"short","ph":"X","pid":1,"tid":1,"ts":60},
{"name":"no time","ph":"X","pid":1,"tid":1},"#;
    let (decoder, batch) = decoded(text);
    assert_eq!(lines(&batch), ["in it in runs: 20+30", "runs in -: 10+50", "short in runs: 60+0"]);
    let warnings: Vec<_> = spans(&batch).iter().map(|span| span.warnings.join(", ")).collect();
    assert_eq!(warnings, ["did not end: drawn to the end of the input", "", "written without a duration"]);
    let problems: Vec<_> = batch.problems.iter().map(|problem| problem.reason.as_str()).collect();
    assert_eq!(
        problems,
        ["an event of Chrome's without a time (`ts`)", "1 ends (`E`) of Chrome's trace events without a beginning"]
    );
    assert_eq!(decoder.counts().malformed, 2);
}

#[test]
fn flows_link_what_they_come_into_to_what_they_left() {
    let text = r#"{"traceEvents":[
{"name":"a","ph":"X","pid":1,"tid":1,"ts":0,"dur":10},
{"name":"b","ph":"X","pid":1,"tid":2,"ts":20,"dur":10},
{"name":"c","ph":"X","pid":1,"tid":3,"ts":40,"dur":10},
{"name":"d","ph":"X","pid":1,"tid":3,"ts":60,"dur":10,"bind_id":"0x9","flow_out":true},
{"name":"e","ph":"X","pid":1,"tid":4,"ts":70,"dur":10,"bind_id":"0x9","flow_in":true},
{"name":"f","ph":"f","pid":1,"tid":3,"ts":40,"id":1},
{"name":"f","ph":"t","pid":1,"tid":2,"ts":25,"id":1},
{"name":"f","ph":"s","pid":1,"tid":1,"ts":5,"id":1},
{"name":"other","ph":"f","bp":"e","pid":1,"tid":1,"ts":5,"id":1}]}"#;
    let (_, batch) = decoded(text);
    let spans = spans(&batch);
    let name = |id| spans.iter().find(|span| span.span_id == id).map_or("-", |span| span.name);
    let links: Vec<String> = spans
        .iter()
        .flat_map(|span| span.links.iter().map(move |link| format!("{} after {}", span.name, name(link.span_id))))
        .collect();
    assert_eq!(links, ["b after a", "c after b", "e after d"]);
}

#[test]
fn a_file_is_one_trace_whose_id_comes_from_what_it_holds() {
    let (one, other) = (slice("a", 1, 0, 5), slice("b", 1, 0, 5));
    let id = |text: &str| decoded(text).1.spans[0].trace_id;
    assert_eq!(id(&format!("[{one}]")), id(&format!("{{ \"traceEvents\" : [\n{one} ] }}")));
    assert_ne!(id(&format!("[{one}]")), id(&format!("[{other}]")));
}

#[test]
fn long_documents_and_plain_lists_read_as_short_ones_do() {
    let mut events = vec![slice("root", 1, 0, 1_000_000)];
    events.extend((0..20_000).map(|at| slice("step", 1, at * 40, 30)));
    let list = events.join(",\n");
    assert!(list.len() > 1 << 20);
    let (decoder, whole) = decoded(&format!("{{\"otherData\":{{}},\"traceEvents\":[{list}],\"more\":[1]}}\n"));
    let (_, plain) = decoded(&format!("[{list}"));
    assert_eq!(decoder.counts().spans, 20_001);
    assert_eq!((decoder.format(), whole.problems.len()), ("chrome", 0));
    assert_eq!(lines(&whole), lines(&plain));
    let root = whole.spans[0].span_id;
    assert_eq!(whole.spans.iter().filter(|span| span.parent_id == Some(root)).count(), 20_000);
}

#[test]
fn counters_and_objects_without_a_phase_are_no_spans() {
    let text = format!(
        "[{},\n{}\n]\n{}\n",
        slice("a", 1, 0, 5),
        r#"{"name":"heap","ph":"C","pid":1,"ts":1,"args":{"used":12}}"#,
        r#"{"ph":"X","message":"a log line"}"#
    );
    let (decoder, batch) = decoded(&text);
    assert_eq!((batch.spans.len(), decoder.counts().objects, batch.lines.len()), (1, 2, 1));
    let run = crate::process::run_with(&["print", "-"], r#"{"traceEvents":[{"name":"heap","ph":"C","pid":1,"ts":1}]}"#);
    assert!(run.stderr.contains("trace events of Chrome without a slice"), "{}", run.stderr);
}

proptest! {
    /// Slices written in any order, nested by construction: parents are found again.
    #[test]
    fn the_order_of_events_changes_nothing(depths in proptest::collection::vec(0_usize..5, 1..30), seed in any::<u64>()) {
        // One after the other; a deeper one lies in the last that is less deep.
        let mut around: Vec<(String, i64, i64)> = Vec::new();
        let (mut events, mut wanted) = (Vec::new(), Vec::new());
        for (at, depth) in depths.iter().enumerate() {
            around.truncate(*depth);
            let (start, end) = around.last().map_or((number(at) * 100_000, 0), |(_, start, end)| (*start, *end));
            let taken = number(events.len()) * 10 + 10;
            let (start, end) = if around.is_empty() { (start, start + 90_000) } else { (start + taken, end - taken) };
            let name = format!("s{at}");
            let parent = around.last().map_or("-".to_owned(), |(name, ..)| name.clone());
            if end - start > 20 {
                events.push(slice(&name, 1, start, (end - start).unsigned_abs()));
                wanted.push((name.clone(), parent));
                // What comes next at this depth must not lie in this one.
                let last = around.len().saturating_sub(1);
                if let Some((_, begins, _)) = around.get_mut(last) {
                    *begins = end;
                }
                around.push((name, start, end));
            }
        }
        let mut order: Vec<usize> = (0..events.len()).collect();
        order.sort_by_key(|at| (*at as u64 + 1).wrapping_mul(seed | 1));
        let mut text = String::from("[");
        for at in order {
            let _ = writeln!(text, "{},", events[at]);
        }
        let (_, batch) = decoded(&text);
        let spans = spans(&batch);
        let name = |id| spans.iter().find(|span| Some(span.span_id) == id).map_or("-", |span| span.name).to_owned();
        let mut found: Vec<_> = spans.iter().map(|span| (span.name.to_owned(), name(span.parent_id))).collect();
        found.sort();
        wanted.sort();
        prop_assert_eq!(found, wanted);
    }
}
