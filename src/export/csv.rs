//! Spans as rows of comma-separated values (RFC 4180). Values are raw: what is dangerous in a spreadsheet is for whoever opens
//! one to know.

use super::json::put;
use crate::export::jsonl::write_value;
use crate::model::{Span, Value};
use crate::query::tree::{Node, Tree};
use crate::store::TraceRef;

/// The columns that are always there. Self time and critical path are empty until they are known.
const COLUMNS: &str = "trace_id,span_id,parent_span_id,service,name,kind,status,start_unix_nano,duration_nano,self_nano,critical_nano,depth";

/// Writes the names of the columns, those asked for behind the fixed ones.
pub fn write_head(keys: &[String], out: &mut Vec<u8>) {
    out.extend_from_slice(COLUMNS.as_bytes());
    for key in keys {
        out.push(b',');
        cell(key, out);
    }
    out.extend_from_slice(b"\r\n");
}

/// Writes the spans of a trace in the order of its tree; roots have depth 1.
pub fn write_trace(trace: TraceRef<'_>, keys: &[String], out: &mut Vec<u8>) {
    let tree = Tree::build(trace);
    for row in &tree.rows {
        let Node::Span(at) = row.node else { continue };
        let Some(span) = trace.span(at) else { continue };
        write_row(&span.to_span(), row.depth + 1, keys, out);
    }
}

fn write_row(span: &Span<'_>, depth: u32, keys: &[String], out: &mut Vec<u8>) {
    put(out, format_args!("{},{},", span.trace_id, span.span_id));
    if let Some(parent) = span.parent_id {
        put(out, format_args!("{parent}"));
    }
    out.push(b',');
    cell(span.service, out);
    out.push(b',');
    cell(span.name, out);
    let (kind, status) = (span.kind.as_str(), span.status.as_str());
    put(out, format_args!(",{kind},{status},{},{},,,{depth}", span.start.0, span.duration));
    for key in keys {
        out.push(b',');
        // What the span says itself counts before what its resource says.
        let of = |list: &[crate::model::Attribute<'_>]| {
            list.iter().find(|found| found.key == key).map(|found| text(found.value))
        };
        cell(&of(&span.attributes).or_else(|| of(&span.resource)).unwrap_or_default(), out);
    }
    out.extend_from_slice(b"\r\n");
}

fn text(value: Value<'_>) -> String {
    if let Value::Str(text) = value {
        return text.to_owned();
    }
    let mut out = Vec::new();
    write_value(value, &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

/// A value, quoted where it must be.
fn cell(text: &str, out: &mut Vec<u8>) {
    if !text.contains([',', '"', '\r', '\n']) {
        return out.extend_from_slice(text.as_bytes());
    }
    put(out, format_args!("\"{}\"", text.replace('"', "\"\"")));
}
