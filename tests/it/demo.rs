//! The built-in workload: what a user would expect to find in it, and that it is the same every time.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use tracetui::demo::{SEED, workload};
use tracetui::model::{Kind, LinkKind, Span, SpanBatch, SpanId, Status, Timestamp, TraceId, Value};

/// 1 July 2024, 12:00 UTC.
const END: Timestamp = Timestamp(1_719_835_200_000_000_000);
const SECOND: u64 = 1_000_000_000;

/// The only service whose clock is wrong.
const SKEWED: &str = "recommendation";

type Traces<'a> = BTreeMap<TraceId, Vec<Span<'a>>>;

#[test]
fn equal_seeds_give_equal_workloads_and_others_differ() {
    let text = |seed, end| format!("{:?}", spans(&workload(seed, end)).collect::<Vec<_>>());
    let first = text(SEED, END);
    assert!(first == text(SEED, END), "the same seed and end gave another workload");
    assert!(first != text(SEED + 1, END));
    assert!(first != text(SEED, END.plus(1)));
}

#[test]
fn the_shop_has_thirteen_services_320_traces_and_thousands_of_spans() {
    for seed in [SEED, 0, u64::MAX] {
        let batches = workload(seed, END);
        let services: BTreeSet<&str> = spans(&batches).map(|span| span.service).collect();
        assert_eq!(services.len(), 13, "{services:?}");
        assert!(services.contains("物流"));
        assert_eq!(traces(&batches).len(), 320);
        let n = spans(&batches).count();
        assert!((12_000..=16_000).contains(&n), "seed {seed}: {n} spans");
    }
}

#[test]
fn exactly_one_trace_has_5000_spans_and_it_is_the_nightly_report() {
    for seed in [SEED, 3, 4] {
        let batches = workload(seed, END);
        let traces = traces(&batches);
        let large: Vec<_> = traces.values().filter(|spans| spans.len() > 500).collect();
        assert_eq!(large.iter().map(|spans| spans.len()).collect::<Vec<_>>(), [5_000]);
        let root = large[0].iter().find(|span| span.parent_id.is_none()).expect("a root");
        assert_eq!((root.service, root.name), ("report", "nightly-report"));
    }
}

#[test]
fn the_last_trace_ends_at_the_given_time_and_all_lie_in_about_four_minutes() {
    let batches = workload(SEED, END);
    assert_eq!(spans(&batches).map(|span| span.start.plus(span.duration)).max(), Some(END));
    let first = spans(&batches).map(|span| span.start).min().expect("spans");
    assert!((230 * SECOND..250 * SECOND).contains(&END.since(first)), "{}", END.since(first));
    for span in spans(&batches) {
        assert!(span.duration < 5 * SECOND, "{} took {}", span.name, span.duration);
        for event in &span.events {
            assert!(span.start <= event.time && event.time <= end(&span), "{} in {}", event.name, span.name);
        }
    }
}

#[test]
fn traces_start_all_through_the_time() {
    let batches = workload(SEED, END);
    let starts = traces(&batches).into_values().filter_map(|spans| spans.iter().map(|span| span.start).min());
    let mut by_quarter_minute = BTreeMap::new();
    for start in starts {
        *by_quarter_minute.entry(END.since(start) / (15 * SECOND)).or_insert(0) += 1;
    }
    assert!(by_quarter_minute.len() >= 16 && by_quarter_minute.values().all(|&n| n < 40), "{by_quarter_minute:?}");
}

#[test]
fn exactly_one_trace_misses_a_parent() {
    for seed in [SEED, 5, 6] {
        let batches = workload(seed, END);
        let incomplete = traces(&batches).into_values().filter(|spans| {
            let ids: HashSet<SpanId> = spans.iter().map(|span| span.span_id).collect();
            spans.iter().any(|span| span.parent_id.is_some_and(|parent| !ids.contains(&parent)))
        });
        assert_eq!(incomplete.count(), 1, "seed {seed}");
    }
}

#[test]
fn every_trace_has_one_root_and_no_id_twice() {
    let batches = workload(SEED, END);
    for (id, spans) in traces(&batches) {
        assert_eq!(spans.iter().filter(|span| span.parent_id.is_none()).count(), 1, "{id}");
        let ids: HashSet<SpanId> = spans.iter().map(|span| span.span_id).collect();
        assert_eq!(ids.len(), spans.len(), "{id}");
        assert!(!ids.contains(&SpanId(0)));
    }
}

