//! The body of a request, decoded piece by piece: between two pieces the batch is handed on, so that a huge request is
//! never a huge batch, and others have their turn.
//!
//! Knows no transport and no format; each format that requests carry has a type of its own behind [`Body`].

use crate::model::SpanBatch;

/// How far a body has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The batch is full, the body goes on.
    More,
    /// Read to its end. What was odd about single spans is noted on them or as problems of the batch.
    Done,
    /// The body itself is damaged: what stood before the damage is in the batch, and the damage among its problems.
    Broken,
}

/// A body that is being decoded. The bytes are all there; only what is made of them comes in pieces.
pub trait Body {
    /// Appends spans to the batch until its text holds about `limit` bytes, or the body ends. Not to be called again after
    /// [`Progress::Done`] or [`Progress::Broken`]. The batch may be another one each time.
    fn fill(&mut self, batch: &mut SpanBatch, limit: usize) -> Progress;
}

/// Whether a batch holds as much as it should. Rows count too: spans can be all but empty.
pub(crate) fn is_full(batch: &SpanBatch, limit: usize) -> bool {
    let rows = (batch.spans.len() + batch.logs.len()) * 128
        + (batch.attributes.len() + batch.events.len() + batch.links.len()) * 16;
    batch.text.len() + rows >= limit
}

/// Decodes a whole body into one batch.
pub fn fill_whole(body: &mut dyn Body, batch: &mut SpanBatch) -> Progress {
    loop {
        let progress = body.fill(batch, usize::MAX);
        if progress != Progress::More {
            return progress;
        }
    }
}
