//! What only Linux can tell of a socket or do for it; elsewhere there is no answer, which is not the answer 0.

use std::net::UdpSocket;

use socket2::Socket;

/// How the kernel names a socket, to find it again in its tables.
#[derive(Clone, Copy, Debug)]
pub(super) struct KernelSocket {
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "only Linux has the tables"))]
    inode: u64,
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "only Linux has the tables"))]
    is_v6: bool,
}

/// Sets a receive buffer beyond the system's limit, which root may. Says whether that was done.
#[cfg(target_os = "linux")]
pub(super) fn force_receive_buffer(socket: &Socket, bytes: usize) -> bool {
    rustix::net::sockopt::set_socket_recv_buffer_size_force(socket, bytes).is_ok()
}

/// Not possible here.
#[cfg(not(target_os = "linux"))]
pub(super) fn force_receive_buffer(_socket: &Socket, _bytes: usize) -> bool {
    false
}

/// The size of a receive buffer as it would have been asked for: Linux doubles that for its own use, and tells the double
/// (socket(7)).
pub(super) fn as_asked(told: u64) -> u64 {
    if cfg!(target_os = "linux") { told / 2 } else { told }
}

#[cfg(target_os = "linux")]
impl KernelSocket {
    /// The name of a socket.
    pub(super) fn of(socket: &UdpSocket) -> Option<Self> {
        use std::os::fd::OwnedFd;
        use std::os::unix::fs::MetadataExt;

        let is_v6 = socket.local_addr().ok()?.is_ipv6();
        let file = std::fs::File::from(OwnedFd::from(socket.try_clone().ok()?));
        Some(Self { inode: file.metadata().ok()?.ino(), is_v6 })
    }

    /// Datagrams dropped because the receive buffer was full: the last column of `/proc/net/udp{,6}`.
    pub(super) fn drops(self) -> Option<u64> {
        let table = std::fs::read_to_string(if self.is_v6 { "/proc/net/udp6" } else { "/proc/net/udp" }).ok()?;
        table.lines().skip(1).find_map(|line| {
            let mut columns = line.split_ascii_whitespace();
            let inode = columns.nth(9)?.parse::<u64>().ok()?;
            (inode == self.inode).then(|| columns.next_back()?.parse().ok())?
        })
    }
}

#[cfg(not(target_os = "linux"))]
impl KernelSocket {
    /// The name of a socket.
    pub(super) fn of(_socket: &UdpSocket) -> Option<Self> {
        None
    }

    /// Not known here.
    pub(super) fn drops(self) -> Option<u64> {
        None
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_full_receive_buffer_is_counted() {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
        let kernel = KernelSocket::of(&socket).expect("an inode");
        assert_eq!(kernel.drops(), Some(0));
        socket2::SockRef::from(&socket).set_recv_buffer_size(4096).expect("a small buffer");
        let local = socket.local_addr().expect("an address");
        for _ in 0..100 {
            socket.send_to(&[0; 1000], local).expect("loopback takes it");
        }
        assert!(kernel.drops() > Some(0));
    }
}
