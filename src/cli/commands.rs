//! Commands with sockets or a screen: `listen`, `open` and `demo`.

use std::io::{self, IsTerminal};
use std::sync::Arc;

use super::failure::Failure;
use super::memory;
use super::print::{inputs, print, tell, verdict};
use super::{Demo, Keep, Listen, Look, Open, note};
use crate::demo as workload;
use crate::export::{Document, jaeger_thrift, otlp_proto};
use crate::model::{SourceState, SourceStatus, Span, SpanBatch};
use crate::runtime::{Headless, Show, headless, show, wall};
use crate::source::file::{Input, Reader};
use crate::source::{
    Address, Delivery, Doors, Inlet, Protocol, Sources, Transport, channel, deliver, invitation, send,
};
use crate::term::{colors, is_light};
use crate::tui::Options;

/// Longest datagram of `demo --to`: small enough for receivers with a small socket buffer to hold some dozens.
const DATAGRAM: usize = 8_000;

/// Most spans in a request of `demo --to`: what SDKs send at once.
const REQUEST: usize = 512;

/// `listen`: receives and shows, or writes what it receives.
pub(super) fn listen(listen: Listen, look: Look) -> Result<(), Failure> {
    if !listen.headless && !io::stdout().is_terminal() {
        return Err(Failure::usage("standard output is no terminal; try: tracetui listen --headless".to_owned()));
    }
    let files: Vec<Input> = listen.open.into_iter().map(Input::Path).collect();
    // Without a screen nobody would see it until the end.
    let unreadable = if listen.headless { Reader::new(files.clone(), None).unreadable() } else { Vec::new() };
    if !unreadable.is_empty() {
        return Err(Failure::input(unreadable));
    }
    let (inlet, parcels) = channel();
    let addresses = listen.addresses;
    let doors = if addresses.is_empty() { Doors::usual() } else { Doors::at(&addresses) };
    let doors = doors.map_err(|error| Failure::input(vec![error.to_string()]))?;
    let doors = doors.open(listen.token, &inlet);
    let doors = doors.map_err(|error| Failure::input(vec![error.to_string().to_lowercase()]))?;
    let mut sources = Sources { doors, ..Sources::default() };
    sources.files = read_files(files, &listen.keep, false, inlet)?;
    let reader = sources.files.clone();
    if listen.headless {
        let (spans, time, with_logs) = (listen.spans, listen.time, listen.with_logs);
        let asked = Headless { sources, parcels, spans, time, with_logs, tell };
        let announce = |sources: &Sources| {
            let statuses = sources.doors.iter().flat_map(|door| door.statuses());
            for status in statuses.filter(|status| status.state == SourceState::Listening) {
                note(&format!("listening on {} {}", status.protocol, status.endpoint));
            }
        };
        let summary = headless(asked, &mut io::stdout(), announce);
        let summary = summary.map_err(|error| Failure::output("standard output", &error))?;
        note(&summary.to_string());
        return unread(reader.as_deref());
    }
    let options = options(look, listen.keep.memory(), &sources);
    show(Show { options, sources, parcels, first: Vec::new() }).map_err(|error| Failure::terminal(&error))?;
    unread(reader.as_deref())
}

/// `open`: shows files; without a terminal to show them on, prints them.
pub(super) fn open(Open { files, follow }: Open, look: Look) -> Result<(), Failure> {
    let has_stdin = files.files.is_empty() || files.files.iter().any(|path| path.as_os_str() == "-");
    if follow && has_stdin {
        let text = "a pipe is followed anyway; --follow is for files; try: tracetui open --follow app.log";
        return Err(Failure::usage(text.to_owned()));
    }
    if !io::stdout().is_terminal() {
        if follow {
            let text = "--follow needs a terminal to show it on; try: tail -F app.log | tracetui print";
            return Err(Failure::usage(text.to_owned()));
        }
        return print(files, look);
    }
    let inputs = inputs(files.files, "open")?;
    let (inlet, parcels) = channel();
    let sources = Sources { files: read_files(inputs, &files.keep, follow, inlet)?, ..Sources::default() };
    let options = options(look, files.keep.memory(), &sources);
    let sources =
        show(Show { options, sources, parcels, first: Vec::new() }).map_err(|error| Failure::terminal(&error))?;
    sources.files.map_or(Ok(()), |reader| verdict(&reader))
}

