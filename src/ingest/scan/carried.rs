//! Output that a log collector has put into JSON, line by line or object by object: `{"log":"{\\n","stream":"stdout"}`.
//!
//! The text is taken out and read like any other, one lane for each stream.

use super::End;
use super::lane::Lane;
use super::sink::Target;
use crate::ingest::json::{Json, push_text};
use crate::model::{SpanBatch, Timestamp};

/// Members that hold what was printed: Docker, journald, loggers.
const TEXTS: [&[u8]; 6] = [b"log", b"MESSAGE", b"message", b"msg", b"line", b"textPayload"];

/// Members that tell one stream from another.
const STREAMS: [&[u8]; 8] =
    [b"stream", b"_PID", b"_HOSTNAME", b"CONTAINER_ID", b"container_id", b"container_name", b"pod", b"logger"];

/// More streams than this at once are not told apart.
const MAX_STREAMS: usize = 16;

/// An object inside such text may be this large.
const MAX_OBJECT: usize = 1 << 20;

/// The streams that have begun an object.
#[derive(Debug, Default)]
pub(super) struct Carried {
    list: Vec<(Vec<u8>, Lane)>,
    /// Text out of JSON is being read: JSON in there is left as it is.
    inside: bool,
    /// There was a stream that had begun one.
    was_used: bool,
}

impl Carried {
    /// Whether no stream has begun an object.
    pub(super) fn is_clear(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether no stream ever had.
    pub(super) fn is_unused(&self) -> bool {
        !self.was_used
    }
}

impl Target<'_> {
    /// Reads the text that the object on the tape carries when it is a part of a span, and says whether it did;
    /// `after` becomes the end of the last span in it.
    pub(super) fn carried(&mut self, bytes: &[u8], number: u64, after: &mut Option<Timestamp>) -> bool {
        let Some((text, stream, known)) = self.carried_text(bytes) else { return false };
        let mut streams = std::mem::take(&mut self.sink.carried);
        self.sink.carried.inside = true;
        let index = known.unwrap_or_else(|| {
            if streams.list.len() >= MAX_STREAMS {
                let (_, mut oldest) = streams.list.remove(0);
                oldest.run(End::Reached, None, self);
            }
            streams.list.push((stream, Lane::new(MAX_OBJECT)));
            streams.was_used = true;
            streams.list.len() - 1
        });
        if let Some((_, lane)) = streams.list.get_mut(index) {
            for line in text.split_inclusive(|byte| *byte == b'\n') {
                lane.push_line(line, number);
            }
            lane.run(End::Open, None, self);
            *after = lane.after().or(*after);
            if lane.is_idle() {
                streams.list.remove(index);
            }
        }
        self.sink.carried = streams;
        true
    }

    /// The text that an object carries, its stream, and that stream's place when it has begun an object.
    fn carried_text(&self, bytes: &[u8]) -> Option<(Vec<u8>, Vec<u8>, Option<usize>)> {
        if self.sink.carried.inside {
            return None;
        }
        let root = self.sink.tape.root(bytes);
        let text = TEXTS.iter().find_map(|key| root.get(key).filter(|text| text.is_string()))?;
        let stream: Vec<u8> =
            STREAMS.iter().flat_map(|key| root.get(key).map(Json::raw).unwrap_or_default()).copied().collect();
        let known = self.sink.carried.list.iter().position(|(key, _)| *key == stream);
        let text = plain(text);
        (known.is_some() || begins(&text)).then_some((text, stream, known))
    }

    /// Decides what is left of all streams.
    pub(super) fn finish_carried(&mut self) {
        let streams = std::mem::take(&mut self.sink.carried);
        self.sink.carried.inside = true;
        for (_, mut lane) in streams.list {
            lane.run(End::Reached, None, self);
        }
        self.sink.carried.inside = false;
    }
}

/// Whether a text begins an object that may be a span, or holds one.
fn begins(text: &[u8]) -> bool {
    text.trim_ascii_end().ends_with(b"{") || memchr::memmem::find(text, b"\"span_id\"").is_some()
}

fn plain(text: Json<'_>) -> Vec<u8> {
    let mut batch = SpanBatch::default();
    let text = push_text(text, &mut batch);
    batch.bytes(text).to_vec()
}
