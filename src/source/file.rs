//! Reads files and standard input in chunks, decodes them and hands the batches on; one after the other, on a thread of
//! its own or on the caller's. Says of each input what was found in it.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, OnceLock};

use tokio::sync::mpsc;

use super::counters::add;
use super::{BATCH_BYTES, Counters, Parcel, SPARE};
use crate::ingest::{DecodeOptions, Decoder};
use crate::model::{SourceState, SourceStatus, SpanBatch};

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
    stop: AtomicBool,
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
        Self { files: inputs.into_iter().map(reading).collect(), service, stop: AtomicBool::new(false) }
    }

    /// Reads everything on a thread of its own and sends the batches on; it waits where the queue is full.
    pub fn start(self: &Arc<Self>, sender: mpsc::Sender<Parcel>) -> io::Result<()> {
        let reader = Arc::clone(self);
        let (home, spare) = sync_channel(SPARE);
        let send = move |batch: &mut SpanBatch| {
            let empty = spare.try_recv().unwrap_or_default();
            let batch = std::mem::replace(batch, empty);
            sender.blocking_send(Parcel { batch, home: home.clone() }).is_ok()
        };
        std::thread::Builder::new().name("files".to_owned()).spawn(move || reader.read(send))?;
        Ok(())
    }

    /// Reads everything here. Each batch is handed to `take`, which says whether to go on.
    pub fn read(&self, mut take: impl FnMut(&mut SpanBatch) -> bool) {
        let mut batch = SpanBatch::default();
        for file in &self.files {
            let end = match self.read_one(file, &mut batch, &mut take) {
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

    /// One line for each input that was read but held no span: what was found instead.
    pub fn empty(&self) -> Vec<String> {
        self.files.iter().filter_map(Reading::without_spans).collect()
    }

    fn read_one(
        &self,
        file: &Reading,
        batch: &mut SpanBatch,
        take: &mut dyn FnMut(&mut SpanBatch) -> bool,
    ) -> io::Result<SourceState> {
        let mut input = file.open()?;
        let mut decoder = Decoder::new(self.options(file));
        let mut chunk = vec![0; BATCH_BYTES];
        loop {
            if self.stop.load(Ordering::Acquire) {
                return Ok(SourceState::Stopped);
            }
            let len = match input.read(&mut chunk) {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                len => len?,
            };
            add(&file.counters.bytes, len as u64);
            match chunk.get(..len) {
                Some(bytes) if len > 0 => decoder.feed(bytes, batch),
                _ => decoder.finish(batch),
            }
            file.count(&decoder, batch);
            let is_empty = batch.spans.is_empty() && batch.problems.is_empty() && batch.lines.is_empty();
            let go_on = is_empty || take(batch);
            batch.clear();
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
    fn open(&self) -> io::Result<Box<dyn Read>> {
        let Input::Path(path) = &self.input else { return Ok(Box::new(io::stdin())) };
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Err(ErrorKind::IsADirectory.into());
        }
        if metadata.is_file() {
            let _ = self.total.set(metadata.len());
        }
        Ok(Box::new(file))
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
        }
        for line in &mut batch.lines {
            line.origin.clone_from(&self.name);
        }
    }

    fn status(&self) -> SourceStatus {
        let done = self.counters.bytes.load(Ordering::Relaxed);
        let reading = SourceState::Reading { done, total: self.total.get().copied() };
        let mut status = SourceStatus {
            protocol: (*self.format.get().unwrap_or(&"file")).to_owned(),
            endpoint: self.name.clone(),
            state: self.end.get().cloned().unwrap_or(reading),
            ..SourceStatus::default()
        };
        self.counters.copy_to(&mut status);
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
        let found = [
            (self.counters.lines.load(Ordering::Relaxed), "line of text", "lines of text"),
            (self.objects.load(Ordering::Relaxed), "JSON object that is not a span", "JSON objects that are not spans"),
            (self.counters.malformed.load(Ordering::Relaxed), "damaged object", "damaged objects"),
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
