//! What keys mean, and that everything said of them is true here and now.

use tracetui::model::{Link, Span, SpanId, Timestamp, TraceId};
use tracetui::tui::{Action, App, Effect, Key, Keymap};

use crate::harness::{Harness, NOW, batch, options};

const HELLO: &[u8] = include_bytes!("../../assets/hello.json");

fn hello(keys: &str) -> Harness {
    Harness::open(HELLO, 100, 30).keys(keys)
}

/// The bottom line.
fn hints(harness: &Harness) -> String {
    harness.screen().lines().last().unwrap_or_default().to_string()
}

/// With every action on another key: `f1`, `f2`, then letters of another alphabet.
fn rebound() -> Keymap {
    let mut keymap = Keymap::default();
    for (row, letter) in Action::TABLE.iter().zip('\u{430}'..) {
        keymap.bind(row.action, vec![Key::parse(&letter.to_string()).expect("a key")]);
    }
    keymap
}

#[test]
fn every_sentence_that_names_a_key_follows_the_keymap() {
    let key = |action: Action| rebound().hint(action, false);
    let open = || Harness::of(App::with_keys(options(), rebound()), 100, 30).feed(HELLO);
    let harness = open().keys(&key(Action::Filter)).text("nothing-like-it").keys("enter");
    let said = format!("no trace matches; {} clears the filter", key(Action::Back));
    assert!(harness.line(&said).is_some(), "{}", harness.screen());
    for keys in [key(Action::Open), String::new(), key(Action::Health)] {
        let screen = open().keys(&keys);
        for (action, word) in [(Action::Help, "help"), (Action::Pause, "pause"), (Action::Palette, "commands")] {
            let hint = format!("{} {word}", key(action));
            assert!(hints(&screen).contains(&hint) || !hints(&screen).contains(word), "{hint}: {}", hints(&screen));
        }
        assert!(hints(&screen).contains(&format!("{} help", key(Action::Help))), "{}", hints(&screen));
    }
    let help = open().keys(&key(Action::Help)).screen();
    assert!(help.contains(&format!("{}  ", key(Action::Open))) && !help.contains(" l "), "{help}");
}

#[test]
fn hints_say_only_what_does_something_here_and_now() {
    let cases = [
        ("", &["⏎ open", "␣ pause", "? help"][..], &["esc", "resume", "stop reading"][..]),
        ("tab", &["⏎ to the list", "⇥ list", "esc back"], &["⏎ open"]),
        ("space", &["␣ resume"], &["pause"]),
        ("enter", &["esc back", "? help", "⏎ details", "← fold"], &["e error", "o open link", "p parent"]),
        ("enter left", &["→ unfold"], &["← fold "]),
        ("enter enter", &["⏎ full height", "= filter by it", "y copy", "esc back"], &["← fold", "p parent"]),
        ("enter enter enter", &["⏎ smaller"], &["full height"]),
        ("enter enter y", &["once more copies the value"], &["y copy"]),
        ("H", &["esc back"], &["H health", "hex dump"]),
        ("/", &["⏎ keep the filter", "esc as before"], &["open"]),
        ("s", &["⏎ sort", "esc close"], &["open"]),
    ];
    for (keys, there, absent) in cases {
        let hints = hints(&hello(keys));
        for hint in there {
            assert!(hints.contains(hint), "{keys}: {hint} is in {hints}");
        }
        for hint in absent {
            assert!(!hints.contains(hint), "{keys}: {hint} is not in {hints}");
        }
    }
}

#[test]
fn q_closes_one_layer_as_esc_does_and_then_quits() {
    for layers in ["enter enter", "enter", "tab", "H", "?", "s"] {
        let count = layers.split(' ').count();
        let mut harness = hello(layers);
        for _ in 0..count {
            assert!(harness.effects.is_empty(), "{layers}");
            let before = harness.screen();
            harness = harness.keys("q");
            assert_ne!(harness.screen(), before, "{layers}: a layer less");
        }
        assert!(harness.effects.is_empty(), "{layers}");
        assert_eq!(harness.keys("q").effects, [Effect::Quit], "{layers}");
    }
    // A filter is a layer, too.
    let harness = hello("/").text("foo").keys("enter q");
    assert!(harness.effects.is_empty() && !harness.screen().contains("/foo"), "{}", harness.screen());
}

