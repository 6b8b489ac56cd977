//! Chance, reproducible: splitmix64 and the few distributions that latencies need.
//!
//! Only `+ - * /` on floats, never `ln` or `cos`: those differ between systems in the last bit, and a demo must not.

/// A small generator of pseudo-random numbers. Equal seeds give equal numbers everywhere.
#[derive(Clone, Debug)]
pub(super) struct Rng(u64);

impl Rng {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// 64 random bits (splitmix64, public domain, Steele et al.).
    pub(super) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Evenly from `0..n`; 0 for an empty range. The bias is below one in a billion for the small `n` of a demo.
    pub(super) fn below(&mut self, n: u64) -> u64 {
        self.bits().checked_rem(n).unwrap_or(0)
    }

    /// Evenly from `0.0..1.0`.
    pub(super) fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// True in `percent` of 100 cases.
    pub(super) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of a list that must not be empty.
    pub(super) fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        let idx = usize::try_from(self.below(list.len() as u64)).unwrap_or(0);
        &list[idx]
    }

    /// Nanoseconds around a median in ms, log-normal: often near, sometimes far above, never below zero.
    pub(super) fn around(&mut self, median_ms: f64) -> u64 {
        let tail = if self.chance(2) { 1.5 + 2.0 * self.unit() } else { 1.0 };
        nanoseconds(median_ms * tail * exp(0.3 * self.normal()))
    }

    /// Standard normal, near enough: twelve even numbers added up.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }
}

/// Milliseconds as whole nanoseconds.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0 ms..=1 day first")]
pub(super) fn nanoseconds(ms: f64) -> u64 {
    (ms.clamp(0.0, 86_400_000.0) * 1e6) as u64
}

/// e to the power of a small `x`, by squaring.
fn exp(x: f64) -> f64 {
    let mut power = 1.0 + x / 1024.0;
    for _ in 0..10 {
        power *= power;
    }
    power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_seeds_give_equal_numbers() {
        let (mut one, mut two) = (Rng::new(7), Rng::new(7));
        assert!((0..100).all(|_| one.bits() == two.bits()));
        assert_eq!(Rng::new(0).bits(), 0xe220_a839_7b1d_cdaf, "the published first output of splitmix64");
    }

    #[test]
    fn durations_lie_around_their_median_with_a_tail_above() {
        let mut rng = Rng::new(1);
        let mut drawn: Vec<u64> = (0..2_000).map(|_| rng.around(10.0)).collect();
        drawn.sort_unstable();
        assert!((9_000_000..11_000_000).contains(&drawn[1_000]), "median {}", drawn[1_000]);
        assert!(drawn[0] > 2_000_000 && drawn[1_980] > 18_000_000, "1st {} p99 {}", drawn[0], drawn[1_980]);
    }
}
