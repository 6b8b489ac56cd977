//! When the next frame is due. Knows no clock: instants come in, an instant goes out.

use std::time::{Duration, Instant};

/// Frames for input are at least this far apart.
const INPUT: Duration = Duration::from_millis(16);

/// Frames for spans alone are at least this far apart.
const SPANS: Duration = Duration::from_millis(50);

/// A first span waits this long for the rest of its batch to be drawn with it.
const GATHER: Duration = Duration::from_millis(8);

/// Frames for spans alone take at most one part in this many of the time, so that slow ones leave room for keys.
const SHARE: u32 = 4;

/// The next frame's time.
#[derive(Debug, Default)]
pub(super) struct Pace {
    due: Option<Instant>,
    last: Option<(Instant, Duration)>,
}

impl Pace {
    /// When to draw; never while nothing has changed.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Something must be shown soon: the user did something, or time passed.
    pub(super) fn input(&mut self, now: Instant) {
        let earliest = self.last.map_or(now, |(start, _)| start + INPUT);
        self.at(now.max(earliest));
    }

    /// Spans came in.
    pub(super) fn data(&mut self, now: Instant) {
        let earliest = self.last.map_or(now, |(start, cost)| (start + SPANS).max(start + cost + cost * SHARE));
        self.at((now + GATHER).max(earliest));
    }

    /// A frame was drawn.
    pub(super) fn drawn(&mut self, start: Instant, end: Instant) {
        self.due = None;
        self.last = Some((start, end.saturating_duration_since(start)));
    }

    fn at(&mut self, instant: Instant) {
        self.due = Some(self.due.map_or(instant, |due| due.min(instant)));
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "an instant can only be had from the clock")]
mod tests {
    use super::*;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn a_key_is_shown_at_once_and_at_most_sixty_times_a_second() {
        let start = Instant::now();
        let mut pace = Pace::default();
        assert_eq!(pace.due(), None);
        pace.input(start);
        assert_eq!(pace.due(), Some(start));
        pace.drawn(start, start + ms(1));
        assert_eq!(pace.due(), None);
        pace.input(start + ms(2));
        assert_eq!(pace.due(), Some(start + ms(16)));
        pace.drawn(start + ms(16), start + ms(17));
        pace.input(start + ms(500));
        assert_eq!(pace.due(), Some(start + ms(500)));
    }

    #[test]
    fn spans_are_shown_within_fifty_milliseconds_and_keys_overtake_them() {
        let start = Instant::now();
        let mut pace = Pace::default();
        pace.drawn(start, start + ms(1));
        pace.data(start + ms(5));
        assert_eq!(pace.due(), Some(start + ms(50)));
        pace.data(start + ms(40));
        assert_eq!(pace.due(), Some(start + ms(50)));
        pace.input(start + ms(41));
        assert_eq!(pace.due(), Some(start + ms(41)));
        pace.drawn(start + ms(41), start + ms(42));
        pace.data(start + ms(900));
        assert_eq!(pace.due(), Some(start + ms(908)));
    }

    #[test]
    fn slow_frames_leave_four_fifths_of_the_time_to_others() {
        let start = Instant::now();
        let mut pace = Pace::default();
        pace.drawn(start, start + ms(100));
        pace.data(start + ms(110));
        assert_eq!(pace.due(), Some(start + ms(500)));
        pace.input(start + ms(120));
        assert_eq!(pace.due(), Some(start + ms(120)));
    }
}
