//! A hash table that grows a little at a time: many small tables, of which one is split whenever they are too full on
//! average (linear hashing). No insertion ever moves more than a few thousand entries, however many there are.

use hashbrown::HashTable;

/// Entries a table holds on average before one more table is made.
const FULL: usize = 850;
/// Places of a table that holds twice as many, just before its turn to be split.
const LARGEST: usize = 2048;

/// See the file's head. Hashes are the caller's, who must always give the same for the same entry.
#[derive(Debug)]
pub(super) struct Shards<T> {
    tables: Vec<HashTable<T>>,
    len: usize,
    /// Heap bytes of the tables, their list aside.
    inner: usize,
}

impl<T> Default for Shards<T> {
    fn default() -> Self {
        Self { tables: Vec::new(), len: 0, inner: 0 }
    }
}

impl<T> Shards<T> {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.tables.iter().flatten()
    }

    pub(super) fn find(&self, hash: u64, same: impl FnMut(&T) -> bool) -> Option<&T> {
        self.tables.get(place(hash, self.tables.len()))?.find(hash, same)
    }

    pub(super) fn find_mut(&mut self, hash: u64, same: impl FnMut(&T) -> bool) -> Option<&mut T> {
        let at = place(hash, self.tables.len());
        self.tables.get_mut(at)?.find_mut(hash, same)
    }

    /// Adds an entry that is not here; `hasher` tells the hashes of those that must move.
    pub(super) fn insert(&mut self, hash: u64, entry: T, hasher: impl Fn(&T) -> u64) {
        if self.len >= self.tables.len() * FULL {
            self.split(&hasher);
        }
        let at = place(hash, self.tables.len());
        let Some(table) = self.tables.get_mut(at) else { return };
        let before = table.allocation_size();
        table.insert_unique(hash, entry, hasher);
        self.inner = self.inner + table.allocation_size() - before;
        self.len += 1;
    }

    /// Takes an entry out. Memory follows, a table at a time.
    pub(super) fn remove(&mut self, hash: u64, same: impl FnMut(&T) -> bool, hasher: impl Fn(&T) -> u64) -> Option<T> {
        let at = place(hash, self.tables.len());
        let table = self.tables.get_mut(at)?;
        let entry = table.find_entry(hash, same).ok()?.remove().0;
        self.len -= 1;
        if self.len == 0 {
            *self = Self::default();
            return Some(entry);
        }
        if table.len() < table.capacity() / 8 {
            let before = table.allocation_size();
            table.shrink_to_fit(&hasher);
            self.inner = self.inner + table.allocation_size() - before;
        }
        if self.tables.len() > 1 && self.len < self.tables.len() * FULL / 8 {
            self.merge(&hasher);
        }
        Some(entry)
    }

    /// How many bytes one more insertion may cost at most.
    pub(super) fn growth(&self) -> usize {
        if self.tables.len() > 1 || self.len >= FULL {
            return 2 * LARGEST * (size_of::<T>() + 1) + (self.tables.len() / 4 + 1) * size_of::<HashTable<T>>();
        }
        let full = self.tables.first().is_none_or(|table| table.len() == table.capacity());
        if full { self.inner.max(256) } else { 0 }
    }

    pub(super) fn bytes(&self) -> usize {
        self.inner + self.tables.capacity() * size_of::<HashTable<T>>()
    }

    /// Makes one more table and moves there what now belongs there.
    fn split(&mut self, hasher: &impl Fn(&T) -> u64) {
        let new = self.tables.len();
        if new == self.tables.capacity() {
            self.tables.reserve_exact(new / 4 + 1);
        }
        self.tables.push(HashTable::new());
        let Some(from) = self.tables.get_mut(parent(new)).filter(|_| new > 0) else { return };
        let old = std::mem::take(from);
        self.inner -= old.allocation_size();
        let half = old.len() / 2;
        let mut halves = [HashTable::with_capacity(half), HashTable::with_capacity(half)];
        for entry in old {
            let hash = hasher(&entry);
            let half = usize::from(place(hash, new + 1) == new);
            if let Some(table) = halves.get_mut(half) {
                table.insert_unique(hash, entry, hasher);
            }
        }
        self.inner += halves.iter().map(HashTable::allocation_size).sum::<usize>();
        for (at, table) in [parent(new), new].into_iter().zip(halves) {
            if let Some(place) = self.tables.get_mut(at) {
                *place = table;
            }
        }
    }

    /// Undoes the last split.
    fn merge(&mut self, hasher: &impl Fn(&T) -> u64) {
        let Some(last) = self.tables.pop() else { return };
        self.inner -= last.allocation_size();
        let into = parent(self.tables.len());
        let Some(table) = self.tables.get_mut(into) else { return };
        let before = table.allocation_size();
        for entry in last {
            table.insert_unique(hasher(&entry), entry, hasher);
        }
        self.inner = self.inner + table.allocation_size() - before;
        if self.tables.len() < self.tables.capacity() / 4 {
            self.tables.shrink_to_fit();
        }
    }
}

/// The table of a hash among `count` tables. The tables themselves use the lowest and highest bits, so these are others.
fn place(hash: u64, count: usize) -> usize {
    let bits = usize::try_from(hash >> 24 & 0xffff_ffff).unwrap_or(0);
    let all = count.next_power_of_two();
    let place = bits & (all - 1);
    if place < count { place } else { place & (all / 2).saturating_sub(1) }
}

/// The table that a later one was split off.
fn parent(table: usize) -> usize {
    table - (table + 1).next_power_of_two() / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(n: u64) -> u64 {
        n.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(17).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }

    #[test]
    fn everything_is_found_while_it_grows_and_shrinks() {
        let mut shards = Shards::default();
        for n in 0..20_000_u64 {
            assert!(shards.find(hash(n), |other| *other == n).is_none());
            let (before, growth) = (shards.bytes(), shards.growth());
            shards.insert(hash(n), n, |n| hash(*n));
            assert!(shards.bytes() <= before + growth * 2 + 256, "{n}: growth is foreseen");
        }
        let actual: usize = shards.tables.iter().map(HashTable::allocation_size).sum();
        assert_eq!((shards.inner, shards.len(), shards.iter().count()), (actual, 20_000, 20_000));
        for n in 0..20_000 {
            assert!(shards.find_mut(hash(n), |other| *other == n).is_some());
            assert_eq!(shards.remove(hash(n), |other| *other == n, |n| hash(*n)), Some(n));
            let kept = n + (20_000 - n) / 2;
            assert_eq!(shards.find(hash(kept), |other| *other == kept).is_some(), kept > n);
        }
        assert_eq!(shards.bytes(), 0);
    }
}
