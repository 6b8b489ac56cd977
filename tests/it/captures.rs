//! What real Jaeger clients sent, sent again to `listen --headless`: every span comes out, with the ids, parents, services
//! and names that the client itself knew.

use std::net::UdpSocket;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::process::Headless;

/// Id of trace and span, parent, service and name: enough to know a span by.
type Face = [String; 5];

fn captures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/udp");
    let files = std::fs::read_dir(folder).expect("the captures").map(|entry| entry.expect("a file").path());
    let name = |path: &PathBuf| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let is_real = |path: &PathBuf| name(path).ends_with(".dgrams") && !name(path).starts_with("synthetic");
    files.filter(is_real).collect()
}

/// The datagrams of a capture: each behind its length.
fn datagrams(capture: &Path) -> Vec<Vec<u8>> {
    let bytes = std::fs::read(capture).expect("a capture");
    let mut rest = bytes.as_slice();
    let mut datagrams = Vec::new();
    while let Some((len, tail)) = rest.split_first_chunk::<4>() {
        let (datagram, tail) = tail.split_at(u32::from_be_bytes(*len) as usize);
        datagrams.push(datagram.to_vec());
        rest = tail;
    }
    datagrams
}

fn face(span: &Value) -> Face {
    let id = |key: &str| span[key].as_str().unwrap_or_default().trim_start_matches('0').to_owned();
    let text = |key: &str| span[key].as_str().unwrap_or_default().to_owned();
    [id("trace_id"), id("span_id"), id("parent_span_id"), text("service"), text("name")]
}

fn expected(capture: &Path) -> Vec<Face> {
    let text = std::fs::read_to_string(capture.with_extension("expected.json")).expect("what the client knew");
    let all: Value = serde_json::from_str(&text).expect("JSON");
    let mut faces: Vec<Face> = all["spans"].as_array().expect("spans").iter().map(face).collect();
    faces.sort();
    faces
}

#[test]
fn every_span_of_real_clients_comes_out() {
    let captures = captures();
    assert!(captures.len() >= 20, "{captures:?}");
    for capture in captures {
        let expected = expected(&capture);
        let headless = Headless::start(&["--spans", &expected.len().to_string(), "--for", "60s"]);
        let client = UdpSocket::bind("127.0.0.1:0").expect("a free port");
        for datagram in datagrams(&capture) {
            client.send_to(&datagram, headless.address()).expect("loopback takes it");
        }
        let run = headless.end();
        let mut faces: Vec<Face> =
            run.stdout.lines().map(|line| face(&serde_json::from_str(line).expect("JSON"))).collect();
        faces.sort();
        assert_eq!(faces, expected, "{}", capture.display());
        assert!(run.stderr.trim_end().ends_with(" 0 malformed, 0 dropped"), "{}: {}", capture.display(), run.stderr);
    }
}
