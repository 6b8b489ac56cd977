//! A list whose places are reused: stable small ids for things that come and go. Knows nothing of what it holds.

use std::mem::size_of;

const END: u32 = u32::MAX;

/// Values under ids that stay the same until removed. An emptied slab gives its memory back.
#[derive(Debug)]
pub(in crate::store) struct Slab<T> {
    slots: Vec<Slot<T>>,
    free: u32,
    live: usize,
}

#[derive(Debug)]
enum Slot<T> {
    Full(T),
    Free(u32),
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self { slots: Vec::new(), free: END, live: 0 }
    }
}

impl<T> Slab<T> {
    pub(in crate::store) fn insert(&mut self, value: T) -> u32 {
        self.live += 1;
        let id = self.free;
        if let Some(slot) = self.slots.get_mut(id as usize) {
            if let Slot::Free(next) = *slot {
                self.free = next;
            }
            *slot = Slot::Full(value);
            return id;
        }
        if self.slots.len() == self.slots.capacity() {
            self.slots.reserve_exact((self.slots.len() / 4).max(4));
        }
        self.slots.push(Slot::Full(value));
        u32::try_from(self.slots.len() - 1).unwrap_or(END)
    }

    pub(in crate::store) fn remove(&mut self, id: u32) -> Option<T> {
        let slot = self.slots.get_mut(id as usize).filter(|slot| matches!(slot, Slot::Full(_)))?;
        let Slot::Full(value) = std::mem::replace(slot, Slot::Free(self.free)) else { return None };
        self.free = id;
        self.live -= 1;
        if self.live == 0 {
            *self = Self::default();
        }
        Some(value)
    }

    pub(in crate::store) fn get(&self, id: u32) -> Option<&T> {
        match self.slots.get(id as usize) {
            Some(Slot::Full(value)) => Some(value),
            Some(Slot::Free(_)) | None => None,
        }
    }

    pub(in crate::store) fn get_mut(&mut self, id: u32) -> Option<&mut T> {
        match self.slots.get_mut(id as usize) {
            Some(Slot::Full(value)) => Some(value),
            Some(Slot::Free(_)) | None => None,
        }
    }

    pub(in crate::store) fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        (0..).zip(&self.slots).filter_map(|(id, slot)| match slot {
            Slot::Full(value) => Some((id, value)),
            Slot::Free(_) => None,
        })
    }

    pub(in crate::store) fn ids(&self) -> impl Iterator<Item = u32> {
        (0..).zip(&self.slots).filter(|(_, slot)| matches!(slot, Slot::Full(_))).map(|(id, _)| id)
    }

    pub(in crate::store) fn is_empty(&self) -> bool {
        self.live == 0
    }

    pub(in crate::store) fn bytes(&self) -> usize {
        self.slots.capacity() * size_of::<Slot<T>>()
    }
}
