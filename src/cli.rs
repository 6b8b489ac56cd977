//! The command line: what can be asked for, and which answer each error gets. The only place that prints.

mod commands;
mod failure;
mod memory;
mod parse;
mod print;

use std::ffi::OsString;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

use crate::source::Address;
use crate::term::ColorChoice;
use failure::Failure;

/// A mini-Jaeger in the terminal: receive or open traces and read them as waterfalls.
#[derive(Debug, Parser)]
#[command(name = "tracetui", version, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    look: Look,
}

/// How things look, for every command.
#[derive(Clone, Copy, Debug, Args)]
struct Look {
    // Help is shown as it stands here: without Markdown.
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t)]
    #[arg(help = "Colours of the screen: as the terminal and NO_COLOR say, always, or never")]
    color: ColorChoice,
    /// Draw with ASCII characters only
    #[arg(long, global = true)]
    ascii: bool,
    /// Show times of day in UTC
    #[arg(long, global = true)]
    utc: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Receive what an app sends (OTLP, Jaeger, Zipkin) and show it
    Listen(Listen),
    /// Show files; - or piped input reads standard input
    Open(Open),
    /// Write waterfalls as text
    Print(Files),
    /// Convert files
    Export(Export),
    /// Show a built-in workload, or send it as real Jaeger UDP
    Demo(Demo),
    /// List the keys
    Keys,
}

#[derive(Debug, Args)]
struct Listen {
    #[arg(value_name = "ADDR")]
    #[arg(
        help = "Where: [PROTO://][HOST]:PORT; without a host, loopback only [default: every usual port that is free]"
    )]
    addresses: Vec<Address>,
    /// Over HTTP and gRPC, take only what shows this token
    #[arg(long, value_name = "TOKEN", env = "TRACETUI_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// Show this file too
    #[arg(long, value_name = "FILE")]
    open: Vec<PathBuf>,
    #[command(flatten)]
    keep: Keep,
    /// Draw nothing: one JSON object per span on standard output
    #[arg(long)]
    headless: bool,
    /// Write log records and lines of output too
    #[arg(long, requires = "headless")]
    with_logs: bool,
    /// Stop after N spans
    #[arg(long, value_name = "N", requires = "headless")]
    spans: Option<u64>,
    /// Stop after this time, such as 5s or 2m
    #[arg(long = "for", value_name = "TIME", requires = "headless", value_parser = parse::duration)]
    time: Option<Duration>,
}

#[derive(Debug, Args)]
struct Open {
    #[command(flatten)]
    files: Files,
    /// Go on reading what is appended, over rotation and truncation
    #[arg(short, long)]
    follow: bool,
}

#[derive(Debug, Args)]
struct Files {
    /// What to read; - is standard input
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    keep: Keep,
}

#[derive(Clone, Debug, Args)]
struct Keep {
    /// Service of spans that name none
    #[arg(long, value_name = "NAME")]
    service: Option<String>,
    #[arg(long, value_name = "SIZE", value_parser = parse::size)]
    #[arg(help = "Memory for spans; beyond it the oldest traces go [default: a quarter of RAM, at most 2GiB]")]
    memory: Option<u64>,
}

impl Keep {
    /// Bytes for spans: what was asked, or what this machine can spare.
    fn memory(&self) -> u64 {
        self.memory.unwrap_or_else(memory::spare)
    }
}

#[derive(Debug, Args)]
struct Export {
    /// What to read; - is standard input
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Into what
    #[arg(long, value_name = "FORMAT", value_enum)]
    to: Format,
    /// Write here, not to standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Attributes that csv has columns for
    #[arg(long, value_name = "KEY,…", value_delimiter = ',')]
    columns: Vec<String>,
    /// Write log records and lines of output too (jsonl)
    #[arg(long)]
    with_logs: bool,
    #[command(flatten)]
    keep: Keep,
}

/// What `export` writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One JSON object per span and line
    Jsonl,
    /// Waterfalls
    Text,
    /// What collectors and otel-tui read
    OtlpJson,
    /// What Jaeger's UI loads
    JaegerJson,
    /// What Zipkin takes
    ZipkinJson,
    /// A row per span
    Csv,
}

#[derive(Debug, Args)]
struct Demo {
    /// Send it there instead of showing it: as Jaeger UDP, or as the port or otlp-grpc://, otlp-http://, zipkin://, jaeger-http:// says
    #[arg(long, value_name = "ADDR")]
    to: Option<Address>,
    /// Another seed makes another workload
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

/// Does what the command line asks and returns the exit code.
pub fn main() -> ExitCode {
    ExitCode::from(run(std::env::args_os()))
}

fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let mut arguments: Vec<OsString> = arguments.into_iter().collect();
    if let Some(at) = file_first(&arguments) {
        arguments.insert(at, "open".into());
    }
    let parsed = match Cli::try_parse_from(&arguments) {
        Ok(Cli { command: None, .. }) if !is_silent() => {
            arguments.push(if io::stdin().is_terminal() { "listen" } else { "open" }.into());
            Cli::try_parse_from(&arguments)
        }
        parsed => parsed,
    };
    let result = match parsed {
        Ok(cli) => execute(cli),
        Err(error) => answer(&error),
    };
    match result {
        Ok(()) => 0,
        Err(failure) => {
            failure.tell();
            failure.code()
        }
    }
}

/// Where the first argument that is no option stands, when it is a file and no command: `tracetui spans.json` opens it.
fn file_first(arguments: &[OsString]) -> Option<usize> {
    let is_option = |argument: &OsString| argument.to_string_lossy().starts_with('-');
    let at = arguments.iter().skip(1).position(|argument| !is_option(argument))? + 1;
    let argument = arguments.get(at)?;
    let is_command = || Cli::command().get_subcommands().any(|command| **argument == *command.get_name());
    (std::path::Path::new(argument).exists() && !is_command()).then_some(at)
}

/// Whether nobody looks and nothing is piped in: then there is nothing to do but to say what there is.
fn is_silent() -> bool {
    !io::stdout().is_terminal()
        && !io::stdin().is_terminal()
        && io::stdin().lock().fill_buf().is_ok_and(|bytes| bytes.is_empty())
}

fn execute(cli: Cli) -> Result<(), Failure> {
    match cli.command {
        None => write_out(Cli::command().render_help().to_string().as_bytes()),
        Some(Command::Listen(listen)) => commands::listen(listen, cli.look),
        Some(Command::Open(files)) => commands::open(files, cli.look),
        Some(Command::Print(files)) => print::print(files, cli.look),
        Some(Command::Export(export)) => print::export(export, cli.look),
        Some(Command::Demo(demo)) => commands::demo(demo, cli.look),
        Some(Command::Keys) => write_out(crate::tui::Keymap::default().markdown().as_bytes()),
    }
}

/// Help and version go to standard output; a wrong command line is one line on standard error.
fn answer(error: &clap::Error) -> Result<(), Failure> {
    let text = error.render().to_string();
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        return write_out(text.as_bytes());
    }
    Err(Failure::usage(failure::one_line(&text)))
}

/// Writes to standard output. A reader that has gone away is no error.
fn write_out(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::output("standard output", &error)),
        _ => Ok(()),
    }
}

/// Writes one line to standard error; when that is closed there is nobody to tell.
fn note(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}
