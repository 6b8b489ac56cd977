//! What benches are fed: datagrams with ids, times and texts that are stamped in anew, and single traces of any shape.
//! Made from numbers alone, the same in every run.

use tracetui::export::jaeger_thrift;
use tracetui::model::{Attribute, Event, Span, SpanBatch, SpanId, Timestamp, TraceId, Value};

/// Spans of one datagram.
pub(crate) const SPANS: usize = 30;

/// The first start of all, in microseconds.
const BASE: i64 = 1_705_314_900_000_000;

/// How far apart traces start, in microseconds.
const STEP: i64 = 100;

const SERVICES: [&str; 10] =
    ["gateway", "checkout", "cart", "payment", "inventory", "shipping", "search", "users", "mail", "pricing"];

const OPERATIONS: [&str; 12] = [
    "POST /api/v2/orders",
    "GET /api/v2/orders/{id}",
    "SELECT orders",
    "INSERT order_items",
    "reserve stock",
    "authorize payment",
    "redis GET",
    "redis SETEX",
    "publish order.created",
    "render receipt",
    "quote shipping",
    "verify token",
];

/// A datagram of 30 spans of one service and one trace, each with 8 attributes and 1 event of 3 fields.
#[derive(Clone)]
pub(crate) struct Datagram {
    pub(crate) bytes: Vec<u8>,
    slots: Vec<(usize, Slot)>,
}

/// What stands in a place of a datagram and is another in each copy.
#[derive(Clone, Copy)]
enum Slot {
    /// A trace or span id: its number.
    Id(u64),
    /// A time: microseconds after the trace's start.
    Time(i64),
    /// Sixteen hex digits: their number.
    Text(u64),
}

impl Datagram {
    /// Makes it the copy with this number: trace, spans and texts of its own, a little later than the one before.
    pub(crate) fn stamp(&mut self, copy: u64) {
        for (at, slot) in &self.slots {
            let mut fresh = Vec::with_capacity(16);
            match *slot {
                Slot::Id(number) => varint(id(copy, number), &mut fresh),
                Slot::Time(after) => varint(zigzag(start(copy) + after), &mut fresh),
                Slot::Text(number) => fresh.extend_from_slice(hex(copy, number).as_bytes()),
            }
            if let Some(place) = self.bytes.get_mut(*at..*at + fresh.len()) {
                place.copy_from_slice(&fresh);
            }
        }
    }

    fn new(service: usize, variant: usize) -> Self {
        // A copy whose ids and texts occur nowhere else shows where they stand.
        let copy = u64::MAX - (service * 100 + variant) as u64;
        let texts: Vec<[String; 2]> = (0..SPANS as u64).map(|n| texts(copy, n)).collect();
        let pod = format!("{}-7f9c6d5b8-{}", SERVICES[service], ["x2x4q", "k8w9z", "m3p7t"][variant % 3]);
        let spans: Vec<Span<'_>> = (0..SPANS).map(|n| span(copy, n, service + variant, &texts[n], &pod)).collect();
        let spans: Vec<Span<'_>> = spans.into_iter().map(|span| Span { service: SERVICES[service], ..span }).collect();
        let bytes = jaeger_thrift::datagrams(&spans, 65_000).pop().unwrap_or_default();
        let mut datagram = Self { bytes, slots: Vec::new() };
        for n in 0..=SPANS as u64 {
            datagram.find(id(copy, n), Slot::Id(n));
        }
        for n in 0..SPANS as u64 {
            for after in [n.cast_signed() * 50, n.cast_signed() * 50 + 7] {
                datagram.find(zigzag(start(copy) + after), Slot::Time(after));
            }
            for number in [2 * n, 2 * n + 1] {
                datagram.find_bytes(hex(copy, number).as_bytes(), Slot::Text(number));
            }
        }
        datagram
    }

    fn find(&mut self, number: u64, slot: Slot) {
        let mut bytes = Vec::new();
        varint(number, &mut bytes);
        self.find_bytes(&bytes, slot);
    }

    fn find_bytes(&mut self, bytes: &[u8], slot: Slot) {
        let found: Vec<usize> = memchr::memmem::find_iter(&self.bytes, bytes).collect();
        assert!(!found.is_empty(), "the datagram holds what is stamped into it");
        self.slots.extend(found.into_iter().map(|at| (at, slot)));
    }
}

/// Forty datagrams, as ten services would send them.
pub(crate) fn datagrams() -> Vec<Datagram> {
    (0..40).map(|n| Datagram::new(n % 10, n / 10)).collect()
}

