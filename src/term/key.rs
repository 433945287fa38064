//! Keys in words of our own, as people write them in a keymap.
//!
//! Owns the names of keys and chords. It never knows what a key does.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

/// A key without its modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyCode {
    Char(char),
    Enter,
    Tab,
    BackTab,
    Backspace,
    Esc,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    Insert,
    Delete,
    F(u8),
}

/// Held modifier keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mods(u8);

impl Mods {
    pub const NONE: Self = Self(0);
    pub const SHIFT: Self = Self(1);
    pub const ALT: Self = Self(2);
    pub const CTRL: Self = Self(4);
    pub const SUPER: Self = Self(8);

    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The modifiers that a terminal names by this number, which begins at one for none. Meta counts as alt, as it does
    /// in keymaps; hyper and the locks are left out, as nothing can be bound to them.
    pub fn from_protocol(number: u32) -> Self {
        let bits = number.saturating_sub(1);
        let meta = if bits & 32 == 0 { Self::NONE } else { Self::ALT };
        [Self::SHIFT, Self::ALT, Self::CTRL, Self::SUPER]
            .into_iter()
            .filter(|one| bits & u32::from(one.0) != 0)
            .fold(meta, |all, one| all | one)
    }

    /// The number by which terminal protocols name a combination of modifiers.
    pub(super) fn protocol_number(self) -> u8 {
        self.0 + 1
    }

    /// The bits, in the order in which mouse reports and key protocols use them: shift, alt, ctrl, super.
    pub(super) fn bits(self) -> u8 {
        self.0
    }
}

impl std::ops::BitOr for Mods {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.with(other)
    }
}

/// How a terminal that speaks the kitty protocol told a key, where the form that is compared loses something of it: the
/// shifted forms of keys that are no letters, letters of other scripts, the keypad.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Native {
    /// The number of the key in the protocol.
    pub code: u32,
    pub shifted: Option<u32>,
    /// The key in the same place of the American layout.
    pub base: Option<u32>,
    pub mods: Mods,
}

/// A key and its modifiers. [`Key::new`] brings the ways in which terminals tell the same key into one form, so that
/// keys can be compared; what that loses is kept beside it for programs that can be told, and takes no part in
/// comparisons.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    pub code: KeyCode,
    pub mods: Mods,
    native: Option<Native>,
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        (self.code, self.mods) == (other.code, other.mods)
    }
}

impl Eq for Key {}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.code, self.mods).cmp(&(other.code, other.mods))
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.code, self.mods).hash(state);
    }
}

impl Key {
    /// A capital letter becomes the small one with shift; shift is dropped from other characters, whose form already
    /// tells it; tab with shift becomes back-tab.
    pub fn new(code: KeyCode, mods: Mods) -> Self {
        let unshifted = mods.without(Mods::SHIFT);
        let (code, mods) = if let KeyCode::Char(character) = code {
            if let Some(small) = small_letter(character) {
                (KeyCode::Char(small), mods | Mods::SHIFT)
            } else if capital_letter(character).is_some() || character == ' ' {
                (code, mods)
            } else {
                (code, unshifted)
            }
        } else if code == KeyCode::BackTab || code == KeyCode::Tab && mods.contains(Mods::SHIFT) {
            (KeyCode::BackTab, unshifted)
        } else {
            (code, mods)
        };
        Self { code, mods, native: None }
    }

    /// The same key with how the terminal told it.
    #[must_use]
    pub fn told_as(self, native: Native) -> Self {
        Self { native: Some(native), ..self }
    }

    pub(super) fn native(&self) -> Option<Native> {
        self.native
    }

    /// A key without modifiers.
    pub fn plain(code: KeyCode) -> Self {
        Self::new(code, Mods::NONE)
    }

    /// The character this key types, if it types one.
    pub fn typed(&self) -> Option<char> {
        let KeyCode::Char(character) = self.code else { return None };
        match self.mods {
            Mods::NONE => Some(character),
            Mods::SHIFT => Some(capital_letter(character).unwrap_or(character)),
            _ => None,
        }
    }
}

/// The small form of a capital letter, if going back gives the same letter.
fn small_letter(character: char) -> Option<char> {
    let small = single(character.to_lowercase())?;
    (small != character && single(small.to_uppercase()) == Some(character)).then_some(small)
}

pub(super) fn capital_letter(character: char) -> Option<char> {
    let capital = single(character.to_uppercase())?;
    (capital != character && single(capital.to_lowercase()) == Some(character)).then_some(capital)
}

fn single(mut characters: impl Iterator<Item = char>) -> Option<char> {
    let first = characters.next()?;
    characters.next().is_none().then_some(first)
}

