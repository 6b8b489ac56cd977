//! Which of two spans with one identity is kept: a total order on what the spans say. It never looks at
//! interned ids, arrival or memory, so the winner is the same whatever came first.

use std::cmp::Ordering;

use crate::model::{Attribute, Event, Link, Span, SpanId, Value};

/// Compares two spans; the greater is kept. `Equal` means the same span twice.
///
/// Later end first, then the longer one, then the one with more attributes and events; what remains is decided by
/// content.
pub(in crate::store) fn compare(a: &Span<'_>, b: &Span<'_>) -> Ordering {
    let size = |span: &Span<'_>| span.attributes.len() + span.events.len();
    (a.start.plus(a.duration).cmp(&b.start.plus(b.duration)))
        .then_with(|| a.duration.cmp(&b.duration))
        .then_with(|| a.start.cmp(&b.start))
        .then_with(|| size(a).cmp(&size(b)))
        .then_with(|| content(a, b))
}

fn content(a: &Span<'_>, b: &Span<'_>) -> Ordering {
    (a.service, a.name, a.span_id, a.kind)
        .cmp(&(b.service, b.name, b.span_id, b.kind))
        .then_with(|| a.parent_id.and_then(SpanId::non_zero).cmp(&b.parent_id.and_then(SpanId::non_zero)))
        .then_with(|| (a.status, a.status_message, a.flags).cmp(&(b.status, b.status_message, b.flags)))
        .then_with(|| (a.trace_state, a.source).cmp(&(b.trace_state, b.source)))
        .then_with(|| (a.scope.name, a.scope.version).cmp(&(b.scope.name, b.scope.version)))
        .then_with(|| attributes(&a.attributes, &b.attributes))
        .then_with(|| attributes(&a.resource, &b.resource))
        .then_with(|| each(&a.events, &b.events, event))
        .then_with(|| each(&a.links, &b.links, link))
        .then_with(|| a.warnings.cmp(&b.warnings))
}

fn event(a: &Event<'_>, b: &Event<'_>) -> Ordering {
    (a.time, a.name).cmp(&(b.time, b.name)).then_with(|| attributes(&a.attributes, &b.attributes))
}

fn link(a: &Link<'_>, b: &Link<'_>) -> Ordering {
    (a.trace_id, a.span_id, a.kind)
        .cmp(&(b.trace_id, b.span_id, b.kind))
        .then_with(|| attributes(&a.attributes, &b.attributes))
}

fn attributes(a: &[Attribute<'_>], b: &[Attribute<'_>]) -> Ordering {
    each(a, b, |a, b| a.key.cmp(b.key).then_with(|| value(a.value, b.value)))
}

fn each<T>(a: &[T], b: &[T], compare: impl Fn(&T, &T) -> Ordering) -> Ordering {
    let first = a.iter().zip(b).map(|(a, b)| compare(a, b)).find(|order| order.is_ne());
    first.unwrap_or(Ordering::Equal).then(a.len().cmp(&b.len()))
}

fn value(a: Value<'_>, b: Value<'_>) -> Ordering {
    match (a, b) {
        (Value::Str(a), Value::Str(b)) | (Value::Json(a), Value::Json(b)) => a.cmp(b),
        (Value::Int(a), Value::Int(b)) => a.cmp(&b),
        // By bits, not `==`: NaN equals itself and -0.0 is not 0.0, as sent.
        (Value::Double(a), Value::Double(b)) => a.to_bits().cmp(&b.to_bits()),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(&b),
        (Value::Bytes(a), Value::Bytes(b)) => a.cmp(b),
        (a, b) => rank(a).cmp(&rank(b)),
    }
}

fn rank(value: Value<'_>) -> u8 {
    match value {
        Value::Str(_) => 0,
        Value::Int(_) => 1,
        Value::Double(_) => 2,
        Value::Bool(_) => 3,
        Value::Bytes(_) => 4,
        Value::Json(_) => 5,
    }
}
