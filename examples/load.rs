//! How the release binary bears a load: 30 spans × 8 attributes a datagram, evenly paced or in bursts, over loopback.
//! Prints what was lost, what a span costs, and how soon a key is answered meanwhile. `just load` builds and runs it.

#![expect(clippy::print_stdout, reason = "figures are what it is for")]

#[path = "../tests/it/soak/datagrams.rs"]
mod datagrams;
#[expect(dead_code, reason = "the tests also look at the modes of the terminal")]
#[path = "../tests/it/terminal.rs"]
mod terminal;

use std::io::{BufRead, BufReader, Read};
use std::net::UdpSocket;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use datagrams::{SPANS, Template};
use terminal::{Terminal, now};

/// The release binary, or the one that `TRACETUI` names, to compare two.
fn binary() -> String {
    let named = std::env::var("TRACETUI").unwrap_or_else(|_| "target/release/tracetui".to_owned());
    std::path::absolute(named).expect("a path").display().to_string()
}

/// Spans per second and seconds when none are given.
const RATE: u64 = 300_000;

/// Keys pressed under load: name, key, the key that takes it back, and what is shown between the two.
const KEYS: [(&str, &str, &str, &str); 3] =
    [("help", "?", "\x1b", "type to search"), ("sort", "s", "S", "oldest"), ("open", "\r", "q", "depth ")];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, otherwise: u64| arguments.get(at).and_then(|text| text.parse().ok()).unwrap_or(otherwise);
    let what = arguments.first().map_or("all", String::as_str);
    let (rate, seconds) = (number(1, RATE), number(2, 10));
    if what == "all" || what == "headless" {
        headless("evenly", rate, seconds, 1);
    }
    if what == "all" || what == "bursts" {
        headless("bursts of 200", 20_000, seconds, 200);
    }
    if what == "all" || what == "screen" {
        screen(rate, seconds);
    }
}

/// Sends at a pace for so long. Returns the spans sent.
fn send(to: &str, rate: u64, seconds: u64, burst: u64) -> u64 {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    socket.connect(to).expect("loopback");
    let mut templates: Vec<Template> = (0..10).map(|n| Template::new(&format!("service-{n}"), "load")).collect();
    let (start, all) = (now(), rate * seconds / SPANS);
    for n in 0..all {
        let due = Duration::from_nanos(n / burst * burst * SPANS * 1_000_000_000 / rate);
        let early = due.saturating_sub(start.elapsed());
        if early > Duration::from_micros(50) {
            std::thread::sleep(early);
        }
        let at = usize::try_from(n % 10).expect("small");
        socket.send(templates[at].stamp(n, n * SPANS, wall())).expect("loopback takes it");
    }
    let took = start.elapsed().as_secs_f64();
    let reached = (all * SPANS) as f64 / took;
    if reached < 0.98 * rate as f64 {
        println!("note: the sender itself reached {reached:.0} spans/s only");
    }
    all * SPANS
}

