//! What is packed is unpacked on the way, as a stream: gzip, zstd, tar, zip, and these within each other. Nothing is written
//! to disk, and no more than a piece of a file is in memory.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::sync::atomic::Ordering;

use super::{Member, Reader, Reading, Take};
use crate::ingest::compression::Compression;
use crate::ingest::content::SNIFFED;
use crate::model::SourceState;
use crate::source::counters::add;
use crate::source::{BATCH_BYTES, Counters};

/// Packed in packed in packed, so often and no more.
const MAX_DEPTH: u8 = 4;

/// How a file is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Plain,
    Compressed(Compression),
    Tar,
    Zip,
}

impl Shape {
    /// What the first bytes say.
    pub(super) fn of(first: &[u8]) -> Self {
        match Compression::sniff(first) {
            Some(compression) => Self::Compressed(compression),
            // POSIX.1, "ustar Interchange Format"; GNU's differs only behind that.
            None if first.get(257..262) == Some(b"ustar") => Self::Tar,
            // A file, or the end of an archive that holds none (PKWARE, APPNOTE 4.3).
            None if first.starts_with(b"PK\x03\x04") || first.starts_with(b"PK\x05\x06") => Self::Zip,
            None => Self::Plain,
        }
    }
}

/// Counts what is read, as it lies on disk.
pub(super) struct Counted<'c, R> {
    pub(super) inner: R,
    pub(super) counters: &'c Counters,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(out)?;
        add(&self.counters.bytes, read as u64);
        Ok(read)
    }
}

impl<R: Seek> Seek for Counted<'_, R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

/// The first bytes of a file, which then stands at its beginning again.
pub(super) fn first(file: &mut File) -> io::Result<Vec<u8>> {
    let mut first = Vec::new();
    Read::by_ref(file).take(SNIFFED as u64).read_to_end(&mut first)?;
    file.rewind()?;
    Ok(first)
}

impl Reader {
    /// Reads a stream, unpacked if need be.
    pub(super) fn unpack(
        &self,
        file: &Reading,
        member: &mut Member,
        mut input: Box<dyn BufRead + '_>,
        take: Take<'_>,
    ) -> io::Result<SourceState> {
        let shape = if member.depth < MAX_DEPTH { Shape::of(input.fill_buf()?) } else { Shape::Plain };
        member.depth += 1;
        let state = self.unpack_as(shape, file, member, (input, take));
        member.depth -= 1;
        state
    }

    fn unpack_as(
        &self,
        shape: Shape,
        file: &Reading,
        member: &mut Member,
        (mut input, take): (Box<dyn BufRead + '_>, Take<'_>),
    ) -> io::Result<SourceState> {
        match shape {
            Shape::Plain => self.read_stream(file, member, &mut *input, take),
            Shape::Compressed(compression) => {
                let inside = BufReader::with_capacity(BATCH_BYTES, compression.reader(input));
                self.unpack(file, member, Box::new(inside), take)
            }
            Shape::Tar => {
                let mut archive = tar::Archive::new(input);
                for entry in archive.entries()? {
                    let entry = entry?;
                    if !entry.header().entry_type().is_file() {
                        continue;
                    }
                    let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
                    member.next(format!("{}: {name}", file.name));
                    if self.one(file, member, Box::new(entry), take) == SourceState::Stopped {
                        return Ok(SourceState::Stopped);
                    }
                }
                Ok(SourceState::Done)
            }
            // Without a way back to its end, file by file as they stand.
            Shape::Zip => {
                while let Some(entry) = zip::read::read_zipfile_from_stream(&mut input).map_err(io::Error::from)? {
                    if entry.is_dir() {
                        continue;
                    }
                    member.next(format!("{}: {}", file.name, entry_name(&entry)));
                    if self.one(file, member, Box::new(entry), take) == SourceState::Stopped {
                        return Ok(SourceState::Stopped);
                    }
                }
                Ok(SourceState::Done)
            }
        }
    }

    /// Reads an archive from its end, where its list of files is.
    pub(super) fn read_zip(&self, file: &Reading, opened: File, take: Take<'_>) -> io::Result<SourceState> {
        let counted = BufReader::new(Counted { inner: opened, counters: &file.counters });
        let mut archive = zip::ZipArchive::new(counted)?;
        let mut member = file.whole();
        for at in 0..archive.len() {
            let entry = match archive.by_index(at) {
                Ok(entry) if entry.is_dir() => continue,
                Ok(entry) => entry,
                Err(error) => {
                    file.unread(&mut member, &error.to_string().to_lowercase(), take);
                    continue;
                }
            };
            member.next(format!("{}: {}", file.name, entry_name(&entry)));
            if self.one(file, &mut member, Box::new(entry), take) == SourceState::Stopped {
                return Ok(SourceState::Stopped);
            }
        }
        Ok(SourceState::Done)
    }

    /// Reads one file of an archive; what cannot be read is a problem, and the others are read.
    fn one(&self, file: &Reading, member: &mut Member, entry: Box<dyn Read + '_>, take: Take<'_>) -> SourceState {
        if self.stop.load(Ordering::Acquire) {
            return SourceState::Stopped;
        }
        let input = BufReader::with_capacity(BATCH_BYTES, entry);
        match self.unpack(file, member, Box::new(input), take) {
            Ok(state) => state,
            Err(error) => {
                file.unread(member, &error.to_string().to_lowercase(), take);
                SourceState::Done
            }
        }
    }
}

fn entry_name<R: Read>(entry: &zip::read::ZipFile<'_, R>) -> String {
    entry.name().map_or_else(|_| "a file without a name".to_owned(), |name| name.into_owned())
}
