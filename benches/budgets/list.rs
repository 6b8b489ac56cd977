//! Rows `list-…`: what a key, an order, a letter of a filter and arrivals cost with so many traces of one span: the longest
//! frame of each, against the same with a thousand traces.

use tracetui::model::SpanBatch;
use tracetui::tui::Msg;

use crate::measure::{Ask, Row, cpu_of, ms};
use crate::screen::{NOW, Screen};

/// Spans of a batch.
const BATCH: u64 = 1_000;

/// What is measured: the longest frame of each kind, in seconds.
#[derive(Default)]
struct Frames {
    key: f64,
    sort: f64,
    letter: f64,
    arrival: f64,
}

/// A thousand, and many.
pub(crate) fn list(ask: &Ask) {
    let few = frames(1_000);
    for traces in [300_000, 1_000_000] {
        let many = frames(ask.size(traces, traces / 50));
        let kinds = [
            ("key", many.key, few.key),
            ("sort", many.sort, few.sort),
            ("letter", many.letter, few.letter),
            ("arrival", many.arrival, few.arrival),
        ];
        for (kind, longest, reference) in kinds {
            let name = format!("list-{kind}-{}k", traces / 1_000);
            ask.print(&Row {
                name: &name,
                figure: ms(longest),
                reference: Some(ms(reference)),
                ratio: Some(longest / reference),
                goal: "<=16ms",
                ok: longest <= 0.016,
            });
        }
    }
}

fn frames(traces: u64) -> Frames {
    let mut screen = Screen::new(200, 60);
    let mut batch = SpanBatch::default();
    for first in (0..traces.div_ceil(BATCH)).map(|batch| batch * BATCH) {
        fill(&mut batch, first..first + BATCH.min(traces - first));
        screen.app.extend(&batch);
    }
    screen.settle();
    let mut frames = Frames::default();
    let mut now = NOW;
    let longest = |kind: &mut f64, screen: &mut Screen, keys: &[&str]| {
        for key in keys {
            let pressed = cpu_of(|| screen.press(key));
            *kind = kind.max(pressed + screen.settle());
        }
    };
    longest(&mut frames.key, &mut screen, &["j", "G", "k", "g", "ctrl-d", "v", "v", "tab", "j", "k", "tab"]);
    for _ in 0..10 {
        longest(&mut frames.sort, &mut screen, &["s", "j", "enter"]);
    }
    longest(&mut frames.letter, &mut screen, &["/", "o", "r", "d", "esc"]);
    for round in 0..20 {
        fill(&mut batch, traces + round * BATCH..traces + (round + 1) * BATCH);
        screen.app.extend(&batch);
        now = now.plus(1_000_000_000);
        let first = cpu_of(|| {
            screen.app.update(Msg::Now(now));
        });
        frames.arrival = frames.arrival.max(first + screen.settle());
    }
    frames
}

/// One span for each trace: eight operations of four services, one in fifty fails.
fn fill(batch: &mut SpanBatch, traces: std::ops::Range<u64>) {
    use tracetui::model::{Kind, Span, SpanId, Status, TraceId};
    batch.clear();
    for trace in traces {
        let mixed = trace.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let start = NOW.plus(trace * 1_000_000);
        let duration = 1_000_000 + mixed % 400_000_000;
        let mut span = Span {
            trace_id: TraceId(u128::from(mixed) << 32 | u128::from(trace) | 1 << 100),
            span_id: SpanId(mixed | 1),
            service: ["orders", "cart", "pay", "stock"][(mixed % 4) as usize],
            name: ["GET /", "GET /a", "GET /b", "POST /c", "POST /d", "PUT /e", "GET /f", "GET /g"]
                [(mixed >> 8) as usize % 8],
            start,
            duration,
            kind: Kind::Server,
            ..Span::default()
        };
        if mixed % 50 == 0 {
            span.status = Status::Error;
        }
        batch.push(&span);
    }
}
