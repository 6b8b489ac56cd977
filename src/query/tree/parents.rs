//! Which span is whose parent: ids resolved to node numbers, shared ids and parents that never came included.

use foldhash::fast::RandomState;
use hashbrown::HashMap;

use super::{NONE, compare, number};
use crate::model::{Kind, SpanId, Timestamp};
use crate::store::{ServiceId, SpanIdx, SpanRef, TraceRef};

/// Every node's parent. Nodes are the spans in their order in the trace, then the placeholders.
pub(super) struct Parents {
    /// The parent of each node, [`NONE`] for a root.
    pub(super) of: Vec<u32>,
    /// The placeholders: the id that is missing, and the first start of those that refer to it.
    pub(super) missing: Vec<(SpanId, Timestamp)>,
    /// Spans that name themselves as their parent.
    pub(super) own: Vec<u32>,
}

/// Spans by id. An id that several spans share leads to the choice among them.
struct Ids<'a> {
    trace: TraceRef<'a>,
    /// A span's number, or the number of spans plus a place in `shared`. Empty while no id is shared: then the store
    /// knows as much.
    by_id: HashMap<u64, u32, RandomState>,
    shared: Vec<Shared>,
    /// The choice for children of the same service, for shared ids only.
    by_service: HashMap<(u64, ServiceId), u32, RandomState>,
}

/// The spans of one shared id that something may hang under.
#[derive(Clone, Copy)]
struct Shared {
    /// Whom children of other services hang under.
    any: u32,
    /// Whom a server span of the same id hangs under.
    client: u32,
    /// Whom a consumer span of the same id hangs under.
    producer: u32,
}

impl Parents {
    pub(super) fn resolve(trace: TraceRef<'_>) -> Self {
        let ids = Ids::new(trace);
        let spans = number(trace.len());
        let mut parents = Self { of: vec![NONE; trace.len()], missing: Vec::new(), own: Vec::new() };
        let mut placeholders: HashMap<u64, u32, RandomState> = HashMap::default();
        let mut last = None;
        for span in trace.spans() {
            let node = match (ids.other_half(span), span.parent_id()) {
                (Some(caller), _) => caller,
                (None, None) => continue,
                (None, Some(id)) if id == span.span_id() => {
                    parents.own.push(span.idx().0);
                    continue;
                }
                (None, Some(id)) => ids.near(id, span, last).or_else(|| ids.choose(id, span)).unwrap_or_else(|| {
                    let place = *placeholders.entry(id.0).or_insert_with(|| {
                        parents.missing.push((id, span.start()));
                        number(parents.missing.len() - 1)
                    });
                    if let Some(missing) = parents.missing.get_mut(place as usize) {
                        missing.1 = missing.1.min(span.start());
                    }
                    spans + place
                }),
            };
            last = span.parent_id().map(|id| (id, node));
            if let Some(parent) = parents.of.get_mut(span.idx().0 as usize) {
                *parent = node;
            }
        }
        parents.of.resize(trace.len() + parents.missing.len(), NONE);
        parents
    }

    /// The id that a placeholder stands for.
    pub(super) fn missing_id(&self, spans: usize, node: u32) -> SpanId {
        let place = (node as usize).checked_sub(spans);
        place.and_then(|place| self.missing.get(place)).map(|missing| missing.0).unwrap_or_default()
    }
}

impl<'a> Ids<'a> {
    fn new(trace: TraceRef<'a>) -> Self {
        let mut ids = Self { trace, by_id: HashMap::default(), shared: Vec::new(), by_service: HashMap::default() };
        if !trace.shares_ids() {
            return ids;
        }
        ids.by_id.reserve(trace.len());
        for span in trace.spans().filter(|span| span.span_id().0 != 0) {
            let known = *ids.by_id.entry(span.span_id().0).or_insert(span.idx().0);
            if known != span.idx().0 {
                ids.share(known, span);
            }
        }
        ids
    }

    /// Adds a span whose id is known already.
    fn share(&mut self, known: u32, span: SpanRef<'a>) {
        let spans = number(self.trace.len());
        let place = known.checked_sub(spans).unwrap_or_else(|| {
            let place = number(self.shared.len());
            self.by_id.insert(span.span_id().0, spans + place);
            self.shared.push(Shared { any: NONE, client: NONE, producer: NONE });
            if let Some(first) = self.trace.span(SpanIdx(known)) {
                self.offer(place, first);
            }
            place
        });
        self.offer(place, span);
    }

    fn offer(&mut self, place: u32, span: SpanRef<'a>) {
        let trace = self.trace;
        let Some(shared) = self.shared.get_mut(place as usize) else { return };
        let in_service = self.by_service.entry((span.span_id().0, span.service_id())).or_insert(NONE);
        let half = match span.kind() {
            Kind::Client => Some(&mut shared.client),
            Kind::Producer => Some(&mut shared.producer),
            Kind::Unspecified | Kind::Internal | Kind::Server | Kind::Consumer => None,
        };
        for choice in [Some(&mut shared.any), Some(in_service), half].into_iter().flatten() {
            if trace.span(SpanIdx(*choice)).is_none_or(|chosen| is_rather(span, chosen)) {
                *choice = span.idx().0;
            }
        }
    }

    /// The client span that a server span shares its id with; likewise producer and consumer.
    fn other_half(&self, span: SpanRef<'_>) -> Option<u32> {
        if self.shared.is_empty() || !receives(span) {
            return None;
        }
        let known = *self.by_id.get(&span.span_id().0)?;
        let shared = self.shared.get(known.checked_sub(number(self.trace.len()))? as usize)?;
        let half = if span.kind() == Kind::Server { shared.client } else { shared.producer };
        (half != NONE).then_some(half)
    }

    /// The span with an id when it is the last one's parent or the last one itself, as it often is. `last` is the last
    /// parent that was looked for and its node.
    fn near(&self, id: SpanId, child: SpanRef<'_>, last: Option<(SpanId, u32)>) -> Option<u32> {
        if self.trace.shares_ids() {
            return None;
        }
        let same = last.filter(|last| last.0 == id && last.1 < number(self.trace.len())).map(|last| last.1);
        same.or_else(|| {
            let before = self.trace.span(SpanIdx(child.idx().0.checked_sub(1)?))?;
            (before.span_id() == id).then_some(before.idx().0)
        })
    }

    /// The span with an id that a child hangs under: its own service's first, then whoever received the call.
    fn choose(&self, id: SpanId, child: SpanRef<'_>) -> Option<u32> {
        if self.shared.is_empty() {
            return self.trace.find(id).next().map(|span| span.idx().0);
        }
        let known = *self.by_id.get(&id.0)?;
        let Some(place) = known.checked_sub(number(self.trace.len())) else { return Some(known) };
        let in_service = self.by_service.get(&(id.0, child.service_id())).copied();
        in_service.or_else(|| self.shared.get(place as usize).map(|shared| shared.any))
    }
}

/// Whether children rather hang under `a` than under `b`.
fn is_rather(a: SpanRef<'_>, b: SpanRef<'_>) -> bool {
    receives(b).cmp(&receives(a)).then_with(|| compare(a, b)).is_lt()
}

fn receives(span: SpanRef<'_>) -> bool {
    matches!(span.kind(), Kind::Server | Kind::Consumer)
}
