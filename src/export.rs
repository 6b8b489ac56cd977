//! Placeholder head of export.
