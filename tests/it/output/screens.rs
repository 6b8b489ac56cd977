//! The output on the screen: lines in time order, what they lead to, what is asked of them.

use tracetui::model::{Attribute, Log, OutputLine, Severity, SpanBatch, SpanId, TraceId, Value};
use tracetui::tui::{Colors, Effect, MouseKind, Msg, Options};

use super::log;
use crate::harness::{Harness, options};
use crate::sketch::{BEGIN, sketch};

const SHOP: &str = r#"
frontend POST /checkout 0..184 server error "checkout failed"
  checkout POST /orders 4..182 server error
    inventory shop.Inventory/Reserve 8..49 server
    payment shop.Payment/Charge 60..160 server error "declined" @70:retry
      payment fraud-check 62..80
trace 2 at 1000
frontend GET / 0..47 server
"#;

/// A record of the trace 1 after so many ms.
fn at<'a>(ms: u64, span: u64, service: &'a str, severity: Severity, text: &'a str) -> Log<'a> {
    let trace = u128::from(span != 0);
    Log { time: BEGIN.plus(ms * 1_000_000), service, severity, resource: Vec::new(), ..log(trace, span, 0, text) }
}

/// What the shop logs and prints.
pub(crate) fn talk() -> SpanBatch {
    let stack = "acquirer did not answer within 100 ms\nTraceback (most recent call last):\n  File \"pay.py\", line 88, in charge\nTimeoutError: acquirer did not answer";
    let failed = Log {
        scope: "shop.payment",
        attributes: vec![
            Attribute { key: "code.file", value: Value::Str("shop/payment.py:88") },
            Attribute { key: "attempt", value: Value::Int(1) },
        ],
        ..at(152, 4, "payment", Severity::ERROR, stack)
    };
    let slow = Log { scope: "shop.payment", ..at(130, 4, "payment", Severity::WARN, "acquirer slow, 74 ms so far") };
    let mut batch = SpanBatch::default();
    for log in [
        at(0, 0, "checkout", Severity::INFO, "warming up"),
        at(6, 2, "checkout", Severity::INFO, "order u-6895 accepted, 3 items"),
        slow,
        failed,
        at(170, 2, "checkout", Severity::DEBUG, "rolled back"),
    ] {
        batch.push_log(&log);
    }
    let printed = [
        (400, Severity::UNSPECIFIED, "Hello world from OpenTelemetry Python!"),
        (410, Severity::ERROR, "ERROR:root:no such order"),
        (411, Severity::ERROR, "Traceback (most recent call last):"),
        (412, Severity::UNSPECIFIED, "  File \"app.py\", line 7, in <module>"),
        (413, Severity::UNSPECIFIED, "KeyError: 'u-1'"),
        (
            420,
            Severity::INFO,
            "INFO [app] [trace_id=00000000000000000000000000000002 span_id=0000000000000006] handled",
        ),
    ];
    for (line, (ms, severity, text)) in (1..).zip(printed) {
        let (text, origin) = (text.to_owned(), "stdin".into());
        let arrived = Some(BEGIN.plus(ms * 1_000_000));
        batch.lines.push(OutputLine { text, line, severity, origin, arrived, after: None });
    }
    batch
}

/// A shop that talks, in this size.
pub(crate) fn shop(width: u16, height: u16) -> Harness {
    let mut harness = Harness::new(Options { colors: Colors::Roles, ..options() }, width, height);
    harness.extend(&sketch(SHOP));
    harness.extend(&talk());
    harness
}

/// The lines of the list, without borders.
fn lines(harness: &Harness) -> Vec<String> {
    let screen = harness.screen();
    let inside = screen.lines().skip(2).filter(|line| line.starts_with('│'));
    let text = inside.map(|line| line.trim_matches(['│', ' ', '▌']).trim_end().to_owned());
    text.filter(|line| !line.is_empty()).collect()
}

fn selected(harness: &Harness) -> String {
    harness.screen().lines().find(|line| line.contains('▌')).unwrap_or_default().to_owned()
}

