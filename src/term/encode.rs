//! Keys, pasted text and focus changes as the bytes a program expects.
//!
//! Owns the legacy xterm encoding, xterm's modifyOtherKeys and the kitty keyboard protocol, chosen by what the program
//! asked for. It sends presses only: nothing awtui forwards needs a release.

use super::key::{Key, KeyCode, Mods, Native, capital_letter};
use super::modes::Modes;

const DISAMBIGUATE: u8 = 1;
const ALTERNATE_KEYS: u8 = 4;
const ALL_KEYS: u8 = 8;
const ASSOCIATED_TEXT: u8 = 16;

/// The bytes of a key press.
pub fn encode_key(key: Key, modes: &Modes) -> Vec<u8> {
    // The fields are public: whatever they were set to comes into one form first.
    let key = key.native().map_or_else(|| Key::new(key.code, key.mods), |_| key);
    if modes.kitty & (DISAMBIGUATE | ALL_KEYS) != 0 { kitty(key, modes.kitty) } else { legacy(key, modes) }
}

/// Pasted text. With bracketed paste the program sees where it begins and ends, so control characters that could end
/// it early are taken out; without it a line break is the key that makes one.
pub fn encode_paste(text: &str, modes: &Modes) -> Vec<u8> {
    let text: String = text
        .replace("\r\n", "\n")
        .chars()
        .filter(|character| !character.is_control() || matches!(character, '\n' | '\r' | '\t'))
        .collect();
    if modes.bracketed_paste {
        format!("\x1b[200~{text}\x1b[201~").into_bytes()
    } else {
        text.replace('\n', "\r").into_bytes()
    }
}

/// The report that the terminal gained or lost the focus, if the program wants it.
pub fn encode_focus(gained: bool, modes: &Modes) -> Option<Vec<u8>> {
    modes.focus_events.then(|| if gained { b"\x1b[I".to_vec() } else { b"\x1b[O".to_vec() })
}

/// How a key that types nothing is written.
enum Form {
    /// `CSI 1 ; modifiers letter`, or `CSI letter`; some use `SS3 letter` without modifiers.
    Letter { letter: char, single_shift: bool },
    /// `CSI number ; modifiers ~`.
    Number(u8),
}

fn form(code: KeyCode, modes: &Modes) -> Option<Form> {
    let arrow = |letter| Some(Form::Letter { letter, single_shift: modes.app_cursor });
    match code {
        KeyCode::Up => arrow('A'),
        KeyCode::Down => arrow('B'),
        KeyCode::Right => arrow('C'),
        KeyCode::Left => arrow('D'),
        KeyCode::End => arrow('F'),
        KeyCode::Home => arrow('H'),
        KeyCode::Insert => Some(Form::Number(2)),
        KeyCode::Delete => Some(Form::Number(3)),
        KeyCode::PageUp => Some(Form::Number(5)),
        KeyCode::PageDown => Some(Form::Number(6)),
        KeyCode::F(number) => function_key(number),
        KeyCode::Char(_)
        | KeyCode::Enter
        | KeyCode::Tab
        | KeyCode::BackTab
        | KeyCode::Backspace
        | KeyCode::Esc => None,
    }
}

fn function_key(number: u8) -> Option<Form> {
    let letter = |letter| Some(Form::Letter { letter, single_shift: true });
    match number {
        1 => letter('P'),
        2 => letter('Q'),
        3 => letter('R'),
        4 => letter('S'),
        5 => Some(Form::Number(15)),
        6..=10 => Some(Form::Number(number + 11)),
        11..=14 => Some(Form::Number(number + 12)),
        15 | 16 => Some(Form::Number(number + 13)),
        17..=20 => Some(Form::Number(number + 14)),
        _ => None,
    }
}

