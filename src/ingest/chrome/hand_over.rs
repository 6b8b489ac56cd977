//! What is held becomes spans of a batch: named, under their parents, with what happened in them.

use super::nest::places;
use super::{Happened, NAME, Point, Slice, Timeline, index};
use crate::ingest::scan::DecodeOptions;
use crate::model::{
    BatchAttribute, BatchEvent, BatchLink, BatchSpan, BatchValue, LinkKind, Place, Range32, SpanBatch, SpanId, Text,
    TraceId,
};

/// What comes out of the events so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct HandedOver {
    pub(crate) spans: usize,
    /// Events that are no spans.
    pub(crate) others: u64,
}

impl Timeline {
    /// Hands over what is whole, or all of it when the input has ended.
    pub(crate) fn hand_over(&mut self, is_end: bool, batch: &mut SpanBatch, options: &DecodeOptions) -> HandedOver {
        self.say_how_long(is_end);
        let found = places(&self.held.spans, &self.slices, &self.points);
        let ids: Vec<SpanId> = self.held.spans.iter().map(|row| row.span_id).collect();
        let id = |at: &u32| ids.get(*at as usize).copied();
        for (row, parent) in self.held.spans.iter_mut().zip(&found.parents) {
            row.parent_id = parent.as_ref().and_then(id).or(row.parent_id);
        }
        let (mut events, mut links) = (Vec::new(), Vec::new());
        for (point, at) in &found.points {
            match (point.what, at) {
                (Happened::Event { name, attributes }, Some(at)) => {
                    events.push((*at, BatchEvent { time: point.time, name, attributes }));
                }
                // In no slice: it stands alone.
                (Happened::Event { name, attributes }, None) => {
                    let resource = self.threads.get(point.thread as usize).map(|thread| thread.process);
                    let resource = resource.unwrap_or_default();
                    let row = BatchSpan { name, attributes, start: point.time, resource, ..BatchSpan::default() };
                    self.push(row, point.track, point.thread);
                }
                (Happened::Flow(_), at) => links.extend(self.link(point, *at)),
            }
        }
        self.attach(events, links);
        self.name(options);
        let is_wanted = |at: usize| is_end || self.slices.get(at).is_none_or(|slice| !slice.is_open);
        batch.push_all(&self.held, is_wanted);
        let open = self.slices.iter().filter(|slice| slice.is_open && !is_end).count();
        let handed = HandedOver { spans: self.held.spans.len() - open, others: std::mem::take(&mut self.skipped) };
        if is_end {
            let unmatched = self.unmatched;
            if unmatched > 0 {
                let reason = format!("{unmatched} ends (`E`) of Chrome's trace events without a beginning");
                batch.push_problem(Place::Line(0), reason, &[]);
            }
            *self = Self::default();
        } else {
            self.carry_on();
        }
        handed
    }

    /// Slices that have not ended last until the end of what there is.
    fn say_how_long(&mut self, is_end: bool) {
        let (last, slices) = (self.last, self.slices.clone());
        for (at, slice) in slices.into_iter().enumerate().filter(|(_, slice)| slice.is_open || !slice.lasts) {
            let warning =
                if slice.is_open { "did not end: drawn to the end of the input" } else { "written without a duration" };
            let warned = if is_end || !slice.is_open { self.warning(warning) } else { Range32::default() };
            if let Some(row) = self.held.spans.get_mut(at) {
                row.warnings = warned;
                if slice.is_open {
                    row.duration = u64::try_from(last.0.saturating_sub(row.start.0)).unwrap_or_default();
                }
            }
        }
    }

    fn warning(&mut self, text: &str) -> Range32 {
        let start = index(self.held.warnings.len());
        let text = self.held.push_text(text.as_bytes());
        self.held.warnings.push(text);
        Range32 { start, end: start + 1 }
    }

