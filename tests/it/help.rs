//! Help and the command palette, by keys and by mouse.

use tracetui::tui::{Effect, MouseKind, Options};

use crate::harness::{Harness, options};

const HELLO: &[u8] = include_bytes!("../../assets/hello.json");

fn palette(width: u16, height: u16) -> Harness {
    Harness::open(HELLO, width, height).keys(":")
}

/// Lines of the overlay's list, from the first below the prompt on.
fn rows(harness: &Harness) -> Vec<String> {
    let screen = harness.screen();
    let lines: Vec<&str> = screen.lines().collect();
    let prompt = lines.iter().position(|line| line.contains("│ : ")).expect("the prompt");
    let left = lines[prompt].chars().position(|c| c == ':').expect("the prompt") - 2;
    let inside = |line: &&str| -> Option<String> {
        let mut rest = line.chars().skip(left);
        (rest.next() == Some('│')).then(|| rest.take_while(|c| *c != '│').collect())
    };
    lines.iter().skip(prompt + 1).map_while(inside).filter(|row| !row.trim().is_empty()).collect()
}

/// Which of them is selected.
fn selected(harness: &Harness) -> usize {
    let screen = harness.screen();
    let at = rows(harness).iter().position(|line| line.contains('▌'));
    at.unwrap_or_else(|| panic!("no row is selected\n{screen}"))
}

#[test]
fn rows_are_walked_one_by_one_and_ten_by_ten_and_not_beyond_the_ends() {
    let mut harness = palette(100, 30);
    assert_eq!(selected(&harness), 0);
    let walk = [("down", 1), ("down down", 3), ("up", 2), ("pagedown", 12), ("pageup", 2), ("pageup", 0), ("up", 0)];
    for (keys, wanted) in walk {
        harness = harness.keys(keys);
        assert_eq!(selected(&harness), wanted, "{keys}");
    }
    let last = palette(100, 30).keys(&"pagedown ".repeat(20));
    let shown = rows(&last);
    assert_eq!(selected(&last), shown.len() - 1, "{}", last.screen());
    let again = last.keys("down");
    assert_eq!(rows(&again), shown);
}

#[test]
fn typing_goes_back_to_the_first_row_and_finds_by_name_key_help_and_letters_in_order() {
    let harness = palette(100, 30).keys("down down").text("health");
    assert_eq!(selected(&harness), 0, "{}", harness.screen());
    assert!(rows(&harness)[0].contains("Sources, counters and problems"), "{}", harness.screen());
    let found = |text: &str| rows(&palette(100, 30).text(text)).iter().filter(|row| row.contains("  ")).count();
    let row = |text: &str| rows(&palette(100, 30).text(text))[0].clone();
    assert!(row("helth").contains("Sources, counters"), "letters in order: {}", row("helth"));
    assert!(palette(100, 30).text("htlaeh").line("no action matches").is_some());
    assert!(row("counters problems").contains("Sources, counters"), "all of the words");
    assert!(palette(100, 30).text("counters nothing").line("no action matches").is_some());
    assert!(row("ctrl-z").contains("Suspend"), "{}", row("ctrl-z"));
    assert!(found("q") >= 1);
}

#[test]
fn where_nothing_matches_it_says_so_below_the_prompt() {
    let harness = palette(100, 30).text("zzzz");
    let screen = harness.screen();
    let lines: Vec<&str> = screen.lines().collect();
    let prompt = lines.iter().position(|line| line.contains("│ : zzzz")).expect("the prompt");
    let text = lines.iter().position(|line| line.contains("no action matches")).expect("a word");
    assert_eq!(text, prompt + 2, "{screen}");
    let column = |line: &str, part: &str| line.split(part).next().map(|before| before.chars().count());
    assert_eq!(column(lines[text], "no action"), column(lines[prompt], ": zzzz").map(|x| x + 1), "{screen}");
    assert_eq!(harness.keys("enter").effects, []);
}

#[test]
fn it_stands_in_the_middle() {
    let column = |harness: &Harness| {
        let screen = harness.screen();
        let (y, line) = screen.lines().enumerate().find(|(_, line)| line.contains("─ Commands ")).expect("its title");
        let x = line.chars().position(|c| c == '╭').expect("a corner");
        (x, y, line.chars().skip(x).position(|c| c == '╮'))
    };
    let (x, y, width) = column(&palette(100, 30));
    assert_eq!((x, y, width), (8, 0, Some(83)));
    let (x, y, width) = column(&palette(161, 61));
    assert_eq!((x, y, width), (38, 10, Some(83)));
    let (x, _, width) = column(&palette(60, 24));
    assert_eq!((x, width), (0, Some(59)));
}

#[test]
fn the_bottom_line_says_what_keys_do_here_and_nothing_else() {
    let harness = palette(100, 30);
    let screen = harness.screen();
    let bottom = screen.lines().last().unwrap_or_default();
    for word in ["does it", "move", "close"] {
        assert!(bottom.contains(word), "{bottom}");
    }
    assert!(!bottom.contains("health") && !bottom.contains("pause"), "{bottom}");
}

