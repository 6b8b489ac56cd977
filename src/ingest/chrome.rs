//! Chrome's trace events ("Trace Event Format", Google 2016; its own tracing page, Perfetto), which profilers of many
//! languages write: an array of events, or an object with `traceEvents`, whole or cut off.
//!
//! A file is one trace, whose id comes from what it holds. Slices are spans: complete ones (`X`), those with a beginning and an
//! end (`B` `E`, on a thread; `b` `e` and the older `S` `F`, by category and id). The service is the process, the scope the
//! thread. Events say nothing of parents: a slice lies under the one that encloses it on its thread, so all are held until
//! the input ends. Instants are events of the slice they lie in, flows are links, counters and snapshots are only counted.

mod event;
mod hand_over;
mod held;
mod nest;
#[cfg(test)]
mod tests;

use super::json::{Json, JsonKind};
use super::scan::Verdict;
use crate::model::{Place, Range32, SpanBatch, SpanId, Text, Timestamp, TraceId};
use event::Event;
use foldhash::quality::FixedState;
use hand_over::{Carried, Ready};
use hashbrown::HashMap;
use held::Held;
use std::hash::BuildHasher;

/// The name in `Span::source`.
pub(crate) const NAME: &str = "chrome";

/// What is held is handed over when it is larger, so that a huge file costs no huge memory: slices that are written further
/// apart than that, a million or so, do not find each other.
const MAX_HELD: usize = 60 << 20;

/// Makes ids and keys; the same in every run.
const HASHER: FixedState = FixedState::with_seed(0x7ace);

/// The events of an input, until it ends.
#[derive(Debug, Default)]
pub(crate) struct Timeline {
    held: Held,
    slices: Vec<Slice>,
    points: Vec<Point>,
    processes: Vec<Process>,
    threads: Vec<Thread>,
    process_of: HashMap<Vec<u8>, u32>,
    thread_of: HashMap<Vec<u8>, u32>,
    /// Where slices lie inside each other: threads, and what has a category and an id.
    tracks: HashMap<Vec<u8>, u32>,
    /// Slices of each track that have not ended.
    open: Vec<Vec<u32>>,
    /// The slice that a flow left last.
    flows: HashMap<u64, SpanId>,
    trace_id: Option<TraceId>,
    /// Of what the file holds.
    hash: (u64, u64),
    /// Spans so far, for their ids.
    count: u64,
    last: Timestamp,
    has_begun: bool,
    /// Events that are no spans.
    skipped: u64,
    /// Ends whose beginning is missing.
    unmatched: u64,
    carried: Carried,
    /// What is on its way out.
    ready: Option<Ready>,
}

#[derive(Clone, Copy, Debug)]
struct Slice {
    name: Text,
    start: Timestamp,
    /// In ns.
    duration: u64,
    attributes: Range32,
    /// Its parent, where that is known from before.
    parent: Option<SpanId>,
    id: SpanId,
    track: u32,
    thread: u32,
    is_open: bool,
    /// It says how long it lasted, or its end does.
    lasts: bool,
}

/// Something that happened in a slice that is not known yet.
#[derive(Clone, Copy, Debug)]
struct Point {
    track: u32,
    thread: u32,
    time: Timestamp,
    what: Happened,
    /// The slice, where the event says it itself.
    slice: Option<u32>,
}

#[derive(Clone, Copy, Debug)]
enum Happened {
    Event { name: Text, attributes: Range32 },
    Flow(Flow),
}

/// A flow that comes into a slice, leaves it, or both.
#[derive(Clone, Copy, Debug)]
struct Flow {
    id: u64,
    name: Text,
    comes: bool,
    leaves: bool,
    /// It comes into the slice that begins next.
    is_next: bool,
}

#[derive(Debug, Default)]
struct Process {
    id: String,
    name: Option<String>,
}

#[derive(Debug, Default)]
struct Thread {
    process: u32,
    track: u32,
    id: String,
    name: Option<String>,
}

