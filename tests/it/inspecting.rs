//! The details of a span as something to act on: lines with a cursor, events in blocks, links both ways.

use tracetui::model::{Attribute, Event, Span, SpanId, Timestamp, TraceId, Value};
use tracetui::tui::{Effect, MouseKind};

use crate::harness::{Harness, batch, options};
use crate::sketch::{BEGIN, sketch};

const ORDERS: &str = r"
shop POST /orders 0..500 server http.status_code=500 user=u-1
  queue publish 400..410 producer id=2
trace 2 at 7000
email process 0..40 consumer link=1/2 user=u-1
  email send 10..30 link=9/9
";

fn orders(width: u16, height: u16) -> Harness {
    let mut harness = Harness::new(options(), width, height);
    harness.extend(&sketch(ORDERS));
    harness
}

fn lines(harness: &Harness, text: &str) -> Vec<String> {
    harness.screen().lines().filter(|line| line.contains(text)).map(str::to_string).collect()
}

#[test]
fn links_say_where_they_lead_and_lead_both_ways() {
    let forward = orders(120, 30).keys("enter tab tab");
    let said = "→ queue publish in shop POST /orders, 10.0 ms, 6.60 s before";
    assert!(forward.line(said).is_some(), "{}", forward.screen());
    // Enter on the line opens it, and the way back is there.
    let opened = forward.keys("enter enter");
    assert!(opened.screen().starts_with(" ‹ shop POST /orders"), "{}", opened.screen());
    assert!(lines(&opened, "▌")[0].contains("publish"), "{}", opened.screen());
    let back = opened.keys("tab tab");
    assert!(back.line("← email process, 40.0 ms, 6.60 s later").is_some(), "{}", back.screen());
    assert!(back.line("Links 1").is_some());
    assert!(back.keys("o").screen().starts_with(" ‹ email process"));
    // What is not here says so, and leads nowhere.
    let missing = orders(120, 30).keys("enter j tab tab");
    assert!(missing.line("→ trace 0000000000000009 span 0000000000000009, not here").is_some(), "{}", missing.screen());
    assert!(missing.keys("enter enter").line("is not here").is_some());
}

#[test]
fn a_way_back_shows_as_soon_as_the_other_span_comes() {
    let mut harness = Harness::new(options(), 120, 30);
    harness.extend(&sketch("shop POST /orders 0..500 id=2"));
    let mut harness = harness.keys("enter");
    assert!(harness.line("Links 1").is_none());
    harness.extend(&sketch("trace 2 at 10\nemail process 0..40 link=1/2"));
    harness.wait(1);
    assert!(harness.line("Links 1").is_some(), "{}", harness.screen());
}

#[test]
fn the_line_under_the_cursor_filters_the_list_and_is_copied() {
    let at_user = || orders(120, 30).keys("j enter enter j");
    assert!(lines(&at_user(), "▌").iter().any(|line| line.contains("user")), "{}", at_user().screen());
    let harness = at_user().keys("=");
    assert!(harness.screen().contains("Traces 2 ") && harness.line("/user=u-1").is_some(), "{}", harness.screen());
    let mut harness = at_user();
    harness.press("y").frame();
    harness.press("y");
    let copied: Vec<_> = harness.effects.clone();
    assert!(
        matches!(&copied[..], [Effect::Copy(span), Effect::Copy(value)] if span.contains("\"name\":\"POST /orders\"") && value == "u-1"),
        "{copied:?}"
    );
    // Another key in between, and it is the span again.
    let mut harness = at_user();
    for key in ["y", "k", "y"] {
        harness.press(key).frame();
    }
    assert!(harness.effects.iter().all(|effect| matches!(effect, Effect::Copy(text) if text.starts_with('{'))));
    let nothing = orders(120, 30).keys("enter =");
    assert!(nothing.line("no attribute is selected").is_some(), "{}", nothing.screen());
}

fn failing() -> Harness {
    let frames: Vec<String> = (0..30).map(|n| format!("\tat com.shop.Frame{n}.call(Frame{n}.java:{n})")).collect();
    let stack = format!("com.shop.Declined: card 4242 was declined\n{}", frames.join("\n"));
    let attribute = |key, value| Attribute { key, value };
    let exception = Event {
        time: BEGIN.plus(12_000_000),
        name: "exception",
        attributes: vec![
            attribute("exception.type", Value::Str("com.shop.Declined")),
            attribute("exception.stacktrace", Value::Str(&stack)),
        ],
    };
    let retry = Event {
        time: Timestamp(BEGIN.0 + 20_000_000),
        name: "retry",
        attributes: vec![attribute("attempt", Value::Int(2))],
    };
    let span = Span {
        trace_id: TraceId(1),
        span_id: SpanId(1),
        service: "payment",
        name: "charge",
        start: BEGIN,
        duration: 50_000_000,
        events: vec![exception, retry],
        ..Span::default()
    };
    let mut harness = Harness::new(options(), 100, 40);
    harness.extend(&batch(&[span]));
    harness.keys("enter tab")
}

