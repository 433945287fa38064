//! The whole terminal: guard, input and drawing together, and the moments in which it is lent to somebody else.

use super::guard::{hold_title, is_terminal};
use super::input::Meanwhile;
use super::{ASK_BACKGROUND, Canvas, Decoded, Features, Guard, Herald, Input, Steady, TtyEvent};
use crate::term::Links;
use ratatui::backend::CrosstermBackend;
use ratatui::{Frame, Terminal};
use rustix::process::{self, Pid, Signal};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
use std::io;
use std::pin::Pin;
use std::process::ExitStatus;
use std::time::Duration;
use thiserror::Error;
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::Sleep;

/// Modes that awtui never sets, and a program that ended badly may leave behind: movement of the mouse, and other codes
/// for the arrow keys.
const LEFT_BEHIND: &str = "\x1b[?1003l\x1b[?1l\x1b>";

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

/// How long a terminal may take to answer: one on the other side of the world. One that is given back earlier would hand
/// the answer to somebody else.
const ANSWER: Duration = Duration::from_secs(1);

/// Our terminal while it is ours.
pub struct Tty {
    // Dropped in this order: nobody reads or draws when the terminal is given back.
    input: Input,
    /// Until then an answer is waited for.
    answer: Pin<Box<Sleep>>,
    terminal: Terminal<Steady<CrosstermBackend<Canvas>>>,
    canvas: Canvas,
    guard: Guard,
    /// The title that was set last, and how.
    title: Option<(Herald, String)>,
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
        Ok(Self { input, answer: Box::pin(tokio::time::sleep(ANSWER)), terminal, canvas, guard, title: None })
    }

    /// The next event; `None` once the terminal is gone. A call that is dropped while it waits loses nothing.
    pub async fn next(&mut self) -> Option<TtyEvent> {
        loop {
            match self.input.decoded().await? {
                Decoded::Event(event) => return Some(event),
                // A terminal that cannot be written to will say so when it is drawn on.
                Decoded::Reply(reply) => drop(self.guard.learn(reply)),
            }
        }
    }

    /// Draws a frame and sends what changed since the last one, in one piece.
    /// What is rendered tells the links that its cells carry.
    pub fn draw(&mut self, render: impl FnOnce(&mut Frame<'_>) -> Links) -> Result<(), TtyError> {
        // A terminal that may print what it does not know is told of no link.
        let knows_links = self.guard.features().focus;
        let carried = self.terminal.backend().links();
        let work = |frame: &mut Frame<'_>| {
            let links = render(frame);
            carried.set(if knows_links { links } else { Links::default() });
        };
        self.terminal.draw(work).map_err(failed("drawn on"))?;
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

    /// What was typed and is not carried out yet is forgotten, and how much that was is told: for before a program gets the
    /// terminal that it was meant for, since carried out after the program's end it would do something else.
    pub fn forget_typed(&mut self) -> usize {
        self.input.forget_typed()
    }

    /// Runs a program on our terminal and waits for its end: it has the screen, the keys and the signals of the keyboard
    /// meanwhile, and what it leaves unread is ours afterwards. When it is stopped by the keyboard, so are we. The inner
    /// error: the program could not be run. The call must not be dropped before it ends.
    pub async fn hand_over(&mut self, program: &mut Command) -> Result<io::Result<ExitStatus>, TtyError> {
        self.lend().await?;
        // A program that is killed does not put back what it changed.
        let modes = tcgetattr(io::stdin());
        let ended = match program.spawn() {
            Ok(child) => self.attend(child).await,
            Err(error) => Err(error),
        };
        if let Ok(modes) = modes {
            tcsetattr(io::stdin(), OptionalActions::Now, &modes)
                .map_err(|error| failed("taken back")(error.into()))?;
        }
        self.send(LEFT_BEHIND)?;
        self.take_back()?;
        Ok(ended)
    }

    async fn attend(&mut self, mut child: Child) -> io::Result<ExitStatus> {
        loop {
            tokio::select! {
                biased;
                ended = child.wait() => return ended,
                meanwhile = self.input.meanwhile() => match meanwhile {
                    // It has stopped by itself. Where nobody could continue us, the kernel let it run on.
                    Meanwhile::Suspend if can_be_continued() => stop()?,
                    Meanwhile::Suspend => {}
                    Meanwhile::End => end(&child)?,
                },
            }
        }
    }

    /// Whether somebody could continue us if we stopped: a shell with job control.
    pub fn can_suspend(&self) -> bool {
        can_be_continued()
    }

    /// Stops the process until somebody continues it, with the terminal given back meanwhile.
    pub async fn suspend(&mut self) -> Result<(), TtyError> {
        if process::getpid().is_init() {
            // The kernel would not stop it, and nobody is there to continue it.
            return Ok(());
        }
        let mut continued =
            signal(SignalKind::from_raw(Signal::CONT.as_raw())).map_err(failed("left to the shell"))?;
        self.lend().await?;
        // It may reach the process a little after the call, through another thread.
        let stopped = stop();
        if stopped.is_ok() {
            continued.recv().await;
        }
        self.take_back()?;
        stopped.map_err(failed("left to the shell"))
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

    /// Sets the title of the window, which has its own again whenever the terminal is given back.
    pub fn set_title(&mut self, herald: Herald, text: &str) -> Result<(), TtyError> {
        let title = herald.title(text);
        let first = self.title.is_none();
        self.title = Some((herald, title.clone()));
        if first { self.take_title() } else { self.send(&title) }
    }

    fn take_title(&mut self) -> Result<(), TtyError> {
        let Some((herald, title)) = self.title.clone() else { return Ok(()) };
        hold_title(Some(herald));
        self.send(&(herald.keep_title().to_owned() + &title))
    }

    /// Asks for the background's colour, which comes back as an event; not of a terminal that knows no such question.
    pub fn ask_background(&mut self) -> Result<bool, TtyError> {
        let asks = self.guard.features().focus;
        if asks {
            self.send(ASK_BACKGROUND)?;
        }
        Ok(asks)
    }

    /// Gives the terminal back and tells what went wrong with it; dropping does the same silently.
    pub async fn close(mut self) -> Result<(), TtyError> {
        self.lend().await
    }

    async fn lend(&mut self) -> Result<(), TtyError> {
        // What the terminal was asked is answered, or will not be: nobody else gets the answer.
        while self.guard.awaits_answer() {
            tokio::select! {
                reply = self.input.reply() => match reply {
                    Some(reply) => drop(self.guard.learn(reply)),
                    None => break,
                },
                () = &mut self.answer => break,
            }
        }
        self.guard.pause().map_err(failed("given back"))
    }

    fn take_back(&mut self) -> Result<(), TtyError> {
        self.guard.resume().map_err(failed("taken over"))?;
        self.answer = Box::pin(tokio::time::sleep(ANSWER));
        self.input.resumed();
        self.take_title()?;
        self.redraw()
    }
}

/// A shell started us in a group of processes of our own, or a script that the shell started did: the same session, and
/// not its leader.
fn can_be_continued() -> bool {
    let session = |of: Option<Pid>| process::getsid(of).ok();
    let ours = session(None);
    ours.is_some() && ours != Some(process::getpid()) && session(process::getppid()) == ours
}

/// The stop signal itself: the one that can be caught is, by our own input. A script that runs us stops with us.
fn stop() -> io::Result<()> {
    if can_be_continued() {
        process::kill_current_process_group(Signal::STOP)?;
    } else {
        process::kill_process(process::getpid(), Signal::STOP)?;
    }
    Ok(())
}

/// Asks a program that has our terminal to end.
fn end(child: &Child) -> io::Result<()> {
    let pid = child.id().and_then(|pid| i32::try_from(pid).ok()).and_then(Pid::from_raw);
    match pid.map(|pid| process::kill_process(pid, Signal::TERM)) {
        Some(Err(rustix::io::Errno::SRCH)) | None => Ok(()),
        Some(result) => Ok(result?),
    }
}
