//! Which slice lies in which, and in which something happened: one walk over each track in the order of time.

use std::cmp::Reverse;

use super::{Flow, Happened, Point, Slice, index};
use crate::model::Timestamp;

/// Times are written as decimals of a µs: a slice that ends this much (ns) behind the one around it still lies in it.
const ROUNDING: u64 = 1_000;

/// What is known of the places of slices.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// For each slice the one around it.
    pub(super) parents: Vec<Option<u32>>,
    /// For each point, in the order of time, the slice it belongs to.
    pub(super) points: Vec<(Point, Option<u32>)>,
}

/// Places slices, which have all ended, and points. Where two slices are the same in time, the first in the file is around
/// the other.
pub(super) fn places(slices: &[Slice], points: &[Point]) -> Places {
    let mut found = Places { parents: vec![None; slices.len()], points: Vec::with_capacity(points.len()) };
    let mut order: Vec<usize> = (0..slices.len()).collect();
    order.sort_by_key(|at| slices.get(*at).map(|slice| (slice.track, slice.start, Reverse(slice.duration))));
    let (known, mut left): (Vec<Point>, Vec<Point>) = points.iter().partition(|point| point.slice.is_some());
    found.points.extend(known.into_iter().map(|point| (point, point.slice)));
    left.sort_by_key(|point| (point.track, point.time, !is_next(point)));
    let mut left = left.into_iter().peekable();
    let mut walk = Walk { track: 0, around: Vec::new(), waiting: Vec::new() };
    for at in order {
        let Some(slice) = slices.get(at) else { continue };
        let begins = (slice.track, slice.start);
        // What happens at the moment at which a slice begins, happens in it.
        let is_before = |point: &Point| {
            let time = (point.track, point.time);
            time < begins || time == begins && is_next(point)
        };
        while let Some(point) = left.next_if(is_before) {
            walk.point(point, &mut found);
        }
        walk.turn(slice.track, &mut found);
        let slot = found.parents.get_mut(at);
        let at = index(at);
        let parent = walk.begin(at, slice);
        if let Some(slot) = slot {
            *slot = parent;
        }
        found.points.extend(walk.waiting.drain(..).map(|point| (point, Some(at))));
    }
    for point in left {
        walk.point(point, &mut found);
    }
    walk.turn(u32::MAX, &mut found);
    // Flows go from track to track: what leaves comes before what arrives at the same moment.
    found.points.sort_by_key(|(point, _)| match point.what {
        Happened::Flow(flow) => (point.time, u8::from(flow.comes) + u8::from(!flow.leaves)),
        Happened::Event { .. } => (point.time, 0),
    });
    found
}

fn is_next(point: &Point) -> bool {
    matches!(point.what, Happened::Flow(Flow { is_next: true, .. }))
}

struct Walk {
    track: u32,
    /// Slices that have begun, each in the one before it.
    around: Vec<Around>,
    /// Flows that come into the slice that begins next.
    waiting: Vec<Point>,
}

/// A slice that has begun.
#[derive(Clone, Copy)]
struct Around {
    slice: u32,
    starts: Timestamp,
    ends: Timestamp,
}

impl Walk {
    /// Goes on at this track; what waited on the one before waits no longer.
    fn turn(&mut self, track: u32, found: &mut Places) {
        if track != self.track {
            self.track = track;
            self.around.clear();
            found.points.extend(self.waiting.drain(..).map(|point| (point, None)));
        }
    }

    fn begin(&mut self, at: u32, slice: &Slice) -> Option<u32> {
        let (starts, ends) = (slice.start, slice.start.plus(slice.duration));
        // A slice that overlaps this one without holding it holds none that lies in this one either.
        let holds = |outer: &Around| {
            // Two that take no time at the same moment: the second lies in the first.
            let is_moment = outer.starts == starts && starts == ends;
            (outer.ends > starts || is_moment) && outer.ends.plus(ROUNDING) >= ends
        };
        while self.around.last().is_some_and(|outer| !holds(outer)) {
            self.around.pop();
        }
        let parent = self.around.last().map(|outer| outer.slice);
        // What has not ended holds all that comes.
        let ends = if slice.is_open { Timestamp(i64::MAX) } else { ends };
        self.around.push(Around { slice: at, starts, ends });
        parent
    }

    fn point(&mut self, point: Point, found: &mut Places) {
        self.turn(point.track, found);
        if is_next(&point) {
            self.waiting.push(point);
            return;
        }
        while self.around.last().is_some_and(|outer| outer.ends < point.time) {
            self.around.pop();
        }
        let around = self.around.last().map(|outer| outer.slice);
        found.points.push((point, around));
    }
}
