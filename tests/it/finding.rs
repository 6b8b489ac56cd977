//! Finding spans in a trace: from the first letter on, one after the other, with what was found marked.

use crate::harness::{Harness, options};
use crate::sketch::sketch;

const SHOP: &str = r#"
frontend GET / 0..500 server error "it broke" http.status_code=500
  cart load 5..60 enduser.id=u-6895
    redis HGETALL 10..20 client key=cart:u-6895
    redis HGETALL 25..35 client key=cart:u-7000
  pricing quote 70..95
    pricing tax 71..72 enduser.id=u-6895
trace 2 at 1000
shop POST /pay 0..30 error
  bank charge 5..25 error
"#;

fn shop(height: u16) -> Harness {
    let mut harness = Harness::new(options(), 100, height);
    harness.extend(&sketch(SHOP));
    harness
}

/// The first trace, open.
fn open() -> Harness {
    shop(30).keys("j enter")
}

fn selected(harness: &Harness) -> String {
    harness.screen().lines().find(|line| line.starts_with('▌')).unwrap_or_default().to_string()
}

/// What is looked for, or why the trace failed: the line above the ruler.
fn note(harness: &Harness) -> String {
    let screen = harness.screen();
    let ruler = screen.lines().position(|line| line.contains("operation  ")).unwrap_or(2);
    screen.lines().nth(ruler - 1).unwrap_or_default().trim_end().to_owned()
}

fn line(harness: &Harness, n: usize) -> String {
    harness.screen().lines().nth(n).unwrap_or_default().to_string()
}

#[test]
fn what_is_typed_is_found_at_once_and_walked_through() {
    let mut harness = open().keys("/").text("hget");
    assert!(selected(&harness).contains("HGETALL") && selected(&harness).contains("10.0 ms"), "{}", harness.screen());
    assert!(note(&harness).contains("/hget") && note(&harness).ends_with("1 of 2"), "{}", harness.screen());
    // While typing the arrows walk.
    harness.press("down").frame();
    assert!(note(&harness).ends_with("2 of 2"), "{}", harness.screen());
    let mut harness = harness.keys("enter");
    harness.press("n").frame();
    assert!(line(&harness, 29).contains("last of 2, n again for the first"), "{}", harness.screen());
    harness.press("n").frame();
    assert!(note(&harness).ends_with("1 of 2"), "{}", harness.screen());
    harness.press("N").frame();
    assert!(line(&harness, 29).contains("first of 2, N again for the last"), "{}", harness.screen());
    harness.press("N").frame();
    assert!(note(&harness).ends_with("2 of 2"), "{}", harness.screen());
    // A row that was not found has no place among those that were.
    harness.press("down").frame();
    assert!(note(&harness).ends_with("2 found"), "{}", harness.screen());
    harness.press("esc").frame();
    assert!(!harness.screen().contains("/hget") && harness.screen().contains("HGETALL"));
}

#[test]
fn escape_brings_back_the_text_and_the_place() {
    let harness = open().keys("j / q u o t e");
    assert!(selected(&harness).contains("quote"));
    let harness = harness.keys("esc");
    assert!(selected(&harness).contains("load"), "{}", harness.screen());
    assert!(note(&harness).contains("cause"), "{}", harness.screen());
    let harness = harness.keys("/ t a x enter / backspace backspace backspace");
    assert!(selected(&harness).contains("tax"), "empty text leads back: {}", harness.screen());
    let harness = harness.keys("q esc");
    assert!(note(&harness).contains("/tax"), "{}", harness.screen());
}

#[test]
fn what_nothing_says_is_told() {
    let harness = open().keys("/").text("zebra");
    assert!(note(&harness).ends_with("no span fits"), "{}", harness.screen());
    let harness = harness.keys("enter n");
    assert!(line(&harness, 29).contains("no span fits"), "{}", harness.screen());
    let harness = open().keys("n");
    assert!(line(&harness, 29).contains("nothing is looked for: / finds"), "{}", harness.screen());
}

#[test]
fn folds_open_for_what_is_found() {
    let harness = open().keys("[");
    assert!(!harness.screen().contains("HGETALL"));
    let harness = harness.keys("/").text("key=cart:u-7000").keys("enter");
    assert!(selected(&harness).contains("HGETALL"), "{}", harness.screen());
    assert!(note(&harness).ends_with("1 of 1"));
}

#[test]
fn a_filter_of_the_list_comes_along() {
    let harness = shop(30).keys("/").text("enduser.id=u-6895").keys("enter enter");
    assert!(selected(&harness).contains("load"), "{}", harness.screen());
    assert!(note(&harness).contains("/enduser.id=u-6895") && note(&harness).ends_with("1 of 2"));
    let harness = harness.keys("n");
    assert!(selected(&harness).contains("tax"), "{}", harness.screen());
    // One step back clears it, the next one leaves.
    let harness = harness.keys("esc");
    assert!(note(&harness).contains("cause"), "{}", harness.screen());
    assert!(harness.keys("esc").screen().contains("Traces 1 of 2"));
}

#[test]
fn what_was_found_is_marked_in_names_keys_and_values() {
    let mut harness = Harness::new(crate::gallery::roles(), 100, 24);
    harness.extend(&sketch(SHOP));
    let picture = harness.keys("j enter / h g e t enter").picture();
    // The screen, a blank line, the letters.
    let row = |picture: &str, n: usize| picture.lines().nth(n).unwrap_or_default().to_string();
    let at = picture.lines().position(|line| line.contains("HGETALL")).expect("a row");
    let column = row(&picture, at).chars().take_while(|char| *char != 'H').count();
    let letters_there: String = row(&picture, at + 25).chars().skip(column).take(5).collect();
    assert_eq!(letters_there, "wwwwt", "{picture}");
    let mut harness = Harness::new(crate::gallery::roles(), 100, 24);
    harness.extend(&sketch(SHOP));
    let picture = harness.keys("j enter").keys("/").text("enduser.id=u-6895").keys("enter").picture();
    let at = picture.lines().position(|line| line.contains("enduser.id") && line.contains('│')).expect("a line");
    assert!(row(&picture, at + 25).contains("wwwwww"), "{picture}");
}

#[test]
fn spans_that_come_in_are_found_too() {
    let mut harness = open().keys("/").text("quote").keys("enter");
    assert!(note(&harness).ends_with("1 of 1"), "{}", harness.screen());
    harness.extend(&sketch("pricing quote again 96..99 id=77"));
    harness.wait(3);
    assert!(note(&harness).ends_with("1 of 2"), "{}", harness.screen());
    assert!(selected(&harness).contains("quote"));
}
