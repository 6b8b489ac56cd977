//! Every screen in every state, as text and as colour roles: what a user sees, kept side by side in `snapshots/`.

use std::collections::BTreeSet;

use tracetui::model::{Place, Problem, SourceState, SourceStatus, SpanBatch};
use tracetui::tui::{Colors, Msg, Options};

use crate::harness::{Harness, NOW, options, usual_doors, waiting_on};
use crate::sketch::sketch;

const SIZES: [(u16, u16); 3] = [(80, 24), (100, 30), (160, 44)];

/// A shop: errors, events, links, a missing parent, another trace that an e-mail links to.
const SHOP: &str = r#"
frontend POST /checkout 0..184 server error "checkout failed" http.response.status_code=500 enduser.id=u-6895
  redis GET session 1..1.6 client db.system=redis
  checkout POST /orders 4..182 server error
    inventory shop.Inventory/Reserve 8..49 server
      postgres UPDATE stock 10..16 client db.statement=UPDATE
      postgres UPDATE stock 16..22 client db.statement=UPDATE
    payment shop.Payment/Charge 60..160 server error "card ending 4242 was declined" @70:retry @160:exception
      payment fraud-check 62..80
  ? email send 90..230 id=77
trace 2 at 2000
frontend GET / 0..47 server
  cart shop.Cart/Get 3..9 client link=1/5
trace 3 at 3000
frontend GET /product/{id} 0..63 server
"#;

fn shop(options: Options, (width, height): (u16, u16)) -> Harness {
    let mut harness = Harness::new(options, width, height);
    harness.extend(&sketch(SHOP));
    harness
}

pub(crate) fn roles() -> Options {
    Options { colors: Colors::Roles, ..options() }
}

/// One snapshot for each size.
fn shoot(name: &str, make: impl Fn((u16, u16)) -> Harness) {
    for size in SIZES {
        insta::assert_snapshot!(format!("{name}-{}x{}", size.0, size.1), make(size).picture());
    }
}

/// States of the shop's screens that keys lead to.
#[test]
fn screens_of_a_shop() {
    for (name, keys) in [
        ("list", ""),
        ("list-services", "tab down"),
        ("list-services-by-name", "tab s"),
        ("list-why", "tab right down"),
        ("list-of-a-reason", "tab right enter"),
        ("list-sort-menu", "s j"),
        ("list-preview", "G v"),
        ("list-paused", "space"),
        ("trace", "G enter"),
        ("trace-error", "G enter e"),
        ("trace-error-last", "G enter e e e e"),
        ("trace-paused", "G enter space"),
        ("trace-without-errors", "enter"),
        ("trace-folded", "G enter j j left"),
        ("trace-missing-parent", "G enter G k"),
        ("trace-times", "G enter t"),
        ("trace-links", "k j j G k enter j tab tab tab"),
        ("details-events", "G enter e tab"),
        ("details-resource", "G enter tab tab"),
        ("details-warnings", "G enter tab tab tab tab"),
        ("details-json", "G enter backtab"),
        ("details-enlarged", "G enter enter"),
        ("details-cursor", "G enter enter j"),
        ("details-full", "G enter e enter enter"),
        ("details-cursor-events", "G enter e tab enter j j"),
        ("help", "?"),
        ("help-of-a-trace", "G enter ?"),
        ("palette", ":"),
        ("health", "H"),
    ] {
        shoot(name, |size| shop(roles(), size).keys(keys));
    }
}

#[test]
fn finding() {
    let found = |size, text: &str, keys: &str| shop(roles(), size).keys("G enter /").text(text).keys(keys);
    shoot("find-typing", |size| found(size, "stock", ""));
    shoot("find", |size| found(size, "db.statement=UPDATE", "enter n"));
    shoot("find-last", |size| found(size, "db.statement=UPDATE", "enter n n"));
    shoot("find-none", |size| found(size, "nothing-like-it", "enter"));
    shoot("find-from-list", |size| shop(roles(), size).keys("/").text("card declined").keys("enter enter"));
    shoot("help-typing", |size| shop(roles(), size).keys("?").text("fold"));
    shoot("palette-typing", |size| shop(roles(), size).keys(":").text("most"));
    shoot("palette-idle", |size| shop(roles(), size).keys("enter :").text("error"));
    shoot("filter-by-attribute", |size| shop(roles(), size).keys("G enter enter j ="));
}

/// Traces of two days, some incomplete, some with shared ids, enough for dots.
const DAYS: &str = r#"
cart GET /cart 0..12 server
trace 2 at 3000
frontend GET / 0..47 server error "upstream connect error" http.response.status_code=503
  cart shop.Cart/Get 3..9 client
trace 3 at 86400000
? frontend GET /orders 5..900 server id=9
trace 4 at 86405000
frontend GET /orders 0..9000 server id=5
  orders list 1..2 server id=5
