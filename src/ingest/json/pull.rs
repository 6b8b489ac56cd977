//! JSON text read level by level: a document that holds many spans is entered and read as a stream, never as one object on
//! the tape. What is not wanted is skipped with an eye on strings and brackets only.
//!
//! The caller keeps the levels; nothing here recurses, allocates or panics.

/// Why reading stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The text ends.
    End,
    /// It is no JSON: why.
    Broken(&'static str),
}

/// What a read returns.
pub(crate) type Read<T> = Result<T, Stop>;

/// A place in JSON text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pull<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Pull<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Offset of the next byte.
    pub(crate) fn position(&self) -> usize {
        self.at
    }

    /// What follows.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Moves on by so many bytes.
    pub(crate) fn advance(&mut self, bytes: usize) {
        self.at = self.bytes.len().min(self.at.saturating_add(bytes));
    }

    /// The next byte that is no white space, not taken; nothing at the end.
    pub(crate) fn peek(&mut self) -> Option<u8> {
        while let Some(byte) = self.bytes.get(self.at) {
            match byte {
                b' ' | b'\n' | b'\r' | b'\t' => self.at += 1,
                byte => return Some(*byte),
            }
        }
        None
    }

    /// Whether an array has another item, at which it then stands. `is_first` is true for a new array, and becomes false.
    pub(crate) fn item(&mut self, is_first: &mut bool) -> Read<bool> {
        self.more(b']', is_first)
    }

    /// The next key of an object, as it stands between its quotes; it then stands at the value. Nothing at the object's end.
    pub(crate) fn key(&mut self, is_first: &mut bool) -> Read<Option<&'a [u8]>> {
        if !self.more(b'}', is_first)? {
            return Ok(None);
        }
        if self.peek().ok_or(Stop::End)? != b'"' {
            return Err(Stop::Broken("a key is missing"));
        }
        let start = self.at + 1;
        self.string()?;
        let key = self.bytes.get(start..self.at - 1).unwrap_or_default();
        if self.peek().ok_or(Stop::End)? != b':' {
            return Err(Stop::Broken("a colon is missing"));
        }
        self.at += 1;
        self.peek().ok_or(Stop::End)?;
        Ok(Some(key))
    }

    fn more(&mut self, close: u8, is_first: &mut bool) -> Read<bool> {
        let byte = self.peek().ok_or(Stop::End)?;
        if byte == close {
            self.at += 1;
            return Ok(false);
        }
        if std::mem::replace(is_first, false) {
            return Ok(true);
        }
        if byte != b',' {
            return Err(Stop::Broken("a comma or the end of an object or array is missing"));
        }
        self.at += 1;
        self.peek().ok_or(Stop::End)?;
        Ok(true)
    }

    /// Reads past a string that begins here.
    fn string(&mut self) -> Read<()> {
        self.at += 1;
        loop {
            let found = memchr::memchr2(b'"', b'\\', self.rest()).ok_or(Stop::End)?;
            self.at += found + 1;
            if self.bytes.get(self.at - 1) == Some(&b'"') {
                return Ok(());
            }
            self.at += 1;
        }
    }

    /// Reads past the value that begins here; its bytes.
    pub(crate) fn skip(&mut self) -> Read<&'a [u8]> {
        let first = self.peek().ok_or(Stop::End)?;
        let start = self.at;
        match first {
            b'"' => self.string()?,
            b'{' | b'[' => self.container()?,
            _ => {
                let is_end = |byte: &u8| matches!(byte, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t');
                let length = self.rest().iter().position(is_end).unwrap_or(self.rest().len());
                if length == 0 {
                    return Err(Stop::Broken("a value is missing"));
                }
                self.at += length;
            }
        }
        Ok(self.bytes.get(start..self.at).unwrap_or_default())
    }

    fn container(&mut self) -> Read<()> {
        let mut depth = 0_usize;
        while let Some(byte) = self.bytes.get(self.at) {
            match byte {
                b'"' => {
                    self.string()?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return Ok(());
            }
        }
        Err(Stop::End)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn levels_are_entered_and_the_rest_is_skipped() {
        let mut pull = Pull::new(br#" { "a" : [1, "x]\"" , {"b":2}], "c":null }"#);
        assert_eq!(pull.peek(), Some(b'{'));
        pull.advance(1);
        let mut is_first = true;
        assert_eq!(pull.key(&mut is_first), Ok(Some(&b"a"[..])));
        pull.advance(1);
        let (mut first_item, mut items) = (true, Vec::new());
        while pull.item(&mut first_item) == Ok(true) {
            items.push(pull.skip().expect("a value"));
        }
        assert_eq!(items, [&b"1"[..], br#""x]\"""#, br#"{"b":2}"#]);
        assert_eq!(pull.key(&mut is_first), Ok(Some(&b"c"[..])));
        assert_eq!(pull.skip(), Ok(&b"null"[..]));
        assert_eq!(pull.key(&mut is_first), Ok(None));
        assert_eq!(pull.peek(), None);
    }

    #[test]
    fn what_is_cut_off_ends_and_what_is_wrong_is_broken() {
        assert_eq!(Pull::new(b"{\"a\":[1,").skip(), Err(Stop::End));
        assert_eq!(Pull::new(b"\"abc\\").skip(), Err(Stop::End));
        assert_eq!(Pull::new(b",").skip(), Err(Stop::Broken("a value is missing")));
        assert_eq!(
            Pull::new(b"1 2").item(&mut false),
            Err(Stop::Broken("a comma or the end of an object or array is missing"))
        );
        assert_eq!(Pull::new("[".repeat(100_000).as_bytes()).skip(), Err(Stop::End));
    }

    proptest! {
        #[test]
        fn any_text_is_skipped_or_refused(text in "[\\[\\]{}\",:\\\\a1 ]{0,40}") {
            let mut pull = Pull::new(text.as_bytes());
            let _ = pull.skip();
            prop_assert!(pull.position() <= text.len() + 1);
            let _ = pull.key(&mut true);
        }
    }
}
