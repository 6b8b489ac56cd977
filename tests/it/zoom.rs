//! Zooming into a trace: keys, ruler and wheel, what is cut, what lies beside, and what follows a jump.

use proptest::prelude::*;
use tracetui::tui::{Colors, MouseKind, Options};

use crate::harness::{Harness, options};
use crate::sketch::sketch;

/// A second, with something short in the middle and something at each end.
const SECOND: &str = r#"
shop work 0..1000 server @20:begin @990:end
  db first 0..100 client
  cache middle 400..600 client
    cache part 450..460 client
  bank last 900..1000 client error "late"
"#;

fn open(text: &str, width: u16) -> Harness {
    let mut harness = Harness::new(options(), width, 24);
    harness.extend(&sketch(text));
    harness.keys("enter")
}

/// The bars' part of the row with this name, without its name.
fn bar(harness: &Harness, name: &str) -> String {
    let screen = harness.screen();
    let line = screen.lines().skip(3).find(|line| line.contains(name)).unwrap_or_else(|| panic!("{name}\n{screen}"));
    let (_, bar) = line.split_once(name).expect("a name");
    bar.trim().trim_matches(['·', ' ']).to_owned()
}

/// Whether some of a span's bar shows.
fn shows(harness: &Harness, name: &str) -> bool {
    let bar = bar(harness, name);
    bar.contains(['█', '▇']) || !bar.contains(['◂', '▸'])
}

fn ruler(harness: &Harness) -> String {
    let lines: Vec<String> = harness.screen().lines().map(str::to_owned).collect();
    lines.iter().find(|line| line.contains("operation") || line.contains("zoom ")).cloned().unwrap_or_default()
}

#[test]
fn z_shows_the_selected_span_and_0_all_of_the_trace() {
    let whole = open(SECOND, 100);
    let before = whole.screen();
    let zoomed = whole.keys("j j z");
    assert!(ruler(&zoomed).contains("zoom 200.0 ms"), "{}", ruler(&zoomed));
    let ticks: Vec<&str> =
        ["400 ms", "500 ms", "600 ms"].into_iter().filter(|tick| ruler(&zoomed).contains(tick)).collect();
    assert!(ticks.len() >= 2 && !ruler(&zoomed).contains(" 0 ms"), "{}", ruler(&zoomed));
    // What goes on beside the window says so, what lies beside says where and how long.
    assert!(bar(&zoomed, "shop work").contains("◂█") && bar(&zoomed, "shop work").contains("▸ 1.00 s"));
    assert_eq!(bar(&zoomed, "db first"), "◂ 100.0 ms");
    assert!(bar(&zoomed, "bank last").ends_with("100.0 ms ▸"), "{}", bar(&zoomed, "bank last"));
    assert!(bar(&zoomed, "cache middle").starts_with('█') && bar(&zoomed, "cache middle").ends_with("200.0 ms"));
    assert!(!zoomed.screen().contains('◆'), "events beside the window are not drawn at its edge\n{}", zoomed.screen());
    let back = zoomed.keys("0 k k");
    assert_eq!(back.screen(), before);
}

#[test]
fn what_lies_beside_the_window_steps_back() {
    let zoomed = open(SECOND, 100).keys("j j z");
    let buf = zoomed.buffer();
    let is_dim = |name: &str| {
        let screen = zoomed.screen();
        let (y, line) = screen.lines().enumerate().skip(3).find(|(_, line)| line.contains(name)).expect("a row");
        let x = line.split_once(name).expect("a name").0.chars().count();
        let (x, y) = (u16::try_from(x).expect("small"), u16::try_from(y).expect("small"));
        buf[(x, y)].modifier.contains(ratatui::style::Modifier::DIM)
    };
    assert_eq!(["first", "middle", "part", "last"].map(is_dim), [true, false, false, true]);
}

#[test]
fn keys_zoom_around_what_is_selected_and_pan_by_a_quarter() {
    let zoom =
        |keys: &str| ruler(&open(SECOND, 100).keys(keys)).split("  ").next().unwrap_or_default().trim().to_owned();
    assert_eq!(zoom("+"), "zoom 500.0 ms");
    assert_eq!(zoom("+ +"), "zoom 250.0 ms");
    assert_eq!(zoom("+ + -"), "zoom 500.0 ms");
    assert_eq!(zoom("+ -"), "Service · operation");
    // Around the middle of the selected span: the last one stays in sight.
    let last = open(SECOND, 100).keys("G + + +");
    assert!(bar(&last, "bank last").ends_with("█ 100.0 ms"), "{}", last.screen());
    assert_eq!(bar(&last, "cache middle"), "◂ 200.0 ms");
    let panned = last.keys(&", ".repeat(40));
    assert!(bar(&panned, "bank last").ends_with('▸'), "{}", panned.screen());
    assert!(shows(&panned, "db first"), "{}", panned.screen());
    let right = panned.keys("shift-right");
    let left = right.keys("shift-left");
    assert!(shows(&left, "db first"), "{}", left.screen());
    // No finer than a nanosecond a cell, and no wider than the trace.
    let deep = zoom(&"+ ".repeat(40));
    let ns: u64 = deep.split(' ').nth(1).and_then(|ns| ns.parse().ok()).unwrap_or_default();
    assert!(deep.contains(" ns of ") && (20..100).contains(&ns), "{deep}");
    assert_eq!(zoom(&("+ + + ".to_owned() + &"- ".repeat(40))), "Service · operation");
}

