//! Numbers of OTLP's enums (opentelemetry-proto, `trace.proto`), the same in both encodings.

use crate::model::{Kind, Status};

/// `SpanKind`.
pub(super) fn kind(kind: Kind) -> u64 {
    match kind {
        Kind::Unspecified => 0,
        Kind::Internal => 1,
        Kind::Server => 2,
        Kind::Client => 3,
        Kind::Producer => 4,
        Kind::Consumer => 5,
    }
}

/// `StatusCode`.
pub(super) fn status(status: Status) -> u64 {
    match status {
        Status::Unset => 0,
        Status::Ok => 1,
        Status::Error => 2,
    }
}
