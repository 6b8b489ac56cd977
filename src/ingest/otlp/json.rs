//! OTLP/JSON: documents one after the other, entered level by level down to the spans and log records, each of which goes on
//! the tape alone.
//!
//! Takes what surrounds `resourceSpans` and `resourceLogs` in files and answers too: lists of documents, Tempo's `batches`, an object around.

use super::MAX_DEPTH;
use super::draft::service;
use super::json_log::decode as decode_log;
use super::json_span::{decode, push_attributes};
use super::json_value::{member, plain, room};
use crate::ingest::body::{Body, Progress, is_full};
use crate::ingest::json::{Json as Value, Outcome, Pull, Stop, Tape, push_text};
use crate::model::{BatchLog, Place, SpanBatch, SpanWriter, Text, Value as Held};

/// Lists of scopes, by the names of any version.
pub(super) const SCOPES: &[&[u8]] =
    &[b"scopespans", b"instrumentationlibraryspans", b"scopelogs", b"instrumentationlibrarylogs"];

/// A request or file being decoded.
#[derive(Debug)]
pub struct Json<'a> {
    bytes: &'a [u8],
    source: &'static str,
    pull: Pull<'a>,
    /// What is open, the innermost last.
    open: Vec<Level<'a>>,
    tape: Tape,
    /// For resources and scopes.
    side: Tape,
}

#[derive(Clone, Copy, Debug)]
enum Level<'a> {
    /// An object, and what was found in it: the resource or the scope of the spans inside.
    Object { is_first: bool, resource: Option<&'a [u8]>, scope: Option<&'a [u8]> },
    /// A list of objects.
    Objects { is_first: bool },
    /// A list of spans.
    Spans { is_first: bool },
    /// A list of log records.
    Logs { is_first: bool },
}

/// What spans share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Resource,
    Scope,
}

impl Part {
    fn is_named(self, name: &[u8]) -> bool {
        match self {
            Self::Resource => name == b"resource",
            Self::Scope => matches!(name, b"scope" | b"instrumentationlibrary"),
        }
    }
}

/// What the batch at hand holds of the span's surroundings, by where those stand in the text.
#[derive(Clone, Copy, Default)]
struct Shared {
    source: Text,
    resource: Option<(usize, u32)>,
    scope: Option<(usize, (Text, Text))>,
}

/// What a step found.
enum Step {
    /// Something on the way.
    On,
    /// A span on the tape, from here to there.
    Span(usize, usize),
    /// A log record.
    Log(usize, usize),
    Done,
}

impl<'a> Json<'a> {
    /// Begins with the text; `source` is for the spans.
    pub fn new(body: &'a [u8], source: &'static str) -> Self {
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
        let (tape, side) = (Tape::default(), Tape::default());
        Self { bytes: body, source, pull: Pull::new(body), open: Vec::new(), tape, side }
    }

    fn step(&mut self) -> Result<Step, Stop> {
        if self.open.len() > MAX_DEPTH {
            return Err(Stop::Broken("it is nested deeper than 64 levels"));
        }
        let Some(level) = self.open.last_mut() else { return self.document() };
        match level {
            Level::Object { is_first, .. } => match self.pull.key(is_first)? {
                Some(key) => self.member(key)?,
                None => drop(self.open.pop()),
            },
            Level::Objects { is_first } => match (self.pull.item(is_first)?, self.pull.peek()) {
                (false, _) => drop(self.open.pop()),
                (true, Some(b'{')) => self.enter(object()),
                (true, Some(b'[')) => self.enter(Level::Objects { is_first: true }),
                (true, _) => drop(self.pull.skip()?),
            },
            Level::Spans { is_first } => match (self.pull.item(is_first)?, self.pull.peek()) {
                (false, _) => drop(self.open.pop()),
                (true, Some(b'{')) => return self.object().map(|(start, end)| Step::Span(start, end)),
                (true, _) => drop(self.pull.skip()?),
            },
            Level::Logs { is_first } => match (self.pull.item(is_first)?, self.pull.peek()) {
                (false, _) => drop(self.open.pop()),
                (true, Some(b'{')) => return self.object().map(|(start, end)| Step::Log(start, end)),
                (true, _) => drop(self.pull.skip()?),
            },
        }
        Ok(Step::On)
    }

