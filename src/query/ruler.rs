//! A time axis: ticks at round times, and where times fall on cells.

const DAY: u64 = 86_400_000_000_000;

/// From here on an axis counts in days.
const DAYS: u64 = 2 * DAY;

/// Round distances between ticks, in ns: 1, 2 and 5 of each decimal unit, then minutes and hours.
fn steps() -> impl Iterator<Item = u64> {
    let decimal = (0..10).flat_map(|power| [1, 2, 5].map(|digit| digit * 10_u64.pow(power)));
    let minutes = [1, 2, 5, 10, 20, 30, 60, 120, 360, 720].map(|m| m * 60_000_000_000);
    let days = (0..6).flat_map(|power| [1, 2, 5].map(|digit| (digit * 10_u64.pow(power)).saturating_mul(DAY)));
    decimal.chain([10, 20, 30].map(|s| s * 1_000_000_000)).chain(minutes).chain(days)
}

/// A tick's label in the unit of the largest tick, so that labels of one axis are alike: `150 ms`, `1.5 s`. Ticks that lie
/// close beside each other far from the start keep every digit that tells them apart.
pub fn tick_text(ns: u64, largest: u64) -> String {
    let (unit, name): (u64, _) = match largest {
        0..1_000 => (1, "ns"),
        1_000..1_000_000 => (1_000, "µs"),
        1_000_000..1_000_000_000 => (1_000_000, "ms"),
        1_000_000_000..120_000_000_000 => (1_000_000_000, "s"),
        120_000_000_000..7_200_000_000_000 => (60_000_000_000, "min"),
        7_200_000_000_000..DAYS => (3_600_000_000_000, "h"),
        _ => (DAY, "d"),
    };
    let decimals = unit.ilog10() as usize;
    // Of minutes, hours and days there are no decimals that would end.
    let text = if unit == 10_u64.pow(unit.ilog10()) && unit > 1 {
        format!("{}.{:0decimals$}", ns / unit, ns % unit)
    } else {
        format!("{:.3}", ns as f64 / unit as f64)
    };
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{text} {name}")
}

/// The stretch of a trace's time that a picture shows, in ns after the trace's start. Never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    from: u64,
    to: u64,
}

impl Window {
    /// All of `total` ns.
    pub fn whole(total: u64) -> Self {
        Self { from: 0, to: total.max(1) }
    }

    /// `length` ns from `from` on, at least `least` of them and moved into `total` ns as far as they hold it.
    pub fn new(from: u64, length: u64, least: u64, total: u64) -> Self {
        let total = total.max(1);
        let length = length.max(least).clamp(1, total);
        let from = from.min(total - length);
        Self { from, to: from + length }
    }

    /// Where it begins.
    pub fn from(self) -> u64 {
        self.from
    }

    /// Its length in ns.
    pub fn length(self) -> u64 {
        self.to - self.from
    }

    /// Whether a moment lies in it.
    pub fn has(self, ns: u64) -> bool {
        (self.from..=self.to).contains(&ns)
    }

    /// Whether `offset..offset + duration` begins before it, and whether it ends after it.
    pub fn cuts(self, offset: u64, duration: u64) -> [bool; 2] {
        [offset < self.from, offset.saturating_add(duration) > self.to]
    }

    /// `length` ns in which the moment `around` stays where it is, as far as `total` ns allow.
    #[must_use]
    pub fn zoomed(self, length: u64, around: u64, least: u64, total: u64) -> Self {
        let length = length.max(least).clamp(1, total.max(1));
        let before = around.clamp(self.from, self.to) - self.from;
        let before = u128::from(before) * u128::from(length) / u128::from(self.length());
        let from = around.clamp(self.from, self.to).saturating_sub(u64::try_from(before).unwrap_or(u64::MAX));
        Self::new(from, length, least, total)
    }

    /// Moved by so many quarters of itself.
    #[must_use]
    pub fn panned(self, quarters: i8, total: u64) -> Self {
        let by = (self.length() / 4).max(1).saturating_mul(u64::from(quarters.unsigned_abs()));
        let from = if quarters < 0 { self.from.saturating_sub(by) } else { self.from.saturating_add(by) };
        Self::new(from, self.length(), 1, total)
    }

    /// Round times in it, at most `most`; of a whole trace the one at 0 among them.
    pub fn ticks(self, most: usize) -> Vec<u64> {
        let most = most.max(1) as u64;
        // A step more than fits may begin before the window.
        let step = steps().find(|step| self.length() / step < most).unwrap_or(self.length());
        let first = self.from.div_ceil(step);
        (first..=self.to / step).map(|n| n * step).take(usize::try_from(most).unwrap_or(usize::MAX)).collect()
    }

    /// Where the part of `offset..offset + duration` that lies in it falls on `width` cells; nothing where none does.
    pub fn stretch(self, offset: u64, duration: u64, width: u16) -> Option<Eighths> {
        let end = offset.saturating_add(duration);
        if end < self.from || offset > self.to {
            return None;
        }
        let start = offset.max(self.from) - self.from;
        Some(Eighths::new(start, end.min(self.to) - self.from - start, self.length(), width))
    }
}

/// A stretch of a row in eighths of a cell from the row's first column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Eighths {
    /// First eighth.
    pub start: u32,
    /// One past the last eighth.
    pub end: u32,
}

