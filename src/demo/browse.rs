//! People look around: the short everyday traces, and the cart page with its N+1.

use super::service::{CART, FRONTEND, INVENTORY, PRICING, RECOMMENDATION};
use super::story::Story;
use super::told::Said;
use super::trouble::{DEADLOCK, MODEL_COLD};

const AGENTS: &[&str] = &[
    "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
     Version/17.5 Mobile/15E148 Safari/604.1",
    "shop-app/4.2.1 (Android 14)",
];
const SEARCHES: &[&str] = &[
    "rain jacket",
    "wool socks 42",
    "帳篷 雙人",
    "sleeping bag -20 °C",
    "🏕️ gear",
    "headlamp OR lantern",
    "Größe 44 Wanderschuhe",
];
const STOCK: &str = "SELECT sku, warehouse, on_hand - reserved AS free
FROM stock
WHERE sku = ANY($1) AND warehouse IN (SELECT id FROM warehouses WHERE region = $2)
ORDER BY free DESC";
const CAMPAIGNS: &str = "SELECT * FROM campaigns WHERE now() BETWEEN starts AND ends";
const FIND: &str = "SELECT p.*, ts_rank_cd(p.document, query) AS rank
FROM products p, websearch_to_tsquery($1) query
WHERE query @@ p.document
ORDER BY rank DESC
LIMIT 24";
const PUT: &str = "INSERT INTO cart_items (cart_id, sku, quantity) VALUES ($1, $2, $3)
ON CONFLICT (cart_id, sku) DO UPDATE SET quantity = excluded.quantity";
const PRICE: &str = "SELECT amount, currency, valid_until FROM prices WHERE sku = $1 AND customer_group = $2";

/// What every request from outside says, and the look-up of its session.
pub(super) fn visitor(s: &mut Story) {
    let agent = *s.world.rng.pick(AGENTS);
    let user = s.number(1000, 9999);
    s.set("user_agent.original", agent);
    s.set("enduser.id", format!("u-{user}"));
    s.work(0.6);
    s.redis("GET session", format!("GET session:u-{user}"), 0.7);
}

/// `GET /`: two things at once, then suggestions.
pub(super) fn home(s: &mut Story) {
    s.serve(&FRONTEND, "GET /", |s| {
        visitor(s);
        s.pool(2, 2, |s, nth| {
            if nth == 0 {
                s.call(&PRICING, "shop.Pricing/Campaigns", |s| {
                    s.work(0.8);
                    s.sql("SELECT campaigns", CAMPAIGNS, 7.0);
                });
            } else {
                s.call(&CART, "shop.Cart/Count", |s| {
                    s.redis("HLEN cart", "HLEN cart:items", 0.8);
                    s.work(0.5);
                });
            }
        });
        recommend(s, 18.0);
        s.span(&FRONTEND, "render home.html", |s| {
            s.set("template.cached", true);
            s.work(6.0);
        });
    });
}

