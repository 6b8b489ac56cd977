//! Which span is whose parent: ids resolved to node numbers, shared ids and parents that never came included.

use foldhash::fast::RandomState;
use hashbrown::HashMap;

use super::copies::Choices;
use super::{NONE, number};
use crate::model::{Kind, SpanId, Status, Timestamp};
use crate::query::work::Budget;
use crate::store::{ServiceId, SpanIdx, SpanRef, TraceRef};

const ID_COST: u64 = 80;
const PARENT_COST: u64 = 100;

/// Every node's parent. Nodes are the spans in their order in the trace, then the placeholders. Spans that arrive while
/// it is made are none of them.
#[derive(Debug, Default)]
pub(super) struct Parents {
    /// How many nodes are spans.
    pub(super) spans: usize,
    /// The parent of each node, [`NONE`] for a root.
    pub(super) of: Vec<u32>,
    /// Spans that name themselves as their parent.
    pub(super) own: Vec<u32>,
    /// The nodes that stand for ids that are missing.
    pub(super) placeholders: HashMap<u64, u32, RandomState>,
    /// Their ids, and the first start of those that refer to each.
    missing: Vec<(SpanId, Timestamp)>,
    /// Whether each span has an error.
    errors: Vec<bool>,
    ids: Ids,
    /// The parent that was looked for last, and its node.
    last: Option<(SpanId, u32)>,
}

/// Spans by id, kept only when ids are shared: otherwise the store knows as much.
#[derive(Debug, Default)]
struct Ids {
    is_wanted: bool,
    /// How many spans are in it.
    known: usize,
    /// A span's number, or the number of spans plus a place in `shared`.
    by_id: HashMap<u64, u32, RandomState>,
    shared: Vec<Shared>,
    /// The choices for children of the same service, for shared ids only.
    by_service: HashMap<(u64, ServiceId), Choices, RandomState>,
}

/// The spans of one shared id that something may hang under.
#[derive(Debug, Default)]
struct Shared {
    /// Whom children of other services hang under.
    any: Choices,
    /// Whom a server span of the same id hangs under.
    client: Choices,
    /// Whom a consumer span of the same id hangs under.
    producer: Choices,
}

impl Parents {
    pub(super) fn new(trace: TraceRef<'_>) -> Self {
        let (spans, missing) = (trace.len(), trace.missing_parents() as usize);
        let ids = Ids { is_wanted: trace.shares_ids(), ..Ids::default() };
        Self {
            spans,
            of: Vec::with_capacity(spans + missing),
            // As large as it will get: growing it would take a moment at a time when there is none.
            placeholders: HashMap::with_capacity_and_hasher(missing, RandomState::default()),
            missing: Vec::with_capacity(missing),
            errors: Vec::with_capacity(spans),
            ids,
            ..Self::default()
        }
    }

    /// Goes on; true when every parent is known.
    pub(super) fn step(&mut self, trace: TraceRef<'_>, budget: &mut Budget) -> bool {
        if self.ids.is_wanted && !self.ids.step(trace, self.spans, budget) {
            return false;
        }
        let from = self.of.len();
        for at in from..from + budget.take(PARENT_COST, self.spans - from) {
            let span = trace.span(SpanIdx(number(at)));
            let parent = span.map_or(NONE, |span| self.find(trace, span));
            self.of.push(parent);
            self.errors.push(span.is_some_and(|span| span.status() == Status::Error));
        }
        if self.of.len() < self.spans {
            return false;
        }
        self.of.resize(self.spans + self.missing.len(), NONE);
        true
    }

    /// Whether a node is a span and no placeholder.
    pub(super) fn is_span(&self, node: u32) -> bool {
        (node as usize) < self.spans
    }

    /// The id that a placeholder stands for, and when the first that refers to it starts.
    pub(super) fn missing(&self, node: u32) -> (SpanId, Timestamp) {
        let place = (node as usize).checked_sub(self.spans);
        place.and_then(|place| self.missing.get(place)).copied().unwrap_or_default()
    }

    pub(super) fn has_error(&self, node: u32) -> bool {
        self.errors.get(node as usize).is_some_and(|error| *error)
    }

    /// The node that a span hangs under.
    fn find(&mut self, trace: TraceRef<'_>, span: SpanRef<'_>) -> u32 {
        let node = match (self.ids.other_half(trace, span, self.spans), span.parent_id()) {
            (Some(caller), _) => caller,
            (None, None) => return NONE,
            (None, Some(id)) if id == span.span_id() => {
                self.own.push(span.idx().0);
                return NONE;
            }
            (None, Some(id)) => {
                let near = if self.ids.is_wanted { None } else { self.near(trace, id, span) };
                let chosen = near.or_else(|| self.ids.choose(trace, id, span, self.spans));
                chosen.unwrap_or_else(|| self.placeholder(id, span.start()))
            }
        };
        self.last = span.parent_id().map(|id| (id, node));
        node
    }

