//! People choose when it arrives: the long waterfall with the thirteen couriers, and parcels on their way.

use super::browse::visitor;
use super::service::{CART, FRONTEND, INVENTORY, LOGISTICS, REDIS};
use super::story::Story;
use super::told::Said;
use super::trouble::{ADDRESS_UNKNOWN, REDIS_TIMEOUT};
use crate::model::Kind;

const CUSTOMER: &str = "SELECT c.*, a.* FROM customers c JOIN addresses a ON a.customer_id = c.id WHERE c.id = $1";

/// `GET /delivery/slots`: customer, then couriers one by one, then ten routes at three a time.
pub(super) fn slots(s: &mut Story) {
    s.serve(&FRONTEND, "GET /delivery/slots", offer_slots);
}

/// The same, but the span that kept the cart warm never arrived.
pub(super) fn incomplete_slots(s: &mut Story) {
    s.serve(&FRONTEND, "GET /delivery/slots", |s| {
        offer_slots(s);
        s.open(&CART, "shop.Cart/Refresh");
        s.work(0.4);
        s.span(&CART, "cache 更新 🛒", |s| {
            s.set("cart.items", 3);
            s.redis("HSET cart", "HSET cart:items slot 2024-07-01T09:00", 1.2);
            s.work(22.0);
        });
        s.lose();
    });
}

fn offer_slots(s: &mut Story) {
    visitor(s);
    s.call(&CART, "shop.Cart/Owner", |s| {
        s.work(1.5);
        s.sql_with("SELECT customers", CUSTOMER, |s| {
            s.event("waiting for lock", vec![("lock.holders", Said::Json("[123,456]".into()))]);
            let busy = s.world.load;
            s.work(38.0 * busy);
            s.event("acquired lock", Vec::new());
            s.work(70.0 * busy);
        });
    });
    s.call(&INVENTORY, "shop.Courier/FindNearest", |s| {
        s.set("courier.near", Said::Json(r#"{"lat":25.0339,"lon":121.5645,"km":4}"#.into()));
        s.redis("FindCourierIDs", "GEOSEARCH couriers FROMLONLAT 121.5645 25.0339 BYRADIUS 4 km", 14.0);
        for _ in 0..13 {
            let courier = s.number(10_000, 99_999);
            if s.chance(2) {
                get_courier_too_slow(s, courier);
            }
            s.redis("GetCourier", format!("HGETALL courier:{courier}"), 8.5);
        }
    });
    s.pool(3, 10, |s, _| {
        let courier = s.number(10_000, 99_999);
        s.call(&LOGISTICS, "GET /route", |s| {
            s.set("route.courier", courier);
            s.set("路線.起點", "臺北車站");
            s.work(42.0);
        });
    });
    s.work(2.5);
}

/// The cache does not answer; the caller notes it and asks again.
fn get_courier_too_slow(s: &mut Story, courier: i64) {
    s.open(&REDIS, "GetCourier");
    s.kind(Kind::Client);
    s.set("db.system.name", "redis");
    s.set("db.query.text", format!("HGETALL courier:{courier}"));
    s.wait(25.0);
    s.fail(&REDIS_TIMEOUT);
    s.close();
    s.event("redis timeout, retrying", vec![("courier", courier.into())]);
}

/// `POST /追蹤`: a scanner in the depot reports a parcel.
pub(super) fn tracking(s: &mut Story) {
    s.serve(&LOGISTICS, "POST /追蹤", |s| {
        let parcel = s.number(100_000, 999_999);
        s.set("包裹.編號", format!("TW{parcel}"));
        s.set("scanner.signature", Said::Bytes(vec![0x00, 0x1b, 0x5b, 0xff, 0xfe, 0x80, 0x0a, 0x7f]));
        s.work(1.4);
        s.span(&LOGISTICS, "解析地址", |s| {
            s.work(9.0);
            if s.chance(8) {
                s.fail(&ADDRESS_UNKNOWN);
            }
        });
        s.sql("UPDATE shipments", "UPDATE shipments SET state = $2, seen_at = now() WHERE parcel = $1", 6.0);
        let moved = s.publish("parcels");
        s.consume(moved, &FRONTEND, "parcels process", |s| {
            s.redis("PUBLISH parcel", "PUBLISH parcel:moved", 0.6);
            s.span(&FRONTEND, "push notification 📦", |s| s.work(17.0));
        });
    });
}
