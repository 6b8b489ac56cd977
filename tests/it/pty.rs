//! The program in a real terminal: what it shows, and that it leaves the terminal as it found it, whatever ends it.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::process::{BIN, signal};

/// Far longer than anything here takes; only a failing test waits for it.
const PATIENCE: Duration = Duration::from_secs(30);

struct Terminal {
    master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    before: String,
}

impl Terminal {
    fn start(program: &str, arguments: &[&str]) -> Self {
        let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a terminal");
        let before = modes(pair.master.as_ref());
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.env("TERM", "xterm-256color");
        let child = pair.slave.spawn_command(command).expect("the binary starts");
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let keys = pair.master.take_writer().expect("a writer");
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(len @ 1..) = reader.read(&mut bytes) {
                if sender.send(bytes.iter().take(len).copied().collect()).is_err() {
                    return;
                }
            }
        });
        // The slave side stays with the child alone, so that its end is the end of the output.
        drop(pair.slave);
        let parser = vt100::Parser::new(cells(24), cells(80), 0);
        Self { master: pair.master, child, keys, output, screen: parser, before }
    }

    /// The app, showing the built-in workload.
    fn demo() -> Self {
        let mut terminal = Self::start(BIN, &["demo"]);
        terminal.wait(|screen| !screen.contents().trim().is_empty());
        assert!(terminal.screen.screen().alternate_screen());
        assert!(terminal.screen.screen().bracketed_paste());
        assert_ne!(terminal.screen.screen().mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        assert_ne!(modes(terminal.master.as_ref()), terminal.before, "raw mode");
        terminal
    }

    /// Waits until the screen is like this.
    fn wait(&mut self, condition: impl Fn(&vt100::Screen) -> bool) {
        while !condition(self.screen.screen()) {
            let bytes = self.output.recv_timeout(PATIENCE).expect("the screen changes");
            self.screen.process(&bytes);
        }
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("the terminal takes keys");
    }

    fn signal(&self, name: &str) {
        signal(self.child.process_id().expect("it runs"), name);
    }

    /// Waits for the end, checks that the terminal is as it was, and returns the exit code.
    fn end(mut self) -> (u32, String) {
        let code = self.child.wait().expect("it ends").exit_code();
        while let Ok(bytes) = self.output.recv_timeout(PATIENCE) {
            self.screen.process(&bytes);
        }
        self.assert_restored();
        assert_eq!(modes(self.master.as_ref()), self.before, "cooked mode");
        (code, self.screen.screen().contents())
    }

    fn assert_restored(&self) {
        let screen = self.screen.screen();
        assert!(!screen.alternate_screen(), "alternate screen");
        assert!(!screen.hide_cursor(), "cursor");
        assert!(!screen.bracketed_paste(), "bracketed paste");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None, "mouse");
    }
}

fn cells(n: u16) -> NonZeroU16 {
    NonZeroU16::new(n).expect("not zero")
}

/// The terminal's modes as text, to compare.
fn modes(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().expect("modes"))
}

#[test]
fn quitting_restores_the_terminal() {
    for keys in ["q", "\x03"] {
        let mut terminal = Terminal::demo();
        terminal.press(keys);
        assert_eq!(terminal.end(), (0, String::new()), "{keys:?}");
    }
}

#[test]
fn signals_restore_the_terminal() {
    for name in ["TERM", "HUP", "INT"] {
        let terminal = Terminal::demo();
        terminal.signal(name);
        assert_eq!(terminal.end(), (0, String::new()), "{name}");
    }
}

#[test]
fn the_screen_follows_the_size_of_the_terminal() {
    let mut terminal = Terminal::demo();
    terminal.screen.screen_mut().set_size(cells(40), cells(120));
    let before = terminal.screen.screen().contents();
    let size = PtySize { rows: 40, cols: 120, pixel_width: 0, pixel_height: 0 };
    terminal.master.resize(size).expect("a terminal can be resized");
    terminal.wait(|screen| screen.contents() != before);
    terminal.press("q");
    assert_eq!(terminal.end().0, 0);
}

#[cfg(target_os = "linux")]
#[test]
fn stopping_restores_the_terminal_and_continuing_takes_it_again() {
    for by_key in [true, false] {
        let mut terminal = Terminal::demo();
        let shown = terminal.screen.screen().contents();
        if by_key {
            terminal.press("\x1a");
        } else {
            terminal.signal("TSTP");
        }
        terminal.wait(|screen| !screen.alternate_screen() && !screen.hide_cursor());
        let stat = format!("/proc/{}/stat", terminal.child.process_id().expect("it runs"));
        while !std::fs::read_to_string(&stat).expect("it runs").contains(") T ") {
            std::thread::yield_now();
        }
        terminal.assert_restored();
        assert_eq!(modes(terminal.master.as_ref()), terminal.before, "cooked mode while stopped");
        terminal.signal("CONT");
        let head = shown.lines().next().expect("a line").to_owned();
        terminal.wait(|screen| screen.alternate_screen() && screen.contents().starts_with(&head));
        terminal.press("q");
        assert_eq!(terminal.end().0, 0);
    }
}

#[test]
fn piped_input_is_read_while_keys_come_from_the_terminal() {
    let mut terminal = Terminal::start("/bin/sh", &["-c", &format!("{BIN} demo </dev/null")]);
    terminal.wait(|screen| screen.alternate_screen() && !screen.contents().trim().is_empty());
    terminal.press("q");
    assert_eq!(terminal.end(), (0, String::new()));
}

#[test]
fn files_without_spans_never_take_the_screen() {
    let (code, shown) = Terminal::start(BIN, &["open", "/dev/null"]).end();
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
    let (code, shown) = Terminal::start("/bin/sh", &["-c", &script]).end();
    assert_ne!(code, 0);
    assert!(shown.contains("on purpose"), "{shown}");
}
