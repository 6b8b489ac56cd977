//! Which tags, references and log fields become fields of a span, and what stays as it was sent.

use tracetui::export::jaeger_thrift::datagrams;
use tracetui::model::{Attribute, Kind, Link, LinkKind, Span, SpanBatch, SpanId, Status, TraceId, Value};

use super::{captures, decoded, reasons};

/// A span with these tags after being sent and read.
fn received(tags: &[(&str, Value<'_>)]) -> SpanBatch {
    let attributes = tags.iter().map(|(key, value)| Attribute { key, value: *value }).collect();
    sent(Span { attributes, ..plain() })
}

fn plain() -> Span<'static> {
    Span { trace_id: TraceId(7), span_id: SpanId(1), service: "shop", name: "pay", ..Span::default() }
}

fn sent(span: Span<'_>) -> SpanBatch {
    let datagrams = datagrams(&[span], 65_000);
    let (batch, report) = decoded(datagrams.first().expect("one datagram"));
    assert_eq!((report.spans, report.malformed), (1, false));
    batch
}

fn only(batch: &SpanBatch) -> Span<'_> {
    batch.span(batch.spans.first().expect("one span"))
}

/// Reads a compact `emitBatch` of one span with these fields behind its trace id (1) and span id (1).
fn span_of(fields: &[u8]) -> SpanBatch {
    let head = b"\x82\x81\x00\x09emitBatch\x1c\x1c\x18\x01s\x00\x19\x1c\x16\x02\x26\x02";
    let (batch, report) = decoded(&[head, fields, &[0, 0, 0]].concat());
    assert!(!report.malformed, "{:?}", reasons(&batch));
    batch
}

#[test]
fn a_span_kind_in_any_case_leaves_the_attributes_and_an_unknown_one_stays() {
    let batch = received(&[("span.kind", Value::Str("SERVER"))]);
    assert_eq!((only(&batch).kind, only(&batch).attributes.len()), (Kind::Server, 0));
    let batch = received(&[("span.kind", Value::Str("banana"))]);
    assert_eq!((only(&batch).kind, only(&batch).attributes.len()), (Kind::Unspecified, 1));
}

#[test]
fn only_a_true_error_tag_or_an_error_code_makes_an_error() {
    let cases = [
        ("error", Value::Bool(true), Status::Error, 0),
        ("error", Value::Str("true"), Status::Error, 0),
        ("error", Value::Bool(false), Status::Unset, 1),
        ("error", Value::Str("lock wait timeout"), Status::Unset, 1),
        ("otel.status_code", Value::Str("ERROR"), Status::Error, 0),
        ("otel.status_code", Value::Str("OK"), Status::Ok, 0),
        ("otel.status_code", Value::Str("perhaps"), Status::Unset, 1),
        ("status.code", Value::Int(2), Status::Unset, 1),
    ];
    for (key, value, status, left) in cases {
        let batch = received(&[(key, value)]);
        assert_eq!((only(&batch).status, only(&batch).attributes.len()), (status, left), "{key} {value:?}");
    }
}

#[test]
fn a_canonical_status_code_counts_when_its_message_tag_is_there() {
    for (code, status, message, left) in
        [(0, Status::Ok, "boom", 1), (2, Status::Error, "boom", 1), (200, Status::Unset, "", 3)]
    {
        let tags = [("status.code", Value::Int(code)), ("db", Value::Str("x")), ("status.message", Value::Str("boom"))];
        let batch = received(&tags);
        let span = only(&batch);
        assert_eq!((span.status, span.status_message, span.attributes.len()), (status, message, left), "{code}");
        assert!(span.attributes.contains(&Attribute { key: "db", value: Value::Str("x") }));
    }
}

#[test]
fn an_old_status_code_is_read_as_its_client_meant_it() {
    let python = ("telemetry.sdk.language", Value::Str("python"));
    let go = ("x", Value::Str("go"));
    let kind = |text| ("span.kind", Value::Str(text));
    for (kind, language, code, status) in [
        (kind("INTERNAL"), go, 0, Status::Ok),
        (kind("INTERNAL"), go, 1, Status::Unset),
        (kind("internal"), python, 1, Status::Unset),
        (kind("internal"), python, 2, Status::Error),
        (kind("internal"), go, 0, Status::Unset),
        (kind("internal"), go, 1, Status::Error),
        (kind("internal"), go, 2, Status::Ok),
    ] {
        let tags = [language, ("status.code", Value::Int(code)), ("status.message", Value::Str("")), kind];
        assert_eq!(only(&received(&tags)).status, status, "{kind:?} {language:?} {code}");
    }
    for (code, status) in [(1, Status::Error), (2, Status::Ok)] {
        let batch = received(&[("otel.status_code", Value::Int(code))]);
        assert_eq!((only(&batch).status, only(&batch).attributes.len()), (status, 0));
    }
}

#[test]
fn a_scope_sent_under_two_names_is_one_scope_and_a_second_scope_stays_visible() {
    let twice = [("otel.library.name", Value::Str("lib")), ("otel.scope.name", Value::Str("lib"))];
    let batch = received(&twice);
    assert_eq!((only(&batch).scope.name, only(&batch).attributes.len()), ("lib", 0));
    let other = [("otel.library.name", Value::Str("lib")), ("otel.scope.name", Value::Str("other"))];
    let batch = received(&other);
    assert_eq!((only(&batch).scope.name, only(&batch).attributes.len()), ("lib", 1));
    let batch = received(&[("otel.library.version", Value::Str("undefined"))]);
    assert_eq!((only(&batch).scope.version, only(&batch).attributes.len()), ("", 0));
}

