//! How many colours to use: what the user asks for, then what the terminal says. Reads nothing itself.

use crate::tui::Colors;

/// `--color`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum ColorChoice {
    /// As the terminal and `NO_COLOR` say.
    #[default]
    Auto,
    /// Even where `NO_COLOR` is set.
    Always,
    /// None.
    Never,
}

/// Colours for a choice and an environment, which is asked by name (`TERM`).
pub fn colors(choice: ColorChoice, environment: impl Fn(&str) -> Option<String>) -> Colors {
    let variable = |name| environment(name).unwrap_or_default();
    let term = variable("TERM");
    let is_plain = !variable("NO_COLOR").is_empty() || term == "dumb";
    if choice == ColorChoice::Never || choice == ColorChoice::Auto && is_plain {
        return Colors::None;
    }
    let depth = variable("COLORTERM");
    if depth == "truecolor" || depth == "24bit" || term.ends_with("-direct") {
        Colors::True
    } else if term.contains("256color") {
        Colors::Ansi256
    } else {
        Colors::Ansi16
    }
}

/// Whether the background is light, where the terminal says so: `COLORFGBG` ends in the background's colour.
pub fn is_light(environment: impl Fn(&str) -> Option<String>) -> bool {
    let colors = environment("COLORFGBG").unwrap_or_default();
    matches!(colors.rsplit(';').next(), Some("7" | "15"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_is_asked_before_the_terminal() {
        let cases: [(ColorChoice, &[_], Colors); 8] = [
            (ColorChoice::Auto, &[("TERM", "xterm-256color")], Colors::Ansi256),
            (ColorChoice::Auto, &[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")], Colors::True),
            (ColorChoice::Auto, &[("TERM", "xterm")], Colors::Ansi16),
            (ColorChoice::Auto, &[("TERM", "xterm-direct"), ("NO_COLOR", "1")], Colors::None),
            (ColorChoice::Auto, &[("TERM", "xterm-256color"), ("NO_COLOR", "")], Colors::Ansi256),
            (ColorChoice::Auto, &[("TERM", "dumb")], Colors::None),
            (ColorChoice::Always, &[("TERM", "xterm-256color"), ("NO_COLOR", "1")], Colors::Ansi256),
            (ColorChoice::Never, &[("COLORTERM", "truecolor")], Colors::None),
        ];
        for (choice, environment, expected) in cases {
            let lookup = |name: &str| {
                environment.iter().find(|(key, _)| *key == name).map(|(_, v): &(&str, &str)| (*v).to_owned())
            };
            assert_eq!(colors(choice, lookup), expected, "{choice:?} {environment:?}");
        }
    }

    #[test]
    fn a_light_background_is_known_where_the_terminal_says_so() {
        assert!(is_light(|_| Some("0;15".to_owned())));
        assert!(!is_light(|_| Some("15;default;0".to_owned())));
        assert!(!is_light(|_| None));
    }
}
