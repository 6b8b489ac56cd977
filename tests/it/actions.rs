//! The table of actions and the table of orders: each row does what it says.

use std::collections::BTreeSet;

use tracetui::model::Problem;
use tracetui::query::traces::Sort;
use tracetui::tui::{Action, Colors, Effect, Key, Msg, Options, Scope};

use crate::harness::{Harness, NOW, options, usual_doors};
use crate::output::screens;
use crate::sketch::sketch;

/// Enough of everything for each action to do something.
const SHOP: &str = r#"
frontend GET / 0..500 server error "it broke" http.status_code=500
  cart load 5..60 @12:retry link=2/90
    redis HGETALL 10..20 client
    redis HGETALL 25..35 client error "reset"
  pricing quote 70..95
    pricing tax 71..72
trace 2 at 1000
shop POST /pay 0..30 error
  bank charge 5..25 id=90 error
trace 3 at 2000
alpha one 0..1
trace 4 at 3000
zulu last 0..9 error
  zulu a 1..2
  zulu b 2..3
  zulu c 3..4
"#;

fn shop() -> Harness {
    wide(120)
}

/// More sources than fit, each with something wrong.
fn crowded() -> Harness {
    let mut harness = shop().resize(80, 24);
    let mut doors = usual_doors();
    for door in &mut doors {
        door.malformed = 3;
    }
    harness.app().update(Msg::Sources(doors));
    harness.settled()
}

fn wide(width: u16) -> Harness {
    let mut harness = Harness::new(Options { colors: Colors::Roles, ..options() }, width, 30);
    let mut batch = sketch(SHOP);
    for n in 0..30_u8 {
        let (place, origin) = (tracetui::model::Place::Byte(3), "peer".to_string());
        batch.problems.push(Problem { place, reason: format!("reason {n}"), origin, time: NOW, bytes: vec![n; 900] });
    }
    harness.extend(&batch);
    harness
}

/// Where each action is tried: keys that lead there.
#[expect(clippy::match_same_arms, reason = "one line for each group of actions")]
fn place(action: Action) -> &'static str {
    match action {
        Action::Open | Action::Filter | Action::Sort | Action::Services | Action::Follow => "j",
        Action::Preview | Action::CopyId | Action::OpenRight | Action::ToServices => "j",
        Action::Zoom | Action::ZoomIn => "G enter j",
        Action::ZoomOut | Action::ZoomReset | Action::PanLeft | Action::PanRight => "G enter j z +",
        Action::Right => "G enter j left",
        Action::UnfoldAll | Action::MoreLevels => "G enter [",
        Action::PreviousError => "G enter G",
        Action::PreviousSibling => "G enter j )",
        Action::Details | Action::Left | Action::FoldAll | Action::FewerLevels | Action::NextError => "G enter j",
        Action::Find => "G enter j",
        Action::NextMatch => "G enter / H G E T enter",
        Action::PreviousMatch => "G enter / H G E T enter n",
        Action::Parent | Action::NextSibling | Action::NextTab | Action::PreviousTab | Action::Times => "G enter j",
        Action::FilterBy => "G enter j j enter",
        Action::Wider | Action::Narrower | Action::FollowLink | Action::CopySpan | Action::CopyTraceId => "G enter j",
        Action::Down | Action::HalfPageDown | Action::PageDown | Action::Bottom => "H",
        Action::Dump | Action::CopyProblem | Action::Sources => "H",
        Action::Up | Action::HalfPageUp | Action::PageUp | Action::Top => "H G",
        Action::Back | Action::Quit => "G enter",
        Action::StopReading | Action::QuitNow | Action::Suspend | Action::Redraw | Action::Pause => "",
        Action::Health | Action::Palette | Action::Help | Action::Output => "",
        Action::OpenLine | Action::FilterOutput | Action::FollowOutput | Action::CopyLine | Action::Wrap => "L g",
        Action::FromDebug | Action::FromInfo | Action::FromWarn | Action::FromError => "L",
        Action::Everything => "L 5",
        Action::UnfoldLine => "L 5 g j",
        Action::FoldLine => "L 5 g j right",
    }
}

