//! Files that go on growing: what is appended is read as it comes, over truncation, rotation and recreation, as `tail -F` does.
//! Looks a few times a second; no system tells of all of these on all its file systems.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek};
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Duration;

use same_file::Handle;

use super::reading::{Member, Reading};
use super::{Input, Reader, Take, hand_on};
use crate::ingest::content::{Content, Feed};
use crate::model::{Place, Problem, SpanBatch};
use crate::source::counters::add;
use crate::source::{BATCH_BYTES, wall};

/// Between two looks when nothing has come.
const PAUSE: Duration = Duration::from_millis(150);

/// A file that is followed.
struct Followed<'r> {
    file: &'r Reading,
    member: Member,
    open: Option<(File, Handle)>,
    /// Bytes of it that have been read.
    at: u64,
    decoder: Option<Box<dyn Feed>>,
    is_missed: bool,
    /// Where it is read into.
    chunk: Vec<u8>,
}

impl Reader {
    /// Reads what there is and what comes, until it is stopped.
    pub(super) fn follow(&self, take: Take<'_>) {
        let follow = |file| Followed {
            file,
            member: file.whole(),
            open: None,
            at: 0,
            decoder: None,
            is_missed: false,
            chunk: vec![0; BATCH_BYTES],
        };
        let mut files: Vec<_> = self.files.iter().map(follow).collect();
        while !self.stop.load(Ordering::Acquire) {
            let mut is_idle = true;
            for file in &mut files {
                // What cannot be read now may be readable later.
                is_idle &= file.step(self, take).map_or(true, |read| read == 0);
            }
            if is_idle {
                std::thread::sleep(PAUSE);
            }
        }
    }
}

impl Followed<'_> {
    /// Reads the next piece; how long it was.
    fn step(&mut self, reader: &Reader, take: Take<'_>) -> io::Result<usize> {
        let Input::Path(path) = &self.file.input else { return Ok(0) };
        if self.open.is_none() {
            match open(path) {
                Ok(opened) => self.open = Some(opened),
                Err(error) => {
                    self.miss(&error, take);
                    return Err(error);
                }
            }
        }
        let Some((opened, _)) = &mut self.open else { return Ok(0) };
        let length = opened.read(&mut self.chunk)?;
        if length == 0 {
            self.file.follows.store(true, Ordering::Release);
            self.look(path, take)?;
            return Ok(0);
        }
        self.at += length as u64;
        add(&self.file.counters.bytes, length as u64);
        let chunk = self.chunk.get(..length).unwrap_or_default();
        let mut batch = SpanBatch::default();
        let decoder = self.decoder.get_or_insert_with(|| Content::sniff(chunk).decoder(reader.options(self.file)));
        decoder.feed(chunk, &mut batch);
        self.file.count(&self.member, &**decoder, &mut batch);
        hand_on(&mut batch, take);
        Ok(length)
    }

    /// At the end: whether the file begins anew, or another one has its name.
    fn look(&mut self, path: &Path, take: Take<'_>) -> io::Result<()> {
        let Some((opened, handle)) = &mut self.open else { return Ok(()) };
        if opened.metadata()?.len() < self.at {
            opened.rewind()?;
            self.restart(take);
            return Ok(());
        }
        // Where the name is gone, the next file is still to come.
        let is_other = Handle::from_path(path).is_ok_and(|now| now != *handle);
        if is_other {
            self.open = None;
            self.restart(take);
        }
        Ok(())
    }

    /// What was begun is decided; the next bytes begin a file.
    fn restart(&mut self, take: Take<'_>) {
        self.at = 0;
        let Some(mut decoder) = self.decoder.take() else { return };
        let mut batch = SpanBatch::default();
        let mut goes_on = true;
        while goes_on {
            goes_on = decoder.finish(&mut batch);
            self.file.count(&self.member, &*decoder, &mut batch);
            goes_on &= hand_on(&mut batch, take);
        }
        self.member.add(&*decoder);
    }

    /// Says once that the file is not there yet.
    fn miss(&mut self, error: &io::Error, take: Take<'_>) {
        if std::mem::replace(&mut self.is_missed, true) {
            return;
        }
        let is_absent = error.kind() == ErrorKind::NotFound;
        let why = if is_absent { "no such file yet".to_owned() } else { error.to_string().to_lowercase() };
        let reason = format!("{why}; it is read as soon as it can be");
        let (place, origin) = (Place::Line(1), self.file.name.clone());
        let mut batch = SpanBatch::default();
        batch.problems.push(Problem { place, reason, origin, time: wall(), bytes: Vec::new() });
        self.file.follows.store(true, Ordering::Release);
        hand_on(&mut batch, take);
    }
}

fn open(path: &Path) -> io::Result<(File, Handle)> {
    let file = File::open(path)?;
    let handle = Handle::from_file(file.try_clone()?)?;
    Ok((file, handle))
}
