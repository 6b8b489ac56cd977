//! What all traces share: interned text, resources, and the counts of services. Every reference that is taken here
//! is given back when its span leaves.

pub(super) mod backlinks;
pub(super) mod failures;
pub(super) mod histogram;
pub(super) mod names;
pub(super) mod resources;
pub(super) mod services;

use std::hash::BuildHasher;

use foldhash::quality::FixedState;

use crate::model::{BatchResource, BatchSpan, SpanBatch};
use crate::store::pool::backlinks::Backlinks;
use crate::store::pool::failures::Failures;
use crate::store::pool::names::Names;
use crate::store::pool::resources::Resources;
use crate::store::pool::services::Services;
use crate::store::record::pack::Packer;
use crate::store::record::unpack::{Piece, Pieces};

/// See the file's head.
#[derive(Debug, Default)]
pub(super) struct Pool {
    pub(super) names: Names,
    pub(super) resources: Resources,
    pub(super) services: Services,
    pub(super) failures: Failures,
    pub(super) backlinks: Backlinks,
    /// Traces in which a span failed.
    pub(super) failed_traces: u64,
}

impl Pool {
    /// The resource of a batch, with one reference. `scratch` is overwritten.
    pub(super) fn acquire_resource(
        &mut self,
        batch: &SpanBatch,
        resource: &BatchResource,
        scratch: &mut Vec<u8>,
    ) -> u32 {
        let name = self.names.acquire(batch.bytes(resource.service));
        let (service, new) = self.services.acquire(name);
        if !new {
            self.names.release(name);
        }
        scratch.clear();
        Packer { names: &mut self.names, batch, out: scratch }.resource(resource.attributes);
        if let Some(id) = self.resources.acquire(service, scratch) {
            self.release_attributes(scratch);
            self.services.release(service);
            return id;
        }
        self.resources.insert(service, name, scratch)
    }

    /// Gives back one reference to a resource.
    pub(super) fn release_resource(&mut self, id: u32) {
        let Some(entry) = self.resources.release(id) else { return };
        self.release_attributes(&entry.packed);
        if let Some(name) = self.services.release(entry.service) {
            self.names.release(name);
        }
    }

    /// Packs a span's record into `out` and takes a reference to its name.
    pub(super) fn pack(&mut self, batch: &SpanBatch, span: &BatchSpan, out: &mut Vec<u8>) -> u32 {
        out.clear();
        Packer { names: &mut self.names, batch, out }.span(span);
        self.names.acquire(batch.bytes(span.name))
    }

    /// Gives back what a span holds: its name, resource and the text of its record. Gives back the record's length.
    pub(super) fn release(&mut self, name: u32, resource: u32, record: &[u8]) -> usize {
        let len = self.release_record(record);
        self.names.release(name);
        self.release_resource(resource);
        len
    }

    /// A hash of a name that outlives its number, the same in every run.
    pub(super) fn name_hash(&self, name: u32) -> u64 {
        FixedState::default().hash_one(self.names.text(name))
    }

    pub(super) fn bytes(&self) -> usize {
        self.names.bytes()
            + self.resources.bytes()
            + self.services.bytes()
            + self.failures.bytes()
            + self.backlinks.bytes()
    }

    fn release_record(&mut self, record: &[u8]) -> usize {
        let mut pieces = Pieces::new(record);
        pieces.visit(&mut |piece| release_piece(&mut self.names, piece));
        record.len() - pieces.left()
    }

    fn release_attributes(&mut self, packed: &[u8]) {
        Pieces::new(packed).visit_attributes(&mut |piece| release_piece(&mut self.names, piece));
    }
}

fn release_piece(names: &mut Names, piece: Piece<'_>) -> bool {
    if let Piece::Name(id) = piece {
        names.release(id);
    }
    false
}