#[test]
fn screens() {
    for (width, height) in [(80, 24), (100, 30), (160, 44)] {
        for (name, keys) in [
            ("output", "L"),
            ("output-error", "L 5"),
            ("output-unfolded", "L g j j j j right"),
            ("output-logs-of-a-span", "G enter e tab"),
        ] {
            let picture = shop(width, height).keys(keys).picture();
            insta::assert_snapshot!(format!("{name}-{width}x{height}"), picture);
        }
    }
    let ascii = Options { ascii: true, ..options() };
    let mut harness = Harness::new(ascii, 80, 24);
    harness.extend(&sketch(SHOP));
    harness.extend(&talk());
    insta::assert_snapshot!("output-ascii-80x24", harness.keys("L g j j j").picture());
    insta::assert_snapshot!("output-empty-80x24", Harness::new(options(), 80, 24).keys("L").picture());
}

#[test]
fn traces_begin_between_the_lines() {
    let shown = lines(&shop(120, 30).keys("L"));
    let place =
        |text: &str| shown.iter().position(|line| line.contains(text)).unwrap_or_else(|| panic!("{text}: {shown:#?}"));
    assert!(
        place("frontend POST /checkout") < place("warming up"),
        "a trace and a line of one moment: the trace first"
    );
    assert!(place("rolled back") < place("Hello world") && place("INFO [app]") < place("frontend GET /"));
    assert!(shown[place("frontend POST /checkout")].contains("5 spans  184.0 ms  3✗"), "{shown:#?}");
}

#[test]
fn lines_lead_to_their_spans() {
    let opened = |keys: &str| shop(120, 30).keys("L").keys(keys).keys("enter").screen();
    let payment = opened("5 g j");
    assert!(payment.contains("‹ frontend POST /checkout"), "{payment}");
    assert!(payment.lines().any(|line| line.starts_with('▌') && line.contains("shop.Payment/Charge")), "{payment}");
    assert!(opened("g").contains("‹ frontend POST /checkout"), "a row of a trace opens it");
    let printed = shop(120, 30).keys("L /").text("handled").keys("enter enter").screen();
    assert!(printed.contains("‹ frontend GET /"), "ids in the text of a line lead there: {printed}");
    let none = shop(120, 30).keys("L /").text("hello").keys("enter enter").screen();
    assert!(none.contains("this line names no span"), "{none}");
    let clicked = shop(120, 30).keys("L 5").mouse(MouseKind::Press { clicks: 2 }, 40, 3).screen();
    assert!(clicked.contains("‹ frontend POST /checkout"), "{clicked}");
    let mut absent = shop(120, 30);
    absent.extend(&{
        let mut batch = SpanBatch::default();
        batch.push_log(&Log { trace_id: TraceId(99), ..at(900, 9, "ghost", Severity::INFO, "of a trace elsewhere") });
        batch
    });
    let said = absent.keys("L /").text("elsewhere").keys("enter enter").screen();
    assert!(said.contains("the trace of this line is not here"), "{said}");
}

#[test]
fn a_span_leads_to_its_lines_and_back() {
    let harness = shop(120, 30).keys("G enter j j j L");
    assert!(selected(&harness).contains("acquirer slow"), "{}", harness.screen());
    let harness = harness.keys("esc");
    assert!(harness.screen().contains("‹ frontend POST /checkout"), "{}", harness.screen());
    // A span that has logged nothing: what was printed around its start.
    let harness = shop(120, 30).keys("G enter j j L");
    assert!(selected(&harness).contains("acquirer slow"), "{}", harness.screen());
}

#[test]
fn digits_show_what_is_graver_and_words_what_holds_them() {
    let count = |keys: &str| lines(&shop(120, 30).keys(keys)).len();
    assert_eq!([count("L"), count("L 2"), count("L 3"), count("L 4"), count("L 5")], [10, 10, 9, 4, 3]);
    assert_eq!(count("L 5 1"), 10);
    let errors = lines(&shop(120, 30).keys("L 5"));
    assert!(errors.iter().any(|line| line.contains("POST /checkout")), "a failing trace is an error: {errors:#?}");
    let found = |text: &str| lines(&shop(120, 30).keys("L /").text(text).keys("enter"));
    assert_eq!(found("SLOW acquirer").len(), 1, "all words, in any case");
    assert_eq!(found("payment.py:88").len(), 1, "values of attributes");
    assert_eq!(found("checkout").len(), 4, "services, and names of traces");
    assert!(found("nothing-like-it").concat().contains("no line matches"));
    let screen = shop(120, 30).keys("L 4 /").text("slow").keys("enter").screen();
    assert!(screen.contains("1 shown ─ ≥ warn ─ /slow"), "{screen}");
    let back = shop(120, 30).keys("L 4 /").text("slow").keys("enter esc").screen();
    assert!(back.contains("4 shown ─ ≥ warn") && !back.contains("/slow"), "one layer at a time: {back}");
    assert!(!shop(120, 30).keys("L 4 esc esc").screen().contains("Output"), "then back");
    let typed = shop(120, 30).keys("L /").text("slow").keys("esc");
    assert_eq!(lines(&typed).len(), 10, "a prompt that is given up leaves all as it was");
}

