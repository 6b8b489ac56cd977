//! The program in a real terminal: what it shows, and that it leaves the terminal as it found it, whatever ends it.

use portable_pty::PtySize;

use crate::process::{BIN, signal};
use crate::terminal::{Terminal, cells, modes};

fn start(program: &str, arguments: &[&str]) -> Terminal {
    Terminal::start(program, arguments, 80, 24)
}

/// The app, showing the built-in workload.
fn demo() -> Terminal {
    let mut terminal = start(BIN, &["demo"]);
    terminal.wait_screen("a first frame", |screen| !screen.contents().trim().is_empty());
    assert!(terminal.screen.screen().alternate_screen());
    assert!(terminal.screen.screen().bracketed_paste());
    assert_ne!(terminal.screen.screen().mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    assert_ne!(modes(terminal.master.as_ref()), terminal.before, "raw mode");
    terminal
}

/// Waits for the end, checks that the terminal is as it was, and returns the exit code and what is shown.
fn end(mut terminal: Terminal) -> (u32, String) {
    let code = terminal.end();
    assert_restored(&terminal);
    assert_eq!(modes(terminal.master.as_ref()), terminal.before, "cooked mode");
    (code, terminal.contents())
}

fn assert_restored(terminal: &Terminal) {
    let screen = terminal.screen.screen();
    assert!(!screen.alternate_screen(), "alternate screen");
    assert!(!screen.hide_cursor(), "cursor");
    assert!(!screen.bracketed_paste(), "bracketed paste");
    assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None, "mouse");
}

#[test]
fn quitting_restores_the_terminal() {
    for keys in ["q", "\x03"] {
        let mut terminal = demo();
        terminal.press(keys);
        assert_eq!(end(terminal), (0, String::new()), "{keys:?}");
    }
}

#[test]
fn signals_restore_the_terminal() {
    for name in ["TERM", "HUP", "INT"] {
        let terminal = demo();
        signal(terminal.id(), name);
        assert_eq!(end(terminal), (0, String::new()), "{name}");
    }
}

#[test]
fn the_screen_follows_the_size_of_the_terminal() {
    let mut terminal = demo();
    terminal.screen.screen_mut().set_size(cells(40), cells(120));
    let before = terminal.screen.screen().contents();
    let size = PtySize { rows: 40, cols: 120, pixel_width: 0, pixel_height: 0 };
    terminal.master.resize(size).expect("a terminal can be resized");
    terminal.wait_screen("another size", |screen| screen.contents() != before);
    terminal.press("q");
    assert_eq!(end(terminal).0, 0);
}

#[cfg(target_os = "linux")]
#[test]
fn stopping_restores_the_terminal_and_continuing_takes_it_again() {
    for by_key in [true, false] {
        let mut terminal = demo();
        let shown = terminal.screen.screen().contents();
        if by_key {
            terminal.press("\x1a");
        } else {
            signal(terminal.id(), "TSTP");
        }
        terminal.wait_screen("the terminal as it was", |screen| !screen.alternate_screen() && !screen.hide_cursor());
        let stat = format!("/proc/{}/stat", terminal.id());
        while !std::fs::read_to_string(&stat).expect("it runs").contains(") T ") {
            std::thread::yield_now();
        }
        assert_restored(&terminal);
        assert_eq!(modes(terminal.master.as_ref()), terminal.before, "cooked mode while stopped");
        signal(terminal.id(), "CONT");
        let head = shown.lines().next().expect("a line").to_owned();
        terminal.wait_screen("the screen", |screen| screen.alternate_screen() && screen.contents().starts_with(&head));
        terminal.press("q");
        assert_eq!(end(terminal).0, 0);
    }
}

#[test]
fn piped_input_is_read_while_keys_come_from_the_terminal() {
    let mut terminal = start("/bin/sh", &["-c", &format!("{BIN} demo </dev/null")]);
    terminal.wait_screen("the screen", |screen| screen.alternate_screen() && !screen.contents().trim().is_empty());
    terminal.press("q");
    assert_eq!(end(terminal), (0, String::new()));
}

#[test]
fn files_without_spans_never_take_the_screen() {
    let (code, shown) = end(start(BIN, &["open", "/dev/null"]));
    assert_eq!((code, shown.trim_end()), (3, "error: /dev/null is empty"));
}

const PANICS: &str = "TRACETUI_TEST_PANICS";

#[test]
fn a_panic_restores_the_terminal_before_it_is_told() {
    if std::env::var_os(PANICS).is_some() {
        let _screen = tracetui::term::Screen::enter().expect("a terminal");
        panic!("on purpose");
    }
    let this = std::env::current_exe().expect("a path");
    let test = "pty::a_panic_restores_the_terminal_before_it_is_told";
    let script = format!("{PANICS}=1 RUST_BACKTRACE=0 {} --exact {test} --nocapture", this.display());
    let (code, shown) = end(start("/bin/sh", &["-c", &script]));
    assert_ne!(code, 0);
    assert!(shown.contains("on purpose"), "{shown}");
}
