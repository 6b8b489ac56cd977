//! Some of many traces, asked for by all of them: most are told to be others by a bit.

use hashbrown::HashSet;

use crate::model::TraceId;

/// See the file's head.
pub(super) struct Ids {
    pub(super) all: HashSet<TraceId>,
    /// One bit for what ids have in common, which most of the others do not have.
    bits: Vec<u64>,
}

impl Ids {
    pub(super) fn new(ids: impl Iterator<Item = TraceId>) -> Self {
        let mut some = Self { all: ids.collect(), bits: vec![0; 1 << 10] };
        for id in &some.all {
            let (word, bit) = place(*id);
            if let Some(bits) = some.bits.get_mut(word) {
                *bits |= bit;
            }
        }
        some
    }

    pub(super) fn has(&self, id: TraceId) -> bool {
        let (word, bit) = place(id);
        self.bits.get(word).is_some_and(|bits| bits & bit > 0) && self.all.contains(&id)
    }
}

/// A word and a bit of it for an id.
fn place(id: TraceId) -> (usize, u64) {
    let [high, low] = [id.0 >> 64, id.0 & u128::from(u64::MAX)].map(|half| u64::try_from(half).unwrap_or(0));
    let mixed = (high ^ low).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 48;
    (usize::try_from(mixed >> 6).unwrap_or(0), 1 << (mixed & 63))
}
