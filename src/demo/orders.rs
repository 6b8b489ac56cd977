//! People buy: the check-out with its retries and messages, and the mails that follow.

use super::browse::visitor;
use super::service::{CART, CHECKOUT, EMAIL, FRONTEND, INVENTORY, LOGISTICS, PAYMENT, PRICING};
use super::story::Story;
use super::told::{Said, Target};
use super::trouble::{ACQUIRER_TIMEOUT, ADDRESS_UNKNOWN, CARD_DECLINED, OUT_OF_STOCK, TEMPLATE_MISSING};
use crate::model::{Kind, LinkKind, Severity};

const RESERVE: &str =
    "UPDATE stock SET reserved = reserved + $2 WHERE sku = $1 AND on_hand - reserved >= $2 RETURNING warehouse";
const INSERT_ORDER: &str = "INSERT INTO orders (id, customer_id, state, total, currency, address, placed_at)
VALUES ($1, $2, 'placed', $3, $4, $5::jsonb, now())
RETURNING id";
const ADDRESS: &str = r#"{"name":"王小明","street":"信義路五段7號","city":"臺北市","zip":"110","country":"TW","floor":89,"notes":["ring twice",null]}"#;

/// `POST /checkout`.
pub(super) fn checkout(s: &mut Story) {
    s.serve(&FRONTEND, "POST /checkout", |s| place_order(s, 7.0));
}

/// `POST /checkout` that waits for a lock: the outlier.
pub(super) fn slow_checkout(s: &mut Story) {
    s.serve(&FRONTEND, "POST /checkout", |s| place_order(s, 1_250.0));
}

/// Everything that a check-out does; the first reservation takes about `reserve_ms`.
fn place_order(s: &mut Story, reserve_ms: f64) {
    s.trace_state("shop=eu1,lb=a7");
    visitor(s);
    let ok = s.call(&CHECKOUT, "POST /orders", |s| {
        let items = s.number(2, 6);
        s.set("order.items", items);
        s.set("order.address", Said::Json(ADDRESS.into()));
        s.log(Severity::INFO, format!("order of {items} items is checked out"), vec![("order.items", items.into())]);
        s.call(&CART, "shop.Cart/Get", |s| {
            s.redis("HGETALL cart", "HGETALL cart:items", 1.1);
            s.work(0.5);
        });
        if !reserve(s, items, reserve_ms) {
            return s.spoil("out of stock");
        }
        quote(s, items);
        carriers(s);
        if !pay(s) {
            return s.spoil("payment failed");
        }
        s.sql("INSERT orders", INSERT_ORDER, 8.0);
        s.log(Severity::INFO, "order is placed", Vec::new());
        let order = s.publish("orders");
        let now = s.now();
        s.world.published.push((order, now));
        ship(s, order);
        s.call(&CART, "shop.Cart/Clear", |s| s.redis("DEL cart", "DEL cart:items", 0.7));
    });
    if !ok {
        s.spoil("checkout failed");
    }
    s.work(2.0);
}

/// Reserves item by item in one transaction.
fn reserve(s: &mut Story, items: i64, first_ms: f64) -> bool {
    s.call(&INVENTORY, "shop.Inventory/Reserve", |s| {
        s.sql("BEGIN", "BEGIN ISOLATION LEVEL REPEATABLE READ", 0.4);
        for item in 0..items {
            s.sql_with("UPDATE stock", RESERVE, |s| match item {
                0 if first_ms > 100.0 => wait_for_lock(s, first_ms),
                _ => s.work(7.0),
            });
        }
        if s.chance(5) {
            s.fail(&OUT_OF_STOCK);
            return s.sql("ROLLBACK", "ROLLBACK", 0.6);
        }
        s.sql("COMMIT", "COMMIT", 2.2);
    })
}

fn wait_for_lock(s: &mut Story, ms: f64) {
    s.wait(50.0);
    s.event("lock wait", vec![("lock.mode", "ShareLock".into()), ("lock.holder.pid", 4712.into())]);
    s.wait(ms / 2.0);
    s.event("still waiting", vec![("deadlock_timeout", "1s".into())]);
    s.log(Severity::WARN, "row of stock is locked, waiting", vec![("lock.holder.pid", 4712.into())]);
    s.wait(ms / 2.0);
    s.event("lock acquired", Vec::new());
    s.work(7.0);
}

/// Prices all items, three at a time.
fn quote(s: &mut Story, items: i64) {
    let items = usize::try_from(items).unwrap_or(0);
    s.call(&PRICING, "shop.Pricing/Total", |s| {
        s.pool(3, items, |s, nth| {
            s.span(&PRICING, "quote item", |s| {
                s.set("item.nth", i64::try_from(nth).unwrap_or(0));
                s.sql("SELECT prices", "SELECT amount, currency FROM prices WHERE sku = $1", 3.5);
                s.work(2.0);
            });
        });
        s.span(&PRICING, "tax", |s| {
            s.set("tax.rate", 0.05);
            s.work(1.0);
        });
    });
}