#[test]
fn every_action_changes_the_screen_or_asks_for_something() {
    for row in Action::TABLE {
        let start = || match row.scope {
            Scope::Output => screens::shop(80, 24),
            Scope::Health => crowded(),
            Scope::Global | Scope::Rows | Scope::Traces | Scope::Trace => shop(),
        };
        let before = start().keys(place(row.action));
        let after = start().keys(place(row.action)).keys(row.keys[0]);
        let changed = before.picture() != after.picture() || !after.effects.is_empty();
        assert!(changed, "{} does something\n{}", row.name, after.screen());
    }
}

#[test]
fn no_two_actions_of_a_place_do_the_same() {
    // Of those that move or show something, by where they are tried.
    let outcome = |action: Action, key: &str| {
        let harness = shop().keys(place(action)).keys(key);
        format!("{}{:?}", harness.picture(), harness.effects)
    };
    let trees = [
        (Action::NextError, "e"),
        (Action::Parent, "p"),
        (Action::NextSibling, ")"),
        (Action::FoldAll, "["),
        (Action::Times, "t"),
        (Action::Wider, ">"),
        (Action::Narrower, "<"),
        (Action::NextTab, "tab"),
        (Action::PreviousTab, "backtab"),
    ];
    let outcomes: BTreeSet<String> = trees.iter().map(|(action, key)| outcome(*action, key)).collect();
    assert_eq!(outcomes.len(), trees.len());
}

#[test]
fn keys_that_ask_the_runtime_ask_for_what_they_say() {
    let asked = |keys: &str| shop().keys(keys).effects;
    assert_eq!(asked("ctrl-c"), [Effect::Quit]);
    assert_eq!(asked("ctrl-x"), [Effect::StopReading]);
    assert_eq!(asked("ctrl-z"), [Effect::Suspend]);
    assert_eq!(asked("ctrl-l"), [Effect::Redraw]);
    assert_eq!(asked("j y"), [Effect::Copy("0000000000000003".to_string())]);
    assert_eq!(asked("j enter Y"), [Effect::Copy("0000000000000003".to_string())]);
    let copied = asked("G enter j y");
    assert!(matches!(copied.as_slice(), [Effect::Copy(text)] if text.contains("\"name\":\"load\"")), "{copied:?}");
}

/// The selected row of a trace.
fn selected(keys: &str) -> String {
    let screen = shop().keys("G enter").keys(keys).screen();
    screen.lines().find(|line| line.starts_with('▌')).unwrap_or_default().to_string()
}

#[test]
fn errors_are_walked_from_the_cause_in_shown_order_and_not_around_the_end() {
    let head = |keys: &str| shop().keys("G enter").keys(keys).screen().lines().next().unwrap_or_default().to_string();
    let hint = |keys: &str| shop().keys("G enter").keys(keys).screen().lines().last().unwrap_or_default().to_string();
    assert!(selected("e").contains("HGETALL") && head("e").contains("2/2✗"), "{}", head("e"));
    assert!(selected("e e").contains("HGETALL") && hint("e e").contains("last of 2, e again for the first"));
    assert!(selected("e e e").contains("GET /") && head("e e e").contains("1/2✗"));
    assert!(selected("e E").contains("GET /") && head("e E").contains("1/2✗"), "{}", selected("e E"));
    assert!(hint("e E E").contains("first of 2, E again for the last"), "{}", hint("e E E"));
    assert!(selected("e E E E").contains("HGETALL"));
    // Elsewhere the head says how many there are.
    assert!(head("e j").contains("  2✗"), "{}", head("e j"));
}

#[test]
fn times_go_through_their_five_forms() {
    let row = |keys: &str| selected(keys).chars().take(20).collect::<String>();
    assert!(row("j").contains("cart"), "{}", row("j"));
    assert!(row("j j t").contains("+10.0 ms"), "{}", row("j j t"));
    assert!(row("j j t t").contains("+5.00 ms"), "{}", row("j j t t"));
    let at = |keys: &str| selected(keys).chars().skip(1).take(15).collect::<String>();
    assert_eq!(at("j j t t t t"), "10:25:00.010000");
    assert!(row("j t t t t t").contains("cart"));
}

