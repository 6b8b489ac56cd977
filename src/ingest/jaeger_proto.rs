//! Jaeger over gRPC: `jaeger.api_v2.PostSpansRequest` (jaeger-idl, `model.proto` and `collector.proto`).
//!
//! Its parent is a reference, its value types are numbered in another order than Thrift's, and defaults are left out.

use super::DecodeOptions;
use super::body::{Body, Progress, is_full};
use super::jaeger::{Held, Tag, name_event, push, push_tag, resolve_parent};
use super::protobuf::{Message, Read, Value};
use crate::model::{BatchEvent, BatchLink, LinkKind, Place, SpanBatch, SpanId, SpanWriter, Text, Timestamp, TraceId};

/// So many tags, logs and references of one span are kept.
const MAX_ROWS: usize = 1 << 16;

/// A request being decoded.
#[derive(Debug)]
pub struct PostSpans<'a> {
    bytes: &'a [u8],
    source: &'static str,
    request: Message<'a>,
    /// The process of the batch at hand, and what is left of it.
    batch: Option<(&'a [u8], Message<'a>)>,
}

impl<'a> PostSpans<'a> {
    /// Begins with a request's bytes; `source` is for the spans.
    pub fn new(body: &'a [u8], source: &'static str) -> Self {
        Self { bytes: body, source, request: Message::new(body), batch: None }
    }

    /// The next span, and whether another batch has begun.
    fn next(&mut self) -> Read<Option<(&'a [u8], bool)>> {
        let mut is_new = false;
        loop {
            if let Some((_, spans)) = &mut self.batch {
                match spans.field()? {
                    Some((1, Value::Bytes(span))) => return Ok(Some((span, is_new))),
                    Some(_) => {}
                    None => self.batch = None,
                }
                continue;
            }
            match self.request.field()? {
                Some((1, Value::Bytes(batch))) => {
                    self.batch = Some((process_of(batch), Message::new(batch)));
                    is_new = true;
                }
                Some(_) => {}
                None => return Ok(None),
            }
        }
    }
}

impl Body for PostSpans<'_> {
    fn fill(&mut self, batch: &mut SpanBatch, limit: usize) -> Progress {
        let source = batch.push_text(self.source.as_bytes());
        let mut resource = None;
        loop {
            let bytes = match self.next() {
                Ok(Some((bytes, is_new))) => {
                    resource = resource.filter(|_| !is_new);
                    bytes
                }
                Ok(None) => return Progress::Done,
                Err(fault) => {
                    batch.push_problem(Place::Byte(0), format!("{fault} in a request to post spans"), self.bytes);
                    return Progress::Broken;
                }
            };
            let process = self.batch.map(|(process, _)| process).unwrap_or_default();
            let own = *resource.get_or_insert_with(|| push_process(process, batch));
            let place = Place::Byte(bytes.as_ptr().addr().saturating_sub(self.bytes.as_ptr().addr()) as u64);
            match span(bytes, own, source, batch) {
                Ok(true) => {}
                Ok(false) => batch.push_problem(place, "a span without ids".to_owned(), bytes),
                Err(fault) => batch.push_problem(place, format!("{fault} in a span"), bytes),
            }
            if is_full(batch, limit) {
                return Progress::More;
            }
        }
    }
}

/// Field 2 of a batch, which stands behind the spans.
fn process_of(bytes: &[u8]) -> &[u8] {
    let mut message = Message::new(bytes);
    let fields = std::iter::from_fn(|| message.field().ok().flatten());
    let mut processes =
        fields.filter_map(|field| if let (2, Value::Bytes(bytes)) = field { Some(bytes) } else { None });
    processes.next().unwrap_or_default()
}

/// A process, as far as it can be read.
fn push_process(bytes: &[u8], batch: &mut SpanBatch) -> u32 {
    let mut message = Message::new(bytes);
    let mut service = String::new();
    let start = batch.attributes.len();
    while let Ok(Some(field)) = message.field() {
        match field {
            (1, Value::Bytes(name)) => service = String::from_utf8_lossy(name).into_owned(),
            (2, Value::Bytes(bytes)) if batch.attributes.len() - start < MAX_ROWS => {
                if let Ok(tag) = tag(bytes) {
                    push(tag, batch);
                }
            }
            _ => {}
        }
    }
    let attributes = batch.attributes_since(start);
    let service = batch.push_text(DecodeOptions::default().service(Some(&service)).as_bytes());
    batch.push_resource(service, attributes)
}

