//! ISO 8601 times, read by hand: two per span make a library's generality show.

use crate::model::Timestamp;

/// Reads `2026-11-22T10:42:45.029316Z`: any number of decimals, `Z`, an offset such as `+08:00`, or nothing (UTC).
/// Years that nanoseconds since 1970 cannot hold are refused.
pub(crate) fn parse_time(text: &[u8]) -> Option<Timestamp> {
    let (date_time, rest) = text.split_at_checked(19)?;
    let part = |at: usize, len: usize| number(date_time.get(at..at + len)?);
    let marks = [4, 7, 10, 13, 16].map(|at| date_time.get(at).copied().unwrap_or_default());
    let [b'-', b'-', b'T' | b't' | b' ', b':', b':'] = marks else { return None };
    let (year, month, day) = (part(0, 4)?, part(5, 2)?, part(8, 2)?);
    let (hour, minute, second) = (part(11, 2)?, part(14, 2)?, part(17, 2)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 24 || minute > 59 || second > 60 {
        return None;
    }
    let (nanos, zone) = fraction(rest)?;
    let seconds = days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offset(zone)?;
    seconds.checked_mul(1_000_000_000)?.checked_add(nanos).map(Timestamp)
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0_i64, |value, digit| {
        digit.is_ascii_digit().then(|| value.saturating_mul(10).saturating_add(i64::from(digit - b'0')))
    })
}

/// The nanoseconds after the point, and what follows them.
fn fraction(rest: &[u8]) -> Option<(i64, &[u8])> {
    let Some(rest) = rest.strip_prefix(b".").or_else(|| rest.strip_prefix(b",")) else { return Some((0, rest)) };
    let len = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, zone) = rest.split_at(len);
    let kept = digits.get(..9).unwrap_or(digits);
    let missing = u32::try_from(9 - kept.len()).ok()?;
    Some((number(kept)? * 10_i64.pow(missing), zone))
}

/// The zone's seconds east of UTC.
fn offset(zone: &[u8]) -> Option<i64> {
    let (sign, hour, minute) = match zone {
        [] | [b'Z' | b'z'] => return Some(0),
        [sign @ (b'+' | b'-'), h1, h2] => (sign, [*h1, *h2], [b'0', b'0']),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] | [sign @ (b'+' | b'-'), h1, h2, m1, m2] => {
            (sign, [*h1, *h2], [*m1, *m2])
        }
        _ => return None,
    };
    let seconds = number(&hour)? * 3_600 + number(&minute)? * 60;
    Some(if *sign == b'-' { -seconds } else { seconds })
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    // Years that begin in March put the leap day last.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_any_fraction_and_zone() {
        let cases: [(&str, i64); 9] = [
            ("1970-01-01T00:00:00Z", 0),
            ("2026-11-22T10:42:45.029316Z", 1_795_344_165_029_316_000),
            ("2026-11-22T18:42:45.029316+08:00", 1_795_344_165_029_316_000),
            ("2026-11-22T05:42:45.029316-0500", 1_795_344_165_029_316_000),
            ("2026-11-22T10:42:45.029316", 1_795_344_165_029_316_000),
            ("2024-02-29T12:00:00.5Z", 1_709_208_000_500_000_000),
            ("2024-01-15T10:30:00.123456789123Z", 1_705_314_600_123_456_789),
            ("1969-12-31T23:59:59.999999Z", -1_000),
            ("2000-03-01 00:00:00,25", 951_868_800_250_000_000),
        ];
        for (text, nanos) in cases {
            assert_eq!(parse_time(text.as_bytes()), Some(Timestamp(nanos)), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        let cases = [
            "",
            "2026",
            "2026-13-01T00:00:00Z",
            "2026-11-22T10:42:4xZ",
            "2026-11-22T10:42:45Q",
            "0001-01-01T00:00:00Z",
        ];
        for text in cases {
            assert_eq!(parse_time(text.as_bytes()), None, "{text}");
        }
    }
}
