//! Reading the records that `detail.rs` writes: whole, piece by piece, or only the times of events.

use crate::model::{Attribute, Event, Link, LinkKind, Scope, Span, SpanId, Timestamp, TraceId, Value};
use crate::store::pool::names::Names;
use crate::store::record::pack::{has, tag};
use crate::store::record::varint::Reader;

/// A piece of a record, in reading order.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) enum Piece<'a> {
    /// Interned text: a key, a value or another text.
    Name(u32),
    /// Text kept in the record.
    Text(&'a [u8]),
    /// A value that is not text.
    Value(Value<'a>),
}

/// The texts that a span's record begins with.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::store) struct Head<'a> {
    pub(in crate::store) source: &'a str,
    pub(in crate::store) scope: &'a str,
    pub(in crate::store) status_message: &'a str,
}

/// Whose attribute it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The span's own.
    Span,
    /// The resource's.
    Resource,
    /// One of its events'.
    Event,
    /// One of its links'.
    Link,
}

/// A record being read piece by piece.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) struct Pieces<'a> {
    pub(super) reader: Reader<'a>,
}

/// A record being read as a whole.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) struct Unpacker<'a> {
    names: &'a Names,
    pub(super) pieces: Pieces<'a>,
}

impl<'a> Unpacker<'a> {
    pub(in crate::store) fn new(names: &'a Names, bytes: &'a [u8]) -> Self {
        Self { names, pieces: Pieces::new(bytes) }
    }

    /// Fills in everything that a record says of a span whose start is already set.
    pub(in crate::store) fn span(mut self, span: &mut Span<'a>) {
        let mask = self.pieces.reader.byte();
        span.source = self.text();
        span.flags = (mask & has::FLAGS != 0).then(|| self.pieces.reader.small());
        if mask & has::SCOPE != 0 {
            span.scope = Scope { name: self.text(), version: self.text() };
        }
        if mask & has::STATUS != 0 {
            span.status_message = self.text();
        }
        if mask & has::STATE != 0 {
            span.trace_state = self.text();
        }
        span.attributes = self.attributes();
        if mask & has::EVENTS != 0 {
            span.events = (0..self.count()).map(|_| self.event(span.start)).collect();
        }
        if mask & has::LINKS != 0 {
            span.links = (0..self.count()).map(|_| self.link()).collect();
        }
        if mask & has::WARNINGS != 0 {
            span.warnings = (0..self.count()).map(|_| self.text()).collect();
        }
    }

    /// The texts that a span's record begins with.
    pub(in crate::store) fn head(mut self) -> Head<'a> {
        let mask = self.pieces.reader.byte();
        let mut head = Head { source: self.text(), ..Head::default() };
        if mask & has::FLAGS != 0 {
            self.pieces.reader.small();
        }
        if mask & has::SCOPE != 0 {
            head.scope = self.text();
            self.text();
        }
        if mask & has::STATUS != 0 {
            head.status_message = self.text();
        }
        head
    }

    /// Visits each attribute of a span's record, with whose it is, until `visit` says true; gives back whether it did.
    pub(in crate::store) fn any_attribute(mut self, visit: &mut dyn FnMut(Owner, Attribute<'a>) -> bool) -> bool {
        let mask = self.pieces.reader.byte();
        self.pieces.visit_head(mask, &mut |_| false);
        if self.any_of_list(Owner::Span, visit) {
            return true;
        }
        let events = if mask & has::EVENTS == 0 { 0 } else { self.count() };
        for _ in 0..events {
            self.pieces.reader.signed();
            self.pieces.text();
            if self.any_of_list(Owner::Event, visit) {
                return true;
            }
        }
        let links = if mask & has::LINKS == 0 { 0 } else { self.count() };
        (0..links).any(|_| {
            // Trace id, span id and kind.
            self.pieces.reader.take(16 + 8 + 1);
            self.any_of_list(Owner::Link, visit)
        })
    }

    /// The same for a list of attributes alone.
    pub(in crate::store) fn any_of_list(
        &mut self,
        owner: Owner,
        visit: &mut dyn FnMut(Owner, Attribute<'a>) -> bool,
    ) -> bool {
        (0..self.count()).any(|_| visit(owner, self.attribute()))
    }

    /// A list of attributes.
    pub(in crate::store) fn attributes(&mut self) -> Vec<Attribute<'a>> {
        (0..self.count()).map(|_| self.attribute()).collect()
    }

    fn count(&mut self) -> u64 {
        self.pieces.reader.number()
    }

    pub(super) fn attribute(&mut self) -> Attribute<'a> {
        let (key, piece) = self.pieces.attribute();
        let value = match piece {
            Piece::Name(id) => Value::Str(self.names.str(id)),
            Piece::Text(bytes) => Value::Str(str(bytes)),
            Piece::Value(value) => value,
        };
        Attribute { key: self.names.str(key), value }
    }

    fn event(&mut self, start: Timestamp) -> Event<'a> {
        let time = Timestamp(start.0.wrapping_add(self.pieces.reader.signed()));
        Event { time, name: self.text(), attributes: self.attributes() }
    }

    fn link(&mut self) -> Link<'a> {
        let reader = &mut self.pieces.reader;
        let trace_id = TraceId(u128::from_le_bytes(reader.fixed()));
        let span_id = SpanId(u64::from_le_bytes(reader.fixed()));
        let kind = match reader.byte() {
            0 => LinkKind::Link,
            1 => LinkKind::ChildOf,
            _ => LinkKind::FollowsFrom,
        };
        Link { trace_id, span_id, kind, attributes: self.attributes() }
    }

    pub(super) fn text(&mut self) -> &'a str {
        match self.pieces.text() {
            Piece::Name(id) => self.names.str(id),
            Piece::Text(bytes) => str(bytes),
            Piece::Value(_) => "",
        }
    }
}

