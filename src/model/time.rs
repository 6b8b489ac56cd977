//! Time as data: nanoseconds since the epoch, saturating, and how durations are written.

/// Nanoseconds since the Unix epoch. Zero also stands for "not said".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// From microseconds, saturating.
    pub fn from_micros(micros: i64) -> Self {
        Self(micros.saturating_mul(1_000))
    }

    /// This time plus `ns` nanoseconds, saturating.
    #[must_use]
    pub fn plus(self, ns: u64) -> Self {
        Self(self.0.saturating_add_unsigned(ns))
    }

    /// Nanoseconds from `earlier` to here, 0 when that is not earlier.
    pub fn since(self, earlier: Self) -> u64 {
        if self <= earlier { 0 } else { self.0.abs_diff(earlier.0) }
    }
}

/// Writes a duration in ns with four significant digits and its unit: `712.3 ms`, `1.024 s`, `85 µs`, `2m 03s`.
pub fn duration_text(ns: u64) -> String {
    match ns {
        0..1_000 => format!("{ns} ns"),
        1_000..999_950 => scaled(ns, 1_000, "µs"),
        999_950..999_950_000 => scaled(ns, 1_000_000, "ms"),
        999_950_000..60_000_000_000 => scaled(ns, 1_000_000_000, "s"),
        _ => {
            let seconds = ns / 1_000_000_000;
            match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
                (0, minutes, seconds) => format!("{minutes}m {seconds:02}s"),
                (hours, minutes, _) if hours < 100 => format!("{hours}h {minutes:02}m"),
                (hours, _, _) if hours < 24_000 => format!("{}d {:02}h", hours / 24, hours % 24),
                (hours, _, _) => format!("{} d", hours / 24),
            }
        }
    }
}

/// Writes a duration in ns in at most six cells, with two or three digits: `130 ms`, `1.6 ms`, `12 s`.
pub fn short_duration(ns: u64) -> String {
    let text = duration_text(ns);
    let Some((number, unit)) = text.split_once(' ').filter(|(number, _)| number.contains('.')) else {
        return text;
    };
    // One decimal below ten, none above.
    let cut = number.find('.').map_or(number.len(), |at| if at > 1 { at } else { at + 2 });
    format!("{} {unit}", number.get(..cut).unwrap_or(number))
}

/// Writes a duration in ns down to the microsecond at least, however long it is: `712.3 ms`, `12.345678 s`,
/// `77h 00m 12.345678s`.
pub fn precise_duration(ns: u64) -> String {
    const SECOND: u64 = 1_000_000_000;
    let (seconds, micros) = (ns / SECOND, ns % SECOND / 1_000);
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        _ if ns < SECOND => duration_text(ns),
        (0, 0, seconds) => format!("{seconds}.{micros:06} s"),
        (0, minutes, seconds) => format!("{minutes}m {seconds:02}.{micros:06}s"),
        (hours, minutes, seconds) => format!("{hours}h {minutes:02}m {seconds:02}.{micros:06}s"),
    }
}

fn scaled(ns: u64, unit: u64, name: &str) -> String {
    let value = ns as f64 / unit as f64;
    let decimals = if value < 10.0 { 2 } else { usize::from(value < 1000.0) };
    format!("{value:.decimals$} {name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_keep_their_digits_and_unit() {
        let cases = [
            (0, "0 ns"),
            (999, "999 ns"),
            (1_500, "1.50 µs"),
            (712_300_000, "712.3 ms"),
            (999_960, "1.00 ms"),
            (5_000_000, "5.00 ms"),
            (1_024_000_000, "1.02 s"),
            (123_000_000_000, "2m 03s"),
            (u64::MAX, "213503 d"),
        ];
        for (ns, text) in cases {
            assert_eq!(duration_text(ns), text);
        }
    }

    #[test]
    fn precise_durations_tell_microseconds_apart_days_later() {
        let cases = [
            (54_800_000, "54.8 ms"),
            (12_345_678_901, "12.345678 s"),
            (72_000_001_000, "1m 12.000001s"),
            (277_212_345_678_000, "77h 00m 12.345678s"),
        ];
        for (ns, text) in cases {
            assert_eq!(precise_duration(ns), text);
        }
    }

    #[test]
    fn short_durations_fit_a_narrow_column() {
        for (ns, text) in [(0, "0 ns"), (1_640_000, "1.6 ms"), (130_040_000, "130 ms"), (12_345_678_901, "12 s")] {
            assert_eq!(short_duration(ns), text);
        }
    }

    #[test]
    fn time_saturates_at_its_limits() {
        assert_eq!(Timestamp::from_micros(i64::MAX), Timestamp(i64::MAX));
        assert_eq!(Timestamp(i64::MAX).plus(u64::MAX), Timestamp(i64::MAX));
        assert_eq!(Timestamp(i64::MAX).since(Timestamp(i64::MIN)), u64::MAX);
        assert_eq!(Timestamp(5).since(Timestamp(9)), 0);
    }
}
