//! The first line of each screen: what matters longest stays longest.

use tracetui::model::{SourceState, SourceStatus};
use tracetui::tui::{Msg, Options};

use crate::harness::{Harness, options, usual_doors};
use crate::sketch::sketch;

const ID: &str = "5b8aa5a2d2c872e8321cf37308d69df2";

fn first_line(harness: &Harness) -> String {
    harness.screen().lines().next().unwrap_or_default().to_owned()
}

fn trace(width: u16) -> String {
    let text = format!(
        "trace {} at 1000\nfrontend POST /checkout/{{id}} 0..500 error \"no\"\n  payment charge 5..60 error \"no\"",
        0x5b8a_a5a2_d2c8_72e8_321c_f373_08d6_9df2_u128
    );
    let mut harness = Harness::new(Options { utc: true, ..options() }, width, 24);
    harness.extend(&sketch(&text));
    first_line(&harness.keys("enter"))
}

#[test]
fn a_trace_tells_its_id_at_every_width_and_cuts_its_name_last() {
    assert!(trace(160).starts_with(&format!(
        " ‹ frontend POST /checkout/{{id}}  {ID}  2 spans  500.0 ms  2✗  2 services  depth 2  20"
    )));
    assert_eq!(trace(80).trim_end(), " ‹ frontend POST /checkout/{id}  5b8aa5a2  2 spans  500.0 ms  2✗  2 services");
    assert_eq!(trace(68).trim_end(), " ‹ frontend POST /checkout/{id}  5b8aa5a2  2 spans  500.0 ms  2✗");
    let narrow = trace(50);
    assert!(narrow.starts_with(" ‹ fr") && narrow.contains("2 spans  500.0 ms  2✗"), "{narrow}");
    // It is cut in the middle, and keeps a third of the line.
    assert!(narrow.contains('…') && narrow.contains("{id}"), "{narrow}");
    let times: Vec<bool> = [80, 100, 120].map(|width| trace(width).matches(':').count() == 2).to_vec();
    assert_eq!(times, [false, true, true], "the time of day comes before the date");
}

fn list(width: u16, sources: Vec<SourceStatus>) -> String {
    let mut harness = Harness::new(options(), width, 24);
    harness.extend(&sketch("a b 0..1\ntrace 2 at 9\na b 0..1"));
    harness.app().update(Msg::Sources(sources));
    first_line(&harness.settled())
}

fn exposed(ports: [u16; 2]) -> Vec<SourceStatus> {
    let door = |(protocol, port): (&str, u16)| SourceStatus {
        protocol: protocol.into(),
        endpoint: format!("0.0.0.0:{port}"),
        exposed: true,
        ..SourceStatus::default()
    };
    let both = ports.map(|port| [("jaeger", port), ("http", port)]);
    both.into_iter().flatten().map(door).collect()
}

#[test]
fn doors_that_all_the_network_can_reach_are_told_before_figures() {
    let line = list(80, exposed([7831, 7832]));
    assert!(line.starts_with(" tracetui  ● jaeger http :7831 :7832 all interfaces "), "{line}");
    assert!(line.trim_end().ends_with("2 traces  LIVE"), "{line}");
    // Without the warning, figures have their half.
    let line = list(80, usual_doors());
    assert!(line.starts_with(" tracetui  ● jaeger otlp zipkin ") && line.contains("2 spans"), "{line}");
}

#[test]
fn losses_and_whether_it_is_live_stay_when_room_is_short() {
    let mut doors = usual_doors();
    doors[0].kernel_drops = Some(12);
    doors[0].malformed = 3;
    doors.push(SourceStatus {
        state: SourceState::Failed("a: no".into()),
        endpoint: "a".into(),
        ..SourceStatus::default()
    });
    let wide = list(160, doors.clone());
    assert!(wide.trim_end().ends_with("malformed 3  unreadable 1  lost 12  LIVE"), "{wide}");
    let narrow = list(44, doors);
    assert!(narrow.trim_end().ends_with("lost 12  LIVE"), "{narrow}");
}

#[test]
fn a_file_is_named_and_its_name_is_cut_in_the_middle() {
    let file = |name: &str, state| SourceStatus {
        endpoint: name.into(),
        protocol: "console".into(),
        state,
        spans: 1,
        ..SourceStatus::default()
    };
    let line = list(80, vec![file("logs/of/today/spans.json", SourceState::Done)]);
    assert!(line.starts_with(" tracetui  ● spans.json "), "{line}");
    let long = format!("{}-of-today.json", "checkout-service".repeat(5));
    let line = list(80, vec![file(&long, SourceState::Stopped)]);
    assert!(line.contains("● checkout") && line.contains("…") && line.contains("-today.json stopped"), "{line}");
}