/// Asks four carriers at once what they want for it.
fn carriers(s: &mut Story) {
    s.pool(4, 4, |s, nth| {
        s.call(&LOGISTICS, "POST /quote", |s| {
            s.set("物流.公司", ["黑貓宅急便", "中華郵政", "DHL", "顺丰速运"][nth]);
            s.work(16.0);
        });
    });
}

/// Asks the acquirer up to three times; a time-out is tried again, a declined card is not.
fn pay(s: &mut Story) -> bool {
    s.call(&PAYMENT, "shop.Payment/Charge", |s| {
        s.span(&PAYMENT, "fraud check", |s| {
            s.set("fraud.score", 0.07);
            s.work(14.0);
        });
        let mut before: Option<Target> = None;
        for attempt in 1..=3 {
            let (this, ok) = authorize(s, attempt, before);
            if ok {
                break;
            }
            if attempt == 3 {
                return s.fail(&ACQUIRER_TIMEOUT);
            }
            before = Some(this);
            s.log(Severity::WARN, format!("acquirer did not answer, attempt {attempt} of 3"), Vec::new());
            s.event("retry", vec![("retry.attempt", attempt.into()), ("retry.backoff_ms", (attempt * 20).into())]);
            s.wait(20.0 * attempt as f64);
        }
        if s.chance(5) {
            s.fail(&CARD_DECLINED);
        }
    })
}

/// One attempt; gives its span and whether it was answered.
fn authorize(s: &mut Story, attempt: i64, before: Option<Target>) -> (Target, bool) {
    s.open(&PAYMENT, "POST acquirer/authorize");
    s.kind(Kind::Client);
    s.set("server.address", "acquirer.example");
    s.set("url.full", "https://acquirer.example/v3/authorize?merchant=shop&currency=TWD");
    s.set("retry.attempt", attempt);
    if let Some(before) = before {
        s.link(before, LinkKind::FollowsFrom, vec![("retry.reason", "timeout".into())]);
    }
    let ok = !s.chance(20);
    if ok {
        s.work(62.0);
    } else {
        s.wait(120.0);
        s.fail(&ACQUIRER_TIMEOUT);
    }
    let this = s.here();
    s.close();
    (this, ok)
}

/// The carrier hears of the order from the queue, in the same trace but in its own time.
fn ship(s: &mut Story, order: Target) {
    s.consume(order, &LOGISTICS, "orders process", |s| {
        s.span(&LOGISTICS, "建立托運單", |s| {
            s.set("物流.公司", "黑貓宅急便");
            s.set("物流.重量", 2.4);
            s.work(11.0);
            s.sql("INSERT shipments", "INSERT INTO shipments (order_id, carrier, 地址) VALUES ($1, $2, $3)", 5.0);
        });
        if s.chance(4) {
            s.fail(&ADDRESS_UNKNOWN);
        }
    });
}

/// A worker takes the orders that wait and mails them: a trace of its own, linked to those of the orders.
pub(super) fn confirmations(s: &mut Story) {
    let now = s.now();
    let (ready, waiting): (Vec<_>, Vec<_>) = s.world.published.drain(..).partition(|&(_, at)| at < now);
    s.world.published = waiting;
    s.open(&EMAIL, "orders process");
    s.kind(Kind::Consumer);
    s.set("messaging.system", "kafka");
    s.set("messaging.operation.type", "process");
    s.set("messaging.destination.name", "orders");
    s.set("messaging.batch.message_count", i64::try_from(ready.len()).unwrap_or(0));
    for (nth, &(order, at)) in (0..).zip(&ready) {
        let waited = i64::try_from(now.saturating_sub(at) / 1_000_000).unwrap_or(0);
        let attributes = vec![("messaging.kafka.offset", (880_000 + nth).into()), ("queue.waited_ms", waited.into())];
        s.link(order, LinkKind::Link, attributes);
    }
    s.work(1.0);
    s.pool(2, ready.len(), |s, _| {
        s.span(&EMAIL, "mail confirmation", |s| {
            s.span(&EMAIL, "render orders/confirmation", |s| s.work(9.0));
            s.open(&EMAIL, "SMTP send");
            s.kind(Kind::Client);
            s.set("server.address", "smtp.example");
            s.set("server.port", 587);
            s.set("email.to", Said::Json(r#"["wang@example.com","bcc@shop.example"]"#.into()));
            s.work(38.0);
            s.close();
            if s.chance(4) {
                s.fail(&TEMPLATE_MISSING);
            }
        });
    });
    s.close();
}
