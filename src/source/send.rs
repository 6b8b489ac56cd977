//! Sends datagrams at a pace that a receiver with a small socket buffer can follow.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use super::Address;

/// Bytes per second. Far below what loopback carries, so that a receiver that is late by some milliseconds loses nothing.
const PACE: u64 = 10_000_000;

/// What was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    /// To whom.
    pub to: SocketAddr,
    /// Datagrams, or requests.
    pub datagrams: u64,
}

/// Why nothing more could be sent: one line with what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SendError(String);

impl SendError {
    pub(super) fn new(line: String) -> Self {
        Self(line)
    }
}

/// Sends datagrams to an address, to its first socket address.
pub fn send(address: &Address, datagrams: &[Vec<u8>]) -> Result<Sent, SendError> {
    let fail = |error: &io::Error| explain(address, error);
    let to = address.sockets().map_err(|error| fail(&error))?.first().copied();
    let Some(to) = to.filter(|to| to.port() != 0) else {
        return Err(SendError(format!("{address} is no address to send to; try: tracetui demo --to :6831")));
    };
    send_paced(to, datagrams).map_err(|error| fail(&error))?;
    Ok(Sent { to, datagrams: datagrams.len() as u64 })
}

fn send_paced(to: SocketAddr, datagrams: &[Vec<u8>]) -> io::Result<()> {
    let socket = UdpSocket::bind(if to.is_ipv6() { "[::]:0" } else { "0.0.0.0:0" })?;
    // Connected, so that a port where nobody listens is noticed.
    socket.connect(to)?;
    let start = now();
    let mut bytes = 0;
    for datagram in datagrams {
        socket.send(datagram)?;
        bytes += datagram.len() as u64;
        let due = Duration::from_micros(bytes * 1_000_000 / PACE);
        let early = due.saturating_sub(now().duration_since(start));
        if early > Duration::from_millis(1) {
            std::thread::sleep(early);
        }
    }
    // The refusal of the last datagram is only told to the next one.
    socket.set_read_timeout(Some(Duration::from_millis(20)))?;
    match socket.recv(&mut [0; 1]) {
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => Err(error),
        _ => Ok(()),
    }
}

fn explain(address: &Address, error: &io::Error) -> SendError {
    if error.kind() == ErrorKind::ConnectionRefused {
        return SendError(format!(
            "nothing listens on udp {address}; try: tracetui listen {address} in another terminal, then again"
        ));
    }
    let text = error.to_string().to_lowercase();
    let reason = text.split(" (os error").next().unwrap_or_default();
    SendError(format!("cannot send to udp {address}: {reason}; try: tracetui demo --to :6831"))
}

#[expect(clippy::disallowed_methods, reason = "sources may read clocks; the pace needs one")]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(port: u16) -> Address {
        format!("127.0.0.1:{port}").parse().expect("an address")
    }

    #[test]
    fn everything_sent_arrives() {
        let receiver = UdpSocket::bind("127.0.0.1:0").expect("a free port");
        let port = receiver.local_addr().expect("an address").port();
        let datagrams: Vec<Vec<u8>> = (0..20).map(|n| vec![n; 100]).collect();
        let sent = send(&address(port), &datagrams).expect("somebody listens");
        assert_eq!(sent.datagrams, 20);
        let mut buffer = [0; 200];
        for datagram in &datagrams {
            let len = receiver.recv(&mut buffer).expect("a datagram");
            assert_eq!(buffer.get(..len), Some(datagram.as_slice()));
        }
    }

    #[test]
    fn nobody_listening_is_told() {
        let free = UdpSocket::bind("127.0.0.1:0").expect("a free port").local_addr().expect("an address").port();
        let error = send(&address(free), &[vec![1]]).expect_err("nobody listens").to_string();
        assert!(error.starts_with(&format!("nothing listens on udp 127.0.0.1:{free}; try: ")), "{error}");
    }
}
