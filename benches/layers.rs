//! One bench a layer, for day-to-day work: `cargo bench --bench layers`, or `-- tree` for those with that in their name.
//! Compares with the run before; says nothing of budgets.

mod workload;

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use tracetui::ingest::jaeger_thrift;
use tracetui::model::{SpanBatch, Timestamp};
use tracetui::query::filter::Filter;
use tracetui::query::tree::Tree;
use tracetui::store::Store;
use tracetui::tui::{App, Colors, Key, Msg, Options, Work};
use workload::{Datagram, ONE, SPANS, Shape, datagrams, trace};

/// Spans of one trace.
const TRACE: u64 = 20_000;

/// Datagrams of one round.
const DATAGRAMS: usize = 400;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    decode(&mut criterion);
    extend(&mut criterion);
    tree(&mut criterion);
    filter(&mut criterion);
    draw(&mut criterion);
    criterion.final_summary();
}

fn decode(criterion: &mut Criterion) {
    let datagrams = stamped();
    let mut group = criterion.benchmark_group("decode");
    group.throughput(Throughput::Elements((DATAGRAMS * SPANS) as u64));
    let mut batch = SpanBatch::default();
    group.bench_function("jaeger compact", |bencher| {
        bencher.iter(|| {
            for datagram in &datagrams {
                batch.clear();
                jaeger_thrift::decode(&datagram.bytes, &mut batch);
                black_box(&batch);
            }
        });
    });
}

fn extend(criterion: &mut Criterion) {
    let batches = batches();
    let mut group = criterion.benchmark_group("extend");
    group.throughput(Throughput::Elements((DATAGRAMS * SPANS) as u64));
    for (name, budget) in [("new spans", 1 << 30), ("evicting", 1 << 20)] {
        let fill = |mut store: Store| {
            for batch in &batches {
                store.extend(batch);
            }
            store
        };
        group.bench_function(name, |bencher| bencher.iter_batched(|| Store::new(budget), fill, BatchSize::LargeInput));
    }
}

fn tree(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("tree");
    group.throughput(Throughput::Elements(TRACE));
    for shape in [Shape::Bushy, Shape::Wide, Shape::Chain] {
        let mut store = Store::new(1 << 30);
        trace(shape, TRACE, &mut |batch| _ = store.extend(batch));
        let trace = store.trace(ONE).expect("it is there");
        group.bench_function(format!("{shape:?}").to_lowercase(), |bencher| {
            bencher.iter(|| Tree::build(black_box(trace)));
        });
    }
}

fn filter(criterion: &mut Criterion) {
    let mut store = Store::new(1 << 30);
    for batch in batches() {
        store.extend(&batch);
    }
    let mut group = criterion.benchmark_group("filter");
    group.throughput(Throughput::Elements((DATAGRAMS * SPANS) as u64));
    for word in ["gateway", "orders/none"] {
        let filter = Filter::new(word);
        group.bench_function(word.replace('/', " "), |bencher| {
            bencher.iter(|| store.traces().filter(|trace| filter.matches(*trace)).count());
        });
    }
}

fn draw(criterion: &mut Criterion) {
    let area = Rect::new(0, 0, 200, 60);
    let options = Options {
        colors: Colors::True,
        light: false,
        ascii: false,
        memory: 1 << 30,
        utc: true,
        now: Timestamp(1_705_315_000_000_000_000),
        invitation: tracetui::model::Invitation::default(),
    };
    let mut app = App::new(options);
    app.update(Msg::Resize { width: area.width, height: area.height });
    for batch in batches() {
        app.extend(&batch);
    }
    trace(Shape::Bushy, TRACE, &mut |batch| app.extend(batch));
    let mut group = criterion.benchmark_group("draw");
    let mut buffer = Buffer::empty(area);
    for (name, keys) in [("traces", &["g"][..]), ("waterfall", &["s", "s", "s", "s", "g", "enter"])] {
        for key in keys {
            app.update(Msg::Key(Key::parse(key).expect("a key")));
            while app.refresh() == Work::Now {}
        }
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                app.update(Msg::Key(Key::parse("j").expect("a key")));
                app.refresh();
                buffer.reset();
                app.draw(area, &mut buffer);
            });
        });
    }
}

fn stamped() -> Vec<Datagram> {
    let mut all: Vec<Datagram> = datagrams().into_iter().cycle().take(DATAGRAMS).collect();
    for (copy, datagram) in (0..).zip(&mut all) {
        datagram.stamp(copy);
    }
    all
}

fn batches() -> Vec<SpanBatch> {
    let decoded = |datagram: &Datagram| {
        let mut batch = SpanBatch::default();
        jaeger_thrift::decode(&datagram.bytes, &mut batch);
        batch
    };
    stamped().iter().map(decoded).collect()
}
