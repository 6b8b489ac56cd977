//! Trace and span ids: newtypes over integers, printed as lower-case hex.

use std::fmt;

/// A trace id: 128 bits, or 64 when the high half is zero (Jaeger, Zipkin).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TraceId(pub u128);

/// A span id: 64 bits. Zero means "no id" on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpanId(pub u64);

impl TraceId {
    /// Reads 1 to 32 hex digits, with or without `0x`.
    pub fn from_hex(text: &str) -> Option<Self> {
        let digits = text.strip_prefix("0x").unwrap_or(text);
        is_hex(digits, 32).then(|| u128::from_str_radix(digits, 16).ok().map(Self))?
    }

    /// Joins the two signed halves that Jaeger's Thrift carries.
    pub fn from_halves(high: i64, low: i64) -> Self {
        Self((u128::from(high.cast_unsigned()) << 64) | u128::from(low.cast_unsigned()))
    }

    /// The high and low halves as Jaeger's Thrift wants them.
    pub fn halves(self) -> (i64, i64) {
        let high = u64::try_from(self.0 >> 64).unwrap_or(u64::MAX);
        let low = u64::try_from(self.0 & u128::from(u64::MAX)).unwrap_or(u64::MAX);
        (high.cast_signed(), low.cast_signed())
    }
}

impl SpanId {
    /// Reads 1 to 16 hex digits, with or without `0x`.
    pub fn from_hex(text: &str) -> Option<Self> {
        let digits = text.strip_prefix("0x").unwrap_or(text);
        is_hex(digits, 16).then(|| u64::from_str_radix(digits, 16).ok().map(Self))?
    }

    /// `None` for the id 0, which means "absent" on every wire.
    pub fn non_zero(self) -> Option<Self> {
        (self.0 != 0).then_some(self)
    }
}

fn is_hex(digits: &str, most: usize) -> bool {
    !digits.is_empty() && digits.len() <= most && digits.bytes().all(|b| b.is_ascii_hexdigit())
}

impl fmt::Display for TraceId {
    /// 16 digits when the high half is zero, 32 otherwise.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 >> 64 == 0 { write!(f, "{:016x}", self.0) } else { write!(f, "{:032x}", self.0) }
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_print_sixteen_digits_when_the_high_half_is_zero() {
        assert_eq!(TraceId(0xab).to_string(), "00000000000000ab");
        assert_eq!(TraceId::from_halves(1, -1).to_string(), "0000000000000001ffffffffffffffff");
        assert_eq!(TraceId::from_halves(1, -1).halves(), (1, -1));
    }

    #[test]
    fn hex_is_read_with_or_without_prefix_and_junk_is_refused() {
        assert_eq!(SpanId::from_hex("0x4294c35c08f8554e"), SpanId::from_hex("4294c35c08f8554e"));
        assert_eq!(TraceId::from_hex(""), None);
        assert_eq!(TraceId::from_hex("+1"), None);
        assert_eq!(SpanId::from_hex("00112233445566778"), None);
    }
}
