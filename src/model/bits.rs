//! A set of small numbers, a bit for each.

/// See the file's head.
#[derive(Clone, Debug, Default)]
pub struct Bits {
    words: Vec<u64>,
    count: usize,
}

impl Bits {
    /// Puts a number in or takes it out; whether that changed anything.
    pub fn set(&mut self, number: u32, is_in: bool) -> bool {
        if self.has(number) == is_in {
            return false;
        }
        let (place, bit) = (number as usize / 64, 1 << (number % 64));
        if place >= self.words.len() {
            self.words.resize(place + 1, 0);
        }
        if let Some(word) = self.words.get_mut(place) {
            *word ^= bit;
        }
        self.count = if is_in { self.count + 1 } else { self.count - 1 };
        true
    }

    /// Whether a number is in.
    pub fn has(&self, number: u32) -> bool {
        self.words.get(number as usize / 64).is_some_and(|word| word >> (number % 64) & 1 == 1)
    }

    /// How many are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}
