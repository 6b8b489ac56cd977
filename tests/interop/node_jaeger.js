// jaeger-client of Node: Thrift over UDP (binary) and HTTP. usage: udp|http ADDRESS
const { initTracer } = require("jaeger-client");
const [kind, address] = process.argv.slice(2);
const [host, port] = address.split(":");
const reporter = kind === "udp" ? { agentHost: host, agentPort: +port } : { collectorEndpoint: `http://${address}/api/traces` };
const tracer = initTracer({ serviceName: `node-jaeger-${kind}`, sampler: { type: "const", param: 1 }, reporter: { ...reporter, flushIntervalMs: 100 } }, {});
for (let n = 0; n < 100; n++) {
  const root = tracer.startSpan(`root ${n}`);
  const child = tracer.startSpan("child", { childOf: root });
  for (const span of [child, root]) {
    span.finish();
    console.log(span.context().spanIdStr.padStart(16, "0"), span.operationName);
  }
}
setTimeout(() => tracer.close(), 500);
