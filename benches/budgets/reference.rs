//! What decoding is measured against: the `thrift` crate, filling owned structs as generated code does.

use thrift::protocol::{TCompactInputProtocol, TInputProtocol, TType};

type In<'a> = TCompactInputProtocol<&'a [u8]>;

#[derive(Default)]
struct Tag {
    key: String,
    kind: i32,
    string: Option<String>,
    double: Option<f64>,
    bool: Option<bool>,
    long: Option<i64>,
    binary: Option<Vec<u8>>,
}

#[derive(Default)]
struct Log {
    time: i64,
    fields: Vec<Tag>,
}

#[derive(Default)]
struct Span {
    trace_low: i64,
    trace_high: i64,
    id: i64,
    parent: i64,
    name: String,
    flags: i32,
    start: i64,
    duration: i64,
    tags: Vec<Tag>,
    logs: Vec<Log>,
}

/// A batch in owned structs.
#[derive(Default)]
pub(crate) struct Batch {
    service: String,
    tags: Vec<Tag>,
    spans: Vec<Span>,
}

impl Batch {
    /// Number of spans.
    pub(crate) fn len(&self) -> usize {
        self.spans.len()
    }
}

/// Decodes one datagram.
pub(crate) fn decode(datagram: &[u8]) -> thrift::Result<Batch> {
    let input = &mut TCompactInputProtocol::new(datagram);
    input.read_message_begin()?;
    let mut batch = Batch::default();
    fields(input, |input, id| match id {
        1 => fields(input, |input, id| match id {
            1 => fields(input, |input, id| process(input, id, &mut batch)).map(|()| true),
            2 => list(input, span).map(|spans| batch.spans = spans).map(|()| true),
            _ => Ok(false),
        })
        .map(|()| true),
        _ => Ok(false),
    })?;
    input.read_message_end()?;
    Ok(batch)
}

fn process(input: &mut In<'_>, id: i16, batch: &mut Batch) -> thrift::Result<bool> {
    match id {
        1 => batch.service = input.read_string()?,
        2 => batch.tags = list(input, tag)?,
        _ => return Ok(false),
    }
    Ok(true)
}

fn span(input: &mut In<'_>) -> thrift::Result<Span> {
    let mut span = Span::default();
    fields(input, |input, id| {
        match id {
            1 => span.trace_low = input.read_i64()?,
            2 => span.trace_high = input.read_i64()?,
            3 => span.id = input.read_i64()?,
            4 => span.parent = input.read_i64()?,
            5 => span.name = input.read_string()?,
            7 => span.flags = input.read_i32()?,
            8 => span.start = input.read_i64()?,
            9 => span.duration = input.read_i64()?,
            10 => span.tags = list(input, tag)?,
            11 => span.logs = list(input, log)?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(span)
}

fn log(input: &mut In<'_>) -> thrift::Result<Log> {
    let mut log = Log::default();
    fields(input, |input, id| {
        match id {
            1 => log.time = input.read_i64()?,
            2 => log.fields = list(input, tag)?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(log)
}

fn tag(input: &mut In<'_>) -> thrift::Result<Tag> {
    let mut tag = Tag::default();
    fields(input, |input, id| {
        match id {
            1 => tag.key = input.read_string()?,
            2 => tag.kind = input.read_i32()?,
            3 => tag.string = Some(input.read_string()?),
            4 => tag.double = Some(input.read_double()?),
            5 => tag.bool = Some(input.read_bool()?),
            6 => tag.long = Some(input.read_i64()?),
            7 => tag.binary = Some(input.read_bytes()?),
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(tag)
}

fn list<T>(input: &mut In<'_>, read: fn(&mut In<'_>) -> thrift::Result<T>) -> thrift::Result<Vec<T>> {
    let list = input.read_list_begin()?;
    let mut items = Vec::with_capacity(usize::try_from(list.size).unwrap_or(0));
    for _ in 0..list.size {
        items.push(read(input)?);
    }
    input.read_list_end()?;
    Ok(items)
}

/// Reads a struct; `read` says whether it knew the field.
fn fields<'a>(
    input: &mut In<'a>,
    mut read: impl FnMut(&mut In<'a>, i16) -> thrift::Result<bool>,
) -> thrift::Result<()> {
    input.read_struct_begin()?;
    loop {
        let field = input.read_field_begin()?;
        if field.field_type == TType::Stop {
            return input.read_struct_end();
        }
        if !read(input, field.id.unwrap_or_default())? {
            input.skip(field.field_type)?;
        }
        input.read_field_end()?;
    }
}
