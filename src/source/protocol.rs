//! The table of protocols: what a port usually carries, over what, and who speaks it. Addresses, sockets, README and the
//! empty screen are made from it. Opens nothing.

use super::invite::{self as clients, Clients};

/// A way of sending spans. Names and ports are those of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is described by its row in the table")]
pub enum Protocol {
    JaegerCompact,
    JaegerBinary,
    ZipkinCompact,
    JaegerHttp,
    JaegerGrpc,
    Zipkin,
    OtlpGrpc,
    OtlpHttp,
    Sampling,
    /// Any UDP port: the protocol is told by the first bytes.
    Jaeger,
    /// Any TCP port: the protocol is told by first bytes, content type and path, as on every TCP door.
    Http,
    /// A port of which nothing is said: both.
    Any,
}

/// What carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// Datagrams.
    Udp,
    /// HTTP/1.1 and HTTP/2, gRPC included.
    Tcp,
    /// Both, on one port number.
    Both,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Which.
    pub protocol: Protocol,
    /// The name used in addresses, on screen and in messages.
    pub name: &'static str,
    /// The port that says it; none for what any port may carry.
    pub port: Option<u16>,
    /// What carries it.
    pub transport: Transport,
    /// `listen` without an address opens it.
    pub is_usual: bool,
    /// Who speaks it, in a few words.
    pub blurb: &'static str,
    /// How those are told to send there.
    pub clients: &'static Clients,
}

/// Every protocol, in the order in which `listen` opens them.
pub const PROTOCOLS: &[Row] = &[
    Row {
        protocol: Protocol::JaegerCompact,
        name: "jaeger-compact",
        port: Some(6831),
        transport: Transport::Udp,
        is_usual: true,
        blurb: "Jaeger agent, Thrift compact: clients in Python, Go, Java, Rust",
        clients: &clients::JAEGER_AGENT,
    },
    Row {
        protocol: Protocol::JaegerBinary,
        name: "jaeger-binary",
        port: Some(6832),
        transport: Transport::Udp,
        is_usual: true,
        blurb: "Jaeger agent, Thrift binary: clients in Node",
        clients: &clients::JAEGER_AGENT,
    },
    Row {
        protocol: Protocol::ZipkinCompact,
        name: "zipkin-compact",
        port: Some(5775),
        transport: Transport::Udp,
        is_usual: false,
        blurb: "Jaeger agent, Zipkin spans in Thrift compact: the oldest clients",
        clients: &clients::JAEGER_AGENT,
    },
    Row {
        protocol: Protocol::OtlpGrpc,
        name: "otlp-grpc",
        port: Some(4317),
        transport: Transport::Tcp,
        is_usual: true,
        blurb: "OpenTelemetry SDKs and collectors over gRPC",
        clients: &clients::OTLP,
    },
    Row {
        protocol: Protocol::OtlpHttp,
        name: "otlp-http",
        port: Some(4318),
        transport: Transport::Tcp,
        is_usual: true,
        blurb: "OpenTelemetry SDKs and collectors over HTTP, protobuf or JSON",
        clients: &clients::OTLP,
    },
    Row {
        protocol: Protocol::Zipkin,
        name: "zipkin",
        port: Some(9411),
        transport: Transport::Tcp,
        is_usual: true,
        blurb: "Zipkin reporters: Brave, Micrometer, Envoy; v1 and v2, JSON, protobuf, Thrift",
        clients: &clients::ZIPKIN,
    },
    Row {
        protocol: Protocol::JaegerHttp,
        name: "jaeger-http",
        port: Some(14268),
        transport: Transport::Tcp,
        is_usual: true,
        blurb: "Jaeger clients that send Thrift to a collector over HTTP",
        clients: &clients::JAEGER_HTTP,
    },
    Row {
        protocol: Protocol::JaegerGrpc,
        name: "jaeger-grpc",
        port: Some(14250),
        transport: Transport::Tcp,
        is_usual: true,
        blurb: "Jaeger agents and exporters that send to a collector over gRPC",
        clients: &clients::JAEGER_HTTP,
    },
    Row {
        protocol: Protocol::Sampling,
        name: "sampling",
        port: Some(5778),
        transport: Transport::Tcp,
        is_usual: true,
        blurb: "tells clients that ask how to sample: everything",
        clients: &clients::OTLP,
    },
    Row {
        protocol: Protocol::Jaeger,
        name: "jaeger",
        port: None,
        transport: Transport::Udp,
        is_usual: false,
        blurb: "any UDP port: what Jaeger agents take, told apart by the first bytes",
        clients: &clients::JAEGER_AGENT,
    },
    Row {
        protocol: Protocol::Http,
        name: "http",
        port: None,
        transport: Transport::Tcp,
        is_usual: false,
        blurb: "any TCP port: every HTTP and gRPC protocol, told apart by content",
        clients: &clients::OTLP,
    },
    Row {
        protocol: Protocol::Any,
        name: "any",
        port: None,
        transport: Transport::Both,
        is_usual: false,
        blurb: "a port alone: `jaeger` and `http` together",
        clients: &clients::OTLP,
    },
];

