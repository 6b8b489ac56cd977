//! What a user sees: fixture + keys → screen.

use insta::assert_snapshot;
use tracetui::model::{Span, SpanBatch, SpanId, Status, Timestamp, TraceId};
use tracetui::tui::{Effect, MouseKind, Msg};

use crate::harness::{Harness, NOW, batch, options, waiting_on};

const HELLO: &[u8] = include_bytes!("../../assets/hello.json");

/// A span with times in ms after ten minutes before now.
fn span(
    (trace, id, parent): (u64, u64, u64),
    service: &'static str,
    name: &'static str,
    (start, duration): (u64, u64),
) -> Span<'static> {
    Span {
        trace_id: TraceId(u128::from(trace)),
        span_id: SpanId(id),
        parent_id: SpanId(parent).non_zero(),
        service,
        name,
        start: Timestamp(NOW.0 - 600_000_000_000).plus(start * 1_000_000),
        duration: duration * 1_000_000,
        source: "test",
        ..Span::default()
    }
}

/// A shop: three levels, an error deep below, a parent that has not arrived.
fn shop() -> SpanBatch {
    let mut spans = vec![
        span((1, 1, 0), "frontend", "GET /cart", (0, 100)),
        span((1, 2, 1), "cart", "load", (5, 60)),
        span((1, 3, 2), "redis", "HGETALL", (10, 20)),
        span((1, 4, 2), "redis", "HGETALL", (35, 25)),
        span((1, 5, 1), "pricing", "quote", (70, 25)),
        span((1, 6, 99), "email", "send", (90, 40)),
        span((2, 1, 0), "frontend", "GET /", (1_000, 3)),
    ];
    spans[3].status = Status::Error;
    spans[3].status_message = "connection reset";
    batch(&spans)
}

pub(crate) fn shop_screen(width: u16, height: u16) -> Harness {
    let mut harness = Harness::new(options(), width, height);
    harness.extend(&shop());
    harness.settled()
}

#[test]
fn the_hello_world_capture_is_a_list_of_one_trace() {
    assert_snapshot!(Harness::open(HELLO, 100, 20).screen());
}

#[test]
fn enter_opens_the_hello_world_as_a_waterfall() {
    assert_snapshot!(Harness::open(HELLO, 100, 20).keys("enter").screen());
}

#[test]
fn the_smallest_common_terminal_shows_everything_that_matters() {
    assert_snapshot!(shop_screen(80, 24).keys("down enter down down down").screen());
}

#[test]
fn a_large_terminal_shows_services_list_and_scatter() {
    assert_snapshot!(shop_screen(160, 44).screen());
}

#[test]
fn ascii_terminals_get_ascii_signs_only() {
    let mut harness = Harness::new(tracetui::tui::Options { ascii: true, ..options() }, 100, 34);
    harness.extend(&shop());
    let harness = harness.settled().keys("down");
    assert!(harness.screen().is_ascii(), "{}", harness.screen());
    let harness = harness.keys("enter");
    assert!(harness.screen().is_ascii(), "{}", harness.screen());
    assert_snapshot!(harness.screen());
}

#[test]
fn an_empty_screen_says_how_to_send_traces() {
    let options = tracetui::tui::Options { invitation: waiting_on(&["127.0.0.1:16831"]), ..options() };
    let screen = Harness::new(options, 80, 24).listening().screen();
    assert!(screen.contains("Waiting for spans on 127.0.0.1:16831"), "{screen}");
    assert!(screen.contains("export OTEL_EXPORTER_JAEGER_AGENT_PORT=16831 JAEGER_AGENT_PORT=16831"), "{screen}");
    assert!(screen.contains("OTEL_TRACES_EXPORTER=jaeger_thrift OTEL_METRICS_EXPORTER=none \\"), "{screen}");
    assert!(screen.contains("LIVE"), "{screen}");
}

#[test]
fn folding_shows_what_is_hidden_and_that_it_failed() {
    let harness = shop_screen(100, 24).keys("down enter down left");
    let line = harness.line("cart load").expect("the folded span");
    assert!(line.contains("▸") && line.contains("(2) ↓1") && !line.contains("✗"), "{line}");
    let screen = harness.keys("right").screen();
    assert!(screen.contains("─ redis"), "{screen}");
    let folded = shop_screen(100, 24).keys("down enter [").screen();
    assert!(folded.contains("GET /cart") && !folded.contains("pricing"), "{folded}");
    let levels = shop_screen(100, 24).keys("down enter [ }").screen();
    assert!(levels.contains("cart load") && !levels.contains("─ redis"), "{levels}");
    let levels = shop_screen(100, 24).keys("down enter [ } }").screen();
    assert!(levels.contains("─ redis"), "{levels}");
}

#[test]
fn the_error_key_finds_the_failing_span_through_folds() {
    let screen = shop_screen(100, 24).keys("down enter [ e").screen();
    assert!(screen.contains("connection reset"), "{screen}");
}

