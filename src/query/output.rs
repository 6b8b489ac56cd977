//! What programs printed and logged, in time order, with a row for each trace that begins in between.
//!
//! The list goes on from where it stood: what is new is looked at once, in slices, and put in its place. It is made anew when
//! what is asked for changes.

mod fold;
mod near;
mod row;

use std::collections::{HashMap, HashSet};

use crate::model::{Severity, Timestamp, TraceId};
use crate::store::{RecordRef, Search, Store, TraceRef, lower};
use fold::{Folding, parts};
pub use near::{Near, NearSpan, near};
pub use row::{Body, OutputRow, row};

/// Traces whose beginning may still move because spans of theirs are on the way: the last that came.
const MOVING: usize = 1_000;

/// Traces are shown that ended so long before the first record, in ns, and later.
const MARGIN: i64 = 60_000_000_000;

/// What a row stands for: what stays the same about it, whatever arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum What {
    /// A trace begins.
    Root(TraceId),
    /// A log record or a line of output, by its number, and the lines that are folded under it or follow as rows: part 0 is
    /// its own first line.
    Part(u64, u32),
}

/// A row, in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    /// Where it stands in time order.
    pub place: Timestamp,
    /// What it stands for.
    pub what: What,
    /// Lines that belong to it: folded away, or rows of their own. 0 for all but part 0.
    pub parts: u32,
}

/// What is asked for: words that each must occur, in any case, and the least severity.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    text: String,
    words: Vec<Search>,
    /// What is graver or as grave is shown; of what nobody says how grave it is, as of information.
    pub least: Severity,
}

impl Wanted {
    /// Words as typed, at white space.
    pub fn new(text: &str, least: Severity) -> Self {
        let folded: String = text.chars().flat_map(lower).collect();
        let words = folded.split_whitespace().map(Search::new).collect();
        Self { text: text.trim().to_string(), words, least }
    }

    /// The words as typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether everything is shown.
    pub fn is_all(&self) -> bool {
        self.words.is_empty() && self.least <= Severity::TRACE
    }

    fn is_grave(&self, severity: Severity) -> bool {
        let severity = if severity == Severity::UNSPECIFIED { Severity::INFO } else { severity };
        severity >= self.least
    }

    fn takes(&self, record: RecordRef<'_>) -> bool {
        self.is_grave(record.severity()) && self.words.iter().all(|word| record.any_text(&mut |text| word.is_in(text)))
    }

    fn takes_root(&self, trace: TraceRef<'_>) -> bool {
        let root = trace.root();
        let severity = if trace.errors() > 0 { Severity::ERROR } else { Severity::INFO };
        self.is_grave(severity)
            && self.words.iter().all(|word| {
                word.is_in(root.service()) || word.is_in(root.name()) || word.is_in(&trace.id().to_string())
            })
    }
}

/// The list. See the file's head.
#[derive(Debug, Default)]
pub struct Output {
    wanted: Wanted,
    rows: Vec<Row>,
    unfolded: HashSet<u64>,
    /// The number of the record that is next to be looked at.
    next: u64,
    /// The arrival of the last trace that was looked at.
    arrival: u64,
    roots: HashMap<TraceId, Timestamp>,
    folding: Folding,
    /// Of the store when the list was last brought in line.
    first: u64,
    changes: u64,
    evicted: u64,
    /// Traces that ended before are not shown: nothing was logged or printed then.
    since: Option<Timestamp>,
}

impl Output {
    /// Asks for something else: the list begins anew.
    pub fn ask(&mut self, wanted: Wanted) {
        let unfolded = std::mem::take(&mut self.unfolded);
        *self = Self { wanted, unfolded, ..Self::default() };
    }

    /// What is asked for.
    pub fn wanted(&self) -> &Wanted {
        &self.wanted
    }

    /// The rows, in time order.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The row that stands for something, or for what it is part of.
    pub fn find(&self, what: What) -> Option<usize> {
        let is = |wanted: What| self.rows.iter().rposition(|row| row.what == wanted);
        is(what).or_else(|| match what {
            What::Part(number, part) if part > 0 => is(What::Part(number, 0)),
            What::Part(..) | What::Root(_) => None,
        })
    }

    /// The first row at or after a time.
    pub fn at(&self, time: Timestamp) -> usize {
        self.rows.partition_point(|row| row.place < time)
    }

    /// Whether the lines under a record are rows of their own.
    pub fn is_unfolded(&self, number: u64) -> bool {
        self.unfolded.contains(&number)
    }

    /// Shows or folds the lines under a record.
    pub fn fold(&mut self, number: u64, is_unfolded: bool) {
        let Some(at) = self.find(What::Part(number, 0)) else { return };
        let Some(row) = self.rows.get(at).copied() else { return };
        if is_unfolded && row.parts > 0 && self.unfolded.insert(number) {
            let behind = self.rows.split_off(at + 1);
            self.rows.extend(under(row).chain(behind));
        } else if !is_unfolded && self.unfolded.remove(&number) {
            let end = self.rows.iter().skip(at + 1).take_while(|row| is_under(row, number)).count();
            self.rows.drain(at + 1..=at + end);
        }
    }

    /// How far a list goes that shows all there is: the number of the next record, and the arrival of the last trace.
    pub fn end(store: &Store) -> (u64, u64) {
        (store.records().end, store.traces().next_back().map_or(0, TraceRef::arrival))
    }

