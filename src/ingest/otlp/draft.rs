//! What both encodings have in common: what is read of a span besides its lists, and what is odd about it.

use crate::ingest::DecodeOptions;
use crate::model::{Kind, SpanId, SpanWriter, Status, Timestamp, TraceId};

/// Fields of a span that need a second look.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Draft {
    pub(super) trace_id: Option<TraceId>,
    pub(super) span_id: Option<SpanId>,
    pub(super) parent_id: Option<SpanId>,
    /// An id had a length that no id has.
    pub(super) has_odd_id: bool,
    /// In ns since the epoch; 0 when not said.
    pub(super) start: u64,
    pub(super) end: u64,
    /// Attributes, events and links that the client dropped.
    pub(super) dropped: [u64; 3],
    /// Rows of the span were left out here.
    pub(super) is_cut: bool,
}

/// What the numbers of `SpanKind` mean.
pub(super) fn kind(number: i64) -> Option<Kind> {
    Some(match number {
        0 => Kind::Unspecified,
        1 => Kind::Internal,
        2 => Kind::Server,
        3 => Kind::Client,
        4 => Kind::Producer,
        5 => Kind::Consumer,
        _ => return None,
    })
}

/// What the numbers of `StatusCode` mean.
pub(super) fn status(number: i64) -> Option<Status> {
    Some(match number {
        0 => Status::Unset,
        1 => Status::Ok,
        2 => Status::Error,
        _ => return None,
    })
}

/// Fills in the row and says what is odd. A span without any id is none: nothing could point at it or be told apart from it.
pub(super) fn settle(draft: &Draft, span: &mut SpanWriter<'_>) -> bool {
    let (trace_id, span_id) = (draft.trace_id.unwrap_or_default(), draft.span_id.unwrap_or_default());
    if trace_id.0 == 0 && span_id.0 == 0 {
        return false;
    }
    let row = &mut span.row;
    (row.trace_id, row.span_id, row.parent_id) = (trace_id, span_id, draft.parent_id.and_then(SpanId::non_zero));
    let (start, end) = (time(draft.start), time(draft.end));
    (row.start, row.duration) = (start, end.since(start));
    if draft.start == 0 && draft.end != 0 {
        row.start = end;
        row.duration = 0;
    }
    let found = [
        (trace_id.0 == 0, "sent without a trace id"),
        (span_id.0 == 0, "sent without a span id"),
        (draft.has_odd_id, "an id has a length that no id has"),
        (row.name.len == 0, "sent without an operation name"),
        (draft.start == 0 && draft.end == 0, "sent without times"),
        (draft.start == 0 && draft.end != 0, "sent without a start time: the end is shown instead"),
        (draft.start != 0 && draft.end == 0, "sent without an end time: duration shown as 0"),
        (draft.end != 0 && draft.end < draft.start, "it ends before it starts: duration shown as 0"),
        (
            draft.start.max(draft.end) > i64::MAX as u64,
            "a time lies outside the years 1677 to 2262 and was moved to the limit",
        ),
        (draft.is_cut, "more than 65,536 attributes, events or links: the rest was left out"),
    ];
    for (is, text) in found {
        if is {
            span.warn(text);
        }
    }
    for (count, (one, many)) in
        draft.dropped.iter().zip([("attribute", "attributes"), ("event", "events"), ("link", "links")])
    {
        if *count > 0 {
            let what = if *count == 1 { one } else { many };
            span.warn(&format!("the client dropped {count} {what}"));
        }
    }
    true
}

pub(super) fn time(ns: u64) -> Timestamp {
    Timestamp(i64::try_from(ns).unwrap_or(i64::MAX))
}

/// The name of a service, or what stands in for it.
pub(super) fn service(named: Option<&str>) -> String {
    DecodeOptions::default().service(named).to_owned()
}