#[test]
fn the_first_child_of_reference_of_the_trace_is_the_parent_unless_it_is_the_span_itself() {
    let link = |trace, span, kind| Link { trace_id: TraceId(trace), span_id: SpanId(span), kind, attributes: vec![] };
    let other_trace = link(8, 3, LinkKind::ChildOf);
    let itself = link(7, 1, LinkKind::ChildOf);
    let (parent, follows) = (link(7, 5, LinkKind::ChildOf), link(7, 5, LinkKind::FollowsFrom));
    let links = vec![other_trace.clone(), itself.clone(), parent.clone(), follows.clone(), parent.clone()];
    let batch = sent(Span { links, ..plain() });
    assert_eq!(only(&batch).parent_id, Some(SpanId(5)));
    assert_eq!(only(&batch).links, [other_trace, itself.clone(), follows.clone()]);
    let batch = sent(Span { links: vec![itself.clone()], ..plain() });
    assert_eq!((only(&batch).parent_id, only(&batch).links.as_slice()), (None, [itself].as_slice()));
    // Go's follows-only span: the parent id is that reference.
    let batch = sent(Span { parent_id: Some(SpanId(5)), links: vec![follows.clone()], ..plain() });
    assert_eq!(
        (only(&batch).parent_id, only(&batch).links.as_slice()),
        (Some(SpanId(5)), [follows.clone()].as_slice())
    );
    // Java's: only the reference.
    let batch = sent(Span { links: vec![follows.clone()], ..plain() });
    assert_eq!((only(&batch).parent_id, only(&batch).links.as_slice()), (Some(SpanId(5)), [follows].as_slice()));
}

#[test]
fn a_log_without_an_event_field_is_named_by_its_first_key() {
    let batch = span_of(b"\x89\x1c\x16\x02\x19\x2c\x18\x03row\x15\x06\x46\x08\x00\x18\x01k\x15\x00\x18\x01v\x00\x00");
    let span = only(&batch);
    let event = span.events.first().expect("one event");
    let fields = [("row", Value::Int(4)), ("k", Value::Str("v"))].map(|(key, value)| Attribute { key, value });
    assert_eq!((event.name, event.time.0, event.attributes.as_slice()), ("row", 1_000, fields.as_slice()));
}

#[test]
fn tags_without_their_parts_are_kept_with_a_warning() {
    // In order: unknown type 9 with text, type LONG without a value, no type, no key, STRING without a value.
    let tags = b"\x79\x5c\x18\x01a\x15\x12\x18\x01x\x00\x18\x01b\x15\x06\x00\x18\x01c\x56\x08\x00\x25\x00\x18\x01y\x00\x18\x01e\x15\x00\x00";
    let batch = span_of(tags);
    let span = only(&batch);
    let found: Vec<_> = span.attributes.iter().map(|attribute| (attribute.key, attribute.value)).collect();
    let wanted = [
        ("a", Value::Str("x")),
        ("b", Value::Int(0)),
        ("c", Value::Str("4")),
        ("", Value::Str("y")),
        ("e", Value::Str("")),
    ];
    assert_eq!(found, wanted);
    for warning in [
        "a tag has an unknown type and is shown as text",
        "a tag was sent without the value that its type announces",
        "a tag was sent without a type",
        "a tag was sent without a key",
    ] {
        assert!(span.warnings.contains(&warning), "{:?}", span.warnings);
    }
}

#[test]
fn a_span_with_one_id_missing_and_times_beyond_the_limits_is_kept() {
    let batch = sent(Span { trace_id: TraceId(0), ..plain() });
    assert_eq!(only(&batch).warnings, ["sent without a trace id", "sent with a start time of 0, which is 1970"]);
    // Start i64::MAX µs, duration -1 µs.
    let batch = span_of(b"\x56\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01\x16\x01");
    let span = only(&batch);
    assert_eq!((span.start.0, span.duration), (i64::MAX, 0));
    assert!(span.warnings.contains(&"sent with a negative duration, shown as 0"));
}

#[test]
fn text_that_is_not_utf8_is_repaired_alone() {
    let batch = span_of(b"\x28\x03ok\xff\x59\x1c\x18\x01k\x15\x00\x18\x02\xe9\x95\x00");
    let span = only(&batch);
    assert_eq!(span.name, "ok\u{fffd}");
    assert_eq!(span.attributes, [Attribute { key: "k", value: Value::Str("\u{fffd}") }]);
}

#[test]
fn a_reused_batch_needs_no_new_memory() {
    let (_, datagrams) = captures("py-otel-jaeger-thrift-1.21.0.rich.compact.dgrams").remove(0);
    let mut batch = SpanBatch::default();
    let mut held = || {
        batch.clear();
        for datagram in &datagrams {
            tracetui::ingest::jaeger_thrift::decode(datagram, &mut batch);
        }
        (batch.text.as_ptr(), batch.spans.as_ptr(), batch.attributes.as_ptr(), batch.events.as_ptr())
    };
    let first = held();
    assert_eq!(held(), first);
}

#[test]
fn error_tags_of_every_client_are_read_as_they_were_meant() {
    let bytes = include_bytes!("../../fixtures/cases/k9-error-tags.compact.dgrams");
    let (batch, report) = decoded(bytes.get(4..).expect("a datagram behind its length"));
    assert!(!report.malformed);
    let failed: Vec<&str> =
        batch.spans.iter().filter(|span| span.status == Status::Error).map(|span| batch.span(span).name).collect();
    assert_eq!(failed, ["bool true", "str true", "str True", "both", "otel only", "otel OK + error true"]);
}
