//! Placeholder head of term.
