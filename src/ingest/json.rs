//! JSON text as a flat list of nodes that point into it: parsed once, walked without copying.
//!
//! The parser is strict enough to judge where an object ends or breaks, and knows what real exporters print beyond the
//! standard: Python's `NaN`, `Infinity`, `-Infinity`, terminal colours between tokens, control characters in strings.
//! Depth and size are bounded, nothing recurses, nothing panics.

mod cursor;
mod fill;
mod foreign;
mod parse;
mod pull;
mod string;

pub(crate) use cursor::Cursor;
pub use fill::{Shapes, compact, push_attributes, push_text, push_value};
pub(crate) use pull::{Pull, Stop};

/// Objects nested deeper than this are refused.
pub const MAX_DEPTH: usize = 64;

/// Objects with more values than this are refused: it bounds the memory of a hostile file.
pub const MAX_NODES: usize = 1 << 22;

/// What the parser says of bytes that should begin with a JSON value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A whole value; it ends before this offset.
    Complete(usize),
    /// A valid beginning; more bytes are needed.
    Incomplete,
    /// No JSON, whatever may follow.
    Broken(&'static str),
}

/// The type of a JSON value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonKind {
    /// `null`.
    Null,
    /// `true`.
    True,
    /// `false`.
    False,
    /// Digits without fraction or exponent.
    Integer,
    /// Any other number, also `NaN` and the infinities.
    Double,
    /// A string of ASCII without escapes.
    Plain,
    /// A string without escapes.
    Text,
    /// A string with escapes.
    Escaped,
    /// An array.
    Array,
    /// An object.
    Object,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    kind: JsonKind,
    /// First byte; of a string the one after the quote.
    start: u32,
    /// One past the last byte; of a string the closing quote.
    end: u32,
    /// Index of the node after this one and all inside it.
    next: u32,
}

/// The nodes of one JSON value; reusable.
#[derive(Clone, Debug, Default)]
pub struct Tape {
    nodes: Vec<Node>,
    /// How far the last parse came.
    reached: usize,
}

impl Tape {
    /// Parses one value from the beginning of `bytes`, which must be shorter than 4 GiB.
    pub fn parse(&mut self, bytes: &[u8]) -> Outcome {
        self.parse_inside(bytes, 0)
    }

    /// Where the last parse stopped: of broken bytes, the first that cannot stand where it stands, or the beginning of the
    /// scalar that it is part of.
    pub fn reached(&self) -> usize {
        self.reached
    }

    /// Parses one object between whose lines foreign ones stand; `foreign` becomes their places.
    pub fn parse_between(&mut self, bytes: &[u8], foreign: &mut Vec<std::ops::Range<usize>>) -> Outcome {
        self.nodes.clear();
        foreign::parse(bytes, &mut self.nodes, foreign)
    }

    /// Parses one value around which so many containers are open.
    fn parse_inside(&mut self, bytes: &[u8], depth: usize) -> Outcome {
        self.nodes.clear();
        if self.nodes.capacity() > MAX_NODES / 16 {
            self.nodes.shrink_to(1024);
        }
        let (outcome, reached) = parse::parse(bytes, depth, &mut self.nodes);
        self.reached = reached;
        outcome
    }

    /// The parsed value; `bytes` must be those that were parsed.
    pub fn root<'a>(&'a self, bytes: &'a [u8]) -> Json<'a> {
        Json { nodes: &self.nodes, bytes, index: 0 }
    }
}

/// A JSON value inside a [`Tape`].
#[derive(Clone, Copy, Debug)]
pub struct Json<'a> {
    nodes: &'a [Node],
    bytes: &'a [u8],
    index: usize,
}

impl<'a> Json<'a> {
    fn node(self) -> Node {
        self.nodes.get(self.index).copied().unwrap_or(Node { kind: JsonKind::Null, start: 0, end: 0, next: 0 })
    }

    fn at(self, index: usize) -> Self {
        Self { index, ..self }
    }

    /// Its type.
    pub fn kind(self) -> JsonKind {
        self.node().kind
    }

    /// Its bytes as they stand in the text, a string's without the quotes.
    pub fn raw(self) -> &'a [u8] {
        let node = self.node();
        self.bytes.get(node.start as usize..node.end as usize).unwrap_or_default()
    }

    /// Whether it is a string.
    pub fn is_string(self) -> bool {
        matches!(self.kind(), JsonKind::Plain | JsonKind::Text | JsonKind::Escaped)
    }

    /// The bytes of what [`Json::plain`] gives.
    pub fn ascii(self) -> Option<&'a [u8]> {
        (self.kind() == JsonKind::Plain).then(|| self.raw())
    }

    /// The text of a string that holds neither escapes nor anything but ASCII: ids, times and enum words are such.
    pub fn plain(self) -> Option<&'a str> {
        self.ascii().and_then(|bytes| std::str::from_utf8(bytes).ok())
    }

    /// The digits of an integer, or the text of a plain string.
    pub fn word(self) -> Option<&'a str> {
        let is_word = matches!(self.kind(), JsonKind::Integer | JsonKind::Plain);
        if is_word { std::str::from_utf8(self.raw()).ok() } else { None }
    }

    /// Microseconds as a number or text, with a fraction or an exponent too, in ns.
    pub(crate) fn micros(self) -> Option<i64> {
        let text = std::str::from_utf8(self.raw()).ok()?;
        if let Ok(micros) = text.parse::<i64>() {
            return Some(micros.saturating_mul(1_000));
        }
        let micros: f64 = text.parse().ok().filter(|micros: &f64| micros.is_finite())?;
        #[expect(clippy::cast_possible_truncation, reason = "casts of doubles saturate")]
        Some((micros * 1_000.0).round() as i64)
    }

    /// The members of an object in order, duplicates included; nothing for other values.
    pub fn members(self) -> Members<'a> {
        Members { items: if self.kind() == JsonKind::Object { self.children() } else { self.empty() } }
    }

    /// The items of an array; nothing for other values.
    pub fn items(self) -> Items<'a> {
        if self.kind() == JsonKind::Array { self.children() } else { self.empty() }
    }

    /// The first member of an object with this key.
    pub fn get(self, key: &[u8]) -> Option<Self> {
        self.members().find(|(name, _)| name.raw() == key).map(|(_, value)| value)
    }

    fn children(self) -> Items<'a> {
        Items { next: self.at(self.index + 1), end: self.node().next as usize }
    }

    fn empty(self) -> Items<'a> {
        Items { next: self, end: self.index }
    }
}

/// Values one after the other.
#[derive(Clone, Debug)]
pub struct Items<'a> {
    next: Json<'a>,
    end: usize,
}

impl<'a> Iterator for Items<'a> {
    type Item = Json<'a>;

    fn next(&mut self) -> Option<Json<'a>> {
        if self.next.index >= self.end {
            return None;
        }
        let item = self.next;
        self.next = item.at((item.node().next as usize).max(item.index + 1));
        Some(item)
    }
}

/// Keys and values one after the other.
#[derive(Clone, Debug)]
pub struct Members<'a> {
    items: Items<'a>,
}

impl<'a> Iterator for Members<'a> {
    type Item = (Json<'a>, Json<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        Some((self.items.next()?, self.items.next()?))
    }
}

fn index(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
