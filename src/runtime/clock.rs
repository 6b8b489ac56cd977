//! The clocks. Time enters the rest of the program as data, from here.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::model::Timestamp;

/// The time of day.
#[expect(clippy::disallowed_methods, reason = "this is where time comes in")]
pub fn wall() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
}

/// The steady clock.
#[expect(clippy::disallowed_methods, reason = "this is where time comes in")]
pub(super) fn now() -> Instant {
    Instant::now()
}
