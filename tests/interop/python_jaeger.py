"""Jaeger's Thrift over UDP and HTTP: OpenTelemetry Python 1.21, the last with such an exporter. usage: udp|http ADDRESS"""
import sys
from opentelemetry.exporter.jaeger.thrift import JaegerExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

kind, address = sys.argv[1:]
host, port = address.rsplit(":", 1)
if kind == "udp":
    exporter = JaegerExporter(agent_host_name=host, agent_port=int(port), udp_split_oversized_batches=True)
else:
    exporter = JaegerExporter(collector_endpoint=f"http://{address}/api/traces?format=jaeger.thrift")
provider = TracerProvider(resource=Resource.create({"service.name": f"python-jaeger-{kind}"}))
provider.add_span_processor(BatchSpanProcessor(exporter))
tracer = provider.get_tracer("interop")
for n in range(200):
    with tracer.start_as_current_span(f"root {n}") as root, tracer.start_as_current_span("child") as child:
        for span in (root, child):
            print(format(span.get_span_context().span_id, "016x"), span.name)
provider.shutdown()
