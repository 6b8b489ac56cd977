//! Which web pages may send: those of this machine. Any page could post spans otherwise, a form needs no leave to do so.
//!
//! Headers of the fetch standard; what a page asks for is echoed, since a fixed list would miss what apps add.

use hyper::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS, HOST, HeaderMap, HeaderValue,
    ORIGIN, VARY,
};

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// No browser.
    None,
    /// A page of this machine.
    Local(HeaderValue),
    /// Any other page.
    Foreign(String),
}

impl Origin {
    /// Who sent a request with these headers.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let Some(origin) = headers.get(ORIGIN) else { return Self::None };
        let text = String::from_utf8_lossy(origin.as_bytes());
        let is_local = text.split_once("://").is_some_and(|(_, host)| is_local(host));
        // A name of somebody else's that leads to this machine gives a foreign page away.
        let host = headers.get(HOST).and_then(|host| host.to_str().ok());
        if is_local && host.is_none_or(is_address) {
            Self::Local(origin.clone())
        } else {
            Self::Foreign(text.chars().take(80).collect())
        }
    }

    /// Adds what a browser wants to see in every answer, also in errors.
    pub(super) fn allow(&self, headers: &mut HeaderMap) {
        if let Self::Local(origin) = self {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
            headers.append(VARY, HeaderValue::from_static("origin"));
        }
    }

    /// Adds the answer to a preflight.
    pub(super) fn allow_preflight(&self, asked: &HeaderMap, headers: &mut HeaderMap) {
        if let Self::Local(_) = self {
            headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST, GET, OPTIONS"));
            if let Some(names) = asked.get(ACCESS_CONTROL_REQUEST_HEADERS) {
                headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
            }
            headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("7200"));
            headers.insert("access-control-allow-private-network", HeaderValue::from_static("true"));
        }
    }
}

/// A host with or without a port, without its port.
fn name(host: &str) -> &str {
    match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((inside, _)) => inside,
        None => host.split(':').next().unwrap_or(host),
    }
}

fn is_local(host: &str) -> bool {
    let name = name(host).to_ascii_lowercase();
    let is_loopback = name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    is_loopback || name == "localhost" || name.ends_with(".localhost")
}

/// The names under which a page can know this machine without asking a name server.
fn is_address(host: &str) -> bool {
    is_local(host) || name(host).parse::<std::net::IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(origin: &'static str, host: &'static str) -> Origin {
        let mut headers = HeaderMap::new();
        headers.insert(ORIGIN, HeaderValue::from_static(origin));
        headers.insert(HOST, HeaderValue::from_static(host));
        Origin::of(&headers)
    }

    #[test]
    fn pages_of_this_machine_may_send() {
        assert_eq!(Origin::of(&HeaderMap::new()), Origin::None);
        for page in ["http://localhost:3000", "https://127.0.0.1", "http://[::1]:5173", "http://app.localhost:8080"] {
            assert!(matches!(origin(page, "localhost:4318"), Origin::Local(_)), "{page}");
        }
        for page in ["https://example.com", "null", "http://localhost.example.com", "http://127.0.0.1.nip.io"] {
            assert!(matches!(origin(page, "localhost:4318"), Origin::Foreign(_)), "{page}");
        }
        assert!(matches!(origin("http://localhost:3000", "rebound.example.com:4318"), Origin::Foreign(_)));
        assert!(matches!(origin("http://localhost:3000", "192.168.0.7:4318"), Origin::Local(_)));
    }

    #[test]
    fn a_preflight_gets_what_it_asks_for() {
        let local = origin("http://localhost:3000", "localhost:4318");
        let (mut asked, mut answer) = (HeaderMap::new(), HeaderMap::new());
        asked.insert(ACCESS_CONTROL_REQUEST_HEADERS, HeaderValue::from_static("content-type,traceparent,baggage"));
        local.allow(&mut answer);
        local.allow_preflight(&asked, &mut answer);
        assert_eq!(answer[ACCESS_CONTROL_ALLOW_ORIGIN], "http://localhost:3000");
        assert_eq!(answer[ACCESS_CONTROL_ALLOW_CREDENTIALS], "true");
        assert_eq!(answer[ACCESS_CONTROL_ALLOW_HEADERS], "content-type,traceparent,baggage");
        assert_eq!(answer[VARY], "origin");
    }
}
