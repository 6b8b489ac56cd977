//! Which service fails and why: the services pane, and the reason in the list.

use std::fmt::Write as _;

use tracetui::tui::{MouseKind, Options};

use crate::harness::{Harness, options};
use crate::sketch::sketch;

/// Payment fails in three traces for two reasons, cart in one.
const SHOP: &str = r#"
frontend POST /checkout 0..184 server error "checkout failed" http.response.status_code=500
  payment Charge 60..160 server error "acquirer did not answer within 120 ms"
trace 2 at 2000
frontend POST /checkout 0..90 server http.response.status_code=200
  payment Charge 10..80 server error "acquirer did not answer within 80 ms"
  payment Charge 81..85 server error "acquirer did not answer within 5 ms"
trace 3 at 3000
frontend POST /checkout 0..63 server
  payment Charge 10..20 server error "card ending 4242 was declined"
trace 4 at 4000
frontend GET /cart 0..40 server
  cart Get 10..20 error
trace 5 at 5000
queue poll 0..1
"#;

fn shop(width: u16, height: u16) -> Harness {
    let mut harness = Harness::new(Options { ..options() }, width, height);
    harness.extend(&sketch(SHOP));
    harness
}

/// The lines of the screen that say this.
fn lines(harness: &Harness, text: &str) -> Vec<String> {
    harness.screen().lines().filter(|line| line.contains(text)).map(str::to_string).collect()
}

#[test]
fn the_service_that_fails_most_comes_first_and_the_reasons_say_in_how_many_traces() {
    let harness = shop(160, 44);
    let screen = harness.screen();
    let at =
        |text: &str| screen.lines().position(|line| line.contains(text)).unwrap_or_else(|| panic!("{text}: {screen}"));
    assert!(at("■ payment") < at("■ cart") && at("■ cart") < at("■ frontend"), "{screen}");
    assert!(at("why traces fail") > at("■ frontend"));
    assert!(!lines(&harness, "2 × acquirer did not answer").is_empty(), "two traces, three spans: {screen}");
    assert!(!lines(&harness, "1 × card ending ? was declined").is_empty(), "{screen}");
    assert!(!lines(&harness, "1 × says nothing").is_empty(), "{screen}");
    // Of one service only its own.
    let harness = harness.keys("tab down");
    assert!(harness.screen().contains("why payment fails") && !harness.screen().contains("says nothing"));
    let harness = harness.keys("G up");
    assert!(harness.screen().contains("why frontend fails"), "{}", harness.screen());
}

#[test]
fn a_reason_lists_its_traces() {
    let harness = shop(160, 44).keys("tab down right enter");
    let screen = harness.screen();
    assert!(screen.contains("Traces 2 of 5"), "{screen}");
    assert!(
        screen.contains(r#"/service=payment status=error message="acquirer did not answer within * ms""#),
        "{screen}"
    );
    // It opens where the service failed.
    let harness = harness.keys("enter");
    assert!(lines(&harness, "▌")[0].contains("Charge"), "{}", harness.screen());
    // Without words it is what failed at all.
    let harness = shop(160, 44).keys("tab down down right enter");
    assert!(harness.screen().contains("/service=cart status=error ") && harness.screen().contains("Traces 1 of 5"));
}

#[test]
fn arrows_go_from_the_list_to_the_services_to_the_reasons_and_back() {
    let has_keys = |harness: &Harness| harness.picture();
    let start = shop(160, 44);
    let services = shop(160, 44).keys("left down");
    let reasons = shop(160, 44).keys("left down right");
    let moved = shop(160, 44).keys("left down right down");
    assert_ne!(has_keys(&start), has_keys(&services));
    assert_ne!(has_keys(&services), has_keys(&reasons));
    assert_ne!(has_keys(&reasons), has_keys(&moved));
    assert_eq!(has_keys(&shop(160, 44).keys("left down right left")), has_keys(&services));
    assert_eq!(has_keys(&shop(160, 44).keys("left down right esc")), has_keys(&services));
    // A service that does not fail has none: on to the list.
    let harness = shop(160, 44).keys("left down down down down right");
    assert!(harness.keys("j enter").screen().contains('‹'));
    // From the list to the right is into the trace.
    assert!(shop(160, 44).keys("right").screen().contains('‹'));
}

#[test]
fn the_mouse_chooses_services_and_reasons() {
    let press = |clicks| MouseKind::Press { clicks };
    let harness = shop(160, 44);
    let row = |harness: &Harness, text: &str| {
        let at = harness.screen().lines().position(|line| line.contains(text)).expect("a line");
        u16::try_from(at).expect("small")
    };
    let line = row(&harness, "■ payment");
    let harness = harness.mouse(press(1), 5, line);
    assert!(harness.screen().contains("Traces 3 of 5"), "{}", harness.screen());
    let line = row(&harness, "1 × card");
    let harness = harness.mouse(press(2), 12, line);
    assert!(harness.screen().contains("Traces 1 of 5"), "{}", harness.screen());
}

#[test]
fn services_are_sorted_by_failures_name_or_latency() {
    let order = |keys: &str| -> Vec<String> {
        let harness = shop(160, 44).keys(keys);
        let names = ["payment", "cart", "frontend"];
        let mut found: Vec<(usize, String)> = names
            .iter()
            .filter_map(|name| {
                let at = harness.screen().lines().position(|line| line.contains(&format!("■ {name}")))?;
                Some((at, (*name).to_string()))
            })
            .collect();
        found.sort();
        found.into_iter().map(|(_, name)| name).collect()
    };
    assert_eq!(order("tab"), ["payment", "cart", "frontend"]);
    assert_eq!(order("tab s"), ["cart", "frontend", "payment"]);
    assert_eq!(order("tab s s"), ["frontend", "payment", "cart"]);
    assert_eq!(order("tab s s s"), ["payment", "cart", "frontend"]);
}

#[test]
fn the_list_says_why_where_there_is_room() {
    let harness = shop(160, 44);
    assert!(harness.line("500 acquirer did not answer").is_some(), "{}", harness.screen());
    let declined = harness.line("card ending 4242").expect("a row");
    assert!(!declined.contains("200"), "a code that is no failure is not the reason: {declined}");
    let narrow = shop(100, 30);
    assert!(narrow.line("card ending 4242").is_none(), "{}", narrow.screen());
}

#[test]
fn failing_services_are_in_sight_however_many_there_are() {
    let mut text = String::new();
    for n in 0..40 {
        let failed = if n > 36 { "error" } else { "" };
        let _ = writeln!(text, "trace {} at {n}\nservice-{n:02} work 0..1 {failed}", n + 1);
    }
    for (width, height) in [(80, 24), (100, 30)] {
        let mut harness = Harness::new(options(), width, height);
        harness.extend(&sketch(&text));
        let harness = harness.keys("tab");
        for name in ["service-37", "service-38", "service-39"] {
            let shown = |line: &str| line.starts_with('│') && line.contains(name);
            assert!(harness.screen().lines().any(shown), "{}", harness.screen());
        }
    }
}
