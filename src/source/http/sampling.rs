//! What remote samplers are told: sample everything. Shapes as Jaeger's agent and collector answer them, since each client
//! reads its own.

use super::answer::{Answer, json};
use super::route::Sampling;

/// `jaeger.api_v2.SamplingStrategyResponse`: strategy 0 is probabilistic; field 2 holds the rate, field 1 of it, as a double.
pub(super) const STRATEGY: &[u8] = &[0x12, 0x09, 0x09, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f];

/// Operations that credits are given to in one answer.
const MOST_OPERATIONS: usize = 100;

/// The answer to a sampler's question.
pub(super) fn answer(question: Sampling, query: &str) -> Answer {
    match question {
        Sampling::Strategy => json(r#"{"strategyType":"PROBABILISTIC","probabilisticSampling":{"samplingRate":1}}"#),
        Sampling::Legacy => json(r#"{"strategyType":0,"probabilisticSampling":{"samplingRate":1}}"#),
        Sampling::Baggage => json("[]"),
        Sampling::Credits => json(credits(query)),
    }
}

/// More than a debug session needs, for each operation that is asked for. Clients add what they are given.
fn credits(query: &str) -> Vec<u8> {
    let operations = query.split('&').filter_map(|pair| pair.strip_prefix("operations="));
    let mut out = br#"{"balances":["#.to_vec();
    for (n, name) in operations.take(MOST_OPERATIONS).enumerate() {
        if n > 0 {
            out.push(b',');
        }
        out.extend_from_slice(br#"{"operation":"#);
        crate::model::push_json_string(&unescaped(name), &mut out);
        out.extend_from_slice(br#","balance":1000}"#);
    }
    out.extend_from_slice(b"]}");
    out
}

/// Undoes percent-encoding and `+` for a blank.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, behind)) = rest.split_first() {
        let hex = behind.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let code = hex.filter(|_| *byte == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(match (byte, code) {
            (_, Some(code)) => code,
            (b'+', _) => b' ',
            (byte, _) => *byte,
        });
        rest = if code.is_some() { behind.get(2..).unwrap_or_default() } else { behind };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_sampled() {
        assert_eq!(f64::from_le_bytes(*STRATEGY.last_chunk().expect("eight bytes")).to_bits(), 1.0_f64.to_bits());
        let text = credits("service=a&operations=GET%20%2F&operations=b+c");
        let expected = r#"{"balances":[{"operation":"GET /","balance":1000},{"operation":"b c","balance":1000}]}"#;
        assert_eq!(String::from_utf8(text).expect("text"), expected);
    }
}
