//! A hash table without long pauses: once it is large, it is many tables, and each grows on its own. No insertion ever
//! moves more than a small share of the entries.

use hashbrown::HashTable;

/// From so many entries on there are many tables.
const LARGE: usize = 1 << 13;
/// How many.
const MANY: usize = 300;

/// See the file's head. Hashes are the caller's, who must always give the same for the same entry.
#[derive(Debug)]
pub(in crate::store) struct Shards<T> {
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
    pub(in crate::store) fn len(&self) -> usize {
        self.len
    }

    pub(in crate::store) fn find(&self, hash: u64, same: impl FnMut(&T) -> bool) -> Option<&T> {
        self.tables.get(place(hash, self.tables.len()))?.find(hash, same)
    }

    pub(in crate::store) fn find_mut(&mut self, hash: u64, same: impl FnMut(&T) -> bool) -> Option<&mut T> {
        let at = place(hash, self.tables.len());
        self.tables.get_mut(at)?.find_mut(hash, same)
    }

    /// Adds an entry that is not here; `hasher` tells the hashes of those that must move.
    pub(in crate::store) fn insert(&mut self, hash: u64, entry: T, hasher: impl Fn(&T) -> u64) {
        if self.tables.is_empty() {
            self.rebuild(1, &hasher);
        } else if self.tables.len() == 1 && self.len == LARGE {
            self.rebuild(MANY, &hasher);
        }
        let at = place(hash, self.tables.len());
        let Some(table) = self.tables.get_mut(at) else { return };
        let before = table.allocation_size();
        table.insert_unique(hash, entry, hasher);
        self.inner = self.inner + table.allocation_size() - before;
        self.len += 1;
    }

    /// Takes an entry out. Memory follows, a table at a time.
    pub(in crate::store) fn remove(
        &mut self,
        hash: u64,
        same: impl FnMut(&T) -> bool,
        hasher: impl Fn(&T) -> u64,
    ) -> Option<T> {
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
        if self.tables.len() > 1 && self.len < LARGE / 8 {
            self.rebuild(1, &hasher);
        }
        Some(entry)
    }

    /// How many bytes one more insertion may cost at most.
    pub(in crate::store) fn growth(&self) -> usize {
        if self.tables.len() > 1 || self.len == LARGE {
            // One table doubles, or the only one becomes many.
            let tables = if self.tables.len() > 1 { self.inner / MANY * 3 } else { self.inner };
            return tables + MANY * size_of::<HashTable<T>>();
        }
        let full = self.tables.first().is_none_or(|table| table.len() == table.capacity());
        if full { self.inner.max(256) } else { 0 }
    }

    pub(in crate::store) fn bytes(&self) -> usize {
        self.inner + self.tables.capacity() * size_of::<HashTable<T>>()
    }

    /// Moves everything into so many tables.
    fn rebuild(&mut self, count: usize, hasher: &impl Fn(&T) -> u64) {
        let share = if count > 1 { self.len / count } else { self.len };
        let tables = (0..count).map(|_| HashTable::with_capacity(share)).collect();
        for entry in std::mem::replace(&mut self.tables, tables).into_iter().flatten() {
            let hash = hasher(&entry);
            if let Some(table) = self.tables.get_mut(place(hash, count)) {
                table.insert_unique(hash, entry, hasher);
            }
        }
        self.inner = self.tables.iter().map(HashTable::allocation_size).sum();
    }
}

/// The table of a hash among `count` tables. Tables use the lowest and the highest bits themselves, so these are others.
fn place(hash: u64, count: usize) -> usize {
    let bits = hash >> 20 & 0xffff_ffff;
    usize::try_from((bits * count as u64) >> 32).unwrap_or(0)
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
        assert_eq!((shards.inner, shards.len()), (actual, 20_000));
        for n in 0..20_000 {
            assert!(shards.find_mut(hash(n), |other| *other == n).is_some());
            assert_eq!(shards.remove(hash(n), |other| *other == n, |n| hash(*n)), Some(n));
            let kept = n + (20_000 - n) / 2;
            assert_eq!(shards.find(hash(kept), |other| *other == kept).is_some(), kept > n);
        }
        assert_eq!(shards.bytes(), 0);
    }
}
