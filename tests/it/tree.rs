//! A trace as a tree: what hangs under what, and that it stays quick and shallow on hostile shapes.

mod slices;

use tracetui::model::{Kind, Span, SpanId, Status, Timestamp, TraceId};
use tracetui::query::tree::{Node, Tree};
use tracetui::store::{Store, TraceRef};

use crate::harness::batch;

fn span(id: u64, parent: u64, start: i64) -> Span<'static> {
    Span {
        trace_id: TraceId(1),
        span_id: SpanId(id),
        parent_id: Some(SpanId(parent)),
        service: "cart",
        name: "work",
        start: Timestamp(start),
        duration: 10,
        ..Span::default()
    }
}

fn store(spans: &[Span<'_>]) -> Store {
    let mut store = Store::new(1 << 30);
    store.extend(&batch(spans));
    store
}

fn trace(store: &Store) -> TraceRef<'_> {
    store.trace(TraceId(1)).expect("the trace is here")
}

/// One line a row: indented id, service where it is not `cart`, `?` for a placeholder, `~` for a cut circle.
fn picture(spans: &[Span<'_>]) -> Vec<String> {
    let store = store(spans);
    let trace = trace(&store);
    let line = |row: &tracetui::query::tree::TreeRow| {
        let indent = "  ".repeat(row.depth as usize);
        let cut = if row.cycle { "~" } else { "" };
        match row.node {
            Node::Missing(id) => format!("{indent}?{}", id.0),
            Node::Span(idx) => {
                let span = trace.span(idx).expect("rows point into the trace");
                let service = if span.service() == "cart" { String::new() } else { format!(" {}", span.service()) };
                format!("{indent}{cut}{}{service}", span.span_id().0)
            }
        }
    };
    Tree::build(trace).rows.iter().map(line).collect()
}

#[test]
fn siblings_are_ordered_by_start_then_longer_first_then_names() {
    let long = Span { duration: 99, ..span(4, 1, 2) };
    let named = Span { name: "a", ..span(5, 1, 2) };
    let spans = [span(3, 1, 2), span(2, 1, 5), span(1, 0, 0), long, named];
    assert_eq!(picture(&spans), ["1", "  4", "  5", "  3", "  2"]);
}

#[test]
fn orphans_hang_under_a_placeholder_that_stands_where_they_start() {
    let spans = [span(5, 9, 4), span(6, 9, 2), span(1, 0, 1), span(2, 0, 3)];
    assert_eq!(picture(&spans), ["1", "?9", "  6", "  5", "2"]);
}

#[test]
fn the_server_half_of_a_shared_id_hangs_under_the_client_half() {
    let client = Span { kind: Kind::Client, ..span(2, 1, 1) };
    let server = Span { kind: Kind::Server, service: "pay", ..span(2, 1, 2) };
    let below = Span { service: "pay", ..span(3, 2, 3) };
    let local = span(4, 2, 4);
    let foreign = Span { service: "bank", ..span(5, 2, 5) };
    let spans = [foreign, below, server, local, client, span(1, 0, 0)];
    assert_eq!(picture(&spans), ["1", "  2", "    2 pay", "      3 pay", "      5 bank", "    4"]);
}

#[test]
fn circles_are_cut_at_their_first_member_and_lose_nobody() {
    let spans = [span(1, 1, 5), span(2, 3, 2), span(3, 4, 1), span(4, 2, 3), span(5, 4, 9)];
    assert_eq!(picture(&spans), ["~3", "  2", "    4", "      5", "~1"]);
}

#[test]
fn errors_below_and_subtrees_add_up() {
    let error = |id, parent| Span { status: Status::Error, ..span(id, parent, 0) };
    let store = store(&[error(1, 0), error(2, 1), span(3, 2, 0), error(4, 3), span(5, 1, 1)]);
    let rows = Tree::build(trace(&store)).rows;
    let numbers: Vec<_> = rows.iter().map(|row| (row.subtree, row.errors_below, row.last)).collect();
    assert_eq!(numbers, [(5, 2, true), (3, 1, false), (2, 1, true), (1, 0, true), (1, 0, true)]);
}

#[test]
fn a_row_is_found_by_its_span() {
    let store = store(&[span(2, 1, 1), span(3, 9, 0), span(1, 0, 2)]);
    let trace = trace(&store);
    let tree = Tree::build(trace);
    for span in trace.spans() {
        let row = tree.row_of(Node::Span(span.idx())).expect("every span has a row");
        assert_eq!(tree.rows.get(row as usize).map(|row| row.node), Some(Node::Span(span.idx())));
    }
}

#[test]
fn a_chain_of_a_hundred_thousand_spans_is_walked_without_a_stack() {
    let spans: Vec<_> = (1..=100_000).map(|id| span(id, id - 1, 0)).collect();
    let store = store(&spans);
    let tree = Tree::build(trace(&store));
    assert_eq!(tree.rows.last().map(|row| row.depth), Some(99_999));
    assert_eq!(tree.rows.first().map(|row| row.subtree), Some(100_000));
}

#[test]
fn a_circle_of_a_hundred_thousand_spans_is_cut_once() {
    let spans: Vec<_> = (1..=100_000).map(|id| span(id, id % 100_000 + 1, 0)).collect();
    let store = store(&spans);
    let tree = Tree::build(trace(&store));
    assert_eq!((tree.cycles, tree.rows.len()), (1, 100_000));
    assert_eq!(
        tree.rows.first().map(|row| (row.node, row.cycle)),
        Some((Node::Span(tracetui::store::SpanIdx(0)), true))
    );
}

#[test]
fn one_id_shared_by_thousands_of_services_stays_quick() {
    let names: Vec<String> = (0..5_000).map(|n| format!("service-{n}")).collect();
    let spans: Vec<_> = names.iter().map(|name| Span { service: name, ..span(7, 0, 0) }).collect();
    let children = names.iter().zip(100..).map(|(name, id)| Span { service: name, ..span(id, 7, 1) });
    let store = store(&spans.iter().cloned().chain(children).collect::<Vec<_>>());
    let tree = Tree::build(trace(&store));
    assert_eq!(tree.rows.iter().filter(|row| row.depth == 1).count(), 5_000);
    assert!(tree.rows.iter().all(|row| row.subtree <= 2), "each child hangs under its own service's span");
}

#[test]
fn children_of_a_shared_id_hang_under_the_shortest_copy_that_holds_them_else_the_nearest() {
    let copy = |start: i64, duration: u64, name| Span { start: Timestamp(start), duration, name, ..span(7, 0, 0) };
    let child = |id: u64, start: i64| span(id, 7, start);
    // Apart by name where they overlap.
    let spans = [
        copy(0, 1_000_000, "long"),
        copy(100_000, 50_000, "short"),
        copy(5_000_000, 10, "late"),
        child(11, 120_000),
        child(12, 500_000),
        child(13, 1_500_000),
        child(14, 4_900_000),
    ];
    let expected = ["7", "  12", "7", "  11", "  13", "7", "  14"];
    assert_eq!(picture(&spans), expected);
    let mut turned = spans.clone();
    turned.reverse();
    assert_eq!(picture(&turned), expected);
}
