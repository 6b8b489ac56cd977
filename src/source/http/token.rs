//! `--token`: who may send. Accepts every way in which clients can be told to show one.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::header::{AUTHORIZATION, HeaderMap};

/// Whether a request shows the token: as Bearer (also `Bearer%20`, as clients send it that do not decode their environment
/// variable), as the password of Basic, as `x-otlp-api-key`, or as `?token=`.
pub(super) fn is_shown(token: &str, headers: &HeaderMap, query: &str) -> bool {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let given = header(AUTHORIZATION.as_str()).and_then(|value| {
        let (scheme, rest) = value.split_once("%20").or_else(|| value.split_once(' '))?;
        match scheme.to_ascii_lowercase().as_str() {
            "bearer" => Some(rest.trim().to_owned()),
            "basic" => {
                let pair = String::from_utf8(STANDARD.decode(rest.trim()).ok()?).ok()?;
                pair.split_once(':').map(|(_, password)| password.to_owned())
            }
            _ => None,
        }
    });
    let key = header("x-otlp-api-key").map(str::to_owned);
    let asked = query.split('&').find_map(|pair| pair.strip_prefix("token=")).map(str::to_owned);
    [given, key, asked].into_iter().flatten().any(|shown| is_same(shown.as_bytes(), token.as_bytes()))
}

/// Takes as long for a wrong token as for the right one.
fn is_same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use hyper::header::HeaderValue;

    use super::*;

    fn shown(name: &'static str, value: &'static str, query: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_static(value));
        is_shown("s3cret", &headers, query)
    }

    #[test]
    fn every_way_of_showing_it_counts() {
        assert!(shown("authorization", "Bearer s3cret", ""));
        assert!(shown("authorization", "bearer%20s3cret", ""));
        assert!(shown("authorization", "Basic dXNlcjpzM2NyZXQ=", ""));
        assert!(shown("x-otlp-api-key", "s3cret", ""));
        assert!(shown("accept", "*/*", "a=b&token=s3cret"));
    }

    #[test]
    fn anything_else_does_not() {
        for (name, value, query) in [
            ("authorization", "Bearer s3cre", ""),
            ("authorization", "s3cret", ""),
            ("authorization", "Basic czNjcmV0", ""),
            ("x-otlp-api-key", "", ""),
            ("accept", "s3cret", "token="),
        ] {
            assert!(!shown(name, value, query), "{name}: {value}");
        }
    }
}