#[test]
fn a_stack_trace_folds_under_its_line() {
    let folded = shop(120, 30).keys("L");
    let text = |harness: &Harness| lines(harness).join("\n");
    assert!(text(&folded).contains("ERROR:root:no such order  +3 lines"), "{}", folded.screen());
    assert!(text(&folded).contains("acquirer did not answer within 100 ms  +3 lines"), "{}", folded.screen());
    assert!(!text(&folded).contains("KeyError"));
    let open = shop(120, 30).keys("L /").text("order").keys("enter G right");
    assert!(text(&open).contains("KeyError: 'u-1'") && selected(&open).contains("no such order"), "{}", open.screen());
    let closed = open.keys("down down left");
    assert!(!text(&closed).contains("KeyError") && selected(&closed).contains("no such order"), "{}", closed.screen());
}

#[test]
fn the_cursor_follows_what_comes_until_it_is_moved() {
    let mut harness = shop(120, 30).listening().keys("L");
    assert!(harness.screen().contains("following"), "{}", harness.screen());
    let say = |text: &'static str, ms: u64| {
        let mut batch = SpanBatch::default();
        batch.push_log(&at(ms, 0, "checkout", Severity::INFO, text));
        batch
    };
    harness.extend(&say("one more", 2_000));
    assert!(selected(&harness).contains("one more"), "{}", harness.screen());
    assert!(harness.keys("down").screen().contains("following"), "down at the end changes nothing");
    let mut harness = shop(120, 30).listening().keys("L");
    harness.extend(&say("one more", 2_000));
    let mut harness = harness.keys("up");
    let before = selected(&harness);
    harness.extend(&say("another", 2_100));
    harness.extend(&say("long ago", 1));
    assert!(harness.screen().contains("another") && !harness.screen().contains("following"));
    let text = |line: &str| line.chars().skip(2).take(70).collect::<String>();
    assert_eq!(text(&selected(&harness)), text(&before), "{}", harness.screen());
    let mut harness = harness.keys("G");
    harness.extend(&say("the last", 2_200));
    assert!(selected(&harness).contains("the last"), "who goes to the end follows again");
}

#[test]
fn while_paused_nothing_changes() {
    let mut harness = shop(160, 44).listening().keys("L g space");
    let before = harness.screen();
    let mut more = sketch("frontend POST /checkout 300..900 error");
    more.push_log(&at(1, 0, "checkout", Severity::ERROR, "meanwhile"));
    harness.extend(&more);
    let body = |screen: &str| screen.lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(body(&harness.screen()), body(&before));
    assert!(!harness.screen().contains("meanwhile"));
    assert!(harness.keys("space").screen().contains("meanwhile"));
}

#[test]
fn long_lines_break_and_stay_whole() {
    let mut harness = shop(80, 24);
    let text = format!("{} the end", "word ".repeat(40));
    let mut batch = SpanBatch::default();
    batch.push_log(&at(3_000, 0, "checkout", Severity::INFO, &text));
    harness.extend(&batch);
    let cut = harness.keys("L G");
    assert!(!cut.screen().contains("the end"), "{}", cut.screen());
    let broken = cut.keys("w");
    assert!(broken.screen().contains("the end") && broken.screen().contains("w cut"), "{}", broken.screen());
    assert_eq!(broken.screen().lines().filter(|line| line.contains('▌')).count(), 6, "the row is marked as a whole");
    let copied = broken.keys("y").effects;
    assert_eq!(copied, [Effect::Copy(text)]);
}

#[test]
fn evicted_lines_leave_and_the_cursor_stays_on_what_is_left() {
    let mut harness = Harness::new(Options { memory: 160_000, ..options() }, 120, 30).keys("L");
    for n in 0..400_u64 {
        let mut batch = SpanBatch::default();
        let text = format!("line {n} {}", "x".repeat(100));
        batch.push_log(&Log { span_id: SpanId(0), ..at(n, 0, "checkout", Severity::INFO, &text) });
        harness.extend(&batch);
    }
    let screen = harness.keys("g").screen();
    assert!(screen.contains("no longer kept") && !screen.contains("line 0 "), "{screen}");
    assert!(screen.lines().any(|line| line.contains('▌') && line.contains("line ")), "{screen}");
}