    /// The span with an id when it is the last one's parent or the last one itself, as it often is.
    fn near(&self, trace: TraceRef<'_>, id: SpanId, child: SpanRef<'_>) -> Option<u32> {
        let same = self.last.filter(|last| last.0 == id && self.is_span(last.1)).map(|last| last.1);
        same.or_else(|| {
            let before = trace.span(SpanIdx(child.idx().0.checked_sub(1)?))?;
            (before.span_id() == id).then_some(before.idx().0)
        })
    }

    fn placeholder(&mut self, id: SpanId, start: Timestamp) -> u32 {
        let node = *self.placeholders.entry(id.0).or_insert_with(|| {
            self.missing.push((id, start));
            number(self.spans + self.missing.len() - 1)
        });
        if let Some(missing) = self.missing.get_mut(node as usize - self.spans) {
            missing.1 = missing.1.min(start);
        }
        node
    }
}

impl Ids {
    /// Goes on; true when every span is in it.
    fn step(&mut self, trace: TraceRef<'_>, spans: usize, budget: &mut Budget) -> bool {
        self.by_id.reserve(spans - self.by_id.len().min(spans));
        let count = budget.take(ID_COST, spans - self.known);
        for at in self.known..self.known + count {
            let Some(span) = trace.span(SpanIdx(number(at))).filter(|span| span.span_id().0 != 0) else { continue };
            let known = *self.by_id.entry(span.span_id().0).or_insert(span.idx().0);
            if known != span.idx().0 {
                self.share(trace, known, span, spans);
            }
        }
        self.known += count;
        self.known == spans
    }

    /// Adds a span whose id is known already.
    fn share(&mut self, trace: TraceRef<'_>, known: u32, span: SpanRef<'_>, spans: usize) {
        if self.shared.is_empty() {
            // As above: no pause to grow.
            self.by_service.reserve(spans);
        }
        let place = known.checked_sub(number(spans)).unwrap_or_else(|| {
            let place = number(self.shared.len());
            self.by_id.insert(span.span_id().0, number(spans) + place);
            self.shared.push(Shared::default());
            if let Some(first) = trace.span(SpanIdx(known)) {
                self.offer(place, first);
            }
            place
        });
        self.offer(place, span);
    }

    fn offer(&mut self, place: u32, span: SpanRef<'_>) {
        let Some(shared) = self.shared.get_mut(place as usize) else { return };
        let in_service = self.by_service.entry((span.span_id().0, span.service_id())).or_default();
        let half = match span.kind() {
            Kind::Client => Some(&mut shared.client),
            Kind::Producer => Some(&mut shared.producer),
            Kind::Unspecified | Kind::Internal | Kind::Server | Kind::Consumer => None,
        };
        for choices in [Some(&mut shared.any), Some(in_service), half].into_iter().flatten() {
            choices.add(span);
        }
    }

    /// The client span that a server span shares its id with; likewise producer and consumer.
    fn other_half(&mut self, trace: TraceRef<'_>, span: SpanRef<'_>, spans: usize) -> Option<u32> {
        if self.shared.is_empty() || !receives(span) {
            return None;
        }
        let known = *self.by_id.get(&span.span_id().0)?;
        let shared = self.shared.get_mut(known.checked_sub(number(spans))? as usize)?;
        let half = if span.kind() == Kind::Server { &mut shared.client } else { &mut shared.producer };
        half.choose(trace, span.start())
    }

    /// The span with an id that a child hangs under: its own service's first, then whoever received the call.
    fn choose(&mut self, trace: TraceRef<'_>, id: SpanId, child: SpanRef<'_>, spans: usize) -> Option<u32> {
        if !self.is_wanted {
            let first = trace.find(id).next()?.idx();
            return ((first.0 as usize) < spans).then_some(first.0);
        }
        let known = *self.by_id.get(&id.0)?;
        let Some(place) = known.checked_sub(number(spans)) else { return Some(known) };
        if let Some(choices) = self.by_service.get_mut(&(id.0, child.service_id())) {
            return choices.choose(trace, child.start());
        }
        self.shared.get_mut(place as usize)?.any.choose(trace, child.start())
    }
}

pub(super) fn receives(span: SpanRef<'_>) -> bool {
    matches!(span.kind(), Kind::Server | Kind::Consumer)
}