impl Eighths {
    /// Where `offset..offset + duration` of `total` ns falls on `width` cells. Never less than one eighth, so that
    /// the shortest span is still seen, and never outside.
    pub fn new(offset: u64, duration: u64, total: u64, width: u16) -> Self {
        let eighths = u32::from(width) * 8;
        let place = |ns: u64| {
            let at = u128::from(ns.min(total)) * u128::from(eighths) / u128::from(total.max(1));
            u32::try_from(at).unwrap_or(eighths).min(eighths)
        };
        let start = place(offset).min(eighths.saturating_sub(1));
        let end = place(offset.saturating_add(duration)).max(start + 1).min(eighths.max(1));
        Self { start, end }
    }

    /// The cells that the stretch touches.
    pub fn cells(self) -> std::ops::Range<u16> {
        let cell = |eighth: u32| u16::try_from(eighth).unwrap_or(u16::MAX);
        cell(self.start / 8)..cell(self.end.div_ceil(8))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ticks_are_round_and_few() {
        let ticks = |span, most| Window::whole(span).ticks(most);
        assert_eq!(ticks(712_300_000, 5), [0, 200_000_000, 400_000_000, 600_000_000]);
        for (span, most) in [(1, 1), (999, 3), (u64::MAX, 7), (61_000_000_000, 4), (40_000, 9)] {
            let ticks = ticks(span, most);
            assert!(
                !ticks.is_empty() && ticks.len() <= most && ticks.iter().all(|tick| *tick <= span.max(1)),
                "{span} {most}"
            );
        }
    }

    #[test]
    fn labels_share_a_unit() {
        assert_eq!(tick_text(0, 600_000_000), "0 ms");
        assert_eq!(tick_text(500_000_000, 1_500_000_000), "0.5 s");
        assert_eq!(tick_text(90_000_000_000, 180_000_000_000), "1.5 min");
        assert_eq!(tick_text(50_000 * DAY, 100_000 * DAY), "50000 d");
        assert_eq!(Window::whole(i64::MAX.cast_unsigned()).ticks(4), [0, 50_000 * DAY, 100_000 * DAY]);
    }

    #[test]
    fn a_span_shorter_than_an_eighth_is_still_seen() {
        assert_eq!(Eighths::new(0, 0, 1_000, 10), Eighths { start: 0, end: 1 });
        assert_eq!(Eighths::new(1_000, 0, 1_000, 10), Eighths { start: 79, end: 80 });
        assert_eq!(Eighths::new(0, 0, 0, 10).cells(), 0..1);
        assert_eq!(Eighths::new(500, 250, 1_000, 10), Eighths { start: 40, end: 60 });
    }

    #[test]
    fn a_window_holds_its_moment_and_stays_within_the_trace() {
        let whole = Window::whole(1_000);
        let half = whole.zoomed(500, 400, 1, 1_000);
        assert_eq!((half.from(), half.length()), (200, 500), "400 stays at two fifths");
        assert_eq!(half.zoomed(4_000, 400, 1, 1_000), whole);
        assert_eq!(half.zoomed(5, 200, 80, 1_000).length(), 80, "no finer than a nanosecond a cell");
        assert_eq!(half.panned(1, 1_000).from(), 325);
        assert_eq!(half.panned(-4, 1_000).from(), 0);
        assert_eq!(half.panned(40, 1_000).from(), 500);
        assert_eq!(half.cuts(100, 700), [true, true]);
        assert_eq!(half.cuts(200, 500), [false, false]);
        assert_eq!(half.stretch(0, 199, 10), None);
        assert_eq!(half.stretch(701, 5, 10), None);
        assert_eq!(half.stretch(0, 450, 10), Some(Eighths { start: 0, end: 40 }));
        assert_eq!(half.stretch(600, 900, 10), Some(Eighths { start: 64, end: 80 }));
        assert_eq!(half.ticks(5), [200, 400, 600]);
        assert_eq!(Window::whole(0).ticks(5), [0, 1]);
        let deep = Window::new(123_456_700, 200, 1, 1_000_000_000);
        let texts: Vec<String> = deep.ticks(4).iter().map(|tick| tick_text(*tick, 123_456_900)).collect();
        assert_eq!(texts, ["123.4567 ms", "123.4568 ms", "123.4569 ms"]);
        assert_eq!(tick_text(1_500_000_001, 1_500_000_002), "1.500000001 s");
    }

    proptest! {
        #[test]
        fn windows_are_within_the_trace_whatever_is_asked(
            total: u64, from: u64, length: u64, around: u64, quarters: i8, least in 1_u64..500
        ) {
            let window = Window::new(from, length, least, total);
            for window in [window, window.zoomed(length / 2, around, least, total), window.panned(quarters, total)] {
                prop_assert!(window.length() > 0 && window.from().saturating_add(window.length()) <= total.max(1));
                let ticks = window.ticks(7);
                prop_assert!(ticks.len() <= 7 && ticks.iter().all(|tick| window.has(*tick)));
            }
            let zoomed = window.zoomed(window.length() / 3, around, 1, total);
            prop_assert!(!window.has(around) || zoomed.has(around), "{window:?} {zoomed:?}");
        }

        #[test]
        fn bars_stay_inside_their_columns(offset: u64, duration: u64, total: u64, width in 1u16..500) {
            let bar = Eighths::new(offset, duration, total, width);
            prop_assert!(bar.start < bar.end && bar.end <= u32::from(width) * 8);
        }
    }
}