impl Timeline {
    /// Takes an event, or all of a document.
    pub(crate) fn take(&mut self, object: Json<'_>, batch: &mut SpanBatch) -> Verdict {
        let Some(events) = object.get(b"traceEvents").filter(|events| events.kind() == JsonKind::Array) else {
            return Event::read(object).map_or(Verdict::Other, |event| self.event(event));
        };
        let mut ended = None;
        for item in events.items() {
            match Event::read(item).map(|event| self.event(event)) {
                Some(Verdict::Span(end)) => ended = Some(end),
                Some(Verdict::Unreadable(reason)) => {
                    batch.push_problem(Place::Line(0), reason.to_owned(), item.raw());
                }
                _ => self.skipped += 1,
            }
        }
        ended.map_or(Verdict::Other, Verdict::Span)
    }

    /// Whether nothing was taken.
    pub(crate) fn is_clear(&self) -> bool {
        !self.has_begun
    }

    fn event(&mut self, event: Event<'_>) -> Verdict {
        self.has_begun = true;
        if event.phase == b'M' {
            self.describe(event);
            return Verdict::Span(self.last);
        }
        if !matches!(event.phase, b'B' | b'E' | b'X' | b'i' | b'I' | b'R' | b'b'..=b't' | b'S' | b'T' | b'F') {
            self.skipped += 1;
            return Verdict::Span(self.last);
        }
        let Some(time) = event.time else {
            return Verdict::Unreadable("an event of Chrome's without a time (`ts`)");
        };
        self.last = self.last.max(time.plus(event.duration.unwrap_or_default()));
        let process = self.process(event.process);
        let thread = self.thread(process, event);
        let track = match event.phase {
            b'b' | b'n' | b'e' | b'S' | b'T' | b'p' | b'F' => self.track(event),
            _ => self.threads.get(thread as usize).map(|thread| thread.track).unwrap_or_default(),
        };
        match event.phase {
            b'X' => {
                let at = self.begin(event, time, track, thread);
                self.flow_of_slice(event, time, at);
            }
            b'B' | b'b' | b'S' => self.open(event, time, track, thread),
            b'E' | b'e' | b'F' => self.end(event, time, track),
            b's' | b't' | b'f' => self.flow(event, time, track, thread),
            b'i' | b'I' | b'R' | b'n' | b'T' | b'p' => {
                let step =
                    event.args().filter(|_| matches!(event.phase, b'T' | b'p')).and_then(|args| args.get(b"step"));
                let name = self.held.text(step.or(event.name()));
                let what = Happened::Event { name, attributes: self.held.attributes(event) };
                self.points.push(Point { track, thread, time, what, slice: None });
            }
            _ => self.skipped += 1,
        }
        Verdict::Span(self.last)
    }

    /// Names of processes and threads.
    fn describe(&mut self, event: Event<'_>) {
        let name = event.args().and_then(|args| args.get(b"name"));
        let text = self.held.text(name);
        let name = Some(self.held.batch.str(text).to_owned()).filter(|name| !name.is_empty());
        let process = self.process(event.process);
        match event.name().and_then(Json::plain) {
            Some("process_name") => {
                if let Some(process) = self.processes.get_mut(process as usize) {
                    process.name = name.or(process.name.take());
                }
            }
            Some("thread_name") => {
                let thread = self.thread(process, event);
                if let Some(thread) = self.threads.get_mut(thread as usize) {
                    thread.name = name.or(thread.name.take());
                }
            }
            _ => {}
        }
    }

    fn process(&mut self, id: &[u8]) -> u32 {
        if let Some(known) = self.process_of.get(id) {
            return *known;
        }
        let at = index(self.processes.len());
        self.processes.push(Process { id: String::from_utf8_lossy(id).into_owned(), name: None });
        self.process_of.insert(id.to_vec(), at);
        at
    }

    fn thread(&mut self, process: u32, event: Event<'_>) -> u32 {
        let key = [event.process, b"\n", event.thread].concat();
        if let Some(known) = self.thread_of.get(&key) {
            return *known;
        }
        let track = self.new_track(&key);
        let at = index(self.threads.len());
        let id = String::from_utf8_lossy(event.thread).into_owned();
        self.threads.push(Thread { process, track, id, name: None });
        self.thread_of.insert(key, at);
        at
    }

    /// What has a category and an id lies on a track of its own.
    fn track(&mut self, event: Event<'_>) -> u32 {
        // The older kind is told apart by its name too.
        let is_old = matches!(event.phase, b'S' | b'T' | b'p' | b'F');
        let name = if is_old { event.raw(b"name") } else { b"" };
        let (id, process) = event.id();
        let key = [event.raw(b"cat"), b"\n\n", id, b"\n", process, b"\n", name].concat();
        match self.tracks.get(&key) {
            Some(known) => *known,
            None => self.new_track(&key),
        }
    }

