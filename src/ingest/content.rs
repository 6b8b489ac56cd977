//! What a file is, by its first bytes: text, packets or protobuf; and the face that what decodes it shows to who reads it.

use super::otlp::Stream;
use super::pcap::Capture;
use super::scan::{Counts, DecodeOptions, Decoder};
use crate::model::SpanBatch;

/// So many bytes are enough to tell.
pub const SNIFFED: usize = 512;

/// Decodes a file or a stream, piece by piece.
pub trait Feed {
    /// Decodes the next bytes.
    fn feed(&mut self, chunk: &[u8], batch: &mut SpanBatch);
    /// Decodes what is left when no more bytes come; whether there is more, to be had by another call.
    fn finish(&mut self, batch: &mut SpanBatch) -> bool;
    /// What was found so far.
    fn counts(&self) -> Counts;
    /// The format of what was found; `unknown` before there is one.
    fn format(&self) -> &'static str;
    /// What it is, where it holds no spans and that can be said.
    fn recognised(&self) -> Option<&'static str> {
        None
    }
}

impl Feed for Decoder {
    fn feed(&mut self, chunk: &[u8], batch: &mut SpanBatch) {
        Self::feed(self, chunk, batch);
    }

    fn finish(&mut self, batch: &mut SpanBatch) -> bool {
        Self::finish(self, batch)
    }

    fn counts(&self) -> Counts {
        Self::counts(self)
    }

    fn format(&self) -> &'static str {
        Self::format(self)
    }

    fn recognised(&self) -> Option<&'static str> {
        Self::recognised(self)
    }
}

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Text of any kind, spans in it or not.
    Text,
    /// Packets of a network.
    Packets,
    /// Requests of OTLP in protobuf.
    OtlpProto,
}

impl Content {
    /// What the first bytes say.
    pub fn sniff(first: &[u8]) -> Self {
        if Capture::begins(first) {
            Self::Packets
        } else if is_otlp(first)
            || first.split_at_checked(4).is_some_and(|(length, rest)| is_prefix(length) && is_otlp(rest))
        {
            Self::OtlpProto
        } else {
            Self::Text
        }
    }

    /// What decodes it.
    pub fn decoder(self, options: DecodeOptions) -> Box<dyn Feed> {
        match self {
            Self::Text => Box::new(Decoder::new(options)),
            Self::Packets => Box::new(Capture::default()),
            Self::OtlpProto => Box::new(Stream::new(options)),
        }
    }
}

/// A length of at most 64 MiB before a message, as the collector's file exporter writes it.
pub(super) fn is_prefix(length: &[u8]) -> bool {
    matches!(length, [0..=3, _, _, _])
}

/// A request that begins with the spans of a resource: the fields fit into each other as far as can be seen, and it is no text.
fn is_otlp(first: &[u8]) -> bool {
    let has_control = first.iter().any(|byte| matches!(byte, 0..=8 | 0x0e..=0x1a));
    let inside = first.strip_prefix(b"\x0a").and_then(after_length);
    // ResourceSpans: a resource, then its attributes; or spans of a scope without one.
    has_control
        && inside.is_some_and(|inside| match inside.first() {
            Some(0x0a) => {
                let resource = inside.get(1..).and_then(after_length).unwrap_or_default();
                let key = resource.strip_prefix(b"\x0a").and_then(after_length);
                key.is_some_and(|pair| pair.first() == Some(&0x0a)) || matches!(resource.first(), Some(0x10 | 0x12))
            }
            Some(0x12) => {
                inside.get(1..).and_then(after_length).is_some_and(|scope| matches!(scope.first(), Some(0x0a | 0x12)))
            }
            _ => false,
        })
}

/// What follows a length.
fn after_length(bytes: &[u8]) -> Option<&[u8]> {
    let end = bytes.iter().take(5).position(|byte| byte & 0x80 == 0)?;
    bytes.get(end + 1..)
}