impl<'a> Pieces<'a> {
    pub(in crate::store) fn new(bytes: &'a [u8]) -> Self {
        Self { reader: Reader::new(bytes) }
    }

    /// Visits every piece of a span's record until `visit` says true; gives back whether it did.
    pub(in crate::store) fn visit(&mut self, visit: &mut impl FnMut(Piece<'a>) -> bool) -> bool {
        let mask = self.reader.byte();
        self.visit_head(mask, visit) || self.visit_attributes(visit) || self.visit_rest(mask, visit)
    }

    /// Visits the keys and values of a list of attributes.
    pub(in crate::store) fn visit_attributes(&mut self, visit: &mut impl FnMut(Piece<'a>) -> bool) -> bool {
        (0..self.reader.number()).any(|_| {
            let (key, value) = self.attribute();
            visit(Piece::Name(key)) || visit(value)
        })
    }

    /// The length of the record that `bytes` starts with.
    pub(in crate::store) fn record_len(bytes: &[u8]) -> usize {
        let mut pieces = Pieces::new(bytes);
        pieces.visit(&mut |_| false);
        bytes.len() - pieces.left()
    }

    /// How many bytes of what it was given are not read yet.
    pub(in crate::store) fn left(&self) -> usize {
        self.reader.left()
    }

    /// The times of the events of a record.
    pub(in crate::store) fn event_times(mut self, start: Timestamp) -> EventTimes<'a> {
        let mask = self.reader.byte();
        if mask & has::EVENTS == 0 {
            return EventTimes { pieces: self, start, left: 0 };
        }
        self.visit_head(mask, &mut |_| false);
        self.visit_attributes(&mut |_| false);
        let left = self.reader.number();
        EventTimes { pieces: self, start, left }
    }

    fn visit_head(&mut self, mask: u8, visit: &mut impl FnMut(Piece<'a>) -> bool) -> bool {
        if visit(self.text()) {
            return true;
        }
        if mask & has::FLAGS != 0 {
            self.reader.number();
        }
        let texts = [has::SCOPE, has::SCOPE, has::STATUS, has::STATE];
        texts.into_iter().any(|part| mask & part != 0 && visit(self.text()))
    }

    fn visit_rest(&mut self, mask: u8, visit: &mut impl FnMut(Piece<'a>) -> bool) -> bool {
        if mask & has::EVENTS != 0 {
            for _ in 0..self.reader.number() {
                self.reader.signed();
                if visit(self.text()) || self.visit_attributes(visit) {
                    return true;
                }
            }
        }
        if mask & has::LINKS != 0 {
            for _ in 0..self.reader.number() {
                // Trace id, span id and kind.
                self.reader.take(16 + 8 + 1);
                if self.visit_attributes(visit) {
                    return true;
                }
            }
        }
        mask & has::WARNINGS != 0 && (0..self.reader.number()).any(|_| visit(self.text()))
    }

    pub(super) fn attribute(&mut self) -> (u32, Piece<'a>) {
        let head = self.reader.number();
        let key = u32::try_from(head >> 3).unwrap_or(u32::MAX);
        let piece = match head & 7 {
            tag::NAME => Piece::Name(self.reader.small()),
            tag::STR => Piece::Text(self.reader.bytes()),
            tag::INT => Piece::Value(Value::Int(self.reader.signed())),
            tag::DOUBLE => Piece::Value(Value::Double(f64::from_bits(u64::from_le_bytes(self.reader.fixed())))),
            tag::FALSE => Piece::Value(Value::Bool(false)),
            tag::TRUE => Piece::Value(Value::Bool(true)),
            tag::BYTES => Piece::Value(Value::Bytes(self.reader.bytes())),
            _ => Piece::Value(Value::Json(str(self.reader.bytes()))),
        };
        (key, piece)
    }

    pub(super) fn text(&mut self) -> Piece<'a> {
        let head = self.reader.number();
        if head & 1 == 0 {
            Piece::Name(u32::try_from(head >> 1).unwrap_or(u32::MAX))
        } else {
            Piece::Text(self.reader.take(head >> 1))
        }
    }
}

/// The times of a span's events, in their order of arrival.
#[derive(Clone, Debug)]
pub struct EventTimes<'a> {
    pieces: Pieces<'a>,
    start: Timestamp,
    left: u64,
}

impl Iterator for EventTimes<'_> {
    type Item = Timestamp;

    fn next(&mut self) -> Option<Timestamp> {
        self.left = self.left.checked_sub(1)?;
        let time = Timestamp(self.start.0.wrapping_add(self.pieces.reader.signed()));
        self.pieces.text();
        self.pieces.visit_attributes(&mut |_| false);
        Some(time)
    }
}

fn str(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}
