//! Text kept once and counted: names, keys and short values that come back. Never decides what is worth interning
//! by looking at anything but the text and how varied its key has been.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;

use crate::store::tools::shards::Shards;
use crate::store::tools::slab::Slab;

/// Longest value that is worth looking up.
pub(in crate::store) const LONGEST: usize = 64;
/// How many values of a key are seen before it may be judged too varied.
const TRIAL: u32 = 256;
/// Places of texts that came lately.
const RECENT: usize = 1 << 10;
/// Ids from here on stand for a key without a text; no text ever has one.
pub(in crate::store) const STAND_INS: u32 = u32::MAX - 7;

/// The interner. Every id handed out holds one reference, given back with [`Names::release`].
#[derive(Debug, Default)]
pub(in crate::store) struct Names {
    entries: Slab<Entry>,
    table: Shards<u32>,
    /// Of the keys without a text.
    seen: [Seen; (u32::MAX - STAND_INS) as usize],
    recent: Recent,
    text: usize,
    hasher: RandomState,
    /// Insertions so far.
    births: u32,
}

#[derive(Debug)]
struct Entry {
    text: Box<[u8]>,
    refs: u32,
    /// Which insertion made it.
    born: u32,
    /// As a key.
    seen: Seen,
}

/// Ids of texts that came lately, by what a glance tells of a text: most come again at once and need no hash. An id may
/// be outdated, so its text is what counts.
#[derive(Debug)]
struct Recent([u32; RECENT]);

impl Default for Recent {
    fn default() -> Self {
        Self([u32::MAX; RECENT])
    }
}

/// How varied the values of one key have been.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    values: u32,
    distinct: u32,
}

impl Names {
    /// The id of a text, with one more reference.
    pub(in crate::store) fn acquire(&mut self, text: &[u8]) -> u32 {
        self.insert(text).0
    }

    /// The id of a value of `key` if it is short and its key is not too varied.
    pub(in crate::store) fn acquire_value(&mut self, key: u32, text: &[u8]) -> Option<u32> {
        if text.len() < 2 || text.len() > LONGEST {
            return None;
        }
        let seen = self.seen(key)?;
        if seen.values > TRIAL && seen.distinct.saturating_mul(2) > seen.values {
            return None;
        }
        // Halving both keeps the ratio.
        if seen.values == u32::MAX {
            *seen = Seen { values: seen.values / 2, distinct: seen.distinct / 2 };
        }
        seen.values += 1;
        let (id, new) = self.insert(text);
        if new && let Some(seen) = self.seen(key) {
            seen.distinct += 1;
        }
        Some(id)
    }

    /// Gives one reference back.
    pub(in crate::store) fn release(&mut self, id: u32) {
        let Some(entry) = self.entries.get_mut(id) else { return };
        // A count that once reached the limit is no longer known, so the text stays.
        if entry.refs == u32::MAX {
            return;
        }
        entry.refs -= 1;
        if entry.refs == 0 {
            self.remove(id);
        }
    }

    /// The text of an id.
    pub(in crate::store) fn text(&self, id: u32) -> &[u8] {
        self.entries.get(id).map_or(&[], |entry| &entry.text)
    }

    /// The text of an id as a string; what decoders stored was valid.
    pub(in crate::store) fn str(&self, id: u32) -> &str {
        std::str::from_utf8(self.text(id)).unwrap_or_default()
    }

    /// Insertions so far; stands still at the limit.
    pub(in crate::store) fn births(&self) -> u32 {
        self.births
    }

    /// Every id with its text that came after so many insertions.
    pub(in crate::store) fn born_after(&self, births: u32) -> impl Iterator<Item = (u32, &str)> {
        let entries = self.entries.iter().filter(move |(_, entry)| entry.born > births || entry.born == u32::MAX);
        entries.map(|(id, entry)| (id, std::str::from_utf8(&entry.text).unwrap_or_default()))
    }

