//! The way from the sources to the one owner of the spans: a queue bounded in batches and in bytes, and a way back for
//! the memory of batches.
//!
//! Each source has an outbox and says what a full queue means to it: sockets that cannot wait drop and count, servers hold
//! their answer, files wait.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use crate::model::SpanBatch;

/// Batches that may wait for their owner.
const QUEUE: usize = 128;

/// Bytes of batches that may wait for their owner, or be in its hands.
const QUEUE_BYTES: usize = 64 << 20;

/// Bytes are counted in units of this many.
const UNIT: usize = 1024;

/// Empty batches kept for reuse per source.
const SPARE: usize = 16;

/// Batches that grew beyond this are given back to the system.
const LARGEST_SPARE: usize = 4 << 20;

/// A batch on its way, and the way back for its memory.
#[derive(Debug)]
pub struct Parcel {
    /// What was decoded.
    pub batch: SpanBatch,
    home: SyncSender<SpanBatch>,
    /// Its share of the queue's bytes.
    _room: OwnedSemaphorePermit,
}

impl Parcel {
    /// Gives the batch's memory back to the source that filled it.
    pub fn recycle(self) {
        if self.batch.text.capacity() <= LARGEST_SPARE {
            // A full or closed way back only means that the memory is freed here.
            let _ = self.home.try_send(self.batch);
        }
    }
}

/// Where sources put their batches.
#[derive(Clone, Debug)]
pub struct Inlet {
    sender: mpsc::Sender<Parcel>,
    room: Arc<Semaphore>,
    units: u32,
}

/// The queue between sources and the owner of the spans.
pub fn channel() -> (Inlet, mpsc::Receiver<Parcel>) {
    channel_of(QUEUE, QUEUE_BYTES)
}

/// The same with room for so many batches and bytes.
pub fn channel_of(batches: usize, bytes: usize) -> (Inlet, mpsc::Receiver<Parcel>) {
    let (sender, receiver) = mpsc::channel(batches.max(1));
    let units = u32::try_from(bytes.div_ceil(UNIT).max(1)).unwrap_or(u32::MAX >> 3);
    (Inlet { sender, room: Arc::new(Semaphore::new(units as usize)), units }, receiver)
}

/// A source's way out.
#[derive(Debug)]
pub(super) struct Outbox {
    inlet: Inlet,
    home: SyncSender<SpanBatch>,
    spare: Receiver<SpanBatch>,
}

impl Outbox {
    pub(super) fn new(inlet: Inlet) -> Self {
        let (home, spare) = sync_channel(SPARE);
        Self { inlet, home, spare }
    }

    /// Whether nobody takes batches any more.
    pub(super) fn is_closed(&self) -> bool {
        self.inlet.sender.is_closed()
    }

    /// Whether a good part of the queue waits already. It counts batches: were they small, little input would fill it.
    pub(super) fn is_behind(&self) -> bool {
        self.inlet.sender.capacity() * 4 < self.inlet.sender.max_capacity() * 3
    }

    /// An empty batch, with the memory of an earlier one where possible.
    pub(super) fn spare(&self) -> SpanBatch {
        let mut batch = self.spare.try_recv().unwrap_or_default();
        batch.clear();
        batch
    }

    /// Sends the batch on and puts an empty one in its place, or leaves it as it is when the queue is full or closed.
    pub(super) fn try_send(&self, batch: &mut SpanBatch) -> bool {
        let units = self.units(batch);
        let Ok(room) = Arc::clone(&self.inlet.room).try_acquire_many_owned(units) else { return false };
        let Ok(slot) = self.inlet.sender.try_reserve() else { return false };
        slot.send(self.parcel(batch, room));
        true
    }

    /// Sends the batch on as soon as there is room and puts an empty one in its place; whether anybody takes it.
    pub(super) async fn send(&self, batch: &mut SpanBatch) -> bool {
        let units = self.units(batch);
        let Ok(slot) = self.inlet.sender.reserve().await else { return false };
        let Ok(room) = Arc::clone(&self.inlet.room).acquire_many_owned(units).await else { return false };
        slot.send(self.parcel(batch, room));
        true
    }

    /// The same for a thread that has nothing else to do meanwhile.
    pub(super) fn send_blocking(&self, batch: &mut SpanBatch) -> io::Result<bool> {
        if self.try_send(batch) {
            return Ok(true);
        }
        Ok(tokio::runtime::Builder::new_current_thread().build()?.block_on(self.send(batch)))
    }

    /// A batch larger than the whole queue has it for itself.
    fn units(&self, batch: &SpanBatch) -> u32 {
        u32::try_from(batch.size().div_ceil(UNIT)).unwrap_or(u32::MAX).min(self.inlet.units)
    }

    fn parcel(&self, batch: &mut SpanBatch, room: OwnedSemaphorePermit) -> Parcel {
        Parcel { batch: std::mem::replace(batch, self.spare()), home: self.home.clone(), _room: room }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(bytes: usize) -> SpanBatch {
        SpanBatch { text: vec![b'x'; bytes], ..SpanBatch::default() }
    }

    #[test]
    fn a_queue_full_of_bytes_takes_no_more_until_they_are_used() {
        let (inlet, mut receiver) = channel_of(100, 64 << 10);
        let outbox = Outbox::new(inlet);
        let mut large = batch(40 << 10);
        assert!(outbox.try_send(&mut large));
        assert!(large.text.is_empty(), "an empty batch takes its place");
        let mut next = batch(40 << 10);
        assert!(!outbox.try_send(&mut next));
        assert_eq!(next.text.len(), 40 << 10, "it is as it was");
        let parcel = receiver.try_recv().expect("the first");
        assert!(!outbox.try_send(&mut next), "what its owner holds counts still");
        parcel.recycle();
        assert!(outbox.try_send(&mut next));
    }

    #[test]
    fn a_batch_larger_than_the_queue_waits_for_all_of_it() {
        let (inlet, mut receiver) = channel_of(100, 1 << 10);
        let outbox = Outbox::new(inlet);
        assert!(outbox.try_send(&mut batch(1)));
        assert!(!outbox.try_send(&mut batch(1 << 20)));
        drop(receiver.try_recv());
        assert!(outbox.try_send(&mut batch(1 << 20)));
    }

    #[test]
    fn who_waits_goes_on_when_there_is_room_or_nobody_left() {
        let (inlet, mut receiver) = channel_of(1, 1 << 20);
        let outbox = Outbox::new(inlet);
        let owner = std::thread::spawn(move || {
            let first = receiver.blocking_recv().map(|parcel| parcel.batch.text.len());
            (first, receiver.blocking_recv().map(|parcel| parcel.batch.text.len()))
        });
        assert!(outbox.send_blocking(&mut batch(1)).expect("a runtime"));
        assert!(outbox.send_blocking(&mut batch(2)).expect("a runtime"));
        assert_eq!(owner.join().expect("no panic"), (Some(1), Some(2)));
        assert!(!outbox.send_blocking(&mut batch(3)).expect("a runtime"));
        assert!(outbox.is_closed());
    }

    #[test]
    fn memory_comes_home() {
        let (inlet, mut receiver) = channel();
        let outbox = Outbox::new(inlet);
        assert!(outbox.try_send(&mut batch(1000)));
        receiver.try_recv().expect("the batch").recycle();
        let spare = outbox.spare();
        assert!(spare.text.is_empty() && spare.text.capacity() >= 1000);
    }
}
