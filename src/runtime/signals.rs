//! Signals as events, where the system has them.

use std::io;

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signal {
    /// End in good order.
    End,
    /// Stop as Ctrl-Z does.
    Suspend,
    /// It was stopped from outside and goes on.
    Continue,
}

#[cfg(unix)]
pub(super) use unix::Signals;

#[cfg(unix)]
mod unix {
    use std::task::Poll;

    use signal_hook::consts::{SIGCONT, SIGTSTP};
    use tokio::signal::unix::{Signal as Stream, SignalKind, signal};

    use super::{Signal, io};

    /// Signals of this process that are waited for.
    pub(in crate::runtime) struct Signals {
        streams: Vec<(Signal, Stream)>,
    }

    impl Signals {
        /// Those that matter to a program without a screen. Hanging up is not among them: `nohup` is to work.
        pub(in crate::runtime) fn headless() -> io::Result<Self> {
            Self::of(&[(Signal::End, SignalKind::interrupt()), (Signal::End, SignalKind::terminate())])
        }

        /// Those that matter to a program with a screen.
        pub(in crate::runtime) fn screen() -> io::Result<Self> {
            Self::of(&[
                (Signal::End, SignalKind::interrupt()),
                (Signal::End, SignalKind::terminate()),
                (Signal::End, SignalKind::hangup()),
                (Signal::Suspend, SignalKind::from_raw(SIGTSTP)),
                (Signal::Continue, SignalKind::from_raw(SIGCONT)),
            ])
        }

        fn of(kinds: &[(Signal, SignalKind)]) -> io::Result<Self> {
            let streams = kinds.iter().map(|(meaning, kind)| Ok((*meaning, signal(*kind)?)));
            Ok(Self { streams: streams.collect::<io::Result<_>>()? })
        }

        /// Waits for the next one.
        pub(in crate::runtime) async fn next(&mut self) -> Signal {
            let next = std::future::poll_fn(|context| {
                let mut streams = self.streams.iter_mut();
                let ready =
                    streams.find_map(|(meaning, stream)| stream.poll_recv(context).is_ready().then_some(*meaning));
                ready.map_or(Poll::Pending, Poll::Ready)
            });
            next.await
        }
    }
}

/// Ctrl-C is all there is.
#[cfg(not(unix))]
pub(super) struct Signals;

#[cfg(not(unix))]
impl Signals {
    pub(super) fn headless() -> io::Result<Self> {
        Ok(Self)
    }

    pub(super) fn screen() -> io::Result<Self> {
        Ok(Self)
    }

    pub(super) async fn next(&mut self) -> Signal {
        match tokio::signal::ctrl_c().await {
            Ok(()) => Signal::End,
            Err(_) => std::future::pending().await,
        }
    }
}
