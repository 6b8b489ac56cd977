// OTLP of OpenTelemetry Java: spans and log records. usage: grpc|http URL
import io.opentelemetry.api.common.*;
import io.opentelemetry.api.trace.*;
import io.opentelemetry.api.logs.*;
import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.logs.OtlpGrpcLogRecordExporter;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.sdk.logs.*;
import io.opentelemetry.sdk.logs.export.*;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.*;
import io.opentelemetry.sdk.trace.export.*;
import java.util.concurrent.TimeUnit;

public class Client {
  public static void main(String[] args) {
    boolean grpc = args[0].equals("grpc");
    String url = args[1];
    Resource resource = Resource.getDefault().merge(Resource.create(Attributes.of(AttributeKey.stringKey("service.name"), "java-" + args[0])));
    SpanExporter spans = grpc ? OtlpGrpcSpanExporter.builder().setEndpoint(url).build() : OtlpHttpSpanExporter.builder().setEndpoint(url + "/v1/traces").setCompression("gzip").build();
    LogRecordExporter logs = grpc ? OtlpGrpcLogRecordExporter.builder().setEndpoint(url).build() : OtlpHttpLogRecordExporter.builder().setEndpoint(url + "/v1/logs").build();
    SdkTracerProvider tracers = SdkTracerProvider.builder().setResource(resource).addSpanProcessor(BatchSpanProcessor.builder(spans).build()).build();
    SdkLoggerProvider loggers = SdkLoggerProvider.builder().setResource(resource).addLogRecordProcessor(BatchLogRecordProcessor.builder(logs).build()).build();
    Tracer tracer = tracers.get("interop");
    Logger logger = loggers.get("interop");
    for (int n = 0; n < 300; n++) {
      Span span = tracer.spanBuilder("java " + n).setSpanKind(SpanKind.SERVER).startSpan();
      try (io.opentelemetry.context.Scope scope = span.makeCurrent()) {
        logger.logRecordBuilder().setSeverity(Severity.WARN).setBody("log " + n).emit();
      }
      span.end();
      System.out.println(span.getSpanContext().getSpanId() + " java " + n);
      System.out.println("log " + span.getSpanContext().getSpanId() + " log " + n);
    }
    tracers.shutdown().join(20, TimeUnit.SECONDS);
    loggers.shutdown().join(20, TimeUnit.SECONDS);
    System.exit(0);
  }
}