    fn document(&mut self) -> Result<Step, Stop> {
        match self.pull.peek() {
            None => return Ok(Step::Done),
            Some(b'{') => self.enter(object()),
            Some(b'[') => self.enter(Level::Objects { is_first: true }),
            // A record separator (RFC 7464), or a comma that somebody left.
            Some(0x1e | b',') => self.pull.advance(1),
            Some(_) => return Err(Stop::Broken("a value is missing")),
        }
        Ok(Step::On)
    }

    fn enter(&mut self, level: Level<'a>) {
        self.pull.advance(1);
        self.open.push(level);
    }

    /// Enters what leads to spans, notes what they share, skips the rest.
    fn member(&mut self, key: &[u8]) -> Result<(), Stop> {
        let name = &mut room();
        let first = self.pull.peek();
        match (plain(key, name), first) {
            (b"resourcespans" | b"resourcelogs" | b"batches" | b"data", Some(b'[')) => {
                self.enter(Level::Objects { is_first: true });
            }
            (b"trace" | b"result" | b"data", Some(b'{')) => self.enter(object()),
            (name, Some(b'{')) if Part::Resource.is_named(name) => self.note(Part::Resource)?,
            (name, Some(b'{')) if Part::Scope.is_named(name) => self.note(Part::Scope)?,
            (name, Some(b'[')) if SCOPES.contains(&name) => {
                self.look_ahead(Part::Resource);
                self.enter(Level::Objects { is_first: true });
            }
            (b"spans", Some(b'[')) => {
                self.look_ahead(Part::Scope);
                self.enter(Level::Spans { is_first: true });
            }
            (b"logrecords" | b"logs", Some(b'[')) => {
                self.look_ahead(Part::Scope);
                self.enter(Level::Logs { is_first: true });
            }
            _ => drop(self.pull.skip()?),
        }
        Ok(())
    }

    /// Notes the value that stands here as the resource or the scope of the object at hand.
    fn note(&mut self, part: Part) -> Result<(), Stop> {
        let value = self.pull.skip()?;
        if let Some(slot) = self.slot(part) {
            *slot = Some(value);
        }
        Ok(())
    }

    fn slot(&mut self, part: Part) -> Option<&mut Option<&'a [u8]>> {
        match (self.open.last_mut(), part) {
            (Some(Level::Object { resource, .. }), Part::Resource) => Some(resource),
            (Some(Level::Object { scope, .. }), Part::Scope) => Some(scope),
            (Some(Level::Objects { .. } | Level::Spans { .. } | Level::Logs { .. }) | None, _) => None,
        }
    }

    /// Looks for the resource or scope behind the spans, where it did not stand before them. What is damaged there is found
    /// when reading comes there.
    fn look_ahead(&mut self, part: Part) {
        let mut ahead = self.pull;
        let Some(slot) = self.slot(part).filter(|slot| slot.is_none()) else { return };
        while ahead.skip().is_ok() {
            let Ok(Some(key)) = ahead.key(&mut false) else { break };
            if part.is_named(plain(key, &mut room())) && ahead.peek() == Some(b'{') {
                *slot = ahead.skip().ok();
                break;
            }
        }
    }

    /// Puts the object that stands here on the tape: from where to where.
    fn object(&mut self) -> Result<(usize, usize), Stop> {
        let start = self.pull.position();
        match self.tape.parse(self.pull.rest()) {
            Outcome::Complete(length) => {
                self.pull.advance(length);
                Ok((start, start + length))
            }
            Outcome::Incomplete => Err(Stop::End),
            Outcome::Broken(reason) => Err(Stop::Broken(reason)),
        }
    }

    /// What stands around the item at hand, in the batch: its resource, and its scope's name and version.
    fn surroundings(&mut self, shared: &mut Shared, batch: &mut SpanBatch) -> (u32, (Text, Text)) {
        let (mut resource, mut scope): (&[u8], &[u8]) = (&[], &[]);
        for level in &self.open {
            if let Level::Object { resource: own, scope: inner, .. } = level {
                resource = own.unwrap_or(resource);
                scope = inner.unwrap_or(scope);
            }
        }
        let place = resource.as_ptr().addr();
        let index = match shared.resource {
            Some((known, index)) if known == place => index,
            _ => shared.resource.insert((place, push_resource(resource, &mut self.side, batch))).1,
        };
        let place = scope.as_ptr().addr();
        let scope = match shared.scope {
            Some((known, scope)) if known == place => scope,
            _ => shared.scope.insert((place, push_scope(scope, &mut self.side, batch))).1,
        };
        (index, scope)
    }

    fn push(&mut self, (start, end): (usize, usize), shared: &mut Shared, batch: &mut SpanBatch) {
        let (index, (name, version)) = self.surroundings(shared, batch);
        let bytes = self.bytes.get(start..end).unwrap_or_default();
        let mut span = SpanWriter::new(batch);
        span.row.resource = index;
        (span.row.scope_name, span.row.scope_version) = (name, version);
        span.row.source = shared.source;
        if !decode(self.tape.root(bytes), span) {
            batch.push_problem(Place::Byte(start as u64), "a span without ids".to_owned(), bytes);
        }
    }

    fn push_log(&mut self, (start, end): (usize, usize), shared: &mut Shared, batch: &mut SpanBatch) {
        let (resource, (scope, _)) = self.surroundings(shared, batch);
        let bytes = self.bytes.get(start..end).unwrap_or_default();
        let log = BatchLog { resource, scope, source: shared.source, ..BatchLog::default() };
        decode_log(self.tape.root(bytes), log, batch);
    }

    fn broken(&self, stop: Stop, batch: &mut SpanBatch) -> Progress {
        let reason = match stop {
            Stop::End => "the JSON text ends in the middle",
            Stop::Broken(reason) => reason,
        };
        let at = Place::Byte(self.pull.position() as u64);
        batch.push_problem(at, format!("no OTLP/JSON: {reason}"), self.pull.rest());
        Progress::Broken
    }
}

