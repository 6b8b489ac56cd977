//! Health: what is said of inputs that could not be read, of problems, and of the lines between spans.

use tracetui::model::{OutputLine, Place, Problem, SourceState, SourceStatus, SpanBatch};
use tracetui::tui::Msg;

use crate::harness::{Harness, NOW, options, usual_doors};

fn failed(name: &str, reason: &str) -> SourceStatus {
    SourceStatus {
        protocol: "file".into(),
        endpoint: name.into(),
        state: SourceState::Failed(format!("{name}: {reason}")),
        ..SourceStatus::default()
    }
}

fn health(sources: Vec<SourceStatus>, batch: &SpanBatch, height: u16) -> Harness {
    let mut harness = Harness::new(options(), 120, height);
    harness.extend(batch);
    harness.app().update(Msg::Sources(sources));
    harness.settled().keys("H")
}

#[test]
fn an_input_that_could_not_be_read_is_a_problem_unless_it_is_one_already() {
    let untold = health(vec![failed("a.json", "no such file")], &SpanBatch::default(), 30);
    assert!(untold.line("─ Problems 1 ").is_some(), "{}", untold.screen());
    let row = untold.screen().lines().find(|line| line.contains("▌")).map(str::to_owned).unwrap_or_default();
    assert!(row.contains("a.json: no such file") && !row.contains("line 1") && !row.contains("10:35"), "{row}");

    let mut batch = SpanBatch::default();
    let (place, origin) = (Place::Line(7), "a.json".to_owned());
    batch.problems.push(Problem { place, reason: "no such file".into(), origin, time: NOW, bytes: Vec::new() });
    let told = health(vec![failed("a.json", "no such file")], &batch, 30);
    assert!(told.line("─ Problems 1 ").is_some(), "{}", told.screen());
    assert!(told.line("10:35:00  a.json  line 7  no such file").is_some(), "{}", told.screen());
    for other in [failed("b.json", "no such file"), failed("a.json", "permission denied")] {
        let both = health(vec![other], &batch, 30);
        assert!(both.line("─ Problems 2 ").is_some(), "{}", both.screen());
    }
}

#[test]
fn the_last_lines_between_spans_are_shown_in_order_and_all_are_counted() {
    let mut batch = SpanBatch::default();
    for n in 1..=250_u64 {
        let (text, origin) = (format!("said {n}"), "app.log".to_owned());
        batch.lines.push(OutputLine { text, line: n, origin: origin.into(), ..OutputLine::default() });
    }
    let harness = health(Vec::new(), &batch, 30);
    let screen = harness.screen();
    assert!(screen.contains("─ Output lines 250 ─"), "{screen}");
    let lines: Vec<&str> = screen.lines().filter(|line| line.contains("app.log:")).collect();
    assert!(lines.len() >= 4, "{screen}");
    for (n, line) in lines.iter().rev().enumerate() {
        let n = 250 - n;
        assert!(line.starts_with(&format!("│ app.log:{n}  said {n} ")), "{screen}");
    }
    let bottom = screen.lines().rev().nth(1).unwrap_or_default();
    assert!(
        bottom.starts_with('╰') && screen.lines().rev().nth(2).is_some_and(|line| line.contains("said 250")),
        "{screen}"
    );
    // Without room for it the panel is not there.
    assert!(!health(Vec::new(), &batch, 12).screen().contains("Output lines"));
}

#[test]
fn sources_with_trouble_come_first_where_not_all_fit() {
    let mut doors = usual_doors();
    let last = doors.len() - 1;
    doors[last].malformed = 3;
    doors[last].requests = Some(9);
    let few = health(doors.clone(), &SpanBatch::default(), 14);
    let first = few.screen().lines().find(|line| line.contains("● ")).map(str::to_owned).unwrap_or_default();
    assert!(first.contains("sampling :5778"), "{}", few.screen());
    assert!(few.line(" more ").is_some(), "{}", few.screen());
    let all = health(doors, &SpanBatch::default(), 40);
    let first = all.screen().lines().find(|line| line.contains("● ")).map(str::to_owned).unwrap_or_default();
    assert!(first.contains("jaeger-compact :6831") && all.line(" more ").is_none(), "{}", all.screen());
    let ports: Vec<_> = all.screen().lines().filter(|line| line.contains("listening")).map(str::to_owned).collect();
    assert_eq!(ports.len(), 8, "a port is one row: {}", all.screen());
}

#[test]
fn a_file_that_is_being_read_comes_before_those_that_are_done() {
    let file = |name: String, state| SourceStatus {
        protocol: "console".into(),
        endpoint: name,
        state,
        spans: 1,
        ..SourceStatus::default()
    };
    for state in [SourceState::Reading { done: 1, total: Some(2) }, SourceState::Following, SourceState::Stopped] {
        let mut files: Vec<_> = (0..9).map(|n| file(format!("done-{n}.json"), SourceState::Done)).collect();
        files.push(SourceStatus { spans: 0, ..file("now.json".into(), state.clone()) });
        let few = health(files, &SpanBatch::default(), 14);
        let first = few.screen().lines().find(|line| line.contains("● ")).map(str::to_owned).unwrap_or_default();
        assert!(first.contains("now.json"), "{state:?}: {}", few.screen());
    }
}

#[test]
fn figures_of_both_addresses_of_a_port_are_added_up() {
    let mut doors: Vec<_> = usual_doors().into_iter().filter(|door| door.endpoint.ends_with(":4318")).collect();
    for (door, n) in doors.iter_mut().zip([3, 40]) {
        (door.spans, door.requests, door.refused, door.not_kept) = (n * 10, Some(n), n, n + 1);
    }
    let merged = SourceStatus::merged(doors.clone());
    assert_eq!(merged.len(), 1);
    let door = &merged[0];
    assert_eq!((&*door.endpoint, door.spans, door.requests), (":4318", 430, Some(43)));
    assert_eq!((door.refused, door.not_kept), (43, 45));
    // One of them reached from outside is another door.
    doors[1].exposed = true;
    assert_eq!(SourceStatus::merged(doors).len(), 2);
}

#[test]
fn health_goes_on_while_pictures_are_frozen() {
    let problem = |n: u8| {
        let mut batch = SpanBatch::default();
        let (place, origin) = (Place::Line(u64::from(n)), "a.json".to_owned());
        batch.problems.push(Problem { place, reason: format!("reason {n}"), origin, time: NOW, bytes: Vec::new() });
        batch
    };
    let mut harness = health(usual_doors(), &problem(1), 30).keys("space");
    assert!(harness.line("PAUSED").is_some(), "{}", harness.screen());
    harness.extend(&problem(2));
    assert!(harness.line("reason 2").is_some() && harness.line("─ Problems 2 ").is_some(), "{}", harness.screen());
}
