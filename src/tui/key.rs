//! Keys and mouse events as data, independent of any terminal library, and how keys are written (`ctrl-c`, `⏎`).

use std::fmt;

/// A key press.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// Which key.
    pub code: Code,
    /// Control held.
    pub ctrl: bool,
    /// Alt held.
    pub alt: bool,
    /// Shift held; never set for characters, whose case says it.
    pub shift: bool,
}

/// Which key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are those on the keys")]
pub enum Code {
    Char(char),
    Enter,
    Esc,
    Tab,
    BackTab,
    Backspace,
    Delete,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    F(u8),
}

/// A mouse event at a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mouse {
    /// What happened.
    pub kind: MouseKind,
    /// Column in cells from the left, from 0.
    pub column: u16,
    /// Row in cells from the top, from 0.
    pub row: u16,
}

/// What the mouse did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MouseKind {
    /// Left button pressed; the runtime counts clicks: 2 for a double click.
    Press {
        /// 1, 2, …
        clicks: u8,
    },
    /// Moved with the left button held.
    Drag,
    /// Left button released.
    Release,
    /// Wheel turned up.
    WheelUp,
    /// Wheel turned down.
    WheelDown,
}

const NAMES: &[(&str, &str, Code)] = &[
    ("enter", "⏎", Code::Enter),
    ("esc", "esc", Code::Esc),
    ("tab", "⇥", Code::Tab),
    ("backtab", "⇤", Code::BackTab),
    ("backspace", "⌫", Code::Backspace),
    ("delete", "del", Code::Delete),
    ("up", "↑", Code::Up),
    ("down", "↓", Code::Down),
    ("left", "←", Code::Left),
    ("right", "→", Code::Right),
    ("home", "home", Code::Home),
    ("end", "end", Code::End),
    ("pageup", "pgup", Code::PageUp),
    ("pagedown", "pgdn", Code::PageDown),
    ("space", "␣", Code::Char(' ')),
];

impl Key {
    /// A key without modifiers.
    pub const fn plain(code: Code) -> Self {
        Self { code, ctrl: false, alt: false, shift: false }
    }

    /// Reads `j`, `G`, `ctrl-c`, `shift-left`, `enter`, `space`, `f5`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut key = Self::plain(Code::Esc);
        let mut rest = text;
        loop {
            let (modifier, tail) = match rest.split_once('-') {
                Some((modifier, tail)) if !tail.is_empty() => (modifier, tail),
                _ => break,
            };
            match modifier {
                "ctrl" => key.ctrl = true,
                "alt" => key.alt = true,
                "shift" => key.shift = true,
                _ => return None,
            }
            rest = tail;
        }
        key.code = parse_code(rest)?;
        // No terminal sends shift with these: their case or name says it.
        let says_shift = matches!(key.code, Code::Char(_) | Code::BackTab);
        (!(key.shift && says_shift)).then_some(key)
    }

    /// How the key is shown in hints: `^C`, `⇧←`, `⏎`, or in words where only ASCII can be shown.
    pub fn hint(self, ascii: bool) -> String {
        if ascii {
            return self.to_string();
        }
        let name = match NAMES.iter().find(|(_, _, code)| *code == self.code) {
            Some((_, glyph, _)) => (*glyph).to_string(),
            None => Self { ctrl: false, alt: false, shift: false, ..self }.to_string(),
        };
        let modifiers = [(self.ctrl, "^"), (self.alt, "⌥"), (self.shift, "⇧")];
        let mut text: String = modifiers.iter().filter(|(on, _)| *on).map(|(_, sign)| *sign).collect();
        text.push_str(&if self.ctrl { name.to_uppercase() } else { name });
        text
    }
}

fn parse_code(text: &str) -> Option<Code> {
    if let Some((_, _, code)) = NAMES.iter().find(|(name, _, _)| *name == text) {
        return Some(*code);
    }
    let digits = text.strip_prefix('f').filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    if let Some(number) = digits.and_then(|digits| digits.parse::<u8>().ok()) {
        return (1..=12).contains(&number).then_some(Code::F(number));
    }
    let mut chars = text.chars();
    let char = chars.next()?;
    (chars.next().is_none() && !char.is_control()).then_some(Code::Char(char))
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (on, name) in [(self.ctrl, "ctrl-"), (self.alt, "alt-"), (self.shift, "shift-")] {
            if on {
                f.write_str(name)?;
            }
        }
        if let Some((name, _, _)) = NAMES.iter().find(|(_, _, code)| *code == self.code) {
            return f.write_str(name);
        }
        if let Code::F(number) = self.code {
            return write!(f, "f{number}");
        }
        if let Code::Char(char) = self.code { write!(f, "{char}") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_print_as_they_are_read() {
        for text in ["j", "G", "-", "ctrl-c", "shift-left", "alt-x", "enter", "space", "f5", "?", "ctrl-alt-delete"] {
            let key = Key::parse(text).expect("a key");
            assert_eq!(key.to_string(), text);
        }
        for text in ["", "hyper-x", "f13", "f+5", "enterr", "ctrl-", "shift-a", "shift-backtab"] {
            assert_eq!(Key::parse(text), None, "{text}");
        }
    }

    #[test]
    fn hints_use_the_signs_people_know() {
        assert_eq!(Key::parse("ctrl-c").expect("a key").hint(false), "^C");
        assert_eq!(Key::parse("shift-left").expect("a key").hint(false), "⇧←");
        assert_eq!(Key::parse("enter").expect("a key").hint(true), "enter");
    }
}
