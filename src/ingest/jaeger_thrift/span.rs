//! One span: ids, times, references, tags, logs.

use std::ops::Range;

use super::batch::{Decoder, index};
use super::mapping::Mapped;
use super::odd::Odd;
use crate::ingest::thrift::{self, Protocol, Read, Type};
use crate::model::{
    BatchAttribute, BatchEvent, BatchLink, BatchSpan, BatchValue, LinkKind, Range32, SpanId, Text, Timestamp, TraceId,
};

/// What has been read of a span.
#[derive(Default)]
struct Draft {
    row: BatchSpan,
    high: i64,
    low: Option<i64>,
    id: Option<i64>,
    start: Option<i64>,
    duration: Option<i64>,
    named: bool,
}

/// Log fields that name an event, best first: most clients; Python; Node's `opencensus`.
const EVENT_NAMES: [&[u8]; 3] = [b"event", b"message", b"description"];

impl Decoder<'_, '_> {
    /// Reads a span; `None` when it has neither a trace id nor a span id. `field` is where reading stopped.
    pub(super) fn span<P: Protocol>(&mut self, field: &mut i16) -> Read<Option<BatchSpan>> {
        self.odd = 0;
        let (events, links) = (index(self.batch.events.len()), index(self.batch.links.len()));
        let mut draft = Draft::default();
        draft.row.resource = self.resource;
        draft.row.source = self.source;
        self.span_fields::<P>(field, &mut draft)?;
        *field = 0;
        let mut row = self.judge(&draft);
        if row.trace_id.0 == 0 && row.span_id.0 == 0 {
            return Ok(None);
        }
        row.events = Range32 { start: events, end: index(self.batch.events.len()) };
        if self.batch.links.len() > links as usize {
            self.resolve_parent(&mut row, links as usize);
        }
        row.links = Range32 { start: links, end: index(self.batch.links.len()) };
        let warnings = index(self.batch.warnings.len());
        self.warn()?;
        row.warnings = Range32 { start: warnings, end: index(self.batch.warnings.len()) };
        Ok(Some(row))
    }

    fn span_fields<P: Protocol>(&mut self, id: &mut i16, draft: &mut Draft) -> Read<()> {
        loop {
            let Ok(kind) = P::field(&mut self.cursor, id) else {
                *id = 0;
                return Err(thrift::Broken);
            };
            match (*id, kind) {
                (_, Type::Stop) => return Ok(()),
                (1, Type::I64) => draft.low = Some(P::i64(&mut self.cursor)?),
                (2, Type::I64) => draft.high = P::i64(&mut self.cursor)?,
                (3, Type::I64) => draft.id = Some(P::i64(&mut self.cursor)?),
                (4, Type::I64) => draft.row.parent_id = span_id(P::i64(&mut self.cursor)?).non_zero(),
                (5, Type::Binary) => {
                    let name = P::binary(&mut self.cursor)?;
                    draft.row.name = self.text(name)?;
                    draft.named = true;
                }
                (6, Type::List) => {
                    for _ in 0..self.structs::<P>()? {
                        self.reference::<P>()?;
                    }
                }
                (7, Type::I32) => draft.row.flags = Some(P::i32(&mut self.cursor)?.cast_unsigned()),
                (8, Type::I64) => draft.start = Some(P::i64(&mut self.cursor)?),
                (9, Type::I64) => draft.duration = Some(P::i64(&mut self.cursor)?),
                (10, Type::List) => self.span_tags::<P>(&mut draft.row)?,
                (11, Type::List) => {
                    for _ in 0..self.structs::<P>()? {
                        self.log::<P>(draft.row.attributes)?;
                    }
                }
                (_, kind) => thrift::skip::<P>(&mut self.cursor, kind)?,
            }
        }
    }

    /// Fills in what needs the whole span, and notes what is odd about it.
    fn judge(&mut self, draft: &Draft) -> BatchSpan {
        let mut row = draft.row;
        row.trace_id = TraceId::from_halves(draft.high, draft.low.unwrap_or(0));
        row.span_id = span_id(draft.id.unwrap_or(0));
        row.start = self.time(draft.start.unwrap_or(0));
        let micros = draft.duration.unwrap_or(0);
        let duration = u64::try_from(micros).unwrap_or(0);
        row.duration = duration.saturating_mul(1_000);
        let found = [
            (row.trace_id.0 == 0, Odd::NoTraceId),
            (row.trace_id.0 != 0 && draft.low.is_none(), Odd::HalfTraceId),
            (row.span_id.0 == 0, Odd::NoSpanId),
            (!draft.named, Odd::NoName),
            (draft.start.is_none(), Odd::NoStart),
            (draft.start == Some(0), Odd::ZeroStart),
            (draft.duration.is_none(), Odd::NoDuration),
            (micros < 0, Odd::NegativeDuration),
            (duration > u64::MAX / 1_000, Odd::DurationRange),
        ];
        for (is, odd) in found {
            self.odd |= if is { odd.bit() } else { 0 };
        }
        row
    }

    fn time(&mut self, micros: i64) -> Timestamp {
        if micros.checked_mul(1_000).is_none() {
            self.odd |= Odd::TimeRange.bit();
        }
        Timestamp::from_micros(micros)
    }

    fn span_tags<P: Protocol>(&mut self, row: &mut BatchSpan) -> Read<()> {
        let start = index(self.batch.attributes.len());
        let mut mapped = Mapped::default();
        for _ in 0..self.structs::<P>()? {
            let tag = self.tag::<P>()?;
            if !self.map(row, &mut mapped, &tag) {
                self.push_attribute(tag.attribute)?;
            }
        }
        self.map_canonical_status(row, &mut mapped, start);
        row.attributes = Range32 { start, end: index(self.batch.attributes.len()) };
        Ok(())
    }

