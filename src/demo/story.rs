//! The builder that scenarios are written with: a clock that moves on, and a stack of open spans.
//!
//! ```text
//! story.serve(&FRONTEND, "GET /cart", |s| {      // opens a span, runs the block, closes it
//!     s.work(1.5);                               // about 1.5 ms pass
//!     s.call(&CART, "shop.Cart/Get", |s| …);     // a client span here, a server span there
//!     s.pool(3, 10, |s, nth| …);                 // ten things, three at a time
//! });
//! ```

use std::mem;

use super::rng::{Rng, nanoseconds};
use super::service::Service;
use super::told::{Said, Says, Target, Told, ToldEvent, ToldLink, ToldLog, Words};
use crate::model::{Kind, LinkKind, Severity, SpanId, Status, TraceId};

/// What outlives one story: chance, and the messages that wait for a consumer.
#[derive(Debug)]
pub(super) struct World {
    pub(super) rng: Rng,
    /// Messages published so far, and when.
    pub(super) published: Vec<(Target, u64)>,
    /// How busy the database is: 1 is normal. Latencies of queries follow it.
    pub(super) load: f64,
}

/// One trace being told.
pub(super) struct Story<'w> {
    pub(super) world: &'w mut World,
    trace: TraceId,
    now: u64,
    open: Vec<usize>,
    spans: Vec<Told>,
}

impl World {
    pub(super) fn new(rng: Rng) -> Self {
        Self { rng, published: Vec::new(), load: 1.0 }
    }
}

impl<'w> Story<'w> {
    /// Starts a trace at a time.
    pub(super) fn new(world: &'w mut World, now: u64) -> Self {
        let trace = TraceId((u128::from(world.rng.bits()) << 64) | u128::from(world.rng.bits()));
        Self { world, trace, now, open: Vec::new(), spans: Vec::new() }
    }

    /// The spans of the trace, parents before children.
    pub(super) fn finish(mut self) -> Vec<Told> {
        while !self.open.is_empty() {
            self.close();
        }
        self.spans
    }

    // --- spans and time

    /// Opens an internal span under the open one, runs the block in it, and closes it.
    pub(super) fn span(&mut self, service: &'static Service, name: impl Into<Words>, body: impl FnOnce(&mut Self)) {
        self.open(service, name);
        body(self);
        self.close();
    }

    /// Opens an internal span under the open one. Use where blocks would nest without end; needs its own `close`.
    pub(super) fn open(&mut self, service: &'static Service, name: impl Into<Words>) {
        let parent = self.open.last().map(|&idx| self.spans[idx].this.span);
        let this = Target { trace: self.trace, span: SpanId(self.world.rng.bits() | 1) };
        self.open.push(self.spans.len());
        self.spans.push(Told {
            service,
            name: name.into(),
            kind: Kind::Internal,
            this,
            parent,
            start: self.now,
            end: self.now,
            status: Status::Unset,
            message: Words::Borrowed(""),
            trace_state: "",
            attributes: Vec::new(),
            events: Vec::new(),
            links: Vec::new(),
            logs: Vec::new(),
        });
    }

    /// Closes the innermost open span.
    pub(super) fn close(&mut self) {
        if let Some(idx) = self.open.pop() {
            self.spans[idx].end = self.now;
        }
    }

    /// About this many milliseconds pass.
    pub(super) fn work(&mut self, ms: f64) {
        self.now += self.world.rng.around(ms);
    }

    /// Exactly this many milliseconds pass: time-outs and back-offs.
    pub(super) fn wait(&mut self, ms: f64) {
        self.now += nanoseconds(ms);
    }

    /// Does `n` things with at most `workers` at a time, each starting when a worker is free.
    pub(super) fn pool(&mut self, workers: usize, n: usize, mut each: impl FnMut(&mut Self, usize)) {
        let mut free = vec![self.now; workers.max(1)];
        for nth in 0..n {
            let worker = (0..free.len()).min_by_key(|&worker| free[worker]).unwrap_or(0);
            self.now = free[worker];
            each(self, nth);
            free[worker] = self.now;
        }
        self.now = free.into_iter().max().unwrap_or(self.now);
    }