fn write_form(form: &Form, mods: Mods) -> Vec<u8> {
    let modifiers = mods.protocol_number();
    match form {
        Form::Letter { letter, .. } if modifiers > 1 => format!("\x1b[1;{modifiers}{letter}"),
        Form::Letter { letter, single_shift: true } => format!("\x1bO{letter}"),
        Form::Letter { letter, single_shift: false } => format!("\x1b[{letter}"),
        Form::Number(number) if modifiers > 1 => format!("\x1b[{number};{modifiers}~"),
        Form::Number(number) => format!("\x1b[{number}~"),
    }
    .into_bytes()
}

fn legacy(key: Key, modes: &Modes) -> Vec<u8> {
    if let Some(form) = form(key.code, modes) {
        return write_form(&form, key.mods);
    }
    if let Some(bytes) = modify_other_keys(key, modes.modify_other_keys) {
        return bytes;
    }
    let control = key.mods.contains(Mods::CTRL);
    let bytes = match key.code {
        // The old encoding has no word for it, and without it the key would type a character that nobody meant.
        KeyCode::Char(_) if key.mods.contains(Mods::SUPER) => Vec::new(),
        KeyCode::Char(character) => {
            let shifted = key.mods.contains(Mods::SHIFT);
            let typed = capital_letter(character).filter(|_| shifted).unwrap_or(character);
            match control_code(character).filter(|_| control) {
                Some(code) => vec![code],
                None => typed.to_string().into_bytes(),
            }
        }
        // Agents take a line feed as "new line without sending"; a plain terminal has no other way to say it.
        KeyCode::Enter if key.mods.contains(Mods::SHIFT) || control => vec![b'\n'],
        KeyCode::Enter => vec![b'\r'],
        KeyCode::Tab => vec![b'\t'],
        KeyCode::BackTab => b"\x1b[Z".to_vec(),
        KeyCode::Backspace if control => vec![0x08],
        KeyCode::Backspace => vec![0x7f],
        KeyCode::Esc => vec![0x1b],
        KeyCode::Up
        | KeyCode::Down
        | KeyCode::Left
        | KeyCode::Right
        | KeyCode::Home
        | KeyCode::End
        | KeyCode::PageUp
        | KeyCode::PageDown
        | KeyCode::Insert
        | KeyCode::Delete
        | KeyCode::F(_) => Vec::new(),
    };
    if key.mods.contains(Mods::ALT) && !bytes.is_empty() {
        [b"\x1b", bytes.as_slice()].concat()
    } else {
        bytes
    }
}

/// The control code that a character typed with the control key stands for.
fn control_code(character: char) -> Option<u8> {
    let byte = u8::try_from(character).ok()?;
    Some(match byte {
        b'a'..=b'z' => byte - b'a' + 1,
        b' ' | b'@' | b'2' => 0x00,
        b'[' | b'3' => 0x1b,
        b'\\' | b'4' => 0x1c,
        b']' | b'5' => 0x1d,
        b'^' | b'6' | b'~' => 0x1e,
        b'_' | b'-' | b'/' | b'7' => 0x1f,
        b'?' | b'8' => 0x7f,
        _ => return None,
    })
}

/// `CSI 27 ; modifiers ; code ~` for the keys whose modifiers the legacy encoding loses.
fn modify_other_keys(key: Key, level: u8) -> Option<Vec<u8>> {
    if level == 0 || key.mods.is_empty() {
        return None;
    }
    let mut mods = key.native().map_or(key.mods, |native| native.mods);
    let code = match key.code {
        KeyCode::Char(character) => {
            let lost = match key.mods {
                Mods::SHIFT => return None,
                _ if level >= 2 => true,
                mods => mods.contains(Mods::CTRL) && control_code(character).is_none(),
            };
            let shifted = key.mods.contains(Mods::SHIFT);
            lost.then(|| u32::from(capital_letter(character).filter(|_| shifted).unwrap_or(character)))?
        }
        KeyCode::BackTab => {
            mods = mods | Mods::SHIFT;
            9
        }
        KeyCode::Enter => 13,
        KeyCode::Tab => 9,
        KeyCode::Backspace if level >= 2 => 127,
        KeyCode::Esc if level >= 2 => 27,
        KeyCode::Backspace
        | KeyCode::Esc
        | KeyCode::Up
        | KeyCode::Down
        | KeyCode::Left
        | KeyCode::Right
        | KeyCode::Home
        | KeyCode::End
        | KeyCode::PageUp
        | KeyCode::PageDown
        | KeyCode::Insert
        | KeyCode::Delete
        | KeyCode::F(_) => return None,
    };
    Some(format!("\x1b[27;{};{code}~", mods.protocol_number()).into_bytes())
}

