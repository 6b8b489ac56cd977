//! The list's filter: plain words, each of which must occur somewhere in the trace, in any case.

use memchr::memmem::Finder;

use crate::store::TraceRef;

/// A filter made of words.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    text: String,
    words: Vec<Finder<'static>>,
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
        let words = text.split_whitespace().map(|word| Finder::new(word.as_bytes()).into_owned()).collect();
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

    /// Whether each word occurs in a service, operation, attribute, event or status message of the trace, or in its id.
    pub fn matches(&self, trace: TraceRef<'_>) -> bool {
        let id = trace.id().to_string();
        let mut open: Vec<&Finder<'static>> =
            self.words.iter().filter(|word| word.find(id.as_bytes()).is_none()).collect();
        let mut lower = String::new();
        for span in trace.spans() {
            if open.is_empty() {
                break;
            }
            span.any_text(&mut |text| {
                lower.clear();
                if text.is_ascii() {
                    lower.push_str(text);
                    lower.make_ascii_lowercase();
                } else {
                    lower.extend(text.chars().flat_map(char::to_lowercase));
                }
                open.retain(|word| word.find(lower.as_bytes()).is_none());
                open.is_empty()
            });
        }
        open.is_empty()
    }
}
