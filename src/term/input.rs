//! The terminal's events as messages: keys, clicks, pastes, sizes.

use std::io;
use std::pin::Pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use crossterm::event::{
    Event, EventStream, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};
use futures_core::Stream;

use crate::tui::{Code, Key, Mouse, MouseKind, Msg};

/// Two presses on one cell within this time are a double click.
const DOUBLE_CLICK: Duration = Duration::from_millis(400);

/// What the user does.
pub struct Input {
    events: EventStream,
    clicks: Clicks,
}

impl Input {
    /// Listens to the terminal: standard input, or `/dev/tty` when that is a pipe or a file.
    pub fn new() -> Self {
        Self { events: EventStream::new(), clicks: Clicks::default() }
    }

    /// Waits for the next thing the user does. An error means that the terminal is gone.
    pub async fn next(&mut self, now: impl Fn() -> Instant) -> io::Result<Msg> {
        loop {
            let event = std::future::poll_fn(|context| match Pin::new(&mut self.events).poll_next(context) {
                Poll::Ready(event) => Poll::Ready(event),
                Poll::Pending => Poll::Pending,
            });
            let event = event.await.unwrap_or_else(|| Err(io::ErrorKind::UnexpectedEof.into()))?;
            if let Some(msg) = message(event, &mut self.clicks, now()) {
                return Ok(msg);
            }
        }
    }
}

impl Default for Input {
    fn default() -> Self {
        Self::new()
    }
}

fn message(event: Event, clicks: &mut Clicks, now: Instant) -> Option<Msg> {
    match event {
        Event::Key(event) => key(event).map(Msg::Key),
        Event::Mouse(event) => mouse(event, clicks, now).map(Msg::Mouse),
        Event::Paste(text) => Some(Msg::Paste(text)),
        Event::Resize(width, height) => Some(Msg::Resize { width, height }),
        Event::FocusGained | Event::FocusLost => None,
    }
}

fn key(event: KeyEvent) -> Option<Key> {
    if event.kind == KeyEventKind::Release {
        return None;
    }
    let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
    let alt = event.modifiers.contains(KeyModifiers::ALT);
    let mut shift = event.modifiers.contains(KeyModifiers::SHIFT);
    #[expect(clippy::wildcard_enum_match_arm, reason = "keys that nothing is bound to")]
    let code = match event.code {
        KeyCode::Char(char) => {
            shift = false;
            Code::Char(if ctrl { char.to_ascii_lowercase() } else { char })
        }
        KeyCode::BackTab => {
            shift = false;
            Code::BackTab
        }
        KeyCode::Enter => Code::Enter,
        KeyCode::Esc => Code::Esc,
        KeyCode::Tab => Code::Tab,
        KeyCode::Backspace => Code::Backspace,
        KeyCode::Delete => Code::Delete,
        KeyCode::Up => Code::Up,
        KeyCode::Down => Code::Down,
        KeyCode::Left => Code::Left,
        KeyCode::Right => Code::Right,
        KeyCode::Home => Code::Home,
        KeyCode::End => Code::End,
        KeyCode::PageUp => Code::PageUp,
        KeyCode::PageDown => Code::PageDown,
        KeyCode::F(number) => Code::F(number),
        _ => return None,
    };
    Some(Key { code, ctrl, alt, shift })
}

fn mouse(event: MouseEvent, clicks: &mut Clicks, now: Instant) -> Option<Mouse> {
    let MouseEvent { kind, column, row, .. } = event;
    #[expect(clippy::wildcard_enum_match_arm, reason = "buttons that nothing is bound to")]
    let kind = match kind {
        MouseEventKind::Down(MouseButton::Left) => MouseKind::Press { clicks: clicks.press(column, row, now) },
        MouseEventKind::Drag(MouseButton::Left) => MouseKind::Drag,
        MouseEventKind::Up(MouseButton::Left) => MouseKind::Release,
        MouseEventKind::ScrollUp => MouseKind::WheelUp,
        MouseEventKind::ScrollDown => MouseKind::WheelDown,
        _ => return None,
    };
    Some(Mouse { kind, column, row })
}

/// Counts presses on one cell.
#[derive(Debug, Default)]
pub struct Clicks {
    last: Option<(u16, u16, Instant)>,
    count: u8,
}

impl Clicks {
    /// Notes a press and says which of a row it is: 1, 2, …
    pub fn press(&mut self, column: u16, row: u16, now: Instant) -> u8 {
        let follows = self.last.is_some_and(|(last_column, last_row, at)| {
            (last_column, last_row) == (column, row) && now.duration_since(at) <= DOUBLE_CLICK
        });
        self.count = if follows { self.count.saturating_add(1) } else { 1 };
        self.last = Some((column, row, now));
        self.count
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "an instant can only be had from the clock")]
mod tests {
    use super::*;

    #[test]
    fn two_quick_presses_on_a_cell_are_a_double_click() {
        let mut clicks = Clicks::default();
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        assert_eq!(clicks.press(3, 4, at(0)), 1);
        assert_eq!(clicks.press(3, 4, at(400)), 2);
        assert_eq!(clicks.press(3, 5, at(410)), 1);
        assert_eq!(clicks.press(3, 5, at(900)), 1);
    }

    #[test]
    fn keys_are_those_that_the_table_names() {
        let cases = [
            (KeyCode::Char('c'), KeyModifiers::CONTROL, "ctrl-c"),
            (KeyCode::Char('G'), KeyModifiers::SHIFT, "G"),
            (KeyCode::BackTab, KeyModifiers::SHIFT, "backtab"),
            (KeyCode::Left, KeyModifiers::SHIFT, "shift-left"),
        ];
        for (code, modifiers, name) in cases {
            assert_eq!(key(KeyEvent::new(code, modifiers)), Key::parse(name));
        }
    }

    #[test]
    fn letting_a_key_go_is_not_pressing_it() {
        let mut event = KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE);
        event.kind = KeyEventKind::Release;
        assert!(message(Event::Key(event), &mut Clicks::default(), Instant::now()).is_none());
    }
}
