//! Whoever means harm, or is only broken, costs a counter.

use std::io::{Read, Write};
use std::net::UdpSocket;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::client::{Client, call, call_with};
use super::{JSON, PROTO, SPAN, TRACES, post};
use crate::process::Headless;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

/// The most memory that a process has had, in bytes.
#[cfg(target_os = "linux")]
fn peak(id: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).expect("the process lives");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("a peak");
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<u64>().ok()).expect("KiB") * 1024
}

#[cfg(target_os = "linux")]
#[test]
fn a_bomb_is_refused_and_memory_stays_bounded() {
    let headless = Headless::start(&["--for", "60s"]);
    let to = headless.address();
    let bomb = gzip(&vec![b' '; 80 << 20]);
    let nested = gzip(&gzip(&vec![0; 80 << 20]));
    let threads: Vec<_> = (0..8)
        .map(|n| {
            let (to, bomb) = (to.clone(), if n % 2 == 0 { bomb.clone() } else { nested.clone() });
            std::thread::spawn(move || {
                let codings = if n % 2 == 0 { "gzip" } else { "gzip, gzip" };
                post(&to, "/v1/traces", &[PROTO, ("content-encoding", codings)], &bomb).status
            })
        })
        .collect();
    for thread in threads {
        let status = thread.join().expect("no panic");
        assert!(matches!(status, 413 | 503), "{status}");
    }
    assert!(peak(headless.id()) < 200 << 20, "{}", peak(headless.id()));
    assert_eq!(post(&to, "/v1/traces", &[JSON], SPAN.as_bytes()).status, 200, "and it lives on");
}

#[test]
fn a_body_beyond_the_limit_is_refused_whatever_carries_it() {
    let headless = Headless::start(&["--for", "60s"]);
    let to = headless.address();
    let large = vec![b' '; 65 << 20];
    assert_eq!(post(&to, "/v1/traces", &[JSON], &large).status, 413);
    let answer = call(&to, TRACES, &large, &[]);
    assert_eq!(answer.status, 8, "{}", answer.reason);
    // ResourceSpans with a schema URL of 5 MiB.
    let length = |n: u32| [0, 7, 14, 21].map(|bits| (n >> bits & 0x7f) as u8 | if bits < 21 { 0x80 } else { 0 });
    let inner = [&[0x1a][..], &length(5 << 20), &vec![b'x'; 5 << 20]].concat();
    let outer = [&[0x0a][..], &length(5 + (5 << 20)), &inner].concat();
    assert_eq!(call(&to, TRACES, &outer, &[]).status, 0, "5 MiB are fine");
}

#[test]
fn a_message_shorter_than_it_says_is_refused() {
    let headless = Headless::start(&["--for", "60s"]);
    let to = headless.address();
    for body in [&[0, 0xff, 0xff, 0xff, 0xff, 1][..], &[0, 0, 0, 0, 9, 1], &[7], &[1, 0, 0, 0, 1, 1]] {
        assert!(matches!(call_with(&to, TRACES, body, &[("grpc-encoding", "gzip")]).status, 3 | 12), "{body:?}");
    }
    assert_eq!(call_with(&to, TRACES, &[1, 0, 0, 0, 1, 1], &[("grpc-encoding", "snappy")]).status, 12);
}

#[cfg(unix)]
#[test]
fn tls_and_nonsense_on_a_tcp_port_are_named() {
    let headless = Headless::start(&[]);
    let to = headless.address();
    for bytes in [&[0x16, 3, 1, 2, 0, 1, 0, 1][..], b"\x82\x81\x01\x09emitBatch"] {
        let mut client = Client::connect(&to);
        client.stream.write_all(bytes).expect("sent");
        // It is closed, with or without a word.
        let _ = client.stream.read_to_end(&mut Vec::new());
    }
    let run = super::ended(headless);
    assert!(run.stderr.contains("the client speaks TLS"), "{}", run.stderr);
    assert!(run.stderr.contains("neither HTTP nor gRPC"), "{}", run.stderr);
}

#[cfg(unix)]
#[test]
fn a_thousand_silent_connections_keep_nobody_out() {
    let headless = Headless::start(&[]);
    let to = headless.address();
    let connect = |n: usize| {
        let mut stream = std::net::TcpStream::connect(&to).expect("somebody listens");
        // Some say nothing, some begin a request, some a body that never comes.
        let begun = [&b""[..], b"POST /v1/traces HTTP/1.1\r\nhost: a\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"];
        stream.write_all(begun[n % 3]).expect("sent");
        stream
    };
    let silent: Vec<_> = (0..1000).map(connect).collect();
    assert_eq!(post(&to, "/v1/traces", &[JSON], SPAN.as_bytes()).status, 200);
    let udp = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    udp.send_to(b"\xff", &to).expect("loopback takes it");
    assert_eq!(call(&to, TRACES, b"", &[]).status, 0);
    drop(silent);
    let run = super::ended(headless);
    assert_eq!(run.stdout.lines().count(), 1);
    assert!(run.stderr.contains(" 1 datagram, "), "{}", run.stderr);
}

#[test]
fn a_connection_that_is_kept_serves_again_and_again() {
    let headless = Headless::start(&["--for", "60s"]);
    let mut client = Client::connect(&headless.address());
    for _ in 0..50 {
        assert_eq!(client.request("POST", "/v1/traces", &[JSON], SPAN.as_bytes()).status, 200);
        assert_eq!(client.request("POST", "/v1/traces", &[JSON], b"{").status, 400);
    }
    // As every sender of the JDK does.
    let upgrade = [JSON, ("connection", "Upgrade, HTTP2-Settings"), ("upgrade", "h2c"), ("http2-settings", "AAEAAEAA")];
    assert_eq!(client.request("POST", "/v1/traces", &upgrade, SPAN.as_bytes()).status, 200);
    let chunked = b"POST /v1/traces HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ntransfer-encoding: chunked\r\n\r\n";
    client.stream.write_all(chunked).expect("sent");
    assert_eq!(client.answer().status, 100);
    let chunks = format!("{:x}\r\n{SPAN}\r\n0\r\n\r\n", SPAN.len());
    client.stream.write_all(chunks.as_bytes()).expect("sent");
    assert_eq!(client.answer().status, 200);
}
