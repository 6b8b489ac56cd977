//! Reads files and standard input in chunks, decodes them and hands the batches on; one after the other, on a thread of
//! its own or on the caller's. Large files are decoded by several threads. Says of each input what was found in it.

mod crew;
mod folder;
mod follow;
mod reading;
mod segments;
mod unpack;

use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::counters::add;
use super::outbox::Outbox;
use super::{BATCH_BYTES, Inlet, wall};
use crate::ingest::content::Content;
use crate::ingest::{DecodeOptions, Decoder};
use crate::model::{Place, Problem, SourceState, SourceStatus, SpanBatch};
use reading::{Member, Opened, Reading, explain};
use segments::{Change, Segments};
use unpack::{Counted, Shape};

/// Smaller files are decoded by one thread.
const LARGE: u64 = 8 << 20;

/// More threads than this gain nothing: one has to take in what all of them decode.
const MOST_THREADS: usize = 4;

/// What to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// Standard input.
    Stdin,
    /// A file, or a pipe with a name.
    Path(PathBuf),
}

/// A list of inputs and what is known of each.
#[derive(Debug)]
pub struct Reader {
    files: Vec<Reading>,
    service: Option<String>,
    threads: usize,
    follows: bool,
    stop: AtomicBool,
}

/// What takes batches, and says whether to go on.
type Take<'a> = &'a mut dyn FnMut(&mut SpanBatch) -> bool;

impl Reader {
    /// Prepares to read; `service` stands in where an input does not say which service made its spans. Of a folder every file
    /// is read.
    pub fn new(inputs: Vec<Input>, service: Option<String>) -> Self {
        let threads = std::thread::available_parallelism().map_or(1, |cores| cores.get().min(MOST_THREADS));
        let files = inputs.into_iter().flat_map(folder::files).collect();
        Self { files, service, threads, follows: false, stop: AtomicBool::new(false) }
    }

    /// Decodes a large file with so many threads instead of one for each core.
    #[must_use]
    pub fn with_threads(self, threads: usize) -> Self {
        Self { threads: threads.max(1), ..self }
    }

    /// Goes on reading what is appended.
    #[must_use]
    pub fn following(self, follows: bool) -> Self {
        Self { follows, ..self }
    }

    /// Reads everything on a thread of its own and sends the batches on; it waits where the queue is full.
    pub fn start(self: &Arc<Self>, inlet: Inlet) -> io::Result<()> {
        let (reader, outbox) = (Arc::clone(self), Outbox::new(inlet));
        let send = move |batch: &mut SpanBatch| outbox.send_blocking(batch).unwrap_or(false);
        std::thread::Builder::new().name("files".to_owned()).spawn(move || reader.read(send))?;
        Ok(())
    }

    /// Reads everything here. Each batch is handed to `take`, which says whether to go on.
    pub fn read(&self, mut take: impl FnMut(&mut SpanBatch) -> bool) {
        if self.follows {
            return self.follow(&mut take);
        }
        for file in &self.files {
            let end = match self.read_one(file, &mut take) {
                Ok(end) => end,
                Err(error) => SourceState::Failed(explain(&file.name, &error)),
            };
            // `stop` may have said so before.
            let _ = file.end.set(end);
        }
    }

