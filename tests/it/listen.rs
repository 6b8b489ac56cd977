//! `listen --headless` as a process of its own: real sockets, real datagrams, real signals. And what a listener counts.

use std::net::UdpSocket;
use std::time::Duration;

use tokio::sync::mpsc::Receiver;
use tracetui::model::SourceStatus;
use tracetui::source::{Inlet, Listener, Parcel, Protocol, Socket, bind, channel, channel_of};

use crate::process::{Headless, run};
use crate::soak::datagrams::{SPANS, Template};
use crate::terminal::now;

const GARBAGE: &[u8] = &[0xff; 40];

fn client(to: &str) -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    socket.connect(to).expect("loopback");
    socket
}

/// The last line on standard error.
fn summary(stderr: &str) -> &str {
    stderr.lines().last().expect("a summary")
}

#[test]
fn it_says_where_it_listens_and_ends_with_a_summary() {
    let run = run(&["listen", "--headless", "127.0.0.1:0", "--for", "1ms"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let lines: Vec<&str> = run.stderr.lines().collect();
    assert!(lines[0].starts_with("listening on jaeger 127.0.0.1:"), "{lines:?}");
    let port = lines[0].rsplit(':').next().expect("a port");
    assert_eq!(lines[1], format!("listening on http 127.0.0.1:{port}"), "a port alone is both");
    assert_eq!(lines[2..], ["0 spans, 0 traces, 0 datagrams, 0 requests, 0 malformed, 0 dropped"]);
    assert_eq!(run.stdout, "");
}

/// Sends the demo there. Returns how many spans and datagrams that was.
fn send_demo(to: &str) -> (usize, usize) {
    let demo = run(&["demo", "--to", to]);
    assert_eq!(demo.code, Some(0), "{}", demo.stderr);
    let words: Vec<&str> = demo.stderr.split_whitespace().collect();
    assert_eq!(demo.stderr.trim_end(), format!("sent {} spans in {} datagrams to {to}", words[1], words[4]));
    (words[1].parse().expect("a number"), words[4].parse().expect("a number"))
}

#[cfg(unix)]
#[test]
fn what_the_demo_sends_is_written_while_it_comes_and_counted_at_the_end() {
    let mut headless = Headless::start(&["--for", "60s"]);
    let (spans, datagrams) = send_demo(&headless.address());
    // Nothing was read until here: what did not fit the pipe has waited in the queue.
    let lines: Vec<String> = (0..spans).map(|_| headless.line()).collect();
    let mut traces = std::collections::HashSet::new();
    for line in lines {
        let span: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        traces.insert(span["trace_id"].as_str().expect("an id").to_owned());
    }
    headless.signal("INT");
    let run = headless.end();
    let traces = traces.len();
    let expected = format!("{spans} spans, {traces} traces, {datagrams} datagrams, 0 requests, 0 malformed, 0 dropped");
    assert_eq!((run.code, run.stdout.as_str(), summary(&run.stderr)), (Some(0), "", expected.as_str()));
}

#[test]
fn it_stops_by_itself_after_a_number_of_spans() {
    let headless = Headless::start(&["--spans", "2"]);
    // It may be gone before the demo is all sent, which the demo then says.
    run(&["demo", "--to", &headless.address()]);
    let run = headless.end();
    assert_eq!(run.code, Some(0));
    assert_eq!(run.stdout.lines().count(), 2);
    assert!(summary(&run.stderr).starts_with("2 spans, "), "{}", run.stderr);
}

#[cfg(unix)]
#[test]
fn signals_stop_it_after_everything_sent_before_is_written() {
    for signal in ["INT", "TERM"] {
        let headless = Headless::start(&[]);
        let client = client(&headless.address());
        for _ in 0..20 {
            client.send(GARBAGE).expect("loopback takes it");
        }
        headless.signal(signal);
        let run = headless.end();
        assert_eq!(run.code, Some(0), "{signal}");
        assert_eq!(summary(&run.stderr), "0 spans, 0 traces, 20 datagrams, 0 requests, 20 malformed, 0 dropped");
    }
}

#[test]
fn a_file_that_is_missing_beside_it_is_told() {
    let run = run(&["listen", "--headless", "127.0.0.1:0", "--open", "/no/such/file", "--for", "1s"]);
    assert_eq!(run.code, Some(3));
    assert!(summary(&run.stderr).starts_with("error: /no/such/file: no such file; try: "), "{}", run.stderr);
}

fn bound() -> (UdpSocket, (u64, u64)) {
    let bound = bind(&"jaeger://127.0.0.1:0".parse().expect("an address")).expect("a free port").remove(0);
    let Socket::Udp { socket, receive_buffer } = bound.socket else { panic!("a UDP socket") };
    (socket, receive_buffer)
}

fn start((socket, receive_buffer): (UdpSocket, (u64, u64)), inlet: Inlet) -> Listener {
    Listener::start(socket, Protocol::Jaeger, receive_buffer, inlet).expect("a thread")
}

/// A listener with a queue of its own, and a client of it.
fn listener((sender, parcels): (Inlet, Receiver<Parcel>)) -> (Listener, UdpSocket, Receiver<Parcel>) {
    let listener = start(bound(), sender);
    let client = client(&listener.local().to_string());
    (listener, client, parcels)
}

/// Waits until so many datagrams have been received.
fn received(listener: &Listener, datagrams: u64) -> SourceStatus {
    let end = now() + Duration::from_secs(60);
    loop {
        let status = listener.status();
        if status.datagrams >= datagrams {
            return status;
        }
        assert!(now() < end, "{datagrams} datagrams never came: {status:?}");
        std::thread::yield_now();
    }
}

/// Everything that a listener hands over until it has stopped: problems' origins, and the number of spans.
fn rest(listener: &Listener, mut parcels: Receiver<Parcel>) -> (Vec<String>, u64) {
    listener.stop();
    let (mut origins, mut spans) = (Vec::new(), 0);
    while let Some(parcel) = parcels.blocking_recv() {
        origins.extend(parcel.batch.problems.iter().map(|problem| problem.origin.clone()));
        spans += parcel.batch.spans.len() as u64;
        parcel.recycle();
    }
    (origins, spans)
}

#[test]
fn a_flood_back_to_back_is_received_whole_where_the_kernel_gives_the_room() {
    let (listener, client, parcels) = listener(channel());
    let mut template = Template::new("burst", "a");
    let (_, got) = listener.status().receive_buffer.expect("a socket has one");
    // A datagram of 10 kB is charged with about 17 kB, on Linux of twice the buffer.
    let room = if cfg!(target_os = "linux") { 2 * got } else { got };
    let burst = (room / 20_000).min(200);
    for n in 0..burst {
        client.send(template.stamp(n, n * SPANS, 1_700_000_000_000_000)).expect("loopback takes it");
    }
    let status = received(&listener, burst);
    let (origins, spans) = rest(&listener, parcels);
    assert_eq!((spans, status.spans, origins.len()), (burst * SPANS, burst * SPANS, 0));
    assert_eq!((status.malformed, status.truncated, status.queue_drops), (0, 0, 0));
    assert!(matches!(status.kernel_drops, Some(0) | None));
}

#[cfg(target_os = "linux")]
#[test]
fn what_the_kernel_drops_of_this_socket_is_counted_to_the_datagram() {
    let (bound, other) = (bound(), bound());
    for bound in [&bound, &other] {
        socket2::SockRef::from(&bound.0).set_recv_buffer_size(8192).expect("a small buffer");
        let client = client(&bound.0.local_addr().expect("bound").to_string());
        for _ in 0..100 {
            client.send(&[0xff; 1000]).expect("loopback takes it");
        }
    }
    let (sender, parcels) = channel();
    let listener = start(bound, sender);
    let dropped = listener.status().kernel_drops.expect("Linux tells");
    assert!(dropped > 0 && dropped < 100, "{dropped}");
    let status = received(&listener, 100 - dropped);
    assert_eq!((status.datagrams + dropped, status.malformed), (100, status.datagrams));
    rest(&listener, parcels);
    assert_eq!(listener.status().kernel_drops, Some(dropped));
}

#[test]
fn spans_that_found_the_queue_full_are_counted_to_the_span() {
    let (listener, client, parcels) = listener(channel_of(1, 64 << 20));
    let mut template = Template::new("crowd", "a");
    for n in 0..200 {
        client.send(template.stamp(n, n * SPANS, 1_700_000_000_000_000)).expect("loopback takes it");
        received(&listener, n + 1);
    }
    let (_, spans) = rest(&listener, parcels);
    let status = listener.status();
    assert!(status.queue_drops > 0);
    assert_eq!((status.spans, spans + status.queue_drops), (200 * SPANS, 200 * SPANS));
}

#[test]
fn the_largest_datagram_there_is_comes_whole_and_problems_name_their_sender() {
    let (listener, first, parcels) = listener(channel());
    let second = client(&listener.local().to_string());
    first.send(&vec![0xff; 65_507]).expect("loopback takes it");
    second.send(GARBAGE).expect("loopback takes it");
    second.send(&[]).expect("loopback takes it");
    let status = received(&listener, 3);
    assert_eq!((status.bytes, status.malformed, status.truncated), (65_507 + 40, 3, 0));
    let [first, second] = [first, second].map(|client| client.local_addr().expect("an address").to_string());
    assert_eq!(rest(&listener, parcels).0, [first, second.clone(), second]);
}

/// An `emitBatch` of one span from a client that numbers its batches and counts what it lost (each below 64).
fn numbered(uuid: u8, seq_no: u8, lost: [u8; 3]) -> Vec<u8> {
    let tag = [b"\x18\x0bclient-uuid\x15\x00\x18\x01".as_slice(), &[uuid, 0]].concat();
    let process = [b"\x1c\x18\x01s\x19\x1c".as_slice(), &tag, &[0]].concat();
    let span = b"\x19\x1c\x16\x02\x26\x02\x00";
    let [full, large, failed] = lost.map(|n| 2 * n);
    let numbers = [0x16, 2 * seq_no, 0x1c, 0x16, full, 0x16, large, 0x16, failed, 0];
    [b"\x82\x81\x00\x09emitBatch\x1c".as_slice(), &process, span, &numbers, &[0, 0]].concat()
}

#[test]
fn gaps_and_losses_that_clients_tell_are_counted_for_each_client_by_its_uuid() {
    let (listener, client, parcels) = listener(channel());
    let send = |datagram: &[u8]| client.send(datagram).expect("loopback takes it");
    // Both come from one address, as behind a proxy.
    send(&numbered(b'a', 1, [0, 0, 0]));
    send(&numbered(b'b', 40, [2, 0, 0]));
    send(&numbered(b'a', 2, [3, 0, 0]));
    send(&numbered(b'a', 6, [3, 1, 1]));
    send(&numbered(b'b', 41, [2, 0, 0]));
    let status = received(&listener, 5);
    assert_eq!((status.malformed, status.seq_gaps, status.client_drops), (0, 3, 7));
    // One of the missing ones was only late; a client that starts anew has a new uuid and begins at 1.
    send(&numbered(b'a', 4, [3, 1, 1]));
    send(&numbered(b'c', 1, [0, 0, 0]));
    send(&numbered(b'c', 2, [1, 0, 0]));
    let status = received(&listener, 8);
    assert_eq!((status.malformed, status.seq_gaps, status.client_drops), (0, 2, 8));
    assert_eq!(rest(&listener, parcels).1, 8);
}