    fn new_track(&mut self, key: &[u8]) -> u32 {
        let at = index(self.open.len());
        self.open.push(Vec::new());
        self.tracks.insert(key.to_vec(), at);
        at
    }

    /// Holds a slice; its place.
    fn begin(&mut self, event: Event<'_>, time: Timestamp, track: u32, thread: u32) -> u32 {
        let name = self.held.text(event.name());
        let attributes = self.held.attributes(event);
        let seen = (self.hash.0, self.held.batch.str(name), time.0, event.phase, event.process, event.thread);
        self.hash = (HASHER.hash_one(seen), HASHER.hash_one((self.hash.1, seen)));
        let slice = self.slice(name, time, track, thread);
        let (duration, lasts) = (event.duration.unwrap_or_default(), event.duration.is_some());
        self.slices.push(Slice { duration, attributes, lasts, ..slice });
        index(self.slices.len() - 1)
    }

    /// A slice of a moment, with an id of its own.
    fn slice(&mut self, name: Text, start: Timestamp, track: u32, thread: u32) -> Slice {
        self.count += 1;
        let id = SpanId(HASHER.hash_one(self.count).max(1));
        let (duration, attributes, parent) = (0, Range32::default(), None);
        Slice { name, start, duration, attributes, parent, id, track, thread, is_open: false, lasts: true }
    }

    fn open(&mut self, event: Event<'_>, time: Timestamp, track: u32, thread: u32) {
        let at = self.begin(event, time, track, thread);
        if let Some((slice, open)) = self.slices.get_mut(at as usize).zip(self.open.get_mut(track as usize)) {
            slice.is_open = true;
            open.push(at);
        }
    }

    /// Ends the slice that began last on the track; where several that overlap share one, the last of this name.
    fn end(&mut self, event: Event<'_>, time: Timestamp, track: u32) {
        let name = self.held.text(event.name());
        let Some(open) = self.open.get_mut(track as usize) else { return };
        let texts = &self.held.batch;
        let is_named = |at: &u32| {
            let slice = self.slices.get(*at as usize);
            slice.is_some_and(|slice| texts.bytes(slice.name) == texts.bytes(name))
        };
        let at = if event.phase == b'e' { open.iter().rposition(is_named) } else { None };
        let Some(at) = at.or(open.len().checked_sub(1)) else {
            self.unmatched += 1;
            return;
        };
        if let Some(slice) = self.slices.get_mut(open.remove(at) as usize) {
            slice.duration = u64::try_from(time.0.saturating_sub(slice.start.0)).unwrap_or_default();
            slice.attributes = self.held.merged(slice.attributes, event.args());
            (slice.is_open, slice.lasts) = (false, true);
        }
    }

    fn flow(&mut self, event: Event<'_>, time: Timestamp, track: u32, thread: u32) {
        let id = HASHER.hash_one((event.raw(b"cat"), event.raw(b"name"), event.id()));
        let (comes, leaves) = (matches!(event.phase, b't' | b'f'), matches!(event.phase, b's' | b't'));
        let is_next = event.phase == b'f' && event.raw(b"bp") != b"e";
        let what = Happened::Flow(Flow { id, name: self.held.text(event.name()), comes, leaves, is_next });
        self.points.push(Point { track, thread, time, what, slice: None });
    }

    /// A flow that stands in the slice itself: it goes through all slices with the same `bind_id`.
    fn flow_of_slice(&mut self, event: Event<'_>, time: Timestamp, slice: u32) {
        let (comes, leaves, is_next) = (event.is(b"flow_in"), event.is(b"flow_out"), false);
        if !comes && !leaves {
            return;
        }
        let id = HASHER.hash_one(event.raw(b"bind_id"));
        let what = Happened::Flow(Flow { id, name: Text::default(), comes, leaves, is_next });
        if let Some(Slice { track, thread, .. }) = self.slices.get(slice as usize).copied() {
            self.points.push(Point { track, thread, time, what, slice: Some(slice) });
        }
    }
}

fn index(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
