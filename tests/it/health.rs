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
    // With the keys, they scroll, and come back to where they were.
    let scrolled = few.keys("tab G");
    assert!(scrolled.line("jaeger-grpc :14250").is_some(), "{}", scrolled.screen());
    assert!(scrolled.line("above").is_some() && scrolled.line(" more ").is_none(), "{}", scrolled.screen());
    assert!(scrolled.keys("tab").line("sampling :5778").is_some());
    let all = health(doors, &SpanBatch::default(), 40);
    let first = all.screen().lines().find(|line| line.contains("● ")).map(str::to_owned).unwrap_or_default();
    assert!(first.contains("jaeger-compact :6831") && all.line(" more ").is_none(), "{}", all.screen());
    let ports: Vec<_> =
        all.screen().lines().filter(|line| line.contains("nothing has come in yet")).map(str::to_owned).collect();
    assert_eq!(ports.len(), 7, "a port is one row: {}", all.screen());
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

/// A door where something came.
fn door() -> SourceStatus {
    SourceStatus {
        protocol: "otlp-http".into(),
        endpoint: ":4318".into(),
        requests: Some(9),
        ..SourceStatus::default()
    }
}

fn datagrams(n: u64) -> SourceStatus {
    let (protocol, endpoint) = ("jaeger-compact".into(), ":6831".into());
    SourceStatus { protocol, endpoint, datagrams: n, bytes: n, kernel_drops: Some(0), ..SourceStatus::default() }
}

#[test]
fn why_nothing_shows_is_answered_for_each_source_in_a_sentence_that_is_not_cut() {
    let file = |state| SourceStatus { requests: None, endpoint: "a.json".into(), state, ..door() };
    let table = [
        (datagrams(0), "nothing has come in yet"),
        (SourceStatus { malformed: 3, ..datagrams(3) }, "no spans: 3 malformed, the problems below say why"),
        (SourceStatus { malformed: 2, spans: 1, ..datagrams(3) }, "2 malformed: the problems below say why"),
        (datagrams(3), "what came held no spans"),
        (SourceStatus { protocol: "sampling".into(), ..door() }, "● sampling :4318 0 0 9 requests"),
        (
            SourceStatus { refused: 4, ..door() },
            "no spans: 4 turned away: without the token, from a foreign page, or too large",
        ),
        (
            SourceStatus { refused: 4, spans: 1, ..door() },
            "4 turned away: without the token, from a foreign page, or too large",
        ),
        (
            SourceStatus { not_kept: 9, ..door() },
            "no spans: 9 requests with metrics or profiles; OTEL_TRACES_EXPORTER=otlp sends traces too",
        ),
        (SourceStatus { not_kept: 1, spans: 3, ..door() }, "1 request with metrics or profiles: answered, not kept"),
        (SourceStatus { logs: 1, spans: 3, ..door() }, "1 log record: L shows them"),
        (SourceStatus { exposed: true, ..door() }, "listens on all interfaces, open to the network"),
        (SourceStatus { exposed: true, asks_token: true, ..door() }, "open to the network, asks for the token"),
        (SourceStatus { asks_token: true, spans: 1, ..door() }, "asks for the token"),
        (SourceStatus { state: SourceState::Busy, ..door() }, "not opened: another program has the port"),
        (
            SourceStatus { kernel_drops: Some(5), spans: 1, ..datagrams(9) },
            "lost 5: datagrams that the system dropped, its buffer was full",
        ),
        (
            SourceStatus { kernel_drops: None, spans: 1, ..datagrams(9) },
            "what the system drops cannot be counted here (n/a)",
        ),
        (
            SourceStatus { queue_drops: 5, client_drops: 2, spans: 1, ..door() },
            "lost 7: 5 spans dropped here, more came than could be stored; 2 spans that clients dropped before sending",
        ),
        (file(SourceState::Done), "read to the end, no spans in it"),
        (file(SourceState::Stopped), "stopped before the end"),
        (file(SourceState::Following), "nothing was written yet"),
        (file(SourceState::Failed("a.json: no such file".into())), "no such file"),
        (SourceStatus { spans: 3, ..file(SourceState::Reading { done: 43, total: Some(100) }) }, "reading 43 %"),
        (SourceStatus { spans: 3, ..file(SourceState::Reading { done: 2048, total: None }) }, "reading 2 KiB"),
        (SourceStatus { spans: 3, ..file(SourceState::Following) }, "followed"),
    ];
    for (source, said) in table {
        for width in [80, 160] {
            let harness = health(vec![source.clone()], &SpanBatch::default(), 30).resize(width, 30);
            let lines: Vec<String> = harness
                .screen()
                .lines()
                .skip(3)
                .take_while(|line| !line.contains('╰'))
                .map(|line| line.trim_matches(['│', ' ']).to_owned())
                .collect();
            let text = lines.join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(text.contains(said), "{said}: {}", harness.screen());
            assert!(!text.contains('…'), "{said}: {}", harness.screen());
        }
    }
}

