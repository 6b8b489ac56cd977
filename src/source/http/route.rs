//! What a request asks for, by method, content type and the end of its path: prefixes, doubled slashes and wrong ports do
//! not matter. Reads no body and answers nothing.

use hyper::Method;

use crate::ingest::request::Family;

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Route {
    /// Spans or log records, over HTTP.
    Take(Family),
    /// Something of OTLP that is not kept, over HTTP.
    NotKept(Signal),
    /// Whatever the body shows: a client whose address has no path, or one that nobody knows.
    Unsaid,
    /// A call over gRPC.
    Grpc(Call),
    /// How to sample: everything.
    Sampling(Sampling),
    /// A browser or a health check.
    Look,
    /// A browser asks whether a page may send.
    Preflight,
    /// Another method.
    Method,
}

/// What is answered with success, counted, and not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signal {
    Metrics,
    Profiles,
}

/// A gRPC method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Call {
    /// `opentelemetry.proto.collector.trace.v1.TraceService/Export`.
    OtlpSpans,
    /// `opentelemetry.proto.collector.logs.v1.LogsService/Export`.
    OtlpLogs,
    /// Another service of OTLP.
    NotKept(Signal),
    /// `jaeger.api_v2.CollectorService/PostSpans`.
    JaegerSpans,
    /// `jaeger.api_v2.SamplingManager/GetSamplingStrategy`.
    Sampling,
    /// Nothing we know.
    Unknown,
}

/// The questions of remote samplers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sampling {
    /// `/sampling`: the strategy with its name as text.
    Strategy,
    /// `/?service=`: the oldest clients read a number.
    Legacy,
    /// `/baggageRestrictions`.
    Baggage,
    /// `/credits`: how much more may be sampled.
    Credits,
}

/// What a request asks for. `content_type` is as sent, `query` without its question mark.
pub(super) fn route(method: &Method, content_type: &str, path: &str, query: &str) -> Route {
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let last_two = match segments.as_slice() {
        [.., before, last] => [*before, *last],
        [last] => ["", *last],
        [] => ["", ""],
    };
    if *method == Method::OPTIONS {
        return Route::Preflight;
    }
    if content_type.to_ascii_lowercase().starts_with("application/grpc") {
        return Route::Grpc(call(last_two));
    }
    if *method == Method::GET || *method == Method::HEAD {
        return look(last_two[1], query);
    }
    if *method != Method::POST {
        return Route::Method;
    }
    match last_two {
        ["v1", "traces" | "trace"] => Route::Take(Family::Otlp),
        ["v1", "logs"] => Route::Take(Family::Logs),
        ["v1", "metrics"] => Route::NotKept(Signal::Metrics),
        ["v1development" | "v1experimental", "profiles"] => Route::NotKept(Signal::Profiles),
        ["api", "traces"] => Route::Take(Family::Jaeger),
        ["v1" | "v2", "spans"] => Route::Take(Family::Zipkin),
        _ => Route::Unsaid,
    }
}

fn call([service, method]: [&str; 2]) -> Call {
    let otlp = service.strip_prefix("opentelemetry.proto.collector.");
    match (otlp, service, method) {
        (Some(service), _, "Export") => match service.split('.').next() {
            Some("trace") => Call::OtlpSpans,
            Some("logs") => Call::OtlpLogs,
            Some("metrics") => Call::NotKept(Signal::Metrics),
            // Whatever they come up with next.
            _ => Call::NotKept(Signal::Profiles),
        },
        (_, "jaeger.api_v2.CollectorService", "PostSpans") => Call::JaegerSpans,
        (_, "jaeger.api_v2.SamplingManager", "GetSamplingStrategy") => Call::Sampling,
        _ => Call::Unknown,
    }
}

fn look(last: &str, query: &str) -> Route {
    let asks_for_a_service = query.split('&').any(|pair| pair.starts_with("service="));
    match last {
        "sampling" => Route::Sampling(Sampling::Strategy),
        "baggageRestrictions" => Route::Sampling(Sampling::Baggage),
        "credits" => Route::Sampling(Sampling::Credits),
        "" if asks_for_a_service => Route::Sampling(Sampling::Legacy),
        _ => Route::Look,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn post(path: &str) -> Route {
        route(&Method::POST, "application/x-protobuf", path, "")
    }

    #[test]
    fn the_end_of_a_path_decides() {
        for path in
            ["/v1/traces", "/v1/traces/", "//v1/traces", "/prefix/v1/traces", "/v1/trace", "/v1/metrics/v1/traces"]
        {
            assert_eq!(post(path), Route::Take(Family::Otlp), "{path}");
        }
        assert_eq!(post("/v1/logs"), Route::Take(Family::Logs));
        assert_eq!(post("/v1/metrics"), Route::NotKept(Signal::Metrics));
        assert_eq!(post("/v1development/profiles"), Route::NotKept(Signal::Profiles));
        assert_eq!(post("/api/traces"), Route::Take(Family::Jaeger));
        assert_eq!(post("/zipkin/api/v2/spans"), Route::Take(Family::Zipkin));
        assert_eq!(post("/api/v1/spans"), Route::Take(Family::Zipkin));
        assert_eq!((post("/"), post("/elsewhere")), (Route::Unsaid, Route::Unsaid));
        assert_eq!(route(&Method::PUT, "", "/v1/traces", ""), Route::Method);
        assert_eq!(route(&Method::OPTIONS, "", "/v1/traces", ""), Route::Preflight);
    }

    #[test]
    fn grpc_is_told_by_its_content_type_and_may_have_a_prefix() {
        let grpc = |path: &str| route(&Method::POST, "application/grpc+proto", path, "");
        let otlp = "opentelemetry.proto.collector";
        assert_eq!(grpc(&format!("/{otlp}.trace.v1.TraceService/Export")), Route::Grpc(Call::OtlpSpans));
        assert_eq!(grpc(&format!("/x/{otlp}.trace.v1.TraceService/Export")), Route::Grpc(Call::OtlpSpans));
        assert_eq!(grpc(&format!("/{otlp}.logs.v1.LogsService/Export")), Route::Grpc(Call::OtlpLogs));
        assert_eq!(grpc(&format!("/{otlp}.new.v1.NewService/Export")), Route::Grpc(Call::NotKept(Signal::Profiles)));
        assert_eq!(grpc("/jaeger.api_v2.CollectorService/PostSpans"), Route::Grpc(Call::JaegerSpans));
        assert_eq!(grpc("/grpc.health.v1.Health/Check"), Route::Grpc(Call::Unknown));
    }

    #[test]
    fn samplers_and_browsers_are_told_apart() {
        let get = |path: &str, query: &str| route(&Method::GET, "", path, query);
        assert_eq!(get("/sampling", "service=a"), Route::Sampling(Sampling::Strategy));
        assert_eq!(get("/api/sampling", "service=a"), Route::Sampling(Sampling::Strategy));
        assert_eq!(get("/", "service=a"), Route::Sampling(Sampling::Legacy));
        assert_eq!(get("/", ""), Route::Look);
        assert_eq!(get("/baggageRestrictions", "service=a"), Route::Sampling(Sampling::Baggage));
    }
}