    /// Stops reading; what was read stays.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Release);
        for file in &self.files {
            // An input that blocks cannot notice, so it is said for it.
            let _ = file.end.set(SourceState::Stopped);
        }
    }

    /// Whether nothing more will come.
    pub fn is_finished(&self) -> bool {
        self.files.iter().all(|file| file.end.get().is_some())
    }

    /// Counters and progress of each input.
    pub fn statuses(&self) -> impl Iterator<Item = SourceStatus> {
        self.files.iter().map(Reading::status)
    }

    /// Spans found so far.
    pub fn spans(&self) -> u64 {
        self.files.iter().map(|file| file.counters.spans.load(Ordering::Relaxed)).sum()
    }

    /// Log records found so far.
    pub fn logs(&self) -> u64 {
        self.files.iter().map(|file| file.counters.logs.load(Ordering::Relaxed)).sum()
    }

    /// One line for each input that could not be read, in order.
    pub fn failures(&self) -> Vec<String> {
        let reason = |file: &Reading| {
            if let Some(SourceState::Failed(reason)) = file.end.get() { Some(reason.clone()) } else { None }
        };
        self.files.iter().filter_map(reason).collect()
    }

    /// One line for each input of which can be said beforehand that it cannot be read.
    pub fn unreadable(&self) -> Vec<String> {
        self.files.iter().filter_map(|file| file.check().err().map(|error| explain(&file.name, &error))).collect()
    }

    /// One line for each input that was read but held no span: what was found instead.
    pub fn empty(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.files.iter().filter_map(Reading::without_spans).collect();
        let found = self.files.iter().filter(|file| file.is_found).count();
        let is_read = self.files.iter().all(|file| file.end.get() == Some(&SourceState::Done));
        if lines.is_empty() && found > 0 && is_read && self.spans() == 0 {
            lines.push(format!("no spans in any of {found} files; try: a folder with traces in it"));
        }
        lines
    }

    fn read_one(&self, file: &Reading, take: Take<'_>) -> io::Result<SourceState> {
        let counters = &file.counters;
        match file.open()? {
            Opened::Regular(mut opened) => {
                let first = unpack::first(&mut opened)?;
                match Shape::of(&first) {
                    Shape::Plain if Content::sniff(&first) == Content::Text => {
                        self.read_regular(file, &opened, &self.options(file), take)
                    }
                    Shape::Zip => self.read_zip(file, opened, take),
                    Shape::Plain | Shape::Compressed(_) | Shape::Tar => {
                        let input = BufReader::with_capacity(BATCH_BYTES, Counted { inner: opened, counters });
                        self.unpack(file, &mut file.whole(), Box::new(input), take)
                    }
                }
            }
            Opened::Stream(inner) => {
                let input = BufReader::with_capacity(BATCH_BYTES, Counted { inner, counters });
                self.unpack(file, &mut file.whole(), Box::new(input), take)
            }
        }
    }

    fn read_regular(
        &self,
        file: &Reading,
        mut opened: &File,
        options: &DecodeOptions,
        take: Take<'_>,
    ) -> io::Result<SourceState> {
        let descriptor = opened;
        let length = || descriptor.metadata().ok().map(|metadata| metadata.len());
        let mut segments = Segments::new(&mut opened, &length, BATCH_BYTES);
        let mut decoder = Decoder::new(options.clone());
        let member = &file.whole();
        let threads = if file.total.get().is_some_and(|total| *total >= LARGE) { self.threads } else { 1 };
        let is_whole = crew::decode(&mut segments, &mut decoder, options, threads, &mut |decoder, len, batch| {
            if self.stop.load(Ordering::Acquire) {
                return false;
            }
            add(&file.counters.bytes, len as u64);
            file.count(member, decoder, batch);
            hand_on(batch, take)
        });
        if !is_whole {
            return Ok(SourceState::Stopped);
        }
        let mut batch = SpanBatch::default();
        while decoder.finish(&mut batch) {
            file.count(member, &decoder, &mut batch);
            if !hand_on(&mut batch, take) {
                return Ok(SourceState::Stopped);
            }
        }
        let change = segments.change.or_else(|| file.is_gone().then_some(Change::Vanished));
        if let Some(change) = change {
            let (place, reason) = (Place::Line(decoder.line()), change.to_string());
            batch.problems.push(Problem { place, reason, origin: String::new(), time: wall(), bytes: Vec::new() });
        }
        file.count(member, &decoder, &mut batch);
        hand_on(&mut batch, take);
        match (segments.error, change) {
            (Some(error), _) => Err(error),
            (None, Some(change @ Change::Shrank { .. })) => Ok(SourceState::Failed(format!("{}: {change}", file.name))),
            (None, _) => Ok(SourceState::Done),
        }
    }

    /// Reads what has only an end; what it is, its first bytes tell.
    fn read_stream(
        &self,
        file: &Reading,
        member: &mut Member,
        input: &mut dyn BufRead,
        take: Take<'_>,
    ) -> io::Result<SourceState> {
        let mut batch = SpanBatch::default();
        let (mut decoder, mut failed) = (None, None);
        loop {
            if self.stop.load(Ordering::Acquire) {
                // Who writes into the pipe must neither block nor die of it.
                io::copy(input, &mut io::sink())?;
                return Ok(SourceState::Stopped);
            }
            let bytes = match input.fill_buf() {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => {
                    failed = Some(error);
                    &[][..]
                }
                Ok(bytes) => bytes,
            };
            let len = bytes.len();
            let decoder = decoder.get_or_insert_with(|| Content::sniff(bytes).decoder(self.options(file)));
            let is_over = if len > 0 {
                decoder.feed(bytes, &mut batch);
                false
            } else {
                !decoder.finish(&mut batch)
            };
            input.consume(len);
            file.count(member, &**decoder, &mut batch);
            let go_on = hand_on(&mut batch, take);
            if is_over {
                member.add(&**decoder);
                return failed.map_or(Ok(SourceState::Done), Err);
            }
            if !go_on {
                return Ok(SourceState::Stopped);
            }
        }
    }

    fn options(&self, file: &Reading) -> DecodeOptions {
        let stem = match &file.input {
            Input::Path(path) if self.files.len() > 1 => {
                path.file_stem().map(|stem| stem.to_string_lossy().into_owned())
            }
            Input::Path(_) | Input::Stdin => None,
        };
        let fallback_service = stem.unwrap_or_else(|| "unknown_service".to_owned());
        DecodeOptions { service: self.service.clone(), fallback_service }
    }
}

/// Hands a batch on if it holds anything, and empties it.
fn hand_on(batch: &mut SpanBatch, take: Take<'_>) -> bool {
    let is_empty =
        batch.spans.is_empty() && batch.logs.is_empty() && batch.problems.is_empty() && batch.lines.is_empty();
    let go_on = is_empty || take(batch);
    batch.clear();
    go_on
}

#[cfg(test)]
mod tests;