trace 5 at 86409000
frontend POST /orders 0..110 server error "no stock left of item 4711"
trace 6 at 90000000
orders nightly 0..60000 consumer
"#;

#[test]
fn traces_of_days() {
    let days = |(width, height): (u16, u16)| {
        let mut harness = Harness::new(Options { utc: true, ..roles() }, width, height);
        harness.extend(&sketch(DAYS));
        harness
    };
    shoot("days", days);
    shoot("days-longest", |size| days(size).keys("s j j enter"));
    shoot("days-why", |size| days(size).keys("tab"));
}

#[test]
fn quitting() {
    let listening = |(width, height): (u16, u16)| {
        let options = Options { invitation: waiting_on(&["127.0.0.1:6831"]), ..roles() };
        shop(options, (width, height)).listening()
    };
    shoot("quit-asked", |size| listening(size).keys("q"));
}

#[test]
fn filters() {
    shoot("filter-typing", |size| shop(roles(), size).keys("/").text("check"));
    shoot("filter-without-matches", |size| shop(roles(), size).keys("/").text("nothing-like-it").keys("enter"));
}

#[test]
fn waiting_and_reading() {
    let waiting = || Options { invitation: waiting_on(&["127.0.0.1:6831"]), ..roles() };
    shoot("empty", |(width, height)| Harness::new(waiting(), width, height).listening());
    let reading = SourceStatus {
        protocol: "console".into(),
        endpoint: "spans.json".into(),
        state: SourceState::Reading { done: 420, total: Some(1_000) },
        spans: 12,
        lines: 7,
        ..SourceStatus::default()
    };
    let followed = SourceStatus { state: SourceState::Following, spans: 0, ..reading.clone() };
    shoot("followed", |(width, height)| {
        let mut harness = Harness::new(roles(), width, height);
        harness.app().update(Msg::Sources(vec![followed.clone()]));
        harness.settled()
    });
    shoot("reading", |size| {
        let mut harness = shop(roles(), size);
        harness.app().update(Msg::Sources(vec![reading.clone()]));
        harness.settled()
    });
    shoot("health-problems", |size| {
        let mut harness = shop(roles(), size).listening();
        harness.extend(&problems());
        harness.keys("H down")
    });
    shoot("health-dump", |size| {
        let mut harness = shop(roles(), size).listening();
        harness.extend(&problems());
        harness.keys("H enter")
    });
    shoot("health-filtered", |size| shop(roles(), size).keys("/").text("card").keys("enter H"));
    shoot("health-paused", |size| shop(roles(), size).listening().keys("space H"));
    shoot("health-problem-without-bytes", |size| {
        let mut harness = shop(roles(), size).listening();
        let mut problems = problems();
        problems.problems.iter_mut().for_each(|problem| problem.bytes.clear());
        harness.extend(&problems);
        harness.keys("H enter")
    });
    insta::assert_snapshot!("too-small-39x9", shop(roles(), (39, 9)).picture());
}

#[test]
fn doors() {
    let invitation = tracetui::source::invitation(&SourceStatus::merged(usual_doors()));
    let waiting = |size: (u16, u16)| {
        let options = Options { invitation: invitation.clone(), ..roles() };
        let mut harness = Harness::new(options, size.0, size.1);
        harness.app().update(Msg::Sources(usual_doors()));
        harness.settled()
    };
    shoot("doors-empty", waiting);
    shoot("doors-health", |size| waiting(size).keys("H"));
    let mut busy = usual_doors();
    busy.retain(|door| !door.endpoint.ends_with(":4317"));
    for door in &mut busy {
        let is_http = door.endpoint == "127.0.0.1:4318";
        (door.asks_token, door.exposed) = (door.requests.is_some(), false);
        door.requests = door.requests.map(|_| if is_http { 1_204 } else { 0 });
        if is_http {
            (door.spans, door.bytes, door.refused, door.not_kept, door.malformed) = (40_213, 9_000_000, 3, 71, 2);
        }
        if door.endpoint == "[::1]:6831" {
            (door.spans, door.bytes, door.datagrams, door.kernel_drops) = (512, 90_000, 64, Some(7));
        }
    }
    busy.push(SourceStatus {
        protocol: "otlp-grpc".into(),
        endpoint: "127.0.0.1:4317".into(),
        state: SourceState::Busy,
        ..SourceStatus::default()
    });
    shoot("doors-health-busy", |size| {
        let mut harness = shop(roles(), size);
        harness.app().update(Msg::Sources(busy.clone()));
        harness.settled().keys("H")
    });
    shoot("doors-health-sources", |size| {
        let mut harness = shop(roles(), size);
        harness.app().update(Msg::Sources(busy.clone()));
        harness.extend(&problems());
        harness.keys("H tab G")
    });
    shoot("doors-list", |size| {
        let mut harness = shop(roles(), size);
        harness.app().update(Msg::Sources(busy.clone()));
        harness.settled()
    });
}

