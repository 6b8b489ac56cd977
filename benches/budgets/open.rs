//! Rows `open-*`: a console capture from a file to the store, against serde parsing the same objects and nothing more.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tracetui::source::channel;
use tracetui::source::file::{Input, Reader};
use tracetui::store::Store;

use crate::console::{Capture, Span, capture};
use crate::measure::{Ask, Row, cpu_of, median, ms, versus, wall_of};
use crate::process::Pty;

/// All rows, from one file.
pub(crate) fn open(ask: &Ask) {
    let capture = capture(ask.size(200_000_000, 8_000_000));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("console.log");
    std::fs::write(&path, &capture.text).expect("room for a file");
    let spans = capture.objects.len() as u64;
    let rounds = ask.size(5, 3);
    if ask.wants("open-1") {
        let ours = || cpu_of(|| read_here(&path, spans));
        let [reference, ours, ratio] = versus(rounds, || cpu_of(|| parse(&capture)), ours);
        print(ask, "open-1-thread", &capture, [reference, ours, ratio], (1.0, ">=1.0x"));
    }
    if ask.wants("open-2") {
        let ours = || wall_of(|| read_apart(&path, spans));
        let [reference, ours, ratio] = versus(rounds, || wall_of(|| parse(&capture)), ours);
        print(ask, "open-2-threads", &capture, [reference, ours, ratio], (1.6, ">=1.6x"));
    }
    if ask.wants("open-first") {
        first(ask, &path);
    }
}

fn print(ask: &Ask, name: &str, capture: &Capture, [reference, ours, ratio]: [f64; 3], (least, goal): (f64, &str)) {
    let speed = |seconds: f64| format!("{:.0}MB/s", capture.text.len() as f64 / seconds / 1e6);
    let (figure, reference) = (speed(ours), Some(speed(reference)));
    ask.print(&Row { name, figure, reference, ratio: Some(ratio), goal, ok: ratio >= least });
}

fn parse(capture: &Capture) {
    for object in &capture.objects {
        let bytes = capture.text.as_bytes().get(object.clone()).unwrap_or_default();
        let span: Span<'_> = serde_json::from_slice(bytes).expect("a span");
        black_box(&span);
    }
}

/// Reading, decoding and the store on this thread.
fn read_here(path: &Path, spans: u64) {
    let mut store = Store::new(8 << 30);
    Reader::new(vec![Input::Path(path.to_owned())], None).with_threads(1).read(|batch| {
        store.extend(batch);
        true
    });
    assert_eq!(store.totals().spans, spans);
}

/// The reader on threads of its own, the store on this one, as `open` does it.
fn read_apart(path: &Path, spans: u64) {
    let mut store = Store::new(8 << 30);
    let (sender, mut parcels) = channel();
    let reader = Arc::new(Reader::new(vec![Input::Path(path.to_owned())], None));
    reader.start(sender).expect("a thread");
    while let Some(parcel) = parcels.blocking_recv() {
        store.extend(&parcel.batch);
        parcel.recycle();
    }
    assert_eq!(store.totals().spans, spans);
}

/// From the start of the program until a trace of the file is on the screen.
fn first(ask: &Ask, path: &Path) {
    let path: PathBuf = path.to_owned();
    let times: Vec<f64> = (0..ask.size(7, 2))
        .filter_map(|_| {
            let mut pty = Pty::start(&["open", &path.to_string_lossy()])?;
            let shown = pty.wait_for(b"POST /api/v2");
            pty.end();
            shown
        })
        .collect();
    let time = median(&times);
    let (figure, ok) = (ms(time), time <= 0.1);
    ask.print(&Row { name: "open-first", figure, reference: None, ratio: None, goal: "<=100ms", ok });
}
