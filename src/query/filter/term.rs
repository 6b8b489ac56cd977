//! A term of a filter, and whether a span fits it.

use super::value::Pattern;
use crate::model::{Kind, SpanId, Status, TraceId, Value};
use crate::store::{Looked, Search, SpanIdx, SpanRef, TraceRef, lower};

/// A term: what it asks for, or the opposite.
#[derive(Clone, Debug)]
pub(super) struct Term {
    pub(super) is_not: bool,
    pub(super) what: What,
}

#[derive(Clone, Debug)]
pub(super) enum What {
    /// The span says this somewhere.
    Words(Words),
    /// It says this under this key.
    Pair(Pair),
}

/// A word or a phrase, and what else it may mean.
#[derive(Clone, Debug)]
pub(super) struct Words {
    /// In lower case.
    text: String,
    search: Search,
    /// It may be a part of an id.
    is_hex: bool,
    /// The id that it is, in any form in which people paste one.
    trace: Option<TraceId>,
    span: Option<SpanId>,
    /// It asks for spans that failed.
    is_error: bool,
}

/// A key and its value.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    key: String,
    pattern: Pattern,
    /// The key is there, and no value of it is this one.
    differs: bool,
    /// What every span that fits says somewhere.
    search: Option<Search>,
}

impl Term {
    /// Whether spans that fit can be searched for, with [`Term::next`].
    pub(super) fn is_searched(&self) -> bool {
        !self.is_not && self.search().is_some()
    }

    /// Whether where it is said is all that it asks for.
    pub(super) fn is_said(&self) -> bool {
        matches!(self.what, What::Words(_))
    }

    fn search(&self) -> Option<&Search> {
        match &self.what {
            What::Words(words) => Some(&words.search),
            What::Pair(pair) => pair.search.as_ref(),
        }
    }

    /// The next span that may fit, among at most `work` from this one on.
    pub(super) fn next(&self, trace: TraceRef<'_>, from: u32, work: usize) -> Looked {
        let Some(search) = self.search() else { return Looked::Found(from) };
        let found = trace.look(search, from, work);
        let (Looked::Found(end) | Looked::NotBefore(end)) = found;
        let What::Words(words) = &self.what else { return found };
        let asks = words.is_error && trace.errors() > 0;
        let failed = |at: &u32| trace.span(SpanIdx(*at)).is_some_and(|span| span.status() == Status::Error);
        let error = asks.then(|| (from..end).find(failed)).flatten();
        let named = words.span.and_then(|id| trace.find(id).map(|span| span.idx().0).filter(|at| *at >= from).min());
        let first = error.into_iter().chain(named.filter(|at| *at < end)).min();
        first.map_or(found, Looked::Found)
    }

    pub(super) fn search_mut(&mut self) -> Option<&mut Search> {
        match &mut self.what {
            What::Words(words) => Some(&mut words.search),
            What::Pair(pair) => pair.search.as_mut(),
        }
    }

    /// Whether it says something of a trace as a whole, and therefore of each span.
    pub(super) fn is_of(&self, trace: TraceRef<'_>) -> bool {
        match &self.what {
            What::Words(words) => {
                words.trace == Some(trace.id()) || words.is_hex && words.search.is_in(&trace.id().to_string())
            }
            What::Pair(_) => false,
        }
    }

    /// Whether a span fits.
    pub(super) fn fits(&self, trace: TraceRef<'_>, span: SpanRef<'_>) -> bool {
        let fits = match &self.what {
            What::Words(words) => {
                words.is_error && span.status() == Status::Error
                    || words.span.is_some_and(|id| span.span_id() == id)
                    || trace.says(&words.search, span.idx())
                    || self.is_of(trace)
            }
            What::Pair(pair) => pair.fits(span),
        };
        fits != self.is_not
    }

    /// The text that is marked where it stands: in any text, or in values of a key.
    pub(super) fn mark(&self) -> Option<(Option<&str>, &str)> {
        match &self.what {
            _ if self.is_not => None,
            What::Words(words) => Some((None, &words.text)),
            What::Pair(pair) => {
                pair.pattern.whole().filter(|_| !pair.differs).map(|text| (Some(pair.key.as_str()), text))
            }
        }
    }
}

impl Words {
    pub(super) fn new(text: &str, is_phrase: bool) -> Self {
        let text: String = text.chars().flat_map(lower).collect();
        let (trace, span) = if is_phrase { (None, None) } else { ids(&text) };
        let is_error = !is_phrase && matches!(text.as_str(), "error" | "errors");
        let is_hex = text.len() <= 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        Self { search: Search::new(&text), text, is_hex, trace, span, is_error }
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

/// What keys that are no attributes stand for. Of one of these a span has one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Service,
    Name,
    Kind,
    Status,
    Message,
    Scope,
    Source,
    Trace,
    Span,
    Parent,
    Error,
}

/// Keys of fields.
const FIELDS: &[(&str, Field)] = &[
    ("service", Field::Service),
    ("service.name", Field::Service),
    ("name", Field::Name),
    ("operation", Field::Name),
    ("op", Field::Name),
    ("kind", Field::Kind),
    ("span.kind", Field::Kind),
    ("status", Field::Status),
    ("otel.status_code", Field::Status),
    ("message", Field::Message),
    ("scope", Field::Scope),
    ("source", Field::Source),
    ("trace", Field::Trace),
    ("span", Field::Span),
    ("parent", Field::Parent),
    ("error", Field::Error),
];

impl Pair {
    pub(super) fn new(key: &str, value: &str, is_quoted: bool, differs: bool) -> Self {
        let pattern = Pattern::new(value, is_quoted);
        let is_searched = !differs
            && field(key).is_none_or(|field| {
                matches!(field, Field::Service | Field::Name | Field::Message | Field::Scope | Field::Source)
            });
        let search = pattern.said().filter(|_| is_searched).map(|said| Search::new(&said));
        Self { key: key.to_owned(), pattern, differs, search }
    }

    fn fits(&self, span: SpanRef<'_>) -> bool {
        if let Some(field) = field(&self.key) {
            return self.field_fits(field, span) != self.differs;
        }
        let mut is_there = false;
        let has = span.any_field(&mut |_, attribute| {
            let is_it = attribute.key == self.key;
            is_there |= is_it;
            is_it && self.pattern.fits(attribute.value)
        });
        if self.differs { is_there && !has } else { has }
    }

    fn field_fits(&self, field: Field, span: SpanRef<'_>) -> bool {
        let text = |text: &str| self.pattern.fits(Value::Str(text));
        let in_any_case = |text: &str| self.pattern.fits_in_any_case(text);
        match field {
            Field::Service => text(span.service()),
            Field::Name => text(span.name()),
            Field::Kind => span.kind() != Kind::Unspecified && in_any_case(span.kind().as_str()),
            Field::Status => in_any_case(span.status().as_str()),
            Field::Message if span.status_message().is_empty() => {
                span.to_span().failure().is_some_and(|said| text(&said))
            }
            Field::Message => text(span.status_message()),
            Field::Scope => text(span.scope()),
            Field::Source => text(span.source()),
            Field::Trace => in_any_case(&span.trace_id().to_string()),
            Field::Span => in_any_case(&span.span_id().to_string()),
            Field::Parent => span.parent_id().is_some_and(|id| in_any_case(&id.to_string())),
            Field::Error => in_any_case(if span.status() == Status::Error { "true" } else { "false" }),
        }
    }
}

/// The field of this name.
pub(super) fn field(key: &str) -> Option<Field> {
    FIELDS.iter().find(|(name, _)| *name == key).map(|(_, field)| *field)
}
