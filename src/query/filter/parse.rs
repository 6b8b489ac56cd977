//! What is typed becomes terms. Nothing here is ever an error: what is no term of another kind is a word.

use super::term::{Pair, Term, What, Words, field};

/// The terms of a text, each of which must fit.
pub(super) fn parse(text: &str) -> Vec<Term> {
    let mut rest = text.trim_start();
    let mut terms = Vec::new();
    while !rest.is_empty() {
        let is_not = rest.starts_with('-') && rest.chars().nth(1).is_some_and(|next| !next.is_whitespace());
        let body = if is_not { rest.get(1..).unwrap_or_default() } else { rest };
        let (what, after) = term(body);
        terms.extend(what.map(|what| Term { is_not, what }));
        rest = after.trim_start();
    }
    terms
}

/// The term that a text begins with, and what follows it.
fn term(text: &str) -> (Option<What>, &str) {
    let key = piece(text, |char| char.is_whitespace() || matches!(char, '=' | '!'));
    let (sign, after) = match (key.after.strip_prefix("!="), key.after.strip_prefix('=')) {
        (Some(after), _) => (Some(true), after),
        (None, Some(after)) => (Some(false), after),
        (None, None) => (None, key.after),
    };
    if let Some(differs) = sign.filter(|_| !key.text.is_empty()) {
        let value = piece(after, char::is_whitespace);
        if value.is_quoted || !value.text.is_empty() {
            let pair = Pair::new(&key.text, &value.text, value.is_quoted, differs);
            return (Some(What::Pair(pair)), value.after);
        }
    }
    if key.is_quoted && key.after.chars().next().is_none_or(char::is_whitespace) {
        return ((!key.text.is_empty()).then(|| What::Words(Words::new(&key.text, true))), key.after);
    }
    let length = text.find(char::is_whitespace).unwrap_or(text.len());
    let (word, after) = text.split_at(length);
    // A key whose value is still to be typed is a word that spans say; a field's name is none.
    let key = word.strip_suffix('=').filter(|key| !key.is_empty());
    let is_field = key.is_some_and(|key| field(key).is_some());
    ((!is_field).then(|| What::Words(Words::new(key.unwrap_or(word), false))), after)
}

struct Piece<'a> {
    text: String,
    is_quoted: bool,
    after: &'a str,
}

/// Text between quotes, or up to where `ends` says. A quote that is still to be typed ends with the text.
fn piece(text: &str, ends: impl Fn(char) -> bool) -> Piece<'_> {
    let Some(quoted) = text.strip_prefix('"') else {
        let (piece, after) = text.split_at(text.find(ends).unwrap_or(text.len()));
        return Piece { text: piece.to_owned(), is_quoted: false, after };
    };
    let (mut piece, mut chars) = (String::new(), quoted.char_indices());
    while let Some((at, char)) = chars.next() {
        match char {
            '"' => {
                let after = quoted.get(at + 1..).unwrap_or_default();
                return Piece { text: piece, is_quoted: true, after };
            }
            // `\*` is left for the value, which knows wildcards.
            '\\' => match chars.next() {
                Some((_, next @ ('"' | '\\'))) => piece.push(next),
                Some((_, next)) => piece.extend(['\\', next]),
                None => piece.push('\\'),
            },
            char => piece.push(char),
        }
    }
    Piece { text: piece, is_quoted: true, after: "" }
}
