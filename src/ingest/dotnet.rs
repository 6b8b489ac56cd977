//! What `ConsoleActivityExporter` of OpenTelemetry .NET prints: a block of `Key:   value` lines a span, ended by an empty line
//! (opentelemetry-dotnet `OpenTelemetry.Exporter.Console`). Values may go on in lines that are not indented.

use super::console::{parse_span_id, parse_time, parse_trace_id};
use super::printed_value::{Pair, find, push_pairs};
use super::scan::{Begins, Block, DecodeOptions, Decoded, Memo, mark_begins, resource};
use crate::model::{BatchEvent, BatchLink, Kind, LinkKind, SpanBatch, SpanId, SpanWriter, Status, Timestamp, TraceId};

/// The name in `Span::source`.
pub(super) const NAME: &str = "dotnet";

/// How a span is found in text.
pub(super) const BLOCK: Block = Block { begins, end, decode };

/// What it begins with.
const MARK: &[u8] = b"Activity.TraceId:";

/// Heads of lists, with the part of the span that their lines belong to.
const HEADS: [(&str, Part); 10] = [
    ("Activity.Tags:", Part::Tags),
    ("Activity.TagObjects:", Part::Tags),
    ("Activity.Events:", Part::Events),
    ("Activity.Links:", Part::Links),
    ("Activity.Baggage:", Part::Other),
    ("Instrumentation scope (ActivitySource):", Part::Scope),
    ("Resource associated with Activity:", Part::Resource),
    ("Resource associated with Activity", Part::Resource),
    ("StatusCode", Part::Head),
    ("Activity.", Part::Head),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Head,
    Tags,
    Events,
    Links,
    Scope,
    Resource,
    Other,
}

fn begins(text: &[u8]) -> Begins {
    mark_begins(text, MARK)
}

/// An empty line, or one that begins the next block.
fn end(text: &[u8]) -> Option<usize> {
    let mut at = memchr::memchr(b'\n', text)? + 1;
    loop {
        let rest = text.get(at..)?;
        let length = memchr::memchr(b'\n', rest)? + 1;
        let line = rest.get(..length)?.trim_ascii();
        if line.starts_with(MARK) || line.starts_with(b"LogRecord.") {
            return Some(at);
        }
        at += length;
        if line.is_empty() {
            return Some(at);
        }
    }
}

/// What the lines say, still as text.
#[derive(Default)]
struct Read {
    head: Vec<Pair>,
    tags: Vec<Pair>,
    scope: Vec<Pair>,
    resource: Vec<Pair>,
    /// Name and time as printed, and the tags.
    events: Vec<(String, Vec<Pair>)>,
    links: Vec<(String, Vec<Pair>)>,
}

impl Read {
    fn of(text: &str) -> Self {
        let (mut read, mut part) = (Self::default(), Part::Head);
        let base = text.len() - text.trim_start().len();
        for line in text.lines() {
            let line =
                line.get(base..).filter(|_| line.get(..base).is_some_and(|l| l.trim().is_empty())).unwrap_or(line);
            let head = HEADS.iter().find(|(head, _)| line.starts_with(head));
            match head {
                Some((_, Part::Head)) => {
                    part = Part::Head;
                    read.head.extend(Pair::split(line));
                }
                Some((_, next)) => part = *next,
                None => read.line(part, line),
            }
        }
        read
    }

    fn line(&mut self, part: Part, line: &str) {
        let depth = line.len() - line.trim_start_matches(' ').len();
        let open = match part {
            Part::Head => &mut self.head,
            Part::Tags => &mut self.tags,
            Part::Scope => &mut self.scope,
            Part::Resource => &mut self.resource,
            Part::Events | Part::Links => {
                let list = if part == Part::Events { &mut self.events } else { &mut self.links };
                if depth == 4 {
                    return list.push((line.trim().to_owned(), Vec::new()));
                }
                match list.last_mut() {
                    Some((_, pairs)) => pairs,
                    None => return,
                }
            }
            Part::Other => return,
        };
        let pair = Pair::split(line.trim()).filter(|_| depth >= 4);
        match (pair, open.last_mut()) {
            (Some(pair), _) => open.push(pair),
            // A value that goes on.
            (None, Some(last)) => last.go_on(line),
            (None, None) => {}
        }
    }

    fn head(&self, key: &str) -> Option<&str> {
        find(&self.head, key).map(str::trim)
    }
}

