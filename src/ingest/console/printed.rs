//! Spans exactly as `ConsoleSpanExporter` prints them since 1.0: every member there, in its order, nothing odd in it.
//!
//! Almost all spans are such, and are read in one go. Whatever differs, be it a warning to be made, is left to
//! [`decode`](super::decode), which reads any order and knows what to say.

use super::super::json::{Cursor, Tape};
use super::super::scan::{DecodeOptions, Memo};
use super::{id, parse_time, range, resource};
use crate::model::{
    BatchEvent, BatchLink, BatchSpan, Kind, LinkKind, Range32, SpanBatch, SpanId, Status, Text, Timestamp, TraceId,
};

/// Decodes the span that `bytes` begins with; its length and its end. Nothing, and an unchanged batch, when it is not as
/// usual.
pub(crate) fn decode(
    bytes: &[u8],
    tape: &mut Tape,
    batch: &mut SpanBatch,
    memo: &mut Memo,
    options: &DecodeOptions,
) -> Option<(usize, Timestamp)> {
    let mark = batch.mark();
    let done = Cursor::new(bytes, tape, batch).and_then(|mut json| {
        let mut row = BatchSpan::default();
        read(&mut json, &mut row)?;
        row.resource = read_resource(&mut json, memo, options)?;
        // From here on nothing can go wrong.
        row.source = memo.source("console", json.batch);
        json.batch.spans.push(row);
        Some((json.read(), row.start.plus(row.duration)))
    });
    if done.is_none() {
        batch.rewind(&mark);
    }
    done
}

/// Everything up to the resource.
fn read(json: &mut Cursor<'_, '_>, row: &mut BatchSpan) -> Option<()> {
    json.take(b"{")?;
    json.gap();
    json.take(b"\"name\": ")?;
    row.name = json.push_string()?;
    json.member(b"\"context\": ")?;
    let (trace_id, span_id, trace_state) = context(json)?;
    (row.trace_id, row.span_id) = (trace_id, span_id);
    row.trace_state = resource::trace_state(std::str::from_utf8(trace_state).ok()?, json.batch);
    json.member(b"\"kind\": ")?;
    row.kind = Kind::parse(std::str::from_utf8(json.ascii()?.strip_prefix(b"SpanKind.")?).ok()?)?;
    json.member(b"\"parent_id\": ")?;
    row.parent_id = if json.take(b"null").is_some() { None } else { id::span_id(json.ascii()?)?.non_zero() };
    json.member(b"\"start_time\": ")?;
    row.start = parse_time(json.ascii()?)?;
    json.member(b"\"end_time\": ")?;
    row.duration = parse_time(json.ascii()?).filter(|end| *end >= row.start)?.since(row.start);
    json.member(b"\"status\": ")?;
    (row.status, row.status_message) = read_status(json)?;
    json.member(b"\"attributes\": ")?;
    json.keep();
    row.attributes = json.attributes(2)?;
    json.member(b"\"events\": ")?;
    row.events = read_events(json)?;
    json.member(b"\"links\": ")?;
    row.links = read_links(json)?;
    json.copy();
    row.warnings = range(json.batch.warnings.len(), json.batch.warnings.len());
    Some(())
}

fn context<'a>(json: &mut Cursor<'a, '_>) -> Option<(TraceId, SpanId, &'a [u8])> {
    json.take(b"{")?;
    json.gap();
    json.take(b"\"trace_id\": ")?;
    let trace_id = id::trace_id(json.ascii()?)?;
    json.member(b"\"span_id\": ")?;
    let span_id = id::span_id(json.ascii()?)?;
    json.member(b"\"trace_state\": ")?;
    let trace_state = json.ascii()?;
    json.gap();
    json.take(b"}")?;
    Some((trace_id, span_id, trace_state))
}

fn read_status(json: &mut Cursor<'_, '_>) -> Option<(Status, Text)> {
    json.take(b"{")?;
    json.gap();
    json.take(b"\"status_code\": ")?;
    let status = Status::parse(std::str::from_utf8(json.ascii()?).ok()?)?;
    if !json.more(b'}')? {
        return Some((status, Text::default()));
    }
    json.take(b"\"description\": ")?;
    let message = json.push_string()?;
    json.gap();
    json.take(b"}")?;
    Some((status, message))
}

fn read_events(json: &mut Cursor<'_, '_>) -> Option<Range32> {
    let start = json.batch.events.len();
    let mut more = json.open(b'[', b']')?;
    while more {
        json.take(b"{")?;
        json.gap();
        json.take(b"\"name\": ")?;
        let name = json.text()?;
        json.member(b"\"timestamp\": ")?;
        let time = parse_time(json.ascii()?)?;
        json.member(b"\"attributes\": ")?;
        let attributes = json.attributes(4)?;
        json.gap();
        json.take(b"}")?;
        json.batch.events.push(BatchEvent { time, name, attributes });
        more = json.more(b']')?;
    }
    Some(range(start, json.batch.events.len()))
}

fn read_links(json: &mut Cursor<'_, '_>) -> Option<Range32> {
    let start = json.batch.links.len();
    let mut more = json.open(b'[', b']')?;
    while more {
        json.take(b"{")?;
        json.gap();
        json.take(b"\"context\": ")?;
        let (trace_id, span_id, _) = context(json)?;
        json.member(b"\"attributes\": ")?;
        let attributes = json.attributes(4)?;
        json.gap();
        json.take(b"}")?;
        json.batch.links.push(BatchLink { trace_id, span_id, kind: LinkKind::Link, attributes });
        more = json.more(b']')?;
    }
    Some(range(start, json.batch.links.len()))
}

/// The last member, up to the end of the span. Bytes read before are not read again: they are a third of a span.
fn read_resource(json: &mut Cursor<'_, '_>, memo: &mut Memo, options: &DecodeOptions) -> Option<u32> {
    json.member(b"\"resource\": ")?;
    let text = json.rest;
    let known = memo.console_resource(text);
    let raw = match known {
        Some((length, _)) => {
            json.rest = text.get(length..)?;
            text.get(..length)?
        }
        None if text.starts_with(b"{") => json.skip(1)?,
        None => return None,
    };
    json.gap();
    json.take(b"}")?;
    let index = known.map(|(_, index)| index);
    Some(index.unwrap_or_else(|| resource::index(raw, Some(json.tape.root(text)), json.batch, memo, options)))
}

#[cfg(test)]
mod tests;
