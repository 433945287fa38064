//! Reading the operating system commands in which programs announce things.
//!
//! Owns the grammar of OSC 7, 9, 52, 99, 133, 777 and 7501. The emulator knows none of them. It never answers.

use super::base64;
use super::control::number;
use super::signal::{ProgramState, ProgramStatus, Progress, PromptMark, Signal};

/// Longer texts are cut: they are shown in one line.
const MAX_TEXT: usize = 512;

/// What is before and after the first `;`.
pub(super) fn split_once(payload: &[u8]) -> (&[u8], &[u8]) {
    split_at_byte(payload, b';')
}

fn split_at_byte(payload: &[u8], separator: u8) -> (&[u8], &[u8]) {
    match payload.iter().position(|byte| *byte == separator) {
        Some(at) => (&payload[..at], &payload[at + 1..]),
        None => (payload, b""),
    }
}

/// Text that is safe to show in one line: no control characters, bounded, blanks trimmed.
pub(super) fn plain_text(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.trim().chars().filter(|character| !character.is_control()).take(MAX_TEXT).collect()
}

/// The text of a clipboard write; a clipboard read is no write.
pub(super) fn clipboard(rest: &[u8]) -> Option<String> {
    let (_, encoded) = split_once(rest);
    if encoded == b"?" || encoded.is_empty() { None } else { base64::decode_text(encoded) }
}

pub(super) fn signal(number: &[u8], rest: &[u8]) -> Option<Signal> {
    match number {
        b"7" => Some(Signal::Cwd(path_of(rest)?)),
        b"9" => notification_or_progress(rest),
        b"99" => kitty_notification(rest),
        b"133" => Some(Signal::Prompt(prompt_mark(rest)?)),
        b"777" => {
            let (title, body) = split_once(rest.strip_prefix(b"notify;")?);
            notify(&[title, body])
        }
        b"7501" => Some(Signal::Status(program_status(rest)?)),
        _ => None,
    }
}

fn notify(parts: &[&[u8]]) -> Option<Signal> {
    let parts: Vec<String> =
        parts.iter().map(|part| plain_text(part)).filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { None } else { Some(Signal::Notify(parts.join(": "))) }
}

/// `OSC 9` is a notification unless it begins with one of `ConEmu`'s numbers; of those the progress bar and the working
/// directory are understood.
fn notification_or_progress(rest: &[u8]) -> Option<Signal> {
    let (first, argument) = split_once(rest);
    match first {
        b"4" => {
            let (state, percent) = split_once(argument);
            let percent = u8::try_from(number(percent).unwrap_or_default().min(100)).unwrap_or(100);
            Some(Signal::Progress(match state {
                b"0" => Progress::None,
                b"1" => Progress::Percent(percent),
                b"2" => Progress::Error(percent),
                b"3" => Progress::Indeterminate,
                b"4" => Progress::Paused(percent),
                _ => return None,
            }))
        }
        b"9" if !argument.is_empty() => Some(Signal::Cwd(path_of(argument)?)),
        _ => notify(&[rest]),
    }
}

/// `OSC 99;key=value:key=value;payload`. Only titles and bodies are texts; everything else is about buttons and icons.
fn kitty_notification(rest: &[u8]) -> Option<Signal> {
    let (metadata, payload) = split_once(rest);
    let value = |key: &[u8]| metadata.split(|byte| *byte == b':').find_map(|field| field.strip_prefix(key));
    if !matches!(value(b"p="), None | Some(b"title" | b"body")) {
        return None;
    }
    if value(b"e=") == Some(b"1") {
        return notify(&[base64::decode_text(payload)?.as_bytes()]);
    }
    notify(&[payload])
}

fn prompt_mark(rest: &[u8]) -> Option<PromptMark> {
    let (mark, argument) = split_once(rest);
    Some(match mark {
        b"A" => PromptMark::PromptStart,
        b"B" => PromptMark::CommandStart,
        b"C" => PromptMark::CommandRuns,
        b"D" => {
            let (code, _) = split_once(argument);
            PromptMark::CommandEnded(str::from_utf8(code).ok().and_then(|code| code.parse().ok()))
        }
        _ => return None,
    })
}

/// `state=working:app=pi:msg=<base64>`. Unknown fields are ignored, an unknown state says nothing, and neither does one
/// with an `id`: it is that of a part of the program.
fn program_status(rest: &[u8]) -> Option<ProgramStatus> {
    let mut state = None;
    let mut status =
        ProgramStatus { state: ProgramState::Clear, app: None, kind: None, message: None, progress: None };
    for field in rest.split(|byte| *byte == b':') {
        let (key, value) = split_at_byte(field, b'=');
        match key {
            b"state" => state = program_state(value),
            b"id" if !value.is_empty() => return None,
            b"app" => status.app = some_text(value),
            b"kind" => status.kind = some_text(value),
            b"msg" => {
                status.message = base64::decode_text(value).and_then(|text| some_text(text.as_bytes()));
            }
            b"progress" => {
                status.progress =
                    number(value).and_then(|percent| u8::try_from(percent).ok()).map(|value| value.min(100));
            }
            _ => {}
        }
    }
    status.state = state?;
    Some(status)
}

fn program_state(value: &[u8]) -> Option<ProgramState> {
    Some(match value {
        b"idle" => ProgramState::Idle,
        b"working" => ProgramState::Working,
        b"blocked" => ProgramState::Blocked,
        b"done" => ProgramState::Done,
        b"error" => ProgramState::Error,
        b"clear" => ProgramState::Clear,
        _ => return None,
    })
}

fn some_text(bytes: &[u8]) -> Option<String> {
    Some(plain_text(bytes)).filter(|text| !text.is_empty())
}

/// The path in `file://host/path` (percent-decoded) or a bare path.
fn path_of(bytes: &[u8]) -> Option<String> {
    let path = match bytes.strip_prefix(b"file://") {
        Some(rest) => {
            let root = rest.iter().position(|byte| *byte == b'/')?;
            percent_decoded(&rest[root..])
        }
        None => bytes.to_vec(),
    };
    some_text(&path)
}

fn percent_decoded(bytes: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((byte, after)) = rest.split_first() {
        let code = after.get(..2).filter(|_| *byte == b'%').and_then(|digits| str::from_utf8(digits).ok());
        if let Some(value) = code.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            decoded.push(value);
            rest = &after[2..];
        } else {
            decoded.push(*byte);
            rest = after;
        }
    }
    decoded
}
