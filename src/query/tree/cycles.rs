//! Parents that lead in a circle: each circle is cut at its least member, which becomes a root.

use super::{NONE, compare};
use crate::store::{SpanIdx, TraceRef};

/// Cuts every circle among `parents`; gives back the nodes that lost their parent.
pub(super) fn cut(trace: TraceRef<'_>, parents: &mut [u32]) -> Vec<u32> {
    let mut state = vec![0_u32; parents.len()];
    let mut cut = Vec::new();
    for (walk, from) in (1..).zip(0..trace.len()) {
        let Some(met) = climb(parents, &mut state, from, walk) else { continue };
        let least = least(trace, parents, met);
        if let Some(parent) = parents.get_mut(least as usize) {
            *parent = NONE;
            cut.push(least);
        }
    }
    cut
}

/// Climbs from a node until a root or something known; the node where the walk met itself, if it did.
fn climb(parents: &[u32], state: &mut [u32], from: usize, walk: u32) -> Option<u32> {
    let mut at = u32::try_from(from).ok()?;
    loop {
        let seen = state.get_mut(at as usize)?;
        if *seen != 0 {
            // Earlier walks end in roots or in circles that are cut, so they count as finished.
            return (*seen == walk).then_some(at);
        }
        *seen = walk;
        at = *parents.get(at as usize)?;
    }
}

/// The member of a circle with the least start and id.
fn least(trace: TraceRef<'_>, parents: &[u32], met: u32) -> u32 {
    let mut least = met;
    let mut at = met;
    loop {
        at = parents.get(at as usize).copied().unwrap_or(met);
        if at == met {
            return least;
        }
        let [Some(a), Some(b)] = [at, least].map(|node| trace.span(SpanIdx(node))) else { return least };
        let order = a.start().cmp(&b.start()).then_with(|| a.span_id().cmp(&b.span_id())).then_with(|| compare(a, b));
        if order.is_lt() {
            least = at;
        }
    }
}
