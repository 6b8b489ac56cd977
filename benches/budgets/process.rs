//! The release binary as a process: in a pseudo-terminal, with its answers timed, and what /proc says of it.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::measure::{seconds, wall};

/// The binary, built as the bench itself is.
pub(crate) const BIN: &str = env!("CARGO_BIN_EXE_tracetui");

/// The end of every frame.
pub(crate) const FRAME: &[u8] = b"\x1b[?2026l";

/// Far longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// What was written long ago is forgotten.
const MOST_SEEN: usize = 1 << 20;

/// A program in a terminal of 200×60.
pub(crate) struct Pty {
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    output: Receiver<(Instant, Vec<u8>)>,
    started: Instant,
    /// What was shown and not yet looked at.
    seen: Vec<u8>,
    screen: vt100::Parser,
    _master: Box<dyn MasterPty + Send>,
}

impl Pty {
    /// The binary with these arguments.
    pub(crate) fn start(arguments: &[&str]) -> Option<Self> {
        Self::run(BIN, arguments)
    }

    /// Any program.
    pub(crate) fn run(program: &str, arguments: &[&str]) -> Option<Self> {
        let size = PtySize { rows: 60, cols: 200, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).ok()?;
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.env("TERM", "xterm-256color");
        command.env("COLORTERM", "truecolor");
        let mut reader = pair.master.try_clone_reader().ok()?;
        let keys = pair.master.take_writer().ok()?;
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut bytes = vec![0; 65536];
            while let Ok(len @ 1..) = reader.read(&mut bytes) {
                if sender.send((wall(), bytes.iter().take(len).copied().collect())).is_err() {
                    return;
                }
            }
        });
        let started = wall();
        let child = pair.slave.spawn_command(command).ok()?;
        drop(pair.slave);
        let screen = vt100::Parser::new(60.try_into().ok()?, 200.try_into().ok()?, 0);
        Some(Self { child, keys, output, started, seen: Vec::new(), screen, _master: pair.master })
    }

    /// Seconds from the start until this is written; none if it never is.
    pub(crate) fn wait_for(&mut self, text: &[u8]) -> Option<f64> {
        self.find(text).map(|at| seconds(at.duration_since(self.started)))
    }

    /// Presses keys; seconds until this is written.
    pub(crate) fn press_for(&mut self, keys: &str, text: &[u8]) -> Option<f64> {
        self.seen.clear();
        let start = wall();
        self.press(keys)?;
        self.find(text).map(|at| seconds(at.duration_since(start)))
    }

    /// Presses keys; seconds until the screen shows this, or no longer.
    pub(crate) fn press_until(&mut self, keys: &str, text: &str, shown: bool) -> f64 {
        let start = wall();
        if self.press(keys).is_none() {
            return f64::INFINITY;
        }
        loop {
            let Ok((at, bytes)) = self.output.recv_timeout(PATIENCE) else { return f64::INFINITY };
            self.take(&bytes);
            if self.screen.screen().contents().contains(text) == shown {
                return seconds(at.saturating_duration_since(start));
            }
        }
    }

    /// Presses keys.
    pub(crate) fn press(&mut self, keys: &str) -> Option<()> {
        self.keys.write_all(keys.as_bytes()).ok()
    }

    /// Lets it run for a time and takes what it writes.
    pub(crate) fn pause(&mut self, time: Duration) {
        let until = wall() + time;
        loop {
            match self.output.recv_timeout(until.saturating_duration_since(wall())) {
                Ok((_, bytes)) => self.take(&bytes),
                Err(RecvTimeoutError::Timeout) => return,
                Err(RecvTimeoutError::Disconnected) => {
                    return std::thread::sleep(until.saturating_duration_since(wall()));
                }
            }
        }
    }

    /// The screen's lines.
    pub(crate) fn lines(&mut self) -> Vec<String> {
        self.screen.screen().contents().lines().map(str::to_owned).collect()
    }

    /// Its number, for /proc.
    pub(crate) fn id(&self) -> String {
        self.child.process_id().map(|id| id.to_string()).unwrap_or_default()
    }

    /// Ends it.
    pub(crate) fn end(mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    fn find(&mut self, text: &[u8]) -> Option<Instant> {
        loop {
            let (at, bytes) = self.output.recv_timeout(PATIENCE).ok()?;
            self.take(&bytes);
            if memchr::memmem::find(&self.seen, text).is_some() {
                return Some(at);
            }
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        if self.seen.len() > MOST_SEEN {
            self.seen.clear();
        }
        self.seen.extend_from_slice(bytes);
        self.screen.process(bytes);
    }
}

/// A number of /proc/PID/status.
pub(crate) fn status(process: &str, name: &str) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    number(&text, name)
}

/// How often all threads of a process gave up the processor to wait for something.
pub(crate) fn waits(process: &str) -> Option<u64> {
    let threads = std::fs::read_dir(format!("/proc/{process}/task")).ok()?;
    let paths: Vec<PathBuf> = threads.flatten().map(|thread| thread.path().join("status")).collect();
    let texts = paths.iter().filter_map(|path| std::fs::read_to_string(path).ok());
    Some(texts.filter_map(|text| number(&text, "voluntary_ctxt_switches")).sum())
}

/// Calls that wrote something.
pub(crate) fn writes(process: &str) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{process}/io")).ok()?;
    number(&text, "syscw")
}

/// CPU seconds of a whole process, to a hundredth.
pub(crate) fn cpu_time(process: &str) -> Option<f64> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, rest) = text.rsplit_once(')')?;
    let ticks: Vec<f64> = rest.split_whitespace().skip(11).take(2).filter_map(|word| word.parse().ok()).collect();
    Some(ticks.iter().sum::<f64>() / 100.0)
}

fn number(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    line.split_whitespace().next()?.parse().ok()
}
