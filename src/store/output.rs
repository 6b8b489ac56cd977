//! What programs printed and logged, in the order in which it came: the last of it, within an eighth of the store's budget.
//!
//! Records have numbers that go on for ever, so that who reads on from a number misses nothing and sees nothing twice. A
//! trace's log records leave with their trace.

use std::collections::{HashMap, VecDeque};
use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use foldhash::quality::FixedState;

use super::pool::Pool;
use super::record::log::pack_line;
use super::record::pack::Packer;
use super::record::unpack::{Piece, Pieces};
use crate::model::{BatchLog, OutputLine, Severity, SpanBatch, SpanId, Timestamp, TraceId};

/// A line that came so long after the span before it had ended, in ns, was not printed when it came.
const REPLAYED: u64 = 60_000_000_000;

/// Inputs whose place in time is remembered.
const MOST_INPUTS: usize = 1024;

/// See the file's head.
#[derive(Debug, Default)]
pub(super) struct Output {
    records: VecDeque<Option<Record>>,
    /// The number of the first record.
    first: u64,
    /// The log records of each trace: their spans and numbers.
    of_trace: HashMap<TraceId, VecDeque<(SpanId, u64)>, RandomState>,
    packed: usize,
    held: usize,
    /// How often records left from the middle or changed their place.
    pub(super) changes: u64,
    /// Log records and lines that have left.
    pub(super) gone: u64,
    pub(super) logs: u64,
    inputs: HashMap<u64, Input, RandomState>,
    most: usize,
    scratch: Vec<u8>,
}

/// What is known of an input whose lines came.
#[derive(Clone, Copy, Debug)]
struct Input {
    /// The place of its last line: those that follow stand behind it.
    last: Timestamp,
    /// The number of its first line, as long as no span has said whether it is read as it is printed.
    unsettled: Option<u64>,
}

/// A log record, or a line of output.
#[derive(Debug)]
pub(super) struct Record {
    /// Where it stands in time order.
    pub(super) place: Timestamp,
    /// Whether it happened then; of a line that is read from a file only the order is known.
    pub(super) is_timed: bool,
    pub(super) severity: Severity,
    pub(super) from: From,
    pub(super) trace_id: TraceId,
    pub(super) span_id: SpanId,
    pub(super) packed: Box<[u8]>,
}

/// Where a record comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum From {
    /// A log record of this resource.
    Resource(u32),
    /// A line of the input of this name.
    Input(u32),
}

impl Output {
    /// Keeps to so many bytes.
    pub(super) fn new(most: usize) -> Self {
        Self { most, ..Self::default() }
    }

    /// Takes in the lines and log records of a batch.
    pub(super) fn extend(&mut self, batch: &SpanBatch, pool: &mut Pool) {
        for line in &batch.lines {
            self.add_line(line, pool);
            self.make_room(pool);
        }
        self.logs += batch.logs.len() as u64;
        let mut known: Option<(u32, u32)> = None;
        for log in &batch.logs {
            let resource = match known {
                Some((place, id)) if place == log.resource => {
                    pool.resources.retain(id);
                    id
                }
                _ => {
                    let resource = batch.resources.get(log.resource as usize).copied().unwrap_or_default();
                    pool.acquire_resource(batch, &resource, &mut self.scratch)
                }
            };
            self.add_log(batch, log, resource, pool);
            let before = self.gone;
            self.make_room(pool);
            // Of a store so small that even this one may have left, nothing is known of its resource.
            known = Some((log.resource, resource)).filter(|_| self.gone == before);
        }
    }

    fn add_log(&mut self, batch: &SpanBatch, log: &BatchLog, resource: u32, pool: &mut Pool) {
        self.scratch.clear();
        Packer { names: &mut pool.names, batch, out: &mut self.scratch }.log(log);
        if log.trace_id.0 != 0 {
            let number = self.first + self.records.len() as u64;
            self.of_trace.entry(log.trace_id).or_default().push_back((log.span_id, number));
        }
        self.push(Record {
            place: log.time,
            is_timed: true,
            severity: log.severity,
            from: From::Resource(resource),
            trace_id: log.trace_id,
            span_id: log.span_id,
            packed: self.scratch.as_slice().into(),
        });
    }

    fn add_line(&mut self, line: &OutputLine, pool: &mut Pool) {
        self.scratch.clear();
        pack_line(line, &mut self.scratch);
        let number = self.first + self.records.len() as u64;
        let (place, is_timed) = self.place(line, number);
        self.push(Record {
            place,
            is_timed,
            severity: line.severity,
            from: From::Input(pool.names.acquire(line.origin.as_bytes())),
            trace_id: TraceId::default(),
            span_id: SpanId::default(),
            packed: self.scratch.as_slice().into(),
        });
    }

