//! Protocol Buffers as a bounded, borrowing pull reader: the caller walks the fields, strings stay where they are.
//!
//! Knows no message. Nothing here allocates, recurses, panics or trusts a declared length. Numbers may take more bytes than
//! they need, up to ten: .NET writes every nested length with four (protobuf.dev, "Encoding").

use std::fmt;

/// Groups, long deprecated, are read past; they nest no deeper than this.
const MAX_GROUPS: u32 = 100;

/// Why reading stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The input ends inside a field.
    End,
    /// A declared length that the input cannot hold.
    Length {
        /// As declared.
        declared: u64,
        /// Bytes that follow.
        left: usize,
    },
    /// A number of more than ten bytes or 64 bits.
    Number,
    /// Field number 0, or one beyond 2²⁹ − 1.
    FieldNumber,
    /// A wire type that does not exist.
    WireType(u8),
    /// A group that is not closed, closed without being open, or nested too deep.
    Group,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::End => write!(f, "message ends inside a field"),
            Self::Length { declared, left } => write!(f, "field of {declared} bytes, only {left} left"),
            Self::Number => write!(f, "number with too many bits"),
            Self::FieldNumber => write!(f, "field number out of range"),
            Self::WireType(kind) => write!(f, "unknown wire type {kind}"),
            Self::Group => write!(f, "group that is not closed"),
        }
    }
}

/// What a read returns.
pub type Read<T> = Result<T, Fault>;

/// A field's value as its wire type carries it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// Integers, booleans, enums.
    Varint(u64),
    /// `fixed64`, `sfixed64`, `double`.
    Fixed64(u64),
    /// Strings, bytes, messages, packed lists.
    Bytes(&'a [u8]),
    /// `fixed32`, `sfixed32`, `float`.
    Fixed32(u32),
}

