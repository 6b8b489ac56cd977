//! The list's filter: plain words, each of which must occur somewhere in the trace, in any case.

use crate::store::{Looked, Search, Store, TraceRef, lower};

/// A filter made of words.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    text: String,
    words: Vec<Search>,
}

impl PartialEq for Filter {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Filter {
    /// Splits text at white space; empty text matches everything.
    pub fn new(text: &str) -> Self {
        let text: String = text.trim().chars().flat_map(lower).collect();
        let words = text.split_whitespace().map(Search::new).collect();
        Self { text, words }
    }

    /// The words as typed, in lower case.
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
            word.refresh(store);
        }
    }

    /// Whether a trace matches, all of it read at once.
    pub fn matches(&self, trace: TraceRef<'_>) -> bool {
        let mut work = usize::MAX;
        self.look(trace, &mut Progress::default(), &mut work) == Some(true)
    }

    /// Whether each word occurs in a service, operation, attribute, event or status message of the trace, or in its id.
    /// Goes on where `progress` stands and reads at most `work` spans; `None` when that is not enough.
    pub fn look(&self, trace: TraceRef<'_>, progress: &mut Progress, work: &mut usize) -> Option<bool> {
        while let Some(word) = self.words.get(progress.words) {
            if progress.spans == 0 && word.is_in(&trace.id().to_string()) {
                progress.words += 1;
                continue;
            }
            if *work == 0 && (progress.spans as usize) < trace.len() {
                return None;
            }
            let from = progress.spans;
            match trace.look(word, from, *work) {
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
