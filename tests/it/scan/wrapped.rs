//! Output that other programs have put something before or around: CI, journals, `ts`, process managers, collectors.

use super::{one_line, prefixed, read, span, texts};

/// What stands before a line, given its number.
type Prefix = fn(usize) -> String;

/// A span with what `prefix` says before each line, given the line's number.
fn stamped(name: &str, prefix: impl Fn(usize) -> String) -> Vec<String> {
    span(name).lines().enumerate().map(|(n, line)| format!("{}{line}\n", prefix(n))).collect()
}

#[test]
fn a_span_is_read_behind_whatever_every_line_repeats() {
    let prefixes: [(&str, Prefix); 12] = [
        ("GitHub", |n| format!("2026-11-22T10:00:{n:02}.{:07}Z ", n * 7919)),
        ("docker logs -t", |n| format!("2026-11-22T10:00:00.{}Z ", "123456789".get(n % 5..).unwrap_or("1"))),
        ("compose with times", |n| format!("web-1  | 2026-11-22T10:00:{n:02}Z ")),
        ("swarm", |_| "app.1.abc@node-1    | ".to_owned()),
        ("journal", |n| format!("Nov 22 10:00:{n:02} host python[1234]: ")),
        ("ts %.s", |n| format!("1795344165.{n:06} ")),
        ("ts -s", |n| format!("00:00:{n:02} ")),
        ("concurrently", |_| "[0] ".to_owned()),
        ("parallel --tag", |_| "job 1\t".to_owned()),
        ("cat -n", |n| format!("{:6}\t", n + 1)),
        ("grep -n", |n| format!("{}:", n + 8)),
        ("mail", |_| "> ".to_owned()),
    ];
    for (who, prefix) in prefixes {
        let text = stamped("a", prefix).concat() + &stamped("b", prefix).concat();
        for text in [text.clone(), text.replace('\n', "\r\n")] {
            let read = read(&text);
            assert_eq!(read.spans, ["a", "b"], "{who}: {:?}", read.lines);
            assert!(read.lines.is_empty() && read.problems.is_empty(), "{who}: {:?} {:?}", read.lines, read.problems);
        }
    }
}

#[test]
fn two_processes_behind_times_and_names_are_told_apart() {
    let stamp = |pid: usize| move |n: usize| format!("Nov 22 10:00:{n:02} host app[{pid}]: ");
    let (left, right) = (stamped("left", stamp(7)), stamped("right", stamp(12)));
    let text: String = left.into_iter().zip(right).flat_map(|(a, b)| [a, b]).collect();
    assert_eq!(read(text).spans, ["left", "right"]);
}

#[test]
fn text_behind_the_same_prefix_stays_text_and_knows_the_span_before_it() {
    let text = "10:00:00 start {\n10:00:00 go\n".to_owned() + &prefixed("10:00:01 ", &span("a")) + "10:00:02 done\n";
    let read = read(text);
    assert_eq!(read.spans, ["a"]);
    assert_eq!(texts(&read), ["10:00:00 start {", "10:00:00 go", "10:00:02 done"]);
    assert!(read.batch.lines.last().is_some_and(|line| line.after.is_some()));
}

#[test]
fn a_span_cut_into_the_lines_of_a_collector_is_put_together() {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let wrap = |name: &str, stream: &str| {
        let lines = span(name);
        let line = |line: &str| format!("{{\"log\":{},\"stream\":\"{stream}\"}}\n", quoted(line));
        lines.split_inclusive('\n').map(line).collect::<Vec<_>>()
    };
    let mixed: String =
        wrap("out", "stdout").into_iter().zip(wrap("err", "stderr")).flat_map(|(a, b)| [a, b]).collect();
    let whole = format!("{{\"level\":\"info\",\"message\":{}}}\n", quoted(&one_line("logged")));
    let plain = "{\"level\":\"info\",\"message\":\"nothing\"}\n";
    let read = read(mixed + &whole + plain);
    assert_eq!(read.spans, ["out", "err", "logged"]);
    assert_eq!(texts(&read), [plain.trim_end()]);
}
