//! Mixed load for a while against the program in a terminal, with keys pressed throughout: memory stays flat and every span
//! is accounted for. A few seconds in the ordinary run; `just soak` takes half an hour.

pub(crate) mod datagrams;

use std::net::UdpSocket;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tracetui::ingest::jaeger_thrift::decode;
use tracetui::model::SpanBatch;

use crate::process::BIN;
use crate::terminal::{Terminal, now};
use datagrams::{SPANS, Template};

/// Pressed over and over; none of them quits, whatever is shown.
const KEYS: &[&str] = &[
    "j", "j", "\r", "j", "e", "]", "[", "\x1b", "s", "G", "g", "?", "\x1b", "v", "H", "j", "\r", "\x1b", "\x1b", "\t",
    "j", "\t", " ", "k", " ", "F", "S", "\x1b[6~", "\x1b[5~",
];

/// Resident memory beyond the budget: the program, its queue, and what the allocator keeps.
const SLACK: u64 = 64 << 20;

/// What was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sent {
    spans: u64,
    malformed: u64,
}

/// How long and how hard; the environment may ask for more.
fn asked(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// One sender after another: each starts anew from another port, with another `client-uuid`.
fn send(to: &str, seconds: u64, rate: u64) -> Sent {
    let (mut sent, mut n, start) = (Sent::default(), 0, now());
    let life = Duration::from_secs(seconds.div_ceil(5));
    for client in 1.. {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
        socket.connect(to).expect("loopback");
        let new = |service| Template::new(&format!("service-{service}"), &format!("client-{client}"));
        let mut templates: Vec<Template> = (0..10).map(new).collect();
        while start.elapsed() < life * client {
            let due = Duration::from_nanos(n * SPANS * 1_000_000_000 / rate);
            std::thread::sleep(due.saturating_sub(start.elapsed()));
            let template = templates.get_mut(usize::try_from(n % 10).expect("small")).expect("ten");
            mixed(n, template, |datagram, counts| {
                socket.send(datagram).expect("loopback takes it");
                sent.spans += counts.spans;
                sent.malformed += counts.malformed;
            });
            n += 1;
        }
        if client == 5 {
            break;
        }
    }
    sent
}

/// The datagrams of a turn: mostly a trace of its own; often one trace that never ends; at times the same again, the same
/// but different, or one in a hundred that cannot be read or not to its end.
fn mixed(n: u64, template: &mut Template, mut send: impl FnMut(&[u8], Sent)) {
    let start = 1_700_000_000_000_000 + i64::try_from(n).expect("small") * 1_000;
    let trace = if n.is_multiple_of(9) { 1 } else { n + 10 };
    let whole = Sent { spans: SPANS, malformed: 0 };
    match n % 200 {
        25 => send(&[0xff; 300], Sent { spans: 0, malformed: 1 }),
        125 => {
            let datagram = template.stamp(trace, n * SPANS, start);
            let cut = datagram.get(..datagram.len() / 2).unwrap_or_default();
            let spans = u64::from(decode(cut, &mut SpanBatch::default()).spans);
            send(cut, Sent { spans, malformed: 1 });
        }
        50 | 150 => {
            send(template.stamp(trace, n * SPANS, start), whole);
            send(template.stamp(trace, n * SPANS, start), whole);
            send(template.stamp(trace, n * SPANS, start + 500), whole);
        }
        _ => send(template.stamp(trace, n * SPANS, start), whole),
    }
}

/// The number behind a word on the screen, with blanks between its thousands.
fn number(screen: &str, word: &str) -> Option<u64> {
    let after = screen.split_once(word)?.1;
    let digits = after.trim_start().split("  ").next()?;
    let digits: String = digits.chars().take_while(|char| char.is_ascii_digit() || *char == ' ').collect();
    digits.replace(' ', "").parse().ok()
}

/// What Health says became of everything: received, and the sum of what it is made of.
fn equation(screen: &str) -> Option<(u64, u64)> {
    let text = joined(screen);
    // What did not happen is left out, what is held is not.
    let parts =
        [" evicted (", " sent twice", " replaced by", " lost (of traces"].map(|word| before(&text, word).unwrap_or(0));
    Some((number(&text, "received ")?, before(&text, " held")? + parts.iter().sum::<u64>()))
}

/// The screen without its frames, in one line.
fn joined(screen: &str) -> String {
    let lines = screen.lines().map(|line| line.trim_matches(|sign: char| sign == '│' || sign == ' '));
    lines.collect::<Vec<_>>().join(" ")
}

/// The number that stands before a word.
fn before(text: &str, word: &str) -> Option<u64> {
    let (head, _) = text.split_once(word)?;
    let (_, number) = head.rsplit_once(['=', '+', ':', ';'])?;
    number.replace(' ', "").parse().ok()
}

/// Whether Health says that anything was dropped between the socket and the store.
fn has_dropped(screen: &str) -> bool {
    let text = joined(screen);
    ["that the system dropped", "spans dropped here"].iter().any(|word| text.contains(word))
}

/// Resident bytes of a process, where the system tells.
fn resident(id: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kib| kib * 1024)
}

