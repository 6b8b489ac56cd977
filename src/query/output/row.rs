//! A row of the output as owned values.

use super::{Row, What};
use crate::model::{Attribute, Severity, SpanId, Timestamp, TraceId, Value};
use crate::query::detail::{DetailLine, attribute_lines};
use crate::store::{RecordRef, Store};

/// Bytes of a message and of a stack trace that are shown; exporting gives the rest.
const MOST_TEXT: usize = 64 << 10;

/// The attribute that holds a stack trace (OpenTelemetry's semantic conventions).
pub(super) const STACK: &str = "exception.stacktrace";

/// A row as drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputRow {
    /// When; absent where only the order is known, and under the first line.
    pub time: Option<Timestamp>,
    /// The service; empty where a line does not say.
    pub service: String,
    /// The trace and span it belongs to, as far as it says.
    pub span: (TraceId, SpanId),
    /// What it is.
    pub body: Body,
}

impl OutputRow {
    /// A row whose record has left.
    pub fn gone() -> Self {
        let (severity, logger, text) = (Severity::UNSPECIFIED, String::new(), "no longer kept".to_string());
        let body = Body::Line { severity, logger, text, parts: 0 };
        Self { time: None, service: String::new(), span: Default::default(), body }
    }
}

/// What a row is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// A trace begins.
    Root {
        /// Operation of its root.
        name: String,
        /// Number of spans.
        spans: usize,
        /// In ns.
        duration: u64,
        /// Spans with errors.
        errors: u32,
    },
    /// A log record or a line, its first line.
    Line {
        /// How grave.
        severity: Severity,
        /// The logger; for a line, empty.
        logger: String,
        /// What it says.
        text: String,
        /// Lines under it.
        parts: u32,
    },
    /// A line under another.
    Part {
        /// How grave the first line is.
        severity: Severity,
        /// What it says.
        text: String,
    },
}

/// The row as owned values; `None` when what it stands for has left.
pub fn row(store: &Store, row: Row) -> Option<OutputRow> {
    match row.what {
        What::Root(id) => {
            let trace = store.trace(id)?;
            let root = trace.root();
            Some(OutputRow {
                time: Some(trace.start()),
                service: root.service().to_string(),
                span: (id, root.span_id()),
                body: Body::Root {
                    name: root.name().to_string(),
                    spans: trace.len(),
                    duration: trace.duration(),
                    errors: trace.errors(),
                },
            })
        }
        What::Part(number, part) => {
            let record = store.record(number)?;
            let (service, span) = (record.service().to_string(), span_of(record));
            if part > 0 {
                let body = Body::Part { severity: record.severity(), text: under(store, record, part) };
                return Some(OutputRow { time: None, service, span, body });
            }
            let text =
                if record.is_log() { lines(record).next().unwrap_or_default() } else { record.text().into_owned() };
            let (severity, logger) = (record.severity(), record.logger().to_string());
            let text = without_head(&text, &logger).to_string();
            let body = Body::Line { severity, logger, text, parts: row.parts };
            Some(OutputRow { time: record.time(), service, span, body })
        }
    }
}

/// A message without what Python's usual format puts before it and the row says already: `INFO:shop.orders:`.
fn without_head<'a>(text: &'a str, logger: &str) -> &'a str {
    let said = text.split_once(':').filter(|(word, _)| Severity::parse(word).is_some());
    let rest = said.and_then(|(_, rest)| rest.strip_prefix(logger)?.strip_prefix(':'));
    rest.filter(|rest| !logger.is_empty() && !rest.is_empty()).unwrap_or(text)
}

/// The text of a line under a record: the next lines of the input, or of its message.
fn under(store: &Store, record: RecordRef<'_>, part: u32) -> String {
    if record.is_log() {
        return lines(record).nth(part as usize).unwrap_or_default();
    }
    store.record(record.number() + u64::from(part)).map(|line| line.text().into_owned()).unwrap_or_default()
}

/// The lines of a log record: its message, or where that is empty its event's name; then its stack trace.
pub(super) fn lines(record: RecordRef<'_>) -> impl Iterator<Item = String> {
    let text = record.text();
    let text = cut(&text);
    let log = record.to_log();
    let told = |key: &str| {
        log.as_ref().and_then(|log| {
            log.attributes.iter().find_map(|attribute| match attribute {
                Attribute { key: found, value: Value::Str(text) } if *found == key => Some(cut(text).to_string()),
                _ => None,
            })
        })
    };
    let event = log.as_ref().map(|log| log.event_name.to_string()).unwrap_or_default();
    let exception = told("exception.message").or_else(|| told("exception.type"));
    let first =
        if text.trim().is_empty() { exception.filter(|_| event.is_empty()).unwrap_or(event) } else { text.to_string() };
    let stack = told(STACK).filter(|stack| !first.contains(stack.trim())).unwrap_or_default();
    let whole = [first.trim_end(), stack.trim_end()].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>();
    let lines: Vec<String> = whole.join("\n").split('\n').map(|line| line.trim_end_matches('\r').to_string()).collect();
    lines.into_iter()
}

