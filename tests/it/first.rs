//! Small things that a new user meets first: a file with one trace, leaving, the dots, the preview.

use tracetui::model::{SourceState, SourceStatus};
use tracetui::tui::{Effect, MouseKind, Msg, Options};

use crate::harness::{Harness, options, waiting_on};
use crate::sketch::sketch;

const HELLO: &[u8] = include_bytes!("../../assets/hello.json");

fn read(harness: &mut Harness, state: SourceState) {
    let source =
        SourceStatus { protocol: "console".into(), endpoint: "hello.json".into(), state, ..SourceStatus::default() };
    harness.app().update(Msg::Sources(vec![source]));
}

fn hello() -> Harness {
    Harness::new(options(), 100, 30).feed(HELLO)
}

#[test]
fn a_file_with_one_trace_is_opened_on_it() {
    let mut harness = hello();
    read(&mut harness, SourceState::Reading { done: 1, total: Some(2) });
    assert!(harness.frame().line("Traces 1").is_some(), "while it is read it may be one of many");
    read(&mut harness, SourceState::Done);
    harness.frame();
    assert!(harness.frame().screen().starts_with(" ‹ my-helloworld-service foo"), "{}", harness.screen());
    // The list is behind it, and stays there.
    let mut list = harness.keys("esc");
    assert!(list.line("Traces 1").is_some());
    assert!(list.frame().frame().line("Traces 1").is_some());
}

#[test]
fn it_is_not_where_there_are_more_or_the_user_was_quicker_or_others_may_come() {
    let mut two = hello();
    two.extend(&sketch("shop work 0..1"));
    read(&mut two, SourceState::Done);
    two.frame();
    assert!(two.frame().line("Traces 2").is_some());
    let mut used = hello().keys("s esc");
    read(&mut used, SourceState::Done);
    used.frame();
    assert!(used.frame().line("Traces 1").is_some());
    let invitation = waiting_on(&["127.0.0.1:6831"]);
    let mut listening = Harness::new(Options { invitation, ..options() }, 100, 30).feed(HELLO);
    read(&mut listening, SourceState::Done);
    listening.frame();
    assert!(listening.frame().line("Traces 1").is_some());
}

#[test]
fn what_was_received_is_not_thrown_away_by_one_key() {
    let listening = || {
        let invitation = waiting_on(&["127.0.0.1:6831"]);
        Harness::new(Options { invitation, ..options() }, 100, 30)
    };
    let asked = listening().feed(HELLO).keys("q");
    assert_eq!(asked.effects, []);
    assert!(asked.line("q again quits; what was received is not kept: 1 trace").is_some(), "{}", asked.screen());
    assert_eq!(asked.keys("q").effects, [Effect::Quit]);
    assert_eq!(listening().feed(HELLO).keys("q j q").effects, [], "it asks anew");
    assert_eq!(listening().feed(HELLO).keys("ctrl-c").effects, [Effect::Quit]);
    assert_eq!(listening().keys("q").effects, [Effect::Quit], "nothing was received");
    assert_eq!(hello().keys("q").effects, [Effect::Quit], "a file is still there");
    // One layer at a time, and only the last one asks.
    let filtered = listening().feed(HELLO).keys("/ f o o enter q");
    assert!(filtered.line("again quits").is_none() && filtered.line("/foo").is_none(), "{}", filtered.screen());
}

/// Six traces, each a second after the one before, the third the slowest.
const SIX: &str = "shop one 0..10\ntrace 2 at 1000\nshop two 0..20 error\ntrace 3 at 2000\nshop three 0..900\n\
    trace 4 at 3000\nshop four 0..30\ntrace 5 at 4000\nshop five 0..10\ntrace 6 at 5000\nshop six 0..10\n";

fn six() -> Harness {
    let mut harness = Harness::new(options(), 160, 44);
    harness.extend(&sketch(SIX));
    harness.settled()
}

/// Cells with dots, from the left.
fn dots(harness: &Harness) -> Vec<(u16, u16)> {
    let mut dots = Vec::new();
    for (y, line) in harness.screen().lines().enumerate().filter(|(_, line)| !line.contains("Duration over")) {
        for (x, char) in line.chars().enumerate() {
            if ('\u{2801}'..='\u{28ff}').contains(&char) || (char == '◉' || char == '✗') && y > 32 {
                dots.push((u16::try_from(x).expect("small"), u16::try_from(y).expect("small")));
            }
        }
    }
    dots.sort_unstable();
    dots
}

#[test]
fn a_click_on_a_dot_selects_its_trace_and_a_second_one_opens_it() {
    let harness = six();
    let dots = dots(&harness);
    assert_eq!(dots.len(), 6, "{}", harness.screen());
    let (x, y) = dots[2];
    let selected = harness.mouse(MouseKind::Press { clicks: 1 }, x, y);
    assert!(selected.line("▌").is_some_and(|line| line.contains("three")), "{}", selected.screen());
    // Beside it by a cell is near enough, further is not.
    let beside = six().mouse(MouseKind::Press { clicks: 1 }, x + 1, y + 1);
    assert!(beside.line("▌").is_some_and(|line| line.contains("three")), "{}", beside.screen());
    let nothing = six().mouse(MouseKind::Press { clicks: 1 }, x + 4, y + 2);
    assert!(nothing.line("▌").is_some_and(|line| line.contains("six")), "{}", nothing.screen());
    let opened = six().mouse(MouseKind::Press { clicks: 2 }, x, y);
    assert!(opened.screen().starts_with(" ‹ shop three"), "{}", opened.screen());
}

#[test]
fn few_traces_have_the_room_of_the_dots() {
    let few = six().keys("/").text("three").keys("enter");
    assert!(few.line("Traces 1 of 6").is_some() && few.line("Duration over time").is_none(), "{}", few.screen());
    assert!(six().line("Duration over time").is_some());
}

#[test]
fn the_preview_says_what_it_shows_and_how_much_it_does_not() {
    let mut text = String::from("shop checkout 0..500\n  bank charge 5..25 error\n");
    for _ in 0..40 {
        text += "  shop step 30..40\n";
    }
    let mut harness = Harness::new(options(), 120, 40);
    harness.extend(&sketch(&text));
    let harness = harness.keys("v");
    let head = harness.line("Preview").expect("the title");
    assert!(head.contains("shop checkout") && head.contains("500.0 ms") && head.contains("1✗"), "{head}");
    let charge = harness.line("bank charge").expect("a row");
    assert!(charge.contains('✗') && charge.contains("20.0 ms"), "{charge}");
    let shown = harness.screen().lines().filter(|line| line.contains("shop step")).count();
    assert!(harness.line(&format!("+{} more", 40 - shown)).is_some(), "{}", harness.screen());
}
