//! Parents that lead in a circle: each circle is cut at its least member, which becomes a root.

use super::parents::Parents;
use super::{NONE, compare};
use crate::query::work::Budget;
use crate::store::{SpanIdx, TraceRef};

const COST: u64 = 25;

/// A search for circles. Spans are climbed from, one after the other, until a root or something known.
#[derive(Debug, Default)]
pub(super) struct Cycles {
    /// The nodes that lost their parent.
    pub(super) cut: Vec<u32>,
    /// The walk in which each node was seen, from 1.
    seen: Vec<u32>,
    walk: u32,
    at: At,
}

#[derive(Clone, Copy, Debug, Default)]
enum At {
    /// Before the next span.
    #[default]
    Start,
    /// On the way up.
    Climb(u32),
    /// In a circle that was entered at `met`; `least` is its least member so far.
    Round { at: u32, met: u32, least: u32 },
}

impl Cycles {
    /// Goes on; true when no circle is left.
    pub(super) fn step(&mut self, trace: TraceRef<'_>, parents: &mut Parents, budget: &mut Budget) -> bool {
        self.seen.resize(parents.of.len(), 0);
        while !budget.is_spent() {
            budget.pay(COST, 1);
            self.at = match self.at {
                At::Start if self.walk as usize == parents.spans => return true,
                At::Start => {
                    self.walk += 1;
                    At::Climb(self.walk - 1)
                }
                At::Climb(at) => self.climb(&parents.of, at),
                At::Round { at, met, least } => {
                    let at = parents.of.get(at as usize).copied().unwrap_or(met);
                    if at == met {
                        self.cut(&mut parents.of, least);
                        At::Start
                    } else {
                        At::Round { at, met, least: lesser(trace, at, least) }
                    }
                }
            };
        }
        false
    }

    fn climb(&mut self, parents: &[u32], at: u32) -> At {
        let Some(seen) = self.seen.get_mut(at as usize) else { return At::Start };
        match *seen {
            0 => {
                *seen = self.walk;
                parents.get(at as usize).map_or(At::Start, |parent| At::Climb(*parent))
            }
            walk if walk == self.walk => At::Round { at, met: at, least: at },
            // Earlier walks end in roots or in circles that are cut, so they count as finished.
            _ => At::Start,
        }
    }

    fn cut(&mut self, parents: &mut [u32], node: u32) {
        if let Some(parent) = parents.get_mut(node as usize) {
            *parent = NONE;
            self.cut.push(node);
        }
    }
}

/// The one of two members of a circle with the lesser start and id.
fn lesser(trace: TraceRef<'_>, a: u32, b: u32) -> u32 {
    let [Some(first), Some(second)] = [a, b].map(|node| trace.span(SpanIdx(node))) else { return b };
    let order = (first.start().cmp(&second.start()))
        .then_with(|| first.span_id().cmp(&second.span_id()))
        .then_with(|| compare(first, second));
    if order.is_lt() { a } else { b }
}