    /// Tells what happens later under a span that has ended (a message being consumed), without holding anyone up.
    pub(super) fn later(&mut self, parent: Target, ms: f64, body: impl FnOnce(&mut Self)) {
        let now = self.now;
        let known = self.spans.iter().position(|span| span.this.span == parent.span);
        let open = mem::replace(&mut self.open, known.into_iter().collect());
        self.work(ms);
        body(self);
        (self.now, self.open) = (now, open);
    }

    /// Loses the open span on its way to the collector: its children miss their parent.
    pub(super) fn lose(&mut self) {
        let Some(idx) = self.open.pop() else { return };
        self.spans.remove(idx);
    }

    // --- what the open span says

    /// Sets an attribute.
    pub(super) fn set(&mut self, key: &'static str, value: impl Into<Said>) {
        let value = value.into();
        self.edit(|span| span.attributes.push((key, value)));
    }

    /// Sets the kind.
    pub(super) fn kind(&mut self, kind: Kind) {
        self.edit(|span| span.kind = kind);
    }

    /// Sets the W3C tracestate.
    pub(super) fn trace_state(&mut self, state: &'static str) {
        self.edit(|span| span.trace_state = state);
    }

    /// Something happens now.
    pub(super) fn event(&mut self, name: impl Into<Words>, attributes: Vec<Says>) {
        let (at, name) = (self.now, name.into());
        self.edit(|span| span.events.push(ToldEvent { at, name, attributes }));
    }

    /// Something is logged now.
    pub(super) fn log(&mut self, severity: Severity, text: impl Into<Words>, attributes: Vec<Says>) {
        let (at, text) = (self.now, text.into());
        self.edit(|span| span.logs.push(ToldLog { at, severity, text, attributes }));
    }

    /// Points at another span.
    pub(super) fn link(&mut self, to: Target, kind: LinkKind, attributes: Vec<Says>) {
        self.edit(|span| span.links.push(ToldLink { to, kind, attributes }));
    }

    /// Ends well, expressly.
    pub(super) fn succeed(&mut self) {
        self.edit(|span| span.status = Status::Ok);
    }

    /// Ends badly, without an exception of its own.
    pub(super) fn spoil(&mut self, message: impl Into<Words>) {
        let message = message.into();
        self.edit(|span| (span.status, span.message) = (Status::Error, message));
    }

    // --- questions

    /// The open span, for links.
    pub(super) fn here(&self) -> Target {
        self.current().map_or(Target { trace: self.trace, span: SpanId(0) }, |span| span.this)
    }

    /// The open span's service, or the one given when none is open.
    pub(super) fn service_or(&self, other: &'static Service) -> &'static Service {
        self.current().map_or(other, |span| span.service)
    }

    /// Whether the open span has failed.
    pub(super) fn failed(&self) -> bool {
        self.current().is_some_and(|span| span.status == Status::Error)
    }

    /// Time since the workload's start in ns.
    pub(super) fn now(&self) -> u64 {
        self.now
    }

    /// Spans told so far.
    pub(super) fn len(&self) -> usize {
        self.spans.len()
    }

    /// True in `percent` of 100 cases.
    pub(super) fn chance(&mut self, percent: u64) -> bool {
        self.world.rng.chance(percent)
    }

    /// A whole number from `from..to`.
    pub(super) fn number(&mut self, from: i64, to: i64) -> i64 {
        from.saturating_add_unsigned(self.world.rng.below(to.abs_diff(from)))
    }

    fn current(&self) -> Option<&Told> {
        self.open.last().map(|&idx| &self.spans[idx])
    }

    fn edit(&mut self, change: impl FnOnce(&mut Told)) {
        if let Some(&idx) = self.open.last() {
            change(&mut self.spans[idx]);
        }
    }
}
