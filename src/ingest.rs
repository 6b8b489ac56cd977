//! Placeholder head of ingest.
