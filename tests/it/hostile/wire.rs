//! Datagrams written by the `thrift` crate in both protocols, with any numbers and any text. Knows no limits of ours.

use thrift::protocol::{
    TBinaryOutputProtocol, TCompactOutputProtocol, TFieldIdentifier, TListIdentifier, TMessageIdentifier, TMessageType,
    TOutputProtocol, TStructIdentifier, TType,
};

/// A tag of type text: key and value.
pub(super) type Tag<'a> = (&'a str, &'a str);

/// A span as it is sent.
#[derive(Clone, Debug, Default)]
pub(super) struct RawSpan<'a> {
    pub(super) trace: (i64, i64),
    pub(super) id: i64,
    pub(super) parent: i64,
    pub(super) name: &'a str,
    /// Start and duration in µs.
    pub(super) times: (i64, i64),
    pub(super) tags: Vec<Tag<'a>>,
    pub(super) logs: Vec<(i64, Vec<Tag<'a>>)>,
}

/// The same `emitBatch` in the compact and in the binary protocol.
pub(super) fn datagrams(service: &str, spans: &[RawSpan<'_>]) -> [Vec<u8>; 2] {
    let (mut compact, mut binary) = (Vec::new(), Vec::new());
    message(&mut TCompactOutputProtocol::new(&mut compact), service, spans).expect("a Vec takes all");
    message(&mut TBinaryOutputProtocol::new(&mut binary, true), service, spans).expect("a Vec takes all");
    [compact, binary]
}

fn message(out: &mut dyn TOutputProtocol, service: &str, spans: &[RawSpan<'_>]) -> thrift::Result<()> {
    out.write_message_begin(&TMessageIdentifier::new("emitBatch", TMessageType::OneWay, 0))?;
    begin(out)?;
    out.write_field_begin(&TFieldIdentifier::new("batch", TType::Struct, 1))?;
    begin(out)?;
    out.write_field_begin(&TFieldIdentifier::new("process", TType::Struct, 1))?;
    begin(out)?;
    text(out, 1, service)?;
    end(out)?;
    list(out, 2, spans, span)?;
    end(out)?;
    end(out)?;
    out.write_message_end()
}

fn span(out: &mut dyn TOutputProtocol, span: &RawSpan<'_>) -> thrift::Result<()> {
    begin(out)?;
    number(out, 1, span.trace.1)?;
    number(out, 2, span.trace.0)?;
    number(out, 3, span.id)?;
    number(out, 4, span.parent)?;
    text(out, 5, span.name)?;
    number(out, 8, span.times.0)?;
    number(out, 9, span.times.1)?;
    list(out, 10, &span.tags, tag)?;
    list(out, 11, &span.logs, log)?;
    end(out)
}

fn log(out: &mut dyn TOutputProtocol, (time, fields): &(i64, Vec<Tag<'_>>)) -> thrift::Result<()> {
    begin(out)?;
    number(out, 1, *time)?;
    list(out, 2, fields, tag)?;
    end(out)
}

fn tag(out: &mut dyn TOutputProtocol, (key, value): &Tag<'_>) -> thrift::Result<()> {
    begin(out)?;
    text(out, 1, key)?;
    out.write_field_begin(&TFieldIdentifier::new("vType", TType::I32, 2))?;
    out.write_i32(0)?;
    out.write_field_end()?;
    text(out, 3, value)?;
    end(out)
}

fn begin(out: &mut dyn TOutputProtocol) -> thrift::Result<()> {
    out.write_struct_begin(&TStructIdentifier::new("struct"))
}

fn end(out: &mut dyn TOutputProtocol) -> thrift::Result<()> {
    out.write_field_stop()?;
    out.write_struct_end()?;
    // The field that holds the struct; nothing is written for it.
    out.write_field_end()
}

fn number(out: &mut dyn TOutputProtocol, id: i16, number: i64) -> thrift::Result<()> {
    out.write_field_begin(&TFieldIdentifier::new("number", TType::I64, id))?;
    out.write_i64(number)?;
    out.write_field_end()
}

fn text(out: &mut dyn TOutputProtocol, id: i16, text: &str) -> thrift::Result<()> {
    out.write_field_begin(&TFieldIdentifier::new("text", TType::String, id))?;
    out.write_string(text)?;
    out.write_field_end()
}

fn list<T>(
    out: &mut dyn TOutputProtocol,
    id: i16,
    items: &[T],
    write: impl Fn(&mut dyn TOutputProtocol, &T) -> thrift::Result<()>,
) -> thrift::Result<()> {
    let length = i32::try_from(items.len()).expect("a short list");
    out.write_field_begin(&TFieldIdentifier::new("list", TType::List, id))?;
    out.write_list_begin(&TListIdentifier::new(TType::Struct, length))?;
    items.iter().try_for_each(|item| write(out, item))?;
    out.write_list_end()?;
    out.write_field_end()
}
