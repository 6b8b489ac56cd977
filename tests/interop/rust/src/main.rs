//! OTLP of OpenTelemetry Rust. usage: grpc|proto|json URL
use opentelemetry::trace::{Span, SpanKind, Tracer, TracerProvider};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig};
use opentelemetry_sdk::{trace::SdkTracerProvider, Resource};

fn main() {
    let mut args = std::env::args().skip(1);
    let (kind, url) = (args.next().expect("a kind"), args.next().expect("a URL"));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let _guard = runtime.enter();
    let exporter = match kind.as_str() {
        "grpc" => SpanExporter::builder().with_tonic().with_endpoint(url).build(),
        _ => {
            let protocol = if kind == "json" { Protocol::HttpJson } else { Protocol::HttpBinary };
            SpanExporter::builder().with_http().with_protocol(protocol).with_endpoint(format!("{url}/v1/traces")).build()
        }
    };
    let resource = Resource::builder().with_service_name(format!("rust-{kind}")).build();
    let provider = SdkTracerProvider::builder()
        .with_resource(resource)
        .with_batch_exporter(exporter.expect("an exporter"))
        .build();
    let tracer = provider.tracer("interop");
    for n in 0..300 {
        let mut span = tracer.span_builder(format!("rust {n}")).with_kind(SpanKind::Server).start(&tracer);
        span.add_event("event", vec![opentelemetry::KeyValue::new("n", n)]);
        println!("{} rust {n}", span.span_context().span_id());
        span.end();
    }
    provider.shutdown().expect("everything is sent");
}
