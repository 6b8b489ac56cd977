//! Zipkin v2 in protobuf: `ListOfSpans` of zipkin.proto.

use super::endpoint::Endpoint;
use super::span::{Span, Tag, Writer};
use super::{CUT, MAX_ROWS};
use crate::ingest::body::{Body, Progress, is_full};
use crate::ingest::protobuf::{Message, Read, Value};
use crate::model::{Kind, Place, SpanBatch, SpanId, TraceId};

/// A list of spans being decoded.
#[derive(Debug)]
pub struct Protobuf<'a> {
    bytes: &'a [u8],
    source: &'static str,
    list: Message<'a>,
}

impl<'a> Protobuf<'a> {
    /// Begins with the list's bytes; `source` is for the spans.
    pub fn new(body: &'a [u8], source: &'static str) -> Self {
        Self { bytes: body, source, list: Message::new(body) }
    }
}

impl Body for Protobuf<'_> {
    fn fill(&mut self, batch: &mut SpanBatch, limit: usize) -> Progress {
        let mut writer = Writer::new(self.source, batch);
        loop {
            let at = self.list.position();
            let bytes = match self.list.field() {
                Ok(Some((1, Value::Bytes(bytes)))) => bytes,
                Ok(Some(_)) => continue,
                Ok(None) => return Progress::Done,
                Err(fault) => {
                    let reason = format!("{fault} in a list of Zipkin spans");
                    batch.push_problem(Place::Byte(at as u64), reason, self.bytes);
                    return Progress::Broken;
                }
            };
            let place = Place::Byte(at as u64);
            match span(bytes) {
                Ok(span) => writer.write(&span, batch, place, bytes),
                Err(fault) => batch.push_problem(place, format!("{fault} in a span"), bytes),
            }
            if is_full(batch, limit) {
                return Progress::More;
            }
        }
    }
}

fn span(bytes: &[u8]) -> Read<Span> {
    let mut span = Span::default();
    let mut message = Message::new(bytes);
    while let Some(field) = message.field()? {
        match field {
            (1, Value::Bytes(id)) => span.trace_id = TraceId(number(id)),
            (2, Value::Bytes(id)) => span.parent_id = Some(span_id(id)),
            (3, Value::Bytes(id)) => span.span_id = span_id(id),
            (4, Value::Varint(number)) => {
                span.kind = match number {
                    1 => Some(Kind::Client),
                    2 => Some(Kind::Server),
                    3 => Some(Kind::Producer),
                    4 => Some(Kind::Consumer),
                    _ => None,
                };
            }
            (5, Value::Bytes(name)) => span.name = text(name),
            (6, Value::Fixed64(micros)) => span.start = Some(nanos(micros)),
            (7, Value::Varint(micros)) => span.duration = Some(nanos(micros)),
            (8, Value::Bytes(bytes)) => span.local = endpoint(bytes)?,
            (9, Value::Bytes(bytes)) => span.remote = endpoint(bytes)?,
            (10, Value::Bytes(bytes)) if span.annotations.len() < MAX_ROWS => span.annotations.push(annotation(bytes)?),
            (11, Value::Bytes(bytes)) if span.tags.len() < MAX_ROWS => span.tags.push(tag(bytes)?),
            (10 | 11, Value::Bytes(_)) if !span.warnings.contains(&CUT) => span.warnings.push(CUT),
            (12, Value::Varint(debug)) => span.is_debug = debug != 0,
            _ => {}
        }
    }
    Ok(span)
}

fn endpoint(bytes: &[u8]) -> Read<Endpoint> {
    let mut endpoint = Endpoint::default();
    let mut message = Message::new(bytes);
    while let Some(field) = message.field()? {
        match field {
            (1, Value::Bytes(name)) => endpoint.service = text(name),
            (2 | 3, Value::Bytes(address)) => endpoint.set_address(address),
            (4, Value::Varint(port)) => endpoint.port = u16::try_from(port).unwrap_or_default(),
            _ => {}
        }
    }
    Ok(endpoint)
}

fn annotation(bytes: &[u8]) -> Read<(i64, String)> {
    let (mut time, mut value) = (0, String::new());
    let mut message = Message::new(bytes);
    while let Some(field) = message.field()? {
        match field {
            (1, Value::Fixed64(micros)) => time = nanos(micros),
            (2, Value::Bytes(bytes)) => value = text(bytes),
            _ => {}
        }
    }
    Ok((time, value))
}

fn tag(bytes: &[u8]) -> Read<(String, Tag)> {
    let (mut key, mut value) = (String::new(), String::new());
    let mut message = Message::new(bytes);
    while let Some(field) = message.field()? {
        match field {
            (1, Value::Bytes(bytes)) => key = text(bytes),
            (2, Value::Bytes(bytes)) => value = text(bytes),
            _ => {}
        }
    }
    Ok((key, Tag::Text(value)))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn nanos(micros: u64) -> i64 {
    i64::try_from(micros).unwrap_or(i64::MAX).saturating_mul(1_000)
}

/// The last 16 bytes as a number.
fn number(bytes: &[u8]) -> u128 {
    bytes.iter().fold(0, |number, byte| number << 8 | u128::from(*byte))
}

fn span_id(bytes: &[u8]) -> SpanId {
    SpanId(u64::try_from(number(bytes) & u128::from(u64::MAX)).unwrap_or_default())
}