#[test]
fn details_scroll_and_enlarge() {
    let harness = || shop().keys("G enter j backtab");
    let lines = |harness: &Harness| {
        let screen = harness.screen();
        let lines = screen.lines().skip_while(|line| !line.starts_with('╭')).skip(2);
        lines.map(|line| line.trim_end_matches(['│', '↑', '↓', ' ']).to_owned()).collect::<Vec<_>>()
    };
    let (small, large) = (lines(&harness()), lines(&harness().keys("enter")));
    let (full, again) = (lines(&harness().keys("enter enter")), lines(&harness().keys("enter enter esc")));
    assert!(large.len() >= small.len() && full.len() > large.len(), "{small:?} {large:?} {full:?}");
    assert_eq!(again, large);
    // The cursor takes the picture along at its end.
    let scrolled = lines(&harness().keys("enter G"));
    assert!(scrolled.iter().any(|line| line.starts_with("│▌}")), "{scrolled:?}");
}

#[test]
fn time_in_which_children_run_side_by_side_is_counted_once() {
    let mut harness = Harness::new(options(), 120, 30);
    harness.extend(&sketch("a parent 0..100\n  b one 10..50\n  b two 30..70\n  b three 35..40\n  b beyond 90..130\n"));
    let screen = harness.keys("enter").screen();
    // 10 to 70, and 90 to its own end.
    assert!(screen.contains("self 30.0 ms"), "{screen}");
}

#[test]
fn only_status_codes_of_failures_are_red() {
    let mut harness = Harness::new(Options { colors: Colors::Roles, ..options() }, 120, 30);
    harness.extend(&sketch("a x 0..1 http.status_code=503 pages=503 grpc.status_code=200"));
    let picture = harness.keys("enter").picture();
    let lines: Vec<&str> = picture.lines().collect();
    // 30 lines of text, a blank one, as many of roles.
    let (text, roles) = lines.split_at(31);
    let role = |key: &str| {
        let at = text.iter().position(|line| line.contains(key)).unwrap_or_else(|| panic!("{key}\n{picture}"));
        roles.get(at).copied().unwrap_or_default().trim_end().trim_end_matches(['x', 'b', ' ']).chars().last()
    };
    assert_eq!((role("http.status_code"), role("pages"), role("grpc.status_code")), (Some('e'), Some('n'), Some('n')));
}

#[test]
fn a_link_opens_its_span() {
    let screen = shop().keys("G enter j o").screen();
    assert!(screen.lines().next().is_some_and(|line| line.contains("shop POST /pay")), "{screen}");
    let row = screen.lines().find(|line| line.starts_with('▌')).unwrap_or_default();
    assert!(row.contains("bank charge"), "{screen}");
    let screen = shop().keys("G enter j o q").screen();
    assert!(screen.lines().next().is_some_and(|line| line.contains("frontend GET /")), "{screen}");
}

#[test]
fn levels_show_one_less_and_one_more() {
    let rows = |keys: &str| {
        let screen = shop().keys("G enter").keys(keys).screen();
        screen.lines().filter(|line| line.contains('▎')).count()
    };
    assert_eq!((rows(""), rows("{"), rows("{ {"), rows("{ { }"), rows("[")), (6, 3, 1, 3, 1));
}

#[test]
fn widths_go_both_ways() {
    let column = |keys: &str| {
        let screen = shop().keys("G enter").keys(keys).screen();
        screen.lines().skip(2).find_map(|line| line.split_once("0 ms")).map_or(0, |(before, _)| before.chars().count())
    };
    assert!(column(">") > column("") && column("<") < column(""));
}

/// What the list says of each trace: its operation, from the top.
fn order(sort: usize) -> Vec<String> {
    let keys = ["s", "g"].into_iter().chain(std::iter::repeat_n("j", sort)).chain(["enter", "g"]);
    let screen = shop().keys(&keys.collect::<Vec<_>>().join(" ")).screen();
    let names = ["GET /", "POST /pay", "one", "last"];
    let rows = screen.lines().filter(|line| line.contains("10:25:0"));
    rows.filter_map(|line| names.iter().find(|name| line.contains(&format!(" {name} "))))
        .map(|name| (*name).to_string())
        .collect()
}