/// Spans of a datagram, before its service is known.
fn span<'a>(copy: u64, n: usize, flavor: usize, texts: &'a [String; 2], pod: &'a str) -> Span<'a> {
    let number = n as u64;
    let text = |key, text| Attribute { key, value: Value::Str(text) };
    let int = |key, int| Attribute { key, value: Value::Int(int) };
    let at = Timestamp::from_micros(start(copy) + number.cast_signed() * 50);
    let event = Event {
        time: Timestamp(at.0 + 7_000),
        name: "order.accepted",
        attributes: vec![text("log.message", &texts[1]), text("log.severity", "INFO")],
    };
    Span {
        trace_id: TraceId::from_halves(0x5eed_5eed, unzigzag(id(copy, 0))),
        span_id: SpanId(unzigzag(id(copy, number + 1)).cast_unsigned()),
        parent_id: (n > 0).then(|| SpanId(unzigzag(id(copy, (number - 1) / 3 + 1)).cast_unsigned())),
        name: OPERATIONS[(n + flavor) % OPERATIONS.len()],
        start: at,
        duration: 3_000_000 - number * 50_000,
        attributes: vec![
            text("url.full", &texts[0]),
            text("http.method", ["GET", "POST", "PUT"][n % 3]),
            int("http.status_code", [200, 200, 201, 404, 503][n % 5]),
            text("server.address", pod),
            text("db.system", "postgresql"),
            text("db.statement", ["SELECT * FROM orders WHERE id = $1", "UPDATE stock SET n = n - $1"][n % 2]),
            int("thread.id", 140 + (n % 8).cast_signed() as i64),
            Attribute { key: "retry.ratio", value: Value::Double(0.25) },
        ],
        events: vec![event],
        ..Span::default()
    }
}

fn texts(copy: u64, n: u64) -> [String; 2] {
    let [one, two] = [2 * n, 2 * n + 1].map(|number| hex(copy, number));
    [format!("https://shop.example.com/api/v2/orders/{one}"), format!("order {two} is accepted")]
}

/// How traces are built.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// Each span below any earlier one.
    Bushy,
    /// All below the first.
    Wide,
    /// Each below the one before.
    Chain,
}

/// The id of the trace that [`trace`] makes.
pub(crate) const ONE: TraceId = TraceId(0xb16);

/// One trace, its spans in no order, in batches of a thousand.
pub(crate) fn trace(shape: Shape, spans: u64, take: &mut dyn FnMut(&SpanBatch)) {
    more(shape, spans, 0..spans, take);
}

/// Some of its spans, by their place in the order of arrival.
pub(crate) fn more(shape: Shape, spans: u64, places: std::ops::Range<u64>, take: &mut dyn FnMut(&SpanBatch)) {
    let mut batch = SpanBatch::default();
    for place in places {
        // A prime no size here is divisible by: every span comes once.
        let n = place.wrapping_mul(7_368_787) % spans;
        batch.push(&node(shape, spans, n));
        if batch.spans.len() == 1000 {
            take(&batch);
            batch.clear();
        }
    }
    take(&batch);
}

fn node(shape: Shape, spans: u64, n: u64) -> Span<'static> {
    let parent = match shape {
        Shape::Bushy => mix(n) % n.max(1),
        Shape::Wide => 0,
        Shape::Chain => n.saturating_sub(1),
    };
    let kind = usize::try_from(mix(n) % 120).unwrap_or(0);
    Span {
        trace_id: ONE,
        span_id: SpanId(mix(n + 1)),
        parent_id: (n > 0).then(|| SpanId(mix(parent + 1))),
        service: SERVICES[kind % 10],
        name: OPERATIONS[kind / 10],
        start: Timestamp::from_micros(BASE).plus(n * 1_000),
        duration: (spans - n) * 1_000,
        attributes: vec![Attribute { key: "http.request.method", value: Value::Str("GET") }],
        ..Span::default()
    }
}

/// Any number for a number, never 0.
fn mix(n: u64) -> u64 {
    let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (n ^ (n >> 31)).max(1)
}

/// An id as it stands on the wire before it becomes a varint: always ten bytes long there.
fn id(copy: u64, number: u64) -> u64 {
    mix(copy.wrapping_mul(64).wrapping_add(number).wrapping_add(1)) | 1 << 63
}

fn hex(copy: u64, number: u64) -> String {
    format!("{:016x}", mix(copy.wrapping_mul(128).wrapping_add(number).wrapping_add(77)))
}

/// When a copy starts. The one that shows the places stands apart from all times of the others.
fn start(copy: u64) -> i64 {
    BASE + i64::try_from(copy).unwrap_or(7 << 40).min(7 << 40) * STEP
}

fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)).cast_unsigned()
}

fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

fn varint(mut number: u64, bytes: &mut Vec<u8>) {
    loop {
        let [low, ..] = number.to_le_bytes();
        number >>= 7;
        bytes.push(if number > 0 { low | 0x80 } else { low & 0x7f });
        if number == 0 {
            return;
        }
    }
}
