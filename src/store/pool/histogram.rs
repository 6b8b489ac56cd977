//! Durations counted in logarithmic buckets: percentiles within about 12 %, never outside the least and greatest duration,
//! and exact where all are equal. Additions can be taken back.

/// Buckets per doubling: the mean of a bucket is at most an eighth away from anything in it, a sixteenth as a rule.
const STEPS: u32 = 8;

/// Only of buckets that hold something, in order.
#[derive(Clone, Debug, Default)]
pub(in crate::store) struct Histogram {
    buckets: Vec<Bucket>,
}

/// The durations in one bucket.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    number: u16,
    count: u32,
    /// Sum of what they exceed the bucket's start by, modulo 2⁶⁴: their mean lies between the least and the greatest of
    /// them, and stays exact when some are taken back.
    sum: u64,
}

impl Histogram {
    pub(in crate::store) fn add(&mut self, duration: u64) {
        let (number, start) = bucket(duration);
        let excess = duration - start;
        match self.buckets.binary_search_by_key(&number, |bucket| bucket.number) {
            Ok(at) => {
                if let Some(bucket) = self.buckets.get_mut(at) {
                    bucket.count = bucket.count.saturating_add(1);
                    bucket.sum = bucket.sum.wrapping_add(excess);
                }
            }
            Err(at) => {
                if self.buckets.len() == self.buckets.capacity() {
                    self.buckets.reserve_exact((self.buckets.len() / 2).max(1));
                }
                self.buckets.insert(at, Bucket { number, count: 1, sum: excess });
            }
        }
    }

    pub(in crate::store) fn remove(&mut self, duration: u64) {
        let (number, start) = bucket(duration);
        let Ok(at) = self.buckets.binary_search_by_key(&number, |bucket| bucket.number) else { return };
        let Some(bucket) = self.buckets.get_mut(at) else { return };
        bucket.count -= 1;
        bucket.sum = bucket.sum.wrapping_sub(duration - start);
        if bucket.count == 0 {
            self.buckets.remove(at);
        }
    }

    /// The duration that a share `q` (0 to 1) of all durations does not exceed; 0 when there are none.
    pub(in crate::store) fn percentile(&self, q: f64) -> u64 {
        let total: u64 = self.buckets.iter().map(|bucket| u64::from(bucket.count)).sum();
        let wanted = (q.clamp(0.0, 1.0) * total as f64).max(1.0);
        let mut below = 0;
        let found = self.buckets.iter().find(|bucket| {
            below += u64::from(bucket.count);
            below as f64 >= wanted
        });
        found.or(self.buckets.last()).map_or(0, |bucket| bucket.mean())
    }

    pub(in crate::store) fn bytes(&self) -> usize {
        self.buckets.capacity() * size_of::<Bucket>()
    }
}

impl Bucket {
    fn mean(self) -> u64 {
        let (start, width) = range(self.number);
        start + (self.sum / u64::from(self.count.max(1))).min(width.saturating_sub(1))
    }
}

/// The bucket of a duration, and the least duration in it.
fn bucket(duration: u64) -> (u16, u64) {
    let Some(octave) = duration.checked_ilog2() else { return (0, 0) };
    let octave_start = 1_u64 << octave;
    let step = if octave < 3 { duration - octave_start } else { (duration - octave_start) >> (octave - 3) };
    let number = u16::try_from(1 + u64::from(octave * STEPS) + step).unwrap_or(u16::MAX);
    (number, range(number).0)
}

/// The least duration of a bucket, and how many there are.
fn range(bucket: u16) -> (u64, u64) {
    let Some(index) = bucket.checked_sub(1) else { return (0, 1) };
    let (octave, step) = (u32::from(index) / STEPS, u64::from(index) % u64::from(STEPS));
    let octave_start = 1_u64 << octave.min(63);
    let width = if octave < 3 { 1 } else { octave_start >> 3 };
    (octave_start + step * width, width)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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

    proptest! {
        #[test]
        fn percentiles_stay_between_the_least_and_the_greatest_also_after_evictions(
            all in prop::collection::vec(prop_oneof![0u64..2_000, any::<u64>(), 1_000_000u64..1_100_000], 1..40),
            gone in 0usize..39,
        ) {
            let mut histogram = Histogram::default();
            for duration in &all {
                histogram.add(*duration);
            }
            let gone = gone.min(all.len() - 1);
            for duration in &all[..gone] {
                histogram.remove(*duration);
            }
            let left = &all[gone..];
            let (least, greatest) = (left.iter().min().copied(), left.iter().max().copied());
            let mut before = 0;
            for q in [0.0, 0.5, 0.95, 0.99, 1.0] {
                let found = histogram.percentile(q);
                prop_assert!(least <= Some(found) && Some(found) <= greatest, "{found} of {left:?}");
                prop_assert!(found >= before);
                before = found;
            }
        }
    }
}
