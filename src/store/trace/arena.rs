//! The records of a trace in chunks of 256 KiB: adding one never moves more than a chunk, and a chunk whose records are
//! all gone gives its memory back. Knows nothing of what records hold.

/// Positions of one chunk.
const CHUNK: usize = 1 << BITS;
const BITS: u32 = 18;
/// Below this a chunk grows by a quarter, above by an eighth.
const SMALL: usize = 1 << 10;

/// See the file's head. A record's position is its name.
#[derive(Debug, Default)]
pub(in crate::store) struct Arena {
    full: Vec<Chunk>,
    last: Chunk,
    /// Heap bytes of the full chunks.
    inner: usize,
    /// Bytes of records that are gone and still take room.
    waste: usize,
}

#[derive(Debug, Default)]
struct Chunk {
    bytes: Vec<u8>,
    /// Records that are not gone.
    live: u32,
}

impl Arena {
    /// The bytes that start with the record at a position; they end with its chunk.
    pub(in crate::store) fn at(&self, position: u32) -> &[u8] {
        let within = position as usize & (CHUNK - 1);
        self.chunk(position).bytes.get(within..).unwrap_or_default()
    }

    /// The bytes of all chunks with the positions of their first bytes.
    pub(in crate::store) fn chunks(&self) -> impl Iterator<Item = (u32, &[u8])> {
        let chunks = self.full.iter().chain([&self.last]).enumerate();
        chunks.map(|(at, chunk)| (u32::try_from(at << BITS).unwrap_or(u32::MAX), chunk.bytes.as_slice()))
    }

    /// Adds a record, with room for as many of its length as are expected, it included; its position.
    pub(in crate::store) fn push(&mut self, record: &[u8], expected: usize) -> u32 {
        if !self.fits(record.len()) {
            self.seal();
        }
        self.last.bytes.reserve_exact(self.more(record.len(), expected));
        let position = (self.full.len() << BITS) + self.last.bytes.len();
        self.last.bytes.extend_from_slice(record);
        self.last.live += 1;
        u32::try_from(position).unwrap_or(u32::MAX)
    }

    /// Takes note that the record at a position, of `len` bytes, is gone.
    pub(in crate::store) fn forget(&mut self, position: u32, len: usize) {
        let Some(chunk) = self.full.get_mut(position as usize >> BITS) else {
            self.last.live -= 1;
            self.waste += len;
            return;
        };
        chunk.live -= 1;
        self.waste += len;
        if chunk.live == 0 {
            let bytes = std::mem::take(&mut chunk.bytes);
            self.inner -= bytes.capacity();
            self.waste = self.waste.saturating_sub(bytes.len());
        }
    }

    /// Whether more than half of it is waste.
    pub(in crate::store) fn is_wasteful(&self) -> bool {
        self.waste * 2 > self.inner + self.last.bytes.len()
    }

    /// How many bytes one more record of `len` bytes may cost; `None` when there is no position left for it.
    pub(in crate::store) fn growth(&self, len: usize, expected: usize) -> Option<usize> {
        let chunks = self.full.len() + self.last.bytes.len().div_ceil(CHUNK) + len.div_ceil(CHUNK);
        if chunks >= 1 << (u32::BITS - BITS) {
            return None;
        }
        if self.fits(len) {
            return Some(self.more(len, expected));
        }
        Some(len.max(CHUNK) + self.list_growth() * size_of::<Chunk>())
    }

    pub(in crate::store) fn bytes(&self) -> usize {
        self.inner + self.last.bytes.capacity() + self.full.capacity() * size_of::<Chunk>()
    }

    /// Gives back what the last chunk holds in reserve.
    pub(in crate::store) fn shrink(&mut self) {
        self.last.bytes.shrink_to_fit();
    }

    fn chunk(&self, position: u32) -> &Chunk {
        self.full.get(position as usize >> BITS).unwrap_or(&self.last)
    }

    fn fits(&self, len: usize) -> bool {
        self.last.bytes.is_empty() || self.last.bytes.len() + len <= CHUNK
    }

    /// Closes the last chunk and starts another. A record longer than a chunk takes the places of several.
    fn seal(&mut self) {
        let places = self.last.bytes.len().div_ceil(CHUNK);
        if self.full.len() + places > self.full.capacity() {
            self.full.reserve_exact(self.list_growth());
        }
        let chunk = std::mem::take(&mut self.last);
        if chunk.live > 0 {
            self.inner += chunk.bytes.capacity();
            self.full.push(chunk);
        } else {
            self.waste = self.waste.saturating_sub(chunk.bytes.len());
            self.full.push(Chunk::default());
        }
        self.full.extend((1..places).map(|_| Chunk::default()));
    }

    fn list_growth(&self) -> usize {
        self.full.len() / 8 + 2 + self.last.bytes.len() / CHUNK
    }

    /// What later chunks grow by: at once to their full size when they are a small part of the whole.
    fn step(&self) -> usize {
        if self.full.len() < 4 { CHUNK / 8 } else { CHUNK }
    }

    /// By how many bytes the last chunk grows for a record that goes there.
    fn more(&self, needed: usize, expected: usize) -> usize {
        let len = self.last.bytes.len();
        if self.last.bytes.capacity() - len >= needed {
            return 0;
        }
        let share = match (self.full.is_empty(), len > SMALL) {
            (true, false) => len / 4,
            (true, true) => len / 8,
            (false, _) => self.step(),
        };
        share.max(needed * expected).min(CHUNK.saturating_sub(len)).max(needed).max(128)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_of_any_length_are_found_and_leave_nothing_behind() {
        let lens = [0, 1, 100, CHUNK - 1, CHUNK, CHUNK + 1, 7, 3 * CHUNK + 5, 1, 2 * CHUNK, 90_000, 90_000, 90_000];
        let mut arena = Arena::default();
        let mut positions = Vec::new();
        for (&len, fill) in lens.iter().zip(1_u8..) {
            let (before, growth) = (arena.bytes(), arena.growth(len, 1).expect("there is room"));
            positions.push(arena.push(&vec![fill; len], 1));
            assert!(arena.bytes() <= before + growth, "{len}: growth is foreseen");
        }
        for ((&position, &len), fill) in positions.iter().zip(&lens).zip(1_u8..) {
            assert!(arena.at(position).starts_with(&vec![fill; len]), "{len}");
        }
        let most = arena.bytes();
        for (&position, &len) in positions.iter().zip(&lens) {
            arena.forget(position, len);
        }
        assert!(arena.bytes() < most / 4, "only the last chunk is left");
    }
}
