//! Tags that stand for a field of the model: span kind, status, scope, tracestate. Those leave the attribute list.

use super::batch::Decoder;
use super::tag::Tag;
use crate::model::{BatchSpan, BatchValue, Kind, Status, Text};

/// Which fields of a span were given by tags so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mapped {
    /// Bits of [`KIND`] and its like.
    given: u8,
    /// The kind is in capitals.
    shouts: bool,
    /// Places of `status.code` and `status.message`, which only mean something as a pair.
    code: Option<(usize, i64)>,
    code_message: Option<(usize, Text)>,
}

const KIND: u8 = 1;
const STATUS: u8 = 1 << 1;
const MESSAGE: u8 = 1 << 2;
const SCOPE_NAME: u8 = 1 << 3;
const SCOPE_VERSION: u8 = 1 << 4;
const TRACE_STATE: u8 = 1 << 5;

/// The highest canonical status code (gRPC's), where 0 is OK and the rest are errors.
const LAST_CANONICAL_CODE: i64 = 16;

impl Decoder<'_, '_> {
    /// Moves a tag into the span's fields; `false` when it is an attribute like any other.
    #[inline]
    pub(super) fn map(&mut self, row: &mut BatchSpan, mapped: &mut Mapped, tag: &Tag) -> bool {
        let key = self.cursor.get(tag.key);
        match key {
            [b'e' | b'o' | b's' | b'w', _, _, _, _, ..] => self.map_known(row, mapped, key, tag.attribute.value),
            _ => false,
        }
    }

    #[inline(never)]
    fn map_known(&mut self, row: &mut BatchSpan, mapped: &mut Mapped, key: &[u8], value: BatchValue) -> bool {
        match (key, value) {
            (b"error", BatchValue::Bool(true)) => set_status(row, Status::Error),
            // Old Python clients write what `str(True)` gives.
            (b"error", BatchValue::Str(text)) if self.batch.bytes(text).eq_ignore_ascii_case(b"true") => {
                set_status(row, Status::Error)
            }
            (b"span.kind", BatchValue::Str(text)) if mapped.given & KIND == 0 => {
                match Kind::parse(self.batch.str(text)) {
                    Some(kind) => {
                        row.kind = kind;
                        mapped.shouts = self.batch.bytes(text).first().is_some_and(u8::is_ascii_uppercase);
                        mapped.given |= KIND;
                        true
                    }
                    None => false,
                }
            }
            (b"otel.status_code", BatchValue::Str(text)) => match Status::parse(self.batch.str(text)) {
                Some(status) => {
                    mapped.given |= STATUS;
                    set_status(row, status)
                }
                None => false,
            },
            // Go before 1.4: 1 is an error, and has its own tag besides; 2 is OK.
            (b"otel.status_code", BatchValue::Int(code @ (1 | 2))) => {
                mapped.given |= STATUS;
                set_status(row, if code == 2 { Status::Ok } else { Status::Error })
            }
            (b"otel.status_description", BatchValue::Str(text)) => {
                self.set(&mut row.status_message, mapped, MESSAGE, text)
            }
            (
                b"otel.scope.name" | b"otel.library.name" | b"otel.instrumentation_library.name",
                BatchValue::Str(text),
            ) => self.set(&mut row.scope_name, mapped, SCOPE_NAME, text),
            (
                b"otel.scope.version" | b"otel.library.version" | b"otel.instrumentation_library.version",
                BatchValue::Str(text),
            ) => {
                // JavaScript's word for "none".
                let text = if self.batch.bytes(text) == b"undefined" { Text::default() } else { text };
                self.set(&mut row.scope_version, mapped, SCOPE_VERSION, text)
            }
            (b"w3c.tracestate", BatchValue::Str(text)) => self.set(&mut row.trace_state, mapped, TRACE_STATE, text),
            (b"status.code", BatchValue::Int(code)) if mapped.code.is_none() => {
                mapped.code = Some((self.batch.attributes.len(), code));
                false
            }
            (b"status.message", BatchValue::Str(text)) if mapped.code_message.is_none() => {
                mapped.code_message = Some((self.batch.attributes.len(), text));
                false
            }
            _ => false,
        }
    }

    /// The first value wins; one that says the same again is dropped, another stays an attribute.
    fn set(&self, field: &mut Text, mapped: &mut Mapped, bit: u8, text: Text) -> bool {
        if mapped.given & bit != 0 {
            return self.batch.bytes(*field) == self.batch.bytes(text);
        }
        *field = text;
        mapped.given |= bit;
        true
    }

    /// Reads the status of clients before OpenTelemetry 0.15 (`status.code` with `status.message`). Must follow the last
    /// tag directly: it takes both out of the end of the attribute list.
    pub(super) fn map_canonical_status(&mut self, row: &mut BatchSpan, mapped: &mut Mapped, first: u32) {
        let (Some((code_at, code)), Some((message_at, message))) = (mapped.code.take(), mapped.code_message.take())
        else {
            return;
        };
        if mapped.given & (STATUS | MESSAGE) != 0 || !(0..=LAST_CANONICAL_CODE).contains(&code) {
            return;
        }
        let is_python = mapped.shouts || self.is_python(first as usize..self.batch.attributes.len());
        set_status(row, old_status(code, mapped.given & KIND != 0, is_python));
        row.status_message = message;
        self.batch.attributes.remove(code_at.max(message_at));
        self.batch.attributes.remove(code_at.min(message_at));
    }
}

/// What `status.code` says. Opencensus sends no kind and gRPC's codes. Clients that send the kind mark an error with a tag
/// of its own; of the rest, Python says 0 for OK and, in 0.15 and 0.16, 1 for unset; Go says 0 for unset and 2 for OK.
fn old_status(code: i64, has_kind: bool, is_python: bool) -> Status {
    match (code, has_kind, is_python) {
        (0, true, false) | (1, true, true) => Status::Unset,
        (0, ..) | (2, true, false) => Status::Ok,
        _ => Status::Error,
    }
}

/// An error is never undone by another tag.
fn set_status(row: &mut BatchSpan, status: Status) -> bool {
    row.status = row.status.max(status);
    true
}
