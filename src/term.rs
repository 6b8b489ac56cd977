//! The terminal: entered, drawn to and restored. The only place that knows crossterm.
//!
//! Whatever ends the program (quit, error, panic, a signal) leaves the terminal as it was found.

mod colors;
mod input;

pub use colors::{ColorChoice, colors, is_light};
pub use input::{Clicks, Input};

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine as _;
use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::style::ResetColor;
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
    enable_raw_mode,
};
use crossterm::{execute, queue};
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Longest text put on the clipboard; terminals refuse or cut what is longer.
const LONGEST_COPY: usize = 1024 * 1024;

/// What [`EndSynchronizedUpdate`] writes.
const END_OF_FRAME: &[u8] = b"\x1b[?2026l";

/// Whether there is something to restore.
static ENTERED: AtomicBool = AtomicBool::new(false);

/// The terminal in full-screen mode. Dropping it restores the terminal.
#[derive(Debug)]
pub struct Screen {
    terminal: ratatui::Terminal<CrosstermBackend<Frame>>,
}

impl Screen {
    /// Takes the terminal over.
    pub fn enter() -> io::Result<Self> {
        restore_on_panic();
        take_over()?;
        match ratatui::Terminal::new(CrosstermBackend::new(Frame::new()?)) {
            Ok(terminal) => Ok(Self { terminal }),
            Err(error) => {
                restore();
                Err(error)
            }
        }
    }

    /// Columns and rows.
    pub fn size(&self) -> io::Result<(u16, u16)> {
        self.terminal.size().map(|size| (size.width, size.height))
    }

    /// Draws one frame: one write, which the terminal shows at once.
    pub fn draw(&mut self, draw: impl FnOnce(Rect, &mut Buffer)) -> io::Result<()> {
        queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        self.terminal.draw(|frame| draw(frame.area(), frame.buffer_mut()))?;
        execute!(self.terminal.backend_mut(), EndSynchronizedUpdate)
    }

    /// Takes the terminal over again after a stop, and forgets what it showed so that the next frame is whole.
    pub fn resume(&mut self) -> io::Result<()> {
        // A shell may have set modes of its own meanwhile, so it starts from what is there now.
        restore();
        take_over()?;
        self.forget()
    }

    /// Forgets what it shows, so that the next frame draws every cell again.
    pub fn forget(&mut self) -> io::Result<()> {
        let (width, height) = self.size()?;
        self.terminal.resize(Rect::new(0, 0, width, height))
    }

    /// Stops the program as Ctrl-Z does; returns when it is continued, and whether the terminal is its own again. It is
    /// not when the program was continued to be ended: the shell has the terminal then, and whoever takes it is stopped.
    #[cfg(unix)]
    pub fn suspend(&mut self) -> io::Result<bool> {
        use signal_hook::consts::{SIGHUP, SIGTERM, SIGTSTP};
        let ending = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        let flags = [SIGTERM, SIGHUP].map(|signal| signal_hook::flag::register(signal, ending.clone()));
        restore();
        let stopped = signal_hook::low_level::emulate_default_handler(SIGTSTP);
        for flag in flags.into_iter().flatten() {
            signal_hook::low_level::unregister(flag);
        }
        stopped?;
        if ending.load(std::sync::atomic::Ordering::Relaxed) {
            return Ok(false);
        }
        self.resume().map(|()| true)
    }

    /// There is no such stop here.
    #[cfg(not(unix))]
    pub fn suspend(&mut self) -> io::Result<bool> {
        Ok(true)
    }

