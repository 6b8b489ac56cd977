//! `[PROTO://][HOST]:PORT`: what a user writes to say where to listen or send. Parsing only, no sockets.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::str::FromStr;

use super::Protocol;

/// The host part of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    /// None was given: loopback, IPv4 and IPv6.
    Loopback,
    /// A numeric address.
    Ip(IpAddr),
    /// A name to look up.
    Name(String),
}

/// Where to listen or send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// How spans are sent there.
    pub protocol: Protocol,
    /// On which interface.
    pub host: Host,
    /// Port; 0 picks a free one.
    pub port: u16,
}

/// Why a text is no address: one line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}; try: :6831, 127.0.0.1:6831 or [::1]:6831")]
pub struct AddressError {
    reason: String,
}

impl Address {
    /// The socket addresses it stands for, in the order to try them.
    pub fn sockets(&self) -> std::io::Result<Vec<SocketAddr>> {
        let port = self.port;
        match &self.host {
            Host::Loopback => Ok(loopback(port)),
            // Clients may resolve it to either, whatever this machine's table says.
            Host::Name(name) if name.eq_ignore_ascii_case("localhost") => Ok(loopback(port)),
            Host::Ip(ip) => Ok(vec![SocketAddr::new(*ip, port)]),
            Host::Name(name) => {
                let mut sockets: Vec<_> = (name.as_str(), port).to_socket_addrs()?.collect();
                sockets.sort_by_key(SocketAddr::is_ipv6);
                sockets.dedup();
                Ok(sockets)
            }
        }
    }
}

fn loopback(port: u16) -> Vec<SocketAddr> {
    vec![(Ipv4Addr::LOCALHOST, port).into(), (Ipv6Addr::LOCALHOST, port).into()]
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let fail = |reason: String| Err(AddressError { reason });
        let (protocol, rest) = match text.split_once("://") {
            Some((name, rest)) => match Protocol::parse(name) {
                Some(protocol) => (Some(protocol), rest),
                None => return fail(format!("{:?} is not a known protocol", shown(name))),
            },
            None => (None, text),
        };
        let (host, port) = rest.rsplit_once(':').unwrap_or(("", rest));
        let digits = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
        let Some(port) = digits.then(|| port.parse::<u16>().ok()).flatten() else {
            return fail(format!("{:?} does not end in a port number", shown(text)));
        };
        let Some(host) = parse_host(host) else {
            return fail(format!("{:?} is not a host", shown(host)));
        };
        Ok(Self { protocol: protocol.unwrap_or_else(|| Protocol::of_port(port)), host, port })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.protocol != Protocol::of_port(self.port) {
            write!(f, "{}://", self.protocol.name())?;
        }
        match &self.host {
            Host::Loopback => {}
            Host::Ip(IpAddr::V4(ip)) => write!(f, "{ip}")?,
            Host::Ip(IpAddr::V6(ip)) => write!(f, "[{ip}]")?,
            Host::Name(name) => f.write_str(name)?,
        }
        write!(f, ":{}", self.port)
    }
}

fn parse_host(host: &str) -> Option<Host> {
    if host.is_empty() {
        return Some(Host::Loopback);
    }
    if let Some(inner) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return inner.parse::<Ipv6Addr>().ok().map(|ip| Host::Ip(ip.into()));
    }
    if let Ok(ip) = host.parse::<Ipv4Addr>() {
        return Some(Host::Ip(ip.into()));
    }
    let named = host.len() <= 253 && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
    // Only digits and dots is an address mistyped, not a name to ask the network for.
    let mistyped = host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    (named && !mistyped).then(|| Host::Name(host.to_owned()))
}

/// A text short enough for a message.
fn shown(text: &str) -> String {
    text.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(text: &str) -> Address {
        text.parse().expect("an address")
    }

    #[test]
    fn a_port_alone_means_loopback_and_its_usual_protocol() {
        for text in [":6831", "6831"] {
            let address = parsed(text);
            assert_eq!(address.host, Host::Loopback);
            assert_eq!(address.protocol, Protocol::JaegerCompact);
            let sockets = address.sockets().expect("loopback needs no look-up");
            assert_eq!(sockets, ["127.0.0.1:6831".parse().expect("v4"), "[::1]:6831".parse().expect("v6")]);
        }
        assert_eq!(parsed(":4317").protocol, Protocol::OtlpGrpc);
        assert_eq!(parsed(":7000").protocol, Protocol::Any);
        assert_eq!(parsed("jaeger-binary://0.0.0.0:7000").protocol, Protocol::JaegerBinary);
    }

    #[test]
    fn what_is_no_address_is_refused_with_a_reason() {
        for text in ["", ":", ":65536", ":+1", "localhost", "::1:6831", "1.2.3:80", "ftp://:21", "[::1:6831", "a b:1"] {
            let error = text.parse::<Address>().expect_err(text).to_string();
            assert!(error.contains("try: "), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "\\PC{0,40}") {
            let _ = text.parse::<Address>();
        }

        #[test]
        fn addresses_print_as_they_are_read(
            protocol in prop_oneof![Just(""), Just("jaeger://"), Just("jaeger-compact://"), Just("otlp-http://"), Just("http://")],
            host in prop_oneof![
                Just(String::new()),
                any::<[u8; 4]>().prop_map(|ip| Ipv4Addr::from(ip).to_string()),
                any::<[u8; 16]>().prop_map(|ip| format!("[{}]", Ipv6Addr::from(ip))),
                "[a-z][a-z0-9.-]{0,20}",
            ],
            port in 20_000_u16..,
        ) {
            let text = format!("{protocol}{host}:{port}");
            let address = parsed(&text);
            prop_assert_eq!(address.to_string(), text);
            prop_assert_eq!(parsed(&address.to_string()), address);
        }
    }
}
