//! A one-line text field, and the filter that lists have it for.

use unicode_segmentation::UnicodeSegmentation;

use super::keymap::FieldKey;
use super::text::Pen;
use super::theme::{Role, Theme};
use super::{Code, Key};

/// Text and a cursor in it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Prompt {
    before: String,
    after: String,
}

/// What a key did to a [`Prompt`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Typed {
    /// The text changed.
    Changed,
    /// Only the cursor moved, or nothing happened.
    Same,
    /// Enter.
    Done,
    /// Esc.
    Cancelled,
    /// Not for a text field.
    Other,
}

/// A list's filter while it is typed: each letter asks for something else, and the text from before comes back when it is
/// given up.
#[derive(Debug, Default)]
pub(crate) struct FilterPrompt {
    prompt: Option<Prompt>,
    /// The filter in force before it was opened.
    before: String,
}

/// What a key in a [`FilterPrompt`] asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// The list of what this text finds.
    For(String),
    /// So many rows down.
    Move(isize),
    /// Nothing.
    Nothing,
}

impl FilterPrompt {
    /// What keys do while something is looked for.
    pub(crate) const FIND_KEYS: &[FieldKey] =
        &[(&[Code::Enter], "keep"), (&[Code::Esc], "as before"), (&[Code::Up, Code::Down], "matches")];

    /// What keys do while it is open.
    pub(crate) const KEYS: &[FieldKey] =
        &[(&[Code::Enter], "keep the filter"), (&[Code::Esc], "as before"), (&[Code::Up, Code::Down], "move")];

    /// Opens it with the filter in force.
    pub(crate) fn open(&mut self, filter: &str) {
        *self = Self { prompt: Some(Prompt::new(filter)), before: filter.to_string() };
    }

    /// Closes it; what it holds stays in force.
    pub(crate) fn close(&mut self) {
        self.prompt = None;
    }

    /// The text field, while it is open.
    pub(crate) fn field(&self) -> Option<&Prompt> {
        self.prompt.as_ref()
    }

    /// Takes a key; `None` where it is closed or the key is not for a text field.
    pub(crate) fn press(&mut self, key: Key) -> Option<Asked> {
        let prompt = self.prompt.as_mut()?;
        Some(match prompt.press(key) {
            Typed::Changed => Asked::For(prompt.text()),
            Typed::Done => {
                self.close();
                Asked::Nothing
            }
            Typed::Cancelled => {
                self.close();
                Asked::For(std::mem::take(&mut self.before))
            }
            Typed::Other if key.code == Code::Up => Asked::Move(-1),
            Typed::Other if key.code == Code::Down => Asked::Move(1),
            Typed::Other if key.ctrl => return None,
            Typed::Same | Typed::Other => Asked::Nothing,
        })
    }

    /// Takes pasted text in; what it then holds, while it is open.
    pub(crate) fn paste(&mut self, text: &str) -> Option<String> {
        let prompt = self.prompt.as_mut()?;
        prompt.insert(text);
        Some(prompt.text())
    }
}

impl Prompt {
    pub(crate) fn new(text: &str) -> Self {
        Self { before: text.to_string(), after: String::new() }
    }

    pub(crate) fn text(&self) -> String {
        [self.before.as_str(), self.after.as_str()].concat()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.before.is_empty() && self.after.is_empty()
    }

    pub(crate) fn insert(&mut self, text: &str) {
        self.before.extend(text.chars().map(|char| if char.is_control() { ' ' } else { char }));
    }

    pub(crate) fn press(&mut self, key: Key) -> Typed {
        match (key.code, key.ctrl) {
            (Code::Enter, _) => Typed::Done,
            (Code::Esc, _) => Typed::Cancelled,
            (Code::Char('u'), true) => changed(!std::mem::take(&mut self.before).is_empty()),
            (Code::Char('w'), true) => {
                let kept = self.before.trim_end().rfind(' ').map_or(0, |at| at + 1);
                let cut = self.before.len() > kept;
                self.before.truncate(kept);
                changed(cut)
            }
            (Code::Char('a'), true) | (Code::Home, _) => {
                self.after.insert_str(0, &std::mem::take(&mut self.before));
                Typed::Same
            }
            (Code::Char('e'), true) | (Code::End, _) => {
                self.before.push_str(&std::mem::take(&mut self.after));
                Typed::Same
            }
            (Code::Char(char), false) if !key.alt => {
                self.before.push(char);
                Typed::Changed
            }
            (Code::Backspace, _) => changed(pop(&mut self.before).is_some()),
            (Code::Delete, _) => changed(shift(&mut self.after).is_some()),
            (Code::Left, _) => {
                if let Some(cluster) = pop(&mut self.before) {
                    self.after.insert_str(0, &cluster);
                }
                Typed::Same
            }
            (Code::Right, _) => {
                if let Some(cluster) = shift(&mut self.after) {
                    self.before.push_str(&cluster);
                }
                Typed::Same
            }
            _ => Typed::Other,
        }
    }

    /// Draws the label, the text and the cursor.
    pub(crate) fn draw(&self, pen: &mut Pen<'_>, label: &str, theme: Theme) {
        pen.put(label, theme.style(Role::Warning));
        // Keeps the cursor in sight: the head of long text goes.
        let room = usize::from(pen.room().saturating_sub(2));
        let mut shown = self.before.as_str();
        while unicode_width::UnicodeWidthStr::width(shown) > room {
            let mut clusters = shown.graphemes(true);
            clusters.next();
            shown = clusters.as_str();
        }
        pen.put(shown, theme.style(Role::Text));
        let mut clusters = self.after.graphemes(true);
        let under = clusters.next().unwrap_or(" ");
        pen.put(under, theme.style(Role::Text).add_modifier(ratatui::style::Modifier::REVERSED));
        pen.put(clusters.as_str(), theme.style(Role::Text));
    }
}

fn changed(changed: bool) -> Typed {
    if changed { Typed::Changed } else { Typed::Same }
}

fn pop(text: &mut String) -> Option<String> {
    let (at, _) = text.grapheme_indices(true).next_back()?;
    Some(text.split_off(at))
}

fn shift(text: &mut String) -> Option<String> {
    let first = text.graphemes(true).next()?.to_string();
    text.drain(..first.len());
    Some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(keys: &str) -> String {
        let mut prompt = Prompt::default();
        for key in keys.split(' ') {
            prompt.press(Key::parse(key).expect("a key"));
        }
        prompt.text()
    }

    #[test]
    fn a_text_field_edits_as_shells_do() {
        assert_eq!(typed("a b c left left X"), "aXbc");
        assert_eq!(typed("a b space c d ctrl-w e"), "ab e");
        assert_eq!(typed("a b ctrl-a X delete ctrl-e c backspace"), "Xb");
        assert_eq!(typed("a b ctrl-u"), "");
        assert_eq!(typed("繁 體 backspace"), "繁");
    }
}
