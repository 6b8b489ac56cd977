//! Random spans written by the `thrift` crate read back as they were, in both protocols; random bytes do no harm.

use proptest::collection::vec;
use proptest::prelude::*;
use thrift::protocol::{
    TBinaryOutputProtocol, TCompactInputProtocol, TFieldIdentifier, TInputProtocol, TOutputProtocol, TType,
};
use tracetui::export::jaeger_thrift::datagrams;
use tracetui::ingest::jaeger_thrift::decode;
use tracetui::model::{
    Attribute, Event, Kind, Link, LinkKind, Scope, Span, SpanBatch, SpanId, Status, Timestamp, TraceId, Value,
};

use super::hostile::assert_bounded;
use super::{captures, decoded};

/// A value that owns its text.
#[derive(Clone, Debug)]
enum Owned {
    Str(String),
    Int(i64),
    Double(f64),
    Bool(bool),
    Bytes(Vec<u8>),
}

type Fields = Vec<(String, Owned)>;

#[derive(Clone, Debug)]
struct OwnedSpan {
    ids: (u128, u64, Option<u64>),
    texts: [String; 6],
    choice: (usize, usize, u32),
    times: (i64, u32),
    attributes: Fields,
    events: Vec<(i64, String, Fields)>,
    links: Vec<(u128, u64, bool)>,
}

fn value() -> impl Strategy<Value = Owned> {
    prop_oneof![
        ".{0,20}".prop_map(Owned::Str),
        any::<i64>().prop_map(Owned::Int),
        any::<f64>().prop_map(Owned::Double),
        any::<bool>().prop_map(Owned::Bool),
        vec(any::<u8>(), 0..20).prop_map(Owned::Bytes),
    ]
}

fn fields() -> impl Strategy<Value = Fields> {
    // The prefix keeps keys apart from those that stand for fields of the model.
    vec(("a.{0,10}".prop_map(|key| format!("x{key}")), value()), 0..4)
}

fn span() -> impl Strategy<Value = OwnedSpan> {
    let ids = (1..u128::MAX, 1..u64::MAX, proptest::option::of(1..u64::MAX));
    let texts = ["[ab]?", ".{0,20}", ".{0,20}", "[a-z=,]{0,20}", "[a-z]{0,8}", "[0-9.]{0,6}"];
    let choice = (0..Kind::ALL.len(), 0..Status::ALL.len(), any::<u32>());
    let times = (-2_000_000_000_000_000_i64..4_000_000_000_000_000, any::<u32>());
    let events = vec((0..4_000_000_000_000_000_i64, ".{0,12}", fields()), 0..3);
    let links = vec((1..u128::MAX, 1..u64::MAX, any::<bool>()), 0..3);
    (ids, texts, choice, times, fields(), events, links).prop_map(
        |(ids, texts, choice, times, attributes, events, links)| OwnedSpan {
            ids,
            texts,
            choice,
            times,
            attributes,
            events,
            links,
        },
    )
}

fn borrowed(fields: &Fields) -> Vec<Attribute<'_>> {
    let value = |value| match value {
        &Owned::Int(int) => Value::Int(int),
        &Owned::Double(double) => Value::Double(double),
        &Owned::Bool(bool) => Value::Bool(bool),
        Owned::Str(text) => Value::Str(text),
        Owned::Bytes(bytes) => Value::Bytes(bytes),
    };
    fields.iter().map(|(key, owned)| Attribute { key, value: value(owned) }).collect()
}

impl OwnedSpan {
    fn span<'a>(&'a self, resources: &'a [Fields; 2]) -> Span<'a> {
        let [service, name, message, trace_state, scope, version] = self.texts.each_ref().map(String::as_str);
        let [one, other] = resources;
        let (trace_id, span_id, parent_id) = self.ids;
        let link = |(trace, id, child): &(u128, u64, bool)| Link {
            // A reference to a parent in the same trace would be the parent.
            trace_id: TraceId(if *trace == trace_id { 1 } else { *trace }),
            span_id: SpanId(*id),
            kind: if *child { LinkKind::ChildOf } else { LinkKind::FollowsFrom },
            attributes: Vec::new(),
        };
        let event = |(time, name, fields): &'a (i64, String, Fields)| Event {
            time: Timestamp::from_micros(*time),
            name,
            attributes: borrowed(fields),
        };
        Span {
            trace_id: TraceId(trace_id),
            span_id: SpanId(span_id),
            parent_id: parent_id.map(SpanId),
            service: if service.is_empty() { "unknown_service" } else { service },
            name,
            kind: Kind::ALL.get(self.choice.0).copied().unwrap_or_default(),
            start: Timestamp::from_micros(self.times.0),
            duration: u64::from(self.times.1) * 1_000,
            status: Status::ALL.get(self.choice.1).copied().unwrap_or_default(),
            status_message: message,
            flags: Some(self.choice.2),
            trace_state,
            source: "jaeger-compact",
            scope: Scope { name: scope, version },
            attributes: borrowed(&self.attributes),
            resource: borrowed(if service == "a" { one } else { other }),
            events: self.events.iter().map(event).collect(),
            links: self.links.iter().map(link).collect(),
            warnings: if self.times.0 == 0 { vec!["sent with a start time of 0, which is 1970"] } else { Vec::new() },
        }
    }
}

/// Spans as text, in an order that does not depend on grouping.
fn sorted(batch: &SpanBatch) -> Vec<String> {
    let mut texts: Vec<_> = batch.spans.iter().map(|row| format!("{:?}", batch.span(row))).collect();
    texts.sort();
    texts
}

