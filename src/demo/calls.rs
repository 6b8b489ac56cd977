//! The verbs of a story: serve and call over HTTP or gRPC, query, look up, publish, fail.
//!
//! They add the attributes that instrumentation libraries add, so that scenarios tell only what is theirs.

use super::service::{POSTGRES, QUEUE, REDIS, Service};
use super::story::Story;
use super::told::{Said, Target, Words};
use super::trouble::Trouble;
use crate::model::{Kind, Severity};

impl Story<'_> {
    /// A service answers a request. A route with a space (`GET /cart`) is HTTP, one without (`shop.Cart/Get`) gRPC.
    /// Gives whether it went well.
    pub(super) fn serve(&mut self, to: &'static Service, route: &'static str, body: impl FnOnce(&mut Self)) -> bool {
        self.open(to, route);
        self.kind(Kind::Server);
        self.set_route(route);
        body(self);
        let ok = !self.failed();
        self.set_answer(route, ok);
        if is_http(route) {
            self.log(Severity::INFO, format!("{route} {}", if ok { 200 } else { 500 }), Vec::new());
        }
        self.close();
        ok
    }

    /// The open span's service calls another: a client span there, the wire, a server span here.
    /// A failed answer fails the client span; whether it fails its parent is the story's business.
    pub(super) fn call(&mut self, to: &'static Service, route: &'static str, body: impl FnOnce(&mut Self)) -> bool {
        let from = self.service_or(to);
        self.open(from, route);
        self.kind(Kind::Client);
        self.set_route(route);
        self.set("server.address", format!("{}.shop.svc", to.name));
        self.set("server.port", 8080);
        self.work(0.3);
        let ok = self.serve(to, route, body);
        self.work(0.3);
        self.set_answer(route, ok);
        if !ok {
            self.spoil(if is_http(route) { "500 Internal Server Error" } else { "14 UNAVAILABLE" });
        }
        self.close();
        ok
    }

    /// A query of about `ms`, slower when the database is busy.
    pub(super) fn sql(&mut self, name: &'static str, statement: impl Into<Words>, ms: f64) {
        self.sql_with(name, statement, |s| {
            let busy = s.world.load;
            s.work(ms * busy);
        });
    }

    /// A query whose course the block tells.
    pub(super) fn sql_with(&mut self, name: &'static str, statement: impl Into<Words>, body: impl FnOnce(&mut Self)) {
        let statement = statement.into();
        self.open(&POSTGRES, name);
        self.kind(Kind::Client);
        self.set("db.system.name", "postgresql");
        self.set("db.namespace", "shop");
        self.set("db.query.text", statement);
        self.set("server.address", "postgres-0.shop.svc");
        self.set("server.port", 5432);
        body(self);
        let rows = self.number(1, 40);
        self.set("db.response.returned_rows", rows);
        self.close();
    }

    /// A look-up in the cache of about `ms`.
    pub(super) fn redis(&mut self, name: &'static str, command: impl Into<Words>, ms: f64) {
        let command = command.into();
        self.open(&REDIS, name);
        self.kind(Kind::Client);
        self.set("db.system.name", "redis");
        self.set("db.query.text", command);
        self.set("server.address", "redis-0.shop.svc");
        self.work(ms);
        self.close();
    }

    /// The open span's service publishes a message; gives the producer span, for whoever consumes it.
    pub(super) fn publish(&mut self, topic: &'static str) -> Target {
        let from = self.service_or(&QUEUE);
        self.open(from, format!("{topic} publish"));
        self.kind(Kind::Producer);
        self.set("messaging.system", "kafka");
        self.set("messaging.operation.type", "publish");
        self.set("messaging.destination.name", topic);
        let partition = self.number(0, 6);
        self.set("messaging.destination.partition.id", partition.to_string());
        let key = *b"\x00\x00\x00\x2a\xc3\x28order";
        self.set("messaging.kafka.message.key", Said::Bytes(key.to_vec()));
        self.work(0.4);
        self.span(&QUEUE, "append", |s| {
            let offset = s.number(880_000, 900_000);
            s.set("messaging.kafka.offset", offset);
            s.work(1.6);
        });
        let producer = self.here();
        self.close();
        producer
    }

    /// A service consumes a message some time after it was published, in the publisher's trace.
    pub(super) fn consume(
        &mut self,
        from: Target,
        by: &'static Service,
        name: &'static str,
        body: impl FnOnce(&mut Self),
    ) {
        self.later(from, 45.0, |s| {
            s.open(by, name);
            s.kind(Kind::Consumer);
            s.set("messaging.system", "kafka");
            s.set("messaging.operation.type", "process");
            s.work(0.8);
            body(s);
            s.close();
        });
    }

    /// The open span fails with an exception.
    pub(super) fn fail(&mut self, trouble: &'static Trouble) {
        let attributes = vec![
            ("exception.type", trouble.kind.into()),
            ("exception.message", trouble.message.into()),
            ("exception.stacktrace", trouble.stack.into()),
            ("exception.escaped", false.into()),
        ];
        self.event("exception", attributes.clone());
        self.log(Severity::ERROR, trouble.message, attributes);
        self.set("error.type", trouble.kind);
        self.spoil(trouble.message);
    }

    /// The open span works for a while with something worth noting in the middle.
    pub(super) fn work_noting(&mut self, ms: f64, note: &'static str) {
        self.work(ms / 2.0);
        self.event(note, Vec::new());
        self.work(ms / 2.0);
    }

    fn set_route(&mut self, route: &'static str) {
        if let Some((method, path)) = route.split_once(' ') {
            self.set("http.request.method", method);
            self.set("http.route", path);
            self.set("network.protocol.version", "1.1");
        } else if let Some((service, method)) = route.split_once('/') {
            self.set("rpc.system", "grpc");
            self.set("rpc.service", service);
            self.set("rpc.method", method);
        }
    }

    fn set_answer(&mut self, route: &'static str, ok: bool) {
        match (is_http(route), ok) {
            (true, true) => self.set("http.response.status_code", 200),
            (true, false) => self.set("http.response.status_code", 500),
            (false, true) => self.set("rpc.grpc.status_code", 0),
            (false, false) => self.set("rpc.grpc.status_code", 14),
        }
    }
}

fn is_http(route: &str) -> bool {
    route.contains(' ')
}
