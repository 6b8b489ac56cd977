//! Behaviour and drawing. Never touches the terminal, a clock or a socket: messages in, effects and a buffer out.

mod key;
mod msg;

pub use key::{Code, Key, Mouse, MouseKind};
pub use msg::{Colors, Effect, Msg, Options};
