//! A span, a log record or a line of output packed into bytes, and out of them again. Knows names by number, and nothing of
//! traces.

pub(in crate::store) mod log;
pub(in crate::store) mod pack;
pub(in crate::store) mod unpack;
pub(in crate::store) mod varint;
