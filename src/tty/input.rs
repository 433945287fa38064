//! Events of the terminal and the signals that concern it, one at a time.
//!
//! Owns the reading of the terminal: only what is there is read, and only when somebody asks. So nothing is ever held
//! for the terminal while it is lent to another program, and no key of it or of ours goes to the wrong one.

use super::{Decoded, Decoder, Reply, TtyEvent};
use rustix::event::{PollFd, PollFlags, poll};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;
use tokio::io::unix::AsyncFd;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::Instant;

/// More than a terminal hands out at once.
const CHUNK: usize = 16 * 1024;
/// Signals that the keyboard sent to another program may arrive here a little after it ended.
const ECHO: Duration = Duration::from_millis(200);

/// Reads the terminal for as long as awtui has one, its own or lent.
#[derive(Debug)]
pub struct Input {
    source: AsyncFd<OwnedFd>,
    decoder: Decoder,
    /// When the rest of a sequence that has begun is no longer waited for.
    deadline: Option<Instant>,
    signals: Signals,
    /// The request to end that came while the terminal was lent.
    ending: Option<SignalKind>,
    /// Until when signals of the keyboard are another program's.
    deaf_until: Option<Instant>,
    ended: bool,
}

#[derive(Debug)]
struct Signals {
    suspend: Signal,
    terminate: Signal,
    interrupt: Signal,
    quit: Signal,
    hang_up: Signal,
    resize: Signal,
}

/// What a signal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    End(SignalKind),
    /// By the keyboard, as far as the kernel and not the terminal's program reads it.
    EndByKey(SignalKind),
    Suspend,
    Resize,
}

impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self {
            suspend: signal(SignalKind::from_raw(rustix::process::Signal::TSTP.as_raw()))?,
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            quit: signal(SignalKind::quit())?,
            hang_up: signal(SignalKind::hangup())?,
            resize: signal(SignalKind::window_change())?,
        })
    }

    async fn next(&mut self) -> Asked {
        tokio::select! {
            biased;
            Some(()) = self.terminate.recv() => Asked::End(SignalKind::terminate()),
            Some(()) = self.hang_up.recv() => Asked::End(SignalKind::hangup()),
            Some(()) = self.interrupt.recv() => Asked::EndByKey(SignalKind::interrupt()),
            Some(()) = self.quit.recv() => Asked::EndByKey(SignalKind::quit()),
            Some(()) = self.suspend.recv() => Asked::Suspend,
            Some(()) = self.resize.recv() => Asked::Resize,
            else => std::future::pending().await,
        }
    }
}

/// What happened while the terminal was lent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meanwhile {
    /// The whole group of processes was asked to stop.
    Suspend,
    /// awtui was asked to end; [`Input::next`] tells it again.
    End,
}

