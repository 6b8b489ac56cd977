//! Binds the sockets of an address, and says in one line why that failed and what to do.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, UdpSocket};

use socket2::{Domain, Socket, Type};

use super::kernel::force_receive_buffer;
use super::{Address, Host, Protocol};

/// Asked of the kernel; it gives what it allows. At 300,000 spans/s this is over half a second.
const RECEIVE_BUFFER: usize = 64 * 1024 * 1024;

/// A bound socket and what comes in there.
#[derive(Debug)]
pub struct Bound {
    /// The socket.
    pub socket: UdpSocket,
    /// What is sent to it.
    pub protocol: Protocol,
    /// Where it is bound, with the port that was picked when 0 was asked.
    pub local: SocketAddr,
    /// Receive buffer in bytes: asked, and what the system tells of it, which is also what it may hold.
    pub receive_buffer: (u64, u64),
}

/// Why nothing can be received at an address: one line with what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BindError(String);

/// Binds every socket of an address. Without a host that is IPv4 and, where the system has it, IPv6.
pub fn bind(address: &Address) -> Result<Vec<Bound>, BindError> {
    if !address.protocol.is_supported() {
        let (name, port) = (address.protocol.name(), address.port);
        return Err(BindError(format!(
            "{name} (port {port}) is not supported yet; tracetui listens for jaeger over UDP; try: tracetui listen :6831"
        )));
    }
    let sockets = address.sockets().map_err(|error| BindError(unknown_host(address, &error)))?;
    let mut bound: Vec<Bound> = Vec::new();
    for mut socket in sockets {
        // The port picked for IPv4 is tried for IPv6 too.
        let picked = bound.first().map(|first| first.local.port());
        socket.set_port(picked.unwrap_or(address.port));
        match bind_one(socket, address.protocol) {
            Ok(one) => bound.push(one),
            Err(error) if !bound.is_empty() && is_optional(address, &error) => {}
            Err(error) => return Err(BindError(explain(socket, &error))),
        }
    }
    if bound.is_empty() {
        return Err(BindError(format!("{address} has no address; try: tracetui listen :6831")));
    }
    Ok(bound)
}

fn bind_one(address: SocketAddr, protocol: Protocol) -> io::Result<Bound> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, None)?;
    if address.is_ipv6() {
        // `[::]` means every interface, IPv4 included.
        socket.set_only_v6(!address.ip().is_unspecified())?;
    }
    let receive_buffer = (RECEIVE_BUFFER as u64, enlarge(&socket) as u64);
    socket.bind(&address.into())?;
    let socket = UdpSocket::from(socket);
    let local = socket.local_addr()?;
    Ok(Bound { socket, protocol, local, receive_buffer })
}

/// Asks for a large receive buffer: as root beyond all limits, else Linux gives what it allows, others refuse what is too
/// much.
fn enlarge(socket: &Socket) -> usize {
    let mut asked = RECEIVE_BUFFER;
    let is_forced = force_receive_buffer(socket, asked);
    while !is_forced && socket.set_recv_buffer_size(asked).is_err() && asked > 64 * 1024 {
        asked /= 2;
    }
    socket.recv_buffer_size().unwrap_or(0)
}

/// A missing IPv6 is no reason to fail when IPv4 was not asked for by name, nor is a picked port that IPv6 lacks.
fn is_optional(address: &Address, error: &io::Error) -> bool {
    let missing = matches!(error.kind(), ErrorKind::AddrNotAvailable | ErrorKind::Unsupported);
    // EAFNOSUPPORT has no kind of its own.
    let no_family = error.kind() != ErrorKind::AddrInUse && error.kind() != ErrorKind::PermissionDenied;
    !matches!(address.host, Host::Ip(_)) && (missing || no_family || address.port == 0)
}

fn explain(socket: SocketAddr, error: &io::Error) -> String {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the list of error kinds is open")]
    match error.kind() {
        ErrorKind::AddrInUse => {
            let free = free_port(socket);
            format!("udp {socket} is in use; is a jaeger agent running? try: tracetui listen :{free}")
        }
        ErrorKind::PermissionDenied => {
            format!("udp {socket} is not permitted (ports below 1024 need root); try: tracetui listen :6831")
        }
        ErrorKind::AddrNotAvailable => {
            format!("udp {socket} is not an address of this machine; try: tracetui listen 0.0.0.0:{}", socket.port())
        }
        _ => format!("udp {socket} cannot be used: {}; try: tracetui listen :6831", plain(error)),
    }
}

/// The next port that is free on the same interface; 0 (let the system pick) when none near is.
fn free_port(taken: SocketAddr) -> u16 {
    let after = taken.port().saturating_add(1)..=taken.port().saturating_add(32);
    let is_ours = |port: &u16| Protocol::of_port(*port).is_supported();
    let is_free = |port: &u16| UdpSocket::bind((taken.ip(), *port)).is_ok();
    after.filter(is_ours).find(is_free).unwrap_or(0)
}

fn unknown_host(address: &Address, error: &io::Error) -> String {
    let reason = plain(error);
    format!("the host of {address} is not known ({reason}); try: tracetui listen :{}", address.port)
}

/// An error's text in the style of our messages.
fn plain(error: &io::Error) -> String {
    let text = error.to_string().to_lowercase();
    text.split(" (os error").next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Address {
        text.parse().expect("an address")
    }

    fn refused(text: &str) -> String {
        bind(&address(text)).expect_err("not usable").to_string()
    }

    #[test]
    fn port_zero_is_one_picked_port_on_both_loopbacks() {
        let bound = bind(&address(":0")).expect("a free port");
        assert_ne!(bound.first().expect("v4").local.port(), 0);
        assert!(bound.iter().all(|one| one.local.ip().is_loopback()));
        assert!(bound.iter().all(|one| one.local.port() == bound[0].local.port()));
        let (asked, got) = bound[0].receive_buffer;
        assert_eq!(asked, 64 << 20);
        assert!(got >= 64 << 10, "{got}");
    }

    #[test]
    fn a_busy_port_names_it_and_a_free_one() {
        let taken = bind(&address("127.0.0.1:0")).expect("a free port");
        let local = taken[0].local;
        let message = refused(&format!("127.0.0.1:{}", local.port()));
        let start = format!("udp {local} is in use; is a jaeger agent running? try: tracetui listen :");
        let free = message.strip_prefix(&start).expect("the message of the contract");
        assert_ne!(free.parse::<u16>().expect("a port"), local.port());
    }

    #[test]
    fn unusable_addresses_say_what_to_do() {
        assert_eq!(
            refused(":4317"),
            "otlp-grpc (port 4317) is not supported yet; tracetui listens for jaeger over UDP; try: tracetui listen :6831"
        );
        assert!(refused("192.0.2.1:6831").contains("is not an address of this machine"));
    }
}