/// As much of a text as a screen can be asked to show.
fn cut(text: &str) -> &str {
    let end = (0..=MOST_TEXT.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    text.get(..end).unwrap_or_default()
}

/// The span that a record names: a log record's own, or ids in the text of a line.
fn span_of(record: RecordRef<'_>) -> (TraceId, SpanId) {
    if record.is_log() { record.span() } else { named(&record.text()) }
}

/// Everything a log record says besides its message, as lines of details.
pub(super) fn details(record: RecordRef<'_>) -> Vec<DetailLine> {
    let Some(log) = record.to_log() else { return Vec::new() };
    let hidden = |attribute: &&Attribute<'_>| attribute.key != STACK;
    let attributes: Vec<_> = log.attributes.iter().filter(hidden).copied().collect();
    attribute_lines(&attributes)
}

/// The ids that a line of text names, as loggers write them: `trace_id=…`, `"traceId":"…"`, `trace.id`, a W3C traceparent.
fn named(text: &str) -> (TraceId, SpanId) {
    let (mut trace, mut span) = (TraceId::default(), SpanId::default());
    for (at, digits) in runs(text) {
        let before = text.get(..at).unwrap_or_default();
        let parts = |hex: &str| u128::from_str_radix(hex, 16).unwrap_or_default();
        match digits.len() {
            32 if trace.0 == 0 && (is_keyed(before, "trace") || before.ends_with("00-")) => {
                trace = TraceId(parts(digits));
                let rest = text.get(at + 33..).unwrap_or_default();
                // The second part of a traceparent.
                if before.ends_with("00-")
                    && let Some((_, next)) = runs(rest).next().filter(|(at, next)| *at == 0 && next.len() == 16)
                {
                    span = SpanId(u64::from_str_radix(next, 16).unwrap_or_default());
                }
            }
            16 if span.0 == 0 && is_keyed(before, "span") => {
                span = SpanId(u64::from_str_radix(digits, 16).unwrap_or_default());
            }
            16 if trace.0 == 0 && is_keyed(before, "trace") => trace = TraceId(parts(digits)),
            _ => {}
        }
    }
    (trace, span)
}

/// Runs of 16 or 32 hex digits, and where they begin.
fn runs(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_hex = |byte: u8| byte.is_ascii_hexdigit();
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < bytes.len() {
            let start = at;
            let length = bytes.get(start..)?.iter().take_while(|byte| is_hex(**byte)).count();
            at = start + length.max(1);
            let is_word = start.checked_sub(1).and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_alphanumeric);
            if matches!(length, 16 | 32) && (!is_word || bytes.get(start.wrapping_sub(1)) == Some(&b'x')) {
                return Some((start, text.get(start..start + length)?));
            }
        }
        None
    })
}

/// Whether a key of this kind of id stands right before: `trace_id=`, `"traceId": "`, `trace.id: 0x`.
fn is_keyed(before: &str, kind: &str) -> bool {
    let near = before.len().saturating_sub(16);
    let near = (near..=before.len()).find(|at| before.is_char_boundary(*at)).unwrap_or_default();
    let key = before.get(near..).unwrap_or_default().to_ascii_lowercase();
    let key = key.trim_end_matches("0x").trim_end_matches(['"', '\'', '=', ':', ' ', '\\']);
    let key = key.strip_suffix("id").unwrap_or(key).trim_end_matches(['_', '.', '-', ' ']);
    key.ends_with(kind)
}

#[cfg(test)]
mod tests {
    use super::{named, without_head};

    #[test]
    fn what_the_row_says_already_is_not_said_again() {
        assert_eq!(without_head("WARNING:shop.orders:slow: 7 ms", "shop.orders"), "slow: 7 ms");
        for (text, logger) in [("INFO:other:x", "shop"), ("note:shop:x", "shop"), ("INFO:shop:", "shop"), ("a", "")] {
            assert_eq!(without_head(text, logger), text);
        }
    }

    #[test]
    fn ids_are_found_in_what_loggers_write() {
        let (trace, span) = ("5b8efff798038103d269b633813fc60c", "eee19b7ec3c1b174");
        let lines = [
            format!("INFO [app] [trace_id={trace} span_id={span} resource.service.name=shop] - hello"),
            format!(r#"{{"msg":"hello","traceId":"{trace}","spanId":"{span}"}}"#),
            format!(r#"{{"trace.id": "{trace}", "span.id": "{span}"}}"#),
            format!("traceparent: 00-{trace}-{span}-01"),
            format!("TraceId: 0x{trace}, SpanId: 0x{span}"),
        ];
        for line in &lines {
            let (found, of) = named(line);
            assert_eq!((found.to_string().as_str(), of.to_string().as_str()), (trace, span), "{line}");
        }
        for line in ["sha 5b8efff798038103d269b633813fc60c", "commit=eee19b7ec3c1b174", "no ids", "trace_id=abc é"] {
            assert_eq!((named(line).0.0, named(line).1.0), (0, 0), "{line}");
        }
    }
}