fn kitty(key: Key, flags: u8) -> Vec<u8> {
    let all = flags & ALL_KEYS != 0;
    let text = key.typed().filter(|_| flags & ASSOCIATED_TEXT != 0);
    if let Some(native) = key.native().filter(|_| all || key.typed().is_none()) {
        return write_unicode(native, flags, text);
    }
    // The protocol knows no application cursor keys, writes F3 so that it is no position report, and numbers the
    // function keys from F13 on in the private use area.
    let form = if key.code == KeyCode::F(3) {
        Some(Form::Number(13))
    } else if matches!(key.code, KeyCode::F(13..)) {
        None
    } else {
        form(key.code, &Modes::default())
    };
    match form {
        Some(Form::Letter { letter, .. }) => {
            return write_form(&Form::Letter { letter, single_shift: false }, key.mods);
        }
        Some(number @ Form::Number(_)) => return write_form(&number, key.mods),
        None => {}
    }
    let (code, mods) = match key.code {
        KeyCode::Char(character) => {
            if let Some(typed) = key.typed().filter(|_| !all) {
                return typed.to_string().into_bytes();
            }
            (u32::from(character), key.mods)
        }
        KeyCode::Enter if key.mods.is_empty() && !all => return vec![b'\r'],
        KeyCode::Tab if key.mods.is_empty() && !all => return vec![b'\t'],
        KeyCode::Backspace if key.mods.is_empty() && !all => return vec![0x7f],
        KeyCode::Enter => (13, key.mods),
        KeyCode::Tab => (9, key.mods),
        KeyCode::BackTab => (9, key.mods | Mods::SHIFT),
        KeyCode::Backspace => (127, key.mods),
        KeyCode::Esc => (27, key.mods),
        KeyCode::F(number) => (57_363 + u32::from(number), key.mods),
        KeyCode::Up
        | KeyCode::Down
        | KeyCode::Left
        | KeyCode::Right
        | KeyCode::Home
        | KeyCode::End
        | KeyCode::PageUp
        | KeyCode::PageDown
        | KeyCode::Insert
        | KeyCode::Delete => return Vec::new(),
    };
    let shifted = char::from_u32(code).and_then(capital_letter).map(u32::from);
    write_unicode(Native { code, shifted, base: None, mods }, flags, text)
}

/// `CSI code : shifted : base ; modifiers ; text u`, as much of it as was asked for and as there is.
fn write_unicode(key: Native, flags: u8, text: Option<char>) -> Vec<u8> {
    let alternates = flags & ALTERNATE_KEYS != 0;
    let shifted = key.shifted.filter(|_| alternates && key.mods.contains(Mods::SHIFT));
    let base = key.base.filter(|_| alternates);
    let told = |code: Option<u32>| code.map_or_else(String::new, |code| format!(":{code}"));
    let shifted = if shifted.is_none() && base.is_some() { ":".to_owned() } else { told(shifted) };
    let code = format!("{}{shifted}{}", key.code, told(base));
    let rest = match (text, key.mods.protocol_number()) {
        (None, 1) => String::new(),
        (None, modifiers) => format!(";{modifiers}"),
        (Some(text), 1) => format!(";;{}", u32::from(text)),
        (Some(text), modifiers) => format!(";{modifiers};{}", u32::from(text)),
    };
    format!("\x1b[{code}{rest}u").into_bytes()
}
