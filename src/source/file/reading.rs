//! One input: how it is opened, what it has brought, and what is said of it.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use super::{Input, Take, hand_on};
use crate::ingest::Counts;
use crate::ingest::content::Feed;
use crate::model::{Place, Problem, SourceState, SourceStatus, SpanBatch};
use crate::source::counters::add;
use crate::source::{Counters, wall};

/// An input that has been opened.
pub(super) enum Opened {
    /// A file that has a length.
    Regular(File),
    /// Anything that has only an end.
    Stream(Box<dyn Read>),
}

/// One input and what is known of it.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) input: Input,
    pub(super) name: String,
    pub(super) counters: Counters,
    objects: AtomicU64,
    pub(super) total: OnceLock<u64>,
    format: OnceLock<&'static str>,
    recognised: OnceLock<&'static str>,
    pub(super) end: OnceLock<SourceState>,
    /// It was found in a folder: nobody said that it holds spans.
    pub(super) is_found: bool,
    /// It has been read to its end, and more may be appended.
    pub(super) follows: AtomicBool,
}

/// What of an input is being decoded: all of it, or one file of an archive.
pub(super) struct Member {
    pub(super) origin: String,
    /// What those before it held.
    before: Counts,
    /// How often it is packed.
    pub(super) depth: u8,
}

impl Member {
    /// The next file of an archive begins; `decoder` has read the one before.
    pub(super) fn next(&mut self, origin: String) {
        self.origin = origin;
    }

    /// Keeps what a file of it held.
    pub(super) fn add(&mut self, decoder: &dyn Feed) {
        self.before.add(decoder.counts());
    }
}

impl Reading {
    pub(super) fn new(input: Input, is_found: bool) -> Self {
        let name = match &input {
            Input::Stdin => "stdin".to_owned(),
            Input::Path(path) => path.display().to_string(),
        };
        let (counters, objects, total) = (Counters::default(), AtomicU64::new(0), OnceLock::new());
        let (format, end, follows) = (OnceLock::new(), OnceLock::new(), AtomicBool::new(false));
        let recognised = OnceLock::new();
        Self { input, name, counters, objects, total, format, recognised, end, is_found, follows }
    }

    /// All of it.
    pub(super) fn whole(&self) -> Member {
        Member { origin: self.name.clone(), before: Counts::default(), depth: 0 }
    }

    pub(super) fn open(&self) -> io::Result<Opened> {
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
    pub(super) fn check(&self) -> io::Result<()> {
        let Input::Path(path) = &self.input else { return Ok(()) };
        let metadata = path.metadata()?;
        match () {
            () if metadata.is_dir() => Err(ErrorKind::IsADirectory.into()),
            () if metadata.is_file() => File::open(path).map(drop),
            () => Ok(()),
        }
    }

    /// Whether the file has lost its name.
    pub(super) fn is_gone(&self) -> bool {
        let Input::Path(path) = &self.input else { return false };
        path.symlink_metadata().is_err_and(|error| error.kind() == ErrorKind::NotFound)
    }

    /// Notes what a chunk brought, and says where its problems and lines come from.
    pub(super) fn count(&self, member: &Member, decoder: &dyn Feed, batch: &mut SpanBatch) {
        let mut counts = member.before;
        counts.add(decoder.counts());
        self.counters.lines.store(counts.lines, Ordering::Relaxed);
        self.counters.malformed.store(counts.malformed, Ordering::Relaxed);
        self.objects.store(counts.objects, Ordering::Relaxed);
        if let Some(recognised) = decoder.recognised() {
            let _ = self.recognised.set(recognised);
        }
        if decoder.format() != "unknown" {
            let _ = self.format.set(decoder.format());
            add(&self.counters.spans, batch.spans.len() as u64);
            add(&self.counters.logs, batch.logs.len() as u64);
        }
        for problem in &mut batch.problems {
            problem.origin.clone_from(&member.origin);
            problem.time = wall();
        }
        if batch.lines.is_empty() {
            return;
        }
        let origin: Arc<str> = member.origin.as_str().into();
        let is_live = matches!(self.input, Input::Stdin) || self.follows.load(Ordering::Acquire);
        let arrived = is_live.then(wall);
        for line in &mut batch.lines {
            // What was written down with its origin and time keeps them.
            if line.origin.is_empty() {
                (line.origin, line.arrived) = (Arc::clone(&origin), line.arrived.or(arrived));
            }
        }
    }

    /// Notes that a file of an archive cannot be unpacked.
    pub(super) fn unread(&self, member: &mut Member, reason: &str, take: Take<'_>) {
        let mut batch = SpanBatch::default();
        let (place, origin) = (Place::Byte(0), member.origin.clone());
        let reason = format!("cannot be unpacked: {reason}");
        batch.problems.push(Problem { place, reason, origin, time: wall(), bytes: Vec::new() });
        member.before.malformed += 1;
        self.counters.malformed.store(member.before.malformed, Ordering::Relaxed);
        hand_on(&mut batch, take);
    }

    pub(super) fn status(&self) -> SourceStatus {
        let done = self.counters.bytes.load(Ordering::Relaxed);
        // A file may have grown since.
        let total = self.total.get().map(|total| done.max(*total));
        let is_following = self.follows.load(Ordering::Acquire);
        let reading = if is_following { SourceState::Following } else { SourceState::Reading { done, total } };
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

    pub(super) fn without_spans(&self) -> Option<String> {
        if self.is_found
            || self.end.get() != Some(&SourceState::Done)
            || self.counters.spans.load(Ordering::Relaxed) > 0
        {
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
            (self.counters.logs.load(Ordering::Relaxed), "log record", "log records"),
            (self.counters.lines.load(Ordering::Relaxed), "line of text", "lines of text"),
            (self.objects.load(Ordering::Relaxed), "JSON object that is not a span", "JSON objects that are not spans"),
        ];
        let found: Vec<_> =
            found.into_iter().filter(|row| row.0 > 0).map(|(n, one, many)| plural(n, one, many)).collect();
        let found = match (self.recognised.get(), found.as_slice()) {
            (Some(recognised), _) => (*recognised).to_owned(),
            (None, []) => format!("{} of nothing readable", plural(bytes, "byte", "bytes")),
            (None, found) => found.join(" and "),
        };
        Some(format!("no spans in {}: {found}; try: a file of one of the formats that the README lists", self.name))
    }
}

fn plural(n: u64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// Why an input could not be read, and what to do.
pub(super) fn explain(name: &str, error: &io::Error) -> String {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the list of error kinds is open")]
    match error.kind() {
        ErrorKind::NotFound => format!("{name}: no such file; try: tracetui open FILE, or - for standard input"),
        ErrorKind::PermissionDenied => format!("{name}: permission denied; try: a file that you may read"),
        ErrorKind::IsADirectory => format!("{name} is a directory without files; try: tracetui open FILE"),
        _ => {
            let text = error.to_string().to_lowercase();
            format!("{name}: {}", text.split(" (os error").next().unwrap_or_default())
        }
    }
}