#[test]
fn events_are_blocks_and_stack_traces_are_read() {
    let harness = failing();
    let screen = harness.screen();
    let at =
        |text: &str| screen.lines().position(|line| line.contains(text)).unwrap_or_else(|| panic!("{text}: {screen}"));
    assert!(harness.line("│ ◆ exception  +12.0 ms").is_some(), "{screen}");
    assert!(harness.line("│   exception.type").is_some(), "{screen}");
    // Under its key, tabs as blanks, its beginning first.
    assert_eq!(at("com.shop.Declined: card 4242"), at("exception.stacktrace") + 1);
    assert!(harness.line("│         at com.shop.Frame0.call(Frame0.java:0)").is_some(), "{screen}");
    assert!(harness.line("… 23 more lines").is_some(), "{screen}");
    assert_eq!(at("◆ retry  +20.0 ms"), at("… 23 more lines") + 2, "a blank line between events: {screen}");
    // Opened on the line, and closed again.
    let open = harness.keys("enter j j enter");
    assert!(open.line("more lines").is_none() && open.line("Frame6").is_some(), "{}", open.screen());
    let closed = open.keys("enter");
    assert!(closed.line("… 23 more lines").is_some(), "{}", closed.screen());
}

#[test]
fn tabs_without_anything_are_passed_over_and_the_resource_stands_below_the_attributes() {
    let harness = orders(120, 30).keys("j enter");
    assert!(harness.line("│ Resource").is_some() && harness.line("│   source").is_some(), "{}", harness.screen());
    // No events, no links back, no warnings: attributes, resource, JSON.
    let json = harness.keys("tab tab");
    assert!(json.line("\"trace_id\"").is_some(), "{}", json.screen());
    assert!(json.keys("tab").line("http.status_code").is_some());
}

#[test]
fn what_the_rows_leave_is_the_details_and_a_share_is_theirs_in_any_case() {
    let height = |harness: &Harness| {
        let screen = harness.screen();
        let top = screen.lines().position(|line| line.starts_with('╭')).expect("the panel");
        screen.lines().count() - 1 - top
    };
    let mut short = Harness::new(options(), 100, 40);
    let attributes: Vec<String> = (0..18).map(|n| format!("key-{n:02}=value")).collect();
    let attributes = attributes.join(" ");
    short.extend(&sketch(&format!("shop work 0..9 {attributes}")));
    let short = short.keys("enter");
    assert!(short.line("key-17").is_some() && height(&short) > 20, "{}", short.screen());
    let mut long = Harness::new(options(), 100, 40);
    let rows: String = (0..60).map(|_| "  shop step 1..2\n").collect();
    long.extend(&sketch(&format!("shop work 0..9 {attributes}\n{rows}")));
    let long = long.keys("enter");
    assert_eq!(height(&long), 10, "{}", long.screen());
}

#[test]
fn a_click_chooses_a_line_and_a_second_one_opens_it() {
    let harness = orders(120, 30).keys("enter tab tab");
    let at = harness.screen().lines().position(|line| line.contains("→ queue")).expect("the link");
    let row = u16::try_from(at).expect("small");
    let chosen = harness.mouse(MouseKind::Press { clicks: 1 }, 10, row);
    assert!(lines(&chosen, "▌").iter().any(|line| line.contains("→ queue")), "{}", chosen.screen());
    let opened = chosen.mouse(MouseKind::Press { clicks: 2 }, 10, row);
    assert!(opened.screen().contains("‹ shop"), "{}", opened.screen());
}

#[test]
fn the_wheel_scrolls_the_details_and_leaves_the_cursor() {
    let harness = orders(100, 24).keys("enter backtab enter");
    let line = |harness: &Harness| {
        let screen = harness.screen();
        screen.lines().skip_while(|line| !line.starts_with('╭')).nth(2).unwrap_or_default().to_string()
    };
    assert!(line(&harness).contains('▌'), "{}", harness.screen());
    let mut scrolled = harness.mouse(MouseKind::WheelDown, 20, 18);
    let after = line(scrolled.frame().frame());
    assert!(
        !after.contains('▌') && after.contains("\"span_id\"") || after.contains("\"parent"),
        "{}",
        scrolled.screen()
    );
    // The next key brings the cursor back.
    assert!(scrolled.keys("j").line("▌").is_some());
}
