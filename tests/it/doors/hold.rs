//! When the owner of the spans is behind, answers are held: nothing is refused that can wait, nothing is dropped.

use std::io::Read;
use std::time::Duration;

use tracetui::source::{Doors, channel_of};

use super::client::Client;
use super::{JSON, SPAN};

#[test]
fn an_answer_is_held_until_there_is_room() {
    let (inlet, mut parcels) = channel_of(1, 64 << 20);
    let doors = Doors::at(&["http://127.0.0.1:0".parse().expect("an address")]).expect("a free port");
    let sources = doors.open(None, &inlet).expect("a thread");
    drop(inlet);
    let to = sources[0].statuses()[0].endpoint.clone();
    let mut first = Client::connect(&to);
    assert_eq!(first.request("POST", "/v1/traces", &[JSON], SPAN.as_bytes()).status, 200);
    // The queue holds one batch and nobody takes it.
    let mut second = Client::connect(&to);
    let length = SPAN.len();
    let head = format!(
        "POST /v1/traces HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    );
    std::io::Write::write_all(&mut second.stream, [head.as_bytes(), SPAN.as_bytes()].concat().as_slice())
        .expect("sent");
    second.stream.set_read_timeout(Some(Duration::from_millis(300))).expect("a time");
    assert!(second.stream.read(&mut [0]).is_err(), "no answer yet");
    assert_eq!(parcels.blocking_recv().expect("the first").batch.spans.len(), 1);
    second.stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a time");
    assert_eq!(second.answer().status, 200);
    assert_eq!(parcels.blocking_recv().expect("the second").batch.spans.len(), 1);
    let status = &sources[0].statuses()[0];
    assert_eq!((status.spans, status.requests, status.refused), (2, Some(2), 0));
}

#[test]
fn who_waits_too_long_is_told_to_come_again() {
    let (inlet, _parcels) = channel_of(1, 64 << 20);
    let doors = Doors::at(&["http://127.0.0.1:0".parse().expect("an address")]).expect("a free port");
    let sources = doors.open(None, &inlet).expect("a thread");
    let to = sources[0].statuses()[0].endpoint.clone();
    let zipkin = br#"[{"traceId":"1","id":"2","name":"a","timestamp":1}]"#;
    assert_eq!(Client::connect(&to).request("POST", "/api/v2/spans", &[JSON], zipkin).status, 202);
    let answer = Client::connect(&to).request("POST", "/api/v2/spans", &[JSON], zipkin);
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("1")));
    assert_eq!(sources[0].statuses()[0].refused, 1);
}