    /// Brings the list in line with the store as far as `until`, looking at `work` records and traces at most; whether that
    /// was enough.
    pub fn refresh(&mut self, store: &Store, work: usize, until: (u64, u64)) -> bool {
        self.drop_gone(store);
        for word in &mut self.wanted.words {
            word.refresh(store);
        }
        let numbers = store.records();
        self.next = self.next.max(numbers.start);
        let last = numbers.end.min(until.0).max(self.next);
        let end = last.min(self.next.saturating_add(work as u64));
        let mut new = Vec::new();
        for number in self.next..end {
            if let Some(record) = store.record(number) {
                self.look(record, &mut new);
            }
        }
        let used = usize::try_from(end - self.next).unwrap_or(usize::MAX);
        self.next = end;
        let is_done = self.look_for_roots(store, work - used, until.1, &mut new);
        self.put(new);
        end == last && is_done
    }

    fn look(&mut self, record: RecordRef<'_>, new: &mut Vec<Row>) {
        let number = record.number();
        if self.since.is_none_or(|since| record.place() < since) {
            // A little earlier, so that what is out of order by a little does not come here again and again.
            self.since = Some(Timestamp(record.place().0.saturating_sub(MARGIN)));
            self.arrival = 0;
        }
        if let Some((head, part)) = self.folding.under(record) {
            let found = match new.iter().rposition(|row| row.what == What::Part(head, 0)) {
                Some(at) => new.get_mut(at),
                None => self.find(What::Part(head, 0)).and_then(|at| self.rows.get_mut(at)),
            };
            if let Some(row) = found {
                row.parts = part;
                let place = row.place;
                if self.unfolded.contains(&head) {
                    new.push(Row { place, what: What::Part(head, part), parts: 0 });
                }
                return;
            }
        }
        if self.wanted.takes(record) {
            let row = Row { place: record.place(), what: What::Part(number, 0), parts: parts(record) };
            new.push(row);
            if self.unfolded.contains(&number) {
                new.extend(under(row));
            }
        }
    }

    /// Looks at traces that are new.
    fn look_for_roots(&mut self, store: &Store, work: usize, until: u64, new: &mut Vec<Row>) -> bool {
        self.look_again(store, new);
        let Some(since) = self.since else { return true };
        let mut left = work;
        for trace in store.traces_after(self.arrival).take_while(|trace| trace.arrival() <= until) {
            if left == 0 {
                return false;
            }
            left -= 1;
            self.arrival = trace.arrival();
            if trace.end() >= since && !self.roots.contains_key(&trace.id()) && self.wanted.takes_root(trace) {
                self.roots.insert(trace.id(), trace.start());
                new.push(Row { place: trace.start(), what: What::Root(trace.id()), parts: 0 });
            }
        }
        true
    }

    /// Looks again at the last traces: spans that came since may begin earlier, or have failed.
    fn look_again(&mut self, store: &Store, new: &mut Vec<Row>) {
        let mut is_moved = false;
        let known = store.traces().rev().skip_while(|trace| trace.arrival() > self.arrival).take(MOVING);
        for trace in known {
            match self.roots.get_mut(&trace.id()) {
                Some(place) if *place != trace.start() => {
                    *place = trace.start();
                    is_moved = true;
                }
                None if self.since.is_some_and(|since| trace.end() >= since) && self.wanted.takes_root(trace) => {
                    self.roots.insert(trace.id(), trace.start());
                    new.push(Row { place: trace.start(), what: What::Root(trace.id()), parts: 0 });
                }
                Some(_) | None => {}
            }
        }
        if is_moved {
            let place = |row: &Row| if let What::Root(id) = row.what { self.roots.get(&id).copied() } else { None };
            self.rows.retain(|row| match place(row).filter(|place| *place != row.place) {
                Some(place) => {
                    new.push(Row { place, ..*row });
                    false
                }
                None => true,
            });
        }
    }

    /// Puts new rows in their places: nearly always behind all others.
    fn put(&mut self, mut new: Vec<Row>) {
        if new.is_empty() {
            return;
        }
        let key = |row: &Row| (row.place, row.what);
        new.sort_unstable_by_key(key);
        let Some(least) = new.first().map(key) else { return };
        let cut = self.rows.partition_point(|row| key(row) < least);
        new.extend(self.rows.drain(cut..));
        // Two runs that are in order already.
        new.sort_by_key(key);
        self.rows.append(&mut new);
    }

    /// Lets rows go whose records or traces have left the store.
    fn drop_gone(&mut self, store: &Store) {
        let (first, changes, evicted) = (store.records().start, store.record_changes(), store.totals().evicted_traces);
        let mut moved = Vec::new();
        if changes != self.changes || evicted != self.evicted {
            self.rows.retain(|row| match row.what {
                What::Root(id) => store.trace(id).is_some(),
                What::Part(number, _) => match store.record(number).map(RecordRef::place) {
                    Some(place) if place != row.place => {
                        moved.push(Row { place, ..*row });
                        false
                    }
                    place => place.is_some(),
                },
            });
        } else if first != self.first {
            self.rows.retain(|row| !matches!(row.what, What::Part(number, _) if number < first));
        }
        self.put(moved);
        if evicted != self.evicted {
            self.roots.retain(|id, _| store.trace(*id).is_some());
        }
        (self.first, self.changes, self.evicted) = (first, changes, evicted);
    }
}

/// The rows under one whose lines are shown.
fn under(row: Row) -> impl Iterator<Item = Row> {
    let number = if let What::Part(number, _) = row.what { number } else { 0 };
    (1..=row.parts).map(move |part| Row { place: row.place, what: What::Part(number, part), parts: 0 })
}

fn is_under(row: &Row, head: u64) -> bool {
    matches!(row.what, What::Part(number, part) if number == head && part > 0)
}
