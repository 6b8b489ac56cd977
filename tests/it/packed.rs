//! Files that are packed, recorded or binary: the same spans as from what is inside.

use std::io::Write;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};

use flate2::write::GzEncoder;
use tracetui::model::SourceState;
use tracetui::source::file::{Input, Reader};

use crate::requests;

const HELLO: &[u8] = include_bytes!("../../assets/hello.json");

/// What a reader made of paths: names of spans, problems, what it says in the end.
struct Read {
    names: Vec<String>,
    problems: Vec<String>,
    sources: Vec<String>,
    states: Vec<SourceState>,
    said: Vec<String>,
}

fn read(paths: &[PathBuf]) -> Read {
    let reader = Reader::new(paths.iter().cloned().map(Input::Path).collect(), None);
    let (mut names, mut problems, mut sources) = (Vec::new(), Vec::new(), Vec::new());
    reader.read(|batch| {
        for row in &batch.spans {
            let span = batch.span(row);
            names.push(span.name.to_owned());
            sources.push(span.source.to_owned());
        }
        problems.extend(batch.problems.iter().map(|problem| format!("{}: {}", problem.origin, problem.reason)));
        true
    });
    let states = reader.statuses().map(|status| status.state).collect();
    Read { names, problems, sources, states, said: [reader.failures(), reader.empty()].concat() }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("memory")
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        builder.append_data(&mut header, name, *bytes).expect("memory");
    }
    builder.into_inner().expect("memory")
}

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).expect("memory");
        writer.write_all(bytes).expect("memory");
    }
    writer.finish().expect("memory").into_inner()
}

fn written(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).expect("a file");
    path
}

#[test]
fn what_is_packed_gives_the_spans_inside_whatever_it_is_called() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = [("a/hello.json", HELLO), ("readme.txt", b"nothing here\n"), ("b.json.gz", &gzip(HELLO))];
    for (name, bytes, times) in [
        ("gz", gzip(HELLO), 1),
        ("zst", zstd(HELLO), 1),
        ("twice", gzip(&zstd(HELLO)), 1),
        ("tar", tar(&files), 2),
        ("tar.gz", gzip(&tar(&files)), 2),
        ("zip", zip(&files), 2),
        ("zip in tar", tar(&[("in.zip", &zip(&files))]), 2),
    ] {
        let read = read(&[written(folder.path(), "file", &bytes)]);
        assert_eq!(read.names, ["baz", "bar", "foo"].repeat(times), "{name}");
        assert_eq!((&read.problems[..], &read.said[..]), (&[][..], &[][..]), "{name}");
        assert_eq!(read.states, [SourceState::Done], "{name}");
    }
}

#[test]
fn a_packed_file_that_is_cut_off_keeps_what_came_and_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let many = HELLO.repeat(200);
    for bytes in [gzip(&many), zstd(&many)] {
        let cut = bytes.get(..bytes.len() * 3 / 4).expect("a part");
        let read = read(&[written(folder.path(), "cut", cut)]);
        assert!(read.names.len() > 100 && read.names.len() < 600, "{}", read.names.len());
        assert!(
            matches!(&read.states[0], SourceState::Failed(reason) if reason.contains("cut: ")),
            "{:?}",
            read.states
        );
    }
}

#[test]
fn a_damaged_file_in_an_archive_costs_only_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    let damaged = &gzip(&HELLO.repeat(50))[..200];
    let files = [("one.json", HELLO), ("two.json.gz", damaged), ("three.json", HELLO)];
    for (name, bytes) in [("x.tar", tar(&files)), ("x.zip", zip(&files))] {
        let read = read(&[written(folder.path(), name, &bytes)]);
        assert!(read.names.len() >= 6, "{name}: {:?}", read.names);
        let told = read.problems.iter().any(|problem| problem.contains("two.json.gz: cannot be unpacked"));
        assert!(told, "{name}: {:?}", read.problems);
    }
}

#[test]
fn a_folder_is_all_its_files_and_those_without_spans_are_no_fault() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("inner")).expect("a folder");
    written(folder.path(), "notes.txt", b"hello\n");
    written(folder.path(), "b.json", HELLO);
    written(folder.path(), ".hidden.json", HELLO);
    written(&folder.path().join("inner"), "c.json.gz", &gzip(HELLO));
    let read = read(&[folder.path().to_owned()]);
    assert_eq!(read.names.len(), 6);
    assert!(read.said.is_empty(), "{:?}", read.said);
    let empty = tempfile::tempdir().expect("a folder");
    written(empty.path(), "notes.txt", b"hello\n");
    assert_eq!(
        self::read(&[empty.path().to_owned()]).said,
        ["no spans in any of 1 files; try: a folder with traces in it"]
    );
}

