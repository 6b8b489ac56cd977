//! What a viewer must survive: deep chains, every script, and text that would like to drive the terminal.

use super::browse::visitor;
use super::service::{FRONTEND, LOGISTICS, PRICING};
use super::story::Story;
use super::told::Said;

/// How many levels the category tree has.
const LEVELS: usize = 120;

/// Attempts to colour, beep, clear, retitle and write the clipboard, to turn the text around and to break the line.
const HOSTILE: &str = "\u{1b}[31mred\u{1b}[0m \u{1b}[2J\u{7}\u{1b}]0;title\u{7}\u{1b}]52;c;cHduZWQ=\u{7} nul:\u{0} \
    del:\u{7f} c1:\u{9b}1m \u{202e}reversed\u{202c}\r\nsecond line\tafter a tab";

const TREE: &str = "WITH RECURSIVE tree AS (
  SELECT id, parent_id FROM categories WHERE id = $1
  UNION ALL
  SELECT c.id, c.parent_id FROM categories c JOIN tree t ON c.parent_id = t.id
)
SELECT * FROM tree";
const NESTED: &str = r#"{"stars":1,"tags":["tent","水"],"nested":{"a":[1,2.5,null,true,{"b":"\u001b[31m"}]}}"#;

/// Operations in scripts that measure columns differently than bytes or characters.
const NAMES: &[&str] = &[
    "列車時刻表 → 更新",
    "한국어 배송 조회",
    "１２３ ｆｕｌｌ ｗｉｄｔｈ ｶﾅ",
    "👩‍👩‍👧‍👦 family pack 👍🏽",
    "🇹🇼🇩🇪🏴󠁧󠁢󠁳󠁣󠁴󠁿 flags",
    "Zu\u{308}rich cafe\u{301} a\u{323}\u{302}\u{300}",
    "שלום עולם GET /cart",
    "مرحبا بالعالم ١٢٣",
    "क्षत्रिय नमस्ते",
    "zero\u{200b}width\u{200d}join\u{feff}ers",
    "ﷺ ꧅ wide ligatures",
    "a very long operation name that goes on and on until it must be cut, best between 漢字 and not within them",
];

/// `GET /categories`: every level asks for the next.
pub(super) fn category_tree(s: &mut Story) {
    s.serve(&FRONTEND, "GET /categories", |s| {
        visitor(s);
        s.call(&PRICING, "shop.Category/Resolve", |s| {
            for level in 1..=LEVELS {
                s.open(&PRICING, "resolve category");
                s.set("category.level", i64::try_from(level).unwrap_or(0));
                s.work(0.7);
            }
            s.sql("SELECT categories", TREE, 12.0);
            for _ in 1..=LEVELS {
                s.work(0.5);
                s.close();
            }
        });
    });
}

/// `POST /feedback`: somebody has sent us control characters and a very long text.
pub(super) fn feedback(s: &mut Story) {
    s.serve(&FRONTEND, "POST /feedback", |s| {
        visitor(s);
        s.set("feedback.text", HOSTILE);
        s.set("feedback.body", "The tent leaks. 帳篷漏水。 ".repeat(200));
        s.set("feedback.json", Said::Json(NESTED.into()));
        s.set("feedback.attachment", Said::Bytes((0..=255).collect()));
        s.set("feedback.score", f64::NEG_INFINITY);
        s.set("feedback.id", i64::MIN);
        s.set("feedback.empty", "");
        s.event("stored", vec![("where", HOSTILE.into())]);
        s.sql("INSERT feedback", "INSERT INTO feedback (text) VALUES ($1)", 6.0);
    });
}

/// `GET /🌍`: one operation in every script.
pub(super) fn world_tour(s: &mut Story) {
    s.serve(&LOGISTICS, "GET /🌍", |s| {
        s.work(2.0);
        s.pool(4, NAMES.len(), |s, nth| {
            s.span(&LOGISTICS, NAMES[nth], |s| {
                s.set("greeting", NAMES[(nth + 1) % NAMES.len()]);
                s.work(16.0);
            });
        });
    });
}
