//! Real sockets on loopback; waits are on conditions.

use super::*;
use crate::source::{channel, channel_of};

fn listener(queue: Inlet) -> Listener {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    Listener::start(socket, Protocol::Jaeger, (1 << 20, 1 << 20), queue).expect("a thread")
}

fn client(listener: &Listener) -> UdpSocket {
    let client = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    client.connect(listener.local()).expect("loopback");
    client
}

fn wait_for(condition: impl Fn() -> bool) {
    while !condition() {
        std::thread::yield_now();
    }
}

#[test]
fn what_the_socket_holds_is_handed_over_when_it_stops() {
    let (sender, mut receiver) = channel();
    let listener = listener(sender);
    let client = client(&listener);
    for _ in 0..50 {
        client.send(b"not thrift \xff").expect("loopback takes it");
    }
    listener.stop();
    let mut problems = 0;
    while let Some(parcel) = receiver.blocking_recv() {
        let origin = client.local_addr().expect("an address").to_string();
        assert!(parcel.batch.problems.iter().all(|problem| problem.origin == origin));
        problems += parcel.batch.problems.len() as u64 + parcel.batch.more_problems;
        parcel.recycle();
    }
    let status = listener.status();
    assert_eq!((status.datagrams, status.malformed, problems), (50, 50, 50));
    assert_eq!(status.state, SourceState::Stopped);
}

#[test]
fn an_idle_socket_stops_at_once() {
    let (sender, mut receiver) = channel();
    let listener = listener(sender);
    assert_eq!(listener.status().state, SourceState::Listening);
    listener.stop();
    assert!(receiver.blocking_recv().is_none());
    assert_eq!(listener.status().datagrams, 0);
}

#[test]
fn a_slow_owner_never_holds_the_socket_up() {
    let (sender, mut receiver) = channel_of(1, 64 << 20);
    let listener = listener(sender);
    let client = client(&listener);
    for sent in 1..=100 {
        client.send(b"\xff").expect("loopback takes it");
        wait_for(|| listener.status().datagrams >= sent);
    }
    listener.stop();
    let mut problems = 0;
    while let Some(parcel) = receiver.blocking_recv() {
        problems += parcel.batch.problems.len() as u64 + parcel.batch.more_problems;
    }
    assert_eq!(problems, 100, "small batches wait for the owner and none is lost");
}
