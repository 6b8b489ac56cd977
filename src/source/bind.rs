//! Binds the sockets of an address, and says in one line why that failed and what to do.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener, UdpSocket};

use socket2::{Domain, Type};

use super::kernel::force_receive_buffer;
use super::{Address, Host, Protocol, Transport};

/// Asked of the kernel; it gives what it allows. At 300,000 spans/s this is over half a second.
const RECEIVE_BUFFER: usize = 64 * 1024 * 1024;

/// Connections that may wait until they are accepted.
const BACKLOG: i32 = 1024;

/// A bound socket and what comes in there.
#[derive(Debug)]
pub struct Bound {
    /// The socket.
    pub socket: Socket,
    /// What is sent to it.
    pub protocol: Protocol,
    /// Where it is bound, with the port that was picked when 0 was asked.
    pub local: SocketAddr,
}

/// A socket by its transport.
#[derive(Debug)]
pub enum Socket {
    /// Datagrams.
    Udp {
        /// The socket.
        socket: UdpSocket,
        /// Receive buffer in bytes: asked, and what the system tells of it, which is also what it may hold.
        receive_buffer: (u64, u64),
    },
    /// Connections.
    Tcp(TcpListener),
}

/// Why nothing can be received at an address: one line with what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct BindError {
    reason: String,
    /// Somebody else has the port.
    pub is_busy: bool,
}

impl BindError {
    fn new(reason: String) -> Self {
        Self { reason, is_busy: false }
    }
}

/// Binds every socket of an address: on IPv4 and, where no host is given and the system has it, on IPv6; for UDP, TCP or
/// both, as the protocol says. Either all of it is bound or nothing.
pub fn bind(address: &Address) -> Result<Vec<Bound>, BindError> {
    let sockets = address.sockets().map_err(|error| BindError::new(unknown_host(address, &error)))?;
    // A port picked for the first socket may be taken for another one.
    let tries = if address.port == 0 { 20 } else { 1 };
    let mut result = Err(BindError::new(format!("{address} has no address; try: tracetui listen :6831")));
    for _ in 0..tries {
        result = bind_all(address, &sockets).and_then(|bound| if bound.is_empty() { result } else { Ok(bound) });
        if result.as_ref().err().is_none_or(|error| !error.is_busy) {
            break;
        }
    }
    result
}

fn bind_all(address: &Address, sockets: &[SocketAddr]) -> Result<Vec<Bound>, BindError> {
    let mut bound: Vec<Bound> = Vec::new();
    for protocol in address.protocol.parts() {
        for (n, socket) in sockets.iter().enumerate() {
            let mut socket = *socket;
            // The port picked for the first is tried for the others too.
            let picked = bound.first().map(|first| first.local.port());
            socket.set_port(picked.unwrap_or(address.port));
            match bind_one(socket, protocol) {
                Ok(one) => bound.push(one),
                Err(error) if n > 0 && is_optional(address, &error) => {}
                Err(error) => {
                    let is_busy = error.kind() == ErrorKind::AddrInUse;
                    return Err(BindError { reason: explain(socket, protocol, &error), is_busy });
                }
            }
        }
    }
    Ok(bound)
}

fn bind_one(address: SocketAddr, protocol: Protocol) -> io::Result<Bound> {
    let is_tcp = protocol.row().transport == Transport::Tcp;
    let kind = if is_tcp { Type::STREAM } else { Type::DGRAM };
    let socket = socket2::Socket::new(Domain::for_address(address), kind, None)?;
    if address.is_ipv6() {
        // `[::]` means every interface, IPv4 included.
        socket.set_only_v6(!address.ip().is_unspecified())?;
    }
    let socket = if is_tcp {
        // Connections of a run before linger in the system for a minute; on Windows the option means something else.
        #[cfg(unix)]
        socket.set_reuse_address(true)?;
        socket.bind(&address.into())?;
        socket.listen(BACKLOG)?;
        socket.set_nonblocking(true)?;
        Socket::Tcp(socket.into())
    } else {
        let receive_buffer = (RECEIVE_BUFFER as u64, enlarge(&socket) as u64);
        socket.bind(&address.into())?;
        Socket::Udp { socket: socket.into(), receive_buffer }
    };
    let local = match &socket {
        Socket::Udp { socket, .. } => socket.local_addr()?,
        Socket::Tcp(listener) => listener.local_addr()?,
    };
    Ok(Bound { socket, protocol, local })
}