const NAMED: &[(&str, KeyCode)] = &[
    ("enter", KeyCode::Enter),
    ("tab", KeyCode::Tab),
    ("backtab", KeyCode::BackTab),
    ("backspace", KeyCode::Backspace),
    ("esc", KeyCode::Esc),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pageup", KeyCode::PageUp),
    ("pagedown", KeyCode::PageDown),
    ("insert", KeyCode::Insert),
    ("delete", KeyCode::Delete),
    ("space", KeyCode::Char(' ')),
    ("minus", KeyCode::Char('-')),
    // Other spellings; the first of each key is the one that is written.
    ("return", KeyCode::Enter),
    ("escape", KeyCode::Esc),
    ("pgup", KeyCode::PageUp),
    ("pgdn", KeyCode::PageDown),
    ("ins", KeyCode::Insert),
    ("del", KeyCode::Delete),
];

const MODIFIERS: &[(&str, Mods)] = &[
    ("ctrl", Mods::CTRL),
    ("alt", Mods::ALT),
    ("shift", Mods::SHIFT),
    ("super", Mods::SUPER),
    ("control", Mods::CTRL),
    ("meta", Mods::ALT),
    ("option", Mods::ALT),
    ("cmd", Mods::SUPER),
];

const HIGHEST_FUNCTION_KEY: u8 = 24;

impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let back = self.code == KeyCode::BackTab;
        let code = if back { KeyCode::Tab } else { self.code };
        let mods = if back { self.mods | Mods::SHIFT } else { self.mods };
        for (name, modifier) in &MODIFIERS[..4] {
            if mods.contains(*modifier) {
                write!(formatter, "{name}-")?;
            }
        }
        if let Some((name, _)) = NAMED.iter().find(|(_, named)| *named == code) {
            return formatter.write_str(name);
        }
        // Every other key has a name in the table above.
        if let KeyCode::F(number) = code {
            write!(formatter, "f{number}")
        } else if let KeyCode::Char(character) = code {
            write!(formatter, "{character}")
        } else {
            Ok(())
        }
    }
}

/// Why a chord could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseKeyError {
    #[error("a key is missing: write something like `ctrl-p`, `alt-enter` or `f5`")]
    Empty,
    #[error("`{chord}` ends in a modifier: add the key that is pressed with it")]
    OnlyModifiers { chord: String },
    #[error("`{part}` in `{chord}` is no modifier: use ctrl, alt, shift or super, joined by `-`")]
    UnknownModifier { chord: String, part: String },
    #[error(
        "`{part}` in `{chord}` is no key: use one character, a name such as enter, space, pageup, or f1 to f24"
    )]
    UnknownKey { chord: String, part: String },
}

impl FromStr for Key {
    type Err = ParseKeyError;

    fn from_str(chord: &str) -> Result<Self, ParseKeyError> {
        let trimmed = chord.trim();
        if trimmed.is_empty() {
            return Err(ParseKeyError::Empty);
        }
        // A chord may end in the minus key itself: `ctrl--` or plain `-`.
        let (modifiers, name) = match trimmed.strip_suffix('-') {
            Some("") => ("", "minus"),
            Some(before) if before.ends_with('-') => (before.trim_end_matches('-'), "minus"),
            Some(_) => return Err(ParseKeyError::OnlyModifiers { chord: trimmed.to_owned() }),
            None => trimmed.rsplit_once('-').unwrap_or(("", trimmed)),
        };
        let mut mods = Mods::NONE;
        for part in modifiers.split('-').filter(|_| !modifiers.is_empty()) {
            mods = mods
                | modifier(part).ok_or_else(|| ParseKeyError::UnknownModifier {
                    chord: trimmed.to_owned(),
                    part: part.to_owned(),
                })?;
        }
        let code = key_code(name).ok_or_else(|| {
            if modifier(name).is_some() {
                ParseKeyError::OnlyModifiers { chord: trimmed.to_owned() }
            } else {
                ParseKeyError::UnknownKey { chord: trimmed.to_owned(), part: name.to_owned() }
            }
        })?;
        Ok(Self::new(code, mods))
    }
}

fn modifier(name: &str) -> Option<Mods> {
    let name = name.to_ascii_lowercase();
    MODIFIERS.iter().find(|(known, _)| *known == name).map(|(_, mods)| *mods)
}

fn key_code(name: &str) -> Option<KeyCode> {
    if let Some(character) = single(name.chars()) {
        return Some(KeyCode::Char(character));
    }
    let name = name.to_ascii_lowercase();
    if let Some(number) = name.strip_prefix('f').and_then(|number| number.parse::<u8>().ok()) {
        return (1..=HIGHEST_FUNCTION_KEY).contains(&number).then_some(KeyCode::F(number));
    }
    NAMED.iter().find(|(known, _)| *known == name).map(|(_, code)| *code)
}
