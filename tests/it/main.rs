//! One test binary: fixtures in, screens or jsonl out.
