//! The whole terminal: guard, input and drawing together, and the moments in which it is lent to somebody else.

use super::guard::is_terminal;
use super::{Canvas, Features, Guard, Input, Steady, TtyEvent};
use ratatui::backend::CrosstermBackend;
use ratatui::{Frame, Terminal};
use rustix::process;
use std::io;
use thiserror::Error;
use tokio::signal::unix::{SignalKind, signal};

#[derive(Debug, Error)]
pub enum TtyError {
    #[error(
        "awtui needs a terminal for its screen, and standard input or output is none; use `awtui run --headless`, \
         or a command such as `awtui status` or `awtui replay RUN --print`"
    )]
    NotATerminal,
    #[error("the terminal cannot be {doing}: {error}")]
    Io { doing: &'static str, error: io::Error },
}

/// Whether there is a terminal to draw on.
pub fn check() -> Result<(), TtyError> {
    if is_terminal() { Ok(()) } else { Err(TtyError::NotATerminal) }
}

/// Columns and rows of our terminal.
pub fn size() -> Result<(u16, u16), TtyError> {
    crossterm::terminal::size().map_err(failed("measured"))
}

fn failed(doing: &'static str) -> impl FnOnce(io::Error) -> TtyError {
    move |error| TtyError::Io { doing, error }
}

/// Our terminal while it is ours.
pub struct Tty {
    // Dropped in this order: nobody reads or draws when the terminal is given back.
    input: Option<Input>,
    terminal: Terminal<Steady<CrosstermBackend<Canvas>>>,
    canvas: Canvas,
    guard: Guard,
}

impl Tty {
    /// Takes the terminal over. Must be called within a tokio runtime.
    pub fn open(features: Features) -> Result<Self, TtyError> {
        check()?;
        let canvas = Canvas::new();
        let guard = Guard::enter(features).map_err(failed("taken over"))?;
        let backend = Steady::new(CrosstermBackend::new(canvas.clone()));
        let terminal = Terminal::new(backend).map_err(failed("measured"))?;
        let input = Input::new().map_err(failed("read"))?;
        Ok(Self { input: Some(input), terminal, canvas, guard })
    }

    /// The next event; `None` once the terminal is gone. A call that is dropped while it waits loses nothing.
    pub async fn next(&mut self) -> Option<TtyEvent> {
        match &mut self.input {
            Some(input) => input.next().await,
            None => None,
        }
    }

    /// Draws a frame and sends what changed since the last one, in one piece.
    pub fn draw(&mut self, render: impl FnOnce(&mut Frame<'_>)) -> Result<(), TtyError> {
        self.terminal.draw(render).map_err(failed("drawn on"))?;
        let synchronized = self.guard.features().synchronized;
        self.canvas.present(synchronized, &mut io::stdout()).map_err(failed("drawn on"))
    }

    /// The next frame is drawn as a whole.
    pub fn redraw(&mut self) -> Result<(), TtyError> {
        self.terminal.backend_mut().forget();
        // `Terminal::clear` would ask the terminal for its cursor and wait for the answer.
        let size = self.terminal.size().map_err(failed("measured"))?;
        self.terminal.resize(size.into()).map_err(failed("drawn on"))
    }

    /// Stops the process until somebody continues it, with the terminal given back meanwhile.
    pub async fn suspend(&mut self) -> Result<(), TtyError> {
        let pid = process::getpid();
        if pid.is_init() {
            // The kernel would not stop it, and nobody is there to continue it.
            return Ok(());
        }
        let mut continued = signal(SignalKind::from_raw(process::Signal::CONT.as_raw()))
            .map_err(failed("left to the shell"))?;
        self.lend()?;
        // The stop signal itself: the one that can be caught is, by our own input. It may reach the process a little
        // after the call, through another thread.
        let stopped = process::kill_process(pid, process::Signal::STOP);
        if stopped.is_ok() {
            continued.recv().await;
        }
        self.take_back()?;
        stopped.map_err(|error| failed("left to the shell")(error.into()))
    }

    /// Takes the mouse, or leaves it to the terminal; it stays so when the terminal is lent and taken back.
    pub fn set_mouse(&mut self, ours: bool) -> Result<(), TtyError> {
        self.guard.set_mouse(ours).map_err(failed("written to"))
    }

    /// Sends bytes that are not part of a frame: a bell, a notification, the clipboard. They must be awtui's own, never
    /// an agent's.
    pub fn send(&mut self, sequence: &str) -> Result<(), TtyError> {
        use io::Write;
        let mut out = io::stdout();
        out.write_all(sequence.as_bytes()).and_then(|()| out.flush()).map_err(failed("written to"))
    }

    /// Gives the terminal back and tells what went wrong with it; dropping does the same silently.
    pub fn close(mut self) -> Result<(), TtyError> {
        self.lend()
    }

    fn lend(&mut self) -> Result<(), TtyError> {
        self.input = None;
        self.guard.pause().map_err(failed("given back"))
    }

    fn take_back(&mut self) -> Result<(), TtyError> {
        self.guard.resume().map_err(failed("taken over"))?;
        self.input = Some(Input::new().map_err(failed("read"))?);
        self.redraw()
    }
}
