//! The escape sequences of terminals, one at a time: keys, the mouse, the focus, answers.
//!
//! Pure, and it never fails: a sequence that says nothing to awtui is read to its end and left out.

use super::TtyEvent;
use super::decoder::Reply;
use crate::term::{Key, KeyCode, Mods, Mouse, MouseButton, MouseKind, Native};

/// What a sequence says.
pub(super) enum Found {
    /// `None`: nothing that awtui has a use for.
    Key(Option<Key>),
    Text(String),
    Event(TtyEvent),
    Reply(Reply),
}

/// Sequences and answers that are longer are nothing that awtui asked for.
const LONGEST: usize = 4096;

const NOTHING: Found = Found::Key(None);

/// Whether these bytes behind an escape character are a sequence, not a key that was pressed with alt.
pub(super) fn begins(bytes: &[u8]) -> bool {
    match bytes {
        [b'[' | b'O', ..] => true,
        // It may be one: the next byte tells.
        [b'P' | b']' | b'_'] => true,
        // Keys with alt look the same at first; answers go on like this.
        [b'P', next, ..] => matches!(next, b'>' | b'!' | b'+' | b'$' | b'0'..=b'9'),
        [b']', next, ..] => next.is_ascii_digit(),
        [b'_', b'G', ..] => true,
        _ => false,
    }
}

/// The sequence behind an escape character, and its length. `None`: more bytes are needed, and not all came.
pub(super) fn read(bytes: &[u8], quiet: bool) -> Option<(usize, Found)> {
    match bytes {
        [b'O', rest @ ..] => single_shift(rest, quiet).map(|(length, found)| (length + 1, found)),
        [b'[', rest @ ..] => control_sequence(rest, quiet).map(|(length, found)| (length + 1, found)),
        _ => string(bytes, quiet),
    }
}

/// A key with alt that was the whole of what came.
fn alone(character: char) -> Found {
    Found::Key(Some(Key::new(KeyCode::Char(character), Mods::ALT)))
}

/// An answer in the form of a string: a name and version, a colour, or something nobody asked for.
fn string(bytes: &[u8], quiet: bool) -> Option<(usize, Found)> {
    if let [letter] = bytes {
        return quiet.then(|| (1, alone(char::from(*letter))));
    }
    let bytes = &bytes[..bytes.len().min(LONGEST)];
    let end = bytes.iter().position(|byte| matches!(byte, 0x07 | 0x1b));
    let (text, mark) = match end.map(|end| bytes.split_at(end)) {
        Some((text, [0x07, ..])) => (text, 1),
        Some((text, [0x1b, b'\\', ..])) => (text, 2),
        // Broken off: what comes next is something of its own.
        Some((text, [0x1b, _, ..])) => return Some((text.len(), NOTHING)),
        Some(_) | None if quiet || bytes.len() == LONGEST => return Some((bytes.len(), NOTHING)),
        Some(_) | None => return None,
    };
    let said = String::from_utf8_lossy(text);
    let name = said.strip_prefix("P>|").map(|name| Found::Reply(Reply::Name(name.to_owned())));
    let dark = || said.strip_prefix("]11;").and_then(is_dark).map(|dark| Found::Event(TtyEvent::Dark(dark)));
    Some((text.len() + mark, name.or_else(dark).unwrap_or(NOTHING)))
}

/// Whether light text is read better on a colour, by the weights of ITU-R BT.601. The colour is written as X11 does:
/// `rgb:1e1e/1e1e/2e2e`, with one to four digits a part.
fn is_dark(colour: &str) -> Option<bool> {
    let (_, parts) = colour.split_once(':')?;
    let parts: Option<Vec<u32>> = parts
        .split('/')
        .map(|part| {
            let most = 16_u32.checked_pow(u32::try_from(part.len()).ok()?)?.checked_sub(1)?;
            (u32::from_str_radix(part, 16).ok()? * 255).checked_div(most)
        })
        .collect();
    match parts?.as_slice() {
        [red, green, blue, ..] => Some(299 * red + 587 * green + 114 * blue < 128 * 1000),
        _ => None,
    }
}

