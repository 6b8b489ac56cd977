//! Behaviour and drawing. Never touches the terminal, a clock or a socket: messages in, effects and a buffer out.

mod action;
mod app;
mod glyphs;
mod key;
mod keymap;
mod msg;
mod prompt;
mod shorten;
mod text;
mod theme;
mod view;
mod widget;
mod wrap;

pub use action::{Action, Binding, Scope};
pub use app::App;
pub use key::{Code, Key, Mouse, MouseKind};
pub use keymap::Keymap;
pub use msg::{Colors, Effect, Msg, Options, Work};
pub use theme::role_letter;