fn decode(text: &[u8], batch: &mut SpanBatch, memo: &mut Memo, options: &DecodeOptions) -> Decoded {
    let broken = Decoded::Broken("a span of .NET that cannot be read: its ids are missing");
    let text = String::from_utf8_lossy(text);
    let read = Read::of(text.trim_end());
    let id = |key: &str| read.head(key).map(str::as_bytes);
    let trace_id = id("Activity.TraceId").and_then(parse_trace_id).filter(|id| id.0 != 0);
    let span_id = id("Activity.SpanId").and_then(parse_span_id).filter(|id| id.0 != 0);
    let Some((trace_id, span_id)) = trace_id.zip(span_id) else { return broken };
    let resource = resource_of(&read, batch, memo, options);
    let source = memo.source(NAME, batch);
    let mut out = SpanWriter::new(batch);
    (out.row.resource, out.row.source) = (resource, source);
    (out.row.trace_id, out.row.span_id) = (trace_id, span_id);
    out.row.parent_id = id("Activity.ParentSpanId").and_then(parse_span_id).and_then(SpanId::non_zero);
    out.row.name = out.batch.push_text(read.head("Activity.DisplayName").unwrap_or_default().as_bytes());
    out.row.kind = read.head("Activity.Kind").and_then(Kind::parse).unwrap_or_default();
    out.row.trace_state = out.batch.push_text(read.head("Activity.TraceState").unwrap_or_default().as_bytes());
    times(&read, &mut out);
    status(&read, &mut out);
    let start = out.batch.attributes.len();
    push_pairs(&read.tags, out.batch);
    out.take_attributes(start);
    scope(&read, &mut out);
    for event in &read.events {
        push_event(event, &mut out);
    }
    for link in &read.links {
        push_link(link, &mut out);
    }
    let ended = out.row.start.plus(out.row.duration);
    out.commit();
    Decoded::Span(ended)
}

fn times(read: &Read, out: &mut SpanWriter<'_>) {
    let start = read.head("Activity.StartTime").and_then(|text| parse_time(text.as_bytes()));
    let duration = read.head("Activity.Duration").and_then(duration);
    if start.is_none() {
        out.warn("printed without a start time");
    }
    if duration.is_none() {
        out.warn("printed without a duration: shown as 0");
    }
    out.row.start = start.unwrap_or_default();
    out.row.duration = duration.unwrap_or_default();
}

/// `[d.]hh:mm:ss[.fffffff]` in ns.
fn duration(text: &str) -> Option<u64> {
    let (clock, fraction) = match text.rsplit_once('.') {
        Some((clock, fraction)) if clock.contains(':') => (clock, fraction),
        _ => (text, ""),
    };
    let (days, clock) = clock.split_once('.').unwrap_or(("0", clock));
    let mut seconds = 0_u64;
    for part in clock.split(':') {
        seconds = seconds.checked_mul(60)?.checked_add(part.parse().ok()?)?;
    }
    let digits = fraction.get(..9).unwrap_or(fraction);
    let missing = u32::try_from(9_usize.checked_sub(digits.len())?).ok()?;
    let nanos = if digits.is_empty() { 0 } else { digits.parse::<u64>().ok()? * 10_u64.pow(missing) };
    let days: u64 = days.parse().ok()?;
    days.checked_mul(86_400)?.checked_add(seconds)?.checked_mul(1_000_000_000)?.checked_add(nanos)
}

/// Newer versions print a line of their own, older ones a tag.
fn status(read: &Read, out: &mut SpanWriter<'_>) {
    let tag = |key: &str| find(&read.tags, key).map(str::trim);
    let code = read.head("StatusCode").or_else(|| read.head("Activity.StatusCode")).or_else(|| tag("otel.status_code"));
    let code = code.or_else(|| tag("StatusCode"));
    out.row.status = code.and_then(Status::parse).unwrap_or_default();
    let text = read.head("Activity.StatusDescription").or_else(|| tag("otel.status_description"));
    out.row.status_message = out.batch.push_text(text.unwrap_or_default().as_bytes());
}

fn scope(read: &Read, out: &mut SpanWriter<'_>) {
    let of = |key: &str| find(&read.scope, key).map(str::trim);
    let name = of("Name").or_else(|| read.head("Activity.ActivitySourceName")).unwrap_or_default();
    let version = of("Version").or_else(|| read.head("Activity.ActivitySourceVersion")).unwrap_or_default();
    out.row.scope_name = out.batch.push_text(name.as_bytes());
    out.row.scope_version = out.batch.push_text(version.as_bytes());
}

