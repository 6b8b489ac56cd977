//! A span of the store, borrowed: its columns at once, its details on demand.

use std::fmt::Write as _;

use crate::model::{Attribute, Kind, Span, SpanId, Status, Timestamp, TraceId, Value};
use crate::store::pool::Pool;
use crate::store::record::unpack::{EventTimes, Owner, Piece, Pieces, Unpacker};
use crate::store::trace::Trace;
use crate::store::trace::row::Row;
use crate::store::{NameId, ServiceId, SpanIdx};

/// A span of the store.
#[derive(Clone, Copy)]
pub struct SpanRef<'a> {
    pub(in crate::store) trace: &'a Trace,
    pub(in crate::store) pool: &'a Pool,
    pub(in crate::store) row: &'a Row,
    pub(in crate::store) idx: SpanIdx,
}

impl<'a> SpanRef<'a> {
    /// Its place in the trace: stays the same while the trace is held.
    pub fn idx(self) -> SpanIdx {
        self.idx
    }

    /// The trace it belongs to.
    pub fn trace_id(self) -> TraceId {
        self.trace.id
    }

    /// Its id; 0 when it came without one.
    pub fn span_id(self) -> SpanId {
        self.row.span_id()
    }

    /// Its parent's id; a parent id of 0 means none.
    pub fn parent_id(self) -> Option<SpanId> {
        SpanId(self.row.parent).non_zero()
    }

    /// Start.
    pub fn start(self) -> Timestamp {
        Timestamp(self.row.start)
    }

    /// Start plus duration, saturating.
    pub fn end(self) -> Timestamp {
        self.row.end()
    }

    /// Duration in ns.
    pub fn duration(self) -> u64 {
        self.row.duration
    }

    /// Its service.
    pub fn service_id(self) -> ServiceId {
        ServiceId(self.pool.resources.service(self.row.resource))
    }

    /// Its service's name.
    pub fn service(self) -> &'a str {
        self.pool.names.str(self.pool.resources.service_name(self.row.resource))
    }

    /// Its operation: equal ids mean equal names, nothing else.
    pub fn name_id(self) -> NameId {
        NameId(self.row.name)
    }

    /// Its operation's name.
    pub fn name(self) -> &'a str {
        self.pool.names.str(self.row.name)
    }

    /// Kind.
    pub fn kind(self) -> Kind {
        self.row.kind()
    }

    /// Status code.
    pub fn status(self) -> Status {
        self.row.status()
    }

    /// How many spans of the trace share its id, service and kind and are not the same span, itself included.
    pub fn copies(self) -> u32 {
        self.trace.copies_of(self.row, self.pool)
    }

    /// Whether it has events; costs nothing.
    pub fn has_events(self) -> bool {
        self.row.has_events()
    }

    /// Whether it has links; costs nothing.
    pub fn has_links(self) -> bool {
        self.row.has_links()
    }

    /// Whether it has warnings; costs nothing.
    pub fn has_warnings(self) -> bool {
        self.row.has_warnings()
    }

    /// The times of its events in the order of arrival, without unpacking the rest.
    pub fn event_times(self) -> EventTimes<'a> {
        Pieces::new(self.trace.record(self.row)).event_times(self.start())
    }

    /// Everything about it.
    pub fn to_span(self) -> Span<'a> {
        self.trace.to_span(self.row, self.pool)
    }

    /// What it says of its status; empty when it says nothing. Cheaper than [`SpanRef::to_span`], as are the next two.
    pub fn status_message(self) -> &'a str {
        self.unpacker().head().status_message
    }

    /// The name of its scope.
    pub fn scope(self) -> &'a str {
        self.unpacker().head().scope
    }

    /// The format it came in.
    pub fn source(self) -> &'a str {
        self.unpacker().head().source
    }

    /// Shows `visit` each attribute of the span, its events, links and resource, in this order, until it says true; gives back
    /// whether it did.
    pub fn any_field(self, visit: &mut dyn FnMut(Owner, Attribute<'a>) -> bool) -> bool {
        let packed = self.pool.resources.packed(self.row.resource);
        self.unpacker().any_attribute(visit)
            || Unpacker::new(&self.pool.names, packed).any_of_list(Owner::Resource, visit)
    }

    fn unpacker(self) -> Unpacker<'a> {
        Unpacker::new(&self.pool.names, self.trace.record(self.row))
    }

    /// Tells spans apart that are otherwise alike, the same in every run: the span id or, for a span without one, a
    /// hash of everything it says.
    pub fn order_key(self) -> u64 {
        self.row.key
    }

    /// Shows `visit` every text a search may look at until it says true; gives back whether it did.
    ///
    /// These are service, name, the texts of the record (source, scope, status description, trace state, event
    /// names, warnings), and all keys and values, numbers as text. Resource attributes come last.
    pub fn any_text(self, visit: &mut dyn FnMut(&str) -> bool) -> bool {
        if visit(self.service()) || visit(self.name()) {
            return true;
        }
        let names = &self.pool.names;
        let mut number = String::new();
        let mut show = |piece: Piece<'_>| match piece {
            Piece::Name(id) => visit(names.str(id)),
            Piece::Text(bytes) => visit(std::str::from_utf8(bytes).unwrap_or_default()),
            Piece::Value(value) => visit_value(value, &mut number, visit),
        };
        let packed = self.pool.resources.packed(self.row.resource);
        Pieces::new(self.trace.record(self.row)).visit(&mut show) || Pieces::new(packed).visit_attributes(&mut show)
    }
}

fn visit_value(value: Value<'_>, number: &mut String, visit: &mut dyn FnMut(&str) -> bool) -> bool {
    number.clear();
    let written = match value {
        Value::Str(text) | Value::Json(text) => return visit(text),
        Value::Bytes(_) => return false,
        Value::Int(int) => write!(number, "{int}"),
        Value::Double(double) => write!(number, "{double}"),
        Value::Bool(bool) => write!(number, "{bool}"),
    };
    written.is_ok() && visit(number)
}
