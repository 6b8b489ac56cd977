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


def others(kind, endpoint):
    """Log records in the span at hand, and metrics beside: what instrumented programs send too."""
    import logging
    from opentelemetry import metrics
    from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
    from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
    if kind.startswith("grpc"):
        from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
        from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
        to = lambda signal: {"endpoint": endpoint, "insecure": True}
    else:
        from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
        to = lambda signal: {"endpoint": endpoint.replace("/traces", "/" + signal)}
    resource = Resource.create({"service.name": f"python-{kind}"})
    loggers = LoggerProvider(resource=resource)
    loggers.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter(**to("logs"))))
    meters = MeterProvider(resource=resource, metric_readers=[PeriodicExportingMetricReader(OTLPMetricExporter(**to("metrics")))])
    meters.get_meter("interop").create_counter("orders").add(1)
    logger = logging.getLogger("interop")
    logger.addHandler(LoggingHandler(logger_provider=loggers))
    logger.propagate = False
    return logger.warning, lambda: (loggers.shutdown(), meters.shutdown())


provider = TracerProvider(resource=Resource.create({"service.name": f"python-{kind}"}))
provider.add_span_processor(BatchSpanProcessor(exporter))
tracer = provider.get_tracer("interop")
log, close = others(kind, endpoint) if kind != "zipkin" else (lambda text: None, lambda: None)
for n in range(600):
    with tracer.start_as_current_span(f"root {n}") as root, tracer.start_as_current_span("購物車") as child:
        child.add_event("event", {"n": n})
        for span in (root, child):
            print(format(span.get_span_context().span_id, "016x"), span.name)
        log(f"log {n}")
        if kind != "zipkin":
            print("log", format(child.get_span_context().span_id, "016x"), f"log {n}")
provider.shutdown()
close()
