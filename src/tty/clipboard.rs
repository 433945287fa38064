//! The operator's clipboard, by way of the terminal: OSC 52.
//!
//! Owns the sequence. Whether the terminal takes it is the terminal's choice; it does not answer.

use crossterm::Command;
use crossterm::clipboard::CopyToClipboard;

/// What puts a text on the clipboard. `tmux` takes the plain sequence where its `set-clipboard` is `on`, and hands the
/// wrapped one through where `allow-passthrough` is; so there it is both.
pub fn clipboard(text: &str, tmux: bool) -> String {
    let mut plain = String::new();
    // Writing to a `String` cannot fail.
    CopyToClipboard::to_clipboard_from(text).write_ansi(&mut plain).unwrap_or_default();
    if !tmux {
        return plain;
    }
    let wrapped = plain.replace('\x1b', "\x1b\x1b");
    format!("{plain}\x1bPtmux;{wrapped}\x1b\\")
}