/// A position in a message.
#[derive(Clone, Copy, Debug, Default)]
pub struct Message<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Message<'a> {
    /// Starts at the first byte.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Offset of the next byte.
    pub fn position(&self) -> usize {
        self.at
    }

    /// The bytes that follow.
    pub fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// How many bytes follow.
    pub fn left(&self) -> usize {
        self.bytes.len().saturating_sub(self.at)
    }

    /// The next field: its number and value; nothing at the end. Groups are read past.
    #[inline]
    pub fn field(&mut self) -> Read<Option<(u32, Value<'a>)>> {
        loop {
            // Field numbers below 16 and lengths below 128: nearly all fields begin with such two bytes.
            match self.rest() {
                [] => return Ok(None),
                [key @ 0x08..0x80, length @ 0..0x80, rest @ ..]
                    if key & 7 == 2 && rest.len() >= usize::from(*length) =>
                {
                    self.at += 2 + usize::from(*length);
                    let bytes = rest.get(..usize::from(*length)).unwrap_or_default();
                    return Ok(Some((u32::from(key >> 3), Value::Bytes(bytes))));
                }
                _ => {}
            }
            let (number, kind) = self.key()?;
            match kind {
                3 => self.skip_group()?,
                4 => return Err(Fault::Group),
                kind => return Ok(Some((number, self.value(kind)?))),
            }
        }
    }

    /// Reads the key and the length of a field of bytes, whose value then follows and need not all be there.
    pub fn length(&mut self) -> Read<u64> {
        match self.key()? {
            (_, 2) => self.varint(),
            (_, kind) => Err(Fault::WireType(kind)),
        }
    }

    #[inline]
    fn key(&mut self) -> Read<(u32, u8)> {
        let key = self.varint()?;
        let number = u32::try_from(key >> 3).ok().filter(|number| (1..1 << 29).contains(number));
        Ok((number.ok_or(Fault::FieldNumber)?, (key & 7) as u8))
    }

    #[inline]
    fn value(&mut self, kind: u8) -> Read<Value<'a>> {
        Ok(match kind {
            0 => Value::Varint(self.varint()?),
            1 => Value::Fixed64(u64::from_le_bytes(self.array()?)),
            2 => Value::Bytes(self.bytes()?),
            5 => Value::Fixed32(u32::from_le_bytes(self.array()?)),
            kind => return Err(Fault::WireType(kind)),
        })
    }

    #[inline]
    fn varint(&mut self) -> Read<u64> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        // Nearly all keys and lengths are one byte.
        if let Some(byte) = rest.first().filter(|byte| **byte < 0x80) {
            self.at += 1;
            return Ok(u64::from(*byte));
        }
        let mut value = 0_u64;
        for (n, byte) in rest.iter().take(10).enumerate() {
            let bits = u64::from(byte & 0x7f);
            if n == 9 && bits > 1 {
                return Err(Fault::Number);
            }
            value |= bits << (7 * n);
            if *byte < 0x80 {
                self.at += n + 1;
                return Ok(value);
            }
        }
        Err(if rest.len() < 10 { Fault::End } else { Fault::Number })
    }

    #[inline]
    fn bytes(&mut self) -> Read<&'a [u8]> {
        let declared = self.varint()?;
        let left = self.left();
        let len = usize::try_from(declared).ok().filter(|len| *len <= left);
        let len = len.ok_or(Fault::Length { declared, left })?;
        let bytes = self.bytes.get(self.at..self.at + len).unwrap_or_default();
        self.at += len;
        Ok(bytes)
    }

    #[inline]
    fn array<const N: usize>(&mut self) -> Read<[u8; N]> {
        let chunk = self.bytes.get(self.at..).and_then(<[u8]>::first_chunk::<N>).ok_or(Fault::End)?;
        self.at += N;
        Ok(*chunk)
    }

    /// Reads past a group whose start has been read.
    fn skip_group(&mut self) -> Read<()> {
        let mut depth = 1_u32;
        while depth > 0 {
            if self.at >= self.bytes.len() {
                return Err(Fault::Group);
            }
            match self.key()?.1 {
                3 if depth >= MAX_GROUPS => return Err(Fault::Group),
                3 => depth += 1,
                4 => depth -= 1,
                kind => drop(self.value(kind)?),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fields(bytes: &[u8]) -> Read<Vec<(u32, Value<'_>)>> {
        let mut message = Message::new(bytes);
        let mut found = Vec::new();
        while let Some(field) = message.field()? {
            found.push(field);
        }
        Ok(found)
    }

    #[test]
    fn every_wire_type_is_read() {
        let bytes =
            [&[0x08, 0x96, 0x01][..], &[0x11, 1, 0, 0, 0, 0, 0, 0, 0], &[0x1a, 2, b'h', b'i'], &[0x25, 2, 0, 0, 0]]
                .concat();
        let expected =
            [(1, Value::Varint(150)), (2, Value::Fixed64(1)), (3, Value::Bytes(b"hi")), (4, Value::Fixed32(2))];
        assert_eq!(fields(&bytes).expect("a message"), expected);
    }

    #[test]
    fn lengths_may_be_padded_as_dotnet_does() {
        assert_eq!(fields(&[0x0a, 0x82, 0x80, 0x80, 0x00, b'h', b'i']), Ok(vec![(1, Value::Bytes(b"hi"))]));
        let longest = [0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        assert_eq!(fields(&longest), Ok(vec![(1, Value::Varint(u64::MAX))]));
    }

    #[test]
    fn groups_are_read_past() {
        let bytes = [0x0b, 0x13, 0x08, 1, 0x14, 0x0c, 0x10, 7];
        assert_eq!(fields(&bytes), Ok(vec![(2, Value::Varint(7))]));
        assert_eq!(fields(&[0x0b, 0x08, 1]), Err(Fault::Group));
        assert_eq!(fields(&[0x0c]), Err(Fault::Group));
        assert_eq!(fields(&[0x0b; 1000]), Err(Fault::Group));
    }

    #[test]
    fn what_is_damaged_says_how() {
        assert_eq!(fields(&[0x08, 0x80]), Err(Fault::End));
        assert_eq!(fields(&[0x09, 1, 2]), Err(Fault::End));
        assert_eq!(fields(&[0x0a, 5, 1]), Err(Fault::Length { declared: 5, left: 1 }));
        assert_eq!(
            fields(&[0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]),
            Err(Fault::Length { declared: 0xffff_ffff, left: 0 })
        );
        assert_eq!(fields(&[0x08, 255, 255, 255, 255, 255, 255, 255, 255, 255, 2]), Err(Fault::Number));
        assert_eq!(fields(&[0x00, 0]), Err(Fault::FieldNumber));
        assert_eq!(fields(&[0x0f]), Err(Fault::WireType(7)));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_to_an_end(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut message = Message::new(&bytes);
            while let Ok(Some(_)) = message.field() {}
            prop_assert!(message.position() <= bytes.len());
        }
    }
}
