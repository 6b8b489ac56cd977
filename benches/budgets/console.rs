//! A console capture as OpenTelemetry Python writes it, log lines between, and the reference that reads it: serde, typed.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::ops::Range;

use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess, Visitor};

/// Text, and where its objects are.
pub(crate) struct Capture {
    pub(crate) text: String,
    pub(crate) objects: Vec<Range<usize>>,
}

/// At least that many bytes of spans in traces of ten.
pub(crate) fn capture(bytes: usize) -> Capture {
    let mut capture = Capture { text: String::with_capacity(bytes + 4096), objects: Vec::new() };
    for n in 0_u64.. {
        if capture.text.len() >= bytes {
            break;
        }
        if n.is_multiple_of(3) {
            // Writing to a string does not fail.
            let _ = writeln!(capture.text, "INFO:app.orders:order {n} {{priority \"high\"}} took {} ms", n % 900);
        }
        let start = capture.text.len();
        let _ = object(&mut capture.text, n);
        capture.objects.push(start..capture.text.len());
        capture.text.push('\n');
    }
    capture
}

fn object(out: &mut String, n: u64) -> fmt::Result {
    let (trace, service) =
        (n / 10 + 1, ["checkout", "cart", "payment", "users"][usize::try_from(n / 10 % 4).unwrap_or(0)]);
    let parent = if n.is_multiple_of(10) { "null".to_owned() } else { format!("\"0x{:016x}\"", n - n % 10 + 1) };
    let (minute, second) = (n / 60_000 % 60, n / 1000 % 60);
    let time = format!("2026-11-22T10:{minute:02}:{second:02}.{:03}", n % 1000);
    let id = n + 1;
    write!(
        out,
        r#"{{
    "name": "POST /api/v2/orders",
    "context": {{
        "trace_id": "0x5eed000000000000{trace:016x}",
        "span_id": "0x{id:016x}",
        "trace_state": "[]"
    }},
    "kind": "SpanKind.SERVER",
    "parent_id": {parent},
    "start_time": "{time}123Z",
    "end_time": "{time}877Z",
    "status": {{
        "status_code": "UNSET"
    }},
    "attributes": {{
        "url.full": "https://shop.example.com/api/v2/orders/{id:016x}",
        "http.request.method": "POST",
        "http.response.status_code": 201,
        "server.address": "checkout-7f9c6d5b8-x2x4q",
        "db.system": "postgresql",
        "db.query.text": "SELECT * FROM orders WHERE id = $1",
        "thread.id": 140,
        "retry.ratio": 0.25
    }},
    "events": [
        {{
            "name": "order.accepted",
            "timestamp": "{time}500Z",
            "attributes": {{
                "log.message": "order \"{id:016x}\" is accepted",
                "log.severity": "INFO"
            }}
        }}
    ],
    "links": [],
    "resource": {{
        "attributes": {{
            "telemetry.sdk.language": "python",
            "telemetry.sdk.name": "opentelemetry",
            "telemetry.sdk.version": "1.45.2",
            "service.name": "{service}",
            "service.version": "2.4.1",
            "deployment.environment.name": "production"
        }},
        "schema_url": ""
    }}
}}"#
    )
}

/// A span as serde reads it.
#[derive(Deserialize)]
#[expect(dead_code, reason = "filled, as a program that reads it would have it, and not read here")]
pub(crate) struct Span<'a> {
    name: Cow<'a, str>,
    #[serde(borrow)]
    context: Context<'a>,
    kind: &'a str,
    parent_id: Option<&'a str>,
    start_time: &'a str,
    end_time: &'a str,
    status: Status<'a>,
    attributes: Attributes<'a>,
    events: Vec<Event<'a>>,
    links: Vec<IgnoredAny>,
    resource: Resource<'a>,
}

type Attributes<'a> = BTreeMap<Cow<'a, str>, Scalar<'a>>;

#[derive(Deserialize)]
#[expect(dead_code, reason = "filled, as a program that reads it would have it, and not read here")]
struct Context<'a> {
    trace_id: &'a str,
    span_id: &'a str,
    trace_state: &'a str,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "filled, as a program that reads it would have it, and not read here")]
struct Status<'a> {
    status_code: &'a str,
    #[serde(borrow)]
    description: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "filled, as a program that reads it would have it, and not read here")]
struct Event<'a> {
    name: Cow<'a, str>,
    timestamp: &'a str,
    #[serde(borrow)]
    attributes: Attributes<'a>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "filled, as a program that reads it would have it, and not read here")]
struct Resource<'a> {
    #[serde(borrow)]
    attributes: Attributes<'a>,
    schema_url: &'a str,
}

#[expect(dead_code, reason = "filled, as a program that reads it would have it, and not read here")]
enum Scalar<'a> {
    Borrowed(&'a str),
    Owned(String),
    Bool(bool),
    /// Comes as a map where serde is asked to keep all digits, as other tests do.
    Number,
}

impl<'de: 'a, 'a> Deserialize<'de> for Scalar<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyScalar)
    }
}

struct AnyScalar;

impl<'de> Visitor<'de> for AnyScalar {
    type Value = Scalar<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text, a number or a boolean")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Owned(text.to_owned()))
    }

    fn visit_bool<E>(self, bool: bool) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Bool(bool))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Number)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Number)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Number)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scalar<'de>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar::Number)
    }
}