#[test]
fn children_run_inside_their_parents_save_for_the_skewed_clock_and_messages() {
    let batches = workload(SEED, END);
    let mut outside = BTreeSet::new();
    for spans in traces(&batches).into_values() {
        let by_id: HashMap<SpanId, &Span<'_>> = spans.iter().map(|span| (span.span_id, span)).collect();
        for child in &spans {
            let Some(parent) = child.parent_id.and_then(|id| by_id.get(&id)) else { continue };
            let inside = parent.start <= child.start && end(child) <= end(parent);
            if child.kind == Kind::Consumer {
                assert!(child.start > end(parent), "{} is consumed before it is published", child.name);
            } else if !inside {
                outside.insert(child.service);
            }
        }
    }
    assert_eq!(outside.into_iter().collect::<Vec<_>>(), [SKEWED]);
}

#[test]
fn links_point_at_spans_that_exist_in_this_and_in_other_traces() {
    let batches = workload(SEED, END);
    let traces = traces(&batches);
    let ids: HashSet<(TraceId, SpanId)> = spans(&batches).map(|span| (span.trace_id, span.span_id)).collect();
    let (mut to_others, mut to_retries) = (0, 0);
    for span in traces.values().flatten() {
        for link in &span.links {
            assert!(ids.contains(&(link.trace_id, link.span_id)), "{} links to nowhere", span.name);
            to_others += usize::from(link.trace_id != span.trace_id && link.kind == LinkKind::Link);
            to_retries += usize::from(link.trace_id == span.trace_id && link.kind == LinkKind::FollowsFrom);
        }
    }
    assert!(to_others >= 20 && to_retries >= 5, "{to_others} messages, {to_retries} retries");
}

#[test]
fn some_traces_fail_with_exceptions_and_stack_traces_and_most_do_not() {
    let batches = workload(SEED, END);
    let failed = traces(&batches).into_values().filter(|spans| spans.iter().any(|span| span.status == Status::Error));
    let failed = failed.count();
    assert!((15..=110).contains(&failed), "{failed} of 320 traces have errors");
    let stacks = spans(&batches).flat_map(|span| span.events).filter(|event| {
        let stack = event.attributes.iter().find(|attribute| attribute.key == "exception.stacktrace");
        event.name == "exception"
            && stack.is_some_and(|s| matches!(s.value, Value::Str(text) if text.lines().count() > 2))
    });
    assert!(stacks.count() >= 15);
}

#[test]
fn couriers_are_asked_for_thirteen_times_one_after_the_other() {
    let batches = workload(SEED, END);
    let mut seen = 0;
    for spans in traces(&batches).into_values() {
        let mut couriers: Vec<_> = spans.iter().filter(|span| span.name == "GetCourier").collect();
        if couriers.is_empty() {
            continue;
        }
        couriers.sort_by_key(|span| span.start);
        seen += 1;
        assert_eq!(couriers.iter().filter(|span| span.status != Status::Error).count(), 13);
        assert!(
            couriers.windows(2).all(|pair| pair[0].parent_id == pair[1].parent_id && end(pair[0]) <= pair[1].start)
        );
    }
    assert!(seen >= 20, "{seen} traces");
}

#[test]
fn one_chain_is_deep_and_one_trace_stands_out_as_slow() {
    let batches = workload(SEED, END);
    let traces = traces(&batches);
    assert!(traces.values().map(|spans| depth(spans)).max() > Some(100));
    let mut lengths: Vec<u64> = traces.values().map(|spans| length(spans)).collect();
    lengths.sort_unstable_by(|a, b| b.cmp(a));
    assert!(lengths[0] > SECOND && lengths[3] < SECOND, "{:?}", lengths.get(..6));
}

#[test]
fn values_of_every_kind_and_hostile_text_are_there_to_be_shown() {
    let batches = workload(SEED, END);
    let any = |test: fn(&Value<'_>) -> bool| {
        spans(&batches).any(|span| span.attributes.iter().any(|attribute| test(&attribute.value)))
    };
    assert!(any(|value| matches!(value, Value::Str(text) if text.contains("\u{1b}]52;") && text.contains('\u{202e}'))));
    assert!(any(|value| matches!(value, Value::Str(text) if text.len() > 4_000)));
    assert!(any(|value| matches!(value, Value::Str(text) if text.starts_with("SELECT "))));
    assert!(any(|value| matches!(value, Value::Double(double) if double.is_nan())));
    assert!(any(|value| matches!(value, Value::Bytes(bytes) if std::str::from_utf8(bytes).is_err())));
    assert!(any(|value| matches!(value, Value::Int(i64::MIN))));
    assert!(any(|value| matches!(value, Value::Bool(true))));
    let is_json = |text: &str| serde_json::from_str::<serde_json::Value>(text).is_ok();
    for span in spans(&batches) {
        assert!(!is_attribute(&span, |value| matches!(value, Value::Json(text) if !is_json(text))), "{}", span.name);
    }
}

