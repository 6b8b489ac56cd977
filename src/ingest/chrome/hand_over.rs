//! What is held becomes spans of a batch: named, under their parents, with what happened in them. It goes out piece by
//! piece, so that what is held does not lie in a batch a second time.

use super::held::Held;
use super::nest::{Places, places};
use super::{Happened, MAX_HELD, NAME, Point, Process, Slice, Thread, Timeline, index};
use crate::ingest::scan::DecodeOptions;
use crate::model::{
    BatchAttribute, BatchEvent, BatchLink, BatchSpan, BatchValue, LinkKind, Place, Range32, SpanBatch, SpanWriter,
    Text, TraceId,
};

/// Spans of one piece.
const PIECE: usize = 16 << 10;

/// What comes out of the events so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::ingest) struct HandedOver {
    pub(in crate::ingest) spans: usize,
    /// Events that are no spans.
    pub(in crate::ingest) others: u64,
    /// There is more to be handed over now.
    pub(in crate::ingest) goes_on: bool,
}

/// Slices whose places are known.
#[derive(Debug)]
pub(super) struct Ready {
    held: Held,
    slices: Vec<Slice>,
    parents: Vec<Option<u32>>,
    /// By slice, in the order of time.
    events: Vec<(u32, BatchEvent)>,
    links: Vec<(u32, BatchLink)>,
    trace_id: TraceId,
    /// What has not ended goes out as well.
    is_end: bool,
    /// How far they have gone out: slices, events, links.
    out: (usize, usize, usize),
}

/// What happened in slices that have not ended.
#[derive(Debug, Default)]
pub(super) struct Carried {
    events: Vec<(u32, BatchEvent)>,
    links: Vec<(u32, BatchLink)>,
}

impl Timeline {
    /// Hands over a piece of what is whole, if that is much, or of all of it when the input has ended.
    pub(in crate::ingest) fn hand_over(
        &mut self,
        is_end: bool,
        batch: &mut SpanBatch,
        options: &DecodeOptions,
    ) -> HandedOver {
        let held = self.held.batch.size() + size_of_val(&self.slices[..]) + size_of_val(&self.points[..]);
        if self.ready.is_none() && self.has_begun && (is_end || held > MAX_HELD) {
            self.prepare(is_end);
        }
        let Some(mut ready) = self.ready.take() else { return HandedOver::default() };
        let before = batch.spans.len();
        self.write(&mut ready, batch, options);
        let (spans, others) = (batch.spans.len() - before, std::mem::take(&mut self.skipped));
        let is_over = ready.out.0 >= ready.slices.len();
        self.ready = (!is_over).then_some(ready);
        let goes_on = !is_over || is_end && !self.slices.is_empty();
        if is_end && !goes_on {
            if self.unmatched > 0 {
                let reason = format!("{} ends (`E`) of Chrome's trace events without a beginning", self.unmatched);
                batch.push_problem(Place::Line(0), reason, &[]);
            }
            *self = Self::default();
        }
        HandedOver { spans, others, goes_on }
    }

    /// Finds the places of what is held. What has not ended stays, unless it never will.
    pub(super) fn prepare(&mut self, is_end: bool) {
        for slice in self.slices.iter_mut().filter(|slice| slice.is_open) {
            slice.duration = u64::try_from(self.last.0.saturating_sub(slice.start.0)).unwrap_or_default();
        }
        let Places { parents, points } = places(&self.slices, &self.points);
        self.points = Vec::new();
        let Carried { mut events, mut links } = std::mem::take(&mut self.carried);
        for (point, at) in points {
            match (point.what, at) {
                (Happened::Event { name, attributes }, Some(at)) => {
                    events.push((at, BatchEvent { time: point.time, name, attributes }));
                }
                // In no slice: it stands alone.
                (Happened::Event { name, attributes }, None) => {
                    let slice = self.slice(name, point.time, point.track, point.thread);
                    self.slices.push(Slice { attributes, ..slice });
                }
                (Happened::Flow(_), at) => links.extend(self.link(&point, at)),
            }
        }
        events.sort_by_key(|(at, _)| *at);
        links.sort_by_key(|(at, _)| *at);
        let (held, slices) = (std::mem::take(&mut self.held), std::mem::take(&mut self.slices));
        let trace_id = self.trace_id();
        let ready = Ready { held, slices, parents, events, links, trace_id, is_end, out: (0, 0, 0) };
        if !is_end {
            self.carry_on(&ready);
        }
        self.ready = Some(ready);
    }

    /// Where a flow comes into a slice, that slice is linked to the one it left last.
    fn link(&mut self, point: &Point, at: Option<u32>) -> Option<(u32, BatchLink)> {
        let (Happened::Flow(flow), Some(at)) = (point.what, at) else { return None };
        let from = self.flows.get(&flow.id).copied().filter(|_| flow.comes);
        let own = self.slices.get(at as usize)?.id;
        if flow.leaves {
            self.flows.insert(flow.id, own);
        }
        let span_id = from.filter(|from| *from != own)?;
        let texts = &mut self.held.batch;
        let start = texts.attributes.len();
        if flow.name.len > 0 {
            let key = texts.push_text(b"flow");
            texts.attributes.push(BatchAttribute { key, value: BatchValue::Str(flow.name) });
        }
        let attributes = texts.attributes_since(start);
        Some((at, BatchLink { trace_id: self.trace_id(), span_id, kind: LinkKind::FollowsFrom, attributes }))
    }

    fn trace_id(&mut self) -> TraceId {
        let (high, low) = self.hash;
        let from_content = TraceId(u128::from(high) << 64 | u128::from(low).max(1));
        *self.trace_id.get_or_insert(from_content)
    }

