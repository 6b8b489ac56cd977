//! Commands that write to standard output or a file: `print` and `export`.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use super::failure::Failure;
use super::{Export, Files, Format, Keep, Look, note};
use crate::export::{Document, Losses, csv, jsonl, text};
use crate::model::{Place, Problem, SpanBatch};
use crate::runtime::MOST_TOLD;
use crate::source::file::{Input, Reader};
use crate::store::{Store, TraceRef};

/// `print`: waterfalls as text on standard output.
pub(super) fn print(files: Files, look: Look) -> Result<(), Failure> {
    let inputs = inputs(files.files, "print")?;
    write_text(inputs, &files.keep, look, None)
}

/// `export`: the same spans in another form.
pub(super) fn export(export: Export, look: Look) -> Result<(), Failure> {
    let inputs = inputs(export.files, "export")?;
    let output = export.output.filter(|path| path.as_os_str() != "-");
    if export.to != Format::Csv && !export.columns.is_empty() {
        return Err(Failure::usage("--columns is for csv; try: tracetui export --to csv --columns KEY".to_owned()));
    }
    if export.to != Format::Jsonl && export.with_logs {
        return Err(Failure::usage("--with-logs is for jsonl; try: tracetui export --to jsonl --with-logs".to_owned()));
    }
    let document = |name: &str| Document::of(name).map_or(Kind::Csv(&export.columns), Kind::Document);
    let kind = match export.to {
        Format::Text => return write_text(inputs, &export.keep, look, output.as_deref()),
        Format::Jsonl => return write_jsonl(inputs, export.keep, export.with_logs, output.as_deref()),
        Format::Csv => Kind::Csv(&export.columns),
        Format::OtlpJson => document("otlp-json"),
        Format::JaegerJson => document("jaeger-json"),
        Format::ZipkinJson => document("zipkin-json"),
    };
    write_traces(inputs, &export.keep, kind, output.as_deref())
}

