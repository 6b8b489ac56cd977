//! One pool of memory for all bodies: taken as bytes come, given back when a body is done. Where there is no room, who
//! wants more waits.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes are counted in units of this many.
const UNIT: usize = 16 << 10;

/// The memory that all bodies share.
#[derive(Clone, Debug)]
pub(super) struct Pool {
    room: Arc<Semaphore>,
}

/// A body's share, given back when dropped.
#[derive(Debug)]
pub(super) struct Share {
    room: Arc<Semaphore>,
    permit: Option<OwnedSemaphorePermit>,
}

impl Pool {
    /// A pool of so many bytes.
    pub(super) fn new(bytes: usize) -> Self {
        Self { room: Arc::new(Semaphore::new(bytes / UNIT)) }
    }

    /// An empty share.
    pub(super) fn share(&self) -> Share {
        Share { room: Arc::clone(&self.room), permit: None }
    }
}

impl Share {
    /// Grows to hold so many bytes in all; waits for room.
    pub(super) async fn grow_to(&mut self, bytes: usize) {
        let held = self.permit.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let more = bytes.div_ceil(UNIT).saturating_sub(held);
        if more == 0 {
            return;
        }
        let more = u32::try_from(more).unwrap_or(u32::MAX);
        // The pool is never closed.
        let Ok(permit) = Arc::clone(&self.room).acquire_many_owned(more).await else { return };
        match &mut self.permit {
            Some(held) => held.merge(permit),
            None => self.permit = Some(permit),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn is_ready(future: impl Future<Output = ()>) -> bool {
        pin!(future).poll(&mut Context::from_waker(Waker::noop())) == Poll::Ready(())
    }

    #[test]
    fn what_one_holds_another_waits_for() {
        let pool = Pool::new(4 * UNIT);
        let (mut first, mut second) = (pool.share(), pool.share());
        assert!(is_ready(first.grow_to(1)) && is_ready(first.grow_to(3 * UNIT)));
        assert!(is_ready(second.grow_to(UNIT)));
        assert!(!is_ready(second.grow_to(UNIT + 1)), "the pool is full");
        drop(first);
        assert!(is_ready(second.grow_to(4 * UNIT)));
    }
}
