//! Rows `tree-*`: flattening traces of all shapes, and the longest frame while a huge one is opened or grows.

use std::hint::black_box;

use tracetui::model::SpanBatch;
use tracetui::query::tree::Tree;
use tracetui::store::Store;
use tracetui::tui::Msg;

use crate::measure::{Ask, Row, cpu_of, median, ms};
use crate::screen::{NOW, Screen};
use crate::workload::{ONE, Shape, more, trace};

/// Spans that arrive at once in a trace that is being looked at.
const ARRIVING: u64 = 50;

/// All rows.
pub(crate) fn tree(ask: &Ask) {
    let huge = ask.size(1_000_000, 50_000);
    let rows = [
        ("tree-100k", Shape::Bushy, ask.size(100_000, 10_000), "<=15ms", 0.015),
        ("tree-1m", Shape::Bushy, huge, "<=400ms", 0.4),
        ("tree-1m-wide", Shape::Wide, huge, "<=400ms", 0.4),
        ("tree-1m-chain", Shape::Chain, huge, "<=400ms", 0.4),
    ];
    for (name, shape, spans, goal, most) in rows {
        if !ask.wants(name) {
            continue;
        }
        let mut store = Store::new(8 << 30);
        trace(shape, spans, &mut |batch| _ = store.extend(batch));
        let trace = store.trace(ONE).expect("it is there");
        let times: Vec<f64> =
            (0..ask.rounds()).map(|_| cpu_of(|| drop(black_box(Tree::build(black_box(trace)))))).collect();
        let time = median(&times);
        let (figure, ok) = (ms(time), time <= most);
        ask.print(&Row { name, figure, reference: None, ratio: None, goal, ok });
    }
    if ask.wants("tree-frame") || ask.wants("tree-growing") {
        frames(ask, huge);
    }
}

/// The longest frame while a trace opens, and while spans arrive in it.
fn frames(ask: &Ask, spans: u64) {
    let mut screen = Screen::new(200, 60);
    let late = ARRIVING * ask.rounds() as u64;
    more(Shape::Bushy, spans, 0..spans - late, &mut |batch| screen.app.extend(batch));
    screen.settle();
    screen.press("enter");
    let opened = screen.settle();
    let mut longest: Vec<f64> = Vec::new();
    for (n, at) in (1..).zip((spans - late..spans).step_by(usize::try_from(ARRIVING).unwrap_or(1))) {
        more(Shape::Bushy, spans, at..at + ARRIVING, &mut |batch: &SpanBatch| screen.app.extend(batch));
        // Late enough for them to be taken into the tree, not only into the store.
        screen.app.update(Msg::Now(NOW.plus(n * 60_000_000_000)));
        longest.push(screen.settle());
    }
    let growing = median(&longest);
    for (name, time) in [("tree-frame-open", opened), ("tree-frame-growing", growing)] {
        let (figure, ok) = (ms(time), time <= 0.016);
        ask.print(&Row { name, figure, reference: None, ratio: None, goal: "<=16ms", ok });
    }
}
