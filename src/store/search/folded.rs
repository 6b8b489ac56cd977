//! Finding ASCII text in bytes, in any case: a rare piece of the text is looked for in all its cases, the rest compared
//! around it.

use std::cmp::Reverse;

use aho_corasick::packed::{Config, MatchKind, Searcher};
use memchr::{memchr, memchr2, memmem};

/// From common to rare in identifiers, paths and messages. What is not here is rarer.
const COMMON: &[u8] = b"etaoinsrcdlpmuhg/f10.-:_2yb3w4v9865k7xjzq=?";
/// Not ASCII, but lower case of them is, or begins so: the Kelvin sign and a capital I with a dot.
const HIDING: [(u8, &[u8]); 2] = [(b'k', "\u{212a}".as_bytes()), (b'i', "\u{130}".as_bytes())];
/// Bytes of a piece: it has at most eight cases.
const PIECE: usize = 3;
/// In fewer bytes than this a piece is not worth preparing for.
const LONG: usize = 256;

/// A text in lower case.
#[derive(Clone, Debug)]
pub(in crate::store) struct Folded {
    needle: Box<[u8]>,
    /// Where its rarest byte is.
    rarest: usize,
    /// Where a rare piece of it is, and what finds that. Some processors have nothing quick for it.
    piece: Option<(usize, Searcher)>,
    /// Finders of the signs that may hide a match.
    hiding: Vec<memmem::Finder<'static>>,
}

impl Folded {
    /// `None` for text that is empty or more than ASCII.
    pub(super) fn new(text: &str) -> Option<Self> {
        let needle: Box<[u8]> = text.as_bytes().into();
        let rarest = (0..needle.len()).max_by_key(|at| needle.get(*at).copied().map(rarity))?;
        let hiding = HIDING.iter().filter(|(byte, _)| needle.contains(byte));
        let hiding = hiding.map(|(_, odd)| memmem::Finder::new(*odd)).collect();
        text.is_ascii().then_some(Self { needle, rarest, piece: None, hiding })
    }

    /// Prepares for many bytes such as those of a sample.
    pub(super) fn tune(&mut self, mut sample: Vec<u8>) {
        sample.make_ascii_lowercase();
        let pieces = self.needle.windows(PIECE.min(self.needle.len())).enumerate();
        let rarest = pieces.min_by_key(|(_, piece)| {
            let rarity: usize = piece.iter().copied().map(rarity).sum();
            (memmem::find_iter(&sample, piece).count(), Reverse(rarity))
        });
        self.piece = rarest.and_then(|(at, piece)| Some((at, searcher(piece)?)));
    }

    /// Where the text is first found in `bytes`, not before `from`.
    pub(super) fn find(&self, bytes: &[u8], mut from: usize) -> Option<usize> {
        loop {
            let start = match &self.piece {
                Some((place, searcher)) if bytes.len() >= from + place + LONG => {
                    searcher.find_in(bytes, (from + place..bytes.len()).into())?.start() - place
                }
                _ => self.next_byte(bytes, from + self.rarest)? - self.rarest,
            };
            if bytes.get(start..start + self.needle.len())?.eq_ignore_ascii_case(&self.needle) {
                return Some(start);
            }
            from = start + 1;
        }
    }

    /// Where the rarest byte is next.
    fn next_byte(&self, bytes: &[u8], from: usize) -> Option<usize> {
        let byte = *self.needle.get(self.rarest)?;
        let rest = bytes.get(from..)?;
        let upper = byte.to_ascii_uppercase();
        let found = if upper == byte { memchr(byte, rest) } else { memchr2(byte, upper, rest) };
        found.map(|found| from + found)
    }

    /// Whether bytes hold text whose lower case may match although its bytes do not.
    pub(super) fn may_hide_in(&self, bytes: &[u8]) -> bool {
        self.hiding.iter().any(|finder| finder.find(bytes).is_some())
    }
}

fn rarity(byte: u8) -> usize {
    COMMON.iter().position(|common| *common == byte).unwrap_or(COMMON.len())
}

/// What finds a few bytes in any case.
fn searcher(piece: &[u8]) -> Option<Searcher> {
    let cases = piece.iter().fold(vec![Vec::new()], |cases: Vec<Vec<u8>>, byte| {
        let mut both = vec![*byte, byte.to_ascii_uppercase()];
        both.dedup();
        let longer = |case: &Vec<u8>| both.iter().map(|byte| [case, &[*byte][..]].concat()).collect::<Vec<_>>();
        cases.iter().flat_map(longer).collect()
    });
    Config::new().match_kind(MatchKind::LeftmostFirst).builder().extend(cases).build()
}

#[cfg(test)]
mod tests {

    #[test]
    fn only_two_signs_have_ascii_in_their_lower_case_without_being_ascii() {
        let odd = ('\u{80}'..=char::MAX).filter(|sign| sign.to_lowercase().any(|lower| lower.is_ascii()));
        assert!(odd.eq(['\u{130}', '\u{212a}']));
    }
}