/// Asks for a large receive buffer: as root beyond all limits, else Linux gives what it allows, others refuse what is too
/// much.
fn enlarge(socket: &socket2::Socket) -> usize {
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

fn explain(socket: SocketAddr, protocol: Protocol, error: &io::Error) -> String {
    let transport = if protocol.row().transport == Transport::Tcp { "tcp" } else { "udp" };
    #[expect(clippy::wildcard_enum_match_arm, reason = "the list of error kinds is open")]
    match error.kind() {
        ErrorKind::AddrInUse => {
            let free = free_port(socket, protocol);
            let owner = owner(protocol);
            format!("{transport} {socket} is in use; is {owner} running? try: tracetui listen :{free}")
        }
        ErrorKind::PermissionDenied => {
            format!("{transport} {socket} is not permitted (ports below 1024 need root); try: tracetui listen :6831")
        }
        ErrorKind::AddrNotAvailable => {
            let port = socket.port();
            format!("{transport} {socket} is not an address of this machine; try: tracetui listen 0.0.0.0:{port}")
        }
        _ => format!("{transport} {socket} cannot be used: {}; try: tracetui listen :6831", plain(error)),
    }
}

/// Who usually has such a port.
fn owner(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::OtlpGrpc | Protocol::OtlpHttp => "an opentelemetry collector or jaeger",
        Protocol::Zipkin => "zipkin",
        Protocol::JaegerHttp | Protocol::JaegerGrpc => "a jaeger collector",
        Protocol::Http | Protocol::Any => "another server",
        Protocol::JaegerCompact
        | Protocol::JaegerBinary
        | Protocol::ZipkinCompact
        | Protocol::Sampling
        | Protocol::Jaeger => "a jaeger agent",
    }
}

/// The next port that is free on the same interface and carries the same kind of thing; 0 (let the system pick) when none
/// near is.
fn free_port(taken: SocketAddr, protocol: Protocol) -> u16 {
    let transport = protocol.row().transport;
    let after = taken.port().saturating_add(1)..=taken.port().saturating_add(32);
    let carries = |port: &u16| {
        let other = Protocol::of_port(*port).row();
        other.port.is_none() || transport == Transport::Udp && other.transport == Transport::Udp
    };
    let is_free = |port: &u16| {
        let parts = Protocol::of_port(*port).parts();
        parts.into_iter().all(|part| bind_one(SocketAddr::new(taken.ip(), *port), part).is_ok())
    };
    after.filter(carries).find(is_free).unwrap_or(0)
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
    fn port_zero_is_one_picked_port_on_both_loopbacks_for_datagrams_and_connections() {
        let bound = bind(&address(":0")).expect("a free port");
        assert_ne!(bound.first().expect("v4").local.port(), 0);
        assert!(bound.iter().all(|one| one.local.ip().is_loopback()));
        assert!(bound.iter().all(|one| one.local.port() == bound[0].local.port()));
        let protocols: Vec<_> = bound.iter().map(|one| one.protocol).collect();
        assert!(protocols.contains(&Protocol::Jaeger) && protocols.contains(&Protocol::Http), "{protocols:?}");
        let Socket::Udp { receive_buffer: (asked, got), .. } = bound[0].socket else { panic!("datagrams first") };
        assert_eq!(asked, 64 << 20);
        assert!(got >= 64 << 10, "{got}");
    }

    #[test]
    fn a_busy_port_names_it_and_a_free_one() {
        for (protocol, transport, owner) in [
            ("jaeger-compact", "udp", "a jaeger agent"),
            ("otlp-http", "tcp", "an opentelemetry collector or jaeger"),
            ("zipkin", "tcp", "zipkin"),
        ] {
            let taken = bind(&address(&format!("{protocol}://127.0.0.1:0"))).expect("a free port");
            let local = taken[0].local;
            let error = bind(&address(&format!("{protocol}://{local}"))).expect_err("taken");
            assert!(error.is_busy);
            let start = format!("{transport} {local} is in use; is {owner} running? try: tracetui listen :");
            let message = error.to_string();
            let free = message.strip_prefix(&start).expect("the message of the contract");
            assert_ne!(free.parse::<u16>().expect("a port"), local.port());
        }
    }

    #[test]
    fn a_port_alone_is_refused_when_one_of_its_two_sockets_is_taken() {
        let taken = bind(&address("http://127.0.0.1:0")).expect("a free port");
        let message = refused(&taken[0].local.to_string());
        assert!(
            message.starts_with(&format!("tcp {} is in use; is another server running?", taken[0].local)),
            "{message}"
        );
    }

    #[test]
    fn unusable_addresses_say_what_to_do() {
        assert!(refused("192.0.2.1:6831").contains("is not an address of this machine"));
        assert!(refused("192.0.2.1:4317").starts_with("tcp 192.0.2.1:4317 is not an address of this machine"));
    }
}
