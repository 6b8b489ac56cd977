//! Collections that grow without long pauses and know their bytes. They know nothing of spans.

pub(in crate::store) mod shards;
pub(in crate::store) mod slab;
