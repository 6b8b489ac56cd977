//! Walks through a JSON document in order and picks out what may be spans: objects, strings, bytes written as numbers.
//! Visits each value once, and nothing recurses.

use crate::ingest::console_text;
use crate::ingest::json::{Items, Json, JsonKind, Members, Outcome, Tape, push_text};
use crate::ingest::scan::Verdict;
use crate::model::{SpanBatch, Timestamp};

/// Members that tell one source from another.
const SOURCES: [&[u8]; 14] = [
    b"stream",
    b"_PID",
    b"_HOSTNAME",
    b"CONTAINER_ID",
    b"container_id",
    b"container_name",
    b"pod",
    b"pod_name",
    b"pod_id",
    b"logger",
    b"host",
    b"hostname",
    b"pid",
    b"thread",
];

/// Values looked at for the sources of one record.
const MAX_LOOKED: usize = 256;

/// What a document carries.
pub(in crate::ingest::scan) enum Piece {
    /// A span, in the batch already; it ended then.
    Span(Timestamp),
    /// An object that was meant as a span, and why it is none.
    Unreadable(&'static str, Vec<u8>),
    /// Text that begins an object or goes on with one: the key of its stream, and the text.
    Text(Vec<u8>, Vec<u8>),
}

/// Judges an object and puts it into the batch when it is a span.
pub(in crate::ingest::scan) trait Judge {
    fn judge(&mut self, object: Json<'_>, batch: &mut SpanBatch) -> Verdict;
}

/// See the file's head.
pub(in crate::ingest::scan) struct Walk<'a> {
    /// The keys on the way, from the scope on.
    path: Vec<u8>,
    /// Levels of JSON in JSON that may still be opened.
    depth: u8,
    scratch: &'a mut Tape,
    is_known: &'a dyn Fn(&[u8]) -> bool,
}

/// A container that is open.
struct Frame<'a> {
    left: Left<'a>,
    /// Length of the path before its key.
    path: usize,
    /// Sources of the record that it belongs to.
    sources: std::rc::Rc<Vec<u8>>,
}

enum Left<'a> {
    Members(Members<'a>),
    Items(Items<'a>),
}

impl<'a> Walk<'a> {
    pub(in crate::ingest::scan) fn new(
        scope: &[u8],
        depth: u8,
        scratch: &'a mut Tape,
        is_known: &'a dyn Fn(&[u8]) -> bool,
    ) -> Self {
        Self { path: scope.to_vec(), depth, scratch, is_known }
    }

    /// Whether bytes hold anything that a span or its first line has, in whatever wrapping.
    pub(in crate::ingest::scan) fn may_hold_spans(bytes: &[u8]) -> bool {
        let inside = bytes.get(1..).unwrap_or_default();
        // A brace as it is, as a number, or escaped.
        let signs: [&[u8]; 4] = [b"{", b"123", b"u007", console_text::MARK];
        signs.iter().any(|sign| memchr::memmem::find(inside, sign).is_some())
    }

    /// What the document carries, in order. The document itself is no span.
    pub(in crate::ingest::scan) fn pieces(
        &mut self,
        root: Json<'_>,
        mut judge: impl Judge,
        batch: &mut SpanBatch,
    ) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut open = Vec::new();
        self.open(root, None, &mut open);
        while let Some(frame) = open.last_mut() {
            self.path.truncate(frame.path);
            let (sources, is_item) = (frame.sources.clone(), matches!(frame.left, Left::Items(_)));
            let next = match &mut frame.left {
                Left::Members(members) => members.next().map(|(key, value)| {
                    self.path.push(0);
                    self.path.extend_from_slice(key.raw());
                    value
                }),
                Left::Items(items) => items.next(),
            };
            let Some(value) = next else {
                open.pop();
                continue;
            };
            match value.kind() {
                JsonKind::Object => match judge.judge(value, batch) {
                    Verdict::Span(ended) => pieces.push(Piece::Span(ended)),
                    Verdict::Unreadable(reason) => pieces.push(Piece::Unreadable(reason, value.raw().to_vec())),
                    Verdict::Other => self.open(value, Some(sources).filter(|_| !is_item), &mut open),
                },
                JsonKind::Array => match bytes_of(value) {
                    Some(text) => pieces.extend(self.text(text, &sources)),
                    None => self.open(value, Some(sources), &mut open),
                },
                JsonKind::Plain | JsonKind::Text | JsonKind::Escaped => {
                    pieces.extend(self.text(text_of(value), &sources));
                }
                JsonKind::Null | JsonKind::True | JsonKind::False | JsonKind::Integer | JsonKind::Double => {}
            }
        }
        pieces
    }

    /// Opens a container; an item of an array is a record of its own and has sources of its own.
    fn open<'j>(&self, value: Json<'j>, sources: Option<std::rc::Rc<Vec<u8>>>, open: &mut Vec<Frame<'j>>) {
        let sources = sources.unwrap_or_else(|| std::rc::Rc::new(sources_of(value)));
        let is_array = value.kind() == JsonKind::Array;
        let left = if is_array { Left::Items(value.items()) } else { Left::Members(value.members()) };
        open.push(Frame { left, path: self.path.len(), sources });
    }

    /// A text as a piece, when it begins an object or its stream has begun one.
    fn text(&mut self, text: Vec<u8>, sources: &[u8]) -> Option<Piece> {
        let key = [self.path.as_slice(), b"\0\0", sources].concat();
        let wanted = (self.is_known)(&key) || begins(&text, self.depth, self.scratch);
        wanted.then_some(Piece::Text(key, text))
    }
}

