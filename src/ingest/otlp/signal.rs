//! What a request is about, told by its shape: for clients whose address has no path.

use crate::ingest::protobuf::{Message, Value};

/// So many items are looked at.
const MOST_ITEMS: usize = 16;

/// Of JSON this much is looked at.
const MOST_BYTES: usize = 64 << 10;

/// What OTLP carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Spans.
    Traces,
    /// Log records.
    Logs,
    /// Metrics.
    Metrics,
    /// Profiles.
    Profiles,
    /// A request without anything.
    Empty,
    /// No OTLP.
    Unknown,
}

/// What a request's body carries.
pub fn signal(body: &[u8]) -> Signal {
    match body.iter().find(|byte| !byte.is_ascii_whitespace()) {
        None => Signal::Empty,
        Some(b'{' | b'[') => of_json(body.get(..MOST_BYTES).unwrap_or(body)),
        Some(_) => of_protobuf(body),
    }
}

fn of_json(body: &[u8]) -> Signal {
    let names = [
        (&b"\"resourceSpans\""[..], Signal::Traces),
        (b"\"resource_spans\"", Signal::Traces),
        (b"\"scopeSpans\"", Signal::Traces),
        (b"\"resourceLogs\"", Signal::Logs),
        (b"\"resource_logs\"", Signal::Logs),
        (b"\"resourceMetrics\"", Signal::Metrics),
        (b"\"resource_metrics\"", Signal::Metrics),
        (b"\"resourceProfiles\"", Signal::Profiles),
        (b"\"resource_profiles\"", Signal::Profiles),
    ];
    let places = names.iter().filter_map(|(name, signal)| Some((memchr::memmem::find(body, name)?, *signal)));
    let first = places.min_by_key(|(at, _)| *at).map(|(_, signal)| signal);
    let is_empty = body.iter().filter(|byte| !byte.is_ascii_whitespace()).eq(b"{}");
    first.unwrap_or(if is_empty { Signal::Empty } else { Signal::Unknown })
}

/// All requests are lists of resources with lists of scopes with lists of items; only the items differ.
fn of_protobuf(body: &[u8]) -> Signal {
    let mut left = MOST_ITEMS;
    let mut is_shaped = false;
    for resource in messages(body, 1) {
        for scope in messages(resource, 2) {
            is_shaped = true;
            for item in messages(scope, 2) {
                if let Some(signal) = of_item(item) {
                    return signal;
                }
                left = left.saturating_sub(1);
                if left == 0 {
                    return Signal::Unknown;
                }
            }
        }
    }
    if is_shaped { Signal::Empty } else { Signal::Unknown }
}

fn messages(bytes: &[u8], wanted: u32) -> impl Iterator<Item = &[u8]> {
    let mut message = Message::new(bytes);
    let fields = std::iter::from_fn(move || message.field().ok().flatten());
    fields.filter_map(move |field| match field {
        (number, Value::Bytes(bytes)) if number == wanted => Some(bytes),
        _ => None,
    })
}

fn of_item(item: &[u8]) -> Option<Signal> {
    let mut message = Message::new(item);
    let (mut has_text_first, mut is_metric) = (false, false);
    while let Ok(Some(field)) = message.field() {
        match field {
            // Times of a log record, observed and own.
            (1 | 11, Value::Fixed64(_)) => return Some(Signal::Logs),
            // Times of a span.
            (7 | 8, Value::Fixed64(_)) => return Some(Signal::Traces),
            (1, Value::Bytes(_)) => has_text_first = true,
            // Gauge, sum, histogram, exponential histogram, summary.
            (5 | 7 | 9 | 10 | 11, Value::Bytes(_)) => is_metric = true,
            _ => {}
        }
    }
    // A metric's first field is its name; a span has times.
    (has_text_first && is_metric).then_some(Signal::Metrics)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A message with one field that holds bytes.
    fn wrap(number: u8, bytes: &[u8]) -> Vec<u8> {
        let length = u8::try_from(bytes.len()).expect("short");
        [&[number << 3 | 2, length][..], bytes].concat()
    }

    fn request(item: &[u8]) -> Vec<u8> {
        wrap(1, &[wrap(1, b""), wrap(2, &wrap(2, item))].concat())
    }

    #[test]
    fn requests_are_told_apart_by_their_items() {
        let time = [0x39, 1, 0, 0, 0, 0, 0, 0, 0];
        let span = [wrap(1, &[1; 16]), wrap(2, &[2; 8]), wrap(5, b"GET /"), time.to_vec()].concat();
        assert_eq!(signal(&request(&span)), Signal::Traces);
        let log = [&[0x09, 1, 0, 0, 0, 0, 0, 0, 0][..], &wrap(5, &wrap(1, b"hello"))].concat();
        assert_eq!(signal(&request(&log)), Signal::Logs);
        let metric = [wrap(1, b"sixteen.letters."), wrap(3, b"ms"), wrap(7, b"")].concat();
        assert_eq!(signal(&request(&metric)), Signal::Metrics);
        assert_eq!(signal(&wrap(1, &wrap(2, b""))), Signal::Empty);
        assert_eq!(signal(b""), Signal::Empty);
        assert_eq!(signal(b"hello"), Signal::Unknown);
    }

    #[test]
    fn json_is_told_by_its_first_name() {
        assert_eq!(signal(b" {\"resourceSpans\":[{\"x\":\"resourceLogs\"}]}"), Signal::Traces);
        assert_eq!(signal(b"{\"resource_logs\":[]}"), Signal::Logs);
        assert_eq!(signal(b"{\"resourceMetrics\":[]}"), Signal::Metrics);
        assert_eq!(signal(b"{}"), Signal::Empty);
        assert_eq!(signal(b"[1]"), Signal::Unknown);
    }
}