#[test]
fn names_are_written_in_many_scripts() {
    let batches = workload(SEED, END);
    let names: String = spans(&batches).map(|span| span.name).collect();
    for (what, letter) in [
        ("han", '車'),
        ("hangul", '한'),
        ("hebrew", 'ש'),
        ("arabic", 'ع'),
        ("combining", '\u{308}'),
        ("joined emoji", '\u{200d}'),
    ] {
        assert!(names.contains(letter), "no {what}");
    }
}

#[test]
fn a_batch_is_one_service_with_its_resource_fits_a_datagram_and_tells_children_first() {
    let batches = workload(SEED, END);
    let mut reported: HashMap<(TraceId, SpanId), &str> = HashMap::new();
    for batch in &batches {
        assert_eq!(batch.resources.len(), 1);
        assert!(!batch.spans.is_empty() && batch.text.len() + 60 * batch.spans.len() < 60_000, "{}", batch.text.len());
        assert!(std::str::from_utf8(batch.bytes(batch.resources[0].service)).is_ok_and(|name| !name.is_empty()));
        for span in &batch.spans {
            let span = batch.span(span);
            assert!(!span.name.is_empty() && span.source == "demo" && !span.scope.name.is_empty(), "{}", span.name);
            assert!(span.resource.iter().any(|a| a.key == "host.name" && a.value == Value::Str("demo-1")));
            if let Some(parent) = span.parent_id.filter(|_| span.kind != Kind::Consumer) {
                assert!(
                    reported.get(&(span.trace_id, parent)) != Some(&span.service),
                    "{} after its parent",
                    span.name
                );
            }
            reported.insert((span.trace_id, span.span_id), span.service);
        }
    }
}

#[test]
fn batches_come_in_the_order_in_which_spans_end() {
    let batches = workload(SEED, END);
    let mut latest = Timestamp(i64::MIN);
    for batch in &batches {
        let last = batch.spans.iter().map(|span| span.start.plus(span.duration)).max().expect("a span");
        assert!(latest.since(last) < 2 * SECOND, "a batch is sent {} ns late", latest.since(last));
        latest = latest.max(last);
    }
}

fn spans(batches: &[SpanBatch]) -> impl Iterator<Item = Span<'_>> {
    batches.iter().flat_map(|batch| batch.spans.iter().map(|span| batch.span(span)))
}

fn traces(batches: &[SpanBatch]) -> Traces<'_> {
    let mut traces = Traces::new();
    for span in spans(batches) {
        traces.entry(span.trace_id).or_default().push(span);
    }
    traces
}

fn end(span: &Span<'_>) -> Timestamp {
    span.start.plus(span.duration)
}

fn length(spans: &[Span<'_>]) -> u64 {
    let first = spans.iter().map(|span| span.start).min().unwrap_or_default();
    spans.iter().map(end).max().unwrap_or_default().since(first)
}

fn depth(spans: &[Span<'_>]) -> usize {
    let parents: HashMap<SpanId, Option<SpanId>> = spans.iter().map(|span| (span.span_id, span.parent_id)).collect();
    let above =
        |id: SpanId| std::iter::successors(Some(id), |id| parents.get(id).copied().flatten()).take(10_000).count();
    spans.iter().map(|span| above(span.span_id)).max().unwrap_or(0)
}

fn is_attribute(span: &Span<'_>, test: impl Fn(&Value<'_>) -> bool) -> bool {
    span.attributes.iter().any(|attribute| test(&attribute.value))
}

#[test]
fn the_file_in_assets_is_what_the_generator_makes() {
    let mut made = Vec::new();
    for batch in workload(SEED, Timestamp(1_768_473_000_000_000_000)) {
        for span in &batch.spans {
            tracetui::export::jsonl::write_span(&batch.span(span), &mut made);
        }
    }
    let kept = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/demo.jsonl")).expect("the file");
    assert!(made == kept, "assets/demo.jsonl is stale; run: just assets");
}