impl Body for Json<'_> {
    fn fill(&mut self, batch: &mut SpanBatch, limit: usize) -> Progress {
        let mut shared = Shared { source: batch.push_text(self.source.as_bytes()), ..Shared::default() };
        loop {
            match self.step() {
                Ok(Step::On) => continue,
                Ok(Step::Span(start, end)) => self.push((start, end), &mut shared, batch),
                Ok(Step::Log(start, end)) => self.push_log((start, end), &mut shared, batch),
                Ok(Step::Done) => return Progress::Done,
                Err(stop) => return self.broken(stop, batch),
            }
            if is_full(batch, limit) {
                return Progress::More;
            }
        }
    }
}

fn object<'a>() -> Level<'a> {
    Level::Object { is_first: true, resource: None, scope: None }
}

fn push_resource(bytes: &[u8], tape: &mut Tape, batch: &mut SpanBatch) -> u32 {
    let is_whole = matches!(tape.parse(bytes), Outcome::Complete(_));
    resource_of(is_whole.then(|| tape.root(bytes)), batch)
}

/// Puts a resource into the batch.
pub(super) fn resource_of(resource: Option<Value<'_>>, batch: &mut SpanBatch) -> u32 {
    let none = batch.attributes_since(batch.attributes.len());
    let attributes = resource.map_or(none, |resource| push_attributes(resource, batch));
    let named = batch.attributes(attributes).find(|attribute| attribute.key == "service.name");
    let name = named.and_then(|attribute| if let Held::Str(name) = attribute.value { Some(name) } else { None });
    let name = service(name);
    let name = batch.push_text(name.as_bytes());
    batch.push_resource(name, attributes)
}

fn push_scope(bytes: &[u8], tape: &mut Tape, batch: &mut SpanBatch) -> (Text, Text) {
    let Outcome::Complete(_) = tape.parse(bytes) else { return Default::default() };
    scope_of(tape.root(bytes), batch)
}

/// Puts the name and version of a scope into the batch.
pub(super) fn scope_of(scope: Value<'_>, batch: &mut SpanBatch) -> (Text, Text) {
    let name = member(scope, b"name").map(|name| push_text(name, batch)).unwrap_or_default();
    let version = member(scope, b"version").map(|version| push_text(version, batch)).unwrap_or_default();
    (name, version)
}
