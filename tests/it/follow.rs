//! Files that are followed: what is appended comes, whatever becomes of the file meanwhile.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tracetui::model::SourceState;
use tracetui::source::file::{Input, Reader};

/// A span of Node's console: text over several lines.
fn span(n: u32) -> String {
    format!(
        "{{\n  traceId: '{n:032x}',\n  name: 's{n}',\n  id: '{n:016x}',\n  kind: 0,\n  timestamp: 1,\n  duration: 2\n}}\n"
    )
}

fn append(path: &Path, text: &str) {
    let mut file = OpenOptions::new().append(true).create(true).open(path).expect("a file");
    file.write_all(text.as_bytes()).expect("written");
}

/// Follows a file; the names of spans as they come.
fn followed(path: &Path) -> (Arc<Reader>, Receiver<String>, Arc<Mutex<Vec<String>>>) {
    let reader = Arc::new(Reader::new(vec![Input::Path(path.to_owned())], None).following(true));
    let (sender, names) = channel();
    let (reading, problems) = (Arc::clone(&reader), Arc::new(Mutex::new(Vec::new())));
    let told = Arc::clone(&problems);
    std::thread::spawn(move || {
        reading.read(|batch| {
            told.lock().expect("no panic").extend(batch.problems.iter().map(|problem| problem.reason.clone()));
            batch.spans.iter().all(|row| sender.send(batch.span(row).name.to_owned()).is_ok())
        });
    });
    (reader, names, problems)
}

fn next(names: &Receiver<String>) -> String {
    names.recv_timeout(Duration::from_secs(30)).expect("a span")
}

#[test]
fn what_is_appended_comes_and_half_a_span_waits_for_its_rest() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("app.log");
    append(&path, &format!("starting\n{}", span(1)));
    let (reader, names, problems) = followed(&path);
    assert_eq!(next(&names), "s1");
    let text = span(2);
    let (first, rest) = text.split_at(40);
    append(&path, first);
    append(&path, rest);
    assert_eq!(next(&names), "s2");
    for n in 3..6 {
        append(&path, &span(n));
        assert_eq!(next(&names), format!("s{n}"));
    }
    let status = reader.statuses().next().expect("one input");
    assert!(matches!(status.state, SourceState::Following | SourceState::Reading { .. }), "{status:?}");
    assert_eq!((status.spans, status.lines, &*status.protocol), (5, 1, "node"));
    assert!(!reader.is_finished() && reader.failures().is_empty() && reader.empty().is_empty());
    reader.stop();
    assert!(problems.lock().expect("no panic").is_empty());
}

#[test]
fn a_file_that_is_truncated_rotated_or_made_anew_is_read_from_its_beginning() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("app.log");
    append(&path, &[span(1), span(2)].concat());
    let (reader, names, _) = followed(&path);
    assert_eq!([next(&names), next(&names)], ["s1", "s2"]);
    // Truncated in place, as `> app.log` does.
    File::create(&path).expect("a file");
    append(&path, &span(3));
    assert_eq!(next(&names), "s3");
    // Rotated: what is still written to the old file comes too.
    std::fs::rename(&path, folder.path().join("app.log.1")).expect("renamed");
    append(&folder.path().join("app.log.1"), &span(4));
    assert_eq!(next(&names), "s4");
    append(&path, &span(5));
    assert_eq!(next(&names), "s5");
    // Removed and made anew.
    std::fs::remove_file(&path).expect("removed");
    append(&path, &[span(6), span(7)].concat());
    assert_eq!([next(&names), next(&names)], ["s6", "s7"]);
    assert_eq!(reader.statuses().next().map(|status| status.spans), Some(7));
    reader.stop();
}

#[test]
fn a_file_that_is_not_there_yet_is_waited_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("later.log");
    let (reader, names, problems) = followed(&path);
    while problems.lock().expect("no panic").is_empty() {
        std::thread::yield_now();
    }
    append(&path, &span(1));
    assert_eq!(next(&names), "s1");
    assert_eq!(*problems.lock().expect("no panic"), ["no such file yet; it is read as soon as it can be"]);
    reader.stop();
}

#[test]
fn follow_says_what_it_is_not_for() {
    let piped = crate::process::run(&["open", "--follow", "-"]);
    assert_eq!(piped.code, Some(2));
    assert!(piped.stderr.contains("a pipe is followed anyway"), "{}", piped.stderr);
    let blind = crate::process::run(&["open", "--follow", "assets/hello.json"]);
    assert_eq!(blind.code, Some(2));
    assert!(blind.stderr.contains("--follow needs a terminal"), "{}", blind.stderr);
}
