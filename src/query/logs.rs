//! Log records on the spans of one trace: what the waterfall marks and the details tell.

use std::collections::HashMap;

use super::detail::{DetailLine, Tone, attribute_lines, indented};
use crate::model::{Log, Severity, SpanId, Timestamp, TraceId};
use crate::store::{RecordRef, Store};

/// A log record on a bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogMark {
    /// When, in ns after the trace's start.
    pub offset: u64,
    /// How grave.
    pub severity: Severity,
}

/// Marks beyond this many share cells on any screen anyway.
const MOST_MARKS: usize = 512;

/// The numbers of a trace's log records by span.
#[derive(Clone, Debug, Default)]
pub struct TraceLogs {
    by_span: HashMap<SpanId, Vec<u64>>,
}

impl TraceLogs {
    /// Those of a trace.
    pub fn new(store: &Store, trace: TraceId) -> Self {
        let mut by_span: HashMap<SpanId, Vec<u64>> = HashMap::new();
        for (span, number) in store.logs(trace) {
            by_span.entry(span).or_default().push(number);
        }
        Self { by_span }
    }

    /// The marks of a span; `origin` is the trace's start. Of many those that are gravest.
    pub fn marks(&self, store: &Store, span: SpanId, origin: Timestamp) -> Vec<LogMark> {
        let records = self.by_span.get(&span).into_iter().flatten().filter_map(|number| store.record(*number));
        let mark =
            |record: RecordRef<'_>| LogMark { offset: record.place().since(origin), severity: record.severity() };
        let mut marks: Vec<LogMark> = records.map(mark).collect();
        if marks.len() > MOST_MARKS {
            marks.sort_by_key(|mark| std::cmp::Reverse(mark.severity));
            marks.truncate(MOST_MARKS);
        }
        marks
    }
}

/// The log records of a span as lines of details, each with its time; `when` says it.
pub(super) fn told(
    store: &Store,
    (trace, span): (TraceId, SpanId),
    when: &dyn Fn(Timestamp) -> String,
) -> Vec<(Timestamp, Vec<DetailLine>)> {
    let own = store.logs(trace).filter(|(of, _)| *of == span && span.0 != 0);
    let logs = own.filter_map(|(_, number)| store.record(number));
    logs.filter_map(|record| record.to_log().map(|log| (log.time, lines(record, &log, &when(log.time))))).collect()
}

/// `+12 ms  WARN shop.orders acquirer slow`, then its attributes.
fn lines(record: RecordRef<'_>, log: &Log<'_>, when: &str) -> Vec<DetailLine> {
    let tone = match log.severity {
        severity if severity >= Severity::ERROR => Tone::Error,
        severity if severity >= Severity::WARN => Tone::Warning,
        _ => Tone::Heading,
    };
    let word = if log.severity_text.is_empty() { log.severity.name() } else { log.severity_text };
    let text = record.text();
    let said = if text.trim().is_empty() { log.event_name } else { &text };
    let parts = [if word.is_empty() { "LOG" } else { word }, log.scope, said];
    let value = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    let head = DetailLine::new("", &format!("{when}  {value}"), tone);
    std::iter::once(head).chain(indented(attribute_lines(&log.attributes), 2)).collect()
}
