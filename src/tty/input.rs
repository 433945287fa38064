//! Events of the terminal and the signals that concern it, one at a time.

use super::{TtyEvent, convert};
use crossterm::event::EventStream;
use futures_util::StreamExt;
use std::io;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Reads the terminal. While it lives, nobody else should; dropping it leaves the terminal's bytes to others.
#[derive(Debug)]
pub struct Input {
    stream: EventStream,
    suspend: Signal,
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
    ended: bool,
}

impl Input {
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            stream: EventStream::new(),
            suspend: signal(SignalKind::from_raw(rustix::process::Signal::TSTP.as_raw()))?,
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
            ended: false,
        })
    }

    /// The next event; `None` for ever once the terminal is gone. A call that is dropped while it waits loses nothing.
    pub async fn next(&mut self) -> Option<TtyEvent> {
        loop {
            if self.ended {
                return None;
            }
            tokio::select! {
                biased;
                Some(()) = self.terminate.recv() => return Some(ending(SignalKind::terminate())),
                Some(()) = self.interrupt.recv() => return Some(ending(SignalKind::interrupt())),
                Some(()) = self.hang_up.recv() => return Some(ending(SignalKind::hangup())),
                Some(()) = self.suspend.recv() => return Some(TtyEvent::Suspend),
                event = self.stream.next() => match event {
                    Some(Ok(event)) => {
                        if let Some(event) = convert(event) {
                            return Some(event);
                        }
                    }
                    // A terminal that cannot be read any more stays so: asking again would only spin.
                    Some(Err(_)) | None => self.ended = true,
                },
            }
        }
    }
}

fn ending(kind: SignalKind) -> TtyEvent {
    TtyEvent::Terminate(kind.as_raw_value())
}
