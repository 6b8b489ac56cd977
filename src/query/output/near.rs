//! Where a line of the output lies: its span among ancestors, siblings and children, and the line's own attributes.

use super::What;
use super::row::{details, lines};
use crate::model::{Severity, SpanId, Status, Timestamp, TraceId};
use crate::query::detail::DetailLine;
use crate::store::{SpanRef, Store, TraceRef};

/// In a trace with more spans only the ancestors are looked up.
const MOST_SPANS: usize = 50_000;

/// Levels above the span that are shown.
const MOST_ABOVE: usize = 6;

/// What stands beside the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Near {
    /// Service and operation of the span, or of the root where the line names only a trace.
    pub title: Option<(String, String)>,
    /// The trace, as far as it is here.
    pub trace: Option<TraceId>,
    /// The span that the line names.
    pub span: SpanId,
    /// When the line was written.
    pub time: Option<Timestamp>,
    /// Start of the trace, and its duration in ns.
    pub range: (Timestamp, u64),
    /// Spans around it, outermost first.
    pub spans: Vec<NearSpan>,
    /// How grave the line is.
    pub severity: Severity,
    /// What else it says.
    pub lines: Vec<DetailLine>,
    /// Its whole message, a line each.
    pub text: Vec<String>,
    /// The line names ids that are not here.
    pub is_absent: bool,
}

/// A span around a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearSpan {
    /// Levels below the first one shown.
    pub depth: usize,
    /// Service.
    pub service: String,
    /// Operation.
    pub name: String,
    /// Start in ns after the trace's.
    pub offset: u64,
    /// Duration in ns.
    pub duration: u64,
    /// It failed.
    pub error: bool,
    /// The span of the line.
    pub is_own: bool,
}

/// What lies around a row, in at most `most` spans; none are looked for where there is no room.
pub fn near(store: &Store, what: What, named: (TraceId, SpanId), most: usize) -> Near {
    let record = if let What::Part(number, _) = what { store.record(number) } else { None };
    let trace = store.trace(named.0).filter(|_| named.0.0 != 0);
    let own = trace.and_then(|trace| trace.find(named.1).next());
    let titled = own.or_else(|| trace.map(TraceRef::root));
    Near {
        title: titled.map(|span| (span.service().to_string(), span.name().to_string())),
        trace: trace.map(TraceRef::id),
        span: own.map_or(SpanId::default(), SpanRef::span_id),
        time: record.and_then(|record| record.time()),
        range: trace.map_or((Timestamp(0), 0), |trace| (trace.start(), trace.duration())),
        spans: trace
            .filter(|_| most > 0)
            .map(|trace| around(trace, own.unwrap_or(trace.root()), own.is_some(), most))
            .unwrap_or_default(),
        severity: record.map(|record| record.severity()).unwrap_or_default(),
        lines: record.map(details).unwrap_or_default(),
        text: match record {
            Some(record) if record.is_log() => lines(record).collect(),
            Some(record) => vec![record.text().into_owned()],
            None => Vec::new(),
        },
        is_absent: named.0.0 != 0 && trace.is_none(),
    }
}

fn around(trace: TraceRef<'_>, own: SpanRef<'_>, is_named: bool, most: usize) -> Vec<NearSpan> {
    let mut above: Vec<SpanRef<'_>> = Vec::new();
    let mut parent = own.parent_id();
    while let Some(span) = parent.and_then(|id| trace.find(id).next()) {
        let is_circle = span.idx() == own.idx() || above.iter().any(|known| known.idx() == span.idx());
        if is_circle || above.len() == MOST_ABOVE {
            break;
        }
        above.push(span);
        parent = span.parent_id();
    }
    above.reverse();
    let depth = above.len();
    let show = |span: SpanRef<'_>, depth: usize| NearSpan {
        depth,
        service: span.service().to_string(),
        name: span.name().to_string(),
        offset: span.start().since(trace.start()),
        duration: span.duration(),
        error: span.status() == Status::Error,
        is_own: is_named && span.idx() == own.idx(),
    };
    let mut shown: Vec<NearSpan> = above.iter().enumerate().map(|(depth, span)| show(*span, depth)).collect();
    let room = most.saturating_sub(shown.len() + 1);
    let (children, siblings) = related(trace, own, room);
    let before = siblings.iter().take_while(|span| (span.start(), span.idx()) < (own.start(), own.idx())).count();
    // Of the siblings those nearest in time.
    let free = room.saturating_sub(children.len());
    let first = before.saturating_sub(free / 2);
    let (earlier, later) = siblings.split_at(before);
    shown.extend(earlier.iter().skip(first).map(|span| show(*span, depth)));
    let used = before - first;
    shown.push(show(own, depth));
    shown.extend(children.iter().map(|span| show(*span, depth + 1)));
    shown.extend(later.iter().take(free - used).map(|span| show(*span, depth)));
    shown
}

/// Children and siblings of a span in the order of their start: none where finding them would take too long.
fn related<'a>(trace: TraceRef<'a>, own: SpanRef<'a>, room: usize) -> (Vec<SpanRef<'a>>, Vec<SpanRef<'a>>) {
    if trace.len() > MOST_SPANS {
        return (Vec::new(), Vec::new());
    }
    let order = |spans: &mut Vec<SpanRef<'a>>| spans.sort_unstable_by_key(|span| (span.start(), span.order_key()));
    let mut children: Vec<_> = trace.spans().filter(|span| span.parent_id() == Some(own.span_id())).collect();
    order(&mut children);
    children.truncate(room);
    let is_sibling = |span: &SpanRef<'_>| span.parent_id() == own.parent_id() && span.idx() != own.idx();
    let has_parent = own.parent_id().is_some();
    let mut siblings: Vec<_> = trace.spans().filter(|span| has_parent && is_sibling(span)).collect();
    order(&mut siblings);
    (children, siblings)
}
