//! What the terminal tells, in words of our own.

use crate::term::{Key, Mouse};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TtyEvent {
    Key(Key),
    /// Pasted in one piece; lines end with `\n`.
    Paste(String),
    /// At a cell of the whole screen, counted from zero.
    Mouse(Mouse),
    Resize(u16, u16),
    /// The terminal gained or lost the focus.
    Focus(bool),
    /// The terminal's background is dark, or it is light: it was asked, or the operator has just changed it.
    Dark(bool),
    /// Somebody asked the process to stop for a while, as `kill -TSTP` does.
    Suspend,
    /// Somebody asked the process to end; the number of the signal.
    Terminate(i32),
}