/// `GET /product/{id}`: stock, price and neighbours, one after the other.
pub(super) fn product(s: &mut Story) {
    s.serve(&FRONTEND, "GET /product/{id}", |s| {
        let sku = s.number(1000, 9999);
        s.set("shop.sku", format!("{sku}"));
        visitor(s);
        s.call(&INVENTORY, "shop.Inventory/Available", |s| {
            s.redis("GET stock", format!("GET stock:{sku}"), 0.6);
            if s.chance(40) {
                s.event("cache miss", vec![("key", format!("stock:{sku}").into())]);
                s.sql("SELECT stock", STOCK, 9.0);
                s.redis("SET stock", format!("SET stock:{sku} EX 30"), 0.7);
            }
        });
        s.call(&PRICING, "shop.Pricing/Quote", |s| {
            s.work(0.5);
            s.sql("SELECT prices", PRICE, 3.0);
            s.span(&PRICING, "apply discounts", |s| {
                s.set("discount.rules", Said::Json(r#"["spring","member","3-for-2"]"#.into()));
                s.set("discount.ratio", 0.15);
                s.work(1.1);
            });
        });
        recommend(s, 24.0);
        s.pool(4, 4, |s, _| {
            s.call(&PRICING, "shop.Pricing/Quote", |s| s.sql("SELECT prices", PRICE, 3.0));
        });
        s.work(5.0);
    });
}

/// `GET /search`: one heavy query, words of many languages.
pub(super) fn search(s: &mut Story) {
    s.serve(&FRONTEND, "GET /search", |s| {
        let words = *s.world.rng.pick(SEARCHES);
        s.set("url.query", format!("q={words}"));
        visitor(s);
        s.call(&INVENTORY, "shop.Inventory/Search", |s| {
            s.set("search.request", format!(r#"{{"words":"{words}","page":{{"from":0,"size":24}}}}"#));
            s.work(1.0);
            s.sql("SELECT products", FIND, 48.0);
            s.pool(3, 3, |s, nth| {
                s.span(&INVENTORY, format!("facet {}", ["brand", "size", "colour"][nth]), |s| s.work(7.0));
            });
        });
        s.work(4.0);
    });
}

/// `POST /cart/items`.
pub(super) fn cart_add(s: &mut Story) {
    s.serve(&FRONTEND, "POST /cart/items", |s| {
        visitor(s);
        let stored = s.call(&CART, "shop.Cart/Add", |s| {
            s.set("cart.item", r#"{"sku":"8841-XL","quantity":2,"gift":false}"#);
            s.redis("HSET cart", "HSET cart:items 8841-XL 2", 0.9);
            s.redis("EXPIRE cart", "EXPIRE cart:items 1209600", 0.6);
            s.sql_with("INSERT cart_items", PUT, |s| {
                s.work(5.0);
                if s.chance(6) {
                    s.fail(&DEADLOCK);
                }
            });
        });
        if stored {
            s.succeed();
        }
        s.work(1.5);
    });
}

/// `GET /cart`: the price of every item is asked for on its own, one after the other.
pub(super) fn cart_view(s: &mut Story) {
    s.serve(&FRONTEND, "GET /cart", |s| {
        visitor(s);
        let items = s.number(8, 21);
        s.call(&CART, "shop.Cart/Get", |s| {
            s.set("cart.items", items);
            s.redis("HGETALL cart", "HGETALL cart:items", 1.1);
            for _ in 0..items {
                s.sql("SELECT prices", PRICE, 4.5);
            }
            s.span(&CART, "total", |s| {
                let cents = s.number(1_000, 90_000);
                s.set("cart.total", cents as f64 / 100.0);
                s.work(0.4);
            });
        });
        s.call(&INVENTORY, "shop.Inventory/Available", |s| {
            s.set("shop.skus", items);
            s.sql("SELECT stock", STOCK, 11.0);
        });
        s.span(&FRONTEND, "render cart.html", |s| s.work(7.0));
    });
}

/// `GET /config`: nothing but the cache.
pub(super) fn config(s: &mut Story) {
    s.serve(&FRONTEND, "GET /config", |s| {
        s.work(0.3);
        s.redis("MGET flags", "MGET flag:new-checkout flag:dark-mode flag:物流", 0.6);
    });
}

/// `GET /healthz`: one span.
pub(super) fn health(s: &mut Story) {
    s.serve(&FRONTEND, "GET /healthz", |s| s.work(0.2));
}

/// Asks the service whose clock is behind; a failure costs only the suggestions.
fn recommend(s: &mut Story, ms: f64) {
    let ok = s.call(&RECOMMENDATION, "POST /recommend", |s| {
        s.work(1.2);
        s.span(&RECOMMENDATION, "load embeddings", |s| s.work(ms / 3.0));
        s.span(&RECOMMENDATION, "rank", |s| {
            s.set("model.name", "two-tower-2024-05");
            s.set("model.temperature", f64::NAN);
            s.work_noting(ms, "batch ready");
        });
        if s.chance(4) {
            s.fail(&MODEL_COLD);
        }
    });
    if !ok {
        s.event("suggestions left out", Vec::new());
    }
}
