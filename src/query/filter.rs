//! The list's filter: plain words, each of which must occur somewhere in the trace, in any case.

use crate::store::{Search, Store, TraceRef};

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
        let text = text.trim().to_lowercase();
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

    /// Whether each word occurs in a service, operation, attribute, event or status message of the trace, or in its id.
    pub fn matches(&self, trace: TraceRef<'_>) -> bool {
        let id = trace.id().to_string();
        self.words.iter().all(|word| word.is_in(&id) || trace.contains(word))
    }
}
