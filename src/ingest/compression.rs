//! The stage before every decoder: what is compressed is expanded, step by step, so that whoever asks decides how much.
//!
//! Knows names and first bytes of gzip (RFC 1952), deflate (RFC 1950, and RFC 1951 bare, as some clients send it) and zstd
//! (RFC 8878). Never expands more than it is asked for; a zstd frame that wants a window beyond 8 MiB is refused.

use std::io::{self, BufRead, ErrorKind, Read};

use flate2::bufread::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

/// The largest window of a zstd frame, in bytes: RFC 8878 recommends decoders to support 8 MB, and to refuse far more.
const WINDOW: u64 = 8 << 20;

/// A way of making bytes fewer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// One member or several.
    Gzip,
    /// With a zlib header or without.
    Deflate,
    /// One frame or several.
    Zstd,
}

impl Compression {
    /// What the name of a content coding says, in any case: `Some(None)` for `identity`, where nothing is compressed, nothing
    /// for a name that is not known.
    pub fn parse(name: &str) -> Option<Option<Self>> {
        let is = |word: &str| name.eq_ignore_ascii_case(word);
        match () {
            () if name.is_empty() || is("identity") => Some(None),
            () if is("gzip") || is("x-gzip") => Some(Some(Self::Gzip)),
            () if is("deflate") || is("zlib") => Some(Some(Self::Deflate)),
            () if is("zstd") => Some(Some(Self::Zstd)),
            () => None,
        }
    }

    /// What the first bytes say. Deflate does not say it.
    pub fn sniff(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0x1f, 0x8b, 8, ..] => Some(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Self::Zstd),
            _ => None,
        }
    }

    /// Expands what `input` holds.
    pub fn reader<'a>(self, mut input: impl BufRead + 'a) -> Box<dyn Read + 'a> {
        match self {
            Self::Gzip => Box::new(MultiGzDecoder::new(input)),
            Self::Zstd => Box::new(Frames { input, frame: None }),
            Self::Deflate if input.fill_buf().is_ok_and(has_zlib_header) => Box::new(ZlibDecoder::new(input)),
            Self::Deflate => Box::new(DeflateDecoder::new(input)),
        }
    }
}

/// RFC 1950, 2.2: method 8, and both bytes together a multiple of 31.
fn has_zlib_header(bytes: &[u8]) -> bool {
    matches!(bytes, [cmf, flags, ..] if cmf & 0x0f == 8 && (u16::from(*cmf) << 8 | u16::from(*flags)) % 31 == 0)
}

/// Zstd frames one after the other.
struct Frames<R> {
    input: R,
    /// The frame at hand.
    frame: Option<Box<FrameDecoder>>,
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while !out.is_empty() {
            let Some(frame) = &mut self.frame else {
                if self.input.fill_buf()?.is_empty() {
                    break;
                }
                self.frame = begin(&mut self.input)?;
                continue;
            };
            let read = frame.read(out)?;
            if read > 0 {
                return Ok(read);
            }
            if frame.is_finished() {
                self.frame = None;
            } else {
                frame.decode_blocks(&mut self.input, BlockDecodingStrategy::UptoBlocks(1)).map_err(invalid)?;
            }
        }
        Ok(0)
    }
}

/// Reads a frame's head; nothing when it is one to be skipped.
fn begin(input: &mut impl BufRead) -> io::Result<Option<Box<FrameDecoder>>> {
    let mut frame = Box::new(FrameDecoder::new());
    frame.set_max_window_size(WINDOW);
    match frame.init(&mut *input) {
        Ok(()) => Ok(Some(frame)),
        // What others put between frames is not for us.
        Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
            io::copy(&mut input.take(u64::from(length)), &mut io::sink())?;
            Ok(None)
        }
        Err(error) => Err(invalid(error)),
    }
}

fn invalid(error: FrameDecoderError) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, error)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression as Level;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};

    use super::*;

    fn expanded(compression: Compression, bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        compression.reader(bytes).read_to_end(&mut out).map(|_| out)
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Level::fast());
        encoder.write_all(text).and_then(|()| encoder.finish()).expect("memory")
    }

    #[test]
    fn what_is_compressed_comes_out_whole() {
        let text = b"spans, spans, spans and spans ".repeat(1000);
        let mut zlib = ZlibEncoder::new(Vec::new(), Level::fast());
        zlib.write_all(&text).expect("memory");
        let mut raw = DeflateEncoder::new(Vec::new(), Level::fast());
        raw.write_all(&text).expect("memory");
        let skipped = [&[0x51, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3][..], &zstd(&text)].concat();
        for (compression, bytes) in [
            (Compression::Gzip, gzip(&text)),
            (Compression::Deflate, zlib.finish().expect("memory")),
            (Compression::Deflate, raw.finish().expect("memory")),
            (Compression::Zstd, zstd(&text)),
            (Compression::Zstd, skipped),
        ] {
            assert!(bytes.len() < text.len());
            assert_eq!(expanded(compression, &bytes).expect("whole"), text, "{compression:?}");
            assert!(Compression::sniff(&bytes).is_none_or(|found| found == compression));
            assert!(expanded(compression, bytes.split_at(bytes.len() / 2).0).is_err(), "{compression:?} cut off");
        }
    }

    fn zstd(text: &[u8]) -> Vec<u8> {
        compress_to_vec(text, CompressionLevel::Fastest)
    }

    #[test]
    fn several_members_or_frames_are_one_text() {
        assert_eq!(expanded(Compression::Gzip, &[gzip(b"a"), gzip(b"b")].concat()).expect("whole"), b"ab");
        assert_eq!(expanded(Compression::Zstd, &[zstd(b"a"), zstd(b"b")].concat()).expect("whole"), b"ab");
    }

    #[test]
    fn a_frame_with_a_huge_window_is_refused() {
        // A window descriptor of exponent 30: more than a terabyte.
        let frame = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 30 << 3, 0x01, 0x00, 0x00];
        assert!(expanded(Compression::Zstd, &frame).is_err());
    }

    #[test]
    fn codings_are_known_by_name_in_any_case() {
        assert_eq!(Compression::parse("GZIP"), Some(Some(Compression::Gzip)));
        assert_eq!(Compression::parse("x-gzip"), Some(Some(Compression::Gzip)));
        assert_eq!(Compression::parse("identity"), Some(None));
        assert_eq!(Compression::parse("br"), None);
    }
}
