//! Packets that somebody recorded (`tcpdump -w`, Wireshark), with datagrams to a Jaeger agent in them: pcap
//! (draft-ietf-opsawg-pcap) and pcapng (draft-ietf-opsawg-pcapng). TCP is not put together again.

mod packet;

use super::content::Feed;
use super::jaeger_thrift::decode;
use super::scan::Counts;
use crate::model::{Place, SpanBatch};
use packet::{Fragments, payload};

/// The name of the format.
pub(super) const NAME: &str = "pcap";

/// A packet or block larger than this is none: the largest snapshot length of the usual tools is 256 KiB.
const MAX_BLOCK: usize = 16 << 20;

/// Interfaces of a section that are told apart.
const MAX_INTERFACES: usize = 256;

/// A recording being read.
#[derive(Debug, Default)]
pub(super) struct Capture {
    buffer: Vec<u8>,
    /// Where the buffer lies in the file.
    at: u64,
    kind: Option<Kind>,
    fragments: Fragments,
    counts: Counts,
    is_broken: bool,
}

/// How packets are written.
#[derive(Debug)]
enum Kind {
    Pcap { is_big: bool, link: u32 },
    Pcapng { is_big: bool, links: Vec<u32> },
}

impl Capture {
    /// Whether a recording begins so.
    pub(super) fn begins(first: &[u8]) -> bool {
        matches!(
            first,
            [0xa1, 0xb2, 0xc3, 0xd4, ..]
                | [0xd4, 0xc3, 0xb2, 0xa1, ..]
                | [0xa1, 0xb2, 0x3c, 0x4d, ..]
                | [0x4d, 0x3c, 0xb2, 0xa1, ..]
                | [0x0a, 0x0d, 0x0d, 0x0a, _, _, _, _, 0x1a, 0x2b, 0x3c, 0x4d, ..]
                | [0x0a, 0x0d, 0x0d, 0x0a, _, _, _, _, 0x4d, 0x3c, 0x2b, 0x1a, ..]
        )
    }

    /// Takes the next record off; its length, or nothing when more bytes are needed.
    fn step(&mut self, rest: &[u8], at: usize, batch: &mut SpanBatch) -> Option<usize> {
        match &mut self.kind {
            None if rest.first() == Some(&0x0a) => {
                let is_big = rest.get(8)? == &0x1a;
                self.kind = Some(Kind::Pcapng { is_big, links: Vec::new() });
                Some(0)
            }
            None => {
                let is_big = rest.first() == Some(&0xa1);
                // The upper bits say how long a checksum is.
                let link = word(rest.get(20..24)?, is_big) & 0xffff;
                self.kind = Some(Kind::Pcap { is_big, link });
                Some(24)
            }
            Some(Kind::Pcap { is_big, link }) => {
                let length = word(rest.get(8..12)?, *is_big) as usize;
                if length > MAX_BLOCK {
                    return self.broken(at, rest, batch);
                }
                let link = *link;
                let packet = rest.get(16..16 + length)?;
                self.packet(link, packet, at + 16, batch);
                Some(16 + length)
            }
            Some(Kind::Pcapng { .. }) => self.block(rest, at, batch),
        }
    }

    fn block(&mut self, rest: &[u8], at: usize, batch: &mut SpanBatch) -> Option<usize> {
        let Some(Kind::Pcapng { is_big, links }) = &mut self.kind else { return None };
        let head = rest.get(..12)?;
        // A section may be written the other way round.
        if head.starts_with(b"\x0a\x0d\x0d\x0a") {
            *is_big = head.get(8) == Some(&0x1a);
            links.clear();
        }
        let is_big = *is_big;
        let (kind, length) = (word(head.get(..4)?, is_big), word(head.get(4..8)?, is_big) as usize);
        if !(12..=MAX_BLOCK).contains(&length) || !length.is_multiple_of(4) {
            return self.broken(at, rest, batch);
        }
        let block = rest.get(..length)?;
        let (mut link, mut packet) = (None, None);
        match kind {
            // Interface description.
            1 if links.len() < MAX_INTERFACES => links.push(link_type(block.get(8..10).unwrap_or_default(), is_big)),
            // Simple packet.
            3 => (link, packet) = (links.first().copied(), block.get(12..length - 4)),
            // Enhanced packet.
            6 => {
                let interface = word(block.get(8..12).unwrap_or_default(), is_big) as usize;
                let captured = word(block.get(20..24).unwrap_or_default(), is_big) as usize;
                link = links.get(interface).copied();
                packet = 28_usize.checked_add(captured).and_then(|end| block.get(28..end));
            }
            _ => {}
        }
        if let Some((link, packet)) = link.zip(packet) {
            self.packet(link, packet, at + 28, batch);
        }
        Some(length)
    }

    fn packet(&mut self, link: u32, packet: &[u8], at: usize, batch: &mut SpanBatch) {
        let Some(datagram) = payload(link, packet, &mut self.fragments) else { return };
        // Whatever else was said on the wire: DNS, mostly.
        let is_thrift = matches!(&*datagram, [0x82, 0x21 | 0x41 | 0x81, ..] | [0x80, 1, 0, 1 | 4, ..])
            || datagram.starts_with(&[0, 0, 0]) && memchr::memmem::find(&datagram, b"emit").is_some_and(|at| at < 64);
        if !is_thrift {
            return;
        }
        let problems = batch.problems.len();
        let report = decode(&datagram, batch);
        self.counts.spans += u64::from(report.spans);
        self.counts.malformed += u64::from(report.malformed);
        let start = self.at + at as u64;
        for problem in batch.problems.get_mut(problems..).unwrap_or_default() {
            problem.place = Place::Byte(start);
        }
    }

    fn broken(&mut self, at: usize, rest: &[u8], batch: &mut SpanBatch) -> Option<usize> {
        self.is_broken = true;
        self.counts.malformed += 1;
        let place = Place::Byte(self.at + at as u64);
        batch.push_problem(
            place,
            "a packet of impossible length: the recording is damaged from here on".to_owned(),
            rest,
        );
        None
    }
}

fn link_type(bytes: &[u8], is_big: bool) -> u32 {
    let bytes: [u8; 2] = bytes.try_into().unwrap_or_default();
    u32::from(if is_big { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
}

fn word(bytes: &[u8], is_big: bool) -> u32 {
    let bytes: [u8; 4] = bytes.try_into().unwrap_or_default();
    if is_big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
}

impl Feed for Capture {
    fn feed(&mut self, chunk: &[u8], batch: &mut SpanBatch) {
        if self.is_broken {
            return;
        }
        self.buffer.extend_from_slice(chunk);
        let buffer = std::mem::take(&mut self.buffer);
        let mut done = 0;
        while let Some(rest) = buffer.get(done..).filter(|rest| !rest.is_empty()) {
            let Some(length) = self.step(rest, done, batch) else { break };
            done = (done + length).min(buffer.len());
        }
        self.buffer = buffer;
        let done = if self.is_broken { self.buffer.len() } else { done };
        self.at += done as u64;
        self.buffer.drain(..done);
    }

    fn finish(&mut self, batch: &mut SpanBatch) -> bool {
        let rest = std::mem::take(&mut self.buffer);
        if !rest.is_empty() {
            self.counts.malformed += 1;
            batch.push_problem(Place::Byte(self.at), "the recording ends inside a packet".to_owned(), &rest);
        }
        false
    }

    fn counts(&self) -> Counts {
        self.counts
    }

    fn format(&self) -> &'static str {
        NAME
    }

    fn recognised(&self) -> Option<&'static str> {
        Some("packets, none of them to a Jaeger agent")
    }
}
