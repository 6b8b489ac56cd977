//! Searching traces for one text, in any case, without looking at every piece of every span: interned texts are judged
//! once per search, texts that are kept in records are found in the packed bytes. What it finds is exactly what
//! `SpanRef::any_text` shows; never anything else.

mod folded;
mod ids;

use std::fmt::Write as _;
use std::ops::Range;

use memchr::memmem::Finder;

use super::pool::Pool;
use super::trace::Trace;
use super::trace::row::Row;
use super::{SpanIdx, Store, TraceRef};
use crate::model::Value;
use crate::store::record::unpack::{Piece, Pieces};
use folded::Folded;
use ids::Ids;

/// Numbers whose verdict is remembered while records are walked.
const REMEMBERED: usize = 256;

/// So many spans are looked at first, then four times as many, and so on: where every span has the text, each is found at once.
const FIRST_STEP: u32 = 16;

/// Bytes that are sampled, of one trace and in all.
const SAMPLED: usize = 1 << 9;
const SAMPLE: usize = 1 << 14;

/// A prepared search. It stays right whatever happens to the store as long as [`Search::refresh`] was called since.
#[derive(Clone, Debug)]
pub struct Search {
    needle: Needle,
    names: Ids,
    /// Resources whose service or attributes match.
    resources: Ids,
    is_tuned: bool,
}

/// What is looked for.
#[derive(Clone, Debug)]
struct Needle {
    whole: Finder<'static>,
    /// For the packed bytes; only a needle of plain ASCII is found there.
    folded: Option<Folded>,
    /// Whether a number or a boolean may match.
    numeric: bool,
}

/// A letter in the case in which texts are compared: one by one, so that a part of a word is found too. Greek has a sigma of
/// its own for the end of words, which is not told apart.
pub fn lower(letter: char) -> impl Iterator<Item = char> {
    letter.to_lowercase().map(|letter| if letter == 'ς' { 'σ' } else { letter })
}

impl Search {
    /// A search for a text in lower case, as [`lower`] makes it.
    pub fn new(text: &str) -> Self {
        let numeric = text.bytes().all(|byte| byte.is_ascii_digit() || b"-.".contains(&byte))
            || ["true", "false", "nan", "-inf"].iter().any(|word| word.contains(text));
        let whole = Finder::new(text.as_bytes()).into_owned();
        let needle = Needle { whole, folded: Folded::new(text), numeric };
        Self { needle, names: Ids::default(), resources: Ids::default(), is_tuned: false }
    }

    /// Whether a text contains it, in any case.
    pub fn is_in(&self, text: &str) -> bool {
        self.needle.is_in(text, &mut String::new())
    }

    /// Takes in what is new in the store. Costs next to nothing when nothing is.
    pub fn refresh(&mut self, store: &Store) {
        self.update(&store.pool);
        if !std::mem::replace(&mut self.is_tuned, true)
            && let Some(folded) = &mut self.needle.folded
        {
            folded.tune(sample(store));
        }
    }

    /// Whether it is up to date with what a trace may refer to.
    fn is_fresh(&self, pool: &Pool) -> bool {
        self.names.births == pool.names.births() && self.resources.births == pool.resources.births()
    }

    fn update(&mut self, pool: &Pool) {
        if self.is_fresh(pool) {
            return;
        }
        let Self { needle, names, resources, .. } = self;
        let mut scratch = Scratch::default();
        for (id, text) in pool.names.born_after(names.births) {
            names.set(id, needle.is_in(text, &mut scratch.lower));
        }
        names.births = pool.names.births();
        for (id, entry) in pool.resources.born_after(resources.births) {
            let mut matches = |piece: Piece<'_>| needle.is_in_piece(piece, names, &mut scratch);
            let found =
                matches(Piece::Name(entry.service_name)) || Pieces::new(&entry.packed).visit_attributes(&mut matches);
            resources.set(id, found);
        }
        resources.births = pool.resources.births();
    }

    /// The first of a trace's rows from..to that it is in.
    fn first_in_rows(&self, trace: &Trace, mut part: Range<u32>) -> Option<u32> {
        let mut found = None;
        if !self.resources.is_empty() || !self.names.is_empty() {
            found = part.clone().find(|at| self.is_in_columns(trace.rows.row(*at)));
            part.end = found.unwrap_or(part.end);
        }
        let mut scratch = Scratch::default();
        // Interned texts and numbers are only found by walking the records.
        let packed = self.needle.folded.as_ref().filter(|_| self.names.is_empty() && !self.needle.numeric);
        match packed {
            Some(folded)
                if trace.replaced == 0 && !pieces(trace, &part).any(|(_, bytes)| folded.may_hide_in(bytes)) =>
            {
                self.first_in_packed(folded, trace, &part, &mut scratch).or(found)
            }
            _ => {
                part.into_iter().find(|at| self.is_in_record(trace.record(trace.rows.row(*at)), &mut scratch)).or(found)
            }
        }
    }

    /// Looks for the needle in the bytes; only the records where it occurs are read.
    fn first_in_packed(&self, folded: &Folded, trace: &Trace, part: &Range<u32>, scratch: &mut Scratch) -> Option<u32> {
        let rows = &trace.rows;
        pieces(trace, part).find_map(|(first, bytes)| {
            let mut from = 0;
            while let Some(at) = folded.find(bytes, from) {
                let position = first.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
                let row = rows.partition_point(|row| row.offset <= position).checked_sub(1)?;
                let record = trace.records.arena.at(rows.get(row).map_or(0, |row| row.offset));
                if self.is_in_record(record, scratch) {
                    return u32::try_from(row).ok();
                }
                from = rows
                    .get(row + 1)
                    .map_or(bytes.len(), |next| next.offset.saturating_sub(first) as usize)
                    .max(at + 1);
            }
            None
        })
    }