fn headless(name: &str, rate: u64, seconds: u64, burst: u64) {
    let mut command = Command::new(binary());
    command.args(["listen", "--headless", "127.0.0.1:0"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("cargo build --release");
    let mut stderr = BufReader::new(child.stderr.take().expect("a pipe"));
    let mut line = String::new();
    stderr.read_line(&mut line).expect("where it listens");
    let sent = send(line.trim().rsplit(' ').next().expect("an address"), rate, seconds, burst);
    let id = child.id().to_string();
    // The process is done with what it has received when its clock no longer runs.
    let (mut cpu, mut before) = (cpu(child.id()), 0);
    while cpu != before {
        std::thread::sleep(Duration::from_millis(300));
        before = std::mem::replace(&mut cpu, self::cpu(child.id()));
    }
    Command::new("kill").args(["-INT", &id]).status().expect("kill is there");
    let mut summary = String::new();
    stderr.read_to_string(&mut summary).expect("text");
    child.wait().expect("it ends");
    let received: u64 = summary.split(' ').next().and_then(|n| n.parse().ok()).expect("a summary");
    println!(
        "headless {name} {rate} spans/s {seconds} s: sent {sent} lost {} cpu {:.3} us/span | {}",
        sent - received,
        cpu as f64 * 10_000.0 / sent as f64,
        summary.trim()
    );
}

fn screen(rate: u64, seconds: u64) {
    let memory = std::env::var("MEMORY").unwrap_or_else(|_| "512MiB".to_owned());
    let port = free_port();
    let to = format!("127.0.0.1:{port}");
    let mut terminal = Terminal::start(&binary(), &["listen", &format!("jaeger://{to}"), "--memory", &memory], 120, 40);
    terminal.wait("the empty screen", |screen| screen.contains(&to));
    let idle = cpu(terminal.id());
    let done = AtomicBool::new(false);
    let sent = std::thread::scope(|scope| {
        let sender = scope.spawn(|| {
            let sent = send(&to, rate, seconds, 1);
            done.store(true, Ordering::Release);
            sent
        });
        terminal.wait("the first trace", |screen| screen.contains("newest"));
        press_keys(&mut terminal, &done);
        sender.join().expect("a sender")
    });
    terminal.press("H");
    terminal.wait("the Health screen", |screen| screen.contains("received "));
    terminal.watch(Duration::from_secs(3));
    let health = terminal.contents();
    let equation = health.lines().find(|line| line.contains("received ")).unwrap_or_default().to_owned();
    let used = cpu(terminal.id()) - idle;
    println!(
        "screen {rate} spans/s {seconds} s: sent {sent} cpu {:.3} us/span, {} bytes drawn, rss {} MiB | {}",
        used as f64 * 10_000.0 / sent as f64,
        terminal.bytes,
        rss(terminal.id()) >> 10,
        equation.trim_matches(['│', ' '])
    );
    for line in health.lines().filter(|line| line.contains("127.0.0.1") || line.contains("spans  ")) {
        println!("  {line}");
    }
    terminal.press("\x03");
    terminal.end();
}

/// Presses keys until it is done, and tells how soon they were answered.
fn press_keys(terminal: &mut Terminal, done: &AtomicBool) {
    let mut times: [Vec<Duration>; KEYS.len()] = Default::default();
    for (at, pause) in (0..KEYS.len()).cycle().zip((0..7).cycle()) {
        if done.load(Ordering::Acquire) {
            break;
        }
        let (_, key, back, mark) = KEYS[at];
        times[at].push(answer(terminal, key, |screen| screen.contains(mark)));
        terminal.watch(Duration::from_millis(5 + 9 * pause));
        times[at].push(answer(terminal, back, |screen| !screen.contains(mark)));
        terminal.watch(Duration::from_millis(7 + 11 * pause));
    }
    for ((name, ..), times) in KEYS.iter().zip(&mut times) {
        times.sort();
        let percentile = |share| {
            let time: Option<&Duration> = times.get(times.len() * share / 100);
            time.map_or(0.0, |time| time.as_secs_f64() * 1e3)
        };
        println!(
            "screen key {name}: {} presses, p50 {:.1} p90 {:.1} p99 {:.1} ms",
            times.len(),
            percentile(50),
            percentile(90),
            percentile(99)
        );
    }
}

/// How long a key takes to show.
fn answer(terminal: &mut Terminal, key: &str, condition: impl Fn(&str) -> bool) -> Duration {
    let start = now();
    terminal.press(key);
    terminal.wait(key, condition);
    start.elapsed()
}

/// CPU time of a process so far, in hundredths of a second.
fn cpu(id: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).expect("it runs");
    let after = stat.rsplit(')').next().expect("columns");
    after.split_whitespace().skip(11).take(2).map(|n| n.parse::<u64>().expect("a number")).sum()
}

/// Resident KiB of a process.
fn rss(id: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).expect("it runs");
    let line = status.lines().find(|line| line.starts_with("VmRSS")).expect("a row");
    line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).expect("a number")
}

fn free_port() -> u16 {
    UdpSocket::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port").port()
}

#[expect(clippy::disallowed_methods, reason = "the outside of the program has clocks")]
fn wall() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    i64::try_from(since.as_micros()).expect("not that far")
}
