//! When the next frame is due. Knows no clock: instants come in, an instant goes out.

use std::time::{Duration, Instant};

/// Frames for input are at least this far apart. After a frame for spans, one for input need not wait.
const INPUT: Duration = Duration::from_millis(8);

/// Frames for spans alone are at least this far apart.
const SPANS: Duration = Duration::from_millis(50);

/// The same while spans come in a flood: whatever is drawn is replaced by the next frame, so fewer frames are easier to
/// read, and more of the time is left for the spans.
const FLOOD: Duration = Duration::from_millis(200);

/// Spans per second that are a flood.
const FLOOD_RATE: u64 = 20_000;

/// A first span waits this long for the rest of its batch to be drawn with it.
const GATHER: Duration = Duration::from_millis(8);

/// Frames for spans alone take at most one part in this many of the time, so that slow ones leave room for keys.
const SHARE: u32 = 4;

/// The next frame's time.
#[derive(Debug)]
pub(super) struct Pace {
    due: Option<Instant>,
    last: Option<(Instant, Duration)>,
    /// Start of the last frame that input asked for.
    last_input: Option<Instant>,
    /// The next frame is one that input asked for.
    for_input: bool,
    /// Spans since the last frame.
    spans: u64,
    /// How far apart frames for spans are now.
    gap: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self { due: None, last: None, last_input: None, for_input: false, spans: 0, gap: SPANS }
    }
}

impl Pace {
    /// When to draw; never while nothing has changed.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Something must be shown soon: the user did something, or time passed.
    pub(super) fn input(&mut self, now: Instant) {
        self.for_input = true;
        self.at(self.last_input.map_or(now, |start| now.max(start + INPUT)));
    }

    /// A frame's work is not done: the next one goes on with it at once.
    pub(super) fn work(&mut self, now: Instant) {
        self.at(now);
    }

    /// So many spans came in.
    pub(super) fn data(&mut self, now: Instant, spans: usize) {
        self.spans = self.spans.saturating_add(spans as u64);
        let earliest = self.last.map_or(now, |(start, cost)| (start + self.gap).max(start + cost + cost * SHARE));
        self.at((now + GATHER).max(earliest));
    }

    /// A frame was drawn.
    pub(super) fn drawn(&mut self, start: Instant, end: Instant) {
        let since = self.last.map_or(Duration::MAX, |(last, _)| start.saturating_duration_since(last));
        let is_flood = u128::from(self.spans) * 1_000_000 > u128::from(FLOOD_RATE) * since.as_micros();
        self.gap = if is_flood { FLOOD } else { SPANS };
        if std::mem::take(&mut self.for_input) {
            self.last_input = Some(start);
        }
        (self.due, self.spans) = (None, 0);
        self.last = Some((start, end.saturating_duration_since(start)));
    }

    /// How long the last frame took.
    pub(super) fn cost(&self) -> Duration {
        self.last.map_or(Duration::ZERO, |(_, cost)| cost)
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
    fn a_key_is_shown_at_once_and_keys_in_a_row_a_little_apart() {
        let start = Instant::now();
        let mut pace = Pace::default();
        assert_eq!(pace.due(), None);
        pace.input(start);
        assert_eq!(pace.due(), Some(start));
        pace.drawn(start, start + ms(1));
        assert_eq!(pace.due(), None);
        pace.input(start + ms(2));
        assert_eq!(pace.due(), Some(start + ms(8)));
        pace.drawn(start + ms(8), start + ms(9));
        pace.input(start + ms(500));
        assert_eq!(pace.due(), Some(start + ms(500)));
    }

    #[test]
    fn spans_are_shown_within_fifty_milliseconds_and_keys_overtake_them() {
        let start = Instant::now();
        let mut pace = Pace::default();
        pace.drawn(start, start + ms(1));
        pace.data(start + ms(5), 1);
        assert_eq!(pace.due(), Some(start + ms(50)));
        pace.data(start + ms(40), 1);
        assert_eq!(pace.due(), Some(start + ms(50)));
        pace.drawn(start + ms(50), start + ms(51));
        pace.data(start + ms(51), 1);
        pace.input(start + ms(52));
        assert_eq!(pace.due(), Some(start + ms(52)), "a key does not wait for the frame of spans before it");
        pace.drawn(start + ms(52), start + ms(53));
        pace.data(start + ms(900), 1);
        assert_eq!(pace.due(), Some(start + ms(908)));
    }

    #[test]
    fn a_flood_of_spans_is_shown_five_times_a_second_until_it_ends() {
        let start = Instant::now();
        let mut pace = Pace::default();
        pace.drawn(start, start + ms(1));
        pace.data(start + ms(5), 15_000);
        assert_eq!(pace.due(), Some(start + ms(50)));
        pace.drawn(start + ms(50), start + ms(51));
        pace.data(start + ms(60), 15_000);
        assert_eq!(pace.due(), Some(start + ms(250)));
        pace.drawn(start + ms(250), start + ms(251));
        pace.data(start + ms(260), 10);
        pace.drawn(start + ms(450), start + ms(451));
        pace.data(start + ms(452), 10);
        assert_eq!(pace.due(), Some(start + ms(500)));
    }

    #[test]
    fn work_in_slices_goes_on_at_once_and_holds_no_key_up() {
        let start = Instant::now();
        let mut pace = Pace::default();
        pace.input(start);
        pace.drawn(start, start + ms(5));
        pace.work(start + ms(5));
        assert_eq!(pace.due(), Some(start + ms(5)));
        pace.drawn(start + ms(5), start + ms(10));
        pace.input(start + ms(10));
        assert_eq!(pace.due(), Some(start + ms(10)));
    }

    #[test]
    fn slow_frames_leave_four_fifths_of_the_time_to_others() {
        let start = Instant::now();
        let mut pace = Pace::default();
        pace.drawn(start, start + ms(100));
        pace.data(start + ms(110), 1);
        assert_eq!(pace.due(), Some(start + ms(500)));
        pace.input(start + ms(120));
        assert_eq!(pace.due(), Some(start + ms(120)));
        assert_eq!(pace.cost(), ms(100));
    }
}
