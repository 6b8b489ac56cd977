//! A position in the input, the reads that both protocols share, and why reading stopped. Never reads past the end.

#![expect(clippy::inline_always, reason = "measured: a cursor that no call borrows stays in registers")]

use std::fmt;

/// A piece of the input: byte offset and length. Always inside the input it was read from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Slice {
    /// First byte.
    pub start: u32,
    /// Length in bytes.
    pub len: u32,
}

/// Reading stopped; [`Cursor::fault`] says why. Kept empty so that reads return in registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken;

/// What a read returns.
pub type Read<T> = Result<T, Broken>;

/// Why reading stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The input ends in the middle of a value.
    End,
    /// A declared length that the input cannot hold.
    Length {
        /// As declared.
        declared: i64,
        /// Bytes that follow.
        left: usize,
    },
    /// A declared number of elements that the input cannot hold.
    Count {
        /// As declared.
        declared: i64,
        /// Bytes that follow.
        left: usize,
    },
    /// Structs or containers nested too deep.
    Depth,
    /// A variable-length number with too many bytes or bits.
    Number,
    /// A field number past 32767.
    FieldNumber,
    /// A type code that no version of Thrift defines.
    UnknownType,
    /// A protocol version that nobody sends.
    Version,
    /// More elements than a message of this size may claim memory for.
    Crowded,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::End => write!(f, "datagram ends"),
            Self::Length { declared, left } => write!(f, "string of {declared} bytes, only {left} left,"),
            Self::Count { declared, left } => write!(f, "list of {declared} elements, only {left} bytes left,"),
            Self::Depth => write!(f, "values nested more than {} deep", super::MAX_DEPTH),
            Self::Number => write!(f, "number with too many bits"),
            Self::FieldNumber => write!(f, "field number above 32767"),
            Self::UnknownType => write!(f, "unknown thrift type"),
            Self::Version => write!(f, "unknown thrift protocol version"),
            Self::Crowded => write!(f, "too many tiny elements for the size of the datagram"),
        }
    }
}

/// A position in the input.
#[derive(Clone, Debug)]
pub struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
    fault: Option<Fault>,
}

impl<'a> Cursor<'a> {
    /// Starts at the first byte. Only the first 4 GiB can be reached.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes: bytes.get(..u32::MAX as usize).unwrap_or(bytes), at: 0, fault: None }
    }

    /// Offset of the next byte.
    pub fn position(&self) -> usize {
        self.at
    }

    /// Goes to where this cursor, or a copy of it, once was.
    #[inline]
    pub fn seek(&mut self, position: usize) {
        self.at = self.bytes.len().min(position);
    }

    /// How many bytes follow.
    pub fn left(&self) -> usize {
        self.bytes.len().saturating_sub(self.at)
    }

    /// Why the last failed read failed.
    pub fn fault(&self) -> Fault {
        self.fault.unwrap_or(Fault::End)
    }

    /// Notes why reading cannot go on.
    #[inline(always)]
    pub fn fail(&mut self, fault: Fault) -> Broken {
        self.fault = Some(fault);
        Broken
    }

    /// The bytes of a piece.
    #[inline]
    pub fn get(&self, slice: Slice) -> &'a [u8] {
        let start = slice.start as usize;
        self.bytes.get(start..start + slice.len as usize).unwrap_or_default()
    }

    /// The next `N` bytes, without moving.
    #[inline]
    pub fn peek<const N: usize>(&self) -> Option<&'a [u8; N]> {
        self.bytes.get(self.at..).and_then(<[u8]>::first_chunk)
    }

    /// The bytes that follow.
    #[inline]
    pub fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Moves past these bytes when they are the next ones.
    #[inline(always)]
    pub fn is_next<const N: usize>(&mut self, expected: [u8; N]) -> bool {
        let is = self.peek() == Some(&expected);
        self.at += if is { N } else { 0 };
        is
    }

    /// Reads one byte.
    #[inline(always)]
    pub fn byte(&mut self) -> Read<u8> {
        match self.bytes.get(self.at) {
            Some(byte) => {
                self.at += 1;
                Ok(*byte)
            }
            None => Err(self.fail(Fault::End)),
        }
    }

    /// Reads `N` bytes.
    #[inline]
    pub fn array<const N: usize>(&mut self) -> Read<[u8; N]> {
        match self.bytes.get(self.at..).and_then(<[u8]>::first_chunk::<N>) {
            Some(chunk) => {
                self.at += N;
                Ok(*chunk)
            }
            None => Err(self.fail(Fault::End)),
        }
    }

    /// Reads past `declared` bytes and returns where they are.
    #[inline(always)]
    pub fn slice(&mut self, declared: i64) -> Read<Slice> {
        let left = self.left();
        match u32::try_from(declared) {
            Ok(len) if len as usize <= left => {
                // The constructor keeps every offset within 32 bits.
                let start = u32::try_from(self.at).unwrap_or(u32::MAX);
                self.at += len as usize;
                Ok(Slice { start, len })
            }
            _ => Err(self.fail(Fault::Length { declared, left })),
        }
    }

    /// Checks a declared number of elements, of at least `each` bytes, against what the input can hold.
    #[inline]
    pub fn count(&mut self, declared: i64, each: usize) -> Read<u32> {
        let left = self.left();
        match u32::try_from(declared) {
            Ok(len) if (len as usize).saturating_mul(each) <= left => Ok(len),
            _ => Err(self.fail(Fault::Count { declared, left })),
        }
    }
}
