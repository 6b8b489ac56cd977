//! When the rows of a tree ran, as of the moment the tree was built. Whatever draws or measures a trace reads times from
//! here and never from the store, which may be further on: one picture, one revision.

use crate::model::Timestamp;

/// The times of a tree's rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    rows: Vec<Interval>,
    /// Start of the earliest span and end of the latest; ends may lie beyond what a timestamp can say.
    extent: Option<(Timestamp, i128)>,
}

/// A stretch of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Interval {
    /// When it begins.
    pub start: Timestamp,
    /// Its length in ns.
    pub duration: u64,
}

impl Interval {
    /// When it ends; the latest time there is when it ends later still.
    pub fn end(self) -> Timestamp {
        self.start.plus(self.duration)
    }
}

impl Timeline {
    /// Room for so many rows.
    pub(super) fn with_capacity(rows: usize) -> Self {
        Self { rows: Vec::with_capacity(rows), extent: None }
    }

    /// Adds the next row. A placeholder has a place in time and no part in the extent.
    pub(super) fn push(&mut self, row: Interval, is_span: bool) {
        self.rows.push(row);
        if is_span {
            let end = i128::from(row.start.0) + i128::from(row.duration);
            let (first, last) = self.extent.unwrap_or((row.start, end));
            self.extent = Some((first.min(row.start), last.max(end)));
        }
    }

    /// Start of the earliest span: what offsets count from.
    pub fn origin(&self) -> Timestamp {
        self.extent.map(|(first, _)| first).unwrap_or_default()
    }

    /// From the start of the earliest span to the end of the latest, in ns.
    pub fn total(&self) -> u64 {
        self.extent.map_or(0, |(first, last)| u64::try_from(last - i128::from(first.0)).unwrap_or(u64::MAX))
    }

    /// When a row ran; a placeholder begins with the first of its children and takes no time.
    pub fn row(&self, at: u32) -> Option<Interval> {
        self.rows.get(at as usize).copied()
    }

    /// Start of a row in ns after the origin.
    pub fn offset(&self, row: Interval) -> u64 {
        row.start.since(self.origin())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_beyond_the_last_timestamp_keeps_every_nanosecond() {
        let mut timeline = Timeline::default();
        let start = Timestamp(1_700_000_000_000_000_000);
        timeline.push(Interval { start: Timestamp(0), duration: 0 }, false);
        timeline.push(Interval { start, duration: i64::MAX.cast_unsigned() }, true);
        assert_eq!((timeline.origin(), timeline.total()), (start, i64::MAX.cast_unsigned()));
    }
}