/// `ESC O letter`, with a number before the letter from some old terminals.
fn single_shift(bytes: &[u8], quiet: bool) -> Option<(usize, Found)> {
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let Some(last) = bytes.get(digits) else {
        return quiet.then_some((digits, if digits == 0 { alone('O') } else { NOTHING }));
    };
    let number = std::str::from_utf8(&bytes[..digits]).ok().and_then(|number| number.parse().ok());
    let mods = Mods::from_protocol(number.unwrap_or(1));
    let code = match last {
        b'a'..=b'd' => {
            let arrow = letter_key(last.to_ascii_uppercase());
            return Some((digits + 1, Found::Key(arrow.map(|code| Key::new(code, mods | Mods::CTRL)))));
        }
        b'M' => Some(KeyCode::Enter),
        b'I' => Some(KeyCode::Tab),
        b' ' => Some(KeyCode::Char(' ')),
        b'X' => Some(KeyCode::Char('=')),
        // The keypad in its application mode: the characters from `*` to `9`.
        b'j'..=b'y' => Some(KeyCode::Char(char::from(last - 0x40))),
        0x21..=0x7e => letter_key(*last),
        // Alt was held with a capital letter, and something else came after it.
        0x00..=0x1f | 0x7f..=0xff => return Some((digits, if digits == 0 { alone('O') } else { NOTHING })),
    };
    Some((digits + 1, Found::Key(code.map(|code| Key::new(code, mods)))))
}

/// The keys that sequences name by their last letter.
fn letter_key(letter: u8) -> Option<KeyCode> {
    Some(match letter {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'F' => KeyCode::End,
        b'H' => KeyCode::Home,
        b'P' => KeyCode::F(1),
        b'Q' => KeyCode::F(2),
        b'R' => KeyCode::F(3),
        b'S' => KeyCode::F(4),
        _ => return None,
    })
}

/// The keys that sequences name by a number.
fn numbered_key(number: u32) -> Option<KeyCode> {
    let function = |number: u32| u8::try_from(number).ok().map(KeyCode::F);
    match number {
        1 | 7 => Some(KeyCode::Home),
        2 => Some(KeyCode::Insert),
        3 => Some(KeyCode::Delete),
        4 | 8 => Some(KeyCode::End),
        5 => Some(KeyCode::PageUp),
        6 => Some(KeyCode::PageDown),
        11..=15 => function(number - 10),
        17..=21 => function(number - 11),
        23..=26 => function(number - 12),
        28 | 29 => function(number - 13),
        31..=34 => function(number - 14),
        _ => None,
    }
}

/// The parts of a control sequence.
struct Parts<'a> {
    /// `<`, `=`, `>` or `?`, if it begins so.
    mark: Option<u8>,
    /// What is between semicolons, and there between colons. What is left out is `None`.
    numbers: Vec<Vec<Option<u32>>>,
    between: &'a [u8],
    last: u8,
}

impl Parts<'_> {
    fn number(&self, place: usize) -> Option<u32> {
        self.sub(place, 0)
    }

    fn sub(&self, place: usize, sub: usize) -> Option<u32> {
        self.numbers.get(place).and_then(|numbers| numbers.get(sub)).copied().flatten()
    }

    /// The modifiers, where they are the second number.
    fn mods(&self) -> Mods {
        Mods::from_protocol(self.number(1).unwrap_or(1))
    }

    /// A key was let go, which terminals tell only when they are asked to.
    fn released(&self) -> bool {
        self.sub(1, 1) == Some(3)
    }
}

