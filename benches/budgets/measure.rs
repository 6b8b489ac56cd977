//! Clocks, medians and the one line a row prints. Decides nothing about what is measured.

use std::io::{self, Write};
use std::time::{Duration, Instant};

/// What was asked for on the command line and in the environment.
pub(crate) struct Ask {
    /// Names of rows; none means all.
    names: Vec<String>,
    /// Small sizes: shows that everything runs, not how fast.
    pub(crate) quick: bool,
}

/// One line of the table.
pub(crate) struct Row<'a> {
    pub(crate) name: &'a str,
    pub(crate) figure: String,
    pub(crate) reference: Option<String>,
    pub(crate) ratio: Option<f64>,
    pub(crate) goal: &'a str,
    pub(crate) ok: bool,
}

impl Ask {
    /// From the command line. Without `--bench`, which cargo passes on for benches, this is a test run: quick.
    pub(crate) fn new() -> Self {
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        let quick = !arguments.iter().any(|text| text == "--bench") || std::env::var_os("BUDGETS_QUICK").is_some();
        Self { names: arguments.into_iter().filter(|text| !text.starts_with('-')).collect(), quick }
    }

    /// Whether a group holds a row that was asked for; its rows begin with its name.
    pub(crate) fn wants(&self, group: &str) -> bool {
        self.names.is_empty()
            || self.names.iter().any(|name| name.starts_with(group) || group.starts_with(name.as_str()))
    }

    /// One size or the other.
    pub(crate) fn size<T>(&self, full: T, quick: T) -> T {
        if self.quick { quick } else { full }
    }

    /// Rounds of one measurement.
    pub(crate) fn rounds(&self) -> usize {
        self.size(7, 3)
    }

    /// Prints a row if it was asked for.
    pub(crate) fn print(&self, row: &Row<'_>) {
        if !self.names.is_empty() && !self.names.iter().any(|name| row.name.starts_with(name.as_str())) {
            return;
        }
        let reference = row.reference.as_deref().unwrap_or("-");
        let ratio = row.ratio.map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.2}"));
        let verdict = if row.ok { "ok" } else { "short" };
        let Row { name, figure, goal, .. } = row;
        let line = format!("budget {name} {figure} ref {reference} ratio {ratio} goal {goal} {verdict}\n");
        // Whoever does not read on has seen enough.
        let _ = io::stdout().lock().write_all(line.as_bytes());
    }
}

impl Ask {
    /// Says something beside the table, on standard error.
    #[expect(clippy::unused_self, reason = "all that is printed goes through here")]
    pub(crate) fn note(&self, text: &str) {
        let _ = io::stderr().lock().write_all(format!("# {text}\n").as_bytes());
    }

    /// Says why a row is not there.
    pub(crate) fn missing(&self, name: &str, why: &str) {
        self.note(&format!("{name}: not measured: {why}"));
    }
}

/// CPU time of this thread: what other programs do meanwhile does not count.
#[cfg(unix)]
pub(crate) fn cpu() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// No such clock here: the wall's.
#[cfg(not(unix))]
pub(crate) fn cpu() -> f64 {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    START.get_or_init(wall).elapsed().as_secs_f64()
}

/// The wall's clock.
#[expect(clippy::disallowed_methods, reason = "a bench reads clocks")]
pub(crate) fn wall() -> Instant {
    Instant::now()
}

/// CPU seconds of a call.
pub(crate) fn cpu_of(call: impl FnOnce()) -> f64 {
    let start = cpu();
    call();
    cpu() - start
}

/// Seconds of a call on the wall.
pub(crate) fn wall_of(call: impl FnOnce()) -> f64 {
    let start = wall();
    call();
    start.elapsed().as_secs_f64()
}

/// The middle one.
pub(crate) fn median(values: &[f64]) -> f64 {
    part(values, 0.5)
}

/// The value that this part of all values does not exceed.
pub(crate) fn part(values: &[f64], part: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (len, mut at) = (sorted.len() as f64, 0);
    while (at as f64 + 1.0) < len * part {
        at += 1;
    }
    sorted.get(at).copied().unwrap_or(f64::NAN)
}

/// Medians of two sides measured in turn, and of their ratio (first to second) round by round: a slow phase of the machine
/// hits both. The first round only warms up.
pub(crate) fn versus(rounds: usize, mut first: impl FnMut() -> f64, mut second: impl FnMut() -> f64) -> [f64; 3] {
    let (mut firsts, mut seconds) = (Vec::new(), Vec::new());
    for round in 0..=rounds {
        let (one, two) = (first(), second());
        if round > 0 {
            firsts.push(one);
            seconds.push(two);
        }
    }
    let ratios: Vec<f64> = firsts.iter().zip(&seconds).map(|(one, two)| one / two).collect();
    [median(&firsts), median(&seconds), median(&ratios)]
}

/// Seconds as milliseconds.
pub(crate) fn ms(seconds: f64) -> String {
    format!("{:.2}ms", seconds * 1e3)
}

/// A duration in seconds.
pub(crate) fn seconds(duration: Duration) -> f64 {
    duration.as_secs_f64()
}
