//! Rows `start-*`, `idle` and `draw-writes`: the program as it is when nothing arrives.

use std::time::Duration;

use crate::measure::{Ask, Row, median, ms};
use crate::process::{BIN, FRAME, Pty, status, waits, writes};

const LISTEN: &[&str] = &["listen", "127.0.0.1:0"];

/// First frame, size on disk, memory with nothing in it.
pub(crate) fn start(ask: &Ask) {
    let (mut frames, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..ask.size(25, 5) {
        let mut pty = Pty::start(LISTEN).expect("a terminal");
        frames.extend(pty.wait_for(FRAME));
        pty.end();
        let mut pty = Pty::run("/bin/echo", &["ready"]).expect("a terminal");
        bare.extend(pty.wait_for(b"ready"));
        pty.end();
    }
    let (frame, bare) = (median(&frames), median(&bare));
    ask.print(&Row {
        name: "start-frame",
        figure: ms(frame),
        reference: Some(ms(bare)),
        ratio: Some(frame / bare),
        goal: "<=10ms",
        ok: frame <= 0.01,
    });
    let size = std::fs::metadata(BIN).expect("the binary is there").len() as f64 / 1e6;
    plain(ask, "start-size", format!("{size:.2}MB"), "<=8MB", size <= 8.0);
    let mut pty = Pty::start(LISTEN).expect("a terminal");
    pty.wait_for(FRAME);
    pty.pause(Duration::from_secs(1));
    match status(&pty.id(), "VmRSS") {
        Some(kib) => {
            let resident = kib as f64 * 1024.0 / 1e6;
            plain(ask, "start-rss", format!("{resident:.1}MB"), "<=15MB", resident <= 15.0);
        }
        None => ask.missing("start-rss", "no /proc here"),
    }
    pty.end();
}

/// Wake-ups of all threads while nothing arrives.
pub(crate) fn idle(ask: &Ask) {
    let mut pty = Pty::start(LISTEN).expect("a terminal");
    pty.wait_for(FRAME);
    pty.pause(Duration::from_secs(2));
    let before = waits(&pty.id());
    pty.pause(Duration::from_secs(ask.size(5, 1)));
    match before.zip(waits(&pty.id())) {
        Some((before, after)) => plain(ask, "idle", format!("{}wakeups", after - before), "0wakeups", after == before),
        None => ask.missing("idle", "no /proc here"),
    }
    pty.end();
}

/// Calls that write, for each key that scrolls a trace by one row: one wakes the loop up, one is the frame.
pub(crate) fn writes_a_frame(ask: &Ask) {
    let mut pty = Pty::start(&["demo"]).expect("a terminal");
    pty.wait_for(FRAME);
    pty.press_for("\r", FRAME);
    pty.pause(Duration::from_millis(300));
    let before = writes(&pty.id());
    let keys = 20_u32;
    for _ in 0..keys {
        pty.press_for("j", FRAME);
        pty.pause(Duration::from_millis(30));
    }
    match before.zip(writes(&pty.id())) {
        Some((before, after)) => {
            let each = (after - before) as f64 / f64::from(keys);
            plain(ask, "draw-writes", format!("{each:.2}writes/key"), "<=2writes/key", each <= 2.05);
        }
        None => ask.missing("draw-writes", "no /proc here"),
    }
    pty.end();
}

fn plain(ask: &Ask, name: &str, figure: String, goal: &str, ok: bool) {
    ask.print(&Row { name, figure, reference: None, ratio: None, goal, ok });
}
