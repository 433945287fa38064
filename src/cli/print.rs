//! What goes to stdout and stderr. A reader that closed its end is no error.

use serde::Serialize;
use std::io::{IsTerminal, Write};

pub(super) fn line(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// How wide the terminal is that standard output goes to; `None` where it goes elsewhere.
pub(super) fn columns() -> Option<u16> {
    let out = std::io::stdout();
    let size = out.is_terminal().then(|| rustix::termios::tcgetwinsize(&out)).and_then(Result::ok);
    size.map(|size| size.ws_col).filter(|columns| *columns > 0)
}

pub(super) fn error(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "awtui: {text}");
}

pub(super) fn json(value: &impl Serialize) {
    if let Ok(text) = serde_json::to_string_pretty(value) {
        line(&text);
    }
}

pub(super) fn json_line(value: &impl Serialize) {
    if let Ok(text) = serde_json::to_string(value) {
        line(&text);
    }
}
