//! Who works in the shop: one row per service, with what its spans say of the process and the library.

/// A service: a process that has a name, a version and a tracing library.
#[derive(Debug)]
pub(super) struct Service {
    pub(super) name: &'static str,
    pub(super) version: &'static str,
    /// `telemetry.sdk.language` and `telemetry.sdk.version`.
    pub(super) sdk: (&'static str, &'static str),
    /// Instrumentation scope: name and version.
    pub(super) scope: (&'static str, &'static str),
    /// What its log records name as their logger.
    pub(super) logger: &'static str,
    /// `service.instance.id`.
    pub(super) instance: &'static str,
    /// How far its clock is behind the others', in ms.
    pub(super) behind_ms: u32,
}

pub(super) static FRONTEND: Service = Service {
    name: "frontend",
    version: "2.14.0",
    sdk: ("nodejs", "1.25.1"),
    scope: ("@opentelemetry/instrumentation-http", "0.52.1"),
    logger: "web",
    instance: "frontend-5c6b9",
    behind_ms: 0,
};

pub(super) static CART: Service = Service {
    name: "cart",
    version: "1.8.3",
    sdk: ("dotnet", "1.9.0"),
    scope: ("Microsoft.AspNetCore", "8.0.6"),
    logger: "Shop.Cart",
    instance: "cart-7d9f4",
    behind_ms: 0,
};

pub(super) static CHECKOUT: Service = Service {
    name: "checkout",
    version: "3.2.0",
    sdk: ("java", "1.40.0"),
    scope: ("io.opentelemetry.spring-webmvc-6.0", "2.6.0"),
    logger: "com.shop.checkout.Orders",
    instance: "checkout-66d4c",
    behind_ms: 0,
};

pub(super) static PAYMENT: Service = Service {
    name: "payment",
    version: "1.4.7",
    sdk: ("java", "1.40.0"),
    scope: ("io.opentelemetry.grpc-1.6", "2.6.0"),
    logger: "com.shop.payment.Charge",
    instance: "payment-8499b",
    behind_ms: 0,
};

pub(super) static INVENTORY: Service = Service {
    name: "inventory",
    version: "0.31.2",
    sdk: ("go", "1.28.0"),
    scope: ("go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc", "0.53.0"),
    logger: "inventory",
    instance: "inventory-b77f0",
    behind_ms: 0,
};

pub(super) static PRICING: Service = Service {
    name: "pricing",
    version: "0.9.1",
    sdk: ("rust", "0.24.1"),
    scope: ("tonic", "0.12.1"),
    logger: "pricing",
    instance: "pricing-04a1e",
    behind_ms: 0,
};

pub(super) static POSTGRES: Service = Service {
    name: "postgres",
    version: "16.3",
    sdk: ("go", "1.28.0"),
    scope: ("github.com/XSAM/otelsql", "0.32.0"),
    logger: "postgres",
    instance: "postgres-0",
    behind_ms: 0,
};

pub(super) static REDIS: Service = Service {
    name: "redis",
    version: "7.2.5",
    sdk: ("go", "1.28.0"),
    scope: ("github.com/redis/go-redis/extra/redisotel", "9.5.3"),
    logger: "redis",
    instance: "redis-0",
    behind_ms: 0,
};

pub(super) static QUEUE: Service = Service {
    name: "queue",
    version: "3.7.1",
    sdk: ("java", "1.40.0"),
    scope: ("io.opentelemetry.kafka-clients-2.6", "2.6.0-alpha"),
    logger: "queue",
    instance: "queue-2",
    behind_ms: 0,
};

pub(super) static EMAIL: Service = Service {
    name: "email",
    version: "1.1.0",
    sdk: ("ruby", "1.5.0"),
    scope: ("OpenTelemetry::Instrumentation::Rdkafka", "0.4.7"),
    logger: "email",
    instance: "email-worker-1",
    behind_ms: 0,
};

/// Its clock is behind: its spans seem to start before they were called.
pub(super) static RECOMMENDATION: Service = Service {
    name: "recommendation",
    version: "5.0.0-rc.2",
    sdk: ("python", "1.27.0"),
    scope: ("opentelemetry.instrumentation.fastapi", "0.48b0"),
    logger: "recommendation",
    instance: "recommendation-gpu-3",
    behind_ms: 9,
};

pub(super) static LOGISTICS: Service = Service {
    name: "物流",
    version: "2024.6",
    sdk: ("python", "1.27.0"),
    scope: ("opentelemetry.instrumentation.flask", "0.48b0"),
    logger: "物流",
    instance: "物流-台北-1",
    behind_ms: 0,
};

pub(super) static REPORT: Service = Service {
    name: "report",
    version: "1.0.9",
    sdk: ("python", "1.27.0"),
    scope: ("shop.jobs.report", "1.0.9"),
    logger: "report",
    instance: "report-cron",
    behind_ms: 0,
};
