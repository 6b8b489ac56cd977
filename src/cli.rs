//! Placeholder head of cli.
