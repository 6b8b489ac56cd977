//! Thrift as a bounded, borrowing pull reader: the caller walks the fields, strings stay where they are in the input.
//!
//! Both protocols are stateless readers behind [`Protocol`]. Nothing here allocates, panics, trusts a declared length or
//! nests deeper than [`MAX_DEPTH`].

mod binary;
mod compact;
mod cursor;

pub use binary::Binary;
pub use compact::Compact;
pub use cursor::{Broken, Cursor, Fault, Read, Slice};

/// How deep unknown structs and containers may nest. Jaeger's own structs need five levels.
pub const MAX_DEPTH: u8 = 16;

/// What kind of value follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// No further field in this struct.
    Stop,
    /// `true`, carried by the field header itself (compact).
    True,
    /// `false`, carried by the field header itself (compact).
    False,
    /// A boolean in a byte of its own.
    Bool,
    /// 8 bits.
    I8,
    /// 16 bits.
    I16,
    /// 32 bits.
    I32,
    /// 64 bits.
    I64,
    /// A double.
    Double,
    /// Text or bytes: Thrift does not tell them apart.
    Binary,
    /// A list.
    List,
    /// A set.
    Set,
    /// A map.
    Map,
    /// A struct.
    Struct,
    /// 16 bytes.
    Uuid,
    /// A code that no version of Thrift defines.
    Unknown,
}

impl Type {
    /// Is this a boolean, however it is carried?
    pub fn is_bool(self) -> bool {
        matches!(self, Self::True | Self::False | Self::Bool)
    }
}

/// The head of a list or set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct List {
    /// Type of every element.
    pub element: Type,
    /// How many; never more than there are bytes left.
    pub len: u32,
}

/// One of Thrift's two wire protocols. Implementors hold no state: the last field's number is the caller's.
pub trait Protocol {
    /// Reads a message's head and returns its name; type and sequence number are read past.
    fn message(cursor: &mut Cursor<'_>) -> Read<Slice>;
    /// Reads a field's head: its type, and its number into `id`, which must start at 0 for each struct.
    fn field(cursor: &mut Cursor<'_>, id: &mut i16) -> Read<Type>;
    /// Reads past a field's head when it is the expected one: field `id` of type `kind`, right after field `after`.
    /// Cheaper than [`Self::field`] where every known client writes the same order.
    fn is_next(cursor: &mut Cursor<'_>, after: u8, id: u8, kind: Type) -> bool;
    /// Reads a boolean that was announced as `kind`.
    fn bool(cursor: &mut Cursor<'_>, kind: Type) -> Read<bool>;
    /// Reads 16 bits.
    fn i16(cursor: &mut Cursor<'_>) -> Read<i16>;
    /// Reads 32 bits.
    fn i32(cursor: &mut Cursor<'_>) -> Read<i32>;
    /// Reads 64 bits.
    fn i64(cursor: &mut Cursor<'_>) -> Read<i64>;
    /// Reads a double.
    fn double(cursor: &mut Cursor<'_>) -> Read<f64>;
    /// Reads text or bytes.
    fn binary(cursor: &mut Cursor<'_>) -> Read<Slice>;
    /// Reads the head of a list or set.
    fn list(cursor: &mut Cursor<'_>) -> Read<List>;
    /// Reads the head of a map: types of keys and values, and how many pairs.
    fn map(cursor: &mut Cursor<'_>) -> Read<(Type, Type, u32)>;
}

/// Reads past a value of any type.
pub fn skip<P: Protocol>(cursor: &mut Cursor<'_>, kind: Type) -> Read<()> {
    skip_nested::<P>(cursor, kind, MAX_DEPTH)
}

/// Reads past the elements of a list whose head has been read.
pub fn skip_list<P: Protocol>(cursor: &mut Cursor<'_>, list: List) -> Read<()> {
    (0..list.len).try_for_each(|_| skip_nested::<P>(cursor, list.element, MAX_DEPTH))
}

fn skip_nested<P: Protocol>(cursor: &mut Cursor<'_>, kind: Type, depth: u8) -> Read<()> {
    let Some(below) = depth.checked_sub(1) else { return Err(cursor.fail(Fault::Depth)) };
    match kind {
        Type::True | Type::False => Ok(()),
        Type::Bool | Type::I8 => cursor.byte().map(drop),
        Type::I16 => P::i16(cursor).map(drop),
        Type::I32 => P::i32(cursor).map(drop),
        Type::I64 => P::i64(cursor).map(drop),
        Type::Double => P::double(cursor).map(drop),
        Type::Binary => P::binary(cursor).map(drop),
        Type::Uuid => cursor.array::<16>().map(drop),
        Type::Struct => {
            let mut id = 0;
            loop {
                let kind = P::field(cursor, &mut id)?;
                if kind == Type::Stop {
                    return Ok(());
                }
                skip_nested::<P>(cursor, kind, below)?;
            }
        }
        Type::List | Type::Set => {
            let list = P::list(cursor)?;
            (0..list.len).try_for_each(|_| skip_nested::<P>(cursor, list.element, below))
        }
        Type::Map => {
            let (key, value, len) = P::map(cursor)?;
            (0..len).try_for_each(|_| {
                skip_nested::<P>(cursor, key, below)?;
                skip_nested::<P>(cursor, value, below)
            })
        }
        Type::Stop | Type::Unknown => Err(cursor.fail(Fault::UnknownType)),
    }
}
