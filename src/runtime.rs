//! Placeholder head of runtime.
