//! Ids: bytes in protobuf, text in JSON; and what some clients make of them.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

use crate::model::{SpanId, TraceId};

/// An id and whether its length is one that ids have.
pub(super) type Found<T> = Option<(T, bool)>;

/// A trace id from its bytes: 16, or 8 of older systems; or their hex digits as ASCII. No bytes are no id.
pub(super) fn trace_id(bytes: &[u8]) -> Found<TraceId> {
    Some(match bytes {
        [] => return None,
        _ if bytes.len() == 32 && is_hex(bytes) => (TraceId(number(&digits(bytes))), true),
        _ if bytes.len() == 16 || bytes.len() == 8 => (TraceId(number(bytes)), true),
        _ => (TraceId(number(bytes)), false),
    })
}

/// A span id from its 8 bytes, or their hex digits as ASCII.
pub(super) fn span_id(bytes: &[u8]) -> Found<SpanId> {
    let (id, is_usual) = match bytes {
        [] => return None,
        _ if bytes.len() == 16 && is_hex(bytes) => (number(&digits(bytes)), true),
        _ => (number(bytes), bytes.len() == 8),
    };
    Some((SpanId(u64::try_from(id & u128::from(u64::MAX)).unwrap_or_default()), is_usual))
}

/// The bytes that an id's text stands for: hex digits of `size` bytes in any case, their base64, or base64 of the digits.
pub(super) fn bytes(text: &[u8], size: usize) -> Vec<u8> {
    if is_hex(text) && text.len() <= 2 * size {
        return digits(text);
    }
    let decoded = STANDARD.decode(text).or_else(|_| URL_SAFE.decode(text)).unwrap_or_default();
    // Where the digits themselves were encoded, what comes out is digits again.
    if decoded.len() == 2 * size && is_hex(&decoded) { digits(&decoded) } else { decoded }
}

fn is_hex(bytes: &[u8]) -> bool {
    bytes.iter().all(u8::is_ascii_hexdigit)
}

/// Hex digits as bytes; an odd number of them as if a 0 stood before.
fn digits(hex: &[u8]) -> Vec<u8> {
    let value = |digit: u8| match digit {
        b'0'..=b'9' => digit - b'0',
        _ => (digit | 0x20).saturating_sub(b'a' - 10),
    };
    let (first, rest) = hex.split_at(hex.len() % 2);
    let first = first.iter().map(|digit| value(*digit));
    first.chain(rest.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | value(*digit)))).collect()
}

/// The last 16 bytes as a number.
fn number(bytes: &[u8]) -> u128 {
    bytes.iter().fold(0, |number, byte| number << 8 | u128::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_however_they_are_written() {
        let id = TraceId(0x5b8e_fff7_9803_8103_d269_b633_813f_c60c);
        let hex = "5B8EFFF798038103D269B633813FC60C";
        let raw = id.0.to_be_bytes();
        for text in [hex.to_owned(), hex.to_lowercase(), STANDARD.encode(raw), STANDARD.encode(hex)] {
            assert_eq!(trace_id(&bytes(text.as_bytes(), 16)), Some((id, true)), "{text}");
        }
        assert_eq!(trace_id(&raw), Some((id, true)));
        assert_eq!(trace_id(hex.as_bytes()), Some((id, true)), "digits as bytes");
        assert_eq!(trace_id(&[1; 3]), Some((TraceId(0x01_01_01), false)));
        assert_eq!(trace_id(&[]), None);
    }

    #[test]
    fn a_span_id_is_told_from_base64_of_its_digits() {
        let raw = [0xee, 0xe1, 0x9b, 0x7e, 0xc3, 0xc1, 0xb1, 0x74];
        let id = Some((SpanId(0xeee1_9b7e_c3c1_b174), true));
        for text in ["eee19b7ec3c1b174".to_owned(), STANDARD.encode(raw), STANDARD.encode("EEE19B7EC3C1B174")] {
            assert_eq!(span_id(&bytes(text.as_bytes(), 8)), id, "{text}");
        }
        assert_eq!(span_id(b"eee19b7ec3c1b174"), id);
        assert_eq!(bytes(b"not an id!", 8), Vec::<u8>::new());
    }
}