/// Whether a text begins an object that may be a span, or holds one, be it as JSON in JSON.
fn begins(text: &[u8], depth: u8, scratch: &mut Tape) -> bool {
    if text.trim_ascii_end().ends_with(b"{") || memchr::memmem::find(text, console_text::MARK).is_some() {
        return true;
    }
    let Some(brace) = memchr::memchr(b'{', text) else { return false };
    if memchr::memmem::find(text, b"span_id").is_some() {
        return true;
    }
    let object = text.get(brace..).unwrap_or_default();
    if brace > 0 && !text.get(..brace).unwrap_or_default().trim_ascii().is_empty() {
        return false;
    }
    match scratch.parse(object) {
        // A line that is cut may go on with ids.
        Outcome::Incomplete => true,
        Outcome::Broken(_) => false,
        Outcome::Complete(_) if depth <= 1 => false,
        Outcome::Complete(_) => {
            strings(scratch.root(object)).iter().any(|text| begins(text, depth - 1, &mut Tape::default()))
        }
    }
}

/// All texts of a document that may hold an object.
fn strings(root: Json<'_>) -> Vec<Vec<u8>> {
    let (mut open, mut found) = (vec![root], Vec::new());
    while let Some(value) = open.pop() {
        match bytes_of(value) {
            Some(text) => found.push(text),
            None => open.extend(value.items()),
        }
        open.extend(value.members().map(|(_, value)| value));
        if value.is_string() && memchr::memchr(b'{', value.raw()).is_some() {
            found.push(text_of(value));
        }
    }
    found
}

/// The values that say where a record comes from, found in it outside of arrays.
fn sources_of(record: Json<'_>) -> Vec<u8> {
    let (mut open, mut looked, mut sources) = (vec![record], 0, Vec::new());
    while let Some(object) = open.pop() {
        for (key, value) in object.members() {
            looked += 1;
            if looked > MAX_LOOKED {
                return sources;
            }
            if value.kind() == JsonKind::Object {
                open.push(value);
            } else if value.kind() != JsonKind::Array && SOURCES.contains(&key.raw()) {
                sources.extend_from_slice(value.raw());
                sources.push(0);
            }
        }
    }
    sources
}

/// Bytes that are written as an array of numbers.
fn bytes_of(array: Json<'_>) -> Option<Vec<u8>> {
    let byte = |item: Json<'_>| {
        let word = item.word().filter(|_| item.kind() == JsonKind::Integer)?;
        word.parse::<u8>().ok()
    };
    let first = array.items().next()?;
    byte(first)?;
    array.items().map(byte).collect()
}

fn text_of(value: Json<'_>) -> Vec<u8> {
    let mut batch = SpanBatch::default();
    let text = push_text(value, &mut batch);
    batch.bytes(text).to_vec()
}