#[test]
fn a_source_that_does_what_it_should_says_its_figures_alone() {
    let source = SourceStatus { spans: 12_345, bytes: 2_048, ..datagrams(1) };
    let harness = health(vec![source], &SpanBatch::default(), 30).resize(80, 24);
    let screen = harness.screen();
    let lines: Vec<&str> = screen.lines().skip(3).take_while(|line| !line.contains('╰')).collect();
    assert_eq!(lines.len(), 1, "{screen}");
    let words: Vec<&str> = lines[0].split_whitespace().collect();
    assert_eq!(words[1..].join(" "), "● jaeger-compact :6831 12 345 0 1 datagram 2 KiB │", "{screen}");
    // What is over has no rate.
    let read =
        SourceStatus { state: SourceState::Done, spans: 7, spans_per_second: 5, bytes: 9, ..SourceStatus::default() };
    let harness = health(vec![read], &SpanBatch::default(), 30).resize(80, 24);
    let line = harness.line("●").expect("a source");
    assert!(line.contains(" 7 ") && !line.contains(" 5 "), "{line}");
}

#[test]
fn the_store_says_why_nothing_shows_although_something_came() {
    let text = |harness: &Harness| {
        let lines: Vec<String> =
            harness.screen().lines().map(|line| line.trim_matches(['│', ' ']).to_owned()).collect();
        lines.join(" ")
    };
    let none = health(vec![datagrams(0)], &SpanBatch::default(), 30);
    assert!(text(&none).contains("no span has come in: is the program told to send here"), "{}", none.screen());
    // What holds a file is not waited for.
    let file = SourceStatus { state: SourceState::Done, ..datagrams(0) };
    assert!(!text(&health(vec![file], &SpanBatch::default(), 30)).contains("no span has come in"));

    let shop = || crate::screens::shop_screen(80, 24);
    let filtered = shop().keys("/").text("redis").keys("enter H");
    assert!(
        text(&filtered).contains("the list shows 1 of 2 traces, those of its filter redis; esc clears it"),
        "{}",
        filtered.screen()
    );
    let of_service = shop().keys("tab down enter H");
    assert!(text(&of_service).contains("of 2 traces, those of the service "), "{}", of_service.screen());
    assert!(!text(&shop().keys("H")).contains("the list shows"));
    let frozen = shop().keys("space H");
    assert!(text(&frozen).contains("the picture is frozen, 0 spans came since; ␣ goes on"), "{}", frozen.screen());

    let options = tracetui::tui::Options { memory: 1, ..options() };
    let mut evicted = Harness::new(options, 80, 24);
    evicted.extend(&crate::sketch::sketch("a b 0..1"));
    let evicted = evicted.keys("H");
    assert!(
        text(&evicted).contains("all that came had to go again: 1 B are too little, --memory gives more"),
        "{}",
        evicted.screen()
    );
}

