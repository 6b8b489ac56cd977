//! The interface in a terminal that exists only as bytes: keys in, frames out, each with what it cost.

use std::io::{self, Write};

use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use tracetui::model::Timestamp;
use tracetui::tui::{App, Colors, Key, Msg, Options, Work};

use crate::measure::cpu_of;

/// When it stands at first.
pub(crate) const NOW: Timestamp = Timestamp(1_705_315_000_000_000_000);

/// An app and its terminal.
pub(crate) struct Screen {
    pub(crate) app: App,
    terminal: Terminal<CrosstermBackend<Sink>>,
}

/// Takes everything and keeps nothing, through a buffer as the real one has.
#[derive(Default)]
pub(crate) struct Sink(Vec<u8>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.clear();
        Ok(())
    }
}

/// A terminal of this size.
pub(crate) fn terminal(width: u16, height: u16) -> Terminal<CrosstermBackend<Sink>> {
    let options = TerminalOptions { viewport: Viewport::Fixed(Rect::new(0, 0, width, height)) };
    Terminal::with_options(CrosstermBackend::new(Sink::default()), options).expect("bytes are taken")
}

impl Screen {
    /// In all colours and with room for everything.
    pub(crate) fn new(width: u16, height: u16) -> Self {
        let options = Options {
            colors: Colors::True,
            light: false,
            ascii: false,
            memory: 8 << 30,
            utc: true,
            now: NOW,
            invitation: tracetui::model::Invitation::default(),
        };
        let mut app = App::new(options);
        app.update(Msg::Resize { width, height });
        Self { app, terminal: terminal(width, height) }
    }

    /// Presses a key, written as in the action table.
    pub(crate) fn press(&mut self, key: &str) {
        self.app.update(Msg::Key(Key::parse(key).expect("a key")));
    }

    /// One frame: CPU seconds, and whether there is more to do in another.
    pub(crate) fn frame(&mut self) -> (f64, bool) {
        let mut is_more = false;
        let seconds = cpu_of(|| {
            is_more = self.app.refresh() == Work::Now;
            let drawn = self.terminal.draw(|frame| self.app.draw(frame.area(), frame.buffer_mut()));
            drawn.expect("bytes are taken");
        });
        (seconds, is_more)
    }

    /// Frames until nothing is left to do: the CPU seconds of the longest.
    pub(crate) fn settle(&mut self) -> f64 {
        let mut longest = 0.0_f64;
        loop {
            let (seconds, is_more) = self.frame();
            longest = longest.max(seconds);
            if !is_more {
                return longest;
            }
        }
    }
}