/// Where the row with this text is.
fn place(harness: &Harness, text: &str) -> (u16, u16) {
    let screen = harness.screen();
    let (y, line) = screen.lines().enumerate().find(|(_, line)| line.contains(text)).expect("the row");
    let x = line.split(text).next().map_or(0, |before| before.chars().count());
    (u16::try_from(x).expect("small"), u16::try_from(y).expect("small"))
}

#[test]
fn a_click_selects_the_row_under_it_and_a_double_click_does_it() {
    let harness = palette(100, 30);
    let third = rows(&harness)[2].clone();
    let (x, y) = place(&harness, "│ : ");
    let clicked = harness.mouse(MouseKind::Press { clicks: 1 }, x + 10, y + 3);
    assert_eq!(selected(&clicked), 2);
    assert_eq!(rows(&clicked)[2].replace('▌', " "), third.replace('▌', " "));
    let clicked = clicked.mouse(MouseKind::Press { clicks: 1 }, x + 10, y);
    assert_eq!(selected(&clicked), 2, "the prompt is no row");
    // Where it does not begin at the top of the screen too.
    let tall = palette(161, 61);
    let (x, y) = place(&tall, "│ : ");
    assert_eq!(selected(&tall.mouse(MouseKind::Press { clicks: 1 }, x + 10, y + 3)), 2);
    for kind in [MouseKind::Drag, MouseKind::Release] {
        let moved = palette(100, 30).mouse(kind, x + 10, y + 3);
        assert_eq!(selected(&moved), 0);
    }
    let harness = palette(100, 30).text("sources, counters");
    let (x, y) = place(&harness, "Sources, counters");
    let done = harness.mouse(MouseKind::Press { clicks: 2 }, x, y);
    assert!(done.line(" Health").is_some(), "{}", done.screen());
}

#[test]
fn a_click_beside_it_closes_it_and_does_nothing_else() {
    for (x, y) in [(2, 12), (99, 12)] {
        let closed = palette(100, 30).mouse(MouseKind::Press { clicks: 1 }, x, y);
        assert!(closed.line("─ Commands ").is_none(), "{}", closed.screen());
        assert!(closed.line("Traces 1").is_some());
    }
    assert!(palette(100, 30).mouse(MouseKind::WheelDown, 2, 12).line("─ Commands ").is_some());
}

#[test]
fn the_wheel_scrolls_three_rows_and_the_selected_one_stays_in_sight() {
    let harness = palette(100, 24);
    let before = rows(&harness);
    let down = palette(100, 24).mouse(MouseKind::WheelDown, 50, 12);
    let plain = |row: &str| row.replace(['▌', '↑', '↓'], " ");
    assert_eq!(plain(&rows(&down)[0]), plain(&before[3]), "{}", down.screen());
    assert_eq!(selected(&down), 0, "it moved with the edge");
    let up = down.mouse(MouseKind::WheelUp, 50, 12);
    assert_eq!(plain(&rows(&up)[0]), plain(&before[0]));
    assert_eq!(selected(&up), 3);
}

#[test]
fn what_is_pasted_is_searched_for() {
    let mut harness = palette(100, 30);
    harness.app().update(tracetui::tui::Msg::Paste("sources, counters".into()));
    let harness = harness.settled();
    assert!(rows(&harness)[0].contains("Sources, counters"), "{}", harness.screen());
    assert_eq!(palette(100, 30).keys("ctrl-c").effects, [Effect::Quit]);
}

#[test]
fn the_best_match_comes_first() {
    let first = |text: &str| rows(&palette(100, 30).text(text))[0].clone();
    assert!(first("f").contains(" filter "), "what begins with it: {}", first("f"));
    assert!(first("health").contains(" health "));
    // A word of the name before what is only said of it.
    assert!(first("longest").contains("sort longest"), "{}", first("longest"));
    let found = rows(&palette(100, 30).text("follow"));
    assert!(found[0].contains(" follow ") && found[1].contains("follow-link"), "{found:?}");
}

#[test]
fn what_does_nothing_here_is_there_and_says_why() {
    let harness = palette(120, 30).text("fold-all");
    assert!(rows(&harness)[0].contains("in a trace"), "{}", harness.screen());
    let done = harness.keys("enter");
    assert!(done.line("fold-all does something in a trace").is_some(), "{}", done.screen());
    // In a trace without a link.
    let link = Harness::open(HELLO, 120, 30).keys("enter :").text("follow-link");
    assert!(rows(&link)[0].contains("nothing to do now"), "{}", link.screen());
    let fold = Harness::open(HELLO, 120, 30).keys("enter :").text("fold-all");
    assert!(!rows(&fold)[0].contains("in a trace") && !rows(&fold)[0].contains("nothing"), "{}", fold.screen());
}

