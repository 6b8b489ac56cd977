//! What goes into the app besides spans, and what it asks the runtime to do.

use super::{Key, Mouse};
use crate::model::{Invitation, SourceStatus, Timestamp};

/// An input to [`App::update`](super::App::update).
#[derive(Clone, Debug)]
pub enum Msg {
    /// A key was pressed.
    Key(Key),
    /// The mouse did something.
    Mouse(Mouse),
    /// Text was pasted.
    Paste(String),
    /// The terminal has this size in cells.
    Resize {
        /// Columns.
        width: u16,
        /// Rows.
        height: u16,
    },
    /// Counters of all sources, in a fixed order.
    Sources(Vec<SourceStatus>),
    /// The time is now this.
    Now(Timestamp),
}

/// What the app asks the runtime to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Leave the program.
    Quit,
    /// Stop as Ctrl-Z does, and redraw when continued.
    Suspend,
    /// Stop reading files; what was read stays.
    StopReading,
    /// Draw every cell again: something else wrote on the screen.
    Redraw,
    /// Put text on the clipboard (OSC 52).
    Copy(String),
}

/// What a refresh has left to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Work {
    /// Nothing: the picture is that of the store.
    #[default]
    Done,
    /// Spans have come in that are not shown yet; what shows them rests for a moment, for keys to be answered.
    Later,
    /// Work in slices goes on with the next frame.
    Now,
}

/// How the app looks and what it holds. Set once at the start.
#[derive(Clone, Debug)]
pub struct Options {
    /// Colours to use.
    pub colors: Colors,
    /// The terminal's background is light.
    pub light: bool,
    /// ASCII glyphs only.
    pub ascii: bool,
    /// Store budget in bytes.
    pub memory: u64,
    /// Show times of day in UTC, not the local zone.
    pub utc: bool,
    /// The time at the start.
    pub now: Timestamp,
    /// What the empty screen says of the doors that are open; nothing when only files are shown.
    pub invitation: Invitation,
}

/// How many colours the terminal can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colors {
    /// None: glyphs and letters carry the meaning (`NO_COLOR`).
    None,
    /// The 16 of the terminal's own palette.
    Ansi16,
    /// 256.
    Ansi256,
    /// 24-bit.
    True,
    /// A colour of its own for each role and each hue of services, told by its number: how tests see which is which.
    Roles,
}