#[test]
fn a_jump_brings_the_window_along_and_walking_does_not() {
    let zoomed = open(SECOND, 100).keys("j z");
    assert!(ruler(&zoomed).contains("zoom 100.0 ms"), "{}", ruler(&zoomed));
    let walked = zoomed.keys("j");
    assert!(bar(&walked, "cache middle").ends_with("200.0 ms ▸"), "{}", walked.screen());
    let jumped = walked.keys("e");
    assert!(ruler(&jumped).contains("zoom 100.0 ms") && shows(&jumped, "bank last"), "{}", jumped.screen());
    assert_eq!(bar(&jumped, "cache middle"), "◂ 200.0 ms");
}

#[test]
fn the_ruler_is_dragged_and_the_wheel_zooms_at_the_pointer() {
    let press = MouseKind::Press { clicks: 1 };
    let whole = open(SECOND, 100);
    let y = u16::try_from(whole.screen().lines().position(|line| line.contains("operation")).expect("a ruler"))
        .expect("small");
    let x = |harness: &Harness, text: &str| {
        let screen = harness.screen();
        let line = screen.lines().nth(y.into()).unwrap_or_default().to_owned();
        u16::try_from(line.split_once(text).expect("a tick").0.chars().count()).expect("small")
    };
    let (from, to) = (x(&whole, "╷0.5 s") - 6, x(&whole, "╷0.5 s") + 6);
    for (a, b) in [(from, to - 1), (to - 1, from)] {
        let marked = open(SECOND, 100).mouse(press, a, y).mouse(MouseKind::Drag, b, y);
        assert!(ruler(&marked).contains("operation"), "{}", ruler(&marked));
        let zoomed = marked.mouse(MouseKind::Release, b, y);
        assert!(ruler(&zoomed).contains("zoom 187.5 ms"), "{}", ruler(&zoomed));
        assert!(bar(&zoomed, "cache part").contains("10.0 ms") && bar(&zoomed, "db first") == "◂ 100.0 ms");
    }
    // A click marks nothing.
    let clicked = open(SECOND, 100).mouse(press, from, y).mouse(MouseKind::Release, from, y);
    assert!(ruler(&clicked).contains("operation"), "{}", ruler(&clicked));
    let wheeled = open(SECOND, 100).mouse(MouseKind::WheelUp, x(&whole, "0 s"), y);
    assert!(ruler(&wheeled).contains("zoom 500.0 ms") && shows(&wheeled, "db first"), "{}", wheeled.screen());
    let back = wheeled.mouse(MouseKind::WheelDown, from, y);
    assert!(ruler(&back).contains("operation"), "{}", ruler(&back));
    // Over the rows the wheel scrolls.
    let rows = open(SECOND, 100).mouse(MouseKind::WheelUp, from, y + 2);
    assert!(ruler(&rows).contains("operation"), "{}", ruler(&rows));
}

#[test]
fn the_window_stays_where_it_is_when_an_earlier_span_arrives() {
    let mut harness = open(SECOND, 100).keys("j j z");
    assert!(ruler(&harness).contains("zoom 200.0 ms"));
    let before = bar(&harness, "cache middle");
    let mut earlier = sketch("shop early 0..10 id=77");
    for span in &mut earlier.spans {
        span.start = tracetui::model::Timestamp(span.start.0 - 500_000_000);
    }
    harness.extend(&earlier);
    harness.wait(10);
    let harness = harness.settled();
    assert!(ruler(&harness).contains("zoom 200.0 ms"), "{}", harness.screen());
    assert_eq!(bar(&harness, "cache middle"), before, "{}", harness.screen());
}

#[test]
fn a_zoomed_screen_in_every_size() {
    for (width, height) in [(80, 24), (100, 30), (160, 44)] {
        let mut harness = Harness::new(Options { colors: Colors::Roles, ..options() }, width, height);
        harness.extend(&sketch(SECOND));
        let harness = harness.keys("enter j j z");
        insta::assert_snapshot!(format!("zoom-{width}x{height}"), harness.picture());
        let marked = harness.keys("0").mouse(MouseKind::Press { clicks: 1 }, 50, 2).mouse(MouseKind::Drag, 60, 2);
        insta::assert_snapshot!(format!("zoom-marked-{width}x{height}"), marked.picture());
    }
}

