//! Reads files and standard input in chunks, decodes them and hands the batches on; one after the other, on a thread of
//! its own or on the caller's. Large files are decoded by several threads. Says of each input what was found in it.

mod crew;
mod segments;

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use super::counters::add;
use super::outbox::Outbox;
use super::{BATCH_BYTES, Counters, Inlet, wall};
use crate::ingest::{DecodeOptions, Decoder};
use crate::model::{Place, Problem, SourceState, SourceStatus, SpanBatch};
use segments::{Change, Segments};

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
    stop: AtomicBool,
}

/// What takes batches, and says whether to go on.
type Take<'a> = &'a mut dyn FnMut(&mut SpanBatch) -> bool;

enum Opened {
    /// A file that has a length.
    Regular(File),
    /// Anything that has only an end.
    Stream(Box<dyn Read>),
}

#[derive(Debug)]
struct Reading {
    input: Input,
    name: String,
    counters: Counters,
    objects: AtomicU64,
    total: OnceLock<u64>,
    format: OnceLock<&'static str>,
    end: OnceLock<SourceState>,
}

impl Reader {
    /// Prepares to read; `service` stands in where an input does not say which service made its spans.
    pub fn new(inputs: Vec<Input>, service: Option<String>) -> Self {
        let reading = |input: Input| Reading {
            name: match &input {
                Input::Stdin => "stdin".to_owned(),
                Input::Path(path) => path.display().to_string(),
            },
            input,
            counters: Counters::default(),
            objects: AtomicU64::new(0),
            total: OnceLock::new(),
            format: OnceLock::new(),
            end: OnceLock::new(),
        };
        let threads = std::thread::available_parallelism().map_or(1, |cores| cores.get().min(MOST_THREADS));
        Self { files: inputs.into_iter().map(reading).collect(), service, threads, stop: AtomicBool::new(false) }
    }

    /// Decodes a large file with so many threads instead of one for each core.
    #[must_use]
    pub fn with_threads(self, threads: usize) -> Self {
        Self { threads: threads.max(1), ..self }
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
        self.files.iter().filter_map(Reading::without_spans).collect()
    }