#[test]
fn every_order_shows_what_it_names() {
    let expected = [
        ["last", "one", "POST /pay", "GET /"],
        ["GET /", "POST /pay", "one", "last"],
        ["GET /", "POST /pay", "last", "one"],
        ["one", "last", "POST /pay", "GET /"],
        ["GET /", "last", "POST /pay", "one"],
        ["one", "POST /pay", "last", "GET /"],
        ["POST /pay", "GET /", "last", "one"],
        ["one", "last", "POST /pay", "GET /"],
        ["one", "GET /", "POST /pay", "last"],
        ["last", "POST /pay", "GET /", "one"],
    ];
    assert_eq!(expected.len(), Sort::TABLE.len());
    for (at, (expected, (_, name))) in expected.iter().zip(Sort::TABLE).enumerate() {
        assert_eq!(order(at), expected, "{name}");
    }
}

#[test]
fn services_of_a_row_begin_with_the_roots() {
    // Hues in the order root first, then by name.
    let picture = wide(200).picture();
    let (text, roles) = picture.split_once("\n\n").expect("text and roles");
    let at = text.lines().position(|line| line.contains("GET / ")).expect("the row");
    let (row, hues) = (text.lines().nth(at).unwrap_or_default(), roles.lines().nth(at).unwrap_or_default());
    let squares: Vec<usize> = row.chars().enumerate().filter(|(_, char)| *char == '■').map(|(x, _)| x).collect();
    let squares: Vec<usize> = squares.into_iter().filter(|x| *x > 60).collect();
    let own = |name: &str| {
        let at = row.find(name).map(|at| row.get(..at).unwrap_or_default().chars().count()).unwrap_or_default();
        hues.chars().nth(at)
    };
    assert_eq!(squares.first().and_then(|x| hues.chars().nth(*x)), own("frontend"), "{row}\n{hues}");
    assert_eq!(squares.len(), 4);
}

#[test]
fn loss_is_counted_wherever_it_happened() {
    use tracetui::model::{SourceState, SourceStatus};
    let lost = |status: SourceStatus| {
        let mut harness = shop();
        harness.app().update(Msg::Sources(vec![SourceStatus { state: SourceState::Listening, ..status }]));
        let harness = harness.settled();
        let word = harness.screen().lines().next().unwrap_or_default().to_string();
        let health = harness.keys("H").screen();
        (word, health)
    };
    for status in [
        SourceStatus { kernel_drops: Some(41), ..SourceStatus::default() },
        SourceStatus { queue_drops: 41, ..SourceStatus::default() },
        SourceStatus { truncated: 41, ..SourceStatus::default() },
        SourceStatus { seq_gaps: 41, ..SourceStatus::default() },
        SourceStatus { client_drops: 41, ..SourceStatus::default() },
    ] {
        let (head, health) = lost(status.clone());
        assert!(head.contains("lost 41"), "{status:?}\n{head}");
        let body: String = health.lines().skip(1).collect();
        assert_eq!(body.matches("lost 41: ").count(), 1, "{status:?}\n{health}");
    }
    // Each figure stands with its word, and the sum is that of the header.
    let (head, health) =
        lost(SourceStatus { kernel_drops: Some(11), queue_drops: 22, truncated: 33, ..SourceStatus::default() });
    assert!(head.contains("lost 66"), "{head}");
    for said in ["lost 66: ", "11 datagrams that the system dropped", "22 spans dropped here", "33 datagrams longer"] {
        assert!(health.contains(said), "{said}: {health}");
    }
}

#[test]
fn keys_of_other_screens_are_told_to_do_nothing() {
    let harness = shop().keys(":").text("fold all");
    assert!(harness.line("in a trace").is_some(), "{}", harness.screen());
    assert!(harness.keys("enter").line("fold-all does something in a trace").is_some());
    let key = Key::parse("c").expect("a key");
    assert!(Action::TABLE.iter().all(|row| row.keys.iter().all(|text| Key::parse(text) != Some(key))), "c is free");
}
