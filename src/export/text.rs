//! Traces as text waterfalls: what `tracetui print` writes. No colours; safe for a terminal whatever the spans hold.

use std::fmt::Write;

use chrono::{DateTime, SecondsFormat};
use unicode_width::UnicodeWidthStr;

use crate::model::{duration_text, safe};
use crate::query::ruler::Eighths;
use crate::query::tree::{Node, Tree};
use crate::query::waterfall::{WaterfallRow, head, row};
use crate::store::{Store, TraceRef};

/// How text is laid out.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Only ASCII signs for tree and bars.
    pub ascii: bool,
    /// Columns in cells.
    pub width: u16,
}

/// Signs: branch, last branch, trunk, blank, bar, shortest bar, error, missing.
const UNICODE: [&str; 8] = ["├─", "└─", "│ ", "  ", "█", "▏", "✗", "◌"];
const ASCII: [&str; 8] = ["|-", "`-", "| ", "  ", "=", "=", "x", "?"];

/// Levels of the tree that are indented; deeper ones line up with the last and say how deep they are.
const LEVELS: usize = 64;

/// Writes all traces, the earliest first.
pub fn write(store: &Store, out: &mut Vec<u8>, options: Options) {
    let mut traces: Vec<TraceRef<'_>> = store.traces().collect();
    traces.sort_unstable_by_key(|trace| (trace.start(), trace.id()));
    for (n, trace) in traces.into_iter().enumerate() {
        if n > 0 {
            out.push(b'\n');
        }
        write_trace(trace, out, options);
    }
}

fn write_trace(trace: TraceRef<'_>, out: &mut Vec<u8>, options: Options) {
    let tree = Tree::build(trace);
    let head = head(trace, &tree);
    let start = DateTime::from_timestamp_nanos(trace.start().0).to_rfc3339_opts(SecondsFormat::Millis, true);
    let mut line = format!("{} {}  {}", safe(&head.service), safe(&head.name), duration_text(head.duration));
    // Writing to a String cannot fail.
    let _ = write!(line, "  {} {}", head.spans, if head.spans == 1 { "span" } else { "spans" });
    if head.errors > 0 {
        let _ = write!(line, "  {} {}", head.errors, if head.errors == 1 { "error" } else { "errors" });
    }
    if head.missing > 0 {
        let _ = write!(line, "  incomplete: {} missing", head.missing);
    }
    if head.cycles > 0 {
        let _ = write!(line, "  {} {} cut", head.cycles, if head.cycles == 1 { "cycle" } else { "cycles" });
    }
    let _ = writeln!(line, "  {start}  {}", head.id);
    out.extend_from_slice(line.as_bytes());
    let rows: Vec<WaterfallRow> = (0..).map_while(|at| row(trace, &tree, at, false, LEVELS)).collect();
    let signs = if options.ascii { &ASCII } else { &UNICODE };
    let names: Vec<String> = rows.iter().map(|row| name(row, signs)).collect();
    let widest = names.iter().map(|name| name.width()).max().unwrap_or(0);
    let width = usize::from(options.width.max(40));
    let column = widest.min(width * 9 / 20);
    let bars = u16::try_from(width - column - 14).unwrap_or(20);
    for (row, name) in rows.iter().zip(names) {
        let line = [padded(&name, column).as_str(), &bar(row, head.duration, bars, signs)].join("  ");
        out.extend_from_slice(line.trim_end().as_bytes());
        out.push(b'\n');
    }
}

/// Guides, service and operation.
fn name(row: &WaterfallRow, signs: &[&str; 8]) -> String {
    let mut name: String = row.trunks.iter().skip(1).map(|goes_on| signs[if *goes_on { 2 } else { 3 }]).collect();
    if row.depth > 0 {
        name.push_str(signs[usize::from(row.last)]);
        name.push(' ');
    }
    if row.depth as usize > LEVELS {
        let _ = write!(name, "[{}] ", row.depth);
    }
    match (&row.span, row.node) {
        (Some(span), _) => [&name, &*safe(&span.service), " ", &*safe(&span.name)].concat(),
        (None, Node::Missing(id)) => format!("{name}{} parent {id} not here", signs[7]),
        (None, Node::Span(_)) => name,
    }
}

/// The bar with the duration behind it, and a mark for an error.
fn bar(row: &WaterfallRow, total: u64, width: u16, signs: &[&str; 8]) -> String {
    let Some(span) = &row.span else {
        return String::new();
    };
    let stretch = Eighths::new(span.offset, span.duration, total, width);
    let cells = stretch.cells();
    let short = stretch.end - stretch.start < 4;
    let bar = signs[if short { 5 } else { 4 }].repeat(usize::from(cells.end - cells.start));
    let error = if span.error { [" ", signs[6]].concat() } else { String::new() };
    format!("{}{bar} {}{error}", " ".repeat(usize::from(cells.start)), duration_text(span.duration))
}

/// Text padded to `width` cells. Longer text stays whole, its bar moves on: a cut name would be read as another.
fn padded(text: &str, width: usize) -> String {
    [text, &" ".repeat(width.saturating_sub(text.width()))].concat()
}