#[test]
#[expect(clippy::print_stdout, reason = "a long run is to tell its figures")]
fn under_mixed_load_every_span_is_accounted_for_and_memory_stays_within_its_budget() {
    let (seconds, rate) = (asked("TRACETUI_SOAK_SECONDS", 5), asked("TRACETUI_SOAK_RATE", 6_000));
    let budget = asked("TRACETUI_SOAK_MIB", 1) << 20;
    let port = UdpSocket::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port").port();
    let (to, memory) = (format!("127.0.0.1:{port}"), budget.to_string());
    let mut terminal = Terminal::start(BIN, &["listen", &format!("jaeger://{to}"), "--memory", &memory], 200, 50);
    terminal.wait("where it listens", |screen| screen.contains(&to));
    let empty = resident(terminal.id());
    let is_over = AtomicBool::new(false);
    let mut sizes = Vec::new();
    let sent = std::thread::scope(|scope| {
        let sender = scope.spawn(|| {
            let sent = send(&to, seconds, rate);
            is_over.store(true, Ordering::Release);
            sent
        });
        for key in KEYS.iter().cycle() {
            if is_over.load(Ordering::Acquire) {
                break;
            }
            terminal.press(key);
            terminal.watch(Duration::from_millis(60));
            sizes.extend(resident(terminal.id()));
        }
        sender.join().expect("a sender")
    });
    show_health(&mut terminal);
    terminal.wait("an account of everything sent", |screen| {
        equation(screen).is_some_and(|(received, _)| received == sent.spans || has_dropped(screen))
    });
    let health = terminal.contents();
    assert_accounted(&health, sent);
    assert_flat(&sizes, empty.unwrap_or(0), budget);
    println!("{sent:?}; resident at most {} MiB\n{health}", sizes.iter().max().unwrap_or(&0) >> 20);
    terminal.press("\x03");
    assert_eq!(terminal.end(), 0);
}

/// Leads to the Health screen from wherever the keys have led.
fn show_health(terminal: &mut Terminal) {
    for _ in 0..4 {
        terminal.press("\x1b");
        terminal.watch(Duration::from_millis(200));
    }
    terminal.press("H");
    terminal.wait("the Health screen", |screen| equation(screen).is_some());
}

fn assert_accounted(health: &str, sent: Sent) {
    let (received, sum) = equation(health).expect("the equation");
    assert_eq!(received, sum, "{health}");
    let text = joined(health);
    assert!(before(&text, " evicted (") > Some(0), "the load is to exceed the budget\n{health}");
    for word in [" sent twice", " replaced by"] {
        assert!(before(&text, word) > Some(0), "{word}\n{health}");
    }
    if has_dropped(health) {
        // A machine too busy for even this load: what is missing is told, on every screen.
        assert!(received < sent.spans && health.contains("lost "), "{health}");
    } else {
        let problems = number(health, " Problems ");
        assert_eq!((Some(received), problems), (Some(sent.spans), Some(sent.malformed)), "{health}");
    }
}

fn assert_flat(sizes: &[u64], empty: u64, budget: u64) {
    let most = sizes.iter().max().copied().unwrap_or(0);
    assert!(most <= empty + budget + budget / 4 + SLACK, "{most} of {empty} + {budget}");
    // Once the first third has filled the budget, nothing grows any more.
    let (early, late) = sizes.split_at(sizes.len() / 3);
    let (early, late) = (early.iter().max().unwrap_or(&0), late.iter().max().unwrap_or(&0));
    assert!(*late <= early + early / 5 + (16 << 20), "{early} early, {late} late");
}