fn problems() -> SpanBatch {
    let mut batch = SpanBatch::default();
    for n in 0..3_u8 {
        let (place, origin) = (Place::Byte(17), "127.0.0.1:4242".to_string());
        let reason = format!("a string ends {n} bytes beyond the datagram");
        batch.problems.push(Problem { place, reason, origin, time: NOW, bytes: (0..120).map(|at| at ^ n).collect() });
    }
    batch
}

#[test]
fn deep_and_large_traces() {
    let deep: String =
        (0..124_usize).map(|n| "  ".repeat(n) + &format!("pricing resolve category {n}..{}\n", 300 - n)).collect();
    shoot("trace-deep", |(width, height)| {
        let mut harness = Harness::new(roles(), width, height);
        harness.extend(&sketch(&deep));
        harness.keys("enter G")
    });
    let wide: String = std::iter::once("report nightly 0..5000 consumer\n".to_string())
        .chain((0..5_000).map(|n| format!("  postgres SELECT order_lines {n}..{} client\n", n + 1)))
        .collect();
    shoot("trace-5000-spans", |(width, height)| {
        let mut harness = Harness::new(roles(), width, height);
        harness.extend(&sketch(&wide));
        harness.keys("enter ctrl-f ctrl-f")
    });
}

/// What other terminals get: the colours themselves are kept, cell by cell as they change.
#[test]
fn terminals_that_show_less() {
    for (name, options) in [
        ("no-color", options()),
        ("ascii", Options { ascii: true, ..options() }),
        ("16-colors", Options { colors: Colors::Ansi16, ..options() }),
        ("256-colors", Options { colors: Colors::Ansi256, ..options() }),
        ("light", Options { colors: Colors::True, light: true, ..options() }),
        ("true-colors", Options { colors: Colors::True, ..options() }),
    ] {
        let harness = shop(options.clone(), (100, 30));
        insta::assert_snapshot!(format!("{name}-list"), harness.painted());
        let harness = harness.keys("G enter e");
        insta::assert_snapshot!(format!("{name}-trace"), harness.painted());
        assert!(!options.ascii || harness.screen().is_ascii(), "{}", harness.screen());
    }
}

/// Words of a screen, without what only frames it.
fn words(screen: &str) -> BTreeSet<String> {
    let words = screen.split(|sign: char| !sign.is_alphanumeric());
    words.filter(|word| word.chars().count() > 1 && word.is_ascii()).map(str::to_owned).collect()
}

/// What colours tell is told without them, and what signs tell is told in ASCII.
#[test]
fn every_meaning_is_kept_without_colours_and_in_ascii() {
    let states = [
        "",
        "tab down",
        "tab right down",
        "G enter",
        "G enter e",
        "G enter enter j",
        "G enter e tab",
        "H",
        "?",
        "G enter ?",
        "s j",
    ];
    for (width, height) in SIZES {
        for keys in states {
            let draw = |options: Options| shop(options, (width, height)).keys(keys);
            let (colored, plain) = (draw(roles()), draw(options()));
            let ascii = draw(Options { ascii: true, ..options() });
            assert!(ascii.screen().is_ascii(), "{}", ascii.screen());
            for other in [&plain, &ascii] {
                // Names of services take room from operations where no chip tells the service.
                let lost: Vec<_> = words(&colored.screen()).difference(&words(&other.screen())).cloned().collect();
                assert!(
                    lost.len() * 8 <= words(&colored.screen()).len(),
                    "{keys} {width}: {lost:?}\n{}",
                    other.screen()
                );
                // The row that the keys act on, and what failed, have a sign of their own.
                let sign = |unicode: char, plain: char| if other.screen().is_ascii() { plain } else { unicode };
                let count = |screen: &str, sign: char| screen.chars().filter(|char| *char == sign).count();
                let marked = |screen: &str, sign: char| {
                    screen.lines().filter(|line| line.trim_start_matches(['│', '|']).starts_with(sign)).count()
                };
                let selected = marked(&colored.screen(), '▌');
                assert!(marked(&other.screen(), sign('▌', '>')) >= selected, "{keys} {width}\n{}", other.screen());
                let failed = count(&colored.screen(), '✗');
                assert!(count(&other.screen(), sign('✗', 'x')) >= failed, "{keys} {width}\n{}", other.screen());
            }
        }
        // What was found stands out by more than a colour.
        let found = shop(options(), (width, height)).keys("G enter /").text("stock").keys("enter");
        assert!(found.is_underlined("stock"), "{}", found.screen());
    }
}
