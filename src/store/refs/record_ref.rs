//! A log record or a line of output of the store, borrowed.

use std::borrow::Cow;

use crate::model::{Log, Severity, SpanId, Timestamp, TraceId, Value};
use crate::store::output::{From, Record};
use crate::store::pool::Pool;
use crate::store::record::log::unpack_line;
use crate::store::record::unpack::{Piece, Pieces, Unpacker};

/// A log record or a line of output.
#[derive(Clone, Copy)]
pub struct RecordRef<'a> {
    pub(in crate::store) number: u64,
    pub(in crate::store) record: &'a Record,
    pub(in crate::store) pool: &'a Pool,
}

impl<'a> RecordRef<'a> {
    /// Its number: later ones have greater ones, and none is ever used again.
    pub fn number(self) -> u64 {
        self.number
    }

    /// Where it stands in time order.
    pub fn place(self) -> Timestamp {
        self.record.place
    }

    /// When it happened; `None` for a line of which only the order is known.
    pub fn time(self) -> Option<Timestamp> {
        self.record.is_timed.then_some(self.record.place)
    }

    /// How grave it is.
    pub fn severity(self) -> Severity {
        self.record.severity
    }

    /// The span that a log record belongs to, as far as it says.
    pub fn span(self) -> (TraceId, SpanId) {
        (self.record.trace_id, self.record.span_id)
    }

    /// Whether it is a log record, no line of output.
    pub fn is_log(self) -> bool {
        matches!(self.record.from, From::Resource(_))
    }

    /// The service that logs; empty for a line.
    pub fn service(self) -> &'a str {
        match self.record.from {
            From::Resource(id) => self.pool.names.str(self.pool.resources.service_name(id)),
            From::Input(_) => "",
        }
    }

    /// Its logger; empty for a line.
    pub fn logger(self) -> &'a str {
        if self.is_log() { self.unpacker().log_head().0 } else { "" }
    }

    /// What it says.
    pub fn text(self) -> Cow<'a, str> {
        if !self.is_log() {
            return unpack_line(&self.record.packed).1.into();
        }
        match self.unpacker().log_head().1 {
            Value::Str(text) | Value::Json(text) => text.into(),
            Value::Int(int) => int.to_string().into(),
            Value::Double(double) => double.to_string().into(),
            Value::Bool(bool) => bool.to_string().into(),
            Value::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned().into(),
        }
    }

    /// Name of the input and number of the line, for a line.
    pub fn line(self) -> Option<(&'a str, u64)> {
        let From::Input(name) = self.record.from else { return None };
        Some((self.pool.names.str(name), unpack_line(&self.record.packed).0))
    }

    /// Everything about a log record; `None` for a line.
    pub fn to_log(self) -> Option<Log<'a>> {
        let From::Resource(id) = self.record.from else { return None };
        let mut log = Log {
            time: self.record.place,
            trace_id: self.record.trace_id,
            span_id: self.record.span_id,
            severity: self.record.severity,
            severity_text: "",
            service: self.service(),
            scope: "",
            event_name: "",
            body: Value::Str(""),
            attributes: Vec::new(),
            resource: Unpacker::new(&self.pool.names, self.pool.resources.packed(id)).attributes(),
            source: "",
        };
        self.unpacker().log(&mut log);
        Some(log)
    }

    /// Shows `visit` every text a search may look at until it says true: what it says, the service, the logger, and of a
    /// log record all keys and values that are text.
    pub fn any_text(self, visit: &mut dyn FnMut(&str) -> bool) -> bool {
        if !self.is_log() {
            return visit(unpack_line(&self.record.packed).1);
        }
        let names = &self.pool.names;
        visit(self.service())
            || Pieces::new(&self.record.packed).visit_log(&mut |piece| match piece {
                Piece::Name(id) => visit(names.str(id)),
                Piece::Text(bytes) => visit(std::str::from_utf8(bytes).unwrap_or_default()),
                Piece::Value(Value::Str(text) | Value::Json(text)) => visit(text),
                Piece::Value(_) => false,
            })
    }

    fn unpacker(self) -> Unpacker<'a> {
        Unpacker::new(&self.pool.names, &self.record.packed)
    }
}
