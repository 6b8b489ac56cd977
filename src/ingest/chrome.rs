//! Chrome's trace events ("Trace Event Format", Google 2016; its own tracing page, Perfetto), which profilers of many languages
//! write: an array of events, or an object with `traceEvents`, whole or cut off.
//!
//! A file is one trace, whose id comes from what it holds. Slices are spans: complete ones (`X`), those with a beginning and an
//! end (`B` `E`, on a thread; `b` `e` and the older `S` `F`, by category and id). The service is the process, the scope the
//! thread. Events say nothing of parents: a slice lies under the one that encloses it on its thread, so all are held until
//! the input ends. Instants are events of the slice they lie in, flows are links, counters and snapshots are only counted.

mod event;
mod hand_over;
mod nest;

use super::json::{Json, JsonKind, Shapes, push_attributes, push_text, push_value};
use super::scan::Verdict;
use crate::model::{
    BatchAttribute, BatchSpan, BatchValue, Place, Range32, SpanBatch, SpanId, Text, Timestamp, TraceId,
};
use event::Event;
use foldhash::quality::FixedState;
use hashbrown::HashMap;
use std::hash::BuildHasher;

/// The name in `Span::source`.
pub(crate) const NAME: &str = "chrome";

/// What is held is handed over when it is larger, so that a huge file costs no huge memory: slices that lie apart further than
/// that do not find each other.
const MAX_HELD: usize = 48 << 20;

/// Makes ids and keys; the same in every run.
const HASHER: FixedState = FixedState::with_seed(0x7ace);

/// The events of an input, until it ends.
#[derive(Debug, Default)]
pub(crate) struct Timeline {
    /// Spans without parents, events and links, each in the order of the input.
    held: SpanBatch,
    /// Beside each span.
    slices: Vec<Slice>,
    points: Vec<Point>,
    processes: Vec<Process>,
    threads: Vec<Thread>,
    process_of: HashMap<Vec<u8>, u32, FixedState>,
    thread_of: HashMap<Vec<u8>, u32, FixedState>,
    /// Where slices lie inside each other: threads, and what has a category and an id.
    tracks: HashMap<Vec<u8>, u32, FixedState>,
    /// Slices of each track that have not ended.
    open: Vec<Vec<u32>>,
    /// The slice at which a flow stands.
    flows: HashMap<u64, SpanId, FixedState>,
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
}

#[derive(Clone, Copy, Debug)]
struct Slice {
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

#[derive(Clone, Debug, Default)]
struct Process {
    id: String,
    name: Option<String>,
}

#[derive(Clone, Debug, Default)]
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

    /// Whether what is held should be handed over before the end.
    pub(crate) fn is_full(&self) -> bool {
        self.held.size() > MAX_HELD
    }

