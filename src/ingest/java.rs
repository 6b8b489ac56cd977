//! What `LoggingSpanExporter` of OpenTelemetry Java logs: `'name' : traceId spanId KIND [tracer: scope:version] attributes`, one
//! line a span, behind whatever the logger writes (opentelemetry-java `exporters/logging`). No times, no parent: the log
//! line's time stands in for the start.

use super::console::parse_time;
use super::printed_value::{Pair, push_pairs};
use super::scan::{DecodeOptions, Memo};
use crate::model::{BatchResource, Kind, SpanBatch, SpanId, SpanWriter, Timestamp, TraceId};

/// The name in `Span::source`.
pub(crate) const NAME: &str = "java";

/// Behind the name, before the ids.
const MARK: &[u8] = b"' : ";

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Decodes a line when it is a span; `before` is the time of the line before, as `java.util.logging` writes it.
pub(crate) fn decode(
    line: &[u8],
    before: Option<Timestamp>,
    batch: &mut SpanBatch,
    memo: &mut Memo,
    options: &DecodeOptions,
) -> Option<Timestamp> {
    let mark = memchr::memmem::find(line, MARK)?;
    let text = String::from_utf8_lossy(line.get(mark + MARK.len()..)?);
    let (trace_id, rest) = text.split_once(' ')?;
    let (span_id, rest) = rest.split_once(' ')?;
    let (kind, rest) = rest.split_once(" [tracer: ")?;
    let trace_id = Some(trace_id).filter(|id| id.len() == 32).and_then(TraceId::from_hex)?;
    let span_id = Some(span_id).filter(|id| id.len() == 16).and_then(SpanId::from_hex)?;
    let kind = Kind::parse(kind)?;
    let (scope, rest) = rest.split_once(']')?;
    let head = String::from_utf8_lossy(line.get(..mark)?);
    let (head, name) = head.split_once('\'')?;
    let resource = memo.resource([b"\"java", b""], batch, |batch| BatchResource {
        service: batch.push_text(options.service(None).as_bytes()),
        ..BatchResource::default()
    });
    let source = memo.source(NAME, batch);
    let mut out = SpanWriter::new(batch);
    (out.row.resource, out.row.source) = (resource, source);
    (out.row.trace_id, out.row.span_id, out.row.kind) = (trace_id, span_id, kind);
    out.row.name = out.batch.push_text(name.as_bytes());
    let (scope, version) = scope.rsplit_once(':').unwrap_or((scope, ""));
    out.row.scope_name = out.batch.push_text(scope.as_bytes());
    out.row.scope_version = out.batch.push_text(version.as_bytes());
    let start = time_in(head).or(before);
    out.row.start = start.unwrap_or_default();
    out.warn(if start.is_some() {
        "logged without times and parent: the log line's time is shown, read as UTC where it names no zone, and duration 0"
    } else {
        "logged without times and parent"
    });
    let first = out.batch.attributes.len();
    push_pairs(&pairs(rest), out.batch);
    out.take_attributes(first);
    let start = out.row.start;
    out.commit();
    Some(start)
}

/// `AttributesMap{data={a=b, c=d}, capacity=128, …}`, or `{a=b}`.
fn pairs(text: &str) -> Vec<Pair> {
    let inner = text.split_once("data={").or_else(|| text.split_once('{')).map_or("", |(_, inner)| inner);
    let inner = inner.split_once("}, capacity=").or_else(|| inner.rsplit_once('}')).map_or(inner, |(inner, _)| inner);
    let mut pairs: Vec<Pair> = Vec::new();
    for part in inner.split(", ").filter(|part| !part.is_empty()) {
        match (part.split_once('='), pairs.last_mut()) {
            // A key has no blanks: what has some goes on with the value before.
            (Some((key, value)), _) if !key.contains(' ') => {
                pairs.push(Pair { key: key.to_owned(), value: value.to_owned() });
            }
            (_, Some(last)) => {
                last.value.push_str(", ");
                last.value.push_str(part);
            }
            (_, None) => {}
        }
    }
    pairs
}

/// A date and a time in what a logger writes before its text: `2026-11-22 13:40:58:123 +0000`.
fn time_in(head: &str) -> Option<Timestamp> {
    let is_date = |at: &usize| {
        let date = head.as_bytes().get(*at..at + 19).unwrap_or_default();
        date.get(4) == Some(&b'-') && date.get(7) == Some(&b'-') && date.get(13) == Some(&b':')
    };
    let start = (0..head.len()).find(is_date)?;
    let text = head.get(start..)?;
    let (clock, rest) = text.split_at_checked(19)?;
    // Milliseconds behind a point, a comma or, as the agent writes them, a colon.
    let digits: String = rest.chars().skip(1).take_while(char::is_ascii_digit).collect();
    let rest = rest.get(1 + digits.len()..).unwrap_or_default().trim_start();
    let zone: String = rest.chars().take_while(|c| matches!(c, '+' | '-' | 'Z') || c.is_ascii_digit()).collect();
    let zone = if matches!(zone.len(), 1 | 5) { zone } else { "Z".to_owned() };
    let fraction = if digits.is_empty() { String::new() } else { format!(".{digits}") };
    parse_time(format!("{}{fraction}{zone}", clock.replace(' ', "T")).as_bytes())
}

/// The time that a line of `java.util.logging` begins with: `Nov 22, 2026 1:40:58 PM class method`.
pub(crate) fn line_time(line: &[u8]) -> Option<Timestamp> {
    if !line.first()?.is_ascii_uppercase() || line.get(3) != Some(&b' ') {
        return None;
    }
    let text = std::str::from_utf8(line.get(..40).unwrap_or(line)).ok()?;
    let mut words = text.split_whitespace();
    let month = words.next()?;
    let month = MONTHS.iter().position(|known| *known == month)? + 1;
    let day: u32 = words.next()?.trim_end_matches(',').parse().ok()?;
    let year: u32 = words.next()?.trim_end_matches(',').parse().ok()?;
    let (clock, half) = (words.next()?, words.next()?);
    let mut parts = clock.split(':').map(|part| part.parse::<u32>().ok());
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    let hour = match (half, hour) {
        ("PM", 1..=11) => hour + 12,
        ("AM", 12) => 0,
        _ => hour,
    };
    parse_time(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_as_loggers_write_them() {
        let moment = Timestamp(1_795_354_858_000_000_000);
        assert_eq!(line_time(b"Nov 22, 2026 1:40:58 PM io.opentelemetry.Exporter export"), Some(moment));
        assert_eq!(line_time(b"Nov 22, 2026 is a date"), None);
        let milli = |head| time_in(head).map(|time| time.0 - moment.0);
        assert_eq!(milli("[otel.javaagent 2026-11-22 13:40:58:123 +0000] [main] INFO x - "), Some(123_000_000));
        assert_eq!(milli("2026-11-22T14:40:58.5+01:00 INFO "), Some(3_600_500_000_000));
        assert_eq!(milli("2026-11-22 13:40:58,001 INFO "), Some(1_000_000));
        assert_eq!(time_in("INFO: "), None);
    }

    #[test]
    fn attributes_may_hold_commas_and_braces() {
        let pair = |key: &str, value: &str| Pair { key: key.into(), value: value.into() };
        let text = " AttributesMap{data={db.statement=SELECT a, b FROM {t}, n=7}, capacity=128, totalAddedValues=2}";
        assert_eq!(pairs(text), [pair("db.statement", "SELECT a, b FROM {t}"), pair("n", "7")]);
        assert_eq!(pairs(" {a=b}"), [pair("a", "b")]);
        assert!(pairs(" {}").is_empty());
    }
}
