//! The store from inside: what eviction leaves behind, and what a span costs.

use proptest::prelude::*;

use super::Store;
use crate::model::{Attribute, Event, Kind, Span, SpanBatch, SpanId, Status, Timestamp, TraceId, Value};

/// A span made from four small numbers; texts come from the caller so that they may be unique.
fn span(numbers: (u8, u8, u8, u8), texts: &[String; 3]) -> Span<'_> {
    let (trace, id, kind, more) = numbers;
    let [name, key, value] = texts;
    let attribute = Attribute { key, value: Value::Str(value) };
    let event = Event { time: Timestamp(3), name: value, attributes: vec![attribute; usize::from(more % 2)] };
    Span {
        trace_id: TraceId(u128::from(trace)),
        span_id: SpanId(u64::from(id)),
        parent_id: Some(SpanId(u64::from(more))),
        service: if kind % 2 == 0 { key } else { "cart" },
        name,
        kind: Kind::ALL[usize::from(kind) % 6],
        duration: u64::from(more) << (id % 32),
        status: Status::ALL[usize::from(id) % 3],
        status_message: value,
        attributes: vec![attribute; usize::from(more % 5)],
        resource: vec![attribute; usize::from(kind % 2)],
        events: vec![event; usize::from(more % 3)],
        warnings: vec![name; usize::from(id % 2)],
        ..Span::default()
    }
}

fn evict_all(store: &mut Store) {
    assert!(!store.make_room(usize::MAX / 2, None), "no budget is that large");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn a_store_that_evicted_everything_is_as_good_as_new(
        seeds in prop::collection::vec((0_u8..5, 0_u8..9, any::<u8>(), any::<u8>(), 0_u16..400), 1..400),
        budget in prop_oneof![2_000_u64..40_000, Just(1_u64 << 30)],
    ) {
        let mut store = Store::new(budget);
        for part in seeds.chunks(7) {
            let mut batch = SpanBatch::default();
            for &(trace, id, kind, more, text) in part {
                let texts = [format!("op {}", text % 50), format!("k{}", text % 7), format!("value {text}")];
                batch.push(&span((trace, id, kind, more), &texts));
            }
            store.extend(&batch);
            // The second time they are duplicates, replaced or refused.
            store.extend(&batch);
        }
        evict_all(&mut store);
        prop_assert_eq!(store.totals().bytes, Store::new(0).totals().bytes);
        prop_assert_eq!(store.trace_bytes, 0);
        prop_assert_eq!(store.totals().spans, 0);
        prop_assert!(store.pool.names.is_empty());
        prop_assert!(store.pool.resources.is_empty());
        prop_assert_eq!(store.services().count(), 0);
    }
}

/// The shape that memory is held to: eight attributes, one of them a long unique one, and an event of three fields with
/// a unique message.
fn push_usual(batch: &mut SpanBatch, trace: u64, id: u64) {
    let status = Value::Int(if id.is_multiple_of(20) { 500 } else { 200 });
    let url = format!("https://shop.example/api/v1/orders/{id:08}/items?page=1");
    let message = format!("row {id:08} was fetched from the cache");
    let str = |key, value| Attribute { key, value: Value::Str(value) };
    let attributes = vec![
        str("http.method", ["GET", "POST"][usize::from(id.is_multiple_of(3))]),
        str("http.url", &url),
        Attribute { key: "http.status_code", value: status },
        str("net.peer.name", ["db-1", "db-2", "cache"][usize::try_from(id % 3).expect("small")]),
        Attribute { key: "net.peer.port", value: Value::Int(5432) },
        str("component", "grpc"),
        Attribute { key: "sampled", value: Value::Bool(true) },
        str("thread.name", ["main", "worker-1", "worker-2"][usize::try_from(id / 5 % 3).expect("small")]),
    ];
    let fields = vec![str("level", "info"), str("message", &message), str("logger", "app.cache")];
    let start = 1_700_000_000_000_000_000 + i64::try_from(id).expect("small") * 1_000;
    batch.push(&Span {
        trace_id: TraceId(u128::from(trace) << 64 | 7),
        span_id: SpanId((id + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)),
        parent_id: SpanId(id.wrapping_mul(0x9e37_79b9_7f4a_7c15)).non_zero(),
        service: "orders",
        name: ["GET /orders", "select", "cache.get"][usize::try_from(id % 3).expect("small")],
        kind: Kind::Client,
        start: Timestamp(start),
        duration: 1_000 + id * 37 % 100_000,
        flags: Some(1),
        source: "jaeger-compact",
        attributes,
        resource: vec![str("host.name", "web-1"), str("telemetry.sdk.version", "1.21.0")],
        events: vec![Event { time: Timestamp(start + 500), name: "fetched", attributes: fields }],
        ..Span::default()
    });
}

