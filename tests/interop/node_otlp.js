// OTLP of OpenTelemetry JS: JSON and protobuf over HTTP, gRPC. usage: json|proto|grpc URL
const { NodeTracerProvider } = require("@opentelemetry/sdk-trace-node");
const { BatchSpanProcessor } = require("@opentelemetry/sdk-trace-base");
const { resourceFromAttributes } = require("@opentelemetry/resources");
const [kind, url] = process.argv.slice(2);
const name = { json: "http", proto: "proto", grpc: "grpc" }[kind];
const { OTLPTraceExporter } = require(`@opentelemetry/exporter-trace-otlp-${name}`);
const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({ "service.name": `node-${kind}` }),
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url }))],
});
const tracer = provider.getTracer("interop");
for (let n = 0; n < 200; n++) {
  const span = tracer.startSpan(`node ${n}`);
  span.addEvent("event", { n, deep: [1, 2] });
  span.end();
  console.log(span.spanContext().spanId, span.name);
}
provider.shutdown().catch((error) => { console.error(error); process.exit(1); });
