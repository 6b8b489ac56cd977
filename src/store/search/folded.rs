//! Finding ASCII text in bytes, in any case: the rarest byte of the text is looked for, the rest compared around it.

use memchr::{memchr, memchr2, memmem};

use crate::store::arena::Arena;

/// From common to rare in identifiers, paths and messages. What is not here is rarer.
const COMMON: &[u8] = b"etaoinsrcdlpmuhg/f10.-:_2yb3w4v9865k7xjzq=?";
/// Not ASCII, but lower case of them is, or begins so: the Kelvin sign and a capital I with a dot.
const HIDING: [(u8, &[u8]); 2] = [(b'k', "\u{212a}".as_bytes()), (b'i', "\u{130}".as_bytes())];

/// A text in lower case.
#[derive(Clone, Debug)]
pub(in crate::store) struct Folded {
    needle: Box<[u8]>,
    /// Where its rarest byte is.
    rarest: usize,
    /// Finders of the signs that may hide a match.
    hiding: Vec<memmem::Finder<'static>>,
}

impl Folded {
    /// `None` for text that is empty or more than ASCII.
    pub(super) fn new(text: &str) -> Option<Self> {
        let needle: Box<[u8]> = text.as_bytes().into();
        let rank = |byte: &u8| COMMON.iter().position(|common| common == byte).unwrap_or(COMMON.len());
        let rarest = (0..needle.len()).max_by_key(|at| needle.get(*at).map(rank))?;
        let hiding = HIDING.iter().filter(|(byte, _)| needle.contains(byte));
        let hiding = hiding.map(|(_, odd)| memmem::Finder::new(*odd)).collect();
        text.is_ascii().then_some(Self { needle, rarest, hiding })
    }

    /// Where the text is first found in `bytes`, not before `from`.
    pub(super) fn find(&self, bytes: &[u8], from: usize) -> Option<usize> {
        let byte = *self.needle.get(self.rarest)?;
        let mut at = from + self.rarest;
        loop {
            let rest = bytes.get(at..)?;
            let upper = byte.to_ascii_uppercase();
            let found = if upper == byte { memchr(byte, rest) } else { memchr2(byte, upper, rest) };
            let start = at + found? - self.rarest;
            if bytes.get(start..start + self.needle.len())?.eq_ignore_ascii_case(&self.needle) {
                return Some(start);
            }
            at = start + self.rarest + 1;
        }
    }

    /// Whether the bytes hold text whose lower case may match although its bytes do not.
    pub(super) fn may_hide_in(&self, arena: &Arena) -> bool {
        self.hiding.iter().any(|finder| arena.chunks().any(|(_, bytes)| finder.find(bytes).is_some()))
    }
}

#[cfg(test)]
mod tests {

    #[test]
    fn only_two_signs_have_ascii_in_their_lower_case_without_being_ascii() {
        let odd = ('\u{80}'..=char::MAX).filter(|sign| sign.to_lowercase().any(|lower| lower.is_ascii()));
        assert!(odd.eq(['\u{130}', '\u{212a}']));
    }
}