    /// Heap bytes held.
    pub(in crate::store) fn bytes(&self) -> usize {
        self.entries.bytes() + self.table.bytes() + self.text
    }

    /// Whether nothing is interned.
    #[cfg(test)]
    pub(in crate::store) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn seen(&mut self, key: u32) -> Option<&mut Seen> {
        match key.checked_sub(STAND_INS) {
            Some(at) => self.seen.get_mut(at as usize),
            None => self.entries.get_mut(key).map(|entry| &mut entry.seen),
        }
    }

    fn insert(&mut self, text: &[u8]) -> (u32, bool) {
        let place = glance(text);
        let recent = self.recent.0.get(place).copied().unwrap_or(u32::MAX);
        if let Some(entry) = self.entries.get_mut(recent)
            && *entry.text == *text
        {
            entry.refs = entry.refs.saturating_add(1);
            return (recent, false);
        }
        let (id, new) = self.insert_by_hash(text);
        if let Some(recent) = self.recent.0.get_mut(place) {
            *recent = id;
        }
        (id, new)
    }

    fn insert_by_hash(&mut self, text: &[u8]) -> (u32, bool) {
        let hash = self.hasher.hash_one(text);
        if let Some(&id) = self.table.find(hash, |&id| self.text(id) == text) {
            if let Some(entry) = self.entries.get_mut(id) {
                entry.refs = entry.refs.saturating_add(1);
            }
            return (id, false);
        }
        self.births = self.births.saturating_add(1);
        let id = self.entries.insert(Entry { text: text.into(), refs: 1, born: self.births, seen: Seen::default() });
        self.text += text.len();
        let (entries, hasher) = (&self.entries, &self.hasher);
        self.table.insert(hash, id, |&id| hasher.hash_one(entries.get(id).map_or(&[][..], |e| &e.text)));
        (id, true)
    }

    fn remove(&mut self, id: u32) {
        let hash = self.hasher.hash_one(self.text(id));
        let (entries, hasher) = (&self.entries, &self.hasher);
        let hash_of = |&id: &u32| hasher.hash_one(entries.get(id).map_or(&[][..], |e| &e.text));
        self.table.remove(hash, |&other| other == id, hash_of);
        self.text -= self.text(id).len();
        self.entries.remove(id);
        if self.entries.is_empty() {
            *self = Self { births: self.births, ..Self::default() };
        }
    }
}

/// A place for a text from its first and last bytes: almost always another for another text.
fn glance(text: &[u8]) -> usize {
    let (first, last) = match (text.first_chunk::<8>(), text.last_chunk::<8>()) {
        (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
        _ => match (text.first_chunk::<4>(), text.last_chunk::<4>()) {
            (Some(first), Some(last)) => (u64::from(u32::from_le_bytes(*first)), u64::from(u32::from_le_bytes(*last))),
            _ => text.iter().fold((0, 0), |(first, last), &byte| (first << 8 | u64::from(byte), last)),
        },
    };
    let mixed = (first ^ last.rotate_left(29) ^ text.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    usize::try_from(mixed >> (u64::BITS - RECENT.ilog2())).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_kept_once_and_leaves_with_its_last_reference() {
        let mut names = Names::default();
        let first = names.acquire(b"checkout");
        assert_eq!(names.acquire(b"checkout"), first);
        names.release(first);
        assert_eq!(names.str(first), "checkout");
        names.release(first);
        assert!(names.is_empty());
        assert_eq!(names.bytes(), 0);
    }

    #[test]
    fn a_key_whose_values_never_repeat_stops_being_interned() {
        let mut names = Names::default();
        let key = names.acquire(b"url");
        let kept = (0..1000).filter(|n| names.acquire_value(key, format!("/user/{n}").as_bytes()).is_some()).count();
        assert_eq!(kept, 257);
        let method = names.acquire(b"method");
        let kept = (0..1000).filter(|n| names.acquire_value(method, [b"GET", b"PUT"][n % 2]).is_some()).count();
        assert_eq!(kept, 1000);
    }
}
