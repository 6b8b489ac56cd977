//! What spans repeat of others: the resource, byte for byte, and the name of the format.
//!
//! Never outlives a call of the decoder: indices into a batch mean nothing once the batch is sent away.

use std::collections::VecDeque;

use crate::model::{BatchResource, SpanBatch, Text};

/// The key of resources of the console. A quote begins it: the keys of `jsonl`, texts between quotes, hold none.
pub(crate) const CONSOLE: &[u8] = b"\"console";

/// So many resources are remembered: more services than this seldom write into one file in turns.
const MAX_RESOURCES: usize = 8;

/// The last resources and the last format name of this batch.
#[derive(Debug, Default)]
pub(crate) struct Memo {
    /// Keys of resources and their indices.
    resources: VecDeque<(Vec<u8>, u32)>,
    source: Option<(&'static str, Text)>,
}

impl Memo {
    /// Forgets, for a new batch.
    pub(crate) fn clear(&mut self) {
        self.resources.clear();
        self.source = None;
    }

    /// The index of the resource with this key: a new one when it is not remembered.
    pub(crate) fn resource(
        &mut self,
        key: [&[u8]; 2],
        batch: &mut SpanBatch,
        make: impl FnOnce(&mut SpanBatch) -> BatchResource,
    ) -> u32 {
        let same = |known: &[u8]| known.strip_prefix(key[0]).and_then(|rest| rest.strip_prefix(b"\n")) == Some(key[1]);
        if let Some((_, index)) = self.resources.iter().find(|(known, _)| same(known)) {
            return *index;
        }
        let resource = make(batch);
        let index = u32::try_from(batch.resources.len()).unwrap_or(u32::MAX);
        batch.resources.push(resource);
        self.resources.truncate(MAX_RESOURCES - 1);
        self.resources.push_front(([key[0], b"\n", key[1]].concat(), index));
        index
    }

    /// The resource of the console that `text` begins with, if it is remembered: its length and its index.
    pub(crate) fn console_resource(&self, text: &[u8]) -> Option<(usize, u32)> {
        self.resources.iter().find_map(|(key, index)| {
            let raw = key.strip_prefix(CONSOLE)?.strip_prefix(b"\n")?;
            // Only of an object is the end told by its own last byte.
            (raw.starts_with(b"{") && text.starts_with(raw)).then_some((raw.len(), *index))
        })
    }

    /// The format's name as text of the batch.
    pub(crate) fn source(&mut self, name: &'static str, batch: &mut SpanBatch) -> Text {
        match self.source {
            Some((last, text)) if last == name => text,
            _ => {
                let text = batch.push_text(name.as_bytes());
                self.source = Some((name, text));
                text
            }
        }
    }
}
