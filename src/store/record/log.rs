//! Log records and lines of output, packed into bytes and read back.
//!
//! A log record is four texts (source, logger, kind of event, the logger's word for its severity), its body and its
//! attributes. A body that is text is a byte 0 and that text, any other a byte 1 and the value under the key 0. A line is its
//! number and its text.

use super::pack::{Packer, variety};
use super::unpack::{Piece, Pieces, Unpacker};
use super::varint::{Reader, put, put_bytes};
use crate::model::{BatchLog, BatchValue, Log, OutputLine, Value};

impl Packer<'_> {
    /// Appends a log record.
    pub(in crate::store) fn log(&mut self, log: &BatchLog) {
        self.text(variety::SOURCE, log.source);
        self.text(variety::SCOPE, log.scope);
        self.text(variety::EVENT, log.event_name);
        self.text(variety::STATUS, log.severity_text);
        if let BatchValue::Str(text) = log.body {
            self.out.push(0);
            self.text(variety::BODY, text);
        } else {
            self.out.push(1);
            self.value(0, log.body, None);
        }
        self.attributes(log.attributes);
    }
}

impl<'a> Unpacker<'a> {
    /// Fills in everything that a packed log record says.
    pub(in crate::store) fn log(mut self, log: &mut Log<'a>) {
        log.source = self.text();
        log.scope = self.text();
        log.event_name = self.text();
        log.severity_text = self.text();
        log.body = self.body();
        log.attributes = self.attributes();
    }

    /// The logger and the body of a packed log record.
    pub(in crate::store) fn log_head(mut self) -> (&'a str, Value<'a>) {
        self.text();
        let scope = self.text();
        self.text();
        self.text();
        (scope, self.body())
    }

    fn body(&mut self) -> Value<'a> {
        if self.pieces.reader.byte() == 0 { Value::Str(self.text()) } else { self.attribute().value }
    }
}

impl<'a> Pieces<'a> {
    /// Visits every piece of a packed log record until `visit` says true; gives back whether it did.
    pub(in crate::store) fn visit_log(&mut self, visit: &mut impl FnMut(Piece<'a>) -> bool) -> bool {
        (0..4).any(|_| visit(self.text())) || visit(self.body()) || self.visit_attributes(visit)
    }

    fn body(&mut self) -> Piece<'a> {
        if self.reader.byte() == 0 { self.text() } else { self.attribute().1 }
    }
}

/// Appends a line of output.
pub(in crate::store) fn pack_line(line: &OutputLine, out: &mut Vec<u8>) {
    put(out, line.line);
    put_bytes(out, line.text.as_bytes());
}

/// The number and the text of a packed line.
pub(in crate::store) fn unpack_line(packed: &[u8]) -> (u64, &str) {
    let mut reader = Reader::new(packed);
    (reader.number(), std::str::from_utf8(reader.bytes()).unwrap_or_default())
}
