//! The command line as scripts see it: exit codes, help, one-line errors.

use crate::process::{run, run_with};

/// The one line on standard error of a run that fails with this code.
fn error(arguments: &[&str], code: i32) -> String {
    let run = run(arguments);
    assert_eq!(run.code, Some(code), "{arguments:?}: {}", run.stderr);
    assert_eq!(run.stdout, "", "{arguments:?}");
    let lines: Vec<&str> = run.stderr.lines().collect();
    assert_eq!(lines.len(), 1, "{arguments:?}: {lines:?}");
    lines[0].to_owned()
}

#[test]
fn without_arguments_there_is_help() {
    let run = run(&[]);
    assert_eq!(run.code, Some(0));
    for command in ["listen", "open", "print", "export", "demo", "keys"] {
        assert!(run.stdout.lines().any(|line| line.trim_start().starts_with(command)), "{command}: {}", run.stdout);
    }
    assert_eq!(run.stderr, "");
}

#[test]
fn a_file_or_a_pipe_alone_is_opened() {
    let opened = run(&["open", "assets/hello.json"]).stdout;
    assert!(opened.contains("foo"), "{opened}");
    let text = std::fs::read_to_string("assets/hello.json").expect("the file");
    for run in [run(&["assets/hello.json"]), run(&["--ascii", "assets/hello.json"]), run_with(&[], &text)] {
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        assert!(run.stdout.lines().next() == opened.lines().next(), "{}", run.stdout);
    }
    assert!(error(&["no-such-file.json"], 2).contains("unrecognized subcommand"));
}

#[test]
fn every_command_has_help() {
    for command in ["listen", "open", "print", "export", "demo", "keys"] {
        let run = run(&[command, "--help"]);
        assert_eq!(run.code, Some(0));
        assert!(run.stdout.contains(&format!("Usage: tracetui {command}")), "{}", run.stdout);
    }
}

#[test]
fn a_wrong_command_line_is_told_in_one_line_with_code_2() {
    let line = error(&["listen", "--sans", "3"], 2);
    assert!(line.starts_with("error: unexpected argument '--sans' found"), "{line}");
    assert!(line.ends_with("; try: tracetui listen --help"), "{line}");
    assert!(error(&["fly"], 2).starts_with("error: unrecognized subcommand 'fly'"));
    let line = error(&["listen", "localhost"], 2);
    assert!(line.contains("does not end in a port number; try: :6831"), "{line}");
    assert!(error(&["export", "--to", "pdf"], 2).contains("jsonl, text"));
    assert!(error(&["listen", "--headless", "--for", "soon"], 2).contains("not a time; try: 5s or 2m"));
}

#[test]
fn a_busy_port_is_told_with_what_to_do() {
    let taken = std::net::UdpSocket::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("an address").to_string();
    let line = error(&["listen", "--headless", &address], 3);
    let start = format!("error: udp {address} is in use; is a jaeger agent running? try: tracetui listen :");
    assert!(line.starts_with(&start), "{line}");
}

#[test]
fn input_that_cannot_be_read_is_told_with_code_3() {
    for command in [&["print"][..], &["open"], &["export", "--to", "jsonl"]] {
        let line = error(&[command, &["/no/such/file"]].concat(), 3);
        assert!(line.starts_with("error: /no/such/file: no such file; try: "), "{line}");
        let folder = tempfile::tempdir().expect("a folder");
        let name = folder.path().display().to_string();
        let line = error(&[command, &[&*name]].concat(), 3);
        assert!(line.starts_with(&format!("error: {name} is a directory without files; try: ")), "{line}");
        assert_eq!(error(command, 3), "error: stdin is empty");
    }
}

#[test]
fn input_without_spans_says_what_was_found() {
    let run = run_with(&["print", "-"], "hello\nworld\n{\"a\": 1}\n");
    assert_eq!(run.code, Some(3));
    let start = "error: no spans in stdin: 2 lines of text and 1 JSON object that is not a span; try: ";
    assert!(run.stderr.starts_with(start), "{}", run.stderr);
}

#[test]
fn a_file_that_is_not_there_is_told_before_anything_is_received() {
    let line = error(&["listen", "--headless", "127.0.0.1:0", "--for", "60s", "--open", "nothere.jsonl"], 3);
    assert!(line.contains("nothere.jsonl: no such file"), "{line}");
}

#[test]
fn a_listener_needs_a_terminal_or_headless() {
    assert!(error(&["listen", ":0"], 2).ends_with("try: tracetui listen --headless"));
}

#[test]
fn keys_are_listed_as_a_table() {
    let run = run(&["keys"]);
    assert_eq!(run.code, Some(0));
    assert!(run.stdout.lines().any(|line| line.starts_with('|') && line.contains("quit")), "{}", run.stdout);
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_error() {
    use std::process::{Command, Stdio};

    let mut child = Command::new(crate::process::BIN)
        .arg("--help")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()));
}

#[test]
fn an_export_onto_its_own_input_reads_it_first() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("self.jsonl");
    let hello = run(&["export", "--to", "jsonl", "assets/hello.json"]).stdout;
    std::fs::write(&path, &hello).expect("a file");
    let name = path.to_string_lossy().into_owned();
    assert_eq!(run(&["export", "--to", "jsonl", &name, "-o", &name]).code, Some(0));
    assert_eq!(std::fs::read_to_string(&path).expect("the file"), hello);
}

#[test]
fn an_export_of_nothing_leaves_what_was_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("precious.jsonl");
    std::fs::write(&path, "precious").expect("a file");
    let run = run(&["export", "--to", "jsonl", "/no/such/file", "-o", &path.to_string_lossy()]);
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    assert_eq!(std::fs::read_to_string(&path).expect("the file"), "precious");
    assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 1, "nothing is left beside it");
}

#[test]
fn a_print_that_does_not_fit_its_budget_says_so() {
    let run = run(&["print", "--memory", "1KiB", "assets/hello.json"]);
    assert_eq!(run.code, Some(3), "{}", run.stdout);
    assert!(run.stderr.contains("did not fit into --memory"), "{}", run.stderr);
}

#[test]
fn print_tells_what_it_could_not_read() {
    let run = run(&["print", "tests/fixtures/formats/console/derived-truncated.txt"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stderr.contains("file ends inside a JSON object"), "{}", run.stderr);
}
