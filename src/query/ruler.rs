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

/// Tick times within `0..=span` ns, at most `most` of them, and always the one at 0.
pub fn ticks(span: u64, most: usize) -> Vec<u64> {
    let most = most.max(1) as u64;
    let step = steps().find(|step| span / step < most).unwrap_or(span.max(1));
    (0..=span / step).map(|n| n * step).collect()
}

/// A tick's label in the unit of the largest tick, so that labels of one axis are alike: `150 ms`, `1.5 s`.
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
    let text = format!("{:.3}", ns as f64 / unit as f64);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{text} {name}")
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
        assert_eq!(ticks(712_300_000, 5), [0, 200_000_000, 400_000_000, 600_000_000]);
        assert_eq!(ticks(0, 5), [0]);
        for (span, most) in [(1, 1), (999, 3), (u64::MAX, 7), (61_000_000_000, 4), (40_000, 9)] {
            let ticks = ticks(span, most);
            assert!(
                !ticks.is_empty() && ticks.len() <= most && ticks.iter().all(|tick| *tick <= span),
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
        assert_eq!(ticks(i64::MAX.cast_unsigned(), 4), [0, 50_000 * DAY, 100_000 * DAY]);
    }

    #[test]
    fn a_span_shorter_than_an_eighth_is_still_seen() {
        assert_eq!(Eighths::new(0, 0, 1_000, 10), Eighths { start: 0, end: 1 });
        assert_eq!(Eighths::new(1_000, 0, 1_000, 10), Eighths { start: 79, end: 80 });
        assert_eq!(Eighths::new(0, 0, 0, 10).cells(), 0..1);
        assert_eq!(Eighths::new(500, 250, 1_000, 10), Eighths { start: 40, end: 60 });
    }

    proptest! {
        #[test]
        fn bars_stay_inside_their_columns(offset: u64, duration: u64, total: u64, width in 1u16..500) {
            let bar = Eighths::new(offset, duration, total, width);
            prop_assert!(bar.start < bar.end && bar.end <= u32::from(width) * 8);
        }
    }
}