#[test]
fn esc_brings_back_the_filter_that_was_in_force() {
    let harness = hello("/").text("foo").keys("enter / x x x esc");
    assert!(harness.line("/foo").is_some() && harness.line("Traces 1").is_some(), "{}", harness.screen());
}

#[test]
fn esc_at_the_last_layer_does_nothing() {
    let harness = hello("");
    let before = harness.screen();
    let harness = harness.keys("esc esc");
    assert_eq!((harness.screen(), harness.effects), (before, vec![]));
}

#[test]
fn what_was_done_is_said_for_a_while() {
    let mut harness = hello("enter y");
    assert!(hints(&harness).contains("copied the span as JSON"), "{}", harness.screen());
    assert!(harness.app().wants_tick());
    harness.wait(3);
    assert!(hints(&harness).contains("copied the span as JSON"), "{}", harness.screen());
    harness.wait(2);
    assert!(hints(&harness).contains("? help"), "{}", harness.screen());
    assert!(!harness.app().wants_tick());
}

#[test]
fn copying_where_no_span_is_says_so_and_leaves_the_clipboard_alone() {
    let start = Timestamp(NOW.0 - 600_000_000_000);
    let child = Span { trace_id: TraceId(1), span_id: SpanId(2), parent_id: Some(SpanId(7)), start, ..Span::default() };
    let mut harness = Harness::new(options(), 100, 30);
    harness.extend(&batch(&[child]));
    let harness = harness.keys("enter g y");
    assert_eq!(harness.effects, []);
    assert!(hints(&harness).contains("no span here: 0000000000000007"), "{}", harness.screen());
}

#[test]
fn what_is_copied_is_the_row_that_the_keys_before_have_led_to() {
    let mut harness = hello("enter");
    harness.press("j").press("y");
    let copied = format!("{:?}", harness.effects);
    let harness = harness.settled();
    let line = harness.screen().lines().find(|line| line.starts_with('▌')).map(str::to_string).expect("a selected row");
    let name = ["foo", "bar", "baz"].into_iter().find(|name| line.contains(name)).expect("a name");
    assert!(copied.contains(&format!("\\\"name\\\":\\\"{name}\\\"")), "{name}: {copied}");
}

#[test]
fn a_link_is_followed_once_its_target_has_come() {
    let span = |trace: u128, id, name, links| {
        let start = Timestamp(NOW.0 - 600_000_000_000);
        Span { trace_id: TraceId(trace), span_id: SpanId(id), service: "a", name, start, links, ..Span::default() }
    };
    let link = Link { trace_id: TraceId(2), span_id: SpanId(9), ..Link::default() };
    let mut harness = Harness::new(options(), 100, 30);
    harness.extend(&batch(&[span(1, 1, "from", vec![link])]));
    let mut harness = harness.keys("enter o");
    assert!(hints(&harness).contains("is not here"), "{}", harness.screen());
    harness.extend(&batch(&[span(2, 9, "target", vec![])]));
    let harness = harness.keys("o");
    assert!(harness.line("‹ a target").is_some(), "{}", harness.screen());
}

#[test]
fn half_a_page_is_half_of_a_page() {
    let spans: Vec<_> = (1..500_u64)
        .map(|id| Span { trace_id: TraceId(1), span_id: SpanId(id), service: "a", name: "work", ..Span::default() })
        .collect();
    let row = |keys: &str| {
        let mut harness = Harness::new(options(), 100, 40);
        harness.extend(&batch(&spans));
        let screen = harness.keys("enter").keys(keys).screen();
        let above = screen.split_once('↑').and_then(|(_, rest)| rest.trim_start().split(' ').next()?.parse().ok());
        screen.lines().position(|line| line.starts_with('▌')).expect("a selected row") + above.unwrap_or(0)
    };
    let (top, page) = (row("g"), row("ctrl-f"));
    assert!(page - top > 10);
    assert_eq!((row("ctrl-d") - top, row("ctrl-f ctrl-u") - top), ((page - top).div_ceil(2), (page - top) / 2));
}