impl Input {
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            source: watched(io::stdin().as_fd().try_clone_to_owned()?)?,
            decoder: Decoder::new(),
            deadline: None,
            signals: Signals::new()?,
            ending: None,
            deaf_until: None,
            ended: false,
        })
    }

    /// The next event; `None` for ever once the terminal is gone. A call that is dropped while it waits loses nothing.
    pub async fn next(&mut self) -> Option<TtyEvent> {
        loop {
            // Whoever asks the terminal nothing gets no answers.
            if let Decoded::Event(event) = self.decoded().await? {
                return Some(event);
            }
        }
    }

    /// The next event or answer, in the same way.
    pub(super) async fn decoded(&mut self) -> Option<Decoded> {
        loop {
            if self.ended {
                return None;
            }
            if let Some(kind) = self.ending.take() {
                return Some(Decoded::Event(TtyEvent::Terminate(kind.as_raw_value())));
            }
            tokio::select! {
                biased;
                asked = self.signals.next() => {
                    if let Some(event) = self.heard(asked) {
                        return Some(Decoded::Event(event));
                    }
                }
                () = std::future::ready(()), if self.decoder.is_ready() => return self.decoder.pop(),
                () = take(&self.source, &mut self.decoder, &mut self.deadline, &mut self.ended) => {}
            }
        }
    }

    /// The next answer. Events that come before it wait for [`Self::next`].
    pub(super) async fn reply(&mut self) -> Option<Reply> {
        while !self.ended {
            if let Some(reply) = self.decoder.next_reply() {
                return Some(reply);
            }
            take(&self.source, &mut self.decoder, &mut self.deadline, &mut self.ended).await;
        }
        None
    }

    /// See [`Decoder::forget_typed`].
    pub(super) fn forget_typed(&mut self) -> usize {
        self.decoder.forget_typed()
    }

    fn heard(&mut self, asked: Asked) -> Option<TtyEvent> {
        let of_another = self.deaf_until.is_some_and(|until| Instant::now() < until);
        match asked {
            Asked::EndByKey(_) | Asked::Suspend if of_another => None,
            Asked::End(kind) | Asked::EndByKey(kind) => Some(TtyEvent::Terminate(kind.as_raw_value())),
            Asked::Suspend => Some(TtyEvent::Suspend),
            Asked::Resize => {
                crossterm::terminal::size().ok().map(|(cols, rows)| TtyEvent::Resize(cols, rows))
            }
        }
    }

    /// While the terminal is lent: what concerns awtui all the same. Nothing of the terminal is read. The keyboard's
    /// interrupts are the other program's; a new size is seen when the terminal is ours again.
    pub(super) async fn meanwhile(&mut self) -> Meanwhile {
        loop {
            match self.signals.next().await {
                Asked::End(kind) => {
                    self.ending = Some(kind);
                    return Meanwhile::End;
                }
                Asked::Suspend => return Meanwhile::Suspend,
                Asked::EndByKey(_) | Asked::Resize => {}
            }
        }
    }

    /// The terminal is ours again.
    pub(super) fn resumed(&mut self) {
        self.deaf_until = Some(Instant::now() + ECHO);
    }
}

#[expect(
    deprecated,
    reason = "what replaces it is unsafe for descriptors that may be closed early; this one is owned"
)]
fn watched(terminal: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
    AsyncFd::new(terminal)
}

/// More of what the terminal says, or that nothing more comes.
async fn take(
    source: &AsyncFd<OwnedFd>,
    decoder: &mut Decoder,
    deadline: &mut Option<Instant>,
    ended: &mut bool,
) {
    tokio::select! {
        biased;
        chunk = read(source) => match chunk {
            Ok(chunk) if !chunk.is_empty() => {
                decoder.feed(&chunk);
                *deadline = decoder.patience().map(|patience| Instant::now() + patience);
            }
            // A terminal that cannot be read any more stays so: asking again would only spin.
            Ok(_) | Err(_) => *ended = true,
        },
        () = until(*deadline) => {
            decoder.give_up();
            *deadline = None;
        }
    }
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

/// What the terminal has, as soon as it has something; nothing once it is gone. It is looked first and read then: a
/// read of a terminal that another program emptied meanwhile would wait, and keep the next key from it.
async fn read(source: &AsyncFd<OwnedFd>) -> io::Result<Vec<u8>> {
    loop {
        if has_input(source.get_ref())? {
            let mut buffer = vec![0; CHUNK];
            match rustix::io::read(source.get_ref(), &mut buffer) {
                Ok(length) => {
                    buffer.truncate(length);
                    return Ok(buffer);
                }
                Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => continue,
                Err(error) => return Err(error.into()),
            }
        }
        let mut ready = source.readable().await?;
        if !has_input(source.get_ref())? {
            ready.clear_ready();
        }
    }
}

fn has_input(terminal: &OwnedFd) -> io::Result<bool> {
    let mut polled = [PollFd::new(terminal, PollFlags::IN)];
    loop {
        match poll(&mut polled, Some(&rustix::event::Timespec { tv_sec: 0, tv_nsec: 0 })) {
            Ok(count) => return Ok(count > 0),
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}