#[test]
fn requests_of_otlp_in_protobuf_are_read_bare_and_behind_their_lengths() {
    let folder = tempfile::tempdir().expect("a folder");
    for path in requests::captures("grpc", "grpcrec") {
        if path.to_string_lossy().contains(".jaeger-grpc.") {
            continue;
        }
        let (_, messages) = requests::messages(&path);
        let bare = messages.concat();
        let behind: Vec<u8> = messages
            .iter()
            .flat_map(|message| [&u32::try_from(message.len()).expect("short").to_be_bytes()[..], message].concat())
            .collect();
        let plain = read(&[written(folder.path(), "bare", &bare)]);
        let prefixed = read(&[written(folder.path(), "prefixed", &behind)]);
        assert!(plain.names.len() >= 3 && plain.said.is_empty(), "{}: {:?}", path.display(), plain.said);
        assert_eq!(plain.names, prefixed.names);
        assert!(plain.sources.iter().all(|source| source == "otlp-proto"));
        // What is no message is told, also behind a span that could not be read.
        let nameless = [0x0a, 6, 0x12, 4, 0x12, 2, 0x08, 1];
        let odd =
            read(&[written(folder.path(), "odd", &[&bare[..], &nameless, b"\xff\xff\xff\xff\xff\xff\xff"].concat())]);
        assert_eq!(odd.names, plain.names);
        assert_eq!(odd.problems.len(), 2, "{:?}", odd.problems);
        assert!(odd.problems[1].contains("no OTLP protobuf"), "{:?}", odd.problems);
        let cut = read(&[written(folder.path(), "cut", &bare[..bare.len() - 20])]);
        assert!(cut.problems.iter().any(|problem| problem.contains("ends inside")), "{:?}", cut.problems);
    }
}

/// A UDP datagram in IPv4 or IPv6, in fragments of so many bytes.
fn packets(datagram: &[u8], is_v6: bool, most: usize) -> Vec<Vec<u8>> {
    let length = u16::try_from(datagram.len() + 8).expect("short").to_be_bytes();
    let udp = [&[0x30, 0x39, 0x1a, 0xaf][..], &length, &[0, 0], datagram].concat();
    let whole = udp.len() <= most;
    let part = |(at, part): (usize, &[u8])| {
        let offset = at * most;
        let more = offset + part.len() < udp.len();
        let size = u16::try_from(part.len() + if is_v6 && !whole { 8 } else { 0 }).expect("short");
        if is_v6 {
            let head = [&[0x60, 0, 0, 0][..], &size.to_be_bytes(), &[if whole { 17 } else { 44 }, 64]].concat();
            let hosts = [Ipv6Addr::LOCALHOST.octets(), Ipv6Addr::LOCALHOST.octets()].concat();
            let word = u16::try_from(offset).expect("short") | u16::from(more);
            let fragment = [&[17, 0][..], &word.to_be_bytes(), &[0, 0, 0, 9]].concat();
            let fragment = if whole { Vec::new() } else { fragment };
            return [&head[..], &hosts, &fragment, part].concat();
        }
        let word = u16::try_from(offset / 8).expect("short") | if more { 0x2000 } else { 0 };
        let head = [&[0x45, 0][..], &(size + 20).to_be_bytes(), &[0, 9], &word.to_be_bytes(), &[64, 17, 0, 0]].concat();
        [&head[..], &Ipv4Addr::LOCALHOST.octets(), &Ipv4Addr::LOCALHOST.octets(), part].concat()
    };
    udp.chunks(most).enumerate().map(part).collect()
}

/// Behind the head of a link.
fn linked(link: u32, packet: &[u8]) -> Vec<u8> {
    let kind = if packet[0] >> 4 == 6 { [0x86, 0xdd] } else { [8, 0] };
    match link {
        1 => [&[0; 12][..], &[0x81, 0, 0, 5], &kind, packet].concat(),
        113 => [&[0; 14][..], &kind, packet].concat(),
        0 => [&[2, 0, 0, 0][..], packet].concat(),
        _ => packet.to_vec(),
    }
}

