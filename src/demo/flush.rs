//! Spans on their way out: each service's client gathers what has ended and sends it about once a second.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::service::Service;
use super::told::Told;
use crate::model::{Attribute, Span, SpanBatch, Timestamp, Value};

/// How often a client flushes, in ns.
const EVERY: u64 = 1_000_000_000;

/// A batch is sent early when it has this many spans or this much text, so that it fits a UDP datagram.
const MOST_SPANS: usize = 64;
const MOST_TEXT: usize = 40_000;

/// Batches of one service's spans and when each would be sent, in that order. Times count in ns from `zero`.
pub(super) fn batches(told: &[Told], zero: Timestamp) -> Vec<(u64, SpanBatch)> {
    let mut by_service: BTreeMap<&str, Vec<(usize, &Told)>> = BTreeMap::new();
    for (idx, span) in told.iter().enumerate() {
        by_service.entry(span.service.name).or_default().push((idx, span));
    }
    let mut sent = Vec::new();
    for (phase, mut spans) in (0..).zip(by_service.into_values()) {
        // Of spans that end together the one opened last is the child: it is reported first.
        spans.sort_by_key(|&(idx, span)| (span.end, Reverse(idx)));
        send(&spans, zero, phase * 70_000_000, &mut sent);
    }
    sent.sort_by_key(|&(at, _)| at);
    sent
}

fn send(spans: &[(usize, &Told)], zero: Timestamp, phase: u64, sent: &mut Vec<(u64, SpanBatch)>) {
    let mut batch = SpanBatch::default();
    let mut tick = 0;
    let mut last = 0;
    for (_, told) in spans {
        let full = batch.spans.len() >= MOST_SPANS || batch.text.len() >= MOST_TEXT;
        if (full || told.end > tick) && !batch.spans.is_empty() {
            let at = if full { last } else { tick };
            sent.push((at, std::mem::take(&mut batch)));
        }
        // The first flush at or after the span's end.
        tick = (told.end + EVERY - phase).div_ceil(EVERY) * EVERY - EVERY + phase;
        last = told.end;
        add(&mut batch, told, zero);
    }
    if !batch.spans.is_empty() {
        sent.push((tick, batch));
    }
}

/// Adds a span; all spans of a batch share the resource that came with the first.
fn add(batch: &mut SpanBatch, told: &Told, zero: Timestamp) {
    let mut span: Span<'_> = told.span(zero);
    if batch.spans.is_empty() {
        span.resource = resource(told.service);
        batch.push(&span);
    } else {
        batch.push_under(0, &span);
    }
    for log in told.logs(zero) {
        batch.push_log_under(0, &log);
    }
}

fn resource(service: &'static Service) -> Vec<Attribute<'static>> {
    let (language, version) = service.sdk;
    let text = |key, value| Attribute { key, value: Value::Str(value) };
    vec![
        text("service.namespace", "shop"),
        text("service.version", service.version),
        text("service.instance.id", service.instance),
        text("deployment.environment.name", "demo"),
        text("host.name", "demo-1"),
        text("telemetry.sdk.name", "opentelemetry"),
        text("telemetry.sdk.language", language),
        text("telemetry.sdk.version", version),
    ]
}
