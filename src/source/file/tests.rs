//! Real files in a temporary folder.

use std::path::Path;

use super::*;

fn read(folder: &Path, files: &[(&str, &str)]) -> (Reader, Vec<String>) {
    let mut inputs = Vec::new();
    for (name, text) in files {
        std::fs::write(folder.join(name), text).expect("a file");
        inputs.push(Input::Path(folder.join(name)));
    }
    let reader = Reader::new(inputs, None);
    let mut services = Vec::new();
    reader.read(|batch| {
        let origins = batch.lines.iter().map(|line| &line.origin);
        assert!(origins.into_iter().all(|origin| origin.starts_with(&folder.display().to_string())));
        services.extend(batch.spans.iter().map(|span| batch.str(batch.service(span)).to_owned()));
        true
    });
    (reader, services)
}

#[test]
fn an_input_without_spans_says_what_it_holds() {
    let folder = tempfile::tempdir().expect("a folder");
    let (reader, _) = read(folder.path(), &[("app.log", "hello\nworld\n{\"a\":1}\n"), ("nothing.json", "")]);
    let empty = reader.empty();
    let start = format!("no spans in {}", folder.path().join("app.log").display());
    assert!(empty[0].starts_with(&start), "{empty:?}");
    assert!(empty[0].contains(": 2 lines of text and 1 JSON object that is not a span; try: "), "{empty:?}");
    assert_eq!(empty[1], format!("{} is empty", folder.path().join("nothing.json").display()));
    assert!(reader.failures().is_empty());
}

#[test]
fn inputs_that_cannot_be_read_say_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let inputs = vec![Input::Path(folder.path().join("gone.json")), Input::Path(folder.path().to_owned())];
    let reader = Reader::new(inputs, None);
    reader.read(|_| true);
    let failures = reader.failures();
    assert!(failures[0].contains("gone.json: no such file; try: "), "{failures:?}");
    assert!(failures[1].contains(" is a directory without files; try: "), "{failures:?}");
    assert!(reader.is_finished());
}

#[test]
fn stopping_keeps_what_was_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.txt");
    std::fs::write(&path, "hello\n").expect("a file");
    let reader = Reader::new(vec![Input::Path(path)], None);
    reader.stop();
    reader.read(|_| true);
    let states: Vec<_> = reader.statuses().map(|status| status.state).collect();
    assert_eq!(states, [SourceState::Stopped]);
}
