//! The message around the spans: method, batch, process, client statistics, and where reading stopped.

use super::odd::Odd;
use super::{ClientStats, DatagramReport, Message, note};
use crate::ingest::thrift::{self, Cursor, Fault, Read, Type};
use crate::ingest::zipkin;
use crate::model::{BatchAttribute, BatchResource, BatchSpan, BatchValue, SpanBatch, Text};

/// Rows may take as many bytes as the datagram has, plus this. Growing a `Vec` holds three times its content for a
/// moment, so the peak stays below 4 × datagram (one of it for text) + 1 MiB. Honest spans need a quarter of it.
const SPARE_ROWS: usize = 300 * 1024;

/// Room for the words that decoding adds to the text: the source and each warning once.
const SPARE_TEXT: usize = 4096;

const BATCH_FIELDS: [&str; 5] = ["", "process", "spans", "seqNo", "stats"];

const SPAN_FIELDS: [&str; 12] = [
    "",
    "traceIdLow",
    "traceIdHigh",
    "spanId",
    "parentSpanId",
    "operationName",
    "references",
    "flags",
    "startTime",
    "duration",
    "tags",
    "logs",
];

/// Which part of the message was being read.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    Head,
    Arguments,
    Batch(i16),
    /// Number of the span, counted from 1, and its field; 0 when between fields.
    Span(u32, i16),
}

/// The service of spans whose client names none.
const UNKNOWN_SERVICE: &str = "unknown_service";

/// Reads one datagram into a batch.
pub(super) struct Decoder<'d, 'b> {
    pub(super) cursor: Cursor<'d>,
    pub(super) batch: &'b mut SpanBatch,
    /// Oddities of the span being read.
    pub(super) odd: u32,
    pub(super) resource: u32,
    pub(super) source: Text,
    datagram: &'d [u8],
    /// Where the datagram's copy starts in the batch's text.
    base: u32,
    /// Bytes that further rows may take.
    room: usize,
    /// Warnings already in the batch's text.
    warnings: [Option<Text>; Odd::ALL.len()],
    pub(super) part: Part,
    /// Spans with neither id, and where the first one was.
    nameless: u32,
    first_nameless: usize,
    has_service: bool,
    report: DatagramReport,
}

/// Decodes one datagram of a known protocol.
pub(super) fn run<P: thrift::Protocol>(
    datagram: &[u8],
    batch: &mut SpanBatch,
    protocol: super::Protocol,
) -> DatagramReport {
    // Text is addressed with 32 bits; invalid UTF-8 may triple in size.
    let full = batch.text.len().saturating_add(datagram.len().saturating_mul(8)) > u32::MAX as usize;
    let mut decoder = Decoder::new(datagram, batch, protocol);
    if full {
        decoder.problem("the batch holds as much text as it can".to_owned());
    } else if decoder.message::<P>().is_err() {
        decoder.stopped();
    }
    decoder.finish()
}

impl<'d, 'b> Decoder<'d, 'b> {
    pub(super) fn new(bytes: &'d [u8], batch: &'b mut SpanBatch, protocol: super::Protocol) -> Self {
        let (base, resource) = (index(batch.text.len()), index(batch.resources.len()));
        Self {
            cursor: Cursor::new(bytes),
            batch,
            odd: 0,
            resource,
            source: Text::default(),
            datagram: bytes,
            base,
            room: bytes.len() + SPARE_ROWS,
            warnings: [None; Odd::ALL.len()],
            part: Part::Head,
            nameless: 0,
            first_nameless: 0,
            has_service: false,
            report: DatagramReport { protocol: Some(protocol), ..DatagramReport::default() },
        }
    }

    /// Copies a piece of the bytes into the batch; what is decoded next must lie in it.
    pub(super) fn lend(&mut self, piece: std::ops::Range<usize>) {
        let bytes = self.datagram.get(piece.clone()).unwrap_or_default();
        self.room = bytes.len() + SPARE_ROWS;
        // Where byte 0 would lie, were all of it copied: before the text's beginning, as often as not.
        self.base = self.batch.push_text(bytes).start.wrapping_sub(index(piece.start));
    }
}

impl Decoder<'_, '_> {
    fn message<P: thrift::Protocol>(&mut self) -> Read<()> {
        let name = P::message(&mut self.cursor)?;
        let name = self.cursor.get(name);
        // A multiplexing client writes `Service:method`.
        match name.rsplit(|byte| *byte == b':').next().unwrap_or(name) {
            b"emitBatch" => {
                self.report.message = Message::EmitBatch;
                self.arguments::<P>()
            }
            b"emitZipkinBatch" => {
                self.report.message = Message::EmitZipkinBatch;
                self.zipkin::<P>()
            }
            _ => {
                let name: String = String::from_utf8_lossy(name).chars().take(64).collect();
                self.problem(format!("unknown method {}", name.escape_debug()));
                Ok(())
            }
        }
    }

