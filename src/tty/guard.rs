//! Taking the terminal over and giving it back, also when the process panics.
//!
//! Owns the sequences that do so and the panic hook. What was switched on is switched off in reverse.

use super::keyboard::{Keyboard, Known, QUESTION};
use super::{Herald, Reply};
use crate::term::is_guarded;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

/// Presses, drags and the wheel. Movement without a button would wake awtui all the time.
const MOUSE_ON: &str = "\x1b[?1002h\x1b[?1006h";
const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1002l";

/// What to ask of the terminal beside raw mode and the alternate screen.
#[expect(clippy::struct_excessive_bools, reason = "each is an independent switch of the terminal protocol")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Features {
    pub mouse: bool,
    pub paste: bool,
    pub focus: bool,
    /// The keyboard protocols that tell more keys apart, as far as the terminal says that it has one.
    pub keyboard: bool,
    /// Frames are marked as synchronized updates.
    pub synchronized: bool,
}

impl Features {
    pub const ALL: Self = Self { mouse: true, paste: true, focus: true, keyboard: true, synchronized: true };
    pub const NONE: Self =
        Self { mouse: false, paste: false, focus: false, keyboard: false, synchronized: false };

    /// By the value of `TERM`. A terminal that calls itself dumb gets nothing beyond what drawing needs; the kernel's
    /// console would print parts of what it does not know.
    pub fn of_terminal(term: Option<&str>) -> Self {
        match term {
            None | Some("" | "dumb" | "unknown") => Self::NONE,
            Some("linux") => Self { keyboard: false, focus: false, ..Self::ALL },
            Some(_) => Self::ALL,
        }
    }

    /// What switches them on, after raw mode.
    pub fn enter(self) -> String {
        let mut bytes = String::from("\x1b[?1049h\x1b[2J\x1b[H");
        for (on, sequence) in
            [(self.paste, "\x1b[?2004h"), (self.focus, "\x1b[?1004h"), (self.mouse, MOUSE_ON)]
        {
            if on {
                bytes.push_str(sequence);
            }
        }
        bytes
    }

    /// What switches them off, before raw mode ends. Harmless where they are off.
    pub fn leave(self) -> String {
        let mut bytes = String::new();
        for (on, sequence) in [
            // A frame may have been cut off half-way.
            (self.synchronized, "\x1b[?2026l"),
            (self.mouse, MOUSE_OFF),
            (self.focus, "\x1b[?1004l"),
            (self.paste, "\x1b[?2004l"),
        ] {
            if on {
                bytes.push_str(sequence);
            }
        }
        bytes.push_str("\x1b[0m\x1b[?1049l\x1b[?25h\x1b[0 q");
        bytes
    }
}

static ENTERED: AtomicBool = AtomicBool::new(false);
static TAKEN: Mutex<Taken> = Mutex::new(Taken { features: Features::NONE, keyboard: Keyboard::Plain });
/// How the title of before comes back.
static TITLE: Mutex<Option<Herald>> = Mutex::new(None);
static HOOK: Once = Once::new();

/// What is to be switched off.
#[derive(Debug, Clone, Copy)]
struct Taken {
    features: Features,
    keyboard: Keyboard,
}

/// Holds the terminal; dropping it gives the terminal back.
#[derive(Debug)]
pub struct Guard {
    features: Features,
    known: Known,
    keyboard: Keyboard,
}

impl Guard {
    /// Takes the terminal over. The panic hook is installed first, so that nothing between can leave it raw.
    pub fn enter(features: Features) -> io::Result<Self> {
        HOOK.call_once(install_hook);
        let guard = Self { features, known: Known::default(), keyboard: Keyboard::Plain };
        guard.resume()?;
        Ok(guard)
    }

    /// Gives the terminal back for a while: to the shell, or to another program.
    pub fn pause(&self) -> io::Result<()> {
        restore()
    }

    /// Takes it over again.
    pub fn resume(&self) -> io::Result<()> {
        *taken() = Taken { features: self.features, keyboard: self.keyboard };
        ENTERED.store(true, Ordering::SeqCst);
        let question = if self.awaits_answer() { QUESTION } else { "" };
        let sequence = self.features.enter() + self.keyboard.on() + question;
        let entered = crossterm::terminal::enable_raw_mode().and_then(|()| write(&sequence));
        if entered.is_err() {
            // The error that matters is the first one.
            drop(restore());
        }
        entered
    }

    /// The terminal was asked something and has not answered all of it.
    pub fn awaits_answer(&self) -> bool {
        self.features.keyboard && !self.known.is_complete()
    }

    /// The terminal answered: what it has is switched on.
    pub fn learn(&mut self, reply: Reply) -> io::Result<()> {
        if !self.features.keyboard {
            return Ok(());
        }
        match self.known.learn(reply) {
            Some(keyboard) => {
                self.keyboard = keyboard;
                taken().keyboard = keyboard;
                write(keyboard.on())
            }
            None => Ok(()),
        }
    }

    /// Takes the mouse, or gives it back.
    pub fn set_mouse(&mut self, ours: bool) -> io::Result<()> {
        self.features.mouse = ours;
        taken().features.mouse = ours;
        write(if ours { MOUSE_ON } else { MOUSE_OFF })
    }

    pub fn features(&self) -> Features {
        self.features
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // Nobody is left to tell.
        drop(restore());
    }
}

/// Gives the terminal back if it was taken over; otherwise does nothing. Callable from anywhere.
pub fn restore() -> io::Result<()> {
    if !ENTERED.swap(false, Ordering::SeqCst) {
        return Ok(());
    }
    // A panic may hold the lock; what may have been asked for is then all switched off.
    let taken =
        TAKEN.try_lock().map_or(Taken { features: Features::ALL, keyboard: Keyboard::Kitty }, |taken| *taken);
    let written = write(&format!("{}{}{}", taken.keyboard.off(), taken.features.leave(), untitle()));
    crossterm::terminal::disable_raw_mode()?;
    written
}

/// From now on the title of before is given back with the terminal.
pub(super) fn hold_title(herald: Option<Herald>) {
    *TITLE.lock().unwrap_or_else(PoisonError::into_inner) = herald;
}

fn untitle() -> &'static str {
    TITLE.try_lock().ok().and_then(|mut held| held.take()).map_or("", Herald::untitle)
}

fn taken() -> MutexGuard<'static, Taken> {
    TAKEN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn write(sequence: &str) -> io::Result<()> {
    let mut out = io::stdout();
    out.write_all(sequence.as_bytes())?;
    out.flush()
}

/// The terminal is given back before the panic is printed. Panics that the emulator's fence catches are nobody's
/// business: nothing is printed over the screen.
fn install_hook() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if is_guarded() {
            return;
        }
        drop(restore());
        before(panic);
    }));
}

/// Whether both ends are a terminal.
pub(super) fn is_terminal() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}