fn pcap(link: u32, is_big: bool, packets: &[Vec<u8>]) -> Vec<u8> {
    let word = |n: usize| {
        let n = u32::try_from(n).expect("small");
        if is_big { n.to_be_bytes() } else { n.to_le_bytes() }
    };
    let magic = 0xa1b2_c3d4_usize;
    let mut file = [word(magic), word(4 << 16 | 2), word(0), word(0), word(65_535), word(link as usize)].concat();
    for packet in packets {
        file.extend([word(1), word(2), word(packet.len()), word(packet.len())].concat());
        file.extend(packet);
    }
    file
}

fn pcapng(link: u16, is_big: bool, packets: &[Vec<u8>]) -> Vec<u8> {
    let word = |n: usize| {
        let n = u32::try_from(n).expect("small");
        if is_big { n.to_be_bytes() } else { n.to_le_bytes() }
    };
    let half = |n: u16| if is_big { n.to_be_bytes() } else { n.to_le_bytes() };
    let block = |kind: usize, body: &[u8]| {
        // A total length is a multiple of 4.
        let padded = [body, &vec![0; body.len().next_multiple_of(4) - body.len()]].concat();
        [&word(kind)[..], &word(padded.len() + 12), &padded, &word(padded.len() + 12)].concat()
    };
    let section = [&word(0x1a2b_3c4d)[..], &half(1), &half(0), &[0xff; 8]].concat();
    let interface = [&half(link)[..], &half(0), &word(0)].concat();
    let mut file = [block(0x0a0d_0d0a, &section), block(1, &interface), block(5, &[0; 8])].concat();
    for packet in packets {
        let head = [word(0), word(0), word(0), word(packet.len()), word(packet.len())].concat();
        file.extend(block(6, &[&head[..], packet].concat()));
    }
    file
}

/// Recordings of one short datagram each, whole and in fragments.
pub(crate) fn recorded() -> Vec<Vec<u8>> {
    let captures = requests::captures("udp", "dgrams").into_iter();
    let short = captures.flat_map(|path| requests::pieces(&path)).find(|datagram| datagram.len() < 2_000);
    let datagram = short.expect("a datagram");
    let cases = [(1, false, 1_480), (113, true, 256), (0, false, 65_535)].into_iter();
    let file = |(link, is_v6, most)| {
        let inner: Vec<_> = packets(&datagram, is_v6, most).iter().map(|packet| linked(link, packet)).collect();
        [pcap(link, false, &inner), pcapng(u16::try_from(link).expect("small"), true, &inner)]
    };
    cases.flat_map(file).collect()
}

#[test]
fn datagrams_in_recorded_packets_are_read_on_any_link_and_in_any_order_of_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let datagrams: Vec<Vec<u8>> = requests::captures("udp", "dgrams")
        .into_iter()
        .filter(|path| path.to_string_lossy().contains("hello"))
        .flat_map(|path| requests::pieces(&path))
        .collect();
    let other = packets(b"\x12\x34\x01\x00\x00\x01 a question to a name server", false, 1_480);
    for (link, is_v6, most) in
        [(1, false, 1_480), (113, true, 65_535), (0, false, 65_535), (101, true, 256), (12, false, 64)]
    {
        let inner: Vec<Vec<u8>> = datagrams
            .iter()
            .flat_map(|datagram| packets(datagram, is_v6, most))
            .chain(other.clone())
            .map(|packet| linked(link, &packet))
            .collect();
        for is_big in [false, true] {
            let ng = pcapng(u16::try_from(link).expect("small"), is_big, &inner);
            let mut counts = Vec::new();
            for bytes in [pcap(link, is_big, &inner), ng] {
                let read = read(&[written(folder.path(), "packets", &bytes)]);
                assert!(
                    read.said.is_empty() && read.problems.is_empty(),
                    "{link}: {:?} {:?}",
                    read.said,
                    read.problems
                );
                assert!(read.sources.iter().any(|source| source == "jaeger-compact"));
                counts.push(read.names.len());
            }
            assert!(counts[0] >= 3 * 5 && counts[0] == counts[1], "{link} {is_big}: {counts:?}");
        }
    }
    let only_other = pcap(101, false, &other);
    let read = read(&[written(folder.path(), "dns", &only_other)]);
    assert!(read.said[0].contains("packets, none of them to a Jaeger agent"), "{:?}", read.said);
}
