"""OTLP over HTTP and gRPC, Zipkin: OpenTelemetry Python of today. usage: KIND ENDPOINT"""
import sys
from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

kind, endpoint = sys.argv[1:]
if kind.startswith("grpc"):
    from grpc import Compression
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
    exporter = OTLPSpanExporter(endpoint=endpoint, insecure=True, compression=Compression.Gzip if kind == "grpc-gzip" else None)
elif kind == "zipkin":
    from opentelemetry.exporter.zipkin.json import ZipkinExporter
    exporter = ZipkinExporter(endpoint=endpoint)
else:
    from opentelemetry.exporter.otlp.proto.http import Compression
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    exporter = OTLPSpanExporter(endpoint=endpoint, compression=Compression.Gzip if kind == "http-gzip" else None)
provider = TracerProvider(resource=Resource.create({"service.name": f"python-{kind}"}))
provider.add_span_processor(BatchSpanProcessor(exporter))
tracer = provider.get_tracer("interop")
for n in range(600):
    with tracer.start_as_current_span(f"root {n}") as root, tracer.start_as_current_span("購物車") as child:
        child.add_event("event", {"n": n})
        for span in (root, child):
            print(format(span.get_span_context().span_id, "016x"), span.name)
provider.shutdown()
