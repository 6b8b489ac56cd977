//! Durations counted in logarithmic buckets: percentiles within about 6 %, additions that can be taken back.

/// Buckets per doubling: the middle of a bucket is at most 1/16 away from anything in it.
const STEPS: u32 = 8;

/// Counts per bucket, only of buckets that hold something, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Histogram {
    buckets: Vec<(u16, u32)>,
}

impl Histogram {
    pub(super) fn add(&mut self, duration: u64) {
        let bucket = bucket(duration);
        match self.buckets.binary_search_by_key(&bucket, |entry| entry.0) {
            Ok(at) => {
                if let Some(entry) = self.buckets.get_mut(at) {
                    entry.1 = entry.1.saturating_add(1);
                }
            }
            Err(at) => {
                if self.buckets.len() == self.buckets.capacity() {
                    self.buckets.reserve_exact((self.buckets.len() / 2).max(1));
                }
                self.buckets.insert(at, (bucket, 1));
            }
        }
    }

    pub(super) fn remove(&mut self, duration: u64) {
        let Ok(at) = self.buckets.binary_search_by_key(&bucket(duration), |entry| entry.0) else { return };
        let Some(entry) = self.buckets.get_mut(at) else { return };
        entry.1 -= 1;
        if entry.1 == 0 {
            self.buckets.remove(at);
        }
    }

    /// The duration that a share `q` (0 to 1) of all durations does not exceed; 0 when there are none.
    pub(super) fn percentile(&self, q: f64) -> u64 {
        let total: u64 = self.buckets.iter().map(|entry| u64::from(entry.1)).sum();
        let wanted = (q.clamp(0.0, 1.0) * total as f64).max(1.0);
        let mut below = 0;
        for &(bucket, count) in &self.buckets {
            below += u64::from(count);
            if below as f64 >= wanted {
                return middle(bucket);
            }
        }
        self.buckets.last().map_or(0, |entry| middle(entry.0))
    }

    pub(super) fn bytes(&self) -> usize {
        self.buckets.capacity() * size_of::<(u16, u32)>()
    }
}

fn bucket(duration: u64) -> u16 {
    let Some(octave) = duration.checked_ilog2() else { return 0 };
    let octave_start = 1_u64 << octave;
    let step = if octave < 3 { duration - octave_start } else { (duration - octave_start) >> (octave - 3) };
    u16::try_from(1 + u64::from(octave * STEPS) + step).unwrap_or(u16::MAX)
}

fn middle(bucket: u16) -> u64 {
    let Some(index) = bucket.checked_sub(1) else { return 0 };
    let (octave, step) = (u32::from(index) / STEPS, u64::from(index) % u64::from(STEPS));
    let octave_start = 1_u64 << octave.min(63);
    if octave < 3 {
        return octave_start + step;
    }
    let width = octave_start >> 3;
    octave_start + step * width + width / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_within_a_sixteenth_at_every_scale() {
        let mut value = 1_u64;
        while value < u64::MAX / 3 {
            for sample in [value, value + value / 3, value * 2 - 1] {
                let mut histogram = Histogram::default();
                histogram.add(sample);
                let error = histogram.percentile(0.5).abs_diff(sample);
                assert!(error <= sample / 16, "{sample}: off by {error}");
            }
            value *= 2;
        }
        let mut histogram = Histogram::default();
        histogram.add(0);
        histogram.add(u64::MAX);
        assert_eq!(histogram.percentile(0.5), 0);
        assert!(histogram.percentile(1.0) > u64::MAX / 16 * 15);
    }

    #[test]
    fn what_is_taken_back_leaves_no_trace() {
        let mut histogram = Histogram::default();
        for n in 1..=100 {
            histogram.add(n * 1000);
        }
        assert!(histogram.percentile(0.95).abs_diff(95_000) < 6_000);
        for n in 1..=100 {
            histogram.remove(n * 1000);
        }
        assert_eq!(histogram.percentile(0.95), 0);
        assert!(histogram.buckets.is_empty());
    }
}
