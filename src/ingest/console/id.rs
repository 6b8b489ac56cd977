//! Hex ids of known length, read faster than the standard library's checked arithmetic does: several stand in every span.

use crate::model::{SpanId, TraceId};

/// Reads 1 to 32 hex digits, with or without `0x`.
pub(crate) fn trace_id(text: &[u8]) -> Option<TraceId> {
    let digits = text.strip_prefix(b"0x").unwrap_or(text);
    let (high, low) = digits.split_at(digits.len().saturating_sub(16));
    let high = if high.is_empty() { 0 } else { hex(high)? };
    Some(TraceId((u128::from(high) << 64) | u128::from(hex(low)?)))
}

/// Reads 1 to 16 hex digits, with or without `0x`.
pub(crate) fn span_id(text: &[u8]) -> Option<SpanId> {
    hex(text.strip_prefix(b"0x").unwrap_or(text)).map(SpanId)
}

fn hex(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || digits.len() > 16 {
        return None;
    }
    let (mut value, mut wrong) = (0_u64, 0_u8);
    for digit in digits {
        let nibble = NIBBLES.get(usize::from(*digit)).copied().unwrap_or(255);
        wrong |= nibble;
        value = (value << 4) | u64::from(nibble & 15);
    }
    (wrong < 16).then_some(value)
}

/// The value of each hex digit, 255 for other bytes.
#[expect(clippy::indexing_slicing, reason = "checked when it is compiled")]
const NIBBLES: [u8; 256] = {
    let mut table = [255; 256];
    let mut digit = 0;
    while digit < 10 {
        table[b'0' as usize + digit as usize] = digit;
        digit += 1;
    }
    while digit < 16 {
        table[b'a' as usize + digit as usize - 10] = digit;
        table[b'A' as usize + digit as usize - 10] = digit;
        digit += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_read_as_the_model_reads_them() {
        let cases =
            ["0xba5091770ec329e2dc9ad2a0447a5804", "DCbafe", "0", "", "0x", "xyz", "12 4", "+1", "ffffffffffffffff"];
        for text in cases.into_iter().chain(["1ffffffffffffffff", "123456789012345678901234567890123"]) {
            assert_eq!(trace_id(text.as_bytes()), TraceId::from_hex(text), "{text}");
            assert_eq!(span_id(text.as_bytes()), SpanId::from_hex(text), "{text}");
        }
    }
}
