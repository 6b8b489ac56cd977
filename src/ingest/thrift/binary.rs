//! Thrift's binary protocol (Jaeger's port 6832), strict and old form. Reads only.

use super::{Cursor, Fault, List, Protocol, Read, Slice, Type};

/// The binary protocol.
#[derive(Clone, Copy, Debug)]
pub enum Binary {}

impl Protocol for Binary {
    fn message(cursor: &mut Cursor<'_>) -> Read<Slice> {
        let head = Self::i32(cursor)?;
        if head >= 0 {
            // The old form: name, type, sequence number.
            let name = cursor.slice(i64::from(head))?;
            cursor.array::<5>()?;
            return Ok(name);
        }
        if head.cast_unsigned() >> 16 != 0x8001 {
            return Err(cursor.fail(Fault::Version));
        }
        let name = Self::binary(cursor)?;
        cursor.array::<4>()?;
        Ok(name)
    }

    #[inline]
    fn field(cursor: &mut Cursor<'_>, id: &mut i16) -> Read<Type> {
        let kind = type_of(cursor.byte()?);
        if kind != Type::Stop {
            *id = Self::i16(cursor)?;
        }
        Ok(kind)
    }

    #[inline]
    fn is_next(cursor: &mut Cursor<'_>, _after: u8, id: u8, kind: Type) -> bool {
        let codes = [(Type::Bool, 2), (Type::Double, 4), (Type::I32, 8), (Type::I64, 10), (Type::Binary, 11)];
        codes.iter().any(|(known, code)| *known == kind && cursor.is_next([*code, 0, id]))
    }

    #[inline]
    fn bool(cursor: &mut Cursor<'_>, _kind: Type) -> Read<bool> {
        Ok(cursor.byte()? != 0)
    }

    #[inline]
    fn i16(cursor: &mut Cursor<'_>) -> Read<i16> {
        cursor.array().map(i16::from_be_bytes)
    }

    #[inline]
    fn i32(cursor: &mut Cursor<'_>) -> Read<i32> {
        cursor.array().map(i32::from_be_bytes)
    }

    #[inline]
    fn i64(cursor: &mut Cursor<'_>) -> Read<i64> {
        cursor.array().map(i64::from_be_bytes)
    }

    #[inline]
    fn double(cursor: &mut Cursor<'_>) -> Read<f64> {
        cursor.array().map(f64::from_be_bytes)
    }

    #[inline]
    fn binary(cursor: &mut Cursor<'_>) -> Read<Slice> {
        let declared = Self::i32(cursor)?;
        cursor.slice(i64::from(declared))
    }

    fn list(cursor: &mut Cursor<'_>) -> Read<List> {
        let element = type_of(cursor.byte()?);
        let declared = Self::i32(cursor)?;
        Ok(List { element, len: cursor.count(i64::from(declared), 1)? })
    }

    fn map(cursor: &mut Cursor<'_>) -> Read<(Type, Type, u32)> {
        let [key, value] = cursor.array::<2>()?;
        let declared = Self::i32(cursor)?;
        Ok((type_of(key), type_of(value), cursor.count(i64::from(declared), 2)?))
    }
}

fn type_of(code: u8) -> Type {
    match code {
        0 => Type::Stop,
        2 => Type::Bool,
        3 => Type::I8,
        4 => Type::Double,
        6 => Type::I16,
        8 => Type::I32,
        10 => Type::I64,
        11 => Type::Binary,
        12 => Type::Struct,
        13 => Type::Map,
        14 => Type::Set,
        15 => Type::List,
        16 => Type::Uuid,
        _ => Type::Unknown,
    }
}
