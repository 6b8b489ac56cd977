//! The same messages as plain structs: OTLP for `prost`, OTLP/JSON, Jaeger's and Zipkin's JSON for `serde_json`, borrowed where
//! the text allows it.

#![allow(
    dead_code,
    clippy::struct_field_names,
    reason = "they are filled, not read, and named as the formats name them"
)]

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Request {
    #[prost(message, repeated, tag = "1")]
    resource_spans: Vec<ResourceSpans>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct ResourceSpans {
    #[prost(message, optional, tag = "1")]
    resource: Option<Resource>,
    #[prost(message, repeated, tag = "2")]
    scope_spans: Vec<ScopeSpans>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Resource {
    #[prost(message, repeated, tag = "1")]
    attributes: Vec<KeyValue>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct ScopeSpans {
    #[prost(message, optional, tag = "1")]
    scope: Option<Scope>,
    #[prost(message, repeated, tag = "2")]
    spans: Vec<Span>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Scope {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    version: String,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Span {
    #[prost(bytes = "vec", tag = "1")]
    trace_id: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    span_id: Vec<u8>,
    #[prost(string, tag = "3")]
    trace_state: String,
    #[prost(bytes = "vec", tag = "4")]
    parent_span_id: Vec<u8>,
    #[prost(string, tag = "5")]
    name: String,
    #[prost(int32, tag = "6")]
    kind: i32,
    #[prost(fixed64, tag = "7")]
    start: u64,
    #[prost(fixed64, tag = "8")]
    end: u64,
    #[prost(message, repeated, tag = "9")]
    attributes: Vec<KeyValue>,
    #[prost(message, repeated, tag = "11")]
    events: Vec<Event>,
    #[prost(message, optional, tag = "15")]
    status: Option<Status>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Event {
    #[prost(fixed64, tag = "1")]
    time: u64,
    #[prost(string, tag = "2")]
    name: String,
    #[prost(message, repeated, tag = "3")]
    attributes: Vec<KeyValue>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Status {
    #[prost(string, tag = "2")]
    message: String,
    #[prost(int32, tag = "3")]
    code: i32,
}

#[derive(Clone, PartialEq, prost::Message)]
struct KeyValue {
    #[prost(string, tag = "1")]
    key: String,
    #[prost(message, optional, tag = "2")]
    value: Option<AnyValue>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct AnyValue {
    #[prost(oneof = "Any", tags = "1, 2, 3, 4, 7")]
    value: Option<Any>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
enum Any {
    #[prost(string, tag = "1")]
    Str(String),
    #[prost(bool, tag = "2")]
    Bool(bool),
    #[prost(int64, tag = "3")]
    Int(i64),
    #[prost(double, tag = "4")]
    Double(f64),
    #[prost(bytes, tag = "7")]
    Bytes(Vec<u8>),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct JsonRequest<'a> {
    #[serde(borrow)]
    resource_spans: Vec<JsonResourceSpans<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct JsonResourceSpans<'a> {
    #[serde(borrow)]
    resource: JsonResource<'a>,
    scope_spans: Vec<JsonScopeSpans<'a>>,
}

#[derive(Deserialize)]
struct JsonResource<'a> {
    #[serde(borrow)]
    attributes: Vec<JsonPair<'a>>,
}

#[derive(Deserialize)]
struct JsonScopeSpans<'a> {
    #[serde(borrow)]
    spans: Vec<JsonSpan<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct JsonSpan<'a> {
    #[serde(borrow)]
    trace_id: Cow<'a, str>,
    span_id: Cow<'a, str>,
    parent_span_id: Option<Cow<'a, str>>,
    name: Cow<'a, str>,
    kind: u8,
    start_time_unix_nano: Cow<'a, str>,
    end_time_unix_nano: Cow<'a, str>,
    #[serde(default)]
    attributes: Vec<JsonPair<'a>>,
    #[serde(default)]
    events: Vec<JsonEvent<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct JsonEvent<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    time_unix_nano: Cow<'a, str>,
}

#[derive(Deserialize)]
struct JsonPair<'a> {
    #[serde(borrow)]
    key: Cow<'a, str>,
    value: JsonAny<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct JsonAny<'a> {
    #[serde(borrow)]
    string_value: Option<Cow<'a, str>>,
    int_value: Option<Cow<'a, str>>,
    bool_value: Option<bool>,
    double_value: Option<f64>,
}

pub(super) fn json(text: &[u8]) -> JsonRequest<'_> {
    serde_json::from_slice(text).expect("OTLP/JSON")
}

#[derive(Deserialize)]
pub(super) struct Jaeger<'a> {
    #[serde(borrow)]
    data: Vec<JaegerTrace<'a>>,
}

#[derive(Deserialize)]
struct JaegerTrace<'a> {
    #[serde(borrow)]
    spans: Vec<JaegerSpan<'a>>,
    processes: BTreeMap<Cow<'a, str>, JaegerProcess<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct JaegerProcess<'a> {
    #[serde(borrow)]
    service_name: Cow<'a, str>,
    tags: Vec<JaegerTag<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct JaegerSpan<'a> {
    #[serde(borrow, rename = "traceID")]
    trace_id: Cow<'a, str>,
    #[serde(rename = "spanID")]
    span_id: Cow<'a, str>,
    operation_name: Cow<'a, str>,
    start_time: u64,
    duration: u64,
    tags: Vec<JaegerTag<'a>>,
    logs: Vec<JaegerLog<'a>>,
    #[serde(rename = "processID")]
    process_id: Cow<'a, str>,
}

#[derive(Deserialize)]
struct JaegerLog<'a> {
    timestamp: u64,
    #[serde(borrow)]
    fields: Vec<JaegerTag<'a>>,
}

#[derive(Deserialize)]
struct JaegerTag<'a> {
    #[serde(borrow)]
    key: Cow<'a, str>,
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    value: serde_json::Value,
}

pub(super) fn jaeger(text: &[u8]) -> Jaeger<'_> {
    serde_json::from_slice(text).expect("Jaeger's JSON")
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Zipkin<'a> {
    #[serde(borrow)]
    trace_id: Cow<'a, str>,
    id: Cow<'a, str>,
    parent_id: Option<Cow<'a, str>>,
    name: Cow<'a, str>,
    timestamp: u64,
    duration: Option<u64>,
    #[serde(default)]
    tags: BTreeMap<Cow<'a, str>, Cow<'a, str>>,
    #[serde(default)]
    annotations: Vec<ZipkinNote<'a>>,
}

#[derive(Deserialize)]
struct ZipkinNote<'a> {
    timestamp: u64,
    #[serde(borrow)]
    value: Cow<'a, str>,
}

pub(super) fn zipkin(text: &[u8]) -> Vec<Zipkin<'_>> {
    serde_json::from_slice(text).expect("Zipkin's JSON")
}
