//! What requests carry: one row for each, with its name and its decoder. Content decides, not the port: a path or a content
//! type names the family, the first bytes say the rest.
//!
//! Knows nothing of HTTP or gRPC.

use super::body::Body;
use super::{jaeger_proto, jaeger_thrift, otlp, zipkin};

/// One of the things that requests carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is described by its row")]
pub enum Payload {
    OtlpProto,
    OtlpLogs,
    OtlpJson,
    JaegerThrift,
    JaegerProto,
    ZipkinJson,
    ZipkinProto,
    ZipkinThrift,
}

/// What a path says of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// `…/v1/traces`.
    Otlp,
    /// `…/v1/logs`.
    Logs,
    /// `…/api/traces`.
    Jaeger,
    /// `…/api/v1/spans`, `…/api/v2/spans`.
    Zipkin,
}

/// Begins to decode a body; the name is for the spans' `source`.
type Open = for<'a> fn(&'a [u8], &'static str) -> Box<dyn Body + 'a>;

/// A row of the table of payloads.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    payload: Payload,
    /// The name, as it stands in a span's `source`.
    pub name: &'static str,
    open: Open,
}

/// What most clients send.
const OTLP_PROTO: Row = Row {
    payload: Payload::OtlpProto,
    name: "otlp-proto",
    open: |bytes, name| Box::new(otlp::Protobuf::new(bytes, name)),
};

/// Every payload.
pub const PAYLOADS: &[Row] = &[
    OTLP_PROTO,
    Row {
        payload: Payload::OtlpLogs,
        name: "otlp-proto",
        open: |bytes, name| Box::new(otlp::Protobuf::logs(bytes, name)),
    },
    Row { payload: Payload::OtlpJson, name: "otlp-json", open: |bytes, name| Box::new(otlp::Json::new(bytes, name)) },
    Row {
        payload: Payload::JaegerThrift,
        name: "jaeger-thrift",
        open: |bytes, name| Box::new(jaeger_thrift::BatchBody::new(bytes, name)),
    },
    Row {
        payload: Payload::JaegerProto,
        name: "jaeger-proto",
        open: |bytes, name| Box::new(jaeger_proto::PostSpans::new(bytes, name)),
    },
    Row {
        payload: Payload::ZipkinJson,
        name: "zipkin-json",
        open: |bytes, name| Box::new(zipkin::Json::new(bytes, name)),
    },
    Row {
        payload: Payload::ZipkinProto,
        name: "zipkin-proto",
        open: |bytes, name| Box::new(zipkin::Protobuf::new(bytes, name)),
    },
    Row {
        payload: Payload::ZipkinThrift,
        name: "zipkin-thrift",
        open: |bytes, name| Box::new(zipkin::SpanList::new(bytes, name)),
    },
];

impl Row {
    /// Which one it is.
    pub fn payload(&self) -> Payload {
        self.payload
    }
}

impl Payload {
    /// The name, as it stands in a span's `source`.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// Begins to decode a body.
    pub fn open(self, bytes: &[u8]) -> Box<dyn Body + '_> {
        let row = self.row();
        (row.open)(bytes, row.name)
    }

    /// What a body of this family is written in, by its first byte: protobuf never begins like JSON or Thrift.
    pub fn of(family: Family, bytes: &[u8]) -> Self {
        let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace()).copied();
        let is_json = matches!(first, Some(b'{' | b'['));
        match (family, bytes.first()) {
            (Family::Otlp | Family::Logs, _) if is_json => Self::OtlpJson,
            (Family::Otlp, _) => Self::OtlpProto,
            (Family::Logs, _) => Self::OtlpLogs,
            (Family::Jaeger, _) => Self::JaegerThrift,
            (Family::Zipkin, _) if is_json || bytes.is_empty() => Self::ZipkinJson,
            // ListOfSpans.spans is field 1.
            (Family::Zipkin, Some(0x0a)) => Self::ZipkinProto,
            // The element type of a list, or a compact list's head.
            (Family::Zipkin, _) => Self::ZipkinThrift,
        }
    }

    fn row(self) -> &'static Row {
        let row = PAYLOADS.iter().find(|row| row.payload == self);
        debug_assert!(row.is_some(), "{self:?} has a row");
        row.unwrap_or(&OTLP_PROTO)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_bytes_tell_how_a_body_is_written() {
        assert_eq!(Payload::of(Family::Otlp, b" \n{\"resourceSpans\":[]}"), Payload::OtlpJson);
        assert_eq!(Payload::of(Family::Otlp, b"\x0a\x02\x0a\x00"), Payload::OtlpProto);
        assert_eq!(Payload::of(Family::Zipkin, b"[]"), Payload::ZipkinJson);
        assert_eq!(Payload::of(Family::Zipkin, b"\x0a\x02\x0a\x00"), Payload::ZipkinProto);
        assert_eq!(Payload::of(Family::Zipkin, b"\x0c\x00\x00\x00\x01"), Payload::ZipkinThrift);
        for row in PAYLOADS {
            assert_eq!(row.payload.name(), row.name);
        }
    }
}