/// `exception [05/01/2024 10:00:00 +00:00]`: whole seconds, so an event is put inside its span.
fn push_event((head, pairs): &(String, Vec<Pair>), out: &mut SpanWriter<'_>) {
    let (name, time) = head.rsplit_once(" [").unwrap_or((head, ""));
    let (start, end) = (out.row.start, out.row.start.plus(out.row.duration));
    let readings = readings(time.trim_end_matches(']'));
    // Which of month and day comes first depends on the machine: the reading that lies in the span is right.
    let fits = |time: &&Timestamp| time.plus(1_000_000_000) >= start && **time <= end;
    let found = readings.iter().find(fits).or_else(|| readings.first()).copied();
    if found.is_none() {
        out.warn("the time of an event cannot be read: shown at the start of the span");
    }
    let time = found.filter(|time| !fits(&time)).unwrap_or_else(|| found.map_or(start, |time| time.clamp(start, end)));
    let name = out.batch.push_text(name.as_bytes());
    let attributes = push_pairs(pairs, out.batch);
    out.event(BatchEvent { time, name, attributes });
}

/// A date and a time of day in any order of their parts, as moments.
fn readings(text: &str) -> Vec<Timestamp> {
    let mut words = text.split_whitespace();
    let (Some(date), Some(clock)) = (words.next(), words.next()) else { return Vec::new() };
    let (mut zone, mut is_late, mut is_early) = ("+00:00", false, false);
    for word in words {
        match word {
            "PM" | "pm" | "p.m." => is_late = true,
            "AM" | "am" | "a.m." => is_early = true,
            word => zone = word,
        }
    }
    let numbers = |text: &str| -> Vec<u32> {
        text.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect()
    };
    let (date, clock) = (numbers(date), numbers(clock));
    let (&[a, b, c], &[hour, minute, second]) = (&*date, &*clock) else { return Vec::new() };
    let hour = match (is_late, is_early, hour) {
        (true, _, 1..=11) => hour + 12,
        (_, true, 12) => 0,
        _ => hour,
    };
    let orders = if a > 31 { vec![(a, b, c)] } else { vec![(c, a, b), (c, b, a)] };
    let moment = |(year, month, day): (u32, u32, u32)| {
        parse_time(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{zone}").as_bytes())
    };
    orders.into_iter().filter_map(moment).collect()
}

fn push_link((head, pairs): &(String, Vec<Pair>), out: &mut SpanWriter<'_>) {
    let mut ids = head.split_whitespace();
    let trace_id: Option<TraceId> = ids.next().map(str::as_bytes).and_then(parse_trace_id);
    let span_id = ids.next().map(str::as_bytes).and_then(parse_span_id);
    let Some((trace_id, span_id)) = trace_id.zip(span_id) else {
        return out.warn("a link has no readable ids: left out");
    };
    let attributes = push_pairs(pairs, out.batch);
    out.link(BatchLink { trace_id, span_id, kind: LinkKind::Link, attributes });
}

fn resource_of(read: &Read, batch: &mut SpanBatch, memo: &mut Memo, options: &DecodeOptions) -> u32 {
    let key = format!("{:?}", read.resource);
    memo.resource([b"\"dotnet", key.as_bytes()], batch, |batch| {
        let pairs: Vec<Pair> = read.resource.iter().filter(|pair| pair.key != "Schema URL").cloned().collect();
        let attributes = push_pairs(&pairs, batch);
        resource(attributes, batch, options)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_dates_of_any_culture() {
        assert_eq!(duration("00:00:00.0203766"), Some(20_376_600));
        assert_eq!(duration("1.02:00:00"), Some(93_600_000_000_000));
        assert_eq!(duration("00:01:00"), Some(60_000_000_000));
        assert_eq!(duration("soon"), None);
        let second = 1_714_557_600_000_000_000;
        for text in ["05/01/2024 10:00:00 +00:00", "01.05.2024 10:00:00 +00:00", "2024-05-01 10:00:00 +00:00"] {
            assert!(readings(text).contains(&Timestamp(second)), "{text}");
        }
        assert!(readings("5/1/2024 12:00:00 PM +02:00").contains(&Timestamp(second)));
    }
}