    fn event(&mut self, event: Event<'_>) -> Verdict {
        self.has_begun = true;
        if event.phase == b'M' {
            self.describe(event);
            return Verdict::Span(self.last);
        }
        if !matches!(event.phase, b'B' | b'E' | b'X' | b'i' | b'I' | b'R' | b'a'..=b'z' | b'S' | b'T' | b'F') {
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
                let lasts = event.duration.is_some();
                if let Some(slice) = self.slices.get_mut(at as usize) {
                    slice.lasts = lasts;
                }
                self.flow_of_slice(event, time, at);
            }
            b'B' | b'b' | b'S' => self.open(event, time, track, thread),
            b'E' | b'e' | b'F' => self.end(event, time, track),
            b's' | b't' | b'f' => self.flow(event, time, track, thread),
            b'i' | b'I' | b'R' | b'n' | b'T' | b'p' => {
                let step =
                    event.args().filter(|_| matches!(event.phase, b'T' | b'p')).and_then(|args| args.get(b"step"));
                let name = self.text(step.or(event.name()));
                let attributes = self.attributes(event);
                let what = Happened::Event { name, attributes };
                self.points.push(Point { track, thread, time, what, slice: None });
            }
            _ => self.skipped += 1,
        }
        Verdict::Span(self.last)
    }

    /// Names of processes and threads.
    fn describe(&mut self, event: Event<'_>) {
        let name = event.args().and_then(|args| args.get(b"name"));
        let text = self.text(name);
        let name = Some(self.held.str(text).to_owned()).filter(|name| !name.is_empty());
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
        let at = self.held.push_resource(Text::default(), Range32::default());
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
        let name = self.text(event.name());
        let attributes = self.attributes(event);
        let resource = self.threads.get(thread as usize).map(|thread| thread.process).unwrap_or_default();
        let seen = (self.hash.0, self.held.str(name), time.0, event.phase, event.process, event.thread);
        self.hash = (HASHER.hash_one(seen), HASHER.hash_one((self.hash.1, seen)));
        let duration = event.duration.unwrap_or_default();
        self.push(
            BatchSpan { name, start: time, duration, resource, attributes, ..BatchSpan::default() },
            track,
            thread,
        )
    }

    fn push(&mut self, row: BatchSpan, track: u32, thread: u32) -> u32 {
        self.count += 1;
        let span_id = SpanId(HASHER.hash_one(self.count).max(1));
        let at = index(self.held.spans.len());
        self.held.spans.push(BatchSpan { span_id, ..row });
        self.slices.push(Slice { track, thread, is_open: false, lasts: true });
        at
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
        let name = self.text(event.name());
        let Some(open) = self.open.get_mut(track as usize) else { return };
        let is_named = |at: &u32| {
            let row = self.held.spans.get(*at as usize);
            row.is_some_and(|row| self.held.bytes(row.name) == self.held.bytes(name))
        };
        let at = if event.phase == b'e' { open.iter().rposition(is_named) } else { None };
        let Some(at) = at.or(open.len().checked_sub(1)) else {
            self.unmatched += 1;
            return;
        };
        let at = open.remove(at) as usize;
        let known = self.held.spans.get(at).map(|row| row.attributes).unwrap_or_default();
        let attributes = self.merged(known, event.args());
        if let Some((row, slice)) = self.held.spans.get_mut(at).zip(self.slices.get_mut(at)) {
            row.duration = u64::try_from(time.0.saturating_sub(row.start.0)).unwrap_or_default();
            row.attributes = attributes;
            slice.is_open = false;
        }
    }

    /// What the end of a slice says goes beside what its beginning said, or in its place.
    fn merged(&mut self, known: Range32, args: Option<Json<'_>>) -> Range32 {
        let Some(args) = args.filter(|args| args.members().next().is_some()) else { return known };
        let new = push_attributes(args, Shapes::Plain, &mut self.held);
        let start = self.held.attributes.len();
        for at in known.range() {
            let Some(attribute) = self.held.attributes.get(at).copied() else { continue };
            let is_same = |new: &&BatchAttribute| self.held.bytes(new.key) == self.held.bytes(attribute.key);
            let said_again = self.held.attributes.get(new.range()).into_iter().flatten().find(is_same);
            let value = said_again.map_or(attribute.value, |new| new.value);
            self.held.attributes.push(BatchAttribute { key: attribute.key, value });
        }
        let end = self.held.attributes.len();
        for at in new.range() {
            let Some(attribute) = self.held.attributes.get(at).copied() else { continue };
            let is_same = |old: &BatchAttribute| self.held.bytes(old.key) == self.held.bytes(attribute.key);
            if !self.held.attributes.get(start..end).into_iter().flatten().any(is_same) {
                self.held.attributes.push(attribute);
            }
        }
        self.held.attributes_since(start)
    }

    fn flow(&mut self, event: Event<'_>, time: Timestamp, track: u32, thread: u32) {
        let id = HASHER.hash_one((event.raw(b"cat"), event.raw(b"name"), event.id()));
        let (comes, leaves) = (matches!(event.phase, b't' | b'f'), matches!(event.phase, b's' | b't'));
        let is_next = event.phase == b'f' && event.raw(b"bp") != b"e";
        let what = Happened::Flow(Flow { id, name: self.text(event.name()), comes, leaves, is_next });
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

    fn text(&mut self, value: Option<Json<'_>>) -> Text {
        value.map(|value| push_text(value, &mut self.held)).unwrap_or_default()
    }

    /// What an event says besides its fields.
    fn attributes(&mut self, event: Event<'_>) -> Range32 {
        let start = self.held.attributes.len();
        match event.args() {
            Some(args) if args.kind() == JsonKind::Object => {
                push_attributes(args, Shapes::Plain, &mut self.held);
            }
            Some(args) if args.kind() != JsonKind::Null => self.attribute(b"args", args),
            _ => {}
        }
        for (key, value) in event.rest() {
            let key = push_text(key, &mut self.held);
            let value = push_value(value, Shapes::Plain, &mut self.held);
            self.held.attributes.push(BatchAttribute { key, value });
        }
        self.held.attributes_since(start)
    }

    fn attribute(&mut self, key: &[u8], value: Json<'_>) {
        let key = self.held.push_text(key);
        let value: BatchValue = push_value(value, Shapes::Plain, &mut self.held);
        self.held.attributes.push(BatchAttribute { key, value });
    }
}

#[cfg(test)]
mod tests;

fn index(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
