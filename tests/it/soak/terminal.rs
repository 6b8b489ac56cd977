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
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    pub(crate) bytes: u64,
    // Closing this side would end the program.
    _master: Box<dyn MasterPty + Send>,
}

impl Terminal {
    /// Starts a program in a terminal of so many columns and rows.
    pub(crate) fn start(program: &str, arguments: &[&str], columns: u16, rows: u16) -> Self {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a terminal");
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
        let cells = |n| NonZeroU16::new(n).expect("not zero");
        let screen = vt100::Parser::new(cells(rows), cells(columns), 0);
        Self { child, keys, output, screen, bytes: 0, _master: pair.master }
    }

    /// The process.
    pub(crate) fn id(&self) -> u32 {
        self.child.process_id().expect("it runs")
    }

    /// Presses keys.
    pub(crate) fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("the terminal takes keys");
    }

    /// Waits until the screen is like this; says so when it never is.
    pub(crate) fn wait(&mut self, what: &str, condition: impl Fn(&str) -> bool) {
        let end = now() + PATIENCE;
        while !condition(&self.contents()) {
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

    /// Waits for the end and returns the exit code.
    pub(crate) fn end(mut self) -> u32 {
        self.child.wait().expect("it ends").exit_code()
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

/// The steady clock.
#[expect(clippy::disallowed_methods, reason = "the outside of the program has clocks")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
