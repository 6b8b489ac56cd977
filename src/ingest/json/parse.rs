//! The parser: one pass, iterative, left to right, so that what is broken stays broken whatever follows.

use super::{JsonKind, MAX_DEPTH, MAX_NODES, Node, Outcome, index, string};

/// Why the parser stops early. The reason is kept aside: what every step returns fits a register.
pub(super) enum Stop {
    End,
    Broken,
}

/// Parses one value into `nodes`, which must be empty; so many containers are open around it. Also says how far it came.
pub(super) fn parse(bytes: &[u8], depth: usize, nodes: &mut Vec<Node>) -> (Outcome, usize) {
    let mut parser = Parser::new(bytes, depth, nodes);
    let outcome = match parser.run() {
        Ok(()) => Outcome::Complete(parser.pos),
        Err(Stop::End) => Outcome::Incomplete,
        Err(Stop::Broken) => Outcome::Broken(parser.reason),
    };
    (outcome, parser.pos)
}

/// The parser's state; `foreign` drives it line by line.
pub(super) struct Parser<'a> {
    pub(super) bytes: &'a [u8],
    /// Why it is broken.
    pub(super) reason: &'static str,
    pub(super) pos: usize,
    pub(super) nodes: &'a mut Vec<Node>,
    /// Nodes of the containers that are open.
    pub(super) open: [u32; MAX_DEPTH],
    pub(super) depth: usize,
    /// One bit per open container, the innermost lowest: set for an object.
    pub(super) objects: u64,
}

impl<'a> Parser<'a> {
    pub(super) fn new(bytes: &'a [u8], depth: usize, nodes: &'a mut Vec<Node>) -> Self {
        Self { bytes, reason: "", pos: 0, nodes, open: [0; MAX_DEPTH], depth, objects: 0 }
    }

    fn run(&mut self) -> Result<(), Stop> {
        let depth = self.depth;
        self.value()?;
        while self.depth > depth {
            let in_object = self.objects & 1 == 1;
            match self.token()? {
                b',' => {
                    self.pos += 1;
                    if in_object {
                        self.key()?;
                    }
                    self.value()?;
                }
                b'}' if in_object => self.close(),
                b']' if !in_object => self.close(),
                _ => return Err(self.broken("a comma or the end of an object or array is missing")),
            }
        }
        Ok(())
    }

    #[cold]
    pub(super) fn broken(&mut self, reason: &'static str) -> Stop {
        self.reason = reason;
        Stop::Broken
    }

    /// Reads a value; a container only up to its first scalar, so that nesting costs no recursion.
    pub(super) fn value(&mut self) -> Result<(), Stop> {
        loop {
            match self.token()? {
                b'"' => return self.string(),
                b'{' => {
                    self.open(JsonKind::Object)?;
                    if self.token()? == b'}' {
                        self.close();
                        return Ok(());
                    }
                    self.key()?;
                }
                b'[' => {
                    self.open(JsonKind::Array)?;
                    if self.token()? == b']' {
                        self.close();
                        return Ok(());
                    }
                }
                b't' => return self.literal(b"true", JsonKind::True),
                b'f' => return self.literal(b"false", JsonKind::False),
                b'n' => return self.literal(b"null", JsonKind::Null),
                b'N' => return self.literal(b"NaN", JsonKind::Double),
                b'I' => return self.literal(b"Infinity", JsonKind::Double),
                b'-' if self.bytes.get(self.pos + 1) == Some(&b'I') => {
                    return self.literal(b"-Infinity", JsonKind::Double);
                }
                b'-' | b'0'..=b'9' => return self.number(),
                _ => return Err(self.broken("a value is missing")),
            }
        }
    }

    pub(super) fn key(&mut self) -> Result<(), Stop> {
        if self.token()? != b'"' {
            return Err(self.broken("a key is missing"));
        }
        self.string()?;
        if self.token()? != b':' {
            return Err(self.broken("a colon is missing"));
        }
        self.pos += 1 + usize::from(self.bytes.get(self.pos + 1) == Some(&b' '));
        Ok(())
    }

    /// Skips white space and terminal colours; the byte that follows, not taken.
    #[inline]
    pub(super) fn token(&mut self) -> Result<u8, Stop> {
        match self.bytes.get(self.pos) {
            Some(byte) if *byte > b' ' => Ok(*byte),
            _ => self.blank(),
        }
    }

    fn blank(&mut self) -> Result<u8, Stop> {
        loop {
            match self.bytes.get(self.pos) {
                None => return Err(Stop::End),
                // A line end and the indent behind it are one step.
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.pos += 1 + string::spaces(self.bytes, self.pos + 1),
                Some(0x1b) => self.colour()?,
                Some(byte) => return Ok(*byte),
            }
        }
    }