    fn is_in_columns(&self, row: &Row) -> bool {
        self.names.has(row.name) || self.resources.has(row.resource)
    }

    fn is_in_record(&self, record: &[u8], scratch: &mut Scratch) -> bool {
        Pieces::new(record).visit(&mut |piece| self.needle.is_in_piece(piece, &self.names, scratch))
    }
}

/// The bytes of the records of a trace's rows from..to, with the positions of their first bytes. Nothing was ever
/// replaced in the trace, so records stand in the order of their rows.
fn pieces<'a>(trace: &'a Trace, part: &Range<u32>) -> impl Iterator<Item = (u32, &'a [u8])> {
    let from = trace.rows.row(part.start).offset;
    let to = trace.rows.get(part.end as usize).map_or(u32::MAX, |row| row.offset);
    trace.records.arena.chunks().filter_map(move |(first, bytes)| {
        let within = |position: u32| (position.saturating_sub(first) as usize).min(bytes.len());
        let piece = bytes.get(within(from)..within(to)).filter(|piece| !piece.is_empty())?;
        Some((first.max(from), piece))
    })
}

/// Bytes of some records: a little of many traces, or more of one.
fn sample(store: &Store) -> Vec<u8> {
    let share = SAMPLE / store.trace_count().clamp(1, SAMPLE / SAMPLED);
    let traces = store.traces.iter().take(SAMPLE / SAMPLED);
    let first = traces.filter_map(|trace| trace.records.arena.chunks().next());
    first.flat_map(|(_, bytes)| bytes.get(..share).unwrap_or(bytes)).copied().collect()
}

/// What a look at some spans of a trace said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looked {
    /// It is in this span, and in none before.
    Found(u32),
    /// It is in no span before this one.
    NotBefore(u32),
}

impl TraceRef<'_> {
    /// Looks through at most `work` spans from `from` on for a text, in any case, in everything that
    /// [`super::SpanRef::any_text`] shows.
    pub fn look(self, search: &Search, from: u32, work: usize) -> Looked {
        let len = u32::try_from(self.len()).unwrap_or(u32::MAX);
        let to = len.min(from.saturating_add(u32::try_from(work).unwrap_or(u32::MAX)));
        self.with(search, |search| {
            let (mut at, mut step) = (from, FIRST_STEP);
            while at < to {
                let end = to.min(at.saturating_add(step));
                if let Some(found) = search.first_in_rows(self.trace, at..end) {
                    return Looked::Found(found);
                }
                (at, step) = (end, step.saturating_mul(4));
            }
            Looked::NotBefore(to)
        })
    }

    /// Whether any of its spans has the text.
    pub fn contains(self, search: &Search) -> bool {
        matches!(self.look(search, 0, usize::MAX), Looked::Found(_))
    }

    /// Whether one span has the text.
    pub fn says(self, search: &Search, span: SpanIdx) -> bool {
        let Some(row) = self.trace.rows.get(span.0 as usize) else { return false };
        self.with(search, |search| {
            search.is_in_columns(row) || search.is_in_record(self.trace.record(row), &mut Scratch::default())
        })
    }

    /// The search up to date with what the trace refers to.
    fn with<T>(self, search: &Search, look: impl FnOnce(&Search) -> T) -> T {
        if search.is_fresh(self.pool) {
            return look(search);
        }
        let mut search = search.clone();
        search.update(self.pool);
        look(&search)
    }
}

/// Memory that one search uses over and over.
#[derive(Default)]
struct Scratch {
    lower: String,
    number: String,
    /// Integers and their verdicts, each in the place of its lowest bits; empty until there is one.
    known: Vec<Option<(i64, bool)>>,
}

impl Needle {
    fn is_in_piece(&self, piece: Piece<'_>, names: &Ids, scratch: &mut Scratch) -> bool {
        match piece {
            Piece::Name(id) => names.has(id),
            Piece::Text(bytes) => self.is_in(std::str::from_utf8(bytes).unwrap_or_default(), &mut scratch.lower),
            Piece::Value(Value::Str(text) | Value::Json(text)) => self.is_in(text, &mut scratch.lower),
            Piece::Value(Value::Bytes(_)) => false,
            Piece::Value(Value::Int(int)) => self.numeric && self.is_in_int(int, scratch),
            Piece::Value(Value::Double(double)) => {
                scratch.number.clear();
                self.numeric
                    && write!(scratch.number, "{double}").is_ok()
                    && self.is_in(&scratch.number, &mut scratch.lower)
            }
            Piece::Value(Value::Bool(bool)) => {
                self.numeric && self.is_in(if bool { "true" } else { "false" }, &mut scratch.lower)
            }
        }
    }

    fn is_in_int(&self, int: i64, scratch: &mut Scratch) -> bool {
        if scratch.known.is_empty() {
            scratch.known.resize(REMEMBERED, None);
        }
        let place = usize::from(int.to_le_bytes()[0]) % REMEMBERED;
        if let Some((known, verdict)) = scratch.known.get(place).copied().flatten()
            && known == int
        {
            return verdict;
        }
        scratch.number.clear();
        let verdict = write!(scratch.number, "{int}").is_ok() && self.is_in(&scratch.number, &mut scratch.lower);
        if let Some(known) = scratch.known.get_mut(place) {
            *known = Some((int, verdict));
        }
        verdict
    }

    fn is_in(&self, text: &str, lower: &mut String) -> bool {
        if text.is_ascii() {
            let Some(folded) = &self.folded else { return self.whole.needle().is_empty() };
            return folded.find(text.as_bytes(), 0).is_some();
        }
        lower.clear();
        lower.extend(text.chars().flat_map(self::lower));
        self.whole.find(lower.as_bytes()).is_some()
    }
}
