//! Thrift's compact protocol (Jaeger's port 6831). Reads only.

#![expect(clippy::inline_always, reason = "measured: a cursor that no call borrows stays in registers")]

use super::{Cursor, Fault, List, Protocol, Read, Slice, Type};

/// The compact protocol.
#[derive(Clone, Copy, Debug)]
pub enum Compact {}

/// First byte of every compact message.
const PROTOCOL_ID: u8 = 0x82;

/// Types by their code.
const TYPES: [Type; 16] = [
    Type::Stop,
    Type::True,
    Type::False,
    Type::I8,
    Type::I16,
    Type::I32,
    Type::I64,
    Type::Double,
    Type::Binary,
    Type::List,
    Type::Set,
    Type::Map,
    Type::Struct,
    Type::Uuid,
    Type::Unknown,
    Type::Unknown,
];

impl Protocol for Compact {
    fn message(cursor: &mut Cursor<'_>) -> Read<Slice> {
        // Bits 5 to 7 of the second byte are the message's type: some clients send CALL, some ONEWAY.
        if cursor.byte()? != PROTOCOL_ID || cursor.byte()? & 0x1f != 1 {
            return Err(cursor.fail(Fault::Version));
        }
        varint32(cursor)?;
        Self::binary(cursor)
    }

    #[inline]
    fn field(cursor: &mut Cursor<'_>, id: &mut i16) -> Read<Type> {
        let head = cursor.byte()?;
        let delta = i16::from(head >> 4);
        let kind = type_of(head);
        if delta == 0 {
            if kind != Type::Stop {
                *id = Self::i16(cursor)?;
            }
            return Ok(kind);
        }
        match id.checked_add(delta) {
            Some(next) => *id = next,
            None => return Err(cursor.fail(Fault::FieldNumber)),
        }
        Ok(kind)
    }

    #[inline(always)]
    fn is_next(cursor: &mut Cursor<'_>, after: u8, id: u8, kind: Type) -> bool {
        let code = TYPES.iter().zip(0_u8..).find(|(known, _)| **known == kind);
        code.is_some_and(|(_, code)| cursor.is_next([(id - after) << 4 | code]))
    }

    #[inline]
    fn bool(cursor: &mut Cursor<'_>, kind: Type) -> Read<bool> {
        if kind == Type::Bool {
            // Inside containers: 1 is true, false is 2 or, by some writers, 0.
            return Ok(cursor.byte()? == 1);
        }
        Ok(kind == Type::True)
    }

    fn i16(cursor: &mut Cursor<'_>) -> Read<i16> {
        let raw = varint32(cursor)?;
        i16::try_from(zigzag32(raw)).map_err(|_| cursor.fail(Fault::Number))
    }

    #[inline(always)]
    fn i32(cursor: &mut Cursor<'_>) -> Read<i32> {
        varint32(cursor).map(zigzag32)
    }

    #[inline(always)]
    fn i64(cursor: &mut Cursor<'_>) -> Read<i64> {
        let raw = varint(cursor)?;
        Ok((raw >> 1).cast_signed() ^ -(raw & 1).cast_signed())
    }

    #[inline]
    fn double(cursor: &mut Cursor<'_>) -> Read<f64> {
        cursor.array().map(f64::from_le_bytes)
    }

    #[inline(always)]
    fn binary(cursor: &mut Cursor<'_>) -> Read<Slice> {
        let declared = varint32(cursor)?;
        cursor.slice(i64::from(declared))
    }

    fn list(cursor: &mut Cursor<'_>) -> Read<List> {
        let head = cursor.byte()?;
        let declared = if head >> 4 == 15 { varint32(cursor)? } else { u32::from(head >> 4) };
        Ok(List { element: element_type(head), len: cursor.count(i64::from(declared), 1)? })
    }

    fn map(cursor: &mut Cursor<'_>) -> Read<(Type, Type, u32)> {
        let declared = varint32(cursor)?;
        if declared == 0 {
            return Ok((Type::Stop, Type::Stop, 0));
        }
        let types = cursor.byte()?;
        Ok((element_type(types >> 4), element_type(types), cursor.count(i64::from(declared), 2)?))
    }
}

fn type_of(head: u8) -> Type {
    TYPES.get(usize::from(head & 0x0f)).copied().unwrap_or(Type::Unknown)
}

/// In containers a boolean has a byte of its own and either of its two codes.
fn element_type(head: u8) -> Type {
    let kind = type_of(head);
    if kind.is_bool() { Type::Bool } else { kind }
}

fn zigzag32(raw: u32) -> i32 {
    (raw >> 1).cast_signed() ^ -(raw & 1).cast_signed()
}

#[inline(always)]
fn varint32(cursor: &mut Cursor<'_>) -> Read<u32> {
    let raw = varint(cursor)?;
    u32::try_from(raw).map_err(|_| cursor.fail(Fault::Number))
}

#[inline(always)]
fn varint(cursor: &mut Cursor<'_>) -> Read<u64> {
    let first = cursor.byte()?;
    if first < 0x80 {
        return Ok(u64::from(first));
    }
    match long_varint(first, cursor.rest()) {
        Ok((value, len)) => {
            cursor.seek(cursor.position() + len);
            Ok(value)
        }
        Err(fault) => Err(cursor.fail(fault)),
    }
}

/// The number that starts with `first`, and how many of the following bytes it takes. By value: the caller's cursor stays
/// in registers.
#[inline(never)]
fn long_varint(first: u8, rest: &[u8]) -> Result<(u64, usize), Fault> {
    let mut value = u64::from(first & 0x7f);
    let mut shift = 7;
    for (n, byte) in rest.iter().take(9).enumerate() {
        // The tenth byte has room for one bit.
        if shift == 63 && *byte > 1 {
            return Err(Fault::Number);
        }
        value |= u64::from(byte & 0x7f) << shift;
        if *byte < 0x80 {
            return Ok((value, n + 1));
        }
        shift += 7;
    }
    Err(Fault::End)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_limits_and_refuse_extra_bits() {
        let limit = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        assert_eq!(Compact::i64(&mut Cursor::new(&limit)), Ok(i64::MIN));
        for bytes in [[0xff_u8; 12], [0x80; 12]] {
            let mut cursor = Cursor::new(&bytes);
            assert!(Compact::i64(&mut cursor).is_err());
            assert_eq!(cursor.fault(), Fault::Number);
        }
        let mut cursor = Cursor::new(&[0xff, 0xff, 0xff, 0xff, 0x7f]);
        assert!(Compact::i32(&mut cursor).is_err(), "35 bits are no i32");
    }

    #[test]
    fn a_field_number_cannot_run_past_its_limit() {
        let mut id = 0;
        let mut cursor = Cursor::new(&[0x08, 0xfe, 0xff, 0x03, 0x18]);
        assert_eq!(Compact::field(&mut cursor, &mut id), Ok(Type::Binary));
        assert_eq!(id, i16::MAX);
        assert!(Compact::field(&mut cursor, &mut id).is_err());
        assert_eq!(cursor.fault(), Fault::FieldNumber);
    }
}