fn tag(bytes: &[u8]) -> Read<Tag<'_>> {
    let mut message = Message::new(bytes);
    let (mut key, mut text, mut binary): (&[u8], &[u8], &[u8]) = (&[], &[], &[]);
    let (mut kind, mut bool, mut int, mut double) = (0, false, 0, 0.0);
    while let Some(field) = message.field()? {
        match field {
            (1, Value::Bytes(bytes)) => key = bytes,
            (2, Value::Varint(number)) => kind = number,
            (3, Value::Bytes(bytes)) => text = bytes,
            (4, Value::Varint(number)) => bool = number != 0,
            (5, Value::Varint(number)) => int = number.cast_signed(),
            (6, Value::Fixed64(bits)) => double = f64::from_bits(bits),
            (7, Value::Bytes(bytes)) => binary = bytes,
            _ => {}
        }
    }
    let value = match kind {
        1 => Held::Bool(bool),
        2 => Held::Int(int),
        3 => Held::Double(double),
        4 => Held::Bytes(binary),
        _ => Held::Text(text),
    };
    Ok(Tag { key, value })
}

/// Decodes a span; `false` when it has no id. On damage nothing of it stays.
fn span(bytes: &[u8], resource: u32, source: Text, batch: &mut SpanBatch) -> Read<bool> {
    let mut out = SpanWriter::new(batch);
    (out.row.resource, out.row.source) = (resource, source);
    let mut links = Vec::new();
    let (mut start, mut rows) = (None, 0);
    let mut message = Message::new(bytes);
    while let Some((number, value)) = message.field()? {
        rows += usize::from(matches!(number, 4 | 8 | 9));
        match (number, value) {
            (4 | 8 | 9, _) if rows > MAX_ROWS => {
                out.warn("more than 65,536 tags, logs and references: the rest was left out");
            }
            (1, Value::Bytes(id)) => out.row.trace_id = TraceId(id_number(id)),
            (2, Value::Bytes(id)) => out.row.span_id = span_id(id),
            (3, Value::Bytes(name)) => out.row.name = out.batch.push_utf8(name),
            (4, Value::Bytes(bytes)) => links.push(reference(bytes)?),
            (5, Value::Varint(flags)) => out.row.flags = u32::try_from(flags).ok(),
            (6, Value::Bytes(time)) => start = Some(nanos(time)?),
            (7, Value::Bytes(time)) => {
                let duration = nanos(time)?;
                if duration < 0 {
                    out.warn("sent with a negative duration, shown as 0");
                }
                out.row.duration = u64::try_from(duration).unwrap_or_default();
            }
            (8, Value::Bytes(bytes)) => push_tag(tag(bytes)?, &mut out),
            (9, Value::Bytes(bytes)) => log(bytes, &mut out)?,
            // A process of the span's own, as exporters that mix services send it.
            (10, Value::Bytes(bytes)) => out.row.resource = push_process(bytes, out.batch),
            (12, Value::Bytes(text)) => out.warn(&String::from_utf8_lossy(text)),
            _ => {}
        }
    }
    if out.row.trace_id.0 == 0 && out.row.span_id.0 == 0 {
        return Ok(false);
    }
    if start.is_none() {
        out.warn("sent without a start time");
    }
    out.row.start = Timestamp(start.unwrap_or_default());
    resolve_parent(&links, &mut out);
    out.commit();
    Ok(true)
}

fn reference(bytes: &[u8]) -> Read<BatchLink> {
    let mut link = BatchLink { kind: LinkKind::ChildOf, ..BatchLink::default() };
    let mut message = Message::new(bytes);
    while let Some(field) = message.field()? {
        match field {
            (1, Value::Bytes(id)) => link.trace_id = TraceId(id_number(id)),
            (2, Value::Bytes(id)) => link.span_id = span_id(id),
            (3, Value::Varint(1)) => link.kind = LinkKind::FollowsFrom,
            _ => {}
        }
    }
    Ok(link)
}

fn log(bytes: &[u8], out: &mut SpanWriter<'_>) -> Read<()> {
    let mut event = BatchEvent::default();
    let start = out.batch.attributes.len();
    let mut message = Message::new(bytes);
    while let Some(field) = message.field()? {
        match field {
            (1, Value::Bytes(time)) => event.time = Timestamp(nanos(time)?),
            (2, Value::Bytes(bytes)) if out.batch.attributes.len() - start < MAX_ROWS => push(tag(bytes)?, out.batch),
            _ => {}
        }
    }
    (event.name, event.attributes) = name_event(out.batch.attributes_since(start), out.batch);
    out.event(event);
    Ok(())
}

/// `google.protobuf.Timestamp` or `Duration`, in ns.
fn nanos(bytes: &[u8]) -> Read<i64> {
    let (mut seconds, mut nanos) = (0_i64, 0_i64);
    let mut message = Message::new(bytes);
    while let Some(field) = message.field()? {
        match field {
            (1, Value::Varint(number)) => seconds = number.cast_signed(),
            (2, Value::Varint(number)) => nanos = number.cast_signed(),
            _ => {}
        }
    }
    Ok(seconds.saturating_mul(1_000_000_000).saturating_add(nanos))
}

/// The last 16 bytes as a number.
fn id_number(bytes: &[u8]) -> u128 {
    bytes.iter().fold(0, |number, byte| number << 8 | u128::from(*byte))
}

fn span_id(bytes: &[u8]) -> SpanId {
    SpanId(u64::try_from(id_number(bytes) & u128::from(u64::MAX)).unwrap_or_default())
}
