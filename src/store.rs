//! Placeholder head of store.
