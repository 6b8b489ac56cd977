//! How programs are told to send here: variables to set and lines to start with, for each kind of clients. The empty screen
//! shows what fits the doors that are open. Says nothing that is the default anyway.

use std::net::{IpAddr, SocketAddr};

use super::{PROTOCOLS, Protocol};
use crate::model::{Family, Invitation, SourceStatus};

/// Clients that are configured alike.
#[derive(Debug)]
pub struct Clients {
    /// What they are called.
    pub name: &'static str,
    /// Variables that say where to send, with `{host}` and `{port}` in them.
    point: &'static [&'static str],
    /// Where they send on this machine when nothing is said: one port or another, so that all must be open.
    silent: &'static [u16],
    /// Variables that help in any case.
    always: &'static str,
    /// Language, the line that starts a program, the library that sends.
    starts: &'static [[&'static str; 3]],
}

/// OpenTelemetry specification, "OTLP exporter configuration" and "Batch span processor": without the delay they wait 5 s.
pub(super) static OTLP: Clients = Clients {
    name: "OpenTelemetry SDKs",
    point: &["OTEL_EXPORTER_OTLP_ENDPOINT=http://{host}:{port}"],
    silent: &[4317, 4318],
    always: "OTEL_BSP_SCHEDULE_DELAY=500",
    starts: &[
        ["Python", "opentelemetry-instrument python app.py", "opentelemetry-distro opentelemetry-exporter-otlp"],
        [
            "Node",
            "node -r @opentelemetry/auto-instrumentations-node/register app.js",
            "@opentelemetry/auto-instrumentations-node",
        ],
        ["Go", "go run .", "go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"],
        ["Java", "java -javaagent:opentelemetry-javaagent.jar -jar app.jar", "opentelemetry-java-instrumentation"],
        [".NET", "dotnet run", "OpenTelemetry.Exporter.OpenTelemetryProtocol"],
        ["Ruby", "ruby app.rb", "opentelemetry-sdk opentelemetry-exporter-otlp"],
        ["Rust", "cargo run", "opentelemetry-otlp"],
        ["PHP", "OTEL_PHP_AUTOLOAD_ENABLED=true php app.php", "open-telemetry/exporter-otlp"],
    ],
};

/// OpenTelemetry's exporters to a Jaeger agent, and the `jaeger-client` of each language; that of Node sends to 6832.
pub(super) static JAEGER_AGENT: Clients = Clients {
    name: "Jaeger clients, to an agent",
    point: &[
        "OTEL_EXPORTER_JAEGER_AGENT_HOST={host} JAEGER_AGENT_HOST={host}",
        "OTEL_EXPORTER_JAEGER_AGENT_PORT={port} JAEGER_AGENT_PORT={port}",
    ],
    silent: &[6831, 6832],
    always: "JAEGER_SAMPLER_TYPE=const JAEGER_SAMPLER_PARAM=1",
    starts: &[
        [
            "Python",
            "OTEL_TRACES_EXPORTER=jaeger_thrift OTEL_METRICS_EXPORTER=none \\",
            "opentelemetry-exporter-jaeger-thrift 1.21",
        ],
        ["", "opentelemetry-instrument python app.py", ""],
        ["Node", "node app.js", "jaeger-client"],
        ["Go", "go run .", "jaeger-client-go"],
        ["Java", "java -jar app.jar", "jaeger-client"],
        ["Rust", "cargo run", "opentelemetry-jaeger"],
    ],
};

/// Jaeger's clients with a collector instead of an agent.
pub(super) static JAEGER_HTTP: Clients = Clients {
    name: "Jaeger clients, to a collector",
    point: &["JAEGER_ENDPOINT=http://{host}:{port}/api/traces"],
    silent: &[],
    always: "JAEGER_SAMPLER_TYPE=const JAEGER_SAMPLER_PARAM=1",
    starts: &[
        ["Node", "node app.js", "jaeger-client"],
        ["Go", "go run .", "jaeger-client-go"],
        ["Java", "java -jar app.jar", "jaeger-client"],
    ],
};

/// Zipkin's reporters and OpenTelemetry's exporters to Zipkin.
pub(super) static ZIPKIN: Clients = Clients {
    name: "Zipkin reporters",
    point: &[
        "OTEL_EXPORTER_ZIPKIN_ENDPOINT=http://{host}:{port}/api/v2/spans",
        "MANAGEMENT_ZIPKIN_TRACING_ENDPOINT=http://{host}:{port}/api/v2/spans",
    ],
    silent: &[9411],
    always: "",
    starts: &[
        ["Java", "java -jar app.jar", "Brave, Micrometer Tracing of Spring Boot"],
        ["Node", "node app.js", "zipkin-transport-http"],
    ],
};

