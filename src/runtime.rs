//! The loop that owns everything: messages in, effects done, frames drawn when they are due. Input comes first, a flood of
//! spans never delays a key, and where nothing happens nothing wakes up.

mod clock;
mod headless;
mod pace;
mod signals;

pub use clock::wall;
pub use headless::{Headless, MOST_TOLD, Summary, headless};

use std::io;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use crate::model::SpanBatch;
use crate::source::{Parcel, Sources};
use crate::term::{Input, Screen};
use crate::tui::{App, Effect, Msg, Options, Work};

use clock::now;
use pace::Pace;
use signals::{Signal, Signals};

/// Spans are taken in for this long before input is looked at again.
const SLICE: Duration = Duration::from_millis(2);

/// Between two frames spans have a turn of at least one part in this many of what a frame takes.
const TURN: u32 = 3;

/// How often the screen is drawn again only because time passes.
const TICK: Duration = Duration::from_secs(1);

/// How long files may take to show a first span before the screen comes up without.
const PATIENCE: Duration = Duration::from_millis(300);

/// What is shown, and where it comes from.
#[derive(Debug)]
pub struct Show {
    /// How it looks.
    pub options: Options,
    /// Where spans come from.
    pub sources: Sources,
    /// Spans on their way.
    pub parcels: mpsc::Receiver<Parcel>,
    /// Spans that are there from the start.
    pub first: Vec<SpanBatch>,
}

/// Shows spans until the user quits or a signal says so. Returns the sources, for what they have to say at the end.
pub fn show(show: Show) -> io::Result<Sources> {
    block_on(async {
        let mut session = Session::new(show);
        if session.wait_for_spans().await {
            session.run().await?;
        }
        session.sources.stop();
        Ok(session.sources)
    })
}

fn block_on<T>(future: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let result = runtime.block_on(future);
    // A read of standard input may block for ever; nothing waits for it.
    runtime.shutdown_background();
    result
}

struct Session {
    app: App,
    sources: Sources,
    parcels: mpsc::Receiver<Parcel>,
    is_open: bool,
    pace: Pace,
    tick: Option<Instant>,
    /// Spans have had their turn since the last frame.
    had_turn: bool,
    /// Stopped by our own hand: the signal that tells of going on says nothing new.
    was_stopped: bool,
}

enum Flow {
    Continue,
    Quit,
}

impl Session {
    fn new(show: Show) -> Self {
        let mut app = App::new(show.options);
        for batch in &show.first {
            app.extend(batch);
        }
        let (sources, parcels) = (show.sources, show.parcels);
        let pace = Pace::default();
        Self { app, sources, parcels, is_open: true, pace, tick: None, had_turn: true, was_stopped: false }
    }

    /// Waits a moment for a first span when there are only files: where none holds one, the screen need not flash up.
    /// Says whether there is something to show.
    async fn wait_for_spans(&mut self) -> bool {
        let Some(files) = self.sources.files.clone().filter(|_| self.sources.doors.is_empty()) else { return true };
        let deadline = tokio::time::Instant::from_std(now() + PATIENCE);
        while files.spans() == 0 {
            match tokio::time::timeout_at(deadline, self.parcels.recv()).await {
                Ok(Some(parcel)) => self.absorb(parcel),
                Ok(None) => return files.spans() > 0,
                Err(_) => return true,
            }
        }
        true
    }

