//! A set of ids of things that come and go, and up to which insertion it knows them.

use crate::model::Bits;

/// See the file's head. What left may still be in it; nothing refers to that any more.
#[derive(Clone, Debug, Default)]
pub(super) struct Ids {
    bits: Bits,
    pub(super) births: u32,
}

impl Ids {
    /// Puts an id in or takes it out.
    pub(super) fn set(&mut self, id: u32, is_in: bool) {
        self.bits.set(id, is_in);
    }

    pub(super) fn has(&self, id: u32) -> bool {
        self.bits.has(id)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bits.is_empty()
    }
}