    fn arguments<P: thrift::Protocol>(&mut self) -> Read<()> {
        self.part = Part::Arguments;
        self.batch.text.reserve(self.datagram.len() + SPARE_TEXT);
        self.batch.text.extend_from_slice(self.datagram);
        if let Some(protocol) = self.report.protocol {
            self.source = self.batch.push_text(protocol.as_str().as_bytes());
        }
        self.batch.resources.push(BatchResource::default());
        let (mut id, mut found) = (0, false);
        loop {
            match (P::field(&mut self.cursor, &mut id)?, id) {
                (Type::Stop, _) => break,
                (Type::Struct, 1) => {
                    found = true;
                    self.batch::<P>()?;
                    self.part = Part::Arguments;
                }
                (kind, _) => thrift::skip::<P>(&mut self.cursor, kind)?,
            }
        }
        if !found {
            self.problem("emitBatch without a batch".to_owned());
        }
        Ok(())
    }

    fn zipkin<P: thrift::Protocol>(&mut self) -> Read<()> {
        self.part = Part::Arguments;
        let source = match self.report.protocol {
            Some(super::Protocol::Binary) => "zipkin-binary",
            Some(super::Protocol::Compact) | None => "zipkin-compact",
        };
        let mut id = 0;
        loop {
            match (P::field(&mut self.cursor, &mut id)?, id) {
                (Type::Stop, _) => return Ok(()),
                (Type::List, 1) => {
                    let (spans, problems) = (self.batch.spans.len(), self.batch.problems.len());
                    let read = zipkin::emit::<P>(&mut self.cursor, source, self.batch);
                    self.report.spans += index(self.batch.spans.len() - spans);
                    self.report.malformed |= self.batch.problems.len() > problems;
                    self.has_service = true;
                    read?;
                }
                (kind, _) => thrift::skip::<P>(&mut self.cursor, kind)?,
            }
        }
    }

    fn batch<P: thrift::Protocol>(&mut self) -> Read<()> {
        let (mut id, mut has_spans) = (0, false);
        loop {
            self.part = Part::Batch(0);
            let kind = P::field(&mut self.cursor, &mut id)?;
            self.part = Part::Batch(id);
            match (kind, id) {
                (Type::Stop, _) => break,
                (Type::Struct, 1) => self.process::<P>()?,
                (Type::List, 2) => {
                    has_spans = true;
                    self.spans::<P>()?;
                }
                (Type::I64, 3) => self.report.seq_no = Some(P::i64(&mut self.cursor)?),
                (Type::Struct, 4) => self.stats::<P>()?,
                (kind, _) => thrift::skip::<P>(&mut self.cursor, kind)?,
            }
        }
        if !has_spans {
            self.problem("batch without a list of spans".to_owned());
        }
        Ok(())
    }

    pub(super) fn process<P: thrift::Protocol>(&mut self) -> Read<()> {
        let mut id = 0;
        loop {
            match (P::field(&mut self.cursor, &mut id)?, id) {
                (Type::Stop, _) => break,
                (Type::Binary, 1) => {
                    let name = P::binary(&mut self.cursor)?;
                    let service = self.text(name)?;
                    self.has_service = true;
                    if let Some(row) = self.batch.resources.get_mut(self.resource as usize) {
                        row.service = service;
                    }
                }
                (Type::List, 2) => {
                    let attributes = self.tags::<P>()?;
                    if let Some(row) = self.batch.resources.get_mut(self.resource as usize) {
                        row.attributes = attributes;
                    }
                    let rows = self.batch.attributes.get(attributes.range()).unwrap_or_default();
                    self.report.client_uuid = rows.iter().find_map(|row| client_uuid(self.batch, row));
                }
                (kind, _) => thrift::skip::<P>(&mut self.cursor, kind)?,
            }
        }
        Ok(())
    }

    fn stats<P: thrift::Protocol>(&mut self) -> Read<()> {
        let (mut id, mut stats) = (0, ClientStats::default());
        loop {
            match (P::field(&mut self.cursor, &mut id)?, id) {
                (Type::Stop, _) => break,
                (Type::I64, 1) => stats.full_queue = P::i64(&mut self.cursor)?,
                (Type::I64, 2) => stats.too_large = P::i64(&mut self.cursor)?,
                (Type::I64, 3) => stats.failed = P::i64(&mut self.cursor)?,
                (kind, _) => thrift::skip::<P>(&mut self.cursor, kind)?,
            }
        }
        self.report.client_stats = Some(stats);
        Ok(())
    }

    fn spans<P: thrift::Protocol>(&mut self) -> Read<()> {
        let list = P::list(&mut self.cursor)?;
        if list.len > 0 && list.element != Type::Struct {
            self.problem("the list of spans holds something else".to_owned());
            return thrift::skip_list::<P>(&mut self.cursor, list);
        }
        (1..=list.len).try_for_each(|number| self.one_span::<P>(number, list.len - number))
    }

