//! Keys and addresses: what is read prints as something that reads the same, and is safe to print.

use tracetui::source::Address;
use tracetui::tui::{Code, Key};

/// `Key::parse` and its way back.
pub(crate) fn key(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let Some(key) = Key::parse(&text) else { return };
    let printed = key.to_string();
    assert_eq!(Key::parse(&printed), Some(key), "{text:?} prints as {printed:?}");
    let says_shift = matches!(key.code, Code::Char(_) | Code::BackTab);
    assert!(!(key.shift && says_shift), "{text:?} is a key that no terminal sends");
    for hint in [printed, key.hint(false), key.hint(true)] {
        assert!(!hint.is_empty(), "{text:?} has a hint");
        assert!(!hint.chars().any(char::is_control), "{text:?} is shown as {hint:?}");
    }
}

/// `Address` and its way back.
pub(crate) fn address(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match text.parse::<Address>() {
        Ok(address) => {
            let printed = address.to_string();
            assert!(!printed.chars().any(char::is_control), "{text:?} prints as {printed:?}");
            let again = printed.parse::<Address>().expect("what is printed is an address");
            assert_eq!(again, address, "{text:?} prints as {printed:?}");
            assert_eq!(again.to_string(), printed);
        }
        Err(error) => {
            let reason = error.to_string();
            assert!(!reason.chars().any(char::is_control), "{text:?}: {reason:?}");
            assert!(reason.len() < 2_000, "{} bytes of reason", reason.len());
        }
    }
}