    /// Puts text on the clipboard (OSC 52). Longer texts than terminals take are cut.
    pub fn copy(&self, text: &str) -> io::Result<()> {
        let end = (0..=LONGEST_COPY.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
        let bytes = text.as_bytes().get(..end.unwrap_or(0)).unwrap_or_default();
        let encoded = base64::engine::general_purpose::STANDARD.encode(bytes);
        let mut out = io::stdout();
        write!(out, "\x1b]52;c;{encoded}\x07")?;
        out.flush()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

/// Columns of the terminal that standard output is, if it is one.
pub fn width() -> Option<u16> {
    use std::io::IsTerminal as _;

    let size = io::stdout().is_terminal().then(crossterm::terminal::size);
    size?.ok().map(|(width, _)| width)
}

/// Gives the terminal back, if it was taken. Errors have nowhere to go: the terminal itself may be gone.
pub fn restore() {
    if ENTERED.swap(false, Ordering::AcqRel) {
        let mut out = Vec::new();
        let _ = queue!(out, EndSynchronizedUpdate);
        let _ = mouse_off(&mut out);
        let _ = queue!(out, DisableBracketedPaste, ResetColor, LeaveAlternateScreen, Show);
        let _ = execute!(io::stdout(), crossterm::style::Print(String::from_utf8_lossy(&out)));
        let _ = disable_raw_mode();
    }
}

fn take_over() -> io::Result<()> {
    if ENTERED.swap(true, Ordering::AcqRel) {
        return Ok(());
    }
    let mut out = Vec::new();
    let entered = enable_raw_mode()
        .and_then(|()| queue!(out, EnterAlternateScreen, EnableBracketedPaste, Hide))
        .and_then(|()| mouse_on(&mut out))
        .and_then(|()| io::stdout().write_all(&out))
        .and_then(|()| io::stdout().flush());
    if entered.is_err() {
        restore();
    }
    entered
}

/// Presses, drags and the wheel with wide coordinates. Not every motion: an idle hand must not wake the program.
#[cfg(unix)]
fn mouse_on(out: &mut Vec<u8>) -> io::Result<()> {
    out.write_all(b"\x1b[?1000h\x1b[?1002h\x1b[?1006h")
}

#[cfg(unix)]
fn mouse_off(out: &mut Vec<u8>) -> io::Result<()> {
    out.write_all(b"\x1b[?1006l\x1b[?1002l\x1b[?1000l")
}

#[cfg(not(unix))]
fn mouse_on(out: &mut Vec<u8>) -> io::Result<()> {
    queue!(out, crossterm::event::EnableMouseCapture)
}

#[cfg(not(unix))]
fn mouse_off(out: &mut Vec<u8>) -> io::Result<()> {
    queue!(out, crossterm::event::DisableMouseCapture)
}

/// A panic is printed on a restored terminal. On a thread other than this one it ends the program too: the rest would go
/// on drawing over the message.
fn restore_on_panic() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let here = std::thread::current().id();
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            restore();
            previous(panic);
            if std::thread::current().id() != here {
                std::process::exit(101);
            }
        }));
    });
}

/// Collects what is written and passes it on in one piece: ratatui flushes several times a frame, so only the flush at the
/// end of a synchronized update counts.
#[derive(Debug)]
struct Frame {
    bytes: Vec<u8>,
    #[cfg(unix)]
    out: std::fs::File,
    #[cfg(not(unix))]
    out: io::Stdout,
}

impl Frame {
    #[cfg(unix)]
    fn new() -> io::Result<Self> {
        use std::os::fd::AsFd;

        // Not `Stdout` itself, whose line buffer would cut the frame at its last line end.
        let out = io::stdout().as_fd().try_clone_to_owned()?.into();
        Ok(Self { bytes: Vec::with_capacity(64 * 1024), out })
    }

    #[cfg(not(unix))]
    fn new() -> io::Result<Self> {
        Ok(Self { bytes: Vec::with_capacity(64 * 1024), out: io::stdout() })
    }
}

impl Write for Frame {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if !self.bytes.ends_with(END_OF_FRAME) {
            return Ok(());
        }
        let written = self.out.write_all(&self.bytes).and_then(|()| self.out.flush());
        self.bytes.clear();
        written
    }
}
