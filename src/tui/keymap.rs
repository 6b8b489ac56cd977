//! Which keys ask for which actions: the table's own, or others that the user set. Parsed once. Lookup, hints, help,
//! palette, `tracetui keys`, the README and every sentence that names a key are made from it.

use super::action::{Action, Binding, Scope};
use super::{Code, Key};

/// Keys by action.
#[derive(Clone, Debug)]
pub struct Keymap {
    /// As many as the table has, in its order.
    keys: Vec<Vec<Key>>,
}

impl Default for Keymap {
    fn default() -> Self {
        let parse = |text: &&str| {
            let key = Key::parse(text);
            debug_assert!(key.is_some(), "{text} is a key");
            key
        };
        Self { keys: Action::TABLE.iter().map(|row| row.keys.iter().filter_map(parse).collect()).collect() }
    }
}

impl Keymap {
    /// Gives an action these keys in place of its own.
    pub fn bind(&mut self, action: Action, keys: Vec<Key>) {
        if let Some(place) = self.keys.get_mut(action as usize) {
            *place = keys;
        }
    }

    /// The rows of a scope with their keys.
    fn rows(&self, scope: Scope) -> impl Iterator<Item = (&'static Binding, &[Key])> {
        let keys = self.keys.iter().map(Vec::as_slice);
        Action::TABLE.iter().zip(keys).filter(move |(row, _)| row.scope == scope)
    }

    /// The action that a key means in these scopes, looked up in their order.
    pub fn lookup(&self, scopes: &[Scope], key: Key) -> Option<Action> {
        scopes.iter().find_map(|scope| {
            let mut rows = self.rows(*scope);
            rows.find(|(_, keys)| keys.contains(&key)).map(|(row, _)| row.action)
        })
    }

    /// The first key of an action as hints show it; empty when it has none.
    pub fn hint(&self, action: Action, ascii: bool) -> String {
        self.of(action).first().map(|key| key.hint(ascii)).unwrap_or_default()
    }

    /// All keys of an action as help shows them.
    pub fn all(&self, action: Action, ascii: bool) -> String {
        let keys: Vec<String> = self.of(action).iter().map(|key| key.hint(ascii)).collect();
        keys.join(" ")
    }

    /// A sentence with the keys of the actions that it names: `{back} clears it` becomes `esc clears it`.
    pub fn say(&self, text: &str, ascii: bool) -> String {
        let mut said = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, name, after)) = rest
            .split_once('{')
            .and_then(|(before, rest)| rest.split_once('}').map(|(name, after)| (before, name, after)))
        {
            let action = Action::named(name);
            debug_assert!(action.is_some(), "{name} is an action");
            said.push_str(before);
            said.push_str(&action.map(|action| self.hint(action, ascii)).unwrap_or_default());
            rest = after;
        }
        said.push_str(rest);
        said
    }

    /// The key table as Markdown, for the README and `tracetui keys`.
    pub fn markdown(&self) -> String {
        let mut text = String::from("| where | key | does |\n|---|---|---|\n");
        for (row, keys) in Action::TABLE.iter().zip(&self.keys) {
            let keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
            text.push_str(&["| ", row.scope.title(), " | ", &keys.join(" "), " | ", row.help, " |\n"].concat());
        }
        text
    }

    fn of(&self, action: Action) -> &[Key] {
        self.keys.get(action as usize).map(Vec::as_slice).unwrap_or_default()
    }
}

/// Keys that text fields and menus take for themselves, whatever is bound, and what they do there.
pub(crate) type FieldKey = (&'static [Code], &'static str);

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Key {
        Key::parse(text).expect("a key")
    }

    #[test]
    fn rows_stand_where_their_action_says() {
        for (at, row) in Action::TABLE.iter().enumerate() {
            assert_eq!(row.action as usize, at, "{}", row.name);
        }
    }

    #[test]
    fn what_is_bound_anew_is_looked_up_shown_and_said_anew() {
        let mut keymap = Keymap::default();
        assert_eq!(keymap.lookup(&[Scope::Global], key("esc")), Some(Action::Back));
        assert_eq!(keymap.say("{back} clears it, {help} helps", false), "esc clears it, ? helps");
        keymap.bind(Action::Back, vec![key("ctrl-g"), key("x")]);
        assert_eq!(keymap.lookup(&[Scope::Global], key("esc")), None);
        assert_eq!(keymap.lookup(&[Scope::Global], key("x")), Some(Action::Back));
        assert_eq!(keymap.say("{back} clears it, {help} helps", false), "^G clears it, ? helps");
        assert_eq!(keymap.all(Action::Back, true), "ctrl-g x");
        assert!(keymap.markdown().contains("| Everywhere | `ctrl-g` `x` | Close, clear or go back |"));
    }
}