    /// Begins anew with the slices that have not ended, and what happened in them so far.
    fn carry_on(&mut self, ready: &Ready) {
        self.open.iter_mut().for_each(Vec::clear);
        let (old, mut places) = (&ready.held.batch, vec![None; ready.slices.len()]);
        for ((slice, parent), place) in ready.slices.iter().zip(&ready.parents).zip(&mut places) {
            if !slice.is_open {
                continue;
            }
            let parent = parent.and_then(|at| ready.slices.get(at as usize)).map(|slice| slice.id).or(slice.parent);
            let (name, attributes) = copied(&mut self.held.batch, old, slice.name, slice.attributes);
            let at = index(self.slices.len());
            self.slices.push(Slice { name, attributes, parent, ..*slice });
            if let Some(open) = self.open.get_mut(slice.track as usize) {
                open.push(at);
            }
            *place = Some(at);
        }
        let place = |at: u32| places.get(at as usize).copied().flatten();
        for (at, event) in &ready.events {
            let Some(at) = place(*at) else { continue };
            let (name, attributes) = copied(&mut self.held.batch, old, event.name, event.attributes);
            self.carried.events.push((at, BatchEvent { name, attributes, ..*event }));
        }
        for (at, link) in &ready.links {
            let Some(at) = place(*at) else { continue };
            let (_, attributes) = copied(&mut self.held.batch, old, Text::default(), link.attributes);
            self.carried.links.push((at, BatchLink { attributes, ..*link }));
        }
    }

    /// Writes the next piece.
    fn write(&self, ready: &mut Ready, batch: &mut SpanBatch, options: &DecodeOptions) {
        let source = batch.push_text(NAME.as_bytes());
        let resources: Vec<u32> = self.processes.iter().map(|process| process.push(batch, options)).collect();
        let scopes: Vec<Text> = self.threads.iter().map(|thread| thread.push(batch)).collect();
        let first = ready.out.0;
        for at in first..ready.slices.len().min(first + PIECE) {
            ready.out.0 = at + 1;
            let Some(slice) = ready.slices.get(at).copied() else { return };
            let (at, old) = (index(at), &ready.held.batch);
            let (events, links) = (own(&ready.events, ready.out.1, at), own(&ready.links, ready.out.2, at));
            (ready.out.1, ready.out.2) = (events.end, links.end);
            if slice.is_open && !ready.is_end {
                continue;
            }
            let thread = self.threads.get(slice.thread as usize);
            let mut out = SpanWriter::new(batch);
            for (_, event) in ready.events.get(events).unwrap_or_default() {
                let (name, attributes) = copied(out.batch, old, event.name, event.attributes);
                out.event(BatchEvent { name, attributes, ..*event });
            }
            for (_, link) in ready.links.get(links).unwrap_or_default() {
                let (_, attributes) = copied(out.batch, old, Text::default(), link.attributes);
                out.link(BatchLink { attributes, ..*link });
            }
            let start = out.batch.attributes.len();
            let (name, _) = copied(out.batch, old, slice.name, slice.attributes);
            out.take_attributes(start);
            if slice.is_open {
                out.warn("did not end: drawn to the end of the input");
            } else if !slice.lasts {
                out.warn("written without a duration");
            }
            let parent = ready.parents.get(at as usize).copied().flatten();
            let parent = parent.and_then(|parent| ready.slices.get(parent as usize)).map(|slice| slice.id);
            out.row = BatchSpan {
                trace_id: ready.trace_id,
                span_id: slice.id,
                parent_id: parent.or(slice.parent),
                start: slice.start,
                duration: slice.duration,
                resource: thread.and_then(|thread| resources.get(thread.process as usize)).copied().unwrap_or_default(),
                name,
                source,
                scope_name: scopes.get(slice.thread as usize).copied().unwrap_or_default(),
                ..BatchSpan::default()
            };
            out.commit();
        }
    }
}

/// Those of a slice, which begin here if there are any.
fn own<T>(list: &[(u32, T)], from: usize, slice: u32) -> std::ops::Range<usize> {
    let left = list.get(from..).unwrap_or_default();
    from..from + left.iter().take_while(|(of, _)| *of == slice).count()
}

/// A name and attributes of one batch in another.
fn copied(to: &mut SpanBatch, from: &SpanBatch, name: Text, attributes: Range32) -> (Text, Range32) {
    let attributes: Vec<_> = from.attributes(attributes).collect();
    (to.push_text(from.bytes(name)), to.push_attributes(&attributes))
}

impl Process {
    /// The process as a resource of the batch.
    fn push(&self, batch: &mut SpanBatch, options: &DecodeOptions) -> u32 {
        let unnamed = || options.service.clone().unwrap_or_else(|| format!("pid {}", self.id));
        let service = self.name.as_deref().map_or_else(unnamed, |name| options.service(Some(name)).to_owned());
        let (service, key) = (batch.push_text(service.as_bytes()), batch.push_text(b"process.pid"));
        let value = match self.id.parse() {
            Ok(pid) => BatchValue::Int(pid),
            Err(_) => BatchValue::Str(batch.push_text(self.id.as_bytes())),
        };
        let start = batch.attributes.len();
        batch.attributes.push(BatchAttribute { key, value });
        batch.push_resource(service, batch.attributes_since(start))
    }
}

impl Thread {
    /// The thread as the name of a scope.
    fn push(&self, batch: &mut SpanBatch) -> Text {
        match &self.name {
            Some(name) => batch.push_text(name.as_bytes()),
            None => batch.push_text(format!("tid {}", self.id).as_bytes()),
        }
    }
}
