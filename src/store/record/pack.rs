//! What only the detail of a span needs, packed into bytes: written here, read by `unpack.rs`.
//!
//! A record is: a byte of [`has`] bits, the source, then each present part in the order of those bits' use below.
//! Text is `id << 1` when interned, `len << 1 | 1` and the bytes when not. An attribute is `key id << 3 | tag` and its
//! value. Records are self-delimiting, so no length is stored.

use crate::model::{BatchAttribute, BatchEvent, BatchLink, BatchSpan, BatchValue, LinkKind, Range32, SpanBatch, Text};
use crate::store::pool::names::{LONGEST, Names, STAND_INS};
use crate::store::record::varint::{put, put_bytes, put_signed};

/// Which optional parts a record has.
pub(in crate::store) mod has {
    pub(in crate::store) const FLAGS: u8 = 1;
    pub(in crate::store) const SCOPE: u8 = 2;
    pub(in crate::store) const STATUS: u8 = 4;
    pub(in crate::store) const STATE: u8 = 8;
    pub(in crate::store) const EVENTS: u8 = 16;
    pub(in crate::store) const LINKS: u8 = 32;
    pub(in crate::store) const WARNINGS: u8 = 64;
}

/// What kind of value an attribute has.
pub(in crate::store) mod tag {
    pub(in crate::store) const NAME: u64 = 0;
    pub(in crate::store) const STR: u64 = 1;
    pub(in crate::store) const INT: u64 = 2;
    pub(in crate::store) const DOUBLE: u64 = 3;
    pub(in crate::store) const FALSE: u64 = 4;
    pub(in crate::store) const TRUE: u64 = 5;
    pub(in crate::store) const BYTES: u64 = 6;
    pub(in crate::store) const JSON: u64 = 7;
}

/// Stand-ins for a key, so that each kind of text is judged by its own variety.
pub(super) mod variety {
    use super::STAND_INS;

    pub(in crate::store) const SOURCE: u32 = STAND_INS;
    pub(in crate::store) const SCOPE: u32 = STAND_INS + 1;
    pub(in crate::store) const STATUS: u32 = STAND_INS + 2;
    pub(in crate::store) const STATE: u32 = STAND_INS + 3;
    pub(in crate::store) const EVENT: u32 = STAND_INS + 4;
    pub(in crate::store) const WARNING: u32 = STAND_INS + 5;
    pub(in crate::store) const BODY: u32 = STAND_INS + 6;
}

/// Writes records; holds what every step needs.
pub(in crate::store) struct Packer<'a> {
    pub(in crate::store) names: &'a mut Names,
    pub(in crate::store) batch: &'a SpanBatch,
    pub(in crate::store) out: &'a mut Vec<u8>,
}

