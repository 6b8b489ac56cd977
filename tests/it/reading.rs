//! Large files: by several threads as by one, stopped on the way, and changing while they are read.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use tracetui::model::{Problem, SourceState, SpanBatch, Timestamp};
use tracetui::source::file::{Input, Reader};

/// So large that several threads read it.
const LARGE: usize = 9 << 20;

/// What stands before a trace id.
const ID: &str = "\"trace_id\": \"0x";

/// Captures one after the other until it is large, each copy with trace ids of its own.
fn large(folder: &Path) -> (PathBuf, String) {
    let captures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/formats/console");
    let names = ["py-mixed-logs-1.27.0.txt", "py-sdk-1.45.2.rich.console.txt", "py-sdk-1.0.0.hello.compact.jsonl"];
    let capture: String =
        names.into_iter().map(|name| fs::read_to_string(captures.join(name)).expect("a capture") + "\n").collect();
    let mut text = String::new();
    for n in 0.. {
        if text.len() > LARGE {
            break;
        }
        let mut parts = capture.split(ID);
        text += parts.next().unwrap_or_default();
        for part in parts {
            text.extend([ID, &format!("{n:04x}"), part.get(4..).unwrap_or_default()]);
        }
        text += "a line of text\n";
    }
    let path = folder.join("large.log");
    fs::write(&path, &text).expect("a file");
    (path, text)
}

/// Everything that was found, and the state at the end.
#[derive(Debug, Default, PartialEq)]
struct Read {
    spans: Vec<String>,
    lines: Vec<String>,
    problems: Vec<String>,
    state: SourceState,
}

impl Read {
    fn take(&mut self, batch: &SpanBatch) {
        self.spans.extend(batch.spans.iter().map(|row| format!("{:?} {:?}", row.trace_id, batch.str(row.name))));
        self.lines.extend(batch.lines.iter().map(|line| format!("{line:?}")));
        // When they came is all that may differ.
        let timeless = batch.problems.iter().cloned().map(|problem| Problem { time: Timestamp::default(), ..problem });
        self.problems.extend(timeless.map(|problem| format!("{problem:?}")));
    }

    fn tells(&self, what: &str) -> bool {
        self.problems.iter().filter(|problem| problem.contains(what)).count() == 1
    }
}

/// Reads it; `meanwhile` happens after each batch.
fn read(path: &Path, threads: usize, mut meanwhile: impl FnMut(&Reader)) -> Read {
    let reader = Reader::new(vec![Input::Path(path.to_owned())], None).with_threads(threads);
    let mut read = Read::default();
    reader.read(|batch| {
        read.take(batch);
        meanwhile(&reader);
        true
    });
    assert!(reader.is_finished());
    assert_eq!(reader.spans(), read.spans.len() as u64);
    let status = reader.statuses().next().expect("one file");
    read.state = status.state;
    read
}

fn once(mut what: impl FnMut()) -> impl FnMut(&Reader) {
    let mut is_done = false;
    move |_| {
        if !std::mem::replace(&mut is_done, true) {
            what();
        }
    }
}

#[test]
fn a_large_file_is_the_same_to_one_thread_and_to_several() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, _) = large(folder.path());
    let one = read(&path, 1, |_| {});
    assert!(one.spans.len() > 5000 && one.lines.len() > 100, "{} {}", one.spans.len(), one.lines.len());
    assert_eq!(one.state, SourceState::Done);
    for threads in [2, 3] {
        assert!(one == read(&path, threads, |_| {}), "{threads} threads");
    }
}

#[test]
fn stopping_a_large_file_keeps_what_was_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, _) = large(folder.path());
    let all = read(&path, 2, |_| {}).spans;
    let some = read(&path, 2, Reader::stop);
    assert_eq!(some.state, SourceState::Stopped);
    assert!(!some.spans.is_empty() && some.spans.len() < all.len(), "{} of {}", some.spans.len(), all.len());
    assert!(all.starts_with(&some.spans), "what is kept is the beginning");
}

#[test]
fn a_file_that_shrinks_is_reported_and_its_beginning_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    for threads in [1, 2] {
        let (path, _) = large(folder.path());
        let cut = once(|| OpenOptions::new().write(true).open(&path).expect("the file").set_len(100).expect("shorter"));
        let read = read(&path, threads, cut);
        assert!(!read.spans.is_empty());
        assert!(read.tells("the file shrank while it was read: "), "{:?}", read.problems);
        assert!(matches!(&read.state, SourceState::Failed(reason) if reason.contains("large.log: the file shrank")));
    }
}

#[test]
fn a_file_that_grows_is_read_to_its_new_end_but_not_for_ever() {
    let folder = tempfile::tempdir().expect("a folder");
    let more = fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/formats/console/py-sdk-1.27.0.hello.console.txt"),
    );
    let more = more.expect("a capture").repeat(200);
    for threads in [1, 2] {
        let (path, _) = large(folder.path());
        let all = read(&path, threads, |_| {}).spans.len();
        let mut file = OpenOptions::new().append(true).open(&path).expect("the file");
        let read = read(&path, threads, |_| file.write_all(more.as_bytes()).expect("a longer file"));
        assert!(read.spans.len() > all, "{} and not only {all}", read.spans.len());
        assert!(read.tells("the file grew while it was read, from "), "{:?}", read.problems);
        assert_eq!(read.state, SourceState::Done);
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_is_removed_is_read_to_its_end_and_reported() {
    let folder = tempfile::tempdir().expect("a folder");
    for threads in [1, 2] {
        let (path, _) = large(folder.path());
        let all = read(&path, threads, |_| {}).spans;
        let read = read(&path, threads, once(|| fs::remove_file(&path).expect("no file")));
        assert!(read.spans == all, "{} of {}", read.spans.len(), all.len());
        assert!(read.tells("the file was removed while it was read"), "{:?}", read.problems);
        assert_eq!(read.state, SourceState::Done);
    }
}