/// The same message in the binary protocol, through the crate's own reader and writer.
fn to_binary(datagram: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut from = TCompactInputProtocol::new(datagram);
    let mut to = TBinaryOutputProtocol::new(&mut bytes, true);
    let head = from.read_message_begin().expect("a message");
    to.write_message_begin(&head).expect("memory");
    copy(&mut from, &mut to, TType::Struct).expect("the crate reads what was written");
    bytes
}

#[expect(clippy::wildcard_enum_match_arm, reason = "spans hold no other types")]
fn copy(from: &mut dyn TInputProtocol, to: &mut dyn TOutputProtocol, kind: TType) -> thrift::Result<()> {
    match kind {
        TType::Bool => to.write_bool(from.read_bool()?),
        TType::I32 => to.write_i32(from.read_i32()?),
        TType::I64 => to.write_i64(from.read_i64()?),
        TType::Double => to.write_double(from.read_double()?),
        TType::String => to.write_bytes(&from.read_bytes()?),
        TType::List => {
            let list = from.read_list_begin()?;
            to.write_list_begin(&list)?;
            (0..list.size).try_for_each(|_| copy(from, to, list.element_type))
        }
        _ => {
            from.read_struct_begin()?;
            loop {
                let field = from.read_field_begin()?;
                if field.field_type == TType::Stop {
                    from.read_struct_end()?;
                    return to.write_field_stop();
                }
                to.write_field_begin(&TFieldIdentifier { name: Some(String::new()), ..field })?;
                copy(from, to, field.field_type)?;
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn spans_written_by_the_thrift_crate_read_back_the_same(
        spans in vec(span(), 1..12),
        resources in [fields(), fields()],
        small in any::<bool>(),
    ) {
        let spans: Vec<_> = spans.iter().map(|span| span.span(&resources)).collect();
        let most = if small { 4_000 } else { 65_000 };
        let (mut compact, mut binary, mut wanted) = (SpanBatch::default(), SpanBatch::default(), SpanBatch::default());
        for span in &spans {
            wanted.push(span);
        }
        for datagram in datagrams(&spans, most) {
            prop_assert!(datagram.len() <= most);
            prop_assert!(!decode(&datagram, &mut compact).malformed);
            prop_assert!(!decode(&to_binary(&datagram), &mut binary).malformed);
        }
        prop_assert_eq!(sorted(&compact), sorted(&wanted));
        let binary: Vec<_> = sorted(&binary).iter().map(|text| text.replace("jaeger-binary", "jaeger-compact")).collect();
        prop_assert_eq!(binary, sorted(&wanted));
    }

    #[test]
    fn random_bytes_end_in_a_problem_and_bounded_memory(
        head in 0..4_usize,
        tail in vec(prop_oneof![any::<u8>(), 0..2_u8, Just(0x19), Just(0x1c), Just(0xfc)], 0..600),
    ) {
        let heads: [&[u8]; 4] = [b"", b"\x82\x81\x00\x09emitBatch\x1c", b"\x80\x01\x00\x04\x00\x00\x00\x09emitBatch", b"\x82"];
        let datagram = [heads.get(head).copied().unwrap_or_default(), tail.as_slice()].concat();
        let (batch, report) = decoded(&datagram);
        prop_assert_eq!(report.malformed, !batch.problems.is_empty());
        prop_assert_eq!(report.spans as usize, batch.spans.len());
        assert_bounded(&datagram, &batch);
    }
}

#[test]
fn captured_compact_datagrams_read_the_same_in_binary() {
    for (path, datagrams) in captures(".compact.dgrams") {
        if path.to_string_lossy().contains("bitflips") {
            continue;
        }
        for datagram in datagrams.iter().take(20) {
            let (compact, first) = decoded(datagram);
            let (binary, second) = decoded(&to_binary(datagram));
            assert_eq!((first.spans, first.seq_no), (second.spans, second.seq_no));
            let found: Vec<_> =
                sorted(&binary).iter().map(|text| text.replace("jaeger-binary", "jaeger-compact")).collect();
            assert_eq!(found, sorted(&compact), "{}", path.display());
        }
    }
}

#[test]
fn captured_spans_survive_being_sent_on() {
    for (path, captured) in captures(".compact.dgrams") {
        if path.to_string_lossy().contains("bitflips") {
            continue;
        }
        for datagram in captured.iter().take(5) {
            let (batch, _) = decoded(datagram);
            let spans: Vec<_> = batch.spans.iter().map(|row| batch.span(row)).collect();
            let mut again = SpanBatch::default();
            for datagram in datagrams(&spans, 65_000) {
                assert!(!decode(&datagram, &mut again).malformed);
            }
            assert_eq!(sorted(&again), sorted(&batch), "{}", path.display());
        }
    }
}

#[test]
fn a_span_too_large_for_a_datagram_says_what_it_lost() {
    let long = "x".repeat(70_000);
    let attributes = vec![Attribute { key: "long", value: Value::Str(&long) }];
    let large =
        Span { trace_id: TraceId(1), span_id: SpanId(2), service: "s", name: "n", attributes, ..Span::default() };
    let sent = datagrams(&[large], 65_000);
    let (batch, _) = decoded(sent.first().expect("one datagram"));
    let span = batch.span(batch.spans.first().expect("one span"));
    assert_eq!(span.attributes, [Attribute { key: "otel.dropped_attributes_count", value: Value::Int(1) }]);
}