/// In the order in which they are offered: what most programs use today comes first.
static FAMILIES: [&Clients; 4] = [&OTLP, &JAEGER_AGENT, &ZIPKIN, &JAEGER_HTTP];

/// What the empty screen says of these sources. Those that do not listen are left out.
pub fn invitation(sources: &[SourceStatus]) -> Invitation {
    let doors: Vec<&SourceStatus> = sources.iter().filter(|source| source.port().is_some()).collect();
    let mut addresses: Vec<String> = Vec::new();
    for door in &doors {
        // A port that is open for both transports is said once.
        if !addresses.contains(&door.endpoint) {
            addresses.push(door.endpoint.clone());
        }
    }
    let families = FAMILIES.iter().filter_map(|clients| {
        let served = doors.iter().filter(|door| {
            let protocol = Protocol::parse(&door.protocol);
            PROTOCOLS.iter().any(|row| Some(row.protocol) == protocol && std::ptr::eq(row.clients, *clients))
        });
        clients.family(&served.copied().collect::<Vec<_>>())
    });
    Invitation { addresses, families: families.collect() }
}

impl Clients {
    fn family(&self, doors: &[&SourceStatus]) -> Option<Family> {
        let first = doors.first()?;
        let address = first.endpoint.parse::<SocketAddr>().ok();
        let is_here = address.is_none_or(|at| at.ip().is_loopback() || at.ip().is_unspecified());
        let found = self.silent.iter().all(|port| doors.iter().any(|door| door.port() == Some(*port)));
        let host = match address.map(|at| at.ip()) {
            Some(IpAddr::V4(ip)) if !is_here => ip.to_string(),
            Some(IpAddr::V6(ip)) if !is_here => format!("[{ip}]"),
            _ => "localhost".to_owned(),
        };
        let port = first.port()?.to_string();
        let needed = |line: &&&str| {
            let names_port = line.contains("{port}");
            if self.silent.is_empty() { true } else { !is_here || (names_port && !found) }
        };
        let point = self.point.iter().filter(needed);
        let point = point.map(|line| format!("export {}", line.replace("{host}", &host).replace("{port}", &port)));
        let always = (!self.always.is_empty()).then(|| format!("export {}", self.always));
        let starts = self.starts.iter().map(|start| start.map(str::to_owned)).collect();
        Some(Family { name: self.name.to_owned(), variables: point.chain(always).collect(), starts })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn door(protocol: &str, endpoint: &str) -> SourceStatus {
        SourceStatus { protocol: protocol.into(), endpoint: endpoint.into(), ..SourceStatus::default() }
    }

    #[test]
    fn nothing_is_said_that_clients_do_by_themselves() {
        let said =
            invitation(&[door("jaeger-compact", ":6831"), door("otlp-grpc", ":4317"), door("otlp-http", ":4318")]);
        assert_eq!(said.addresses, [":6831", ":4317", ":4318"]);
        assert_eq!(said.families[0].variables, ["export OTEL_BSP_SCHEDULE_DELAY=500"]);
        assert!(said.families[1].variables[0].contains("JAEGER_AGENT_PORT=6831"), "clients in Node send to 6832");
        let said = invitation(&[door("otlp-http", "127.0.0.1:4318")]);
        assert_eq!(said.families[0].variables[0], "export OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318");
    }

    #[test]
    fn other_hosts_are_named_and_every_protocol_has_its_clients() {
        let said = invitation(&[door("jaeger-compact", "10.0.0.7:6831"), door("http", "[2001:db8::1]:7000")]);
        assert_eq!(said.families[0].variables[0], "export OTEL_EXPORTER_OTLP_ENDPOINT=http://[2001:db8::1]:7000");
        assert_eq!(
            said.families[1].variables[0],
            "export OTEL_EXPORTER_JAEGER_AGENT_HOST=10.0.0.7 JAEGER_AGENT_HOST=10.0.0.7"
        );
        for row in PROTOCOLS {
            let said = invitation(&[door(row.name, ":7000")]);
            assert_eq!(said.families.len(), 1, "{}", row.name);
            assert_eq!(said.families[0].name, row.clients.name);
            assert!(!said.families[0].starts.is_empty());
        }
    }
}
