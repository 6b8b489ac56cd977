//! `listen --headless` as a process of its own: real sockets, real datagrams, real signals.

use std::net::UdpSocket;

use crate::process::{Headless, run};

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
    assert_eq!(lines[1..], ["0 spans, 0 traces, 0 datagrams, 0 malformed, 0 dropped"]);
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
    let expected = format!("{spans} spans, {traces} traces, {datagrams} datagrams, 0 malformed, 0 dropped");
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
        assert_eq!(summary(&run.stderr), "0 spans, 0 traces, 20 datagrams, 20 malformed, 0 dropped");
    }
}

#[test]
fn a_file_that_is_missing_beside_it_is_told() {
    let run = run(&["listen", "--headless", "127.0.0.1:0", "--open", "/no/such/file", "--for", "1s"]);
    assert_eq!(run.code, Some(3));
    assert!(summary(&run.stderr).starts_with("error: /no/such/file: no such file; try: "), "{}", run.stderr);
}
