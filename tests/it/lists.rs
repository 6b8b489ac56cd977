//! The list of traces, the services beside it and Health: what is chosen stays chosen, what is counted is what it says.

use tracetui::model::{Place, Problem, SourceState, SourceStatus, Span, SpanBatch, SpanId, Status, Timestamp, TraceId};
use tracetui::query::traces::Sort;
use tracetui::tui::{MouseKind, Msg, Options};

use crate::harness::{Harness, NOW, batch, options};

const MANY: &[u8] = include_bytes!("../fixtures/cases/ux-many-services.jsonl");
const HELLO: &[u8] = include_bytes!("../../assets/hello.json");

fn span(trace: u128, service: &'static str) -> Span<'static> {
    let start = Timestamp(NOW.0 - 600_000_000_000).plus(u64::try_from(trace % 100_000).unwrap_or(0) * 1_000_000);
    Span {
        trace_id: TraceId(trace),
        span_id: SpanId(1),
        service,
        name: "work",
        start,
        duration: 1_000,
        ..Span::default()
    }
}

fn failing(trace: u128, service: &'static str) -> Span<'static> {
    Span { status: Status::Error, ..span(trace, service) }
}

/// The rows of the list that say this.
fn rows(harness: &Harness, text: &str) -> usize {
    harness.screen().lines().filter(|line| line.contains(text)).count()
}

fn column_of(line: &str, text: &str) -> usize {
    line.split(text).next().unwrap_or_default().chars().count() + text.chars().count()
}

#[test]
fn a_chosen_service_is_never_another_one_under_its_number() {
    let mut harness = Harness::new(Options { memory: 60_000, ..options() }, 120, 30);
    harness.extend(&batch(&[span(1, "alpha"), span(2, "beta")]));
    let mut harness = harness.keys("tab down");
    assert!(harness.line("Traces 1 of 2").is_some(), "{}", harness.screen());
    // All that was there leaves, and other services take its place.
    for part in 0..40 {
        let spans: Vec<_> =
            (0..100).map(|n| span(100 + part * 100 + n, ["gamma", "delta"][usize::from(n % 2 == 0)])).collect();
        harness.extend(&batch(&spans));
    }
    let screen = harness.screen();
    assert!(!screen.contains("alpha") && screen.contains("gamma"), "{screen}");
    assert!(rows(&harness, "gamma work") > 0 && rows(&harness, "delta work") > 0, "{screen}");
}

fn problem(n: u8) -> SpanBatch {
    let mut batch = SpanBatch::default();
    let problem = Problem {
        place: Place::Byte(0),
        reason: format!("reason {n}"),
        origin: "127.0.0.1:1".to_string(),
        time: NOW,
        bytes: vec![n; 900],
    };
    batch.problems.push(problem);
    batch
}

/// The selected row, which may have several lines.
fn marked(harness: &Harness) -> Option<String> {
    let lines: Vec<String> = harness.screen().lines().filter(|line| line.contains('▌')).map(str::to_string).collect();
    (!lines.is_empty()).then(|| lines.concat())
}

#[test]
fn a_chosen_problem_stays_chosen_as_others_arrive() {
    let mut harness = Harness::new(options(), 100, 30);
    for n in 1..=3 {
        harness.extend(&problem(n));
    }
    let mut harness = harness.keys("H down");
    let selected = marked;
    assert!(selected(&harness).is_some_and(|line| line.contains("reason 2")), "{}", harness.screen());
    harness.extend(&problem(4));
    assert!(selected(&harness).is_some_and(|line| line.contains("reason 2")), "{}", harness.screen());
    let mut harness = harness.keys("enter");
    assert!(harness.line("reason 2").is_some() && harness.line("02 02 02").is_some(), "{}", harness.screen());
    harness.extend(&problem(5));
    assert!(harness.line("reason 2").is_some() && harness.line("02 02 02").is_some(), "{}", harness.screen());
}

#[test]
fn a_dump_scrolls_to_its_last_byte() {
    let mut harness = Harness::new(options(), 80, 24);
    harness.extend(&problem(7));
    let harness = harness.keys("H enter");
    assert!(harness.line("000000  07").is_some() && harness.line("000380").is_none(), "{}", harness.screen());
    let harness = harness.keys("down");
    assert!(harness.line("000000  07").is_none() && harness.line("000010  07").is_some(), "{}", harness.screen());
    let harness = harness.keys("G");
    assert!(harness.line("000380  07 07 07 07").is_some(), "{}", harness.screen());
    assert!(harness.line("to 899 of 900").is_some(), "{}", harness.screen());
    let harness = harness.keys("g").mouse(MouseKind::WheelDown, 40, 12);
    assert!(harness.line("000030  07").is_some() && harness.line("000020  07").is_none(), "{}", harness.screen());
}

#[test]
fn services_count_the_traces_that_failed_under_their_heads() {
    let mut harness = Harness::new(options(), 100, 30);
    let twice = Span { span_id: SpanId(2), ..failing(1, "payment") };
    harness.extend(&batch(&[failing(1, "payment"), twice, span(2, "payment"), span(3, "a-service-with-a-long-name")]));
    let screen = harness.screen();
    let pane = |text: &str| {
        let mut panes = screen.lines().map(|line| line.chars().take(30).collect::<String>());
        panes.find(|line| line.contains(text)).unwrap_or_else(|| panic!("{text}: {screen}"))
    };
    let heads = pane("traces failed");
    let (traces, failed) = (column_of(&heads, "traces"), column_of(&heads, "failed"));
    for (name, counts) in [("all services", [(3, traces), (1, failed)]), ("payment", [(2, traces), (1, failed)])] {
        let row = pane(name);
        for (number, column) in counts {
            let digit = row.chars().nth(column - 1).and_then(|char| char.to_digit(10));
            assert_eq!(digit, Some(number), "{row}\n{heads}");
        }
    }
    let long = pane("a-s");
    assert!(long.contains('…') && long.chars().nth(traces - 1) == Some('1'), "{long}");
}

#[test]
fn at_80_columns_the_services_leave_nothing_of_the_list_behind() {
    let harness = Harness::new(options(), 80, 24).feed(MANY).keys("tab down");
    let screen = harness.screen();
    let top = screen.lines().nth(1).expect("the titles");
    assert_eq!(top.matches('╭').count(), 2, "{screen}");
    assert!(top.contains("╮╭─ Traces"), "{screen}");
    assert_eq!(screen.lines().filter(|line| matches!(line.chars().nth(37), Some('│' | '↓'))).count(), 20, "{screen}");
}

#[test]
fn a_click_on_the_border_of_the_services_chooses_nothing() {
    let harness = Harness::new(options(), 160, 44).feed(MANY);
    let all = harness.line("Traces 90").is_some();
    assert!(all, "{}", harness.screen());
    let harness = harness.mouse(MouseKind::Press { clicks: 1 }, 39, 20);
    assert!(harness.line("Traces 90").is_some(), "{}", harness.screen());
    let harness = harness.mouse(MouseKind::Press { clicks: 1 }, 20, 20);
    assert!(harness.line("Traces 1 of 90").is_some(), "{}", harness.screen());
}

#[test]
fn the_word_error_finds_what_failed() {
    let found = |text: &str| {
        let harness = Harness::new(options(), 120, 30).feed(MANY).keys("/").text(text).keys("enter");
        harness.screen().lines().nth(1).unwrap_or_default().to_string()
    };
    assert!(found("error").contains("Traces 10 of 90"), "{}", found("error"));
    assert!(found("no-such-error").contains("Traces 0 of 90"), "{}", found("no-such-error"));
}

#[test]
fn ids_are_found_in_every_form_in_which_people_paste_them() {
    let mut harness = Harness::new(options(), 160, 30);
    let short = Span { span_id: SpanId(0xabcd_ef01_2345_6789), ..span(0x1a2b_3c4d_5e6f_7081, "short") };
    let long = span(0x7a10_0000_0000_0000_0000_0000_00c0_e7aa, "long");
    harness.extend(&batch(&[short, long]));
    let mut harness = harness;
    for (typed, name) in [
        ("0x7a100000000000000000000000c0e7aa", "long work"),
        ("7a100000000000000000000000c0e7aa", "long work"),
        ("7A10000", "long work"),
        ("00-7a100000000000000000000000c0e7aa-0000000000000001-01", "long work"),
        ("00000000000000001a2b3c4d5e6f7081", "short work"),
        ("0x1a2b3c4d5e6f7081", "short work"),
        ("abcdef0123456789", "short work"),
        ("0xabcdef0123456789", "short work"),
    ] {
        harness = harness.keys("/").text(typed).keys("enter");
        assert!(
            harness.line("Traces 1 of 2").is_some() && harness.line(name).is_some(),
            "{typed}\n{}",
            harness.screen()
        );
        harness = harness.keys("esc");
    }
}

#[test]
fn a_filter_is_shown_as_typed() {
    let harness = Harness::new(options(), 120, 30).feed(HELLO).keys("/").text("FoO");
    assert!(harness.line("/FoO ─").is_some(), "one blank, the cursor's\n{}", harness.screen());
    let harness = harness.keys("enter");
    assert!(harness.line("/FoO ─").is_some(), "{}", harness.screen());
}

#[test]
fn the_arrow_says_which_way_the_list_is_sorted() {
    let sorted = |keys: &str| Harness::new(options(), 120, 30).feed(HELLO).keys(keys).screen();
    assert!(sorted("").contains("newest ▾") && sorted("s j enter").contains("oldest ▴"));
    // Each order has a digit, which chooses at once.
    for (at, (_, name)) in Sort::TABLE.iter().enumerate() {
        let heading = sorted(&format!("s {}", (at + 1) % 10));
        assert!(heading.contains(&format!("─ {name} ")), "{heading}");
    }
    assert!(sorted("s G enter").contains("name Z-A ▾") && sorted("s G k enter").contains("name A-Z ▴"));
}

#[test]
fn no_dot_lies_below_what_its_axis_says() {
    let mut harness = Harness::new(options(), 160, 44);
    let timed = |trace, duration| Span { duration, ..span(trace, "a") };
    let between = || (10..13).map(|n| timed(n, 40_000_000));
    let spans: Vec<_> = [timed(1, 1_530_000_000), timed(2, 158_000)].into_iter().chain(between()).collect();
    harness.extend(&batch(&spans));
    let screen = harness.screen();
    assert!(screen.contains("1.53 s") && screen.contains("≤1.49 ms"), "{screen}");
    let mut harness = Harness::new(options(), 160, 44);
    let spans: Vec<_> = [timed(1, 100_000_000), timed(2, 20_000_000)].into_iter().chain(between()).collect();
    harness.extend(&batch(&spans));
    let screen = harness.screen();
    let axis = |text: &str| screen.lines().filter(|line| line.contains(text) && line.contains("│ ")).count() > 0;
    assert!(axis("100.0 ms") && !screen.contains('≤'), "{screen}");
    assert!(screen.lines().any(|line| line.contains("20.") && !line.contains("work")), "{screen}");
}

#[test]
fn header_and_sources_say_one_rate() {
    let source = |spans| SourceStatus {
        protocol: "jaeger-compact".into(),
        endpoint: "127.0.0.1:6831".into(),
        state: SourceState::Listening,
        spans,
        kernel_drops: Some(0),
        ..SourceStatus::default()
    };
    let mut harness = Harness::new(options(), 160, 30).keys("H");
    harness.app().update(Msg::Sources(vec![source(0)]));
    harness.wait(1);
    harness.extend(&batch(&[span(1, "a"), span(2, "a")]));
    harness.app().update(Msg::Sources(vec![source(777)]));
    harness.wait(1);
    harness.app().update(Msg::Sources(vec![source(777)]));
    let screen = harness.screen();
    assert!(screen.lines().next().is_some_and(|line| line.contains("777/s")), "{screen}");
    assert!(harness.line("jaeger-compact 127").is_some_and(|line| line.matches("777").count() == 2), "{screen}");
}

#[test]
fn a_file_without_spans_is_not_shown_as_well() {
    let file = |name: &str, spans| SourceStatus {
        protocol: "file".into(),
        endpoint: name.into(),
        state: SourceState::Done,
        spans,
        ..SourceStatus::default()
    };
    let mut harness = Harness::new(options(), 160, 30).keys("H");
    harness.app().update(Msg::Sources(vec![file("e.txt", 0), file("f.txt", 3)]));
    let harness = harness.settled();
    assert!(harness.line("e.txt").is_some_and(|line| line.contains("no spans in it")), "{}", harness.screen());
    assert!(harness.line("f.txt").is_some_and(|line| !line.contains("no spans")), "{}", harness.screen());
}

#[test]
fn health_closes_on_esc_and_a_click_beside_its_problems_chooses_none() {
    let mut harness = Harness::new(options(), 100, 30);
    for n in 1..=3 {
        harness.extend(&problem(n));
    }
    let harness = harness.keys("H");
    let selected = marked;
    let before = selected(&harness);
    let harness = harness.mouse(MouseKind::Press { clicks: 1 }, 40, 2);
    assert_eq!(selected(&harness), before);
    let row = harness.screen().lines().position(|line| line.contains("reason 1")).expect("a row");
    let harness = harness.mouse(MouseKind::Press { clicks: 1 }, 40, u16::try_from(row).expect("small"));
    assert!(selected(&harness).is_some_and(|line| line.contains("reason 1")), "{}", harness.screen());
    for key in ["esc", "H"] {
        let closed = Harness::new(options(), 100, 30).feed(HELLO).keys("H").keys(key);
        assert!(closed.line("Traces 1").is_some(), "{key}: {}", closed.screen());
    }
}

#[test]
fn names_in_signs_of_two_cells_are_told_apart_in_ascii() {
    let mut harness = Harness::new(Options { ascii: true, ..options() }, 100, 30);
    harness.extend(&batch(&[span(1, "物流"), span(2, "決済"), span(3, "在庫")]));
    let names: std::collections::BTreeSet<String> = harness
        .screen()
        .lines()
        .filter(|line| line.contains("work"))
        .filter_map(|line| line.split(" work").next()?.split_whitespace().last().map(str::to_owned))
        .collect();
    assert_eq!(names.len(), 3, "{}", harness.screen());
    assert!(harness.screen().is_ascii() && names.iter().all(|name| name.len() == 4), "{names:?}");
}

/// Traces of 1 to 60 ms, the longest first to come.
fn by_length() -> Harness {
    let mut harness = Harness::new(options(), 120, 24);
    let spans: Vec<Span<'_>> = (1..=60_u32)
        .map(|n| {
            let start = Timestamp(NOW.0 - 600_000_000_000).plus(u64::from(n) * 1_000_000_000);
            Span { start, duration: u64::from(61 - n) * 1_000_000, ..span(u128::from(n), "shop") }
        })
        .collect();
    harness.extend(&batch(&spans));
    harness
}

fn first_row(harness: &Harness) -> String {
    harness.screen().lines().nth(3).unwrap_or_default().to_string()
}

#[test]
fn a_sort_shows_the_beginning_and_keeps_what_is_selected() {
    // The third newest, which is the third shortest.
    let mut harness = by_length().keys("j j s j j enter");
    assert!(first_row(&harness).contains("60.0 ms"), "{}", harness.screen());
    assert!(!harness.screen().contains('▌') && harness.line("58 / 60").is_some(), "{}", harness.screen());
    // What is copied is what is selected, what is opened is what is seen.
    harness.press("y");
    assert_eq!(harness.effects.last(), Some(&tracetui::tui::Effect::Copy("000000000000003a".to_string())));
    let opened = by_length().keys("j j s j j enter enter");
    assert!(opened.screen().lines().next().unwrap_or_default().contains("60.0 ms"), "{}", opened.screen());
    let walked = by_length().keys("j j s j j enter j");
    assert!(first_row(&walked).contains('▌'), "{}", walked.screen());
    // In sight it stays where it is, and is moved as ever.
    let near = by_length().keys("j j s j j j enter j");
    assert!(near.line("▌").is_some_and(|line| line.contains("4.00 ms")), "{}", near.screen());
}

#[test]
fn a_click_on_a_head_sorts_and_the_next_one_turns_it_round() {
    let column = |harness: &Harness, text: &str| {
        let heads = harness.screen().lines().nth(2).unwrap_or_default().to_string();
        let at = heads.split(text).next().unwrap_or_default().chars().count();
        u16::try_from(at).expect("small")
    };
    for (head, first, second) in [
        ("Start", "oldest", "newest"),
        ("Service · op", "name A-Z", "name Z-A"),
        ("Spans", "most spans", "fewest spans"),
        ("Duration", "longest", "shortest"),
        ("Err", "most errors", "fewest errors"),
    ] {
        let harness = by_length();
        let at = column(&harness, head);
        let harness = harness.mouse(MouseKind::Press { clicks: 1 }, at, 2);
        assert!(harness.line("Traces 60").is_some_and(|line| line.contains(first)), "{head}: {}", harness.screen());
        let heads = harness.screen().lines().nth(2).unwrap_or_default().to_string();
        assert_eq!(heads.matches(['▾', '▴']).count(), 1, "{heads}");
        let at = column(&harness, head);
        let harness = harness.mouse(MouseKind::Press { clicks: 1 }, at, 2);
        assert!(harness.line("Traces 60").is_some_and(|line| line.contains(second)), "{head}: {}", harness.screen());
    }
    let harness = by_length();
    let at = column(&harness, "Why");
    let harness = harness.mouse(MouseKind::Press { clicks: 1 }, at, 2);
    assert!(harness.line("newest").is_some(), "{}", harness.screen());
}