impl Protocol {
    /// Its row.
    pub fn row(self) -> &'static Row {
        let row = PROTOCOLS.iter().find(|row| row.protocol == self);
        debug_assert!(row.is_some(), "{self:?} has a row");
        row.unwrap_or(&PROTOCOLS[0])
    }

    /// The name used in addresses, on screen and in messages.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// What a port usually carries.
    pub fn of_port(port: u16) -> Self {
        PROTOCOLS.iter().find(|row| row.port == Some(port)).map_or(Self::Any, |row| row.protocol)
    }

    /// The protocol of this name.
    pub fn parse(name: &str) -> Option<Self> {
        PROTOCOLS.iter().find(|row| row.name == name).map(|row| row.protocol)
    }

    /// What is bound for it, one for each socket of an interface.
    pub(super) fn parts(self) -> Vec<Self> {
        match self.row().transport {
            Transport::Both => vec![Self::Jaeger, Self::Http],
            Transport::Udp | Transport::Tcp => vec![self],
        }
    }
}

impl Transport {
    /// The word used in tables.
    fn name(self) -> &'static str {
        match self {
            Self::Udp => "UDP",
            Self::Tcp => "HTTP, gRPC",
            Self::Both => "both",
        }
    }
}

/// The table of doors as Markdown, for the README.
pub fn doors_markdown() -> String {
    let mut text = String::from("| address | carried by | who sends there |\n|---|---|---|\n");
    for row in PROTOCOLS {
        let address = row.port.map_or_else(|| format!("{}://:PORT", row.name), |port| format!(":{port}"));
        let address = if row.protocol == Protocol::Any { ":PORT".to_owned() } else { address };
        let usual = if row.is_usual { "" } else { " (only when asked for)" };
        let usual = if row.port.is_some() { usual } else { "" };
        for part in ["| `", &address, "` | ", row.transport.name(), " | ", row.blurb, usual, " |\n"] {
            text.push_str(part);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_protocol_has_one_row_one_name_and_at_most_one_port() {
        for (n, row) in PROTOCOLS.iter().enumerate() {
            assert_eq!(row.protocol.name(), row.name);
            assert_eq!(Protocol::parse(row.name), Some(row.protocol));
            assert!(
                PROTOCOLS[..n]
                    .iter()
                    .all(|other| other.name != row.name && (row.port.is_none() || other.port != row.port))
            );
            assert!(row.port.is_none_or(|port| Protocol::of_port(port) == row.protocol));
            assert!(!row.is_usual || row.port.is_some());
            assert!(row.protocol.parts().iter().all(|part| part.row().transport != Transport::Both));
        }
        assert_eq!(Protocol::of_port(7000), Protocol::Any);
    }
}
