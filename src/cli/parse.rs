//! Sizes and times as people write them.

use std::time::Duration;

const SIZES: &[(&str, u64)] = &[
    ("", 1),
    ("b", 1),
    ("k", 1 << 10),
    ("kib", 1 << 10),
    ("kb", 1_000),
    ("m", 1 << 20),
    ("mib", 1 << 20),
    ("mb", 1_000_000),
    ("g", 1 << 30),
    ("gib", 1 << 30),
    ("gb", 1_000_000_000),
];

const TIMES: &[(&str, u64)] = &[("ms", 1), ("s", 1_000), ("", 1_000), ("m", 60_000), ("min", 60_000), ("h", 3_600_000)];

/// Reads `512MiB`, `1G`, `2000000`.
pub(super) fn size(text: &str) -> Result<u64, String> {
    scaled(text, SIZES).ok_or_else(|| "not a size; try: 512MiB or 2GiB".to_owned())
}

/// Reads `5s`, `500ms`, `2m`, `1h`; without a unit, seconds.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let ms = scaled(text, TIMES).ok_or_else(|| "not a time; try: 5s or 2m".to_owned())?;
    // Beyond some years, clocks no longer add up.
    Ok(Duration::from_millis(ms.min(1 << 40)))
}

fn scaled(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let (number, unit) = text.split_at(text.find(|char: char| !char.is_ascii_digit()).unwrap_or(text.len()));
    let unit = unit.trim().to_ascii_lowercase();
    let scale = units.iter().find(|(name, _)| *name == unit)?.1;
    number.parse::<u64>().ok()?.checked_mul(scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times_are_read_as_written() {
        assert_eq!(size("512MiB"), Ok(536_870_912));
        assert_eq!(size("2gb"), Ok(2_000_000_000));
        assert_eq!(size("1000"), Ok(1000));
        assert_eq!(duration("5s"), Ok(Duration::from_secs(5)));
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        for text in ["", "x", "-1", "5 parsecs", "99999999999999999999"] {
            assert!(size(text).is_err(), "{text}");
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