    /// Where a flow comes into a slice, that slice is linked to the one it left last.
    fn link(&mut self, point: &Point, at: Option<u32>) -> Option<(u32, BatchLink)> {
        let (Happened::Flow(flow), Some(at)) = (point.what, at) else { return None };
        let from = self.flows.get(&flow.id).copied().filter(|_| flow.comes);
        let own = self.held.spans.get(at as usize)?.span_id;
        if flow.leaves {
            self.flows.insert(flow.id, own);
        }
        let span_id = from.filter(|from| *from != own)?;
        let start = self.held.attributes.len();
        if flow.name.len > 0 {
            let key = self.held.push_text(b"flow");
            self.held.attributes.push(BatchAttribute { key, value: BatchValue::Str(flow.name) });
        }
        let attributes = self.held.attributes_since(start);
        Some((at, BatchLink { trace_id: self.trace_id(), span_id, kind: LinkKind::FollowsFrom, attributes }))
    }

    /// Gives each slice its events and links, which are in the order of time.
    fn attach(&mut self, mut events: Vec<(u32, BatchEvent)>, mut links: Vec<(u32, BatchLink)>) {
        events.sort_by_key(|(at, _)| *at);
        links.sort_by_key(|(at, _)| *at);
        for (at, event) in events {
            let end = index(self.held.events.len());
            self.held.events.push(event);
            if let Some(row) = self.held.spans.get_mut(at as usize) {
                row.events = grown(row.events, end);
            }
        }
        for (at, link) in links {
            let end = index(self.held.links.len());
            self.held.links.push(link);
            if let Some(row) = self.held.spans.get_mut(at as usize) {
                row.links = grown(row.links, end);
            }
        }
    }

    /// Says which process and thread each slice is of.
    fn name(&mut self, options: &DecodeOptions) {
        let (trace_id, source) = (self.trace_id(), self.held.push_text(NAME.as_bytes()));
        for at in 0..self.processes.len() {
            let Some(process) = self.processes.get(at).cloned() else { continue };
            let unnamed = options.service.clone().unwrap_or_else(|| format!("pid {}", process.id));
            let service = process.name.as_deref().map_or(unnamed, |name| options.service(Some(name)).to_owned());
            let service = self.held.push_text(service.as_bytes());
            let key = self.held.push_text(b"process.pid");
            let value = match process.id.parse() {
                Ok(pid) => BatchValue::Int(pid),
                Err(_) => BatchValue::Str(self.held.push_text(process.id.as_bytes())),
            };
            let start = self.held.attributes.len();
            self.held.attributes.push(BatchAttribute { key, value });
            let attributes = self.held.attributes_since(start);
            if let Some(resource) = self.held.resources.get_mut(at) {
                (resource.service, resource.attributes) = (service, attributes);
            }
        }
        let threads = self.threads.clone().into_iter().map(|thread| {
            let name = thread.name.unwrap_or_else(|| format!("tid {}", thread.id));
            self.held.push_text(name.as_bytes())
        });
        let threads: Vec<_> = threads.collect();
        for (row, slice) in self.held.spans.iter_mut().zip(&self.slices) {
            (row.trace_id, row.source) = (trace_id, source);
            row.scope_name = threads.get(slice.thread as usize).copied().unwrap_or_default();
        }
    }

    fn trace_id(&mut self) -> TraceId {
        let (high, low) = self.hash;
        let from_content = TraceId(u128::from(high) << 64 | u128::from(low).max(1));
        *self.trace_id.get_or_insert(from_content)
    }

    /// Begins anew with the slices that have not ended.
    fn carry_on(&mut self) {
        let held = std::mem::take(&mut self.held);
        let slices: Vec<Slice> = std::mem::take(&mut self.slices);
        self.points.clear();
        for _ in &self.processes {
            self.held.push_resource(Text::default(), Range32::default());
        }
        self.open.iter_mut().for_each(Vec::clear);
        for (row, slice) in held.spans.iter().zip(slices).filter(|(_, slice)| slice.is_open) {
            let at = index(self.held.spans.len());
            self.held.push_under(row.resource, &held.span(row));
            self.slices.push(slice);
            if let Some(open) = self.open.get_mut(slice.track as usize) {
                open.push(at);
            }
        }
    }
}

/// A list with one more at its end, which may be its first.
fn grown(list: Range32, at: u32) -> Range32 {
    if list.range().is_empty() { Range32 { start: at, end: at + 1 } } else { Range32 { end: at + 1, ..list } }
}
