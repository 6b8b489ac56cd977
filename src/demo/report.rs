//! The nightly report: one trace of exactly 5,000 spans.

use super::service::{LOGISTICS, PRICING, REPORT};
use super::story::Story;
use super::trouble::DEADLOCK;

/// Spans in the trace, its root included.
const SPANS: usize = 5_000;
/// Spans of one page of orders, itself included.
const PAGE: usize = 40;
const REGIONS: &[&str] = &[
    "Berlin",
    "臺北",
    "São Paulo",
    "Oslo",
    "Nairobi",
    "Zürich",
    "大阪",
    "Lima",
    "Hanoi",
    "Łódź",
    "Perth",
    "Québec",
    "서울",
    "Dakar",
    "Kraków",
    "Tartu",
    "高雄",
    "Izmir",
    "Lagos",
    "Malmö",
    "Bogotá",
    "Pune",
    "Riga",
    "Osaka",
];
const LINES: &str = "SELECT l.sku, l.quantity, l.amount FROM order_lines l WHERE l.order_id = $1";

/// Regions in parallel, pages in turn, and in each page every order on its own.
pub(super) fn nightly(s: &mut Story) {
    s.open(&REPORT, "nightly-report");
    s.set("job.schedule", "0 3 * * *");
    s.set("job.regions", i64::try_from(REGIONS.len()).unwrap_or(0));
    s.sql("SELECT regions", "SELECT id, name FROM regions ORDER BY name", 6.0);
    // What is left for the regions, after the last query and the file.
    let budget = SPANS - s.len() - 1;
    let (share, rest) = (budget / REGIONS.len(), budget % REGIONS.len());
    s.pool(6, REGIONS.len(), |s, nth| region(s, REGIONS[nth], share + usize::from(nth < rest)));
    s.span(&REPORT, "write report.parquet", |s| {
        s.set("file.size", 48_211_904);
        s.event("uploaded", vec![("url", "s3://reports/2024-06-30.parquet".into())]);
        s.work(60.0);
    });
    s.close();
}

/// One region, in exactly `spans` spans.
fn region(s: &mut Story, name: &'static str, spans: usize) {
    s.span(&REPORT, format!("region {name}"), |s| {
        let mut left = spans - 1;
        while left > 0 {
            let page = left.min(PAGE);
            left -= page;
            s.span(&REPORT, "page of orders", |s| orders(s, page - 1));
        }
    });
}

fn orders(s: &mut Story, n: usize) {
    for nth in 0..n {
        match nth % 8 {
            6 => s.span(&PRICING, "convert currency", |s| s.work(0.5)),
            7 => s.span(&LOGISTICS, "運費", |s| s.work(0.8)),
            _ => s.sql_with("SELECT order_lines", LINES, |s| {
                s.work(1.5);
                if s.world.rng.below(900) == 0 {
                    s.fail(&DEADLOCK);
                }
            }),
        }
    }
}