/// `CSI … letter`.
fn control_sequence(bytes: &[u8], quiet: bool) -> Option<(usize, Found)> {
    if bytes.is_empty() {
        return quiet.then_some((0, alone('[')));
    }
    // The kernel's console: five function keys that are like nothing else.
    if let [b'[', rest @ ..] = bytes {
        return match rest.first() {
            Some(letter @ b'A'..=b'E') => Some((2, plain(KeyCode::F(letter - b'A' + 1)))),
            Some(_) => Some((1, NOTHING)),
            None => quiet.then_some((1, NOTHING)),
        };
    }
    // The old report of the mouse: three bytes that may be anything.
    if let [b'M', rest @ ..] = bytes {
        let [kind, col, row, ..] = rest else { return quiet.then_some((bytes.len(), NOTHING)) };
        let place = |byte: &u8| u16::from(byte.saturating_sub(33));
        let code = u32::from(kind.saturating_sub(32));
        let mouse = mouse(code, place(col), place(row), code & 3 == 3 && code < 32);
        return Some((4, mouse.map_or(NOTHING, |mouse| Found::Event(TtyEvent::Mouse(mouse)))));
    }
    // Shifted keys of rxvt end in a sign that elsewhere is followed by a letter.
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if digits > 0 && bytes.get(digits) == Some(&b'$') {
        return Some((digits + 1, numbered(&bytes[..digits], b'$')));
    }
    let body = bytes.iter().take(LONGEST).take_while(|byte| (0x20..=0x3f).contains(*byte)).count();
    let Some(last) = bytes.get(body).copied() else {
        return quiet.then_some((body, NOTHING));
    };
    if !(0x40..=0x7e).contains(&last) {
        // Broken off: what comes next is something of its own.
        return Some((body, if body == 0 { alone('[') } else { NOTHING }));
    }
    let text = &bytes[..body];
    let mark = text.first().copied().filter(|byte| (b'<'..=b'?').contains(byte));
    let text = &text[usize::from(mark.is_some())..];
    let end = text.iter().position(|byte| (0x20..=0x2f).contains(byte)).unwrap_or(text.len());
    let numbers = text[..end].split(|byte| *byte == b';').map(|part| {
        let subs = part.split(|byte| *byte == b':');
        subs.map(|number| std::str::from_utf8(number).ok().and_then(|number| number.parse().ok())).collect()
    });
    let parts = Parts { mark, numbers: numbers.collect(), between: &text[end..], last };
    Some((body + 1, meaning(&parts)))
}

fn plain(code: KeyCode) -> Found {
    Found::Key(Some(Key::plain(code)))
}

/// A key of rxvt: its number, and a sign instead of modifiers.
fn numbered(number: &[u8], sign: u8) -> Found {
    let mods = match sign {
        b'$' => Mods::SHIFT,
        b'^' => Mods::CTRL,
        b'@' => Mods::CTRL | Mods::SHIFT,
        _ => Mods::NONE,
    };
    let number = std::str::from_utf8(number).ok().and_then(|number| number.parse().ok());
    Found::Key(number.and_then(numbered_key).map(|code| Key::new(code, mods)))
}

fn meaning(parts: &Parts<'_>) -> Found {
    if !parts.between.is_empty() {
        return NOTHING;
    }
    match (parts.mark, parts.last) {
        (Some(b'?'), b'u') => Found::Reply(Reply::KeyboardFlags(parts.number(0).unwrap_or(0))),
        (Some(b'?'), b'c') => Found::Reply(Reply::Attributes),
        (Some(b'<'), b'M' | b'm') => sgr_mouse(parts),
        (Some(b'?'), b'n') if parts.number(0) == Some(997) => match parts.number(1) {
            Some(1) => Found::Event(TtyEvent::Dark(true)),
            Some(2) => Found::Event(TtyEvent::Dark(false)),
            Some(_) | None => NOTHING,
        },
        (Some(_), _) => NOTHING,
        (None, b'I') => Found::Event(TtyEvent::Focus(true)),
        (None, b'O') => Found::Event(TtyEvent::Focus(false)),
        (None, _) if parts.released() => NOTHING,
        (None, b'u') if parts.number(0) == Some(0) => {
            let codes = parts.numbers.get(2).into_iter().flatten();
            Found::Text(codes.filter_map(|code| char::from_u32((*code)?)).collect())
        }
        (None, b'u') => parts
            .number(0)
            .map_or(NOTHING, |code| unicode(code, parts.sub(0, 1), parts.sub(0, 2), parts.mods())),
        (None, b'~') => match (parts.number(0), parts.number(2)) {
            (Some(27), Some(code)) => unicode(code, None, None, parts.mods()),
            (Some(number), _) => Found::Key(numbered_key(number).map(|code| Key::new(code, parts.mods()))),
            (None, _) => NOTHING,
        },
        (None, sign @ (b'^' | b'@')) => {
            let number = parts.number(0).map(|number| number.to_string()).unwrap_or_default();
            numbered(number.as_bytes(), sign)
        }
        (None, b'Z') => Found::Key(Some(Key::new(KeyCode::BackTab, parts.mods()))),
        // Shifted arrows of rxvt.
        (None, letter @ b'a'..=b'd') => {
            let arrow = letter_key(letter.to_ascii_uppercase());
            Found::Key(arrow.map(|code| Key::new(code, Mods::SHIFT)))
        }
        // The same letter ends an answer about the cursor, which nobody asks for.
        (None, b'R') if parts.number(0).is_some_and(|row| row != 1) => NOTHING,
        (None, letter) => Found::Key(letter_key(letter).map(|code| Key::new(code, parts.mods()))),
    }
}

