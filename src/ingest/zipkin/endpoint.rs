//! Where a span was, or what it talked to.

use core::net::{Ipv4Addr, Ipv6Addr};

/// A Zipkin endpoint. What is not said is empty, or 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Endpoint {
    pub(super) service: String,
    pub(super) address: String,
    pub(super) port: u16,
}

impl Endpoint {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Notes an address in network order, unless it is all zeros.
    pub(super) fn set_address(&mut self, bytes: &[u8]) {
        if bytes.iter().all(|byte| *byte == 0) {
            return;
        }
        if let Ok(bytes) = <[u8; 4]>::try_from(bytes) {
            self.address = Ipv4Addr::from(bytes).to_string();
        } else if let Ok(bytes) = <[u8; 16]>::try_from(bytes) {
            self.address = Ipv6Addr::from(bytes).to_canonical().to_string();
        }
    }

    /// Notes an address as text, where it is one.
    pub(super) fn parse_address(&mut self, text: &str) {
        if let Ok(ip) = text.parse::<core::net::IpAddr>() {
            self.address = ip.to_string();
        }
    }
}