#[test]
fn orders_services_and_traces_are_found_by_name() {
    let sorted = palette(100, 30).text("sort longest").keys("enter");
    assert!(sorted.line("longest ▾").is_some(), "{}", sorted.screen());
    let service = palette(100, 30).text("my-hello");
    assert!(rows(&service)[0].contains("List the traces of this service"), "{}", service.screen());
    let listed = service.keys("enter");
    assert!(listed.line("Traces 1").is_some_and(|line| line.contains("my-helloworld")), "{}", listed.screen());
    let id = listed.keys("y").effects.pop();
    let Some(Effect::Copy(id)) = id else { panic!("an id is copied: {id:?}") };
    let found = palette(100, 30).text(id.get(..6).expect("digits"));
    assert!(rows(&found)[0].contains("Open this trace"), "{}", found.screen());
    let opened = found.keys("enter");
    assert!(opened.line("‹").is_some() && opened.keys("esc").line("Traces 1").is_some());
}

const SECTIONS: [&str; 7] = ["Traces", "Trace", "Output", "Health", "Rows", "Everywhere", "Signs"];

/// The lines of help, without its borders.
fn help(harness: &Harness) -> Vec<String> {
    let screen = harness.screen();
    let lines = screen.lines().skip_while(|line| !line.contains("─ Keys ")).skip(2);
    let inside = |line: &str| line.split('│').max_by_key(|part| part.chars().count()).unwrap_or_default().to_string();
    let lines = lines.take_while(|line| !line.contains("─────────────────────────────────────╯"));
    lines.map(|line| inside(line).trim_end_matches(['↓', '↑', ' ']).to_string()).collect()
}

#[test]
fn help_begins_with_the_keys_of_the_screen_below_and_explains_the_signs() {
    let heads = |keys: &str| -> Vec<String> {
        let harness = Harness::open(HELLO, 100, 120).keys(keys).keys("?");
        let heads = help(&harness).into_iter().map(|line| line.trim().to_string());
        let is_head = |line: &String| SECTIONS.contains(&line.as_str());
        heads.filter(is_head).collect()
    };
    assert_eq!(heads(""), ["Traces", "Rows", "Everywhere", "Trace", "Output", "Health", "Signs"]);
    assert_eq!(heads("enter"), ["Trace", "Rows", "Everywhere", "Traces", "Output", "Health", "Signs"]);
    let signs = Harness::open(HELLO, 100, 30).keys("?").text("signs failed");
    assert!(
        help(&signs).iter().any(|line| line.contains('✗') && line.contains("This span failed")),
        "{}",
        signs.screen()
    );
}

#[test]
fn help_is_as_large_as_what_it_says_and_tells_that_there_is_more() {
    let short = Harness::open(HELLO, 100, 40).keys("?").text("suspend");
    assert_eq!(help(&short).iter().filter(|line| !line.trim().is_empty()).count(), 2, "{}", short.screen());
    assert!(help(&short).len() <= 3, "{}", short.screen());
    let long = Harness::open(HELLO, 100, 30).keys("?");
    assert!(long.screen().lines().any(|line| line.ends_with('↓') || line.contains("↓ ")), "{}", long.screen());
    let before = help(&long);
    let scrolled = long.keys("down down");
    assert_eq!(help(&scrolled)[0], before[2], "{}", scrolled.screen());
    let end = scrolled.keys("pagedown pagedown pagedown pagedown pagedown pagedown pagedown pagedown pagedown");
    assert!(help(&end).last().is_some_and(|line| line.contains("among the dots")), "{}", end.screen());
    // Where it is wide, in two columns.
    let wide = Harness::open(HELLO, 160, 60).keys("?");
    assert!(
        help(&wide).iter().any(|line| line.contains("Open the selected trace") && line.trim().len() > 70),
        "{}",
        wide.screen()
    );
}

#[test]
fn what_lies_below_an_overlay_steps_back() {
    for key in ["?", ":"] {
        let harness = Harness::open(HELLO, 100, 30).keys(key);
        let buf = harness.buffer();
        let dim = buf.content().iter().filter(|cell| cell.modifier.contains(ratatui::style::Modifier::DIM)).count();
        assert!(dim > 100, "{key}");
    }
}

#[test]
fn help_closes_on_the_keys_that_opened_it() {
    for key in ["?", "q", "esc", "enter"] {
        let closed = Harness::open(HELLO, 100, 30).keys("?").keys(key);
        assert!(closed.line("─ Keys ").is_none(), "{key}: {}", closed.screen());
        assert_eq!(closed.effects, [], "{key}");
    }
    // Behind a letter they are letters.
    let typed = Harness::open(HELLO, 100, 30).keys("?").text("aq?");
    assert!(typed.line("│ : aq?").is_some(), "{}", typed.screen());
    let ascii = Harness::new(Options { ascii: true, ..options() }, 100, 30).keys("?");
    assert!(ascii.screen().is_ascii());
}
