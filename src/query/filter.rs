//! The list's filter: plain words, each of which must occur somewhere in the trace, in any case.

use crate::model::{SpanId, TraceId};
use crate::store::{Looked, Search, Store, TraceRef, lower};

/// A filter made of words.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// As typed.
    text: String,
    words: Vec<Word>,
}

/// A word and what else it may mean.
#[derive(Clone, Debug)]
struct Word {
    search: Search,
    /// The id that it is, in any form in which people paste one.
    trace: Option<TraceId>,
    span: Option<SpanId>,
    /// It asks for traces that failed.
    is_error: bool,
}

impl PartialEq for Filter {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Word {
    fn new(text: &str) -> Self {
        let (trace, span) = ids(text);
        Self { search: Search::new(text), trace, span, is_error: matches!(text, "error" | "errors") }
    }

    /// Whether it says something of a trace as a whole.
    fn is_of(&self, trace: TraceRef<'_>) -> bool {
        self.is_error && trace.errors() > 0
            || self.trace == Some(trace.id())
            || self.span.is_some_and(|id| trace.find(id).next().is_some())
            || self.search.is_in(&trace.id().to_string())
    }
}

/// The trace and the span that a word may name: `0x…` as consoles print it, a W3C traceparent, ids with or without the
/// zeros in front.
fn ids(text: &str) -> (Option<TraceId>, Option<SpanId>) {
    let hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let parts: Vec<&str> = text.split('-').collect();
    if let [version, trace, span, flags] = parts.as_slice()
        && (version.len(), trace.len(), span.len(), flags.len()) == (2, 32, 16, 2)
        && hex(trace)
    {
        return (u128::from_str_radix(trace, 16).ok().map(TraceId), None);
    }
    let digits = text.strip_prefix("0x").unwrap_or(text);
    if !hex(digits) || !(8..=32).contains(&digits.len()) {
        return (None, None);
    }
    let span = u64::from_str_radix(digits, 16).ok().filter(|_| digits.len() <= 16).map(SpanId);
    (u128::from_str_radix(digits, 16).ok().map(TraceId), span)
}

impl Filter {
    /// Splits text at white space; empty text matches everything.
    pub fn new(text: &str) -> Self {
        let lower: String = text.chars().flat_map(lower).collect();
        Self { text: text.trim().to_string(), words: lower.split_whitespace().map(Word::new).collect() }
    }

    /// The words as typed.
    pub fn text(&self) -> String {
        self.text.clone()
    }

    /// Whether everything matches.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Takes in what is new in the store, once for many traces. Without it each trace takes longer.
    pub fn refresh(&mut self, store: &Store) {
        for word in &mut self.words {
            word.search.refresh(store);
        }
    }

    /// Whether a trace matches, all of it read at once.
    pub fn matches(&self, trace: TraceRef<'_>) -> bool {
        let mut work = usize::MAX;
        self.look(trace, &mut Progress::default(), &mut work) == Some(true)
    }

    /// Whether each word occurs in a service, operation, attribute, event or status message of the trace, or is an id of it or of
    /// one of its spans; `error` is any trace that failed, too.
    /// Goes on where `progress` stands and reads at most `work` spans; `None` when that is not enough.
    pub fn look(&self, trace: TraceRef<'_>, progress: &mut Progress, work: &mut usize) -> Option<bool> {
        while let Some(word) = self.words.get(progress.words) {
            if progress.spans == 0 && word.is_of(trace) {
                progress.words += 1;
                continue;
            }
            if *work == 0 && (progress.spans as usize) < trace.len() {
                return None;
            }
            let from = progress.spans;
            match trace.look(&word.search, from, *work) {
                Looked::Found => *progress = Progress { words: progress.words + 1, spans: 0 },
                Looked::NotBefore(to) => progress.spans = to,
            }
            // Where it is found nobody says how early: as if at the end.
            let to = if progress.spans == 0 { trace.len() } else { progress.spans as usize };
            *work = work.saturating_sub(to - from as usize);
            if progress.spans > 0 {
                return (to == trace.len()).then_some(false);
            }
        }
        Some(true)
    }
}

/// How far a filter has come in one trace: so many words are there, the next is not in so many spans.
#[derive(Clone, Copy, Debug, Default)]
pub struct Progress {
    words: usize,
    spans: u32,
}
