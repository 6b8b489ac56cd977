//! Several threads decode one file. Each takes the next piece that none has taken and decodes it as if it began the file;
//! one of them, the lead, reads, puts the results in order, and decodes again what turns out to hang on the piece before.
//!
//! The outcome is that of one thread, to the letter. Only a few pieces are in memory at a time.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::segments::Segments;
use crate::ingest::{DecodeOptions, Decoder};
use crate::model::SpanBatch;

/// Pieces in memory for each thread.
const PIECES: u64 = 4;

/// Pieces decoded in vain cost this much trust, others bring back 1; with none left the lead works alone.
const BREACH: u32 = 8;

/// See [`BREACH`].
const MOST_TRUST: u32 = 4 * BREACH;

/// Takes the decoder as it is after a piece of this many bytes, and what they became; says whether to go on.
pub(super) type Emit<'a> = &'a mut dyn FnMut(&Decoder, usize, &mut SpanBatch) -> bool;

/// A piece and what became of it.
struct Piece {
    number: u64,
    /// It may be decoded apart.
    is_apart: bool,
    is_decoded: bool,
    bytes: Vec<u8>,
    batch: SpanBatch,
    decoder: Decoder,
}

impl Piece {
    fn decode_apart(&mut self) {
        self.batch.clear();
        self.decoder.restart_amid();
        self.decoder.feed(&self.bytes, &mut self.batch);
        self.is_decoded = true;
    }
}

/// What the threads share.
#[derive(Default)]
struct Crew {
    table: Mutex<Table>,
    changed: Condvar,
}

#[derive(Default)]
struct Table {
    waiting: VecDeque<Piece>,
    decoded: Vec<Piece>,
    is_over: bool,
}

impl Crew {
    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, table: MutexGuard<'a, Table>) -> MutexGuard<'a, Table> {
        self.changed.wait(table).unwrap_or_else(PoisonError::into_inner)
    }

    /// Decodes pieces until there will be no more.
    fn help(&self) {
        let mut table = self.table();
        while !table.is_over {
            let apart = table.waiting.iter().position(|piece| piece.is_apart);
            let Some(mut piece) = apart.and_then(|at| table.waiting.remove(at)) else {
                table = self.wait(table);
                continue;
            };
            drop(table);
            piece.decode_apart();
            table = self.table();
            table.decoded.push(piece);
            self.changed.notify_all();
        }
    }
}

/// Sends the helpers home, whatever happens to the lead.
struct Closing<'a>(&'a Crew);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.table().is_over = true;
        self.0.changed.notify_all();
    }
}

/// Decodes all pieces with so many threads, this one included; whether the end was reached.
pub(super) fn decode(
    segments: &mut Segments<'_>,
    decoder: &mut Decoder,
    options: &DecodeOptions,
    threads: usize,
    emit: Emit<'_>,
) -> bool {
    let crew = Crew::default();
    let window = if threads > 1 { PIECES * threads as u64 } else { 1 };
    std::thread::scope(|scope| {
        let _closing = Closing(&crew);
        for _ in 1..threads {
            // Where no more threads are to be had, the lead does it all.
            let _ = std::thread::Builder::new().name("files".to_owned()).spawn_scoped(scope, || crew.help());
        }
        let (spare, trust) = (Vec::new(), MOST_TRUST);
        Lead { crew: &crew, segments, decoder, options, spare, trust, window, read: 0, out: 0 }.run(emit)
    })
}

struct Lead<'a, 'b> {
    crew: &'a Crew,
    segments: &'a mut Segments<'b>,
    decoder: &'a mut Decoder,
    options: &'a DecodeOptions,
    spare: Vec<Piece>,
    trust: u32,
    window: u64,
    /// Pieces read.
    read: u64,
    /// Pieces handed out.
    out: u64,
}

impl Lead<'_, '_> {
    fn run(&mut self, emit: Emit<'_>) -> bool {
        loop {
            self.fill();
            let Some(mut piece) = self.next() else { return true };
            self.join(&mut piece);
            let go_on = emit(self.decoder, piece.bytes.len(), &mut piece.batch);
            self.spare.push(piece);
            self.out += 1;
            if !go_on {
                return false;
            }
        }
    }

    /// Reads as far ahead as is allowed.
    fn fill(&mut self) {
        while self.read - self.out < self.window {
            let mut piece = self.spare.pop().unwrap_or_else(|| Piece {
                number: 0,
                is_apart: false,
                is_decoded: false,
                bytes: Vec::new(),
                batch: SpanBatch::default(),
                decoder: Decoder::amid(self.options.clone()),
            });
            let Some(is_cut) = self.segments.next(&mut piece.bytes) else { return };
            piece.number = self.read;
            piece.is_apart = is_cut && self.trust > 0;
            piece.is_decoded = false;
            self.read += 1;
            self.crew.table().waiting.push_back(piece);
            self.crew.changed.notify_one();
        }
    }

    /// The next piece in order, decoded or not; helps with others while it is in work.
    fn next(&mut self) -> Option<Piece> {
        if self.out == self.read {
            return None;
        }
        let mut table = self.crew.table();
        loop {
            if let Some(at) = table.decoded.iter().position(|piece| piece.number == self.out) {
                return Some(table.decoded.swap_remove(at));
            }
            let number = self.out;
            let is_free = table.waiting.front().is_some_and(|piece| piece.is_apart || piece.number == number);
            let Some(mut piece) = is_free.then(|| table.waiting.pop_front()).flatten() else {
                table = self.crew.wait(table);
                continue;
            };
            if piece.number == number {
                return Some(piece);
            }
            drop(table);
            piece.decode_apart();
            table = self.crew.table();
            table.decoded.push(piece);
        }
    }

    /// Makes the piece's batch what it is in its place.
    fn join(&mut self, piece: &mut Piece) {
        if piece.is_decoded && self.decoder.take_over(&mut piece.decoder, &mut piece.batch) {
            self.trust = MOST_TRUST.min(self.trust + 1);
            return;
        }
        if piece.is_decoded {
            self.trust = self.trust.saturating_sub(BREACH);
        }
        piece.batch.clear();
        self.decoder.feed(&piece.bytes, &mut piece.batch);
    }
}

#[cfg(test)]
mod tests;