#[test]
fn a_problem_is_copied_with_its_place_and_its_bytes_and_shown_whole() {
    use tracetui::tui::Effect;
    let reason = format!("a string ends beyond {} the datagram", "far ".repeat(30).trim());
    let mut batch = SpanBatch::default();
    let (place, origin) = (Place::Byte(17), "10.0.0.7:4242".to_owned());
    batch.problems.push(Problem {
        place,
        reason: reason.clone(),
        origin,
        time: NOW,
        bytes: b"emitBatch\x00\xffABCDEFGH".to_vec(),
    });
    let harness = health(Vec::new(), &batch, 30).resize(80, 24);
    assert!(harness.line("…").is_some(), "{}", harness.screen());
    let copied = harness.keys("y");
    let Some(Effect::Copy(text)) = copied.effects.last() else { panic!("{:?}", copied.effects) };
    let lines: Vec<&str> = text.lines().collect();
    let time = lines[0].split("  ").next().unwrap_or_default().to_owned();
    assert_eq!(lines[0], format!("{time}  10.0.0.7:4242 byte 17  {reason}"));
    assert!(time.starts_with("20") && time.ends_with("10:35:00"), "{time}");
    assert_eq!(lines[1], "000000  65 6d 69 74 42 61 74 63 68 00 ff 41 42 43 44 45  emitBatch..ABCDE");
    assert_eq!(lines[2], "000010  46 47 48                                         FGH");
    assert_eq!(lines.len(), 3);
    let whole = copied.keys("enter");
    assert!(whole.line("datagram").is_some() && whole.line("…").is_none(), "{}", whole.screen());
    assert!(whole.line("000010  46 47 48").is_some(), "{}", whole.screen());

    // One without bytes is shown whole as well.
    batch.problems[0].bytes.clear();
    let whole = health(Vec::new(), &batch, 30).resize(80, 24).keys("enter");
    assert!(whole.line("10.0.0.7:4242 byte 17").is_some() && whole.line("bytes").is_none(), "{}", whole.screen());
    assert!(whole.line("datagram").is_some(), "{}", whole.screen());
    // None: nothing is copied, and nothing lost from the clipboard.
    let none = health(Vec::new(), &SpanBatch::default(), 30).keys("y");
    assert!(none.effects.is_empty() && none.line("there is no problem to copy").is_some(), "{}", none.screen());
}

#[test]
fn the_wheel_walks_the_problems_three_by_three_and_scrolls_a_dump() {
    use tracetui::tui::MouseKind;
    let mut batch = SpanBatch::default();
    for n in 1..=9_u8 {
        let (place, origin) = (Place::Byte(0), "peer".to_owned());
        batch.problems.push(Problem { place, reason: format!("reason {n}"), origin, time: NOW, bytes: vec![n; 900] });
    }
    let harness = health(Vec::new(), &batch, 30);
    let selected = |harness: &Harness| harness.line("▌").unwrap_or_default();
    assert!(selected(&harness).contains("reason 9"), "{}", harness.screen());
    let down = harness.mouse(MouseKind::WheelDown, 40, 20);
    assert!(selected(&down).contains("reason 6"), "{}", down.screen());
    let up = down.mouse(MouseKind::WheelDown, 40, 20).mouse(MouseKind::WheelUp, 40, 20);
    assert!(selected(&up).contains("reason 6"), "{}", up.screen());
    let dump = up.keys("enter").mouse(MouseKind::WheelDown, 40, 20);
    assert!(dump.line("000030  06").is_some() && dump.line("000020  06").is_none(), "{}", dump.screen());
    let dump = dump.mouse(MouseKind::WheelUp, 40, 20);
    assert!(dump.line("000000  06").is_some(), "{}", dump.screen());
}

#[test]
fn a_folder_of_many_files_is_scrolled_to_its_end_and_back() {
    let files = (0..3_000).map(|n| SourceStatus {
        protocol: "console".into(),
        endpoint: format!("run-{n}.json"),
        state: SourceState::Done,
        spans: 1,
        ..SourceStatus::default()
    });
    let harness = health(files.collect(), &SpanBatch::default(), 30).keys("tab");
    assert!(harness.line("run-0.json").is_some(), "{}", harness.screen());
    let last = harness.keys("G");
    assert!(last.line("run-2999.json").is_some() && last.line(" more ").is_none(), "{}", last.screen());
    let again = last.keys("j");
    assert!(again.line("run-2999.json").is_some(), "{}", again.screen());
    let up = again.keys("k");
    assert!(up.line("run-2999.json").is_none() && up.line("1 more").is_some(), "{}", up.screen());
    assert!(up.keys("g").line("run-0.json").is_some());
}
