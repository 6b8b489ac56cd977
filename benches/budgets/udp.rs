//! Rows `udp-*`: the program under a load of Jaeger datagrams on loopback: what is lost, what it costs, how keys fare.

use std::io::{BufRead, BufReader, Read};
use std::net::UdpSocket;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::measure::{Ask, Row, median, ms, part, seconds, wall};
use crate::process::{BIN, FRAME, Pty, cpu_time};
use crate::workload::{SPANS, datagrams};

/// Spans per second of the load.
const RATE: u64 = 300_000;

/// Stands on the Health screen and nowhere else. `H` opens and closes it.
const HEALTH: &str = "kernel drops";

/// How datagrams follow each other.
#[derive(Clone, Copy)]
enum Pace {
    /// So many spans per second, evenly.
    Even(u64),
    /// So many datagrams back to back, then a pause.
    Bursts(u64),
}

/// All rows.
pub(crate) fn udp(ask: &Ask) {
    let load = RATE * ask.size(10, 1);
    if ask.wants("udp-lost") {
        headless(ask, "udp-lost-headless", load, Pace::Even(RATE));
        headless(ask, "udp-lost-bursts", ask.size(300_000, 30_000), Pace::Bursts(200));
    }
    tui(ask, load);
}

/// `listen --headless`: what was sent and not written.
fn headless(ask: &Ask, name: &str, spans: u64, pace: Pace) {
    let mut command = Command::new(BIN);
    command.args(["listen", "--headless", "127.0.0.1:0"]).stdin(Stdio::null()).stdout(Stdio::null());
    let mut child = command.stderr(Stdio::piped()).spawn().expect("the binary starts");
    let mut stderr = BufReader::new(child.stderr.take().expect("a pipe"));
    let mut line = String::new();
    stderr.read_line(&mut line).expect("it says where it listens");
    let Sent { spans: sent, late } = send(line.split_whitespace().next_back().unwrap_or_default(), spans, pace);
    std::thread::sleep(Duration::from_millis(300));
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill is there");
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).expect("text");
    child.wait().expect("it ends");
    let summary = rest.lines().last().unwrap_or_default();
    let written: u64 = summary.split_whitespace().next().and_then(|word| word.parse().ok()).unwrap_or(0);
    ask.note(&format!("{name}: it says: {summary}; the sender was at most {} late", ms(late)));
    lost(ask, name, sent.saturating_sub(written), sent);
}

/// `listen` with its screen: what was lost, CPU of the whole process, and keys pressed all the while.
fn tui(ask: &Ask, spans: u64) {
    let free = UdpSocket::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port");
    let address = free.to_string();
    let mut pty = Pty::start(&["listen", &address]).expect("a terminal");
    pty.wait_for(FRAME);
    let before = cpu_time(&pty.id());
    let sender = std::thread::spawn(move || send(&address, spans, Pace::Even(RATE)));
    let mut keys = Vec::new();
    while !sender.is_finished() {
        pty.pause(Duration::from_millis(27));
        keys.push(pty.press_until("H", HEALTH, true));
        pty.pause(Duration::from_millis(27));
        keys.push(pty.press_until("H", HEALTH, false));
    }
    let Sent { spans: sent, late } = sender.join().expect("it sends");
    ask.note(&format!("udp-lost-tui: the sender was at most {} late", ms(late)));
    pty.pause(Duration::from_millis(500));
    let cost = before.zip(cpu_time(&pty.id())).map(|(before, after)| (after - before) / sent as f64 * 1e6);
    let queue = health(ask, &mut pty);
    match drops(free.port()) {
        Some(drops) => lost(ask, "udp-lost-tui", drops * SPANS as u64 + queue, sent),
        None => ask.missing("udp-lost-tui", "no /proc here"),
    }
    pty.end();
    let slowest = part(&keys, 0.99);
    ask.note(&format!("udp-key-p99: of {} keys", keys.len()));
    ask.print(&Row {
        name: "udp-key-p99",
        figure: ms(slowest),
        reference: Some(ms(median(&keys))),
        ratio: Some(slowest / median(&keys)),
        goal: "<=16ms",
        ok: slowest <= 0.016,
    });
    if let Some(cost) = cost {
        let figure = format!("{cost:.2}us/span");
        let goal = "<=1.2us/span";
        ask.print(&Row { name: "udp-cpu", figure, reference: None, ratio: None, goal, ok: cost <= 1.2 });
    }
}

fn lost(ask: &Ask, name: &str, lost: u64, sent: u64) {
    ask.print(&Row {
        name,
        figure: format!("{lost}spans"),
        reference: Some(format!("{sent}spans")),
        ratio: Some(lost as f64 / sent as f64),
        goal: "0spans",
        ok: lost == 0,
    });
}

/// What was sent.
struct Sent {
    spans: u64,
    /// Seconds the sender was behind at worst: what it then sends at once is no longer evenly paced.
    late: f64,
}

/// Sends spans at a pace.
fn send(to: &str, spans: u64, pace: Pace) -> Sent {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    socket.connect(to).expect("loopback");
    let mut templates = datagrams();
    let places = templates.len();
    let count = spans / SPANS as u64;
    let (start, mut late) = (wall(), 0.0_f64);
    for copy in 0..count {
        let Some(datagram) = templates.get_mut(usize::try_from(copy).unwrap_or(0) % places) else { continue };
        datagram.stamp(copy);
        let due = match pace {
            Pace::Even(rate) => Duration::from_nanos(copy * SPANS as u64 * 1_000_000_000 / rate),
            Pace::Bursts(length) => Duration::from_millis(100) * u32::try_from(copy / length).unwrap_or(0),
        };
        let early = due.saturating_sub(start.elapsed());
        if early > Duration::from_micros(50) {
            std::thread::sleep(early);
        }
        if let Pace::Even(_) = pace {
            late = late.max(seconds(start.elapsed().saturating_sub(due)));
        }
        socket.send(&datagram.bytes).expect("loopback takes it");
    }
    Sent { spans: count * SPANS as u64, late }
}

/// What the Health screen says of the queue.
fn health(ask: &Ask, pty: &mut Pty) -> u64 {
    pty.press_until("H", HEALTH, true);
    let lines = pty.lines();
    let Some(at) = lines.iter().position(|line| line.contains(HEALTH)) else { return 0 };
    let (Some(titles), Some(values)) = (lines.get(at), lines.get(at + 1)) else { return 0 };
    ask.note(&format!("udp-lost-tui: Health says: {}", values.trim()));
    let end = titles.split("queue").next().map_or(0, |before| before.chars().count()) + "queue".len();
    let value: String = values.chars().take(end).collect();
    let word = value.split_whitespace().next_back().unwrap_or_default();
    // Large numbers are rounded there: a letter stands for thousands or more.
    word.parse().unwrap_or(1_000)
}

/// Datagrams that the kernel dropped at a port.
fn drops(port: u16) -> Option<u64> {
    let table = std::fs::read_to_string("/proc/net/udp").ok()?;
    let end = format!(":{port:04X}");
    let line = table.lines().find(|line| line.split_whitespace().nth(1).is_some_and(|local| local.ends_with(&end)))?;
    line.split_whitespace().next_back()?.parse().ok()
}