#[test]
fn parent_child_and_sibling_keys_walk_the_tree() {
    let selected = |keys: &str| {
        let screen = shop_screen(100, 24).keys(keys).screen();
        let line = screen.lines().find(|line| line.starts_with('▌')).unwrap_or_default();
        line.get(..30).unwrap_or(line).to_string()
    };
    assert!(selected("down enter right").contains("cart load"));
    assert!(selected("down enter right )").contains("pricing quote"));
    assert!(selected("down enter right ) (").contains("cart load"));
    assert!(selected("down enter right right p p").contains("frontend GET /cart"));
}

#[test]
fn a_parent_that_has_not_arrived_has_a_place_and_then_fills_it() {
    let mut harness = shop_screen(100, 24).keys("down enter G");
    assert!(harness.line("not here").is_some(), "{}", harness.screen());
    harness.extend(&batch(&[span((1, 99, 1), "queue", "deliver", (85, 50))]));
    assert!(harness.line("not here").is_none(), "{}", harness.screen());
    let line = harness.screen().lines().find(|line| line.starts_with('▌')).map(str::to_string);
    assert!(line.is_some_and(|line| line.contains("email send")), "the same span is selected:\n{}", harness.screen());
    let is_one = harness.line("+1 span").is_some() && harness.line("+1 spans").is_none();
    assert!(is_one, "{}", harness.screen());
}

#[test]
fn rows_stay_under_the_cursor_while_traces_arrive() {
    let mut harness = shop_screen(100, 24).keys("down");
    let before = harness.screen().lines().position(|line| line.contains("▌"));
    let newer: Vec<Span<'_>> = (10..14).map(|n| span((n, 1, 0), "frontend", "GET /new", (2_000 + n, 9))).collect();
    harness.extend(&batch(&newer));
    let screen = harness.screen();
    let line = screen.lines().position(|line| line.contains("▌"));
    assert_eq!(line, before, "{screen}");
    assert!(screen.lines().nth(line.unwrap_or(0)).is_some_and(|line| line.contains("GET /cart")), "{screen}");
}

#[test]
fn following_keeps_the_newest_selected_until_the_cursor_moves() {
    let options = tracetui::tui::Options { invitation: waiting_on(&["127.0.0.1:6831"]), ..options() };
    let mut harness = Harness::new(options, 100, 24).listening();
    harness.extend(&shop());
    harness.extend(&batch(&[span((7, 1, 0), "frontend", "GET /newest", (9_000, 9))]));
    let selected = |harness: &Harness| harness.screen().lines().find(|line| line.contains('▌')).map(str::to_string);
    assert!(selected(&harness).is_some_and(|line| line.contains("GET /newest")));
    let mut harness = harness.keys("down");
    harness.extend(&batch(&[span((8, 1, 0), "frontend", "GET /later", (9_900, 9))]));
    assert!(selected(&harness).is_some_and(|line| line.contains("GET /  ")), "{}", harness.screen());
}

#[test]
fn words_filter_the_list_by_service_operation_and_attributes() {
    let harness = Harness::open(HELLO, 100, 20).keys("/").text("Baz");
    assert!(harness.line("Traces 1").is_some(), "{}", harness.screen());
    let harness = Harness::open(HELLO, 100, 20).keys("/").text("nothing-like-it");
    assert!(harness.line("no trace matches").is_some(), "{}", harness.screen());
    let harness = harness.keys("enter esc");
    assert!(harness.line("foo").is_some(), "{}", harness.screen());
}

#[test]
fn keys_typed_ahead_act_on_what_those_before_them_lead_to() {
    let mut harness = shop_screen(100, 24);
    for key in ["/", "c", "a", "r", "t", "enter", "enter", "j", "j"] {
        harness.app().update(Msg::Key(tracetui::tui::Key::parse(key).expect("a key")));
    }
    let line = harness.settled().screen().lines().find(|line| line.starts_with('▌')).map(str::to_string);
    assert!(line.as_ref().is_some_and(|line| line.contains("HGETALL")), "{line:?}");
}

#[test]
fn choosing_a_service_filters_the_list() {
    let harness = shop_screen(120, 30).keys("tab down");
    assert!(harness.line("Traces 1 of 2").is_some(), "{}", harness.screen());
    let harness = harness.keys("esc esc");
    assert!(harness.line("Traces 2").is_some(), "{}", harness.screen());
}

#[test]
fn ctrl_c_quits_from_prompts_too() {
    for prompt in ["/", "?", ":"] {
        assert_eq!(shop_screen(100, 24).keys(prompt).keys("ctrl-c").effects, [Effect::Quit], "{prompt}");
    }
}

#[test]
fn ten_sorts_go_round() {
    let mut harness = shop_screen(120, 30);
    let mut seen = Vec::new();
    for _ in 0..10 {
        let title = harness.line("Traces 2").expect("a title");
        seen.push(title);
        harness = harness.keys("s s enter");
    }
    seen.dedup();
    assert_eq!(seen.len(), 10);
    assert!(harness.line("newest").is_some());
}

