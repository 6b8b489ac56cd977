//! A span's fixed columns: what lists, trees and bars need without unpacking anything.

use crate::model::{BatchSpan, Kind, Span, SpanId, Status, Timestamp, TraceId};
use crate::store::pool::Pool;
use crate::store::pool::names::Names;
use crate::store::pool::resources::Resources;
use crate::store::pool::services::Sample;
use crate::store::record::unpack::Unpacker;

/// One span: 48 bytes and a place in its trace's arena.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) struct Row {
    pub(in crate::store) start: i64,
    pub(in crate::store) duration: u64,
    /// The span id; for a span without one, a hash of its content.
    pub(in crate::store) key: u64,
    /// The parent's id, 0 for none.
    pub(in crate::store) parent: u64,
    /// Interned.
    pub(in crate::store) name: u32,
    pub(in crate::store) resource: u32,
    /// First byte of the record in the arena.
    pub(in crate::store) offset: u32,
    /// Kind (3 bits), status (2 bits) and the bits below.
    meta: u32,
}

const EVENTS: u32 = 1 << 5;
const LINKS: u32 = 1 << 6;
const WARNINGS: u32 = 1 << 7;
/// The span has no id of its own.
const ANONYMOUS: u32 = 1 << 8;
/// Another span of the trace had the same id before.
const TWIN: u32 = 1 << 9;
/// Which of two arenas the record is in.
const TURN: u32 = 1 << 10;
/// Another span of the trace had the same id, service and kind before, and is not the same span. A copy is a twin, too.
const COPY: u32 = 1 << 11;
/// What depends on the other spans of the trace.
const PLACE: u32 = TWIN | TURN | COPY;

/// Stands in where an index leads nowhere, which it never does; [`Rows::row`](super::rows::Rows::row) says so in tests.
pub(in crate::store) static NOTHING: Row =
    Row { start: 0, duration: 0, key: 0, parent: 0, name: 0, resource: 0, offset: 0, meta: 0 };

impl Row {
    /// The columns of a span; `key` is its id or, when that is 0, a hash of its content.
    pub(in crate::store) fn new(span: &BatchSpan, key: u64, name: u32, resource: u32) -> Self {
        let kind = span.kind as u32;
        let status = (span.status as u32) << 3;
        let bit = |on: bool, bit: u32| if on { bit } else { 0 };
        let meta = kind
            | status
            | bit(span.events.end > span.events.start, EVENTS)
            | bit(span.links.end > span.links.start, LINKS)
            | bit(span.warnings.end > span.warnings.start, WARNINGS)
            | bit(span.span_id.0 == 0, ANONYMOUS);
        let parent = span.parent_id.map_or(0, |id| id.0);
        Self { start: span.start.0, duration: span.duration, key, parent, name, resource, offset: 0, meta }
    }

    pub(in crate::store) fn span_id(&self) -> SpanId {
        SpanId(if self.is_anonymous() { 0 } else { self.key })
    }

    pub(in crate::store) fn end(&self) -> Timestamp {
        Timestamp(self.start).plus(self.duration)
    }

    pub(in crate::store) fn kind(&self) -> Kind {
        Kind::ALL.get((self.meta & 7) as usize).copied().unwrap_or_default()
    }

    pub(in crate::store) fn status(&self) -> Status {
        Status::ALL.get((self.meta >> 3 & 3) as usize).copied().unwrap_or_default()
    }

    pub(in crate::store) fn is_error(&self) -> bool {
        self.status() == Status::Error
    }

    pub(in crate::store) fn has_events(&self) -> bool {
        self.meta & EVENTS != 0
    }

    pub(in crate::store) fn has_links(&self) -> bool {
        self.meta & LINKS != 0
    }

    pub(in crate::store) fn has_warnings(&self) -> bool {
        self.meta & WARNINGS != 0
    }

    pub(in crate::store) fn is_anonymous(&self) -> bool {
        self.meta & ANONYMOUS != 0
    }

    pub(in crate::store) fn is_twin(&self) -> bool {
        self.meta & TWIN != 0
    }

    pub(in crate::store) fn mark_twin(&mut self, twin: bool) {
        self.meta = if twin { self.meta | TWIN } else { self.meta & !TWIN };
    }

    pub(in crate::store) fn is_copy(&self) -> bool {
        self.meta & COPY != 0
    }

    pub(in crate::store) fn mark_copy(&mut self, copy: bool) {
        self.meta = if copy { self.meta | COPY | TWIN } else { self.meta & !COPY };
    }

    /// Takes over what the other row is to the index.
    pub(in crate::store) fn stand_for(&mut self, other: &Self) {
        self.meta = self.meta & !(TWIN | COPY) | other.meta & (TWIN | COPY);
    }

    pub(in crate::store) fn turn(&self) -> bool {
        self.meta & TURN != 0
    }

    pub(in crate::store) fn set_turn(&mut self, turn: bool) {
        self.meta = if turn { self.meta | TURN } else { self.meta & !TURN };
    }

    /// Whether the columns say the same, place in memory aside.
    pub(in crate::store) fn same(&self, other: &Self) -> bool {
        let columns = |row: &Self| (row.start, row.duration, row.key, row.parent, row.name, row.resource);
        columns(self) == columns(other) && self.meta & !PLACE == other.meta & !PLACE
    }

    /// What it adds to the counts of its service and operation.
    pub(in crate::store) fn sample(&self, pool: &Pool) -> Sample {
        let service = pool.resources.service(self.resource);
        Sample { service, name: self.name, duration: self.duration, error: self.is_error() }
    }

    /// The whole span. `record` starts at the row's own record.
    pub(in crate::store) fn to_span<'a>(
        self,
        trace_id: TraceId,
        record: &'a [u8],
        names: &'a Names,
        resources: &'a Resources,
    ) -> Span<'a> {
        let mut span = Span {
            trace_id,
            span_id: self.span_id(),
            parent_id: SpanId(self.parent).non_zero(),
            service: names.str(resources.service_name(self.resource)),
            name: names.str(self.name),
            kind: self.kind(),
            start: Timestamp(self.start),
            duration: self.duration,
            status: self.status(),
            resource: Unpacker::new(names, resources.packed(self.resource)).attributes(),
            ..Span::default()
        };
        Unpacker::new(names, record).span(&mut span);
        span
    }
}
