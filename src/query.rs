//! Placeholder head of query.
