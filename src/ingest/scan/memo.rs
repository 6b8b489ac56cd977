//! What one span repeats of the last: the resource, byte for byte, and the name of the format.
//!
//! Never outlives a call of the decoder: indices into a batch mean nothing once the batch is sent away.

use crate::model::{BatchResource, SpanBatch, Text};

/// The key of resources of the console. A quote begins it: the keys of `jsonl`, texts between quotes, hold none.
pub(crate) const CONSOLE: &[u8] = b"\"console";

/// The last resource and the last format name of this batch.
#[derive(Debug, Default)]
pub(crate) struct Memo {
    key: Vec<u8>,
    resource: Option<u32>,
    source: Option<(&'static str, Text)>,
}

impl Memo {
    /// Forgets, for a new batch.
    pub(crate) fn clear(&mut self) {
        self.resource = None;
        self.source = None;
    }

    /// The index of the resource with this key: the last one when the key is the same, a new one otherwise.
    pub(crate) fn resource(
        &mut self,
        key: [&[u8]; 2],
        batch: &mut SpanBatch,
        make: impl FnOnce(&mut SpanBatch) -> BatchResource,
    ) -> u32 {
        let same = self.key.strip_prefix(key[0]).and_then(|rest| rest.strip_prefix(b"\n")) == Some(key[1]);
        if let (true, Some(index)) = (same, self.resource) {
            return index;
        }
        self.key.clear();
        self.key.extend_from_slice(key[0]);
        self.key.push(b'\n');
        self.key.extend_from_slice(key[1]);
        let resource = make(batch);
        let index = u32::try_from(batch.resources.len()).unwrap_or(u32::MAX);
        batch.resources.push(resource);
        self.resource = Some(index);
        index
    }

    /// The bytes of the last resource, when the last span was of the console.
    pub(crate) fn console_resource(&self) -> &[u8] {
        let raw = self.key.strip_prefix(CONSOLE).and_then(|rest| rest.strip_prefix(b"\n"));
        raw.filter(|raw| self.resource.is_some() && raw.starts_with(b"{")).unwrap_or_default()
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