    fn reference<P: Protocol>(&mut self) -> Read<()> {
        let (mut id, mut kind, mut low, mut high, mut span) = (0, None, 0, 0, 0);
        loop {
            match (P::field(&mut self.cursor, &mut id)?, id) {
                (Type::Stop, _) => break,
                (Type::I32, 1) => kind = Some(P::i32(&mut self.cursor)?),
                (Type::I64, 2) => low = P::i64(&mut self.cursor)?,
                (Type::I64, 3) => high = P::i64(&mut self.cursor)?,
                (Type::I64, 4) => span = P::i64(&mut self.cursor)?,
                (kind, _) => thrift::skip::<P>(&mut self.cursor, kind)?,
            }
        }
        if span == 0 {
            self.odd |= Odd::EmptyReference.bit();
            return Ok(());
        }
        let kind = match kind {
            Some(0) => LinkKind::ChildOf,
            Some(1) => LinkKind::FollowsFrom,
            _ => {
                self.odd |= Odd::UnknownReference.bit();
                LinkKind::Link
            }
        };
        self.claim(size_of::<BatchLink>())?;
        let (trace_id, span_id) = (TraceId::from_halves(high, low), span_id(span));
        self.batch.links.push(BatchLink { trace_id, span_id, kind, attributes: Range32::default() });
        Ok(())
    }

    /// Without a parent id, the first reference to a parent in this trace gives it, else the first span that it follows
    /// (Java sends no parent id for those); the span itself is no parent. The `CHILD_OF` reference that says the same as
    /// the parent id is no link.
    fn resolve_parent(&mut self, row: &mut BatchSpan, first: usize) {
        let own = self.batch.links.get(first..).unwrap_or_default();
        let is_parent = |link: &&BatchLink| {
            link.kind == LinkKind::ChildOf && link.trace_id == row.trace_id && link.span_id != row.span_id
        };
        let followed = |link: &&BatchLink| {
            link.kind == LinkKind::FollowsFrom && link.trace_id == row.trace_id && link.span_id != row.span_id
        };
        let first_of = || own.iter().find(is_parent).or_else(|| own.iter().find(followed)).map(|link| link.span_id);
        let Some(parent) = row.parent_id.or_else(first_of) else { return };
        row.parent_id = Some(parent);
        let mut kept = first;
        for at in first..self.batch.links.len() {
            let Some(link) = self.batch.links.get(at).copied() else { break };
            if link.kind != LinkKind::ChildOf || link.trace_id != row.trace_id || link.span_id != parent {
                if let Some(slot) = self.batch.links.get_mut(kept) {
                    *slot = link;
                }
                kept += 1;
            }
        }
        self.batch.links.truncate(kept);
    }

    fn log<P: Protocol>(&mut self, span: Range32) -> Read<()> {
        let (mut id, mut time, mut fields) = (0, None, false);
        let mut event = BatchEvent::default();
        loop {
            match (P::field(&mut self.cursor, &mut id)?, id) {
                (Type::Stop, _) => break,
                (Type::I64, 1) => time = Some(P::i64(&mut self.cursor)?),
                (Type::List, 2) => {
                    fields = true;
                    let attributes = self.tags::<P>()?;
                    (event.name, event.attributes) = self.name_event(attributes, span);
                }
                (kind, _) => thrift::skip::<P>(&mut self.cursor, kind)?,
            }
        }
        self.odd |= if time.is_none() { Odd::NoEventTime.bit() } else { 0 };
        self.odd |= if fields { 0 } else { Odd::NoEventFields.bit() };
        event.time = self.time(time.unwrap_or(0));
        self.claim(size_of::<BatchEvent>())?;
        self.batch.events.push(event);
        Ok(())
    }

    /// Takes the field that names the event out of the end of the attribute list; without one, the first key is the name.
    fn name_event(&mut self, fields: Range32, span: Range32) -> (Text, Range32) {
        let list = self.batch.attributes.get(fields.range()).unwrap_or_default();
        let named = match list.last() {
            Some(field)
                if list.len() > 1 && self.batch.bytes(field.key) == b"message" && self.is_python(span.range()) =>
            {
                text_of(field).map(|text| (list.len() - 1, text))
            }
            _ => None,
        };
        let named = named.or_else(|| {
            EVENT_NAMES.iter().find_map(|name| {
                let mut numbered = list.iter().enumerate();
                numbered.find_map(|(n, field)| (self.batch.bytes(field.key) == *name).then_some((n, text_of(field)?)))
            })
        });
        match named {
            Some((n, text)) => {
                self.batch.attributes.remove(fields.start as usize + n);
                (text, Range32 { start: fields.start, end: fields.end - 1 })
            }
            None => (list.first().map(|field| field.key).unwrap_or_default(), fields),
        }
    }

    /// Whether the span with these attributes is from OpenTelemetry's Python SDK: it puts an event's name behind the event's
    /// attributes, which may have an `event` or a `message` of their own.
    pub(super) fn is_python(&self, attributes: Range<usize>) -> bool {
        let list = self.batch.attributes.get(attributes).unwrap_or_default();
        list.iter().any(|attribute| {
            self.batch.bytes(attribute.key) == b"telemetry.sdk.language"
                && text_of(attribute).is_some_and(|text| self.batch.bytes(text) == b"python")
        })
    }
}

fn text_of(attribute: &BatchAttribute) -> Option<Text> {
    if let BatchValue::Str(text) = attribute.value { Some(text) } else { None }
}

fn span_id(raw: i64) -> SpanId {
    SpanId(raw.cast_unsigned())
}
