//! Placeholder head of source.