#[test]
fn a_paused_picture_stands_still_and_says_what_came() {
    let mut harness = shop_screen(120, 30).keys("space");
    harness.extend(&batch(&[span((9, 1, 0), "late", "GET /late", (3_000, 9))]));
    assert!(harness.line("PAUSED +1").is_some(), "{}", harness.screen());
    assert!(harness.line("GET /late").is_none());
    let harness = harness.keys("/").text("get").keys("enter");
    assert!(harness.line("GET /late").is_none() && harness.line("GET /cart").is_some(), "{}", harness.screen());
    let harness = harness.keys("esc");
    assert!(harness.keys("space").line("GET /late").is_some());
}

#[test]
fn hostile_names_stay_inside_their_cells() {
    let mut bad =
        span((3, 1, 0), "evil\u{1b}[2J", "\u{1b}]0;title\u{7}\u{202e}繁體\u{301}中文👩\u{200d}👧 name", (0, 5));
    bad.status_message = "line\r\nbreak\ttab";
    let mut harness = Harness::new(options(), 80, 24);
    harness.extend(&batch(&[bad]));
    let harness = harness.settled().keys("enter");
    assert!(
        !harness.screen().contains(char::is_control)
            || harness.screen().split('\n').all(|line| !line.contains(char::is_control))
    );
    assert!(harness.line("evil␛[2J").is_some(), "{}", harness.screen());
    let widths: Vec<usize> = harness.screen().lines().map(unicode_width::UnicodeWidthStr::width).collect();
    assert!(widths.iter().all(|width| *width <= 80), "{widths:?}");
}

#[test]
fn help_lists_the_keys_and_the_palette_runs_what_is_chosen() {
    let harness = shop_screen(100, 40).keys("?").text("preview");
    assert!(harness.line("Show the selected trace below").is_some(), "{}", harness.screen());
    let harness = harness.keys("esc :").text("preview").keys("enter");
    assert!(harness.line("Preview").is_some(), "{}", harness.screen());
}

#[test]
fn health_explains_the_sources() {
    let harness = shop_screen(190, 30).listening().keys("H");
    let screen = harness.screen();
    assert!(screen.contains("jaeger-compact 127.0.0.1:6831"), "{screen}");
    assert!(screen.contains("received 7 = 7 held"), "{screen}");
    assert!(harness.keys("q").line("Traces 2").is_some());
}

#[test]
fn tabs_show_events_resource_and_json_of_the_span() {
    let harness = Harness::open(HELLO, 100, 30).keys("enter down");
    let resource = harness.keys("tab tab");
    assert!(resource.line("service.name").is_some(), "{}", resource.screen());
    let json = resource.keys("tab tab tab");
    assert!(json.line("\"trace_id\":").is_some(), "{}", json.screen());
    let copied = json.keys("y");
    assert!(matches!(copied.effects.last(), Some(Effect::Copy(text)) if text.contains("\"name\":\"bar\"")));
}

#[test]
fn the_mouse_selects_opens_scrolls_and_folds() {
    let harness = shop_screen(100, 24).mouse(MouseKind::Press { clicks: 1 }, 50, 4);
    let harness = harness.mouse(MouseKind::Press { clicks: 2 }, 50, 4);
    assert!(harness.line("cart load").is_some(), "{}", harness.screen());
    let harness = harness.mouse(MouseKind::Press { clicks: 2 }, 20, 4);
    assert!(harness.line("─ redis").is_none(), "{}", harness.screen());
    let harness = harness.mouse(MouseKind::WheelDown, 20, 3).mouse(MouseKind::Press { clicks: 1 }, 1, 0);
    assert!(harness.line("Traces 2").is_some(), "{}", harness.screen());
}

#[test]
fn resizing_keeps_what_was_selected() {
    let harness = shop_screen(160, 44).keys("down enter down down").resize(80, 24).resize(30, 8);
    assert!(harness.line("at least 40×10").is_some(), "{}", harness.screen());
    let harness = harness.resize(120, 40);
    let line = harness.screen().lines().find(|line| line.starts_with('▌')).map(str::to_string);
    assert!(line.is_some_and(|line| line.contains("HGETALL")), "{}", harness.screen());
}

#[test]
fn any_size_draws_without_harm() {
    for (width, height) in [(1, 1), (40, 10), (41, 11), (63, 12), (99, 17), (100, 30), (300, 90)] {
        let harness = shop_screen(width, height).keys("tab v tab enter tab enter esc H enter esc q ?");
        assert_eq!(harness.screen().lines().count().max(1), usize::from(height), "{width}×{height}");
    }
}

#[test]
fn q_goes_back_and_then_quits() {
    let harness = shop_screen(100, 24).keys("enter q");
    assert!(harness.effects.is_empty());
    assert_eq!(harness.keys("q").effects, [Effect::Quit]);
}

#[test]
fn a_rate_is_shown_while_spans_arrive_and_needs_no_clock_afterwards() {
    let mut harness = shop_screen(160, 30).listening();
    assert!(harness.app().wants_tick());
    for second in 1..=20 {
        harness.app().update(Msg::Now(NOW.plus(second * 1_000_000_000)));
    }
    assert!(!harness.app().wants_tick());
}
