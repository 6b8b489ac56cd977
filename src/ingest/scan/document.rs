//! Documents that are too long to wait for their end: an answer of Jaeger or Tempo, a request of OTLP of hundreds of MiB. What
//! leads to their list of traces or resources is read past, and the items are read one by one, as if each stood alone.

use super::End;
use super::lane::Lane;
use super::sink::Target;
use super::trace::Trace;
use crate::ingest::json::{Pull, Stop};

/// A shorter document is read whole.
const LONG: usize = 1 << 20;

/// What leads to the list is no longer than this.
const MAX_HEAD: usize = 64 << 10;

/// Members that hold the list, or an object that does.
const LISTS: [&[u8]; 8] = [
    b"data",
    b"resourceSpans",
    b"resource_spans",
    b"resourceLogs",
    b"resource_logs",
    b"batches",
    b"traces",
    b"traceEvents",
];
const OBJECTS: [&[u8]; 3] = [b"trace", b"result", b"data"];

/// Objects around the list.
const MAX_OPEN: usize = 4;

/// A document whose list is being read.
#[derive(Clone, Copy, Debug)]
pub(super) enum Document {
    /// Among the items; so many containers are open.
    Items(usize),
    /// Behind the list.
    Tail { open: usize, in_string: bool, is_escaped: bool },
}

impl Document {
    /// The document that an object turns out to be, and the length of what leads to its first item.
    fn begin(object: &[u8]) -> Option<(Self, usize)> {
        let mut pull = Pull::new(object.get(..MAX_HEAD).unwrap_or(object));
        Self::list(&mut pull).ok().flatten().map(|open| (Self::Items(open), pull.position()))
    }

    /// A trace of Jaeger, and the length of what leads to its first span.
    fn trace(object: &[u8]) -> Result<Option<(Self, usize)>, Stop> {
        let mut pull = Pull::new(object.get(..MAX_HEAD).unwrap_or(object));
        if pull.peek() != Some(b'{') {
            return Ok(None);
        }
        pull.advance(1);
        let (mut is_first, mut has_id) = (true, false);
        while let Some(key) = pull.key(&mut is_first)? {
            if key == b"spans" && pull.peek() == Some(b'[') {
                pull.advance(1);
                return Ok(has_id.then_some((Self::Items(2), pull.position())));
            }
            has_id |= key == b"traceID";
            pull.skip()?;
        }
        Ok(None)
    }

    /// Enters the list; how many containers are then open.
    fn list(pull: &mut Pull<'_>) -> Result<Option<usize>, Stop> {
        if pull.peek() != Some(b'{') {
            return Ok(None);
        }
        pull.advance(1);
        let (mut is_first, mut open) = (true, 1);
        while let Some(key) = pull.key(&mut is_first)? {
            match pull.peek() {
                Some(b'[') if LISTS.contains(&key) => {
                    pull.advance(1);
                    return Ok(Some(open + 1));
                }
                Some(b'{') if OBJECTS.contains(&key) && open < MAX_OPEN => {
                    pull.advance(1);
                    open += 1;
                    is_first = true;
                }
                _ => drop(pull.skip()?),
            }
        }
        Ok(None)
    }

    /// What stands between and behind the items: how much of it, and the state after it; nothing where an item begins.
    fn between(self, rest: &[u8]) -> Option<(Option<Self>, usize)> {
        match self {
            Self::Items(open) => {
                let is_filler = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',');
                let filler = rest.iter().take_while(is_filler).count();
                match rest.get(filler) {
                    _ if filler > 0 => Some((Some(self), filler)),
                    Some(b'{') => None,
                    Some(b']') => Some((Some(Self::Tail { open: open - 1, in_string: false, is_escaped: false }), 1)),
                    // No list after all.
                    _ => Some((None, 0)),
                }
            }
            Self::Tail { mut open, mut in_string, mut is_escaped } => {
                for (at, byte) in rest.iter().enumerate() {
                    match byte {
                        _ if is_escaped => is_escaped = false,
                        b'\\' if in_string => is_escaped = true,
                        b'"' => in_string = !in_string,
                        _ if in_string => {}
                        b'{' | b'[' => open += 1,
                        b'}' | b']' => open -= 1,
                        _ => {}
                    }
                    if open == 0 {
                        return Some((None, at + 1));
                    }
                }
                Some((Some(Self::Tail { open, in_string, is_escaped }), rest.len()))
            }
        }
    }
}

impl Lane {
    /// Enters a long object when it is a document, or a trace in one; the length of what leads to its first item.
    pub(super) fn enter(&mut self, object: &[u8], target: &mut Target<'_>) -> Option<usize> {
        if object.len() <= LONG {
            return None;
        }
        let document = self.document.is_none().then(|| Document::begin(object)).flatten();
        if let Some((document, length)) = document {
            self.document = Some(document);
            return Some(length);
        }
        if self.outer.is_some() || target.sink.trace.is_some() {
            return None;
        }
        let (document, length) = Document::trace(object).ok().flatten()?;
        target.sink.trace = Some(Trace::new(object.get(..length)?));
        self.outer = self.document.replace(document);
        Some(length)
    }

    /// Takes what stands between items or behind them; nothing where an item begins.
    pub(super) fn between_items(&mut self, document: Document, rest: &[u8], target: &mut Target<'_>) -> Option<usize> {
        let (after, length) = document.between(rest)?;
        let is_filler = matches!(after, Some(Document::Items(_)));
        if let Some(trace) = target.sink.trace.as_mut().filter(|_| !is_filler) {
            trace.text(rest.get(..length).unwrap_or_default());
        }
        self.document = after;
        if after.is_none() && target.sink.trace.is_some() {
            target.end_trace(self.number(), End::Open);
            self.document = self.outer.take();
        }
        Some(length)
    }
}