    /// Where a line stands in time, never before the line that precedes it in its input: when it came, or behind the span
    /// that was printed before it, where it came long after that had ended. Whether this time is its own.
    fn place(&mut self, line: &OutputLine, number: u64) -> (Timestamp, bool) {
        let key = FixedState::default().hash_one(&*line.origin);
        if self.inputs.len() >= MOST_INPUTS && !self.inputs.contains_key(&key) {
            self.inputs.clear();
        }
        let start = Input { last: Timestamp(i64::MIN), unsettled: Some(number) };
        let mut input = *self.inputs.entry(key).or_insert(start);
        let printed = match (line.after, line.arrived) {
            (Some(after), Some(arrived)) if arrived.since(after) < REPLAYED => Some(arrived),
            (None, Some(arrived)) => Some(arrived),
            (_, _) => None,
        };
        if let Some(after) = line.after
            && let Some(since) = input.unsettled.take()
            && printed.is_none()
        {
            self.replay(since, number, after);
            input.last = Timestamp(i64::MIN);
        }
        let place = printed.or(line.after).unwrap_or(input.last).max(input.last);
        input.last = place;
        self.inputs.insert(key, input);
        (place, printed == Some(place))
    }

    /// Lines that seemed to be printed as they came were not, as the first span behind them shows.
    fn replay(&mut self, since: u64, before: u64, place: Timestamp) {
        let first = usize::try_from(since.saturating_sub(self.first)).unwrap_or(usize::MAX);
        let count = usize::try_from(before - since.max(self.first).min(before)).unwrap_or(usize::MAX);
        for record in self.records.iter_mut().skip(first).take(count).flatten() {
            if matches!(record.from, From::Input(_)) {
                (record.place, record.is_timed) = (record.place.min(place), false);
            }
        }
        self.changes += 1;
    }

    fn push(&mut self, record: Record) {
        self.packed += record.packed.len();
        self.held += 1;
        self.records.push_back(Some(record));
    }

    /// Lets the oldest go until what is held fits.
    fn make_room(&mut self, pool: &mut Pool) {
        while self.records.len() * size_of::<Option<Record>>() + self.packed > self.most {
            let Some(record) = self.records.pop_front() else { break };
            self.first += 1;
            let Some(record) = record else { continue };
            if let Some(list) = self.of_trace.get_mut(&record.trace_id) {
                list.pop_front();
                if list.is_empty() {
                    self.of_trace.remove(&record.trace_id);
                }
            }
            self.release(&record, pool);
        }
        if self.records.len() < self.records.capacity() / 8 {
            self.records.shrink_to_fit();
        }
    }

    /// Lets the log records of a trace go.
    pub(super) fn forget(&mut self, trace: TraceId, pool: &mut Pool) {
        let Some(list) = self.of_trace.remove(&trace) else { return };
        for (_, number) in list {
            let place = usize::try_from(number - self.first).unwrap_or(usize::MAX);
            if let Some(record) = self.records.get_mut(place).and_then(Option::take) {
                self.release(&record, pool);
                self.changes += 1;
            }
        }
    }

    fn release(&mut self, record: &Record, pool: &mut Pool) {
        self.packed -= record.packed.len();
        self.held -= 1;
        self.gone += 1;
        match record.from {
            From::Input(name) => pool.names.release(name),
            From::Resource(resource) => {
                let names = &mut pool.names;
                Pieces::new(&record.packed).visit_log(&mut |piece| {
                    if let Piece::Name(id) = piece {
                        names.release(id);
                    }
                    false
                });
                pool.release_resource(resource);
            }
        }
    }

    /// Records held.
    pub(super) fn len(&self) -> usize {
        self.held
    }

    /// The number of the oldest record that may be held, and the one that the next will have.
    pub(super) fn numbers(&self) -> std::ops::Range<u64> {
        self.first..self.first + self.records.len() as u64
    }

    pub(super) fn get(&self, number: u64) -> Option<&Record> {
        let place = usize::try_from(number.checked_sub(self.first)?).ok()?;
        self.records.get(place)?.as_ref()
    }

    /// The log records of a trace: their spans and numbers, in the order in which they came.
    pub(super) fn of_trace(&self, trace: TraceId) -> impl Iterator<Item = (SpanId, u64)> {
        self.of_trace.get(&trace).into_iter().flatten().copied()
    }

    pub(super) fn bytes(&self) -> usize {
        let of_trace = self.of_trace.capacity() * size_of::<(TraceId, VecDeque<(SpanId, u64)>)>();
        let numbers = self.held * size_of::<(SpanId, u64)>();
        self.records.capacity() * size_of::<Option<Record>>() + self.packed + of_trace + numbers
    }
}
