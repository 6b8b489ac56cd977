//! Rows `draw` and `draw-scale`: scrolling a waterfall by one row, against an empty frame and against a small trace.

use crate::measure::{Ask, Row, cpu_of, median, ms};
use crate::screen::{Screen, terminal};
use crate::workload::{Shape, trace};

/// Frames of a huge trace, a small one and an empty screen in turn.
pub(crate) fn draw(ask: &Ask) {
    let mut huge = waterfall(ask.size(1_000_000, 50_000));
    let mut small = waterfall(1_000);
    let mut empty = terminal(200, 60);
    let (mut huges, mut smalls, mut empties) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ask.size(400, 60) {
        huges.push(scroll(&mut huge));
        smalls.push(scroll(&mut small));
        empties.push(cpu_of(|| {
            empty.draw(|_| {}).expect("bytes are taken");
        }));
    }
    let [huge, small, empty] = [huges, smalls, empties].map(|times| median(&times));
    ask.print(&Row {
        name: "draw",
        figure: ms(huge),
        reference: Some(ms(empty)),
        ratio: Some(huge / empty),
        goal: "<=1ms",
        ok: huge <= 1e-3,
    });
    ask.print(&Row {
        name: "draw-scale",
        figure: ms(huge),
        reference: Some(ms(small)),
        ratio: Some(huge / small),
        goal: "<=1.3x",
        ok: huge <= 1.3 * small,
    });
}

/// A trace opened at 200×60, scrolled so far that each further row moves all.
fn waterfall(spans: u64) -> Screen {
    let mut screen = Screen::new(200, 60);
    trace(Shape::Bushy, spans, &mut |batch| screen.app.extend(batch));
    screen.settle();
    screen.press("enter");
    screen.settle();
    for _ in 0..60 {
        screen.press("j");
        screen.settle();
    }
    screen
}

fn scroll(screen: &mut Screen) -> f64 {
    let key = cpu_of(|| screen.press("j"));
    key + screen.frame().0
}
