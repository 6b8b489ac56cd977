//! A set of ids of things that come and go, and up to which insertion it knows them.

/// See the file's head. What left may still be in it; nothing refers to that any more.
#[derive(Clone, Debug, Default)]
pub(super) struct Ids {
    words: Vec<u64>,
    count: usize,
    pub(super) births: u32,
}

impl Ids {
    /// Puts an id in or takes it out.
    pub(super) fn set(&mut self, id: u32, is_in: bool) {
        if self.has(id) == is_in {
            return;
        }
        let (place, bit) = (id as usize / 64, 1 << (id % 64));
        if place >= self.words.len() {
            self.words.resize(place + 1, 0);
        }
        if let Some(word) = self.words.get_mut(place) {
            *word ^= bit;
        }
        self.count = if is_in { self.count + 1 } else { self.count - 1 };
    }

    pub(super) fn has(&self, id: u32) -> bool {
        self.words.get(id as usize / 64).is_some_and(|word| word >> (id % 64) & 1 == 1)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }
}
