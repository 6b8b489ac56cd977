//! A search says what a look at every text of every span says, whatever is searched for and whatever happened before.

use proptest::prelude::*;
use tracetui::model::{Attribute, Span, SpanBatch, SpanId, TraceId, Value};
use tracetui::store::{Search, Store, TraceRef, lower};

use super::spans::{batch, seeds};

/// The slow way.
fn shows(trace: TraceRef<'_>, word: &str) -> bool {
    trace.spans().any(|span| span.any_text(&mut |text| text.chars().flat_map(lower).collect::<String>().contains(word)))
}

/// A span with texts that no other span has, so that they are kept in its record.
fn push(batch: &mut SpanBatch, at: usize, text: &str, number: i64) {
    let long = format!("{text} {at} and so on, beyond what is worth keeping once for all spans of all traces");
    let values = [Value::Str(&long), Value::Json(text), Value::Bytes(text.as_bytes()), Value::Int(number)];
    let keys = ["url", "body", "raw", "size"];
    let attributes = keys.into_iter().zip(values).map(|(key, value)| Attribute { key, value }).collect();
    batch.push(&Span {
        trace_id: TraceId(at as u128 % 3),
        span_id: SpanId(at as u64 % 40),
        duration: at as u64,
        service: "cart",
        status_message: text,
        attributes,
        ..Span::default()
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn a_search_finds_what_is_there_and_nothing_else(
        seeds in seeds(30),
        texts in prop::collection::vec(("[a-kA-K0-9 ~.ßÄ\u{212a}\u{130}]{0,6}", -200_i64..2_000), 0..60),
        words in prop::collection::vec("[a-k0-9.~ßä-]{1,3}|get|select|true|order|1\\.21|na", 1..8),
        budget in prop_oneof![Just(1_u64 << 30), 4_000_u64..30_000],
    ) {
        let mut searches: Vec<_> = words.iter().map(|word| (word, Search::new(word))).collect();
        let mut store = Store::new(budget);
        for (part, (at, (text, number))) in texts.iter().enumerate().enumerate().map(|(part, text)| (part % 7, text)) {
            let mut batch = SpanBatch::default();
            push(&mut batch, at, text, *number);
            store.extend(&batch);
            if part == 3 {
                for (_, search) in &mut searches {
                    search.refresh(&store);
                }
            }
        }
        store.extend(&batch(&seeds));
        for (word, search) in &mut searches {
            let stale: Vec<_> = store.traces().map(|trace| trace.contains(search)).collect();
            search.refresh(&store);
            for (trace, stale) in store.traces().zip(stale) {
                let wanted = shows(trace, word);
                prop_assert_eq!((stale, trace.contains(search)), (wanted, wanted), "{}", word);
            }
        }
    }
}