/// `demo`: shows the built-in workload or sends it.
pub(super) fn demo(demo: Demo, look: Look) -> Result<(), Failure> {
    let batches = workload::workload(demo.seed, wall());
    if let Some(address) = demo.to {
        return send_all(&address, &batches);
    }
    if !io::stdout().is_terminal() {
        return Err(Failure::usage("standard output is no terminal; try: tracetui demo --to :6831".to_owned()));
    }
    let (_, parcels) = channel();
    let built_in = SourceStatus {
        protocol: "demo".to_owned(),
        endpoint: "built-in shop".to_owned(),
        state: SourceState::Done,
        spans: batches.iter().map(|batch| batch.spans.len() as u64).sum(),
        ..SourceStatus::default()
    };
    let sources = Sources { built_in: Some(built_in), ..Sources::default() };
    let options = options(look, memory::spare(), &sources);
    show(Show { options, sources, parcels, first: batches }).map_err(|error| Failure::terminal(&error))?;
    Ok(())
}

/// Files beside a listener that could not be read or held no spans.
fn unread(reader: Option<&Reader>) -> Result<(), Failure> {
    // Who has log records to show has not opened the file in vain.
    let empty = |reader: &Reader| if reader.logs() > 0 { Vec::new() } else { reader.empty() };
    let lines: Vec<String> = reader.map(|reader| [reader.failures(), empty(reader)].concat()).unwrap_or_default();
    if lines.is_empty() { Ok(()) } else { Err(Failure::input(lines)) }
}

fn send_all(address: &Address, batches: &[SpanBatch]) -> Result<(), Failure> {
    let spans: Vec<Span<'_>> = batches.iter().flat_map(|batch| batch.spans.iter().map(|row| batch.span(row))).collect();
    let (sent, what) = match delivery(address.protocol, &spans) {
        Some(delivery) => (deliver(address, &delivery), "requests"),
        None if address.protocol.row().transport == Transport::Tcp => {
            let protocol = address.protocol.name();
            return Err(Failure::usage(format!("the demo does not speak {protocol}; try: tracetui demo --to :4318")));
        }
        None => (send(address, &jaeger_thrift::datagrams(&spans, DATAGRAM)), "datagrams"),
    };
    let sent = sent.map_err(|error| Failure::input(vec![error.to_string()]))?;
    note(&format!("sent {} spans in {} {what} to {}", spans.len(), sent.datagrams, sent.to));
    Ok(())
}

/// Spans as the requests of a protocol; nothing for those of UDP.
fn delivery(protocol: Protocol, spans: &[Span<'_>]) -> Option<Delivery> {
    let documents = |name: &str| {
        let document = Document::of(name)?;
        Some(spans.chunks(REQUEST).map(|spans| document.of_spans(spans)).collect())
    };
    let (path, content_type, bodies) = match protocol {
        Protocol::OtlpGrpc => {
            let path = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
            (path, "application/grpc", otlp_proto::requests(spans, REQUEST))
        }
        Protocol::OtlpHttp | Protocol::Http => {
            ("/v1/traces", "application/x-protobuf", otlp_proto::requests(spans, REQUEST))
        }
        Protocol::Zipkin => ("/api/v2/spans", "application/json", documents("zipkin-json")?),
        Protocol::JaegerHttp => ("/api/traces", "application/x-thrift", jaeger_thrift::batches(spans, REQUEST)),
        Protocol::JaegerCompact
        | Protocol::JaegerBinary
        | Protocol::ZipkinCompact
        | Protocol::JaegerGrpc
        | Protocol::Sampling
        | Protocol::Jaeger
        | Protocol::Any => return None,
    };
    Some(Delivery { path, content_type, bodies })
}

fn read_files(inputs: Vec<Input>, keep: &Keep, follow: bool, inlet: Inlet) -> Result<Option<Arc<Reader>>, Failure> {
    if inputs.is_empty() {
        return Ok(None);
    }
    let reader = Arc::new(Reader::new(inputs, keep.service.clone()).following(follow));
    reader.start(inlet).map_err(|error| Failure::input(vec![error.to_string().to_lowercase()]))?;
    Ok(Some(reader))
}

fn options(look: Look, memory: u64, sources: &Sources) -> Options {
    let environment = |name: &str| std::env::var(name).ok();
    let (colors, light) = (colors(look.color, environment), is_light(environment));
    let invitation = invitation(&SourceStatus::merged(sources.statuses()));
    Options { colors, light, ascii: look.ascii, memory, utc: look.utc, now: wall(), invitation }
}
