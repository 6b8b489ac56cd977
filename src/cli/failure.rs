//! What went wrong, in lower case, one line each, with what to do; and the exit code that scripts see.

use std::io;

use super::note;

/// Exit code for a wrong command line.
const USAGE: u8 = 2;

/// Exit code for an input that cannot be read or an address that cannot be used.
const INPUT: u8 = 3;

/// Why a command ends early.
#[derive(Debug)]
pub(super) struct Failure {
    code: u8,
    lines: Vec<String>,
}

impl Failure {
    /// The command line is wrong.
    pub(super) fn usage(line: String) -> Self {
        Self { code: USAGE, lines: vec![line] }
    }

    /// Something outside is not as it should be.
    pub(super) fn input(lines: Vec<String>) -> Self {
        Self { code: INPUT, lines }
    }

    /// Output cannot be written.
    pub(super) fn output(name: &str, error: &io::Error) -> Self {
        let text = error.to_string().to_lowercase();
        let reason = text.split(" (os error").next().unwrap_or_default();
        Self::input(vec![format!("cannot write to {name}: {reason}; try: another place")])
    }

    /// The terminal cannot be used.
    pub(super) fn terminal(error: &io::Error) -> Self {
        let text = error.to_string().to_lowercase();
        let reason = text.split(" (os error").next().unwrap_or_default();
        Self::input(vec![format!("no usable terminal: {reason}; try: tracetui print, or tracetui listen --headless")])
    }

    /// Prints it on standard error.
    pub(super) fn tell(&self) {
        for line in &self.lines {
            note(&format!("error: {line}"));
        }
    }

    /// The exit code.
    pub(super) fn code(&self) -> u8 {
        self.code
    }
}

/// Puts what clap says about a wrong command line on one line: its reason, its tip, and where help is.
pub(super) fn one_line(text: &str) -> String {
    let usage = text.lines().find_map(|line| line.strip_prefix("Usage: tracetui ")).unwrap_or_default();
    let command = usage.split_whitespace().next().filter(|word| word.chars().all(|char| char.is_ascii_lowercase()));
    let lines = text.lines().take_while(|line| !line.starts_with("Usage:")).map(str::trim);
    let reason: Vec<&str> = lines.filter(|line| !line.is_empty() && !line.starts_with("For more")).collect();
    let reason = reason.join(" ").replace("tip:", "(tip:").replace(" [possible", "; [possible");
    let reason = reason.strip_prefix("error: ").unwrap_or(&reason);
    let close = if reason.contains("(tip:") { ")" } else { "" };
    let help = command.map_or_else(|| "tracetui --help".to_owned(), |command| format!("tracetui {command} --help"));
    if reason.contains("try: ") { reason.to_owned() } else { format!("{reason}{close}; try: {help}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_command_line_is_one_line_with_what_to_do() {
        let text = "error: unexpected argument '--sans' found\n\n  tip: a similar argument exists: '--spans'\n\n\
                    Usage: tracetui listen --spans <N> [ADDR]...\n\nFor more information, try '--help'.\n";
        let line = "unexpected argument '--sans' found (tip: a similar argument exists: '--spans'); try: tracetui listen --help";
        assert_eq!(one_line(text), line);
        let text =
            "error: invalid value 'x' for '[ADDR]...': no port; try: :6831\n\nFor more information, try '--help'.\n";
        assert_eq!(one_line(text), "invalid value 'x' for '[ADDR]...': no port; try: :6831");
    }
}
