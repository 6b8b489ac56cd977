//! Jaeger datagrams in quantity: encoded once, then stamped with new ids and times. Sends nothing itself.

use tracetui::export::jaeger_thrift;
use tracetui::model::{Attribute, Kind, Span, SpanId, Status, Timestamp, TraceId, Value};

/// Spans of one datagram.
pub(crate) const SPANS: u64 = 30;

/// Ids with this bit take ten bytes whatever their value, so that they can be overwritten in place.
const WIDE: u64 = 1 << 62;

/// Stands for the trace id until a datagram is stamped; span ids count from [`SPAN`].
const TRACE: u64 = WIDE | 0x1234_5678_9abc_def0;

/// See [`TRACE`].
const SPAN: u64 = WIDE | 0x0fed_cba9_8765_0000;

/// Start of the first span until a datagram is stamped, in µs: as many bytes as a time of today.
const START: i64 = 1_700_000_000_000_000;

/// Stands for a text that no other span has.
const UNIQUE: &str = "0123456789abcdef";

/// A datagram of 30 spans with 8 attributes each, about 10 kB, whose ids, times and one text can be changed.
pub(crate) struct Template {
    bytes: Vec<u8>,
    traces: Vec<usize>,
    spans: Vec<(usize, u64)>,
    starts: Vec<(usize, i64)>,
    uniques: Vec<usize>,
}

impl Template {
    /// The spans of a service, sent by a client that calls itself so.
    pub(crate) fn new(service: &str, client: &str) -> Self {
        let names: Vec<String> = (0..SPANS).map(|n| format!("GET /api/{service}/{}", n % 12)).collect();
        let spans: Vec<Span<'_>> = names.iter().zip(0..).map(|(name, n)| span([service, client, name], n)).collect();
        let mut datagrams = jaeger_thrift::datagrams(&spans, 60_000);
        assert_eq!(datagrams.len(), 1, "one process, one datagram");
        let bytes = datagrams.remove(0);
        let spans = (0..SPANS).flat_map(|n| {
            let places = places(&bytes, varint(signed(SPAN + n)));
            places.into_iter().map(move |place| (place, n))
        });
        let starts = (0..SPANS).flat_map(|n| {
            let at = START + signed(n) * 10;
            places(&bytes, varint(at)).into_iter().map(move |place| (place, signed(n) * 10))
        });
        Self {
            traces: places(&bytes, varint(signed(TRACE))),
            spans: spans.collect(),
            starts: starts.collect(),
            uniques: places(&bytes, UNIQUE.bytes()),
            bytes,
        }
    }

    /// The datagram for a trace, with span ids from `first` on, starting at a time in µs.
    pub(crate) fn stamp(&mut self, trace: u64, first: u64, start: i64) -> &[u8] {
        for place in &self.traces {
            overwrite(&mut self.bytes, *place, signed(WIDE | trace));
        }
        for (place, n) in &self.spans {
            overwrite(&mut self.bytes, *place, signed(WIDE | (first + n)));
        }
        for (place, after) in &self.starts {
            overwrite(&mut self.bytes, *place, start + after);
        }
        for (place, n) in self.uniques.iter().zip(first..) {
            let hex = |digit: u64| b"0123456789abcdef"[usize::try_from(n >> (60 - 4 * digit) & 15).expect("a digit")];
            self.bytes[*place..].iter_mut().zip((0..16).map(hex)).for_each(|(byte, digit)| *byte = digit);
        }
        &self.bytes
    }
}

/// Writes a number over another of the same length.
fn overwrite(bytes: &mut [u8], place: usize, n: i64) {
    bytes[place..].iter_mut().zip(varint(n)).for_each(|(byte, new)| *byte = new);
}

fn span([service, client, name]: [&str; 3], n: u64) -> Span<'_> {
    let attributes = vec![
        text("http.request.method", "GET"),
        text("http.route", "/api/{shop}/{item}"),
        text("server.address", "shop.example.test"),
        text("db.system.name", "postgresql"),
        text("db.query.text", "SELECT * FROM items WHERE id = $1"),
        text("request.id", UNIQUE),
        text("thread.name", ["worker-1", "worker-2", "worker-3"][usize::try_from(n % 3).expect("small")]),
        text("cloud.region", "eu-central-1"),
    ];
    Span {
        trace_id: TraceId(u128::from(TRACE)),
        span_id: SpanId(SPAN + n),
        parent_id: (n > 0).then_some(SpanId(SPAN)),
        service,
        name,
        kind: if n == 0 { Kind::Server } else { Kind::Client },
        start: Timestamp((START + signed(n) * 10) * 1_000),
        duration: 1_000_000 + n * 7_000,
        status: if n == 29 { Status::Error } else { Status::Unset },
        attributes,
        resource: vec![text("client-uuid", client)],
        ..Span::default()
    }
}

fn text<'a>(key: &'a str, value: &'a str) -> Attribute<'a> {
    Attribute { key, value: Value::Str(value) }
}

fn signed(n: u64) -> i64 {
    n.cast_signed()
}

fn places(bytes: &[u8], wanted: impl Iterator<Item = u8>) -> Vec<usize> {
    let wanted: Vec<u8> = wanted.collect();
    let windows = bytes.windows(wanted.len()).enumerate();
    let places: Vec<usize> = windows.filter(|(_, window)| *window == wanted).map(|(place, _)| place).collect();
    assert!(!places.is_empty(), "{wanted:?} is in the datagram");
    places
}

/// A number as the compact protocol writes it: zigzag, then seven bits a byte.
fn varint(n: i64) -> impl Iterator<Item = u8> {
    let mut left = Some(((n << 1) ^ (n >> 63)).cast_unsigned());
    std::iter::from_fn(move || {
        let now = left?;
        left = (now > 0x7f).then_some(now >> 7);
        Some(u8::try_from(now & 0x7f).expect("seven bits") | if left.is_some() { 0x80 } else { 0 })
    })
}