#[test]
fn what_leaves_while_paused_is_said_to_have_left() {
    let mut harness = Harness::new(Options { memory: 160_000, ..options() }, 120, 30);
    let say = |n: u64| {
        let mut batch = SpanBatch::default();
        let text = format!("line {n} {}", "x".repeat(100));
        batch.push_log(&at(n, 0, "checkout", Severity::INFO, &text));
        batch
    };
    (0..60).for_each(|n| harness.extend(&say(n)));
    let mut harness = harness.keys("L g space");
    (60..400).for_each(|n| harness.extend(&say(n)));
    assert!(harness.screen().contains("line 3 "), "what was seen stays: {}", harness.screen());
    let further = harness.keys("G").screen();
    assert!(further.lines().any(|line| line.contains('▌') && line.contains("no longer kept")), "{further}");
}

#[test]
fn health_and_the_marks_of_a_trace_tell_of_logs() {
    let trace = shop(120, 30).keys("G enter").screen();
    let row = trace.lines().find(|line| line.contains("▎payment shop.Payment/Charge")).unwrap_or_default();
    assert_eq!(row.matches('▪').count(), 2, "two records: {trace}");
    assert!(row.contains('◆'), "{trace}");
    let events = shop(120, 30).keys("G enter j j j tab").screen();
    assert!(events.contains("Events 1, logs 2"), "{events}");
    let order: Vec<usize> =
        ["retry", "acquirer slow", "did not answer"].map(|text| events.find(text).unwrap_or(0)).to_vec();
    assert!(order.is_sorted() && order[0] > 0, "in time order: {events}");
    let mut harness = shop(120, 30);
    harness.app().update(Msg::Now(BEGIN.plus(1)));
    assert!(harness.keys("L").screen().contains("6 lines  5 log records"));
}

#[test]
fn logs_without_spans_are_pointed_at_and_are_no_reason_to_fail() {
    let mut harness = Harness::new(options(), 80, 24);
    let mut batch = SpanBatch::default();
    batch.push_log(&at(5, 0, "checkout", Severity::INFO, "warming up"));
    harness.extend(&batch);
    let screen = harness.screen();
    assert!(screen.contains("No spans yet, but L shows what was logged and printed."), "{screen}");
    assert!(harness.keys("L").screen().contains("warming up"));
    let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/logs/node-0.223.1.console.txt");
    let run = crate::process::run(&["print", fixture]);
    assert!(run.stderr.contains("3 log records"), "{}", run.stderr);
}

#[test]
fn a_message_of_megabytes_is_shown_in_part_and_a_stack_trace_is_copied_whole() {
    let mut harness = shop(160, 44);
    let text = "first line\n".to_owned() + &"x".repeat(3 << 20) + &"\nline".repeat(100_000);
    let mut batch = SpanBatch::default();
    batch.push_log(&at(3_000, 0, "checkout", Severity::INFO, &text));
    harness.extend(&batch);
    let harness = harness.keys("L G w right down");
    assert!(harness.screen().contains("first line") && selected(&harness).contains("xxx"), "{}", harness.screen());
    let copied = shop(120, 30).keys("L 5 g j y").effects;
    let [Effect::Copy(text)] = copied.as_slice() else { panic!("{copied:?}") };
    assert!(text.starts_with("acquirer did not") && text.ends_with("TimeoutError: acquirer did not answer"), "{text}");
    let part = shop(120, 30).keys("L 5 g j right j y").effects;
    assert_eq!(part, [Effect::Copy("Traceback (most recent call last):".to_owned())]);
    let root = shop(120, 30).keys("L g y").effects;
    assert_eq!(root, [Effect::Copy("frontend POST /checkout 0000000000000001".to_owned())]);
}

#[test]
fn while_a_filter_is_typed_arrows_move_and_other_keys_do_not() {
    let typing = || shop(120, 30).keys("L g /").text("acquirer");
    let row = |keys: &str| selected(&typing().keys(keys));
    assert!(row("up").contains("acquirer slow") && row("up down").contains("did not answer"), "{}", row("up down"));
    assert_eq!(row("up tab"), row("up"));
    assert_eq!(row("up down f5"), row("up down"));
}
