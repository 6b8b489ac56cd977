//! What `OStreamSpanExporter` of OpenTelemetry C++ prints, PHP's extension too: braces around `key  : value` lines, and no
//! JSON (opentelemetry-cpp `exporters/ostream`). Values may go over several lines.

use super::console::{parse_span_id, parse_trace_id};
use super::printed_value::{Pair, find, push_pairs};
use super::scan::{Begins, Block, DecodeOptions, Decoded, Memo, brace_end, brace_then, resource};
use crate::model::{BatchEvent, BatchLink, Kind, LinkKind, SpanBatch, SpanId, SpanWriter, Status, Timestamp};

/// The name in `Span::source`.
pub(super) const NAME: &str = "cpp";

/// How a span is found in text.
pub(super) const BLOCK: Block = Block { begins, end: brace_end, decode };

/// The keys of a span; what follows a list's key belongs to it.
const KEYS: [&str; 15] = [
    "name",
    "trace_id",
    "span_id",
    "tracestate",
    "parent_span_id",
    "start",
    "duration",
    "description",
    "span kind",
    "status",
    "attributes",
    "events",
    "links",
    "resources",
    "instr-lib",
];

fn begins(text: &[u8]) -> Begins {
    brace_then(text, |line| {
        let rest = line.strip_prefix(b"name ").unwrap_or_default().trim_ascii_start();
        rest.starts_with(b":")
    })
}

/// What the lines say, still as text.
#[derive(Default)]
struct Read {
    head: Vec<Pair>,
    attributes: Vec<Pair>,
    resource: Vec<Pair>,
    events: Vec<Inner>,
    links: Vec<Inner>,
}

/// An event or a link.
#[derive(Default)]
struct Inner {
    head: Vec<Pair>,
    attributes: Vec<Pair>,
    in_attributes: bool,
}

impl Inner {
    fn line(&mut self, line: &str) {
        let pair = Pair::split(line);
        match pair {
            Some(pair) if !self.in_attributes && pair.key == "attributes" => self.in_attributes = true,
            Some(pair) if self.in_attributes => self.attributes.push(pair),
            Some(pair) => self.head.push(pair),
            None => {
                let list = if self.in_attributes { &mut self.attributes } else { &mut self.head };
                if let Some(last) = list.last_mut() {
                    last.go_on(line);
                }
            }
        }
    }

    fn head(&self, key: &str) -> &str {
        find(&self.head, key).unwrap_or_default()
    }
}

impl Read {
    fn of(text: &str) -> Self {
        let (mut read, mut section, mut is_inside) = (Self::default(), String::new(), false);
        let indent = text.lines().nth(1).map_or(0, |line| line.len() - line.trim_start().len());
        for line in text.lines().skip(1) {
            // Keys of the span stand where its name does; what belongs to a list is further in.
            let own = line.len() - line.trim_start().len() == indent && !line.starts_with('\t');
            let pair = Pair::split(line).filter(|pair| own && !is_inside && KEYS.contains(&pair.key.as_str()));
            if let Some(pair) = pair {
                section.clone_from(&pair.key);
                read.head.push(pair);
                continue;
            }
            let is_list = matches!(&*section, "events" | "links");
            let inner = if section == "events" { &mut read.events } else { &mut read.links };
            match (is_list, line.trim()) {
                (true, "{") => {
                    inner.push(Inner::default());
                    is_inside = true;
                }
                (true, "}") => is_inside = false,
                (true, _) => inner.last_mut().into_iter().for_each(|last| last.line(line)),
                (false, _) => read.line(&section, line),
            }
        }
        read
    }

    fn line(&mut self, section: &str, line: &str) {
        let pairs = match section {
            "attributes" => &mut self.attributes,
            "resources" => &mut self.resource,
            _ => &mut self.head,
        };
        let is_item = matches!(section, "attributes" | "resources") && line.starts_with(['\t', ' ']);
        match (Pair::split(line).filter(|_| is_item), pairs.last_mut()) {
            (Some(pair), _) => pairs.push(pair),
            (None, Some(last)) if line.trim() != "}" => last.go_on(line),
            (None, _) => {}
        }
    }

    fn head(&self, key: &str) -> &str {
        find(&self.head, key).unwrap_or_default()
    }
}

fn decode(text: &[u8], batch: &mut SpanBatch, memo: &mut Memo, options: &DecodeOptions) -> Decoded {
    let text = String::from_utf8_lossy(text);
    let read = Read::of(text.trim_end());
    let trace_id = parse_trace_id(read.head("trace_id").as_bytes()).filter(|id| id.0 != 0);
    let span_id = parse_span_id(read.head("span_id").as_bytes()).filter(|id| id.0 != 0);
    let Some((trace_id, span_id)) = trace_id.zip(span_id) else {
        return Decoded::Broken("a span of C++ that cannot be read: its ids are missing");
    };
    let key = format!("{:?}", read.resource);
    let resource = memo.resource([b"\"cpp", key.as_bytes()], batch, |batch| {
        let attributes = push_pairs(&read.resource, batch);
        resource(attributes, batch, options)
    });
    let source = memo.source(NAME, batch);
    let mut out = SpanWriter::new(batch);
    (out.row.resource, out.row.source) = (resource, source);
    (out.row.trace_id, out.row.span_id) = (trace_id, span_id);
    out.row.parent_id = parse_span_id(read.head("parent_span_id").as_bytes()).and_then(SpanId::non_zero);
    fill(&read, &mut out);
    let start = out.batch.attributes.len();
    push_pairs(&read.attributes, out.batch);
    out.take_attributes(start);
    for event in &read.events {
        let time = Timestamp(event.head("timestamp").parse().unwrap_or_default());
        let name = out.batch.push_text(event.head("name").as_bytes());
        let attributes = push_pairs(&event.attributes, out.batch);
        out.event(BatchEvent { time, name, attributes });
    }
    for link in &read.links {
        let trace_id = parse_trace_id(link.head("trace_id").as_bytes());
        let Some((trace_id, span_id)) = trace_id.zip(parse_span_id(link.head("span_id").as_bytes())) else {
            out.warn("a link has no readable ids: left out");
            continue;
        };
        let attributes = push_pairs(&link.attributes, out.batch);
        out.link(BatchLink { trace_id, span_id, kind: LinkKind::Link, attributes });
    }
    let ended = out.row.start.plus(out.row.duration);
    out.commit();
    Decoded::Span(ended)
}

/// What is said in one line each.
fn fill(read: &Read, out: &mut SpanWriter<'_>) {
    let text = |key: &str, out: &mut SpanWriter<'_>| out.batch.push_text(read.head(key).as_bytes());
    out.row.name = text("name", out);
    out.row.trace_state = text("tracestate", out);
    out.row.status_message = text("description", out);
    out.row.kind = Kind::parse(read.head("span kind")).unwrap_or_default();
    out.row.status = Status::parse(read.head("status")).unwrap_or_default();
    let scope = read.head("instr-lib");
    // Name and version are joined by a dash, the version without one.
    let (name, version) = scope.rsplit_once('-').unwrap_or((scope, ""));
    out.row.scope_name = out.batch.push_text(name.as_bytes());
    out.row.scope_version = out.batch.push_text(version.as_bytes());
    let start = read.head("start").parse::<i64>().ok();
    let duration = read.head("duration").parse::<u64>().ok();
    if start.is_none() || duration.is_none() {
        out.warn("printed without a start time or a duration");
    }
    out.row.start = Timestamp(start.unwrap_or_default());
    out.row.duration = duration.unwrap_or_default();
}