/// A key by its number, with its shifted form and its place on the keyboard where the terminal tells them:
/// `CSI code : shifted : base ; modifiers : event ; text u`.
fn unicode(code: u32, shifted: Option<u32>, base: Option<u32>, mods: Mods) -> Found {
    let native = Native { code, shifted, base, mods };
    let shift = shifted.filter(|_| mods.contains(Mods::SHIFT));
    // Where letters are not Latin ones, keys with modifiers are meant by their place.
    let place = base.filter(|_| code > 127 && !mods.without(Mods::SHIFT).is_empty());
    let Some(key) = unicode_key(place.or(shift).unwrap_or(code), mods) else { return NOTHING };
    let shift_lost = mods.contains(Mods::SHIFT) && !key.mods.contains(Mods::SHIFT);
    let lost = is_keypad(code) || place.is_some() || shift_lost && key.code != KeyCode::BackTab;
    Found::Key(Some(if lost { key.told_as(native) } else { key }))
}

fn is_keypad(code: u32) -> bool {
    (57_399..=57_427).contains(&code)
}

/// The key that the kitty protocol, and xterm where it does not use names, give this number.
fn unicode_key(code: u32, mods: Mods) -> Option<Key> {
    let code = match code {
        13 => KeyCode::Enter,
        9 => KeyCode::Tab,
        27 => KeyCode::Esc,
        8 | 127 => KeyCode::Backspace,
        57_376..=57_398 => KeyCode::F(u8::try_from(code - 57_363).ok()?),
        57_399..=57_408 => KeyCode::Char(char::from_digit(code - 57_399, 10)?),
        57_409 => KeyCode::Char('.'),
        57_410 => KeyCode::Char('/'),
        57_411 => KeyCode::Char('*'),
        57_412 => KeyCode::Char('-'),
        57_413 => KeyCode::Char('+'),
        57_414 => KeyCode::Enter,
        57_415 => KeyCode::Char('='),
        57_416 => KeyCode::Char(','),
        57_417 => KeyCode::Left,
        57_418 => KeyCode::Right,
        57_419 => KeyCode::Up,
        57_420 => KeyCode::Down,
        57_421 => KeyCode::PageUp,
        57_422 => KeyCode::PageDown,
        57_423 => KeyCode::Home,
        57_424 => KeyCode::End,
        57_425 => KeyCode::Insert,
        57_426 => KeyCode::Delete,
        // Locks, media keys and modifiers alone: awtui has no word for them.
        57_344..=63_743 => return None,
        _ => KeyCode::Char(char::from_u32(code).filter(|character| !character.is_control())?),
    };
    Some(Key::new(code, mods))
}

fn sgr_mouse(parts: &Parts<'_>) -> Found {
    let place = |at| parts.number(at).and_then(|number| u16::try_from(number.saturating_sub(1)).ok());
    let (Some(code), Some(col), Some(row)) = (parts.number(0), place(1), place(2)) else { return NOTHING };
    mouse(code, col, row, parts.last == b'm').map_or(NOTHING, |mouse| Found::Event(TtyEvent::Mouse(mouse)))
}

fn mouse(code: u32, col: u16, row: u16, released: bool) -> Option<Mouse> {
    let button = match code & 3 {
        0 => Some(MouseButton::Left),
        1 => Some(MouseButton::Middle),
        2 => Some(MouseButton::Right),
        _ => None,
    };
    let moved = code & 32 != 0;
    let kind = match (code & 0xc0, moved, released) {
        (0, false, false) => MouseKind::Press(button?),
        // The old encoding does not say which button it was.
        (0, false, true) => MouseKind::Release(button.unwrap_or(MouseButton::Left)),
        (0, true, _) => button.map_or(MouseKind::Move, MouseKind::Drag),
        (64, false, false) => match code & 3 {
            0 => MouseKind::WheelUp,
            1 => MouseKind::WheelDown,
            2 => MouseKind::WheelLeft,
            _ => MouseKind::WheelRight,
        },
        _ => return None,
    };
    let held = [(4, Mods::SHIFT), (8, Mods::ALT), (16, Mods::CTRL)];
    let mods =
        held.into_iter().filter(|(bit, _)| code & bit != 0).fold(Mods::NONE, |all, (_, one)| all | one);
    Some(Mouse { kind, col, row, mods })
}
