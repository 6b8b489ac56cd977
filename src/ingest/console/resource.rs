//! What surrounds a span of the console: its resource, in three layouts, and its trace state, in three more.

use super::super::json::{Json, JsonKind, Shapes, push_attributes};
use super::super::scan::{CONSOLE, DecodeOptions, Memo};
use crate::model::{BatchResource, SpanBatch, Text, Value};

/// The index of a span's resource; the same bytes as last time give the same index, and `resource` is not looked at.
pub(super) fn index(
    raw: &[u8],
    resource: Option<Json<'_>>,
    batch: &mut SpanBatch,
    memo: &mut Memo,
    options: &DecodeOptions,
) -> u32 {
    memo.resource([CONSOLE, raw], batch, |batch| {
        let list = resource.map(|resource| match resource.get(b"attributes") {
            Some(nested) if nested.kind() == JsonKind::Object => nested,
            _ => resource,
        });
        let attributes = list.map(|list| push_attributes(list, Shapes::Plain, batch)).unwrap_or_default();
        let named = batch.attributes(attributes).find(|attribute| attribute.key == "service.name");
        let name = named.and_then(|attribute| if let Value::Str(name) = attribute.value { Some(name) } else { None });
        let service = options.service(name.filter(|name| !name.is_empty())).to_owned();
        BatchResource { service: batch.push_text(service.as_bytes()), attributes }
    })
}

/// The W3C form of Python's `repr` of a trace state: `{}`, `[]`, `[k=v]`, `['{key=k, value=v}']`, `{'k': 'v'}`.
pub(super) fn trace_state(text: &str, batch: &mut SpanBatch) -> Text {
    if matches!(text, "[]" | "{}") {
        return Text::default();
    }
    let inner = text.trim_matches(['[', ']', ' ']);
    let inner = if inner.starts_with('{') { inner.trim_matches(['{', '}']) } else { inner };
    if inner.is_empty() {
        return Text::default();
    }
    let mut pairs = Vec::new();
    if inner.contains("key=") && inner.contains("value=") {
        for entry in inner.split("key=").skip(1) {
            if let Some((key, rest)) = entry.split_once(", value=") {
                let value = rest.split('}').next().unwrap_or_default();
                pairs.push(format!("{key}={value}"));
            }
        }
    } else if inner.contains("': '") {
        for entry in inner.split(", ") {
            pairs.push(entry.replacen("': '", "=", 1).trim_matches('\'').to_owned());
        }
    } else {
        pairs.extend(inner.split(',').map(|pair| pair.trim().to_owned()));
    }
    batch.push_text(pairs.join(",").as_bytes())
}
