//! Spans of one trace that share id, service and kind: which of them are one span, sent more than once, and which are not.
//!
//! Two are one when their starts differ by less than 1 µs, or when they have one name and their closed intervals, widened
//! by 1 µs, overlap; groups are the connected components of that. Members that are not shown still stretch their group.
//! Only ids that came with different content are known here. Every step costs the logarithm of what is known of an id.

use std::collections::BTreeMap;

use foldhash::quality::FixedState;
use hashbrown::HashMap;

use crate::model::Kind;

/// Starts nearer than this are those of one span, in ns; intervals may be so far apart.
const NEAR: i64 = 1_000;

/// Bytes of an entry of an ordered map, about.
const ENTRY: usize = 48;

/// What spans have in common that may be one.
pub(in crate::store) type Key = (u64, u32, Kind);

/// A span as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) struct Member {
    /// A hash of its name, the same in every run.
    pub(in crate::store) name: u64,
    pub(in crate::store) start: i64,
    pub(in crate::store) end: i64,
}

/// See the file's head.
#[derive(Debug, Default)]
pub(in crate::store) struct Copies {
    families: HashMap<Key, Family, FixedState>,
    /// Spans that are shown beside others of their key.
    shared: u32,
    bytes: usize,
}

/// The spans of one key.
#[derive(Debug, Default)]
struct Family {
    /// A group for each start of a member.
    starts: BTreeMap<i64, u32>,
    /// Ends and groups of stretches in which members of a name lie without a gap, by name and start.
    stretches: BTreeMap<(u64, i64), (i64, u32)>,
    groups: Vec<Group>,
    /// Groups that are shown.
    live: u32,
}

/// A group, or one that has become a part of another.
#[derive(Clone, Copy, Debug)]
struct Group {
    /// Itself, or the group it belongs to.
    of: u32,
    /// How many groups are in it.
    size: u32,
    /// The row that shows it.
    row: u32,
}

impl Copies {
    /// Whether nothing is known of a key, which means that no two different spans have it.
    pub(in crate::store) fn is_unknown(&self, key: Key) -> bool {
        !self.families.contains_key(&key)
    }

    /// The rows of the groups that a span belongs to; more than one when it joins them.
    pub(in crate::store) fn rows(&self, key: Key, member: Member) -> Vec<u32> {
        let Some(family) = self.families.get(&key) else { return Vec::new() };
        let rows = family.groups_of(member).into_iter().filter_map(|group| family.groups.get(group as usize));
        rows.map(|group| group.row).collect()
    }

    /// Takes in a span that belongs to no group: it is shown in this row.
    pub(in crate::store) fn add(&mut self, key: Key, member: Member, row: u32) {
        self.change(key, |family| {
            let group = index(family.groups.len());
            family.groups.push(Group { of: group, size: 1, row });
            family.live += 1;
            family.insert(member, group);
        });
    }

    /// Takes in a span that belongs to groups: they become one, shown in this row.
    pub(in crate::store) fn join(&mut self, key: Key, member: Member, row: u32) {
        self.change(key, |family| {
            let mut groups = family.groups_of(member).into_iter();
            let Some(mut group) = groups.next() else { return };
            for other in groups {
                group = family.unite(group, other);
            }
            if let Some(group) = family.groups.get_mut(group as usize) {
                group.row = row;
            }
            family.insert(member, group);
        });
    }

    /// Takes note that the row of a shown member has another number.
    pub(in crate::store) fn moved(&mut self, key: Key, member: Member, row: u32) {
        let Some(family) = self.families.get_mut(&key) else { return };
        let group = family.starts.get(&member.start).map(|group| family.root(*group));
        if let Some(group) = group.and_then(|group| family.groups.get_mut(group as usize)) {
            group.row = row;
        }
    }

    /// How many spans of a key are shown.
    pub(in crate::store) fn shown(&self, key: Key) -> u32 {
        self.families.get(&key).map_or(1, |family| family.live)
    }

    /// Spans that are shown beside others of their key.
    pub(in crate::store) fn shared(&self) -> u32 {
        self.shared
    }

    pub(in crate::store) fn bytes(&self) -> usize {
        self.families.allocation_size() + self.bytes
    }

    fn change(&mut self, key: Key, change: impl FnOnce(&mut Family)) {
        let family = self.families.entry(key).or_default();
        let (before, shared) = (family.bytes(), family.shared());
        change(family);
        self.bytes = self.bytes + family.bytes() - before;
        self.shared = self.shared + family.shared() - shared;
    }
}

impl Family {
    fn shared(&self) -> u32 {
        if self.live > 1 { self.live } else { 0 }
    }

    fn bytes(&self) -> usize {
        (self.starts.len() + self.stretches.len()) * ENTRY + self.groups.capacity() * size_of::<Group>()
    }

    fn root(&self, mut group: u32) -> u32 {
        while let Some(other) = self.groups.get(group as usize).map(|group| group.of).filter(|other| *other != group) {
            group = other;
        }
        group
    }

    /// The groups that a span belongs to.
    fn groups_of(&self, member: Member) -> Vec<u32> {
        let before = self.starts.range(..=member.start).next_back();
        let after = self.starts.range(member.start..).next();
        // All starts that are near on one side are near each other, so the nearest stands for them.
        let near = [before, after].into_iter().flatten();
        let near =
            near.filter(|(start, _)| start.abs_diff(member.start) < NEAR.unsigned_abs()).map(|(_, group)| *group);
        let mut groups: Vec<u32> = near.chain(self.stretches_of(member).map(|(_, (_, group))| group)).collect();
        for group in &mut groups {
            *group = self.root(*group);
        }
        groups.sort_unstable();
        groups.dedup();
        groups
    }

    /// The stretches of a span's name that it touches, the last first.
    fn stretches_of(&self, member: Member) -> impl Iterator<Item = (i64, (i64, u32))> {
        let last = member.end.saturating_add(NEAR);
        let stretches = self.stretches.range((member.name, i64::MIN)..=(member.name, last)).rev();
        let stretches = stretches.map(|((_, start), stretch)| (*start, *stretch));
        // They do not overlap, so the first that ends too early ends the search.
        stretches.take_while(move |(_, (end, _))| end.saturating_add(NEAR) >= member.start)
    }

    fn insert(&mut self, member: Member, group: u32) {
        self.starts.insert(member.start, group);
        let touched: Vec<(i64, (i64, u32))> = self.stretches_of(member).collect();
        let (mut start, mut end) = (member.start, member.end);
        for (from, (to, _)) in touched {
            self.stretches.remove(&(member.name, from));
            (start, end) = (start.min(from), end.max(to));
        }
        self.stretches.insert((member.name, start), (end, group));
    }

    /// Makes one group of two; the smaller becomes a part of the larger.
    fn unite(&mut self, a: u32, b: u32) -> u32 {
        let size = |group: u32| self.groups.get(group as usize).map_or(0, |group| group.size);
        let (large, small) = if size(a) >= size(b) { (a, b) } else { (b, a) };
        let both = size(a) + size(b);
        if let Some(group) = self.groups.get_mut(small as usize) {
            group.of = large;
        }
        if let Some(group) = self.groups.get_mut(large as usize) {
            group.size = both;
        }
        self.live -= 1;
        large
    }
}

fn index(n: usize) -> u32 {
    debug_assert!(u32::try_from(n).is_ok(), "a trace has fewer spans");
    u32::try_from(n).unwrap_or(u32::MAX)
}
