//! A span packed into bytes, and out of them again. Knows names by number, and nothing of traces.

pub(in crate::store) mod pack;
pub(in crate::store) mod unpack;
pub(in crate::store) mod varint;
