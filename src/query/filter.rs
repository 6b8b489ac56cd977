//! The filter: which spans are meant. A trace fits when one of its spans fits every term.
//!
//! A term is a word or a "phrase", found anywhere in what a span says, in any case; `key=value` or `key!=value` for a field or an
//! attribute; and `-term` for its opposite.

mod parse;
mod term;
mod value;

use std::ops::Range;

use crate::store::{Looked, SpanIdx, Store, TraceRef, lower};
use term::Term;

/// A filter as typed, and its terms.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    text: String,
    terms: Vec<Term>,
}

impl PartialEq for Filter {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Filter {
    /// Reads text; empty text fits everything.
    pub fn new(text: &str) -> Self {
        Self { text: text.trim().to_string(), terms: parse::parse(text) }
    }

    /// The text as typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether everything fits.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Takes in what is new in the store, once for many traces. Without it each trace takes longer.
    pub fn refresh(&mut self, store: &Store) {
        for search in self.terms.iter_mut().filter_map(Term::search_mut) {
            search.refresh(store);
        }
    }

    /// Whether a trace fits, all of it read at once.
    pub fn matches(&self, trace: TraceRef<'_>) -> bool {
        let mut work = usize::MAX;
        matches!(self.next(trace, 0, &mut work), Looked::Found(_))
    }

    /// Whether a span fits.
    pub fn fits(&self, trace: TraceRef<'_>, span: SpanIdx) -> bool {
        trace.span(span).is_some_and(|span| self.terms.iter().all(|term| term.fits(trace, span)))
    }

    /// The first span of a trace, from this one on, that fits. Reads at most `work` spans and takes them off it.
    pub fn next(&self, trace: TraceRef<'_>, from: u32, work: &mut usize) -> Looked {
        self.look(trace).next(from, work)
    }

    /// For looking at one span after the other of a trace: what can be said of the trace as a whole is found out once.
    pub fn look<'a>(&'a self, trace: TraceRef<'a>) -> Look<'a> {
        let mut left: Vec<&Term> = self.terms.iter().filter(|term| term.is_not || !term.is_of(trace)).collect();
        let lead = left.iter().find(|term| term.is_searched()).copied();
        // Where it is said is all that a word asks for: it need not be looked at again.
        left.retain(|term| !term.is_said() || lead.is_none_or(|lead| !std::ptr::eq(lead, *term)));
        Look { trace, lead, left }
    }

    /// Where a text says what is asked for, as ranges of its bytes in order; `key` is the key whose value it is, if any.
    pub fn marks(&self, key: Option<&str>, text: &str) -> Vec<Range<usize>> {
        let mut marks: Vec<Range<usize>> = Vec::new();
        for (of, wanted) in self.terms.iter().filter_map(Term::mark) {
            match of {
                None => marks.extend(find(wanted, text)),
                Some(of) if Some(of) == key && wanted == text => marks.push(0..text.len()),
                Some(_) => {}
            }
        }
        marks.sort_by_key(|mark| (mark.start, mark.end));
        let mut end = 0;
        marks.retain_mut(|mark| {
            mark.start = mark.start.max(end);
            end = end.max(mark.end);
            mark.start < mark.end
        });
        marks
    }
}

/// A filter on its way through a trace.
pub struct Look<'a> {
    trace: TraceRef<'a>,
    /// What is searched for leads from span to span; the rest is looked at only there.
    lead: Option<&'a Term>,
    left: Vec<&'a Term>,
}

impl Look<'_> {
    /// The first span, from this one on, that fits. Reads at most `work` spans and takes them off it.
    pub fn next(&self, from: u32, work: &mut usize) -> Looked {
        let Self { trace, lead, left } = self;
        let len = u32::try_from(trace.len()).unwrap_or(u32::MAX);
        let mut at = from;
        while at < len && *work > 0 {
            let found = lead.map_or(Looked::Found(at), |lead| lead.next(*trace, at, *work));
            let (read, candidate) = match found {
                Looked::Found(span) => (span + 1 - at, Some(SpanIdx(span))),
                Looked::NotBefore(to) => (to - at, None),
            };
            *work = work.saturating_sub(read as usize);
            at += read;
            let span = candidate.and_then(|idx| trace.span(idx));
            if let Some(span) = span.filter(|span| left.iter().all(|term| term.fits(*trace, *span))) {
                return Looked::Found(span.idx().0);
            }
        }
        Looked::NotBefore(at)
    }
}

/// A key or value as it is written in a filter: between quotes where it needs them.
pub(super) fn quoted(text: &str) -> String {
    let is_plain = |char: char| char.is_alphanumeric() || matches!(char, '-' | '_' | '.' | '/' | ':');
    if !text.is_empty() && !text.starts_with('-') && text.chars().all(is_plain) {
        return text.to_string();
    }
    let mut out = String::from("\"");
    for char in text.chars() {
        match char {
            '"' | '\\' | '*' => out.extend(['\\', char]),
            char => out.push(char),
        }
    }
    out.push('"');
    out
}

/// Where a text holds another, which is in lower case, in any case.
fn find(wanted: &str, text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(rest) = text.get(from..).filter(|rest| !rest.is_empty() && !wanted.is_empty()) {
        let step = rest.chars().next().map_or(1, char::len_utf8);
        match prefix(wanted, rest) {
            Some(length) => {
                found.push(from..from + length);
                from += length;
            }
            None => from += step,
        }
    }
    found
}

/// How many bytes of a text are what is wanted.
fn prefix(wanted: &str, text: &str) -> Option<usize> {
    let mut wanted = wanted.chars().peekable();
    for (at, char) in text.char_indices() {
        if wanted.peek().is_none() {
            return Some(at);
        }
        for char in lower(char) {
            if wanted.peek().is_some() && wanted.next() != Some(char) {
                return None;
            }
        }
    }
    wanted.peek().is_none().then_some(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_found_is_marked_in_any_case_and_at_whole_letters() {
        let marks = |filter: &str, key: Option<&str>, text: &str| -> Vec<String> {
            let marks = Filter::new(filter).marks(key, text);
            marks.into_iter().filter_map(|mark| text.get(mark)).map(str::to_owned).collect()
        };
        assert_eq!(marks("cart", None, "GET /Cart in CART"), ["Cart", "CART"]);
        assert_eq!(marks("\"get /\" art", None, "GET /cart"), ["GET /", "art"]);
        assert_eq!(marks("ab ba", None, "aba"), ["ab", "a"]);
        assert_eq!(marks("straße", None, "STRASSE Straße"), ["Straße"]);
        assert_eq!(marks("-cart", None, "cart"), [""; 0]);
        assert_eq!(marks("user=u-1", Some("user"), "u-1"), ["u-1"]);
        assert_eq!(marks("user=u-1", Some("other"), "u-1"), [""; 0]);
        assert_eq!(marks("", None, "cart"), [""; 0]);
    }
}