    /// Skips an ANSI sequence such as `ESC [ 1 ; 39 m`.
    fn colour(&mut self) -> Result<(), Stop> {
        let tail = self.bytes.get(self.pos + 1..).unwrap_or_default();
        let parameters = match tail.first() {
            None => return Err(Stop::End),
            Some(b'[') => tail.iter().skip(1).take(32).take_while(|byte| matches!(byte, b'0'..=b'?')).count(),
            Some(_) => return Err(self.broken("a control character stands between values")),
        };
        match tail.get(1 + parameters) {
            None => Err(Stop::End),
            Some(b'@'..=b'~') => {
                self.pos += 3 + parameters;
                Ok(())
            }
            Some(_) => Err(self.broken("a control character stands between values")),
        }
    }

    #[inline]
    fn push(&mut self, kind: JsonKind, start: usize, end: usize) -> Result<(), Stop> {
        if self.nodes.len() >= MAX_NODES {
            return Err(self.broken("it has more than 4,194,304 values"));
        }
        let next = index(self.nodes.len() + 1);
        self.nodes.push(Node { kind, start: index(start), end: index(end), next });
        Ok(())
    }

    pub(super) fn open(&mut self, kind: JsonKind) -> Result<(), Stop> {
        let slot = index(self.nodes.len());
        let Some(open) = self.open.get_mut(self.depth) else {
            return Err(self.broken("it is nested deeper than 64 levels"));
        };
        *open = slot;
        self.depth += 1;
        self.objects = (self.objects << 1) | u64::from(kind == JsonKind::Object);
        self.push(kind, self.pos, self.pos)?;
        self.pos += 1;
        Ok(())
    }

    pub(super) fn close(&mut self) {
        self.pos += 1;
        self.depth = self.depth.saturating_sub(1);
        self.objects >>= 1;
        let next = index(self.nodes.len());
        let slot = self.open.get(self.depth).copied().unwrap_or_default() as usize;
        if let Some(node) = self.nodes.get_mut(slot) {
            node.end = index(self.pos);
            node.next = next;
        }
    }

    fn string(&mut self) -> Result<(), Stop> {
        let start = self.pos + 1;
        let (end, kind) = match string::end(self.bytes, start) {
            Ok(end) => end,
            Err(None) => return Err(Stop::End),
            Err(Some(reason)) => return Err(self.broken(reason)),
        };
        self.pos = end + 1;
        self.push(kind, start, end)
    }

    fn literal(&mut self, word: &[u8], kind: JsonKind) -> Result<(), Stop> {
        let rest = self.bytes.get(self.pos..).unwrap_or_default();
        if let Some(after) = rest.strip_prefix(word) {
            match after.first() {
                None => return Err(Stop::End),
                Some(byte) if byte.is_ascii_alphanumeric() => {}
                Some(_) => {
                    let start = self.pos;
                    self.pos += word.len();
                    return self.push(kind, start, self.pos);
                }
            }
        }
        if rest.len() < word.len() && word.starts_with(rest) {
            return Err(Stop::End);
        }
        Err(self.broken("an unknown word stands where a value should"))
    }

    fn number(&mut self) -> Result<(), Stop> {
        let start = self.pos;
        let mut at = start + usize::from(self.bytes.get(start) == Some(&b'-'));
        let whole = self.digits(at)?;
        if whole == 0 || (whole > 1 && self.bytes.get(at) == Some(&b'0')) {
            return Err(self.broken("a number is malformed"));
        }
        at += whole;
        let mut kind = JsonKind::Integer;
        if self.bytes.get(at) == Some(&b'.') {
            kind = JsonKind::Double;
            let fraction = self.digits(at + 1)?;
            at += 1 + fraction;
            if fraction == 0 {
                return Err(self.broken("a number is malformed"));
            }
        }
        if matches!(self.bytes.get(at), Some(b'e' | b'E')) {
            kind = JsonKind::Double;
            at += 1 + usize::from(matches!(self.bytes.get(at + 1), Some(b'+' | b'-')));
            let exponent = self.digits(at)?;
            at += exponent;
            if exponent == 0 {
                return Err(self.broken("a number is malformed"));
            }
        }
        self.pos = at;
        self.push(kind, start, at)
    }

    /// How many digits stand at `at`; the end of the bytes there may hide more.
    fn digits(&self, at: usize) -> Result<usize, Stop> {
        let rest = self.bytes.get(at..).unwrap_or_default();
        rest.iter().position(|byte| !byte.is_ascii_digit()).ok_or(Stop::End)
    }
}