/// What is written trace by trace.
#[derive(Clone, Copy)]
enum Kind<'a> {
    Document(&'static Document),
    /// With columns for these attributes.
    Csv(&'a [String]),
}

/// The inputs of a command: the files named, or what is piped in.
pub(super) fn inputs(files: Vec<PathBuf>, command: &str) -> Result<Vec<Input>, Failure> {
    if files.is_empty() && io::stdin().is_terminal() {
        return Err(Failure::usage(format!(
            "no file given; try: tracetui {command} spans.json, or: app | tracetui {command}"
        )));
    }
    if files.is_empty() {
        return Ok(vec![Input::Stdin]);
    }
    let input = |path: PathBuf| if path.as_os_str() == "-" { Input::Stdin } else { Input::Path(path) };
    Ok(files.into_iter().map(input).collect())
}

/// What a reader has to say at its end: nothing when there were spans, an error when there was none or a file is missing.
pub(super) fn verdict(reader: &Reader) -> Result<(), Failure> {
    let (failures, empty) = (reader.failures(), reader.empty());
    if failures.is_empty() && reader.spans() > 0 {
        for line in empty {
            note(&format!("note: {line}"));
        }
        return Ok(());
    }
    let lines: Vec<String> = failures.into_iter().chain(empty).collect();
    if lines.is_empty() { Ok(()) } else { Err(Failure::input(lines)) }
}

/// A problem in one line on standard error.
pub(super) fn tell(problem: &Problem) {
    let place = match problem.place {
        Place::Byte(at) => format!("byte {at}"),
        Place::Line(line) => format!("line {line}"),
    };
    note(&format!("problem: {}, {place}: {}", problem.origin, problem.reason));
}

/// Tells of the first problems one by one and counts all.
#[derive(Default)]
struct Problems(u64);

impl Problems {
    fn note(&mut self, batch: &SpanBatch) {
        let room = MOST_TOLD.saturating_sub(usize::try_from(self.0).unwrap_or(MOST_TOLD));
        batch.problems.iter().take(room).for_each(tell);
        self.0 += batch.problems.len() as u64 + batch.more_problems;
    }

    fn finish(&self) {
        if self.0 > MOST_TOLD as u64 {
            note(&format!("problems: {} in all", self.0));
        }
    }
}

/// Says of which traces spans share ids: they may be of several runs.
fn tell_shared(store: &Store) {
    for trace in store.traces().filter(|trace| trace.shared_ids() > 0).take(MOST_TOLD) {
        let (id, count) = (trace.id(), trace.shared_ids());
        note(&format!(
            "warning: trace {id}: {count} spans share an id with others that are not the same span; each is shown"
        ));
    }
}

/// Reads everything into a store.
fn load(inputs: Vec<Input>, keep: &Keep) -> (Store, Reader) {
    // Everything is to be printed: only a budget that was asked for may cut it short.
    let mut store = Store::new(keep.memory.unwrap_or(u64::MAX));
    let reader = Reader::new(inputs, keep.service.clone());
    let mut problems = Problems::default();
    reader.read(|batch| {
        problems.note(batch);
        store.extend(batch);
        true
    });
    problems.finish();
    (store, reader)
}

/// What did not fit into the budget is an error.
fn settle(store: &Store, reader: &Reader) -> Result<(), Failure> {
    let totals = store.totals();
    let lost = totals.evicted_spans + totals.refused;
    if lost > 0 {
        let line = format!("{lost} of {} spans did not fit into --memory and are not printed", totals.received);
        return Err(Failure::input(vec![line]));
    }
    verdict(reader)
}

/// Writes traces one by one, the earliest first, as a document or as rows.
fn write_traces(inputs: Vec<Input>, keep: &Keep, kind: Kind<'_>, path: Option<&Path>) -> Result<(), Failure> {
    let (store, reader) = load(inputs, keep);
    let mut out = Output::open(path)?;
    let (mut bytes, mut losses, mut is_first) = (Vec::new(), Losses::default(), true);
    match kind {
        Kind::Document(document) => bytes.extend_from_slice(document.head.as_bytes()),
        Kind::Csv(columns) => csv::write_head(columns, &mut bytes),
    }
    let mut traces: Vec<TraceRef<'_>> = store.traces().collect();
    traces.sort_unstable_by_key(|trace| (trace.start(), trace.id()));
    for trace in traces {
        match kind {
            Kind::Document(document) => is_first &= !document.write_trace(trace, is_first, &mut losses, &mut bytes),
            Kind::Csv(columns) => csv::write_trace(trace, columns, &mut bytes),
        }
        if !out.write(&bytes) {
            break;
        }
        bytes.clear();
    }
    if let Kind::Document(document) = kind {
        bytes.extend_from_slice(document.tail.as_bytes());
        losses.lines(document.name).for_each(|line| note(&line));
    }
    out.write(&bytes);
    out.finish(reader.spans() > 0)?;
    settle(&store, &reader)
}

fn write_text(inputs: Vec<Input>, keep: &Keep, look: Look, path: Option<&Path>) -> Result<(), Failure> {
    let (store, reader) = load(inputs, keep);
    tell_shared(&store);
    let mut bytes = Vec::new();
    let width = crate::term::width().unwrap_or(100);
    text::write(&store, &mut bytes, text::Options { ascii: look.ascii, width });
    let mut out = Output::open(path)?;
    out.write(&bytes);
    out.finish(reader.spans() > 0)?;
    settle(&store, &reader)
}

fn write_jsonl(inputs: Vec<Input>, keep: Keep, with_logs: bool, path: Option<&Path>) -> Result<(), Failure> {
    let reader = Reader::new(inputs, keep.service);
    let mut out = Output::open(path)?;
    let mut bytes = Vec::new();
    let mut problems = Problems::default();
    reader.read(|batch| {
        problems.note(batch);
        for row in &batch.spans {
            jsonl::write_span(&batch.span(row), &mut bytes);
        }
        if with_logs {
            jsonl::write_beside(batch, &mut bytes);
        }
        let go_on = out.write(&bytes);
        bytes.clear();
        go_on
    });
    problems.finish();
    let has_logs = with_logs && reader.logs() > 0;
    out.finish(reader.spans() > 0 || has_logs)?;
    if has_logs && reader.spans() == 0 && reader.failures().is_empty() { Ok(()) } else { verdict(&reader) }
}

/// Where output goes. The first error is kept and ends it.
struct Output {
    name: String,
    out: Box<dyn Write>,
    result: io::Result<()>,
    /// A file is written beside its place and takes it when whole: an input of the same name is read to its end, and what
    /// was there stays when nothing comes of it.
    place: Option<(PathBuf, PathBuf)>,
}

impl Output {
    fn open(path: Option<&Path>) -> Result<Self, Failure> {
        let Some(path) = path else {
            let out = Box::new(BufWriter::with_capacity(256 * 1024, io::stdout()));
            return Ok(Self { name: "standard output".to_owned(), out, result: Ok(()), place: None });
        };
        let name = path.display().to_string();
        // A pipe or a device is written to as it is; a link keeps pointing where it does.
        let is_special = std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_file());
        let to = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        let aside = (!is_special).then(|| beside(&to));
        let target = aside.as_deref().unwrap_or(path);
        let file = File::create(target).map_err(|error| Failure::output(&name, &error))?;
        let out = Box::new(BufWriter::with_capacity(256 * 1024, file));
        Ok(Self { name, out, result: Ok(()), place: aside.map(|aside| (aside, to)) })
    }

    /// Writes, and says whether it makes sense to go on.
    fn write(&mut self, bytes: &[u8]) -> bool {
        if self.result.is_ok() {
            self.result = self.out.write_all(bytes);
        }
        self.result.is_ok()
    }

    /// Ends it; a file takes its place when it is to be `kept`. A reader that has gone away is no error.
    fn finish(mut self, kept: bool) -> Result<(), Failure> {
        let mut result = self.result.and_then(|()| self.out.flush());
        if let Some((aside, to)) = self.place {
            result = match result {
                Ok(()) if kept => std::fs::rename(&aside, to),
                other => std::fs::remove_file(&aside).and(other),
            };
        }
        match result {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::output(&self.name, &error)),
            _ => Ok(()),
        }
    }
}

/// Where a file is written until it is whole.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    name.into()
}