    async fn run(&mut self) -> io::Result<()> {
        let mut signals = Signals::screen()?;
        let mut screen = Screen::enter()?;
        let mut input = Input::new();
        let (width, height) = screen.size()?;
        self.app.update(Msg::Resize { width, height });
        self.frame(&mut screen)?;
        loop {
            if let Flow::Quit = self.drain_input(&mut input, &mut screen).await? {
                return Ok(());
            }
            if self.pace.due().is_some_and(|due| due <= now()) {
                // Keys in a row and slow frames together would else leave spans no time at all.
                if !self.had_turn {
                    self.had_turn = true;
                    if let Ok(parcel) = self.parcels.try_recv() {
                        self.take_in(Some(parcel), SLICE.max(self.pace.cost() / TURN));
                    }
                }
                self.frame(&mut screen)?;
            }
            tokio::select! {
                biased;
                msg = input.next(now) => {
                    if let Flow::Quit = self.update(msg?, &mut screen)? {
                        return Ok(());
                    }
                }
                signal = signals.next() => {
                    if let Flow::Quit = self.signal(signal, &mut screen)? {
                        return Ok(());
                    }
                }
                () = until(self.pace.due()) => {}
                () = until(self.tick) => self.pace.input(now()),
                parcel = self.parcels.recv(), if self.is_open => {
                    self.is_open = parcel.is_some();
                    self.take_in(parcel, SLICE);
                    tokio::task::yield_now().await;
                }
            }
        }
    }

    /// Everything the user has already done, before the next frame is drawn.
    async fn drain_input(&mut self, input: &mut Input, screen: &mut Screen) -> io::Result<Flow> {
        loop {
            let msg = tokio::select! {
                biased;
                msg = input.next(now) => msg?,
                () = std::future::ready(()) => return Ok(Flow::Continue),
            };
            if let Flow::Quit = self.update(msg, screen)? {
                return Ok(Flow::Quit);
            }
        }
    }

    fn update(&mut self, msg: Msg, screen: &mut Screen) -> io::Result<Flow> {
        self.pace.input(now());
        for effect in self.app.update(msg) {
            match effect {
                Effect::Quit => return Ok(Flow::Quit),
                Effect::Suspend => {
                    if let Flow::Quit = self.suspend(screen)? {
                        return Ok(Flow::Quit);
                    }
                }
                Effect::Redraw => screen.forget()?,
                Effect::StopReading => self.sources.stop_reading(),
                Effect::Copy(text) => screen.copy(&text)?,
            }
        }
        Ok(Flow::Continue)
    }

    fn signal(&mut self, signal: Signal, screen: &mut Screen) -> io::Result<Flow> {
        match signal {
            Signal::End => return Ok(Flow::Quit),
            Signal::Suspend => {
                if let Flow::Quit = self.suspend(screen)? {
                    return Ok(Flow::Quit);
                }
            }
            Signal::Continue if std::mem::take(&mut self.was_stopped) => {}
            Signal::Continue => screen.resume()?,
        }
        self.pace.input(now());
        Ok(Flow::Continue)
    }

    fn suspend(&mut self, screen: &mut Screen) -> io::Result<Flow> {
        self.was_stopped = true;
        Ok(if screen.suspend()? { Flow::Continue } else { Flow::Quit })
    }

    /// Takes spans in for a moment, then input and signals have their turn.
    fn take_in(&mut self, first: Option<Parcel>, slice: Duration) {
        let start = now();
        let mut next = first;
        let mut spans = 0;
        while let Some(parcel) = next {
            spans += parcel.batch.spans.len();
            self.absorb(parcel);
            next = if start.elapsed() < slice { self.parcels.try_recv().ok() } else { None };
        }
        self.had_turn = true;
        self.pace.data(now(), spans);
    }

    fn absorb(&mut self, parcel: Parcel) {
        self.app.extend(&parcel.batch);
        parcel.recycle();
    }

    fn frame(&mut self, screen: &mut Screen) -> io::Result<()> {
        let start = now();
        self.app.update(Msg::Now(wall()));
        self.app.update(Msg::Sources(self.sources.statuses()));
        let work = self.app.refresh();
        screen.draw(|area, buffer| self.app.draw(area, buffer))?;
        let end = now();
        self.pace.drawn(start, end);
        self.had_turn = false;
        match work {
            Work::Done => {}
            Work::Later => self.pace.data(end, 0),
            // Work in slices: input has its turn, then spans, then the next one.
            Work::Now => self.pace.work(end),
        }
        self.tick = self.app.wants_tick().then(|| end + TICK);
        Ok(())
    }
}

/// Ends at an instant, or never.
async fn until(instant: Option<Instant>) {
    match instant {
        Some(instant) => tokio::time::sleep_until(instant.into()).await,
        None => std::future::pending().await,
    }
}
