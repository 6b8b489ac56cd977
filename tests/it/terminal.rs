//! The program in a pseudo-terminal, with what it shows; every wait is on a condition and bounded.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// Far longer than anything here takes; only a failure waits for it.
const PATIENCE: Duration = Duration::from_secs(60);

/// A terminal with the program in it.
pub(crate) struct Terminal {
    // Closing this side would end the program.
    pub(crate) master: Box<dyn MasterPty + Send>,
    pub(crate) child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    pub(crate) screen: vt100::Parser,
    /// The terminal's modes before the program started.
    pub(crate) before: String,
    /// Bytes that were written to it.
    pub(crate) bytes: u64,
}

impl Terminal {
    /// Starts a program in a terminal of so many columns and rows.
    pub(crate) fn start(program: &str, arguments: &[&str], columns: u16, rows: u16) -> Self {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
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
            let mut bytes = vec![0; 64 * 1024];
            while let Ok(len @ 1..) = reader.read(&mut bytes) {
                if sender.send(bytes[..len].to_vec()).is_err() {
                    return;
                }
            }
        });
        // The slave side stays with the child alone, so that its end is the end of the output.
        drop(pair.slave);
        let screen = vt100::Parser::new(cells(rows), cells(columns), 0);
        Self { master: pair.master, child, keys, output, screen, before, bytes: 0 }
    }

    /// The process.
    pub(crate) fn id(&self) -> u32 {
        self.child.process_id().expect("it runs")
    }

    /// Presses keys.
    pub(crate) fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("the terminal takes keys");
    }

    /// Waits until what is shown is like this; says so when it never is.
    pub(crate) fn wait(&mut self, what: &str, condition: impl Fn(&str) -> bool) {
        self.wait_screen(what, |screen| condition(&screen.contents()));
    }

    /// Waits until the screen is like this, its modes included.
    pub(crate) fn wait_screen(&mut self, what: &str, condition: impl Fn(&vt100::Screen) -> bool) {
        let end = now() + PATIENCE;
        while !condition(self.screen.screen()) {
            let left = end.saturating_duration_since(now());
            match self.output.recv_timeout(left) {
                Ok(bytes) => self.take(&bytes),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    panic!("{what} never came:\n{}", self.contents())
                }
            }
        }
    }

    /// Takes in what is shown meanwhile.
    pub(crate) fn watch(&mut self, time: Duration) {
        let end = now() + time;
        loop {
            match self.output.recv_timeout(end.saturating_duration_since(now())) {
                Ok(bytes) => self.take(&bytes),
                Err(RecvTimeoutError::Timeout) => return,
                Err(RecvTimeoutError::Disconnected) => panic!("it ended:\n{}", self.contents()),
            }
        }
    }

    /// What is shown.
    pub(crate) fn contents(&self) -> String {
        self.screen.screen().contents()
    }

    /// Waits for the end and for the last of what is shown; the exit code.
    pub(crate) fn end(&mut self) -> u32 {
        let code = self.child.wait().expect("it ends").exit_code();
        while let Ok(bytes) = self.output.recv_timeout(PATIENCE) {
            self.take(&bytes);
        }
        code
    }

    fn take(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        self.screen.process(bytes);
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // A failed test leaves nothing running.
        let _ = self.child.kill();
    }
}

/// A count of rows or columns.
pub(crate) fn cells(n: u16) -> NonZeroU16 {
    NonZeroU16::new(n).expect("not zero")
}

/// The terminal's modes as text, to compare.
pub(crate) fn modes(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().expect("modes"))
}

/// The steady clock.
#[expect(clippy::disallowed_methods, reason = "the outside of the program has clocks")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