/// The lines of the minimap.
fn minimap(harness: &Harness) -> Vec<String> {
    let screen = harness.screen();
    let lines = screen
        .lines()
        .skip(1)
        .take(4)
        .filter(|line| line.chars().any(|sign| ('\u{2801}'..='\u{28ff}').contains(&sign)));
    lines.map(str::to_owned).collect()
}

fn tall() -> Harness {
    let mut harness = Harness::new(options(), 100, 30);
    harness.extend(&sketch(SECOND));
    harness.keys("enter")
}

/// The columns of the lines around the window.
fn brackets(harness: &Harness) -> Vec<u16> {
    let line = minimap(harness).into_iter().next().unwrap_or_default();
    let signs = line.chars().enumerate().filter(|(_, sign)| *sign == '│');
    signs.map(|(at, _)| u16::try_from(at).expect("small")).collect()
}

#[test]
fn the_minimap_shows_where_spans_are_where_there_is_room_or_a_part_is_shown() {
    assert_eq!(minimap(&open(SECOND, 100)), [""; 0]);
    let zoomed = open(SECOND, 100).keys("j j z");
    assert_eq!(minimap(&zoomed).len(), 1, "{}", zoomed.screen());
    let map = minimap(&tall());
    assert_eq!(map.len(), 2, "{}", tall().screen());
    // The first of five rows is all of the time, the last the last tenth.
    assert!(map[0].trim().chars().count() == 98 && map[1].trim().starts_with('⠉'), "{map:?}");
    assert!(map[1].ends_with("⠤⠤⠤") && !map[0].ends_with("⠤⠤⠤"), "{map:?}");
    assert!(brackets(&tall()).is_empty());
    let [from, to] = brackets(&tall().keys("j j z"))[..] else { panic!("{}", tall().keys("j j z").screen()) };
    assert_eq!((from, to), (40, 59), "from two fifths to three");
    // One span alone is no map.
    let mut one = Harness::new(options(), 100, 30);
    one.extend(&sketch("shop work 0..9"));
    assert_eq!(minimap(&one.keys("enter")), [""; 0]);
}

#[test]
fn the_window_is_dragged_on_the_minimap_by_its_middle_and_its_ends() {
    let press = MouseKind::Press { clicks: 1 };
    let zoomed = || tall().keys("j j z");
    let moved = zoomed().mouse(press, 50, 1).mouse(MouseKind::Drag, 70, 1);
    assert_eq!(brackets(&moved), [60, 79], "{}", moved.screen());
    assert!(ruler(&moved).contains("zoom 200.0 ms"), "{}", ruler(&moved));
    let let_go = moved.mouse(MouseKind::Release, 70, 1).mouse(MouseKind::Drag, 20, 1);
    assert_eq!(brackets(&let_go), [60, 79]);
    let wider = zoomed().mouse(press, 59, 2).mouse(MouseKind::Drag, 80, 2);
    assert_eq!(brackets(&wider)[0], 40, "{}", wider.screen());
    assert!(brackets(&wider)[1].abs_diff(80) <= 1, "{}", wider.screen());
    let turned = zoomed().mouse(press, 40, 1).mouse(MouseKind::Drag, 20, 1);
    assert!(brackets(&turned)[0].abs_diff(20) <= 1 && brackets(&turned)[1] == 59, "{}", turned.screen());
    // Elsewhere it comes to the pointer.
    let come = zoomed().mouse(press, 90, 1);
    assert_eq!(brackets(&come), [79, 98], "{}", come.screen());
    assert!(shows(&come, "bank last"), "{}", come.screen());
    // While all of the trace shows there is nothing to be dragged.
    let whole = tall().mouse(press, 50, 1).mouse(MouseKind::Drag, 70, 1).mouse(MouseKind::Release, 70, 1);
    assert!(ruler(&whole).contains("operation"), "{}", whole.screen());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    /// Whatever keys come, every span is told: by a bar, or by its length at the edge behind which it lies.
    #[test]
    fn every_row_says_where_its_span_is(keys in prop::collection::vec(prop::sample::select(vec!["z", "+", "-", ",", ".", "j", "k", "0", "e"]), 0..20)) {
        let harness = open(SECOND, 100).keys(&keys.join(" "));
        for (name, length) in [("work", "1.00 s"), ("first", "100.0 ms"), ("middle", "200.0 ms"), ("part", "10.0 ms"), ("last", "100.0 ms")] {
            prop_assert!(bar(&harness, name).contains(length), "{:?}\n{}", keys, harness.screen());
        }
    }
}