impl Packer<'_> {
    /// Appends the record of a span.
    pub(in crate::store) fn span(&mut self, span: &BatchSpan) {
        let batch = self.batch;
        let events = batch.events.get(span.events.range()).unwrap_or_default();
        let links = batch.links.get(span.links.range()).unwrap_or_default();
        let warnings = batch.warnings.get(span.warnings.range()).unwrap_or_default();
        let parts = [
            (span.flags.is_some(), has::FLAGS),
            (span.scope_name.len + span.scope_version.len > 0, has::SCOPE),
            (span.status_message.len > 0, has::STATUS),
            (span.trace_state.len > 0, has::STATE),
            (!events.is_empty(), has::EVENTS),
            (!links.is_empty(), has::LINKS),
            (!warnings.is_empty(), has::WARNINGS),
        ];
        let mask = parts.iter().filter(|part| part.0).fold(0, |mask, part| mask | part.1);
        self.out.push(mask);
        self.text(variety::SOURCE, span.source);
        if let Some(flags) = span.flags {
            put(self.out, u64::from(flags));
        }
        if mask & has::SCOPE != 0 {
            self.text(variety::SCOPE, span.scope_name);
            self.text(variety::SCOPE, span.scope_version);
        }
        if mask & has::STATUS != 0 {
            self.text(variety::STATUS, span.status_message);
        }
        if mask & has::STATE != 0 {
            self.text(variety::STATE, span.trace_state);
        }
        self.attributes(span.attributes);
        if mask & has::EVENTS != 0 {
            self.events(span, events);
        }
        if mask & has::LINKS != 0 {
            self.links(links);
        }
        if mask & has::WARNINGS != 0 {
            put(self.out, warnings.len() as u64);
            for &warning in warnings {
                self.text(variety::WARNING, warning);
            }
        }
    }

    /// Appends a list of attributes of a resource: equal lists give equal bytes, whatever came before.
    pub(in crate::store) fn resource(&mut self, range: Range32) {
        let list = self.batch.attributes.get(range.range()).unwrap_or_default();
        put(self.out, list.len() as u64);
        for attribute in list {
            let key = self.names.acquire(self.batch.bytes(attribute.key));
            let text = short_text(attribute.value).map(|text| self.names.acquire(self.batch.bytes(text)));
            self.value(key, attribute.value, text);
        }
    }

    fn events(&mut self, span: &BatchSpan, events: &[BatchEvent]) {
        put(self.out, events.len() as u64);
        for event in events {
            // Wrapping both ways: exact for every pair of times.
            put_signed(self.out, event.time.0.wrapping_sub(span.start.0));
            self.text(variety::EVENT, event.name);
            self.attributes(event.attributes);
        }
    }

    fn links(&mut self, links: &[BatchLink]) {
        put(self.out, links.len() as u64);
        for link in links {
            self.out.extend_from_slice(&link.trace_id.0.to_le_bytes());
            self.out.extend_from_slice(&link.span_id.0.to_le_bytes());
            self.out.push(match link.kind {
                LinkKind::Link => 0,
                LinkKind::ChildOf => 1,
                LinkKind::FollowsFrom => 2,
            });
            self.attributes(link.attributes);
        }
    }

    pub(super) fn attributes(&mut self, range: Range32) {
        let list: &[BatchAttribute] = self.batch.attributes.get(range.range()).unwrap_or_default();
        put(self.out, list.len() as u64);
        for attribute in list {
            let key = self.names.acquire(self.batch.bytes(attribute.key));
            let text = short_text(attribute.value);
            let text = text.and_then(|text| self.names.acquire_value(key, self.batch.bytes(text)));
            self.value(key, attribute.value, text);
        }
    }

    pub(super) fn value(&mut self, key: u32, value: BatchValue, interned: Option<u32>) {
        let batch = self.batch;
        let mut head = |tag| put(self.out, (u64::from(key) << 3) | tag);
        match (value, interned) {
            (BatchValue::Str(_), Some(id)) => {
                head(tag::NAME);
                put(self.out, u64::from(id));
            }
            (BatchValue::Str(text), None) => {
                head(tag::STR);
                put_bytes(self.out, batch.bytes(text));
            }
            (BatchValue::Int(int), _) => {
                head(tag::INT);
                put_signed(self.out, int);
            }
            (BatchValue::Double(double), _) => {
                head(tag::DOUBLE);
                self.out.extend_from_slice(&double.to_bits().to_le_bytes());
            }
            (BatchValue::Bool(false), _) => head(tag::FALSE),
            (BatchValue::Bool(true), _) => head(tag::TRUE),
            (BatchValue::Bytes(text), _) => {
                head(tag::BYTES);
                put_bytes(self.out, batch.bytes(text));
            }
            (BatchValue::Json(text), _) => {
                head(tag::JSON);
                put_bytes(self.out, batch.bytes(text));
            }
        }
    }

    pub(super) fn text(&mut self, variety: u32, text: Text) {
        let bytes = self.batch.bytes(text);
        if let Some(id) = self.names.acquire_value(variety, bytes) {
            put(self.out, u64::from(id) << 1);
        } else {
            put(self.out, ((bytes.len() as u64) << 1) | 1);
            self.out.extend_from_slice(bytes);
        }
    }
}

/// Text that is short enough to be worth interning.
fn short_text(value: BatchValue) -> Option<Text> {
    if let BatchValue::Str(text) = value { Some(text).filter(|text| text.len as usize <= LONGEST) } else { None }
}
