//! How grave a line of output is, as far as the line itself says: a word in capitals near its beginning (`12:00:01 WARN …`,
//! `[error]`), or a member of a structured line (`level=warn`, `"level":"error"`, pino's `"level":50`).

use crate::model::Severity;

/// Loggers put the level near the beginning of a line.
const NEAR: usize = 120;

/// Keys of structured lines.
const KEYS: &[&str] = &["level", "lvl", "severity", "levelname", "loglevel", "severity_text", "log.level"];

/// The severity of a line.
pub(crate) fn severity(line: &str) -> Severity {
    let near = (0..=NEAR.min(line.len())).rev().find(|at| line.is_char_boundary(*at)).unwrap_or_default();
    let head = line.get(..near).unwrap_or_default();
    let is_structured = head.contains(['{', '=']);
    let member = is_structured.then(|| member(line)).flatten();
    member.or_else(|| word(head)).unwrap_or_else(|| begins(line))
}

/// The first word in capitals that names a level, or one in brackets in any case.
fn word(head: &str) -> Option<Severity> {
    let mut before = ' ';
    let mut rest = head;
    while let Some(start) = rest.find(|char: char| char.is_ascii_alphabetic()) {
        before = rest.get(..start).and_then(|gap| gap.chars().next_back()).unwrap_or(before);
        let from = rest.get(start..)?;
        let end = from.find(|char: char| !(char.is_ascii_alphanumeric() || char == '_')).unwrap_or(from.len());
        let (word, after) = from.split_at(end);
        let is_bracketed = matches!(before, '[' | '<' | '(') && matches!(after.chars().next(), Some(']' | '>' | ')'));
        // Go's glog and .NET's console write `info:` and `fail:` at the beginning of the line.
        let is_first = rest.len() == head.len() && start == 0 && after.starts_with(':');
        let is_capital = word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_uppercase());
        if (is_capital || is_bracketed || is_first)
            && let Some(severity) = Severity::parse(word).or_else(|| dotnet(word).filter(|_| is_first))
        {
            return Some(severity);
        }
        before = word.chars().next_back()?;
        rest = after;
    }
    None
}

/// What .NET's console logger writes at the beginning of a line.
fn dotnet(word: &str) -> Option<Severity> {
    let words = [
        ("trce", Severity::TRACE),
        ("dbug", Severity::DEBUG),
        ("info", Severity::INFO),
        ("warn", Severity::WARN),
        ("fail", Severity::ERROR),
        ("crit", Severity::FATAL),
    ];
    words.iter().find(|(known, _)| *known == word).map(|(_, severity)| *severity)
}

/// The value of a key that says the level.
fn member(line: &str) -> Option<Severity> {
    KEYS.iter().find_map(|key| {
        let mut from = 0;
        while let Some(at) = line.get(from..)?.find(key) {
            let (start, end) = (from + at, from + at + key.len());
            from = end;
            let before = line.get(..start)?.chars().next_back();
            let is_key = before.is_none_or(|char| matches!(char, '"' | ' ' | ',' | '{' | '\'' | '\t'));
            let value = line.get(end..)?.trim_start_matches(['"', '\'']);
            let Some(value) = value.trim_start().strip_prefix(['=', ':']).filter(|_| is_key) else { continue };
            let value = value.trim_start_matches([' ', '"', '\'']);
            let end = value.find(|char: char| !char.is_ascii_alphanumeric()).unwrap_or(value.len());
            let value = value.get(..end)?;
            if let Some(severity) = Severity::parse(value).or_else(|| numbered(value)) {
                return Some(severity);
            }
        }
        None
    })
}

/// Levels as pino and bunyan number them.
fn numbered(value: &str) -> Option<Severity> {
    Some(match value {
        "10" => Severity::TRACE,
        "20" => Severity::DEBUG,
        "30" => Severity::INFO,
        "40" => Severity::WARN,
        "50" => Severity::ERROR,
        "60" => Severity::FATAL,
        _ => return None,
    })
}

/// What a program writes that nobody caught.
fn begins(line: &str) -> Severity {
    let starts = ["Traceback (most recent call last)", "panic: ", "Exception in thread ", "Uncaught "];
    let is_panic = line.starts_with("thread '") && line.contains("panicked at");
    let is_thrown = is_panic || starts.iter().any(|start| line.starts_with(start));
    if is_thrown { Severity::ERROR } else { Severity::UNSPECIFIED }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loggers_of_all_kinds_are_understood() {
        let long = "é".repeat(200);
        let said = [
            ("2026-11-22 10:00:00,123 INFO shop.orders order 7 accepted", Severity::INFO),
            ("WARNING:root:acquirer slow", Severity::WARN),
            ("[2026-11-22 10:00:00] [error] [client ::1] not found", Severity::ERROR),
            ("E1122 10:00:00.1 main.go:3] ERROR no", Severity::ERROR),
            ("fail: Microsoft.Hosting.Lifetime[14]", Severity::ERROR),
            ("time=2026-11-22T10:00:00Z level=warn msg=\"an ERROR later\"", Severity::WARN),
            (r#"{"msg":"the level of ERROR","level":"debug"}"#, Severity::DEBUG),
            (r#"{"level":50,"time":1,"msg":"declined"}"#, Severity::ERROR),
            ("Traceback (most recent call last):", Severity::ERROR),
            ("thread 'main' panicked at src/main.rs:2:5:", Severity::ERROR),
            ("panic: runtime error: index out of range", Severity::FATAL),
            (" * Running on http://127.0.0.1:5000", Severity::UNSPECIFIED),
            ("127.0.0.1 - - \"GET /error HTTP/1.1\" 200", Severity::UNSPECIFIED),
            ("an error that is only told of", Severity::UNSPECIFIED),
            ("", Severity::UNSPECIFIED),
            (long.as_str(), Severity::UNSPECIFIED),
        ];
        for (line, severity) in said {
            assert_eq!(super::severity(line), severity, "{line}");
        }
    }
}
