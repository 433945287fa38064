//! What goes to stdout and stderr. A reader that closed its end is no error.

use serde::Serialize;
use std::io::Write;

pub(super) fn line(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
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
