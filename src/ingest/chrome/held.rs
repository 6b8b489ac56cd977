//! What events say, until it is known where they lie. Profiles repeat themselves: equal texts and equal lists of attributes
//! are held once.

use std::hash::BuildHasher;

use hashbrown::HashMap;

use super::HASHER;
use super::event::Event;
use crate::ingest::json::{Json, JsonKind, Shapes, push_attributes, push_text, push_value};
use crate::model::{BatchAttribute, Range32, SpanBatch, Text};

/// So many texts and lists are remembered, none longer than that.
const MOST: usize = 1 << 14;
const LONGEST: usize = 256;

/// Texts and attributes.
#[derive(Debug, Default)]
pub(super) struct Held {
    pub(super) batch: SpanBatch,
    texts: HashMap<u64, Text>,
    lists: HashMap<u64, Range32>,
    scratch: Vec<u8>,
}

impl Held {
    /// A string; the empty text for other values.
    pub(super) fn text(&mut self, value: Option<Json<'_>>) -> Text {
        let Some(value) = value else { return Text::default() };
        let raw = value.raw();
        let key = HASHER.hash_one((value.kind() as u8, raw));
        let start = self.texts.get(&key).copied();
        if let Some(known) = start.filter(|known| value.kind() == JsonKind::Plain && self.batch.bytes(*known) == raw) {
            return known;
        }
        let text = push_text(value, &mut self.batch);
        if raw.len() <= LONGEST && self.texts.len() < MOST {
            self.texts.insert(key, text);
        }
        text
    }

    /// What an event says besides its fields, as attributes.
    pub(super) fn attributes(&mut self, event: Event<'_>) -> Range32 {
        self.scratch.clear();
        let args = event.args().filter(|args| args.kind() != JsonKind::Null);
        for part in args.into_iter().chain(event.rest().flat_map(|(key, value)| [key, value])) {
            self.scratch.push(part.kind() as u8);
            self.scratch.extend_from_slice(part.raw());
        }
        let is_short = self.scratch.len() <= LONGEST;
        let key = HASHER.hash_one(&self.scratch);
        if let Some(known) = self.lists.get(&key).filter(|_| is_short) {
            return *known;
        }
        let start = self.batch.attributes.len();
        match args {
            Some(args) if args.kind() == JsonKind::Object => {
                push_attributes(args, Shapes::Plain, &mut self.batch);
            }
            Some(args) => {
                let key = self.batch.push_text(b"args");
                let value = push_value(args, Shapes::Plain, &mut self.batch);
                self.batch.attributes.push(BatchAttribute { key, value });
            }
            None => {}
        }
        for (key, value) in event.rest() {
            let key = push_text(key, &mut self.batch);
            let value = push_value(value, Shapes::Plain, &mut self.batch);
            self.batch.attributes.push(BatchAttribute { key, value });
        }
        let list = self.batch.attributes_since(start);
        if is_short && self.lists.len() < MOST {
            self.lists.insert(key, list);
        }
        list
    }

    /// What the end of a slice says goes beside what its beginning said, or in its place.
    pub(super) fn merged(&mut self, known: Range32, args: Option<Json<'_>>) -> Range32 {
        let Some(args) = args.filter(|args| args.members().next().is_some()) else { return known };
        let new = push_attributes(args, Shapes::Plain, &mut self.batch);
        let new = self.batch.attributes.get(new.range()).unwrap_or_default().to_vec();
        let old = self.batch.attributes.get(known.range()).unwrap_or_default().to_vec();
        let is_same = |a: &BatchAttribute, b: &BatchAttribute| self.batch.bytes(a.key) == self.batch.bytes(b.key);
        let said_again = old.iter().map(|old| *new.iter().find(|new| is_same(new, old)).unwrap_or(old));
        let added = new.iter().filter(|new| !old.iter().any(|old| is_same(old, new))).copied();
        let all: Vec<BatchAttribute> = said_again.chain(added).collect();
        let start = self.batch.attributes.len();
        self.batch.attributes.extend(all);
        self.batch.attributes_since(start)
    }
}
