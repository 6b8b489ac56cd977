//! The built-in workload: four minutes in the life of a small shop, made from a seed.
//!
//! Equal seeds and end times give equal spans on every system. Nothing here does I/O or reads a clock.
//! A new scenario is one small function told with the verbs of `story` and `calls`, and one row in `SCENARIOS`.

mod calls;
mod flush;
mod rng;
mod service;
mod story;
mod told;
mod trouble;

mod browse;
mod delivery;
mod odd;
mod orders;
mod report;

use crate::model::{SpanBatch, Timestamp};
use rng::{Rng, nanoseconds};
use story::{Story, World};
use told::Told;

/// The seed of `assets/demo.jsonl` and of the pictures in the README.
pub const SEED: u64 = 6831;

/// How many traces, spread over how many ms.
const TRACES: u64 = 320;
const LENGTH_MS: f64 = 240_000.0;

/// A kind of trace.
struct Scenario {
    when: When,
    make: fn(&mut Story),
}

/// How often a scenario is told.
enum When {
    /// Again and again, this often among all that are told again and again.
    Weight(u64),
    /// Exactly once, after this many of 1000 parts of the time.
    Once(u64),
}

use When::{Once, Weight};

/// Everything that happens in the shop.
const SCENARIOS: &[Scenario] = &[
    Scenario { when: Weight(12), make: browse::home },
    Scenario { when: Weight(14), make: browse::product },
    Scenario { when: Weight(7), make: browse::search },
    Scenario { when: Weight(7), make: browse::cart_add },
    Scenario { when: Weight(15), make: browse::cart_view },
    Scenario { when: Weight(4), make: browse::config },
    Scenario { when: Weight(3), make: browse::health },
    Scenario { when: Weight(20), make: orders::checkout },
    Scenario { when: Weight(8), make: orders::confirmations },
    Scenario { when: Weight(18), make: delivery::slots },
    Scenario { when: Weight(6), make: delivery::tracking },
    Scenario { when: Once(300), make: odd::category_tree },
    Scenario { when: Once(420), make: odd::feedback },
    Scenario { when: Once(560), make: report::nightly },
    Scenario { when: Once(640), make: orders::slow_checkout },
    Scenario { when: Once(800), make: odd::world_tour },
    Scenario { when: Once(930), make: delivery::incomplete_slots },
];

/// The workload: batches of one service's spans each, in the order in which the services would send them (within a
/// service children before parents). The last trace ends at `end`.
pub fn workload(seed: u64, end: Timestamp) -> Vec<SpanBatch> {
    let told = tell(seed);
    let length = told.iter().map(|span| span.end).max().unwrap_or(0);
    let sent = flush::batches(&told, Timestamp(end.0.saturating_sub_unsigned(length)));
    sent.into_iter().map(|(_, batch)| batch).collect()
}

/// All spans of the workload, trace by trace.
fn tell(seed: u64) -> Vec<Told> {
    let mut world = World::new(Rng::new(seed));
    let mut told = Vec::new();
    for slot in 0..TRACES {
        let part = slot as f64 / TRACES as f64;
        let jitter = 0.9 * world.rng.unit() / TRACES as f64;
        world.load = load(part);
        let scenario = choose(&mut world.rng, slot);
        let mut story = Story::new(&mut world, nanoseconds(LENGTH_MS * (part + jitter)));
        (scenario.make)(&mut story);
        told.extend(story.finish());
    }
    told
}

/// The scenario of a slot: the one that is told once there, or any that is told often.
fn choose(rng: &mut Rng, slot: u64) -> &'static Scenario {
    let mut drawn = rng.below(SCENARIOS.iter().map(Scenario::weight).sum());
    for scenario in SCENARIOS {
        match scenario.when {
            Once(part) if part * TRACES / 1000 == slot => return scenario,
            Weight(_) | Once(_) => {}
        }
    }
    for scenario in SCENARIOS {
        match drawn.checked_sub(scenario.weight()) {
            Some(rest) => drawn = rest,
            None => return scenario,
        }
    }
    &SCENARIOS[0]
}

/// How busy the database is as the workload goes by: a wave of a minute, highest in the third quarter.
fn load(part: f64) -> f64 {
    1.0 + 1.4 * (1.0 - (part - 0.62).abs() / 0.12).max(0.0)
}

impl Scenario {
    fn weight(&self) -> u64 {
        match self.when {
            Weight(weight) => weight,
            Once(_) => 0,
        }
    }
}