/// Bytes a span in a store of 100,000 usual spans, in traces of `len` spans.
fn bytes_per_span(len: u64) -> u64 {
    let mut store = Store::new(1 << 30);
    let mut batch = SpanBatch::default();
    for id in 0..100_000 {
        push_usual(&mut batch, id / len + 1, id);
        if batch.spans.len() == 30 {
            store.extend(&batch);
            batch.clear();
        }
    }
    store.extend(&batch);
    assert_eq!(store.totals().spans, 100_000);
    store.totals().bytes / 100_000
}

#[test]
fn a_usual_span_of_one_large_trace_costs_at_most_200_bytes() {
    let bytes = bytes_per_span(100_000);
    assert!(bytes <= 200, "{bytes} bytes a span");
}

#[test]
fn a_usual_span_of_many_small_traces_costs_at_most_200_bytes() {
    let bytes = bytes_per_span(30);
    assert!(bytes <= 200, "{bytes} bytes a span");
}

#[test]
fn spans_stay_what_they_are_while_records_move_out_of_waste() {
    let span = |id: u64, round: u64, text: &str, batch: &mut SpanBatch| {
        let attributes = vec![Attribute { key: "text", value: Value::Str(text) }];
        let (trace_id, span_id) = (TraceId(1), SpanId(id));
        batch.push(&Span { trace_id, span_id, duration: round, service: "cart", attributes, ..Span::default() });
    };
    let text = |id: u64, round: u64| format!("span {id} as it was told the {round}th time, at some length");
    let mut store = Store::new(1 << 30);
    let mut latest = vec![0; 2_000];
    let mut fresh = 0;
    for round in 1..=4 {
        for at in 0..latest.len() {
            let at = at * 7 % latest.len();
            let id = at as u64 + 1;
            let mut batch = SpanBatch::default();
            span(id, round, &text(id, round), &mut batch);
            store.extend(&batch);
            latest[at] = round;
            if at.is_multiple_of(100) && round > 1 {
                let trace = store.trace(TraceId(1)).expect("it is here");
                for span in trace.spans() {
                    let id = span.span_id().0;
                    let wanted = text(id, latest[usize::try_from(id - 1).expect("small")]);
                    assert_eq!(span.to_span().attributes[0].value, Value::Str(&wanted));
                }
            }
        }
        fresh = if round == 1 { store.totals().bytes } else { fresh };
    }
    assert!(store.totals().bytes < 3 * fresh, "{} bytes, {fresh} at first", store.totals().bytes);
    assert_eq!((store.totals().spans, store.totals().replaced), (2_000, 6_000));
}

#[test]
fn names_that_never_come_again_do_not_crowd_spans_out() {
    let mut store = Store::new(5 << 20);
    let (mut batch, mut most, mut least) = (SpanBatch::default(), 0, u64::MAX);
    for trace in 0..12_000_u64 {
        for n in 0..7_u64 {
            let (service, name) = (format!("service-{n}"), format!("operation {trace}-{n}"));
            let trace_id = TraceId(u128::from(trace) + 1);
            let (service, name) = (service.as_str(), name.as_str());
            batch.push(&Span { trace_id, span_id: SpanId(n + 1), service, name, duration: trace, ..Span::default() });
        }
        store.extend(&batch);
        batch.clear();
        most = most.max(store.totals().spans);
        least = if store.totals().evicted_traces > 6_000 { least.min(store.totals().spans) } else { least };
    }
    assert!(least * 5 > most * 4, "{most} spans at most, {least} later");
}
