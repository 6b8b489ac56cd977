//! The program as a child process: run to its end, or talked to while it runs.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

/// The binary under test.
pub(crate) const BIN: &str = env!("CARGO_BIN_EXE_tracetui");

/// A run that has ended.
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs the program to its end with this on its standard input.
pub(crate) fn run_with(arguments: &[&str], stdin: &str) -> Run {
    let mut command = Command::new(BIN);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the binary starts");
    let mut pipe = child.stdin.take().expect("a pipe");
    // A program that does not read its input closes it.
    let _ = pipe.write_all(stdin.as_bytes());
    drop(pipe);
    finished(&child.wait_with_output().expect("it ends"))
}

/// Runs the program to its end with nothing on its standard input.
pub(crate) fn run(arguments: &[&str]) -> Run {
    run_with(arguments, "")
}

fn finished(output: &Output) -> Run {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Run { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
}

/// `listen --headless`, running.
pub(crate) struct Headless {
    child: Child,
    stdout: BufReader<ChildStdout>,
    stderr: BufReader<std::process::ChildStderr>,
    /// The lines in which it says where it listens.
    pub(crate) listening: Vec<String>,
}

impl Headless {
    /// Starts it on a free port of IPv4 loopback and waits until it listens.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(BIN);
        command.args(["listen", "--headless", "127.0.0.1:0"]).args(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary starts");
        let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut stderr = BufReader::new(child.stderr.take().expect("a pipe"));
        let mut line = String::new();
        stderr.read_line(&mut line).expect("it says where it listens");
        Self { child, stdout, stderr, listening: vec![line.trim_end().to_owned()] }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> String {
        self.listening[0].rsplit(' ').next().expect("an address").to_owned()
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the next line on standard output.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("a line");
        line
    }

    /// Sends it a signal by name (`INT`).
    #[cfg(unix)]
    pub(crate) fn signal(&self, name: &str) {
        signal(self.child.id(), name);
    }

    /// Waits for its end.
    pub(crate) fn end(mut self) -> Run {
        let (mut stdout, mut stderr) = (String::new(), String::new());
        self.stdout.read_to_string(&mut stdout).expect("text");
        self.stderr.read_to_string(&mut stderr).expect("text");
        let code = self.child.wait().expect("it ends").code();
        Run { code, stdout, stderr }
    }
}

/// Sends a signal to a process.
#[cfg(unix)]
pub(crate) fn signal(id: u32, name: &str) {
    let sent = Command::new("kill").args([&format!("-{name}"), &id.to_string()]).status().expect("kill is there");
    assert!(sent.success());
}
