// OTLP of OpenTelemetry Go over HTTP and gRPC. usage: http|grpc ADDRESS
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/sdk/trace"
)

func main() {
	ctx, kind, address := context.Background(), os.Args[1], os.Args[2]
	var exporter *otlptrace.Exporter
	var err error
	if kind == "grpc" {
		exporter, err = otlptracegrpc.New(ctx, otlptracegrpc.WithEndpoint(address), otlptracegrpc.WithInsecure(), otlptracegrpc.WithCompressor("gzip"))
	} else {
		exporter, err = otlptracehttp.New(ctx, otlptracehttp.WithEndpoint(address), otlptracehttp.WithInsecure(), otlptracehttp.WithCompression(otlptracehttp.GzipCompression))
	}
	if err != nil {
		log.Fatal(err)
	}
	named := resource.NewSchemaless(attribute.String("service.name", "go-"+kind))
	provider := trace.NewTracerProvider(trace.WithBatcher(exporter), trace.WithResource(named))
	tracer := provider.Tracer("interop")
	for n := 0; n < 300; n++ {
		_, span := tracer.Start(ctx, fmt.Sprint("go ", n))
		span.AddEvent("event")
		span.End()
		fmt.Println(span.SpanContext().SpanID(), fmt.Sprint("go ", n))
	}
	if err := provider.Shutdown(ctx); err != nil {
		log.Fatal(err)
	}
}
