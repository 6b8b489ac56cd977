//! The mouse on what is no row: hints are keys, borders can be dragged.

use tracetui::tui::MouseKind;

use crate::harness::{Harness, options};
use crate::sketch::sketch;

const PRESS: MouseKind = MouseKind::Press { clicks: 1 };

/// Eight traces, the first with an error and a child.
fn shop(width: u16, height: u16) -> Harness {
    let rest: Vec<String> = (2..9).map(|n| format!("trace {n} at {n}000\nshop work-{n} 0..{n}0\n")).collect();
    let rest = rest.concat();
    let mut harness = Harness::new(options(), width, height);
    harness.extend(&sketch(&format!("shop pay 0..90 error \"declined\"\n  bank charge 5..20\n{rest}")));
    harness
}

/// The column of a text in a line of the screen, counted in cells.
fn column(harness: &Harness, row: u16, text: &str) -> u16 {
    let screen = harness.screen();
    let line = screen.lines().nth(row.into()).unwrap_or_default();
    let (before, _) = line.split_once(text).unwrap_or_else(|| panic!("{text} in {line}\n{screen}"));
    u16::try_from(before.chars().count()).expect("small")
}

fn click_hint(harness: Harness, hint: &str, beside: i16) -> Harness {
    let row = u16::try_from(harness.screen().lines().count()).expect("small") - 1;
    let at = column(&harness, row, hint).saturating_add_signed(beside);
    harness.mouse(PRESS, at, row)
}

#[test]
fn a_click_on_a_hint_is_its_key() {
    let menu = click_hint(shop(100, 30), "s sort", 0);
    assert!(menu.line("most spans").is_some(), "{}", menu.screen());
    // Of a menu and a prompt as well.
    let closed = click_hint(menu, "esc", 0);
    assert!(closed.line("most spans").is_none(), "{}", closed.screen());
    let opened = click_hint(shop(100, 30), "⏎ open", 5);
    assert!(opened.screen().starts_with(" ‹ shop work-8"), "{}", opened.screen());
    let back = click_hint(opened, "esc back", 0);
    assert!(back.line("Traces 8").is_some(), "{}", back.screen());
    let help = click_hint(shop(100, 30), "? help", 0);
    assert!(help.line("type to search").is_some(), "{}", help.screen());
    // Beside it there is none.
    let menu = click_hint(shop(100, 30), "s sort", -1);
    assert!(menu.line("most spans").is_none(), "{}", menu.screen());
    let menu = click_hint(shop(100, 30), "s sort", 6);
    assert!(menu.line("most spans").is_none(), "{}", menu.screen());
}

/// The columns where the second panel begins.
fn list_begins(harness: &Harness) -> u16 {
    column(harness, 1, "╭─ Traces")
}

#[test]
fn the_border_of_the_services_is_dragged() {
    let harness = shop(120, 30);
    assert_eq!(list_begins(&harness), 30);
    for border in [29, 30] {
        let dragged = shop(120, 30).mouse(PRESS, border, 10).mouse(MouseKind::Drag, 44, 12);
        assert_eq!(list_begins(&dragged), 45);
        let released = dragged.mouse(MouseKind::Release, 44, 12).mouse(MouseKind::Drag, 60, 12);
        assert_eq!(list_begins(&released), 45);
    }
    // Neither part vanishes.
    let narrow = shop(120, 30).mouse(PRESS, 29, 10).mouse(MouseKind::Drag, 2, 10);
    assert_eq!(list_begins(&narrow), 24);
    let wide = narrow.mouse(MouseKind::Drag, 119, 10);
    assert_eq!(list_begins(&wide), 84);
    // A smaller screen takes what it has.
    assert_eq!(list_begins(&wide.resize(100, 30)), 64);
    // Beside the border nothing is taken hold of, and a press alone chooses nothing.
    let beside = shop(120, 30).mouse(PRESS, 28, 10).mouse(MouseKind::Drag, 44, 12);
    assert_eq!(list_begins(&beside), 30);
    let pressed = shop(120, 30).mouse(PRESS, 30, 5);
    assert!(pressed.line("▌").is_some_and(|line| line.contains("work-8")), "{}", pressed.screen());
}

#[test]
fn the_border_below_the_list_is_dragged() {
    let begins = |harness: &Harness| harness.screen().lines().position(|line| line.contains("Duration over time"));
    let harness = shop(90, 40);
    let before = begins(&harness).expect("dots");
    let row = u16::try_from(before).expect("small");
    for border in [row, row - 1] {
        let dragged = shop(90, 40).mouse(PRESS, 40, border).mouse(MouseKind::Drag, 40, 20);
        assert_eq!(begins(&dragged), Some(20));
    }
    let highest = shop(90, 40).mouse(PRESS, 40, row).mouse(MouseKind::Drag, 40, 0);
    assert_eq!(begins(&highest), Some(7));
    let lowest = highest.mouse(MouseKind::Drag, 40, 39);
    assert_eq!(begins(&lowest), Some(34));
    // The preview has the same border.
    let preview = lowest.mouse(MouseKind::Drag, 40, 25).keys("v");
    assert!(preview.screen().lines().nth(25).is_some_and(|line| line.contains("Preview")), "{}", preview.screen());
}

#[test]
fn the_border_of_the_details_is_dragged_and_its_tabs_still_turn() {
    let begins = |harness: &Harness| harness.screen().lines().position(|line| line.contains("Attributes"));
    let open = || shop(80, 30).keys("G enter");
    let row = u16::try_from(begins(&open()).expect("details")).expect("small");
    let dragged = open().mouse(PRESS, 70, row).mouse(MouseKind::Drag, 70, 10);
    assert_eq!(begins(&dragged), Some(10));
    let released = dragged.mouse(MouseKind::Release, 70, 10).mouse(MouseKind::Drag, 70, 20);
    assert_eq!(begins(&released), Some(10));
    let lowest = open().mouse(PRESS, 70, row).mouse(MouseKind::Drag, 70, 29);
    assert_eq!(begins(&lowest), Some(25));
    let highest = lowest.mouse(MouseKind::Drag, 70, 2);
    assert_eq!(begins(&highest), Some(8));
    let at = column(&highest, 8, "Resource");
    let turned = highest.mouse(PRESS, at, 8);
    assert!(turned.line("source  sketch").is_some(), "{}", turned.screen());
}
