//! Bytes of a file to UTF-8: byte order marks, and UTF-16 as `PowerShell` redirections write it, with a mark or without.
//!
//! Bytes that are meant as UTF-8 pass unchanged, valid or not.

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Kind {
    /// Too few bytes seen to tell.
    #[default]
    Unknown,
    Utf8,
    Utf16Le,
    Utf16Be,
}

/// The encoding of one input, and the bytes that wait for the rest of their character.
#[derive(Debug, Default)]
pub(super) struct Encoding {
    kind: Kind,
    waiting: Vec<u8>,
    /// A high surrogate whose low half has not come.
    surrogate: Option<u16>,
}

impl Encoding {
    /// Of bytes from the middle of an input that is UTF-8.
    pub(super) fn utf8() -> Self {
        Self { kind: Kind::Utf8, ..Self::default() }
    }

    /// Whether it is UTF-8 and nothing waits.
    pub(super) fn is_clear(&self) -> bool {
        self.kind == Kind::Utf8 && self.waiting.is_empty()
    }

    /// Appends the bytes as UTF-8.
    pub(super) fn decode(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        match self.kind {
            Kind::Utf8 => out.extend_from_slice(bytes),
            Kind::Utf16Le | Kind::Utf16Be => {
                self.waiting.extend_from_slice(bytes);
                self.units(out);
            }
            Kind::Unknown => {
                self.waiting.extend_from_slice(bytes);
                if self.waiting.len() >= 4 {
                    self.decide(out);
                }
            }
        }
    }

    /// Appends what still waits.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) {
        if self.kind == Kind::Unknown {
            self.decide(out);
        }
        if self.surrogate.take().is_some() || !self.waiting.is_empty() {
            self.waiting.clear();
            push(char::REPLACEMENT_CHARACTER, out);
        }
    }

    fn decide(&mut self, out: &mut Vec<u8>) {
        let waiting = std::mem::take(&mut self.waiting);
        let (kind, mark) = match waiting.as_slice() {
            [0xef, 0xbb, 0xbf, ..] => (Kind::Utf8, 3),
            [0xff, 0xfe, ..] => (Kind::Utf16Le, 2),
            [0xfe, 0xff, ..] => (Kind::Utf16Be, 2),
            [1..=0x7f, 0, 1..=0x7f, 0, ..] => (Kind::Utf16Le, 0),
            [0, 1..=0x7f, 0, 1..=0x7f, ..] => (Kind::Utf16Be, 0),
            _ => (Kind::Utf8, 0),
        };
        self.kind = kind;
        self.decode(waiting.get(mark..).unwrap_or_default(), out);
    }

    fn units(&mut self, out: &mut Vec<u8>) {
        let bytes = std::mem::take(&mut self.waiting);
        let pairs = bytes.chunks_exact(2);
        self.waiting.extend_from_slice(pairs.remainder());
        for pair in pairs {
            let Ok(pair) = <[u8; 2]>::try_from(pair) else { continue };
            let unit = if self.kind == Kind::Utf16Le { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) };
            self.unit(unit, out);
        }
    }

    fn unit(&mut self, unit: u16, out: &mut Vec<u8>) {
        let lead = self.surrogate.take();
        let units: &[u16] = match (lead, unit) {
            (None, 0xd800..0xdc00) => {
                self.surrogate = Some(unit);
                return;
            }
            (Some(lead), 0xdc00..0xe000) => &[lead, unit],
            (Some(_), 0xd800..0xdc00) => {
                self.surrogate = Some(unit);
                push(char::REPLACEMENT_CHARACTER, out);
                return;
            }
            (Some(_), _) => {
                push(char::REPLACEMENT_CHARACTER, out);
                &[unit]
            }
            (None, _) => &[unit],
        };
        for letter in char::decode_utf16(units.iter().copied()) {
            push(letter.unwrap_or(char::REPLACEMENT_CHARACTER), out);
        }
    }
}

fn push(letter: char, out: &mut Vec<u8>) {
    out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
}
