//! The clocks of the loop. Time enters everything below as data.

use std::time::Instant;

pub use crate::source::wall;

/// The steady clock.
#[expect(clippy::disallowed_methods, reason = "this is where time comes in")]
pub(super) fn now() -> Instant {
    Instant::now()
}