    /// Reads a span into the batch, so many are left behind it; one that is damaged leaves nothing.
    pub(super) fn one_span<P: thrift::Protocol>(&mut self, number: u32, left: u32) -> Read<()> {
        let at = self.cursor.position();
        let mark = (self.batch.mark(), self.room);
        let mut field = 0;
        let read = self.span::<P>(&mut field);
        if let Ok(Some(row)) = read {
            self.batch.spans.push(row);
            self.report.spans += 1;
            return Ok(());
        }
        self.batch.rewind(&mark.0);
        self.room = mark.1;
        match read {
            Ok(_) => {
                if self.nameless == 0 {
                    self.first_nameless = at;
                }
                self.nameless += 1;
                Ok(())
            }
            Err(broken) => {
                self.part = Part::Span(number, field);
                if self.cursor.fault() == Fault::Crowded {
                    self.problem(format!("{}; {} spans refused", self.reason(), left + 1));
                }
                Err(broken)
            }
        }
    }

    /// Takes bytes for rows from what this datagram may use.
    #[inline]
    pub(super) fn claim(&mut self, bytes: usize) -> Read<()> {
        match self.room.checked_sub(bytes) {
            Some(room) => {
                self.room = room;
                Ok(())
            }
            None => Err(self.cursor.fail(Fault::Crowded)),
        }
    }

    /// Where the datagram's byte 0 lies in the batch's text.
    pub(super) fn base(&self) -> u32 {
        self.base
    }

    /// Claims a span's row and writes its warnings. Nothing may fail after this: warnings are shared by later spans.
    pub(super) fn warn(&mut self) -> Read<()> {
        let count = self.odd.count_ones() as usize;
        self.claim(size_of::<BatchSpan>() + count * size_of::<Text>())?;
        if count > 0 {
            for (odd, slot) in Odd::ALL.into_iter().zip(&mut self.warnings) {
                if self.odd & odd.bit() != 0 {
                    let text = *slot.get_or_insert_with(|| self.batch.push_text(odd.text().as_bytes()));
                    self.batch.warnings.push(text);
                }
            }
        }
        Ok(())
    }

    fn problem(&mut self, reason: String) {
        self.report.malformed = true;
        note(self.datagram, self.batch, self.cursor.position(), reason);
    }

    /// Notes why reading stopped.
    pub(super) fn stopped(&mut self) {
        if self.cursor.fault() != Fault::Crowded || !matches!(self.part, Part::Span(..)) {
            self.problem(self.reason());
        }
    }

    fn reason(&self) -> String {
        let fault = self.cursor.fault();
        let join = if fault == Fault::End { "inside" } else { "in" };
        format!("{fault} {join} {}", self.part.text())
    }

    pub(super) fn finish(mut self) -> DatagramReport {
        if self.nameless > 0 {
            let spans = if self.nameless == 1 { "span" } else { "spans" };
            let reason = format!("{} {spans} without ids", self.nameless);
            self.report.malformed = true;
            note(self.datagram, self.batch, self.first_nameless, reason);
        }
        if self.report.spans > 0 && !self.has_service {
            let spans = self.report.spans;
            self.problem(format!("batch without a service name: {spans} spans stand under {UNKNOWN_SERVICE}"));
        }
        let resource = self.batch.resources.get(self.resource as usize);
        if self.report.spans > 0 && resource.is_some_and(|row| row.service.len == 0) {
            let service = self.batch.push_text(UNKNOWN_SERVICE.as_bytes());
            if let Some(row) = self.batch.resources.get_mut(self.resource as usize) {
                row.service = service;
            }
        }
        self.report
    }
}

impl Part {
    fn text(self) -> String {
        let name = |names: &[&'static str], id: i16| {
            let name = usize::try_from(id).ok().and_then(|id| names.get(id).copied());
            name.map(|name| format!(" field {id} ({name})")).unwrap_or(format!(" field {id}"))
        };
        match self {
            Self::Head => "the message's head".to_owned(),
            Self::Arguments => "the message's arguments".to_owned(),
            Self::Batch(0) => "the batch".to_owned(),
            Self::Batch(id) => format!("batch{}", name(&BATCH_FIELDS, id)),
            Self::Span(number, 0) => format!("span {number}"),
            Self::Span(number, id) => format!("span {number}{}", name(&SPAN_FIELDS, id)),
        }
    }
}

fn client_uuid(batch: &SpanBatch, row: &BatchAttribute) -> Option<Text> {
    let BatchValue::Str(text) = row.value else { return None };
    (batch.bytes(row.key) == b"client-uuid").then_some(text)
}

/// A list index as stored in a batch; lists are bounded far below 2³².
pub(super) fn index(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
