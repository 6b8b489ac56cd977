//! Spans held against what their client knew. What it left out is not compared; what a protocol carries as text only is
//! compared as text.

use std::path::Path;

use serde_json::Value as Json;
use tracetui::model::{Kind, Span, SpanBatch, Status, Value};

pub(crate) fn compare(capture: &Path, batch: &SpanBatch) {
    // Beside a request under its name without the last extension, beside a file under its whole name.
    let beside = capture.as_os_str().to_string_lossy().into_owned() + ".expected.json";
    let truth = std::fs::read(beside).or_else(|_| std::fs::read(capture.with_extension("expected.json")));
    let truth = truth.expect("the truth");
    let truth: Json = serde_json::from_slice(&truth).expect("JSON");
    let wanted = truth["spans"].as_array().expect("spans");
    let name = capture.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let spans: Vec<Span<'_>> = batch.spans.iter().map(|row| batch.span(row)).collect();
    assert_eq!(spans.len(), wanted.len(), "{name}");
    for want in wanted {
        let text = |key: &str| want[key].as_str().unwrap_or_default();
        let is_it = |span: &&Span<'_>| {
            let is = |key: &str, id: String| want.get(key).is_none_or(|known| *known == *id);
            is("trace_id", format!("{:032x}", span.trace_id.0))
                && is("span_id", span.span_id.to_string())
                && span.name == text("name")
        };
        let place = format!("{name}: {} {}", text("span_id"), text("name"));
        let span = spans.iter().find(is_it).unwrap_or_else(|| panic!("{place}: no such span"));
        compare_span(&place, span, want);
    }
}

fn compare_span(place: &str, span: &Span<'_>, want: &Json) {
    let is_warned = place.contains("notimes") || place.contains("constructed-logging");
    assert!(span.warnings.is_empty() || is_warned, "{place}: {:?}", span.warnings);
    // Zipkin's first model names the service only where an annotation has an endpoint; old consoles print no resource.
    let is_nameless = is_text(place) || place.contains("node-sdk-0.");
    assert!(want["service"] == span.service || is_nameless, "{place}: service {}", span.service);
    if let Some(parent) = want.get("parent_span_id") {
        assert_eq!(span.parent_id.map(|id| id.to_string()).as_deref(), parent.as_str(), "{place}: parent");
    }
    if let Some(start) = want["start_unix_us"].as_i64() {
        assert!((span.start.0 / 1_000 - start).abs() <= 1, "{place}: start {}", span.start.0);
    }
    if let Some(duration) = want["duration_us"].as_i64() {
        let found = i64::try_from(span.duration / 1_000).expect("short");
        assert!((found - duration).abs() <= 1, "{place}: duration {found}");
    }
    if let Some(kind) = want["kind"].as_str().map(str::to_lowercase) {
        // Not every protocol has a word for each.
        let is_silent = span.kind == Kind::Unspecified && kind == "internal"
            || span.kind == Kind::Internal && is_text(place) && !matches!(&*kind, "client" | "server");
        assert!(is_silent || span.kind.as_str() == kind, "{place}: kind {:?}", span.kind);
    }
    if let Some(error) = want["error"].as_bool() {
        assert_eq!(span.status == Status::Error, error, "{place}: error");
    }
    for (key, value) in want["tags"].as_object().into_iter().flatten() {
        let is_mapped = matches!(key.as_str(), "error" | "span.kind");
        let found = span.attributes.iter().find(|attribute| attribute.key == key);
        let is = found.is_some_and(|found| same(&found.value, value, is_text(place)));
        assert!(is_mapped || is, "{place}: tag {key} {value} is {found:?}");
    }
    compare_logs(place, span, want);
}

fn compare_logs(place: &str, span: &Span<'_>, want: &Json) {
    let Some(logs) = want["logs"].as_array() else { return };
    // aiojaeger drops them.
    if place.contains("py-aiojaeger") {
        return;
    }
    assert_eq!(span.events.len(), logs.len(), "{place}: {:?}", span.events);
    for log in logs {
        let is_then = |time: i64| log["time_unix_us"].as_i64().is_none_or(|wanted| (time / 1_000 - wanted).abs() <= 1);
        let name = log["name"].as_str().or(log["fields"]["event"].as_str()).unwrap_or_default();
        let found = span.events.iter().find(|event| is_then(event.time.0) && event.name == name);
        let event = found.unwrap_or_else(|| panic!("{place}: no event {name} in {:?}", span.events));
        for (key, value) in log["fields"].as_object().into_iter().flatten().filter(|(key, _)| *key != "event") {
            let field = event.attributes.iter().find(|field| field.key == key);
            assert!(field.is_some_and(|field| same(&field.value, value, true)), "{place}: field {key} is {field:?}");
        }
    }
}

/// Protocols that carry every value as text.
fn is_text(place: &str) -> bool {
    place.contains("zipkin") || place.contains("py-aiojaeger")
}

fn same(found: &Value<'_>, want: &Json, as_text: bool) -> bool {
    match (found, want) {
        (Value::Bool(found), Json::Bool(want)) => found == want,
        (Value::Int(found), Json::Number(want)) => want.as_i64() == Some(*found),
        (Value::Double(found), Json::Number(want)) => want.as_f64().is_some_and(|want| want.total_cmp(found).is_eq()),
        (Value::Double(found), Json::Object(want)) => want.contains_key("double") && !found.is_finite(),
        (Value::Str(found), Json::String(want)) => {
            // Some clients cut long text.
            found == want || found.len() >= 250 && want.starts_with(found.get(..250).unwrap_or(found))
        }
        (Value::Bytes(_), Json::Object(want)) => want.contains_key("bytes_hex"),
        (Value::Json(found), want) => serde_json::from_str(found).is_ok_and(|found: Json| alike(&found, want)),
        (Value::Str(found), Json::Bool(want)) => as_text && found.eq_ignore_ascii_case(&want.to_string()),
        (Value::Str(found), Json::Number(want)) => {
            let number = |text: &str| text.parse::<f64>().ok();
            as_text && (*found == want.to_string() || number(found) == number(&want.to_string()))
        }
        // Lists and bytes become text where a protocol has no such type.
        (Value::Str(_), Json::Array(_) | Json::Object(_)) => true,
        _ => false,
    }
}

/// Equal but for how a number is written, and for bytes and doubles that JSON cannot hold.
fn alike(found: &Json, want: &Json) -> bool {
    match (found, want) {
        (Json::Number(found), Json::Number(want)) => {
            found.as_f64().zip(want.as_f64()).is_some_and(|(a, b)| a.total_cmp(&b).is_eq())
        }
        (Json::Array(found), Json::Array(want)) => {
            found.len() == want.len() && found.iter().zip(want).all(|(found, want)| alike(found, want))
        }
        (Json::Object(found), Json::Object(want)) if found.contains_key("bytes") => want.contains_key("bytes_hex"),
        (Json::Object(found), Json::Object(want)) => {
            found.len() == want.len()
                && found.iter().all(|(key, found)| want.get(key).is_some_and(|want| alike(found, want)))
        }
        (found, want) => found == want,
    }
}