    fn read_one(&self, file: &Reading, take: Take<'_>) -> io::Result<SourceState> {
        let options = self.options(file);
        match file.open()? {
            Opened::Regular(opened) => self.read_regular(file, &opened, &options, take),
            Opened::Stream(mut input) => self.read_stream(file, &mut *input, Decoder::new(options), take),
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
        let threads = if file.total.get().is_some_and(|total| *total >= LARGE) { self.threads } else { 1 };
        let is_whole = crew::decode(&mut segments, &mut decoder, options, threads, &mut |decoder, len, batch| {
            if self.stop.load(Ordering::Acquire) {
                return false;
            }
            add(&file.counters.bytes, len as u64);
            file.count(decoder, batch);
            hand_on(batch, take)
        });
        if !is_whole {
            return Ok(SourceState::Stopped);
        }
        let mut batch = SpanBatch::default();
        decoder.finish(&mut batch);
        let change = segments.change.or_else(|| file.is_gone().then_some(Change::Vanished));
        if let Some(change) = change {
            let (place, reason) = (Place::Line(decoder.line()), change.to_string());
            batch.problems.push(Problem { place, reason, origin: String::new(), time: wall(), bytes: Vec::new() });
        }
        file.count(&decoder, &mut batch);
        hand_on(&mut batch, take);
        match (segments.error, change) {
            (Some(error), _) => Err(error),
            (None, Some(change @ Change::Shrank { .. })) => Ok(SourceState::Failed(format!("{}: {change}", file.name))),
            (None, _) => Ok(SourceState::Done),
        }
    }

    fn read_stream(
        &self,
        file: &Reading,
        input: &mut dyn Read,
        mut decoder: Decoder,
        take: Take<'_>,
    ) -> io::Result<SourceState> {
        let mut batch = SpanBatch::default();
        let mut chunk = vec![0; BATCH_BYTES];
        loop {
            if self.stop.load(Ordering::Acquire) {
                // Who writes into the pipe must neither block nor die of it.
                io::copy(input, &mut io::sink())?;
                return Ok(SourceState::Stopped);
            }
            let len = match input.read(&mut chunk) {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                len => len?,
            };
            add(&file.counters.bytes, len as u64);
            match chunk.get(..len) {
                Some(bytes) if len > 0 => decoder.feed(bytes, &mut batch),
                _ => decoder.finish(&mut batch),
            }
            file.count(&decoder, &mut batch);
            let go_on = hand_on(&mut batch, take);
            if len == 0 {
                return Ok(SourceState::Done);
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

impl Reading {
    fn open(&self) -> io::Result<Opened> {
        let Input::Path(path) = &self.input else { return Ok(Opened::Stream(Box::new(io::stdin()))) };
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Err(ErrorKind::IsADirectory.into());
        }
        if metadata.is_file() {
            let _ = self.total.set(metadata.len());
        }
        // What the system makes up while it is read (/proc) has no length.
        let is_regular = metadata.is_file() && metadata.len() > 0;
        Ok(if is_regular { Opened::Regular(file) } else { Opened::Stream(Box::new(file)) })
    }

    /// Whether it can be opened, as far as a look can tell: opening a pipe would wait for its other end.
    fn check(&self) -> io::Result<()> {
        let Input::Path(path) = &self.input else { return Ok(()) };
        let metadata = path.metadata()?;
        match () {
            () if metadata.is_dir() => Err(ErrorKind::IsADirectory.into()),
            () if metadata.is_file() => File::open(path).map(drop),
            () => Ok(()),
        }
    }

    /// Whether the file has lost its name.
    fn is_gone(&self) -> bool {
        let Input::Path(path) = &self.input else { return false };
        path.symlink_metadata().is_err_and(|error| error.kind() == ErrorKind::NotFound)
    }

    /// Notes what a chunk brought, and says where its problems and lines come from.
    fn count(&self, decoder: &Decoder, batch: &mut SpanBatch) {
        let counts = decoder.counts();
        self.counters.lines.store(counts.lines, Ordering::Relaxed);
        self.counters.malformed.store(counts.malformed, Ordering::Relaxed);
        self.objects.store(counts.objects, Ordering::Relaxed);
        if !batch.spans.is_empty() {
            // Only now does the decoder know.
            let _ = self.format.set(decoder.format());
            add(&self.counters.spans, batch.spans.len() as u64);
        }
        for problem in &mut batch.problems {
            problem.origin.clone_from(&self.name);
            problem.time = wall();
        }
        for line in &mut batch.lines {
            line.origin.clone_from(&self.name);
        }
    }

    fn status(&self) -> SourceStatus {
        let done = self.counters.bytes.load(Ordering::Relaxed);
        // A file may have grown since.
        let total = self.total.get().map(|total| done.max(*total));
        let reading = SourceState::Reading { done, total };
        let mut status = SourceStatus {
            protocol: (*self.format.get().unwrap_or(&"file")).to_owned(),
            endpoint: self.name.clone(),
            state: self.end.get().cloned().unwrap_or(reading),
            ..SourceStatus::default()
        };
        self.counters.copy_to(&mut status);
        // Objects that are no spans are output like any other.
        status.lines += self.objects.load(Ordering::Relaxed);
        status
    }

    fn without_spans(&self) -> Option<String> {
        if self.end.get() != Some(&SourceState::Done) || self.counters.spans.load(Ordering::Relaxed) > 0 {
            return None;
        }
        let bytes = self.counters.bytes.load(Ordering::Relaxed);
        if bytes == 0 {
            return Some(format!("{} is empty", self.name));
        }
        let malformed = self.counters.malformed.load(Ordering::Relaxed);
        if malformed > 0 {
            let meant = plural(malformed, "was meant as a span and is", "were meant as spans and are");
            return Some(format!("no spans in {}: {meant} cut off or damaged; try: a file that is whole", self.name));
        }
        let found = [
            (self.counters.lines.load(Ordering::Relaxed), "line of text", "lines of text"),
            (self.objects.load(Ordering::Relaxed), "JSON object that is not a span", "JSON objects that are not spans"),
        ];
        let found: Vec<_> =
            found.into_iter().filter(|row| row.0 > 0).map(|(n, one, many)| plural(n, one, many)).collect();
        let found = match found.as_slice() {
            [] => format!("{} of nothing readable", plural(bytes, "byte", "bytes")),
            found => found.join(" and "),
        };
        Some(format!("no spans in {}: {found}; try: a file of console-exporter JSON or tracetui jsonl", self.name))
    }
}

/// Hands a batch on if it holds anything, and empties it.
fn hand_on(batch: &mut SpanBatch, take: Take<'_>) -> bool {
    let is_empty = batch.spans.is_empty() && batch.problems.is_empty() && batch.lines.is_empty();
    let go_on = is_empty || take(batch);
    batch.clear();
    go_on
}

fn plural(n: u64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

fn explain(name: &str, error: &io::Error) -> String {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the list of error kinds is open")]
    match error.kind() {
        ErrorKind::NotFound => format!("{name}: no such file; try: tracetui open FILE, or - for standard input"),
        ErrorKind::PermissionDenied => format!("{name}: permission denied; try: a file that you may read"),
        ErrorKind::IsADirectory => {
            format!("{name} is a directory; try: tracetui open {}/*", name.trim_end_matches('/'))
        }
        _ => {
            let text = error.to_string().to_lowercase();
            format!("{name}: {}", text.split(" (os error").next().unwrap_or_default())
        }
    }
}

#[cfg(test)]
mod tests;
