//! Rows of a waterfall say what they are: operations can be read, failures are told from failures below.

use std::collections::HashSet;

use tracetui::demo::workload;
use tracetui::model::TraceId;
use tracetui::tui::{Colors, Options};

use crate::harness::{Harness, NOW, options};

const LONG: &[u8] = include_bytes!("../fixtures/cases/long-names.jsonl");
const FAILING_CHILD: &[u8] = include_bytes!("../fixtures/cases/k11-ok-parent-failing-child.log");

fn colored() -> Options {
    Options { colors: Colors::True, ..options() }
}

/// The rows of the trace that is open, all of them, as a screen of this width shows them.
fn rows(mut harness: Harness, width: u16) -> Vec<String> {
    harness = harness.resize(width, 24).keys("enter g");
    let (mut rows, mut last) = (Vec::new(), String::new());
    for _ in 0..400 {
        let screen = harness.screen();
        let row = screen.lines().find(|line| line.starts_with('▌')).expect("a selected row").to_string();
        let head = screen.lines().find(|line| line.starts_with("│ ")).unwrap_or_default().to_string();
        if format!("{row}{head}") == last {
            break;
        }
        last = format!("{row}{head}");
        // The selected row says its service in any case: look at it from the next one.
        harness = harness.keys("j");
        rows.push(row);
    }
    rows
}

/// What stands before the bars.
fn name_column(screen: &str) -> usize {
    let ruler = screen.lines().find(|line| line.contains("operation") || line.contains("above")).expect("a ruler");
    let bytes =
        ruler.find("0 n").or(ruler.find("0 µ")).or(ruler.find("0 m")).or(ruler.find("0 s")).expect("a first tick");
    ruler.get(..bytes).unwrap_or(ruler).chars().count()
}

/// Rows of the demo's traces of this operation, and how many of them are cut.
fn cut(operation: &str, width: u16) -> (usize, usize) {
    let batches = workload(1, NOW);
    let mut ids: Vec<TraceId> = Vec::new();
    for batch in &batches {
        let spans = batch.spans.iter().map(|span| batch.span(span));
        let roots = spans.filter(|span| span.name == operation && span.parent_id.is_none());
        ids.extend(roots.map(|span| span.trace_id));
    }
    let (mut all, mut cut) = (0, 0);
    for id in ids.into_iter().take(4) {
        // A tall screen shows all rows at once, the first and the selected one being the same.
        let mut harness = Harness::new(colored(), width, 120);
        for batch in &batches {
            harness.app().extend(batch);
        }
        let screen = harness.settled().keys("/").text(&id.to_string()).keys("enter enter").screen();
        let end = name_column(&screen);
        let lines: Vec<String> =
            screen.lines().skip_while(|line| !line.contains("operation")).skip(1).map(str::to_owned).collect();
        for line in lines.iter().take_while(|line| !line.starts_with('╭') && !line.is_empty()) {
            all += 1;
            cut += usize::from(line.chars().take(end).any(|char| char == '…'));
        }
    }
    (all, cut)
}

#[test]
fn at_80_and_100_columns_hardly_any_row_of_an_ordinary_trace_is_cut() {
    for operation in ["POST /checkout", "GET /product/{id}", "GET /delivery/slots"] {
        for width in [80, 100] {
            let (all, cut) = cut(operation, width);
            assert!(all > 50, "{operation}: {all} rows");
            assert!(cut * 10 <= all, "{operation} at {width}: {cut} of {all} rows are cut");
        }
    }
}

#[test]
fn services_of_thirty_letters_leave_every_operation_readable() {
    for (colors, width) in [(Colors::True, 80), (Colors::True, 100), (Colors::None, 80), (Colors::None, 160)] {
        let harness = Harness::new(Options { colors, ..options() }, width, 24).feed(LONG);
        let rows = rows(harness, width);
        assert_eq!(rows.len(), 10, "{rows:#?}");
        for name in operations() {
            // Its end says which operation it is, where there is no room for all of it.
            let end = name.get(name.len() - 5..).expect("a long name");
            assert!(rows.iter().any(|row| row.contains(end)), "{name} can be told in {rows:#?}");
        }
        let distinct: HashSet<_> = rows.iter().collect();
        assert_eq!(distinct.len(), 10, "no two rows read the same");
    }
}

/// The operations of the file with long names.
fn operations() -> Vec<String> {
    let lines = std::str::from_utf8(LONG).expect("text").lines();
    let name = |line: &str| {
        let span: serde_json::Value = serde_json::from_str(line).expect("JSON");
        span["name"].as_str().map(str::to_owned)
    };
    lines.filter_map(name).collect()
}

#[test]
fn the_details_say_service_and_operation_whole() {
    for width in [80, 100] {
        let mut harness = Harness::new(colored(), width, 24).feed(LONG).keys("enter");
        for _ in operations() {
            let screen = harness.screen();
            let lines = screen.lines().skip_while(|line| !line.starts_with('╭')).skip(1);
            let text: Vec<&str> = lines.map(|line| line.trim_matches(['│', ' '])).collect();
            let (panel, glued) = (text.join(" "), text.concat());
            assert!(operations().iter().any(|name| glued.contains(name.as_str()) || panel.contains(name)), "{screen}");
            harness = harness.keys("j");
        }
    }
}

#[test]
fn a_parent_that_did_not_fail_counts_what_failed_below_it() {
    let rows = rows(Harness::new(colored(), 100, 24).feed(FAILING_CHILD), 100);
    let marked: Vec<bool> = rows.iter().map(|row| row.contains('✗')).collect();
    assert_eq!(marked.iter().filter(|mark| **mark).count(), 1, "{rows:#?}");
    assert!(rows.first().is_some_and(|row| row.contains("↓1") && !row.contains('✗')), "{rows:#?}");
}

#[test]
fn the_column_of_names_never_shrinks_as_the_terminal_grows() {
    let mut before = 0;
    for width in 60..200 {
        let harness = Harness::new(colored(), width, 24).feed(LONG).keys("enter");
        let column = name_column(&harness.screen());
        assert!(column >= before, "{column} at {width} after {before}");
        before = column;
    }
}

#[test]
fn names_can_be_widened_narrowed_and_dragged() {
    use tracetui::tui::MouseKind;
    let open = || Harness::new(colored(), 100, 24).feed(LONG).keys("enter");
    let column = |harness: &Harness| name_column(&harness.screen());
    let before = column(&open());
    assert_eq!(column(&open().keys(">")), before + 4);
    assert_eq!(column(&open().keys("< <")), before - 8);
    // The border is the column before the bars.
    let border = u16::try_from(before).expect("a column") - 1;
    let dragged = open().mouse(MouseKind::Press { clicks: 1 }, border, 5).mouse(MouseKind::Drag, border - 10, 6).mouse(
        MouseKind::Release,
        border - 10,
        6,
    );
    assert_eq!(column(&dragged), before - 10);
    // No longer dragged.
    assert_eq!(column(&dragged.mouse(MouseKind::Drag, 60, 6)), before - 10);
}
