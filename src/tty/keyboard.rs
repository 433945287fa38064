//! How well our terminal can tell keys apart: it is asked, and what it has is switched on.
//!
//! Owns the question, what the answers mean, and the sequences that switch on and off. It never waits for an answer: what
//! is typed meanwhile is read as the terminal sends it, and one that never answers stays as it is.

use super::Reply;

/// Its keyboard, its name, and last what every terminal answers, so that silence about the others is an answer too.
pub(super) const QUESTION: &str = "\x1b[?u\x1b[>q\x1b[c";

/// What terminals call themselves whose keyboard is told fully by xterm's modifyOtherKeys. Others draw underlines when
/// they are asked for it.
const OTHER_KEYS: [&str; 5] = ["XTerm(", "tmux ", "mintty ", "WezTerm ", "iTerm2 "];

/// What a terminal's keyboard was switched to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Keyboard {
    /// As every terminal has it: some keys look alike.
    #[default]
    Plain,
    /// xterm's modifyOtherKeys.
    OtherKeys,
    /// The kitty keyboard protocol.
    Kitty,
}

impl Keyboard {
    pub fn on(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::OtherKeys => "\x1b[>4;2m",
            // Disambiguate, and tell the shifted form of a key: pushed, so that the shell's own choice comes back.
            Self::Kitty => "\x1b[>5u",
        }
    }

    pub fn off(self) -> &'static str {
        match self {
            Self::Plain => "",
            // Back to what the terminal was set to.
            Self::OtherKeys => "\x1b[>4m",
            Self::Kitty => "\x1b[<1u",
        }
    }
}

/// What the terminal has answered so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    keyboard: Keyboard,
    name: String,
    complete: bool,
}

impl Known {
    /// Nothing more is to come: the last answer was given.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// Takes an answer. Returns the keyboard when it becomes known that there is a better one than the plain one.
    pub fn learn(&mut self, reply: Reply) -> Option<Keyboard> {
        self.complete |= reply == Reply::Attributes;
        let better = match reply {
            Reply::KeyboardFlags(_) => Keyboard::Kitty,
            Reply::Name(name) => {
                self.name = name;
                return None;
            }
            Reply::Attributes if OTHER_KEYS.iter().any(|known| self.name.starts_with(known)) => {
                Keyboard::OtherKeys
            }
            Reply::Attributes => return None,
        };
        // Asked once more after a while with somebody else, it says the same again.
        if self.keyboard != Keyboard::Plain {
            return None;
        }
        self.keyboard = better;
        Some(better)
    }
}
