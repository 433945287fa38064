//! From the bytes of the terminal to what they tell, whichever of the usual encodings it uses: xterm's old one and its
//! modifyOtherKeys, the kitty protocol, what tmux, rxvt and the kernel's console send.
//!
//! Pure: bytes and silences in, events and replies out. What it does not know is dropped whole, so that no part of it is
//! ever read as something that was typed.

use super::TtyEvent;
use super::sequence::{self, Found};
use crate::term::{Key, KeyCode, Mods};
use std::collections::VecDeque;
use std::time::Duration;

/// A key of its own, or the beginning of a sequence: how long to wait for the rest. Over a slow line the rest of a
/// sequence comes in another packet; a person who presses Esc does not feel this.
const ESC_WAIT: Duration = Duration::from_millis(30);
/// A sequence that is clearly one: how long until it is given up as broken.
const SEQUENCE_WAIT: Duration = Duration::from_secs(2);
/// How long the rest of a paste is waited for.
const PASTE_WAIT: Duration = Duration::from_secs(5);
/// More bytes at once than keys come to.
const MORE_THAN_KEYS: usize = 64;
/// A paste that is longer comes in pieces of this many bytes.
const PASTE_PIECE: usize = 16 * 1024 * 1024;

const ESC: u8 = 0x1b;
const PASTE_BEGIN: &[u8] = b"\x1b[200~";
const PASTE_END: &[u8] = b"\x1b[201~";

/// What a terminal answers when it is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// It speaks the kitty keyboard protocol; the flags that are on.
    KeyboardFlags(u32),
    /// Its name and version, in its own words.
    Name(String),
    /// The last answer: every terminal gives this one.
    Attributes,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decoded {
    Event(TtyEvent),
    Reply(Reply),
}

/// Takes bytes in any pieces and keeps what is not whole yet.
#[derive(Debug, Default)]
pub struct Decoder {
    decoded: VecDeque<Decoded>,
    pending: Vec<u8>,
    /// The bytes of a paste that has not ended.
    paste: Option<Vec<u8>>,
    /// The end of a paste did not come in time; it may come yet.
    owed: bool,
}

impl Decoder {
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes bytes as they came.
    pub fn feed(&mut self, bytes: &[u8]) {
        if self.owed && self.pending.is_empty() && goes_on_with_a_paste(bytes) {
            self.paste = Some(Vec::new());
            self.owed = false;
        }
        // A terminal writes a key that was pressed with alt at once: what comes by itself is a key by itself, however soon
        // another one follows. Only the rest of a sequence may have been held up on its way.
        let by_itself = self.pending == [ESC] && self.paste.is_none();
        if by_itself && bytes.first().is_some_and(|next| *next != ESC) && !sequence::begins(bytes) {
            self.pending.clear();
            self.decoded.extend(key(KeyCode::Esc));
        }
        self.pending.extend_from_slice(bytes);
        self.take(false);
    }

    /// The next that is whole.
    pub fn pop(&mut self) -> Option<Decoded> {
        self.decoded.pop_front()
    }

    /// Whether there is one.
    pub fn is_ready(&self) -> bool {
        !self.decoded.is_empty()
    }

    /// The next answer, before whatever else there is.
    pub fn next_reply(&mut self) -> Option<Reply> {
        let place = self.decoded.iter().position(|one| matches!(one, Decoded::Reply(_)))?;
        match self.decoded.remove(place) {
            Some(Decoded::Reply(reply)) => Some(reply),
            Some(Decoded::Event(_)) | None => None,
        }
    }

    /// Keys, pastes and the mouse's doings that nobody took yet are forgotten; how many those were.
    pub fn forget_typed(&mut self) -> usize {
        let before = self.decoded.len();
        let is_typed =
            |event: &TtyEvent| matches!(event, TtyEvent::Key(_) | TtyEvent::Paste(_) | TtyEvent::Mouse(_));
        self.decoded.retain(|one| !matches!(one, Decoded::Event(event) if is_typed(event)));
        before - self.decoded.len()
    }

    /// How long to wait for more before [`Self::give_up`] is to be called; `None` while nothing is open.
    pub fn patience(&self) -> Option<Duration> {
        if self.paste.is_some() {
            return Some(PASTE_WAIT);
        }
        if self.pending.is_empty() {
            return None;
        }
        // Alone, or with what alt may have been held for, it may be all that was pressed.
        let key = match self.pending.as_slice() {
            [0x1b, 0x1b, rest @ ..] | [0x1b, rest @ ..] => rest.len() <= 1,
            _ => false,
        };
        Some(if key { ESC_WAIT } else { SEQUENCE_WAIT })
    }

    /// Nothing came for as long as [`Self::patience`] said: what is there is all there is.
    pub fn give_up(&mut self) {
        if let Some(mut text) = self.paste.take() {
            text.append(&mut self.pending);
            self.decoded.push_back(paste(&text));
            self.owed = true;
        }
        self.take(true);
    }

    fn take(&mut self, quiet: bool) {
        let mut bytes = std::mem::take(&mut self.pending);
        let mut at = 0;
        while at < bytes.len() {
            let rest = &bytes[at..];
            if self.paste.is_some() {
                at += self.pasted(rest);
                if self.paste.is_some() {
                    // What is left may be the beginning of the end.
                    break;
                }
                continue;
            }
            if rest.starts_with(PASTE_BEGIN) {
                self.paste = Some(Vec::new());
                self.owed = false;
                at += PASTE_BEGIN.len();
                continue;
            }
            match one(rest, quiet) {
                Some((length, found)) => {
                    at += length.max(1);
                    self.decoded.extend(found);
                }
                None => break,
            }
        }
        self.pending = bytes.split_off(at.min(bytes.len()));
    }

    /// Takes what belongs to the paste; how many bytes that were.
    fn pasted(&mut self, bytes: &[u8]) -> usize {
        let end = bytes.windows(PASTE_END.len()).position(|window| window == PASTE_END);
        let taken = end.unwrap_or_else(|| bytes.len() - beginning_of(PASTE_END, bytes));
        let collected = self.paste.get_or_insert_default();
        collected.extend_from_slice(&bytes[..taken]);
        if end.is_some() {
            self.decoded.push_back(paste(&self.paste.take().unwrap_or_default()));
            return taken + PASTE_END.len();
        }
        if collected.len() >= PASTE_PIECE {
            let mut piece = std::mem::take(collected);
            *collected = piece.split_off(last_character(&piece));
            self.decoded.push_back(paste(&piece));
        }
        taken
    }
}

/// Whether bytes that come after a paste was given up are more of it: keys would be taken for what was pasted less
/// badly than what was pasted for keys, with Enter among them.
fn goes_on_with_a_paste(bytes: &[u8]) -> bool {
    bytes.len() > MORE_THAN_KEYS || bytes.windows(PASTE_END.len()).any(|window| window == PASTE_END)
}

fn paste(bytes: &[u8]) -> Decoded {
    let text = String::from_utf8_lossy(bytes).replace("\r\n", "\n").replace('\r', "\n");
    Decoded::Event(TtyEvent::Paste(text))
}

/// How many bytes at the end could be the beginning of the marker.
fn beginning_of(marker: &[u8], bytes: &[u8]) -> usize {
    (1..marker.len()).rev().find(|length| bytes.ends_with(&marker[..*length])).unwrap_or(0)
}

/// Where to cut so that no character and no line end is cut in two.
fn last_character(bytes: &[u8]) -> usize {
    let tail = bytes.len().saturating_sub(4);
    let cut = bytes[tail..].iter().rposition(|byte| byte & 0xc0 != 0x80).map_or(bytes.len(), |at| tail + at);
    if cut > 0 && bytes[cut - 1] == b'\r' { cut - 1 } else { cut }
}

/// The first key, sequence or reply, and its length. `None`: more bytes are needed.
fn one(bytes: &[u8], quiet: bool) -> Option<(usize, Vec<Decoded>)> {
    match bytes {
        [0x1b, rest @ ..] => escape(rest, quiet).map(|(length, found)| (length + 1, found)),
        _ => plain(bytes, quiet).map(|(length, key)| (length, events(key))),
    }
}

fn events(key: Option<Key>) -> Vec<Decoded> {
    key.into_iter().map(|key| Decoded::Event(TtyEvent::Key(key))).collect()
}

fn key(code: KeyCode) -> Vec<Decoded> {
    events(Some(Key::plain(code)))
}

/// What follows an escape character.
fn escape(rest: &[u8], quiet: bool) -> Option<(usize, Vec<Decoded>)> {
    match rest {
        [] if quiet => Some((0, key(KeyCode::Esc))),
        [] => None,
        // Twice: the first is a key by itself, unless the second begins the sequence of a key that was pressed with alt.
        [0x1b, b'[' | b'O', ..] => match sequence::read(&rest[1..], quiet)? {
            (length, Found::Key(Some(found))) => Some((length + 1, events(Some(with_alt(found))))),
            _ => Some((0, key(KeyCode::Esc))),
        },
        [0x1b] if !quiet => None,
        [0x1b, ..] => Some((0, key(KeyCode::Esc))),
        _ if sequence::begins(rest) => {
            let (length, found) = sequence::read(rest, quiet)?;
            let decoded = match found {
                Found::Key(key) => events(key),
                Found::Text(text) => {
                    text.chars().flat_map(|character| key(KeyCode::Char(character))).collect()
                }
                Found::Event(event) => vec![Decoded::Event(event)],
                Found::Reply(reply) => vec![Decoded::Reply(reply)],
            };
            Some((length, decoded))
        }
        _ => plain(rest, quiet).map(|(length, key)| (length, events(key.map(with_alt)))),
    }
}

fn with_alt(key: Key) -> Key {
    Key::new(key.code, key.mods | Mods::ALT)
}

/// A control code or a character.
fn plain(bytes: &[u8], quiet: bool) -> Option<(usize, Option<Key>)> {
    let first = *bytes.first()?;
    if let Some(key) = control(first) {
        return Some((1, Some(key)));
    }
    let length = match first {
        0x00..=0x7f => 1,
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        // No character begins so.
        0x80..=0xc1 | 0xf5..=0xff => return Some((1, None)),
    };
    let continued =
        bytes.iter().skip(1).take(length - 1).take_while(|byte| **byte & 0xc0 == 0x80).count() + 1;
    if continued < length && continued == bytes.len() && !quiet {
        return None;
    }
    let character = std::str::from_utf8(&bytes[..continued]).ok().and_then(|text| text.chars().next());
    Some((continued, character.map(|character| Key::plain(KeyCode::Char(character)))))
}

/// What a control code says. Those that stand for several keys are taken as the one that people mean.
fn control(byte: u8) -> Option<Key> {
    let with_ctrl = |character: char| Key::new(KeyCode::Char(character), Mods::CTRL);
    Some(match byte {
        b'\r' => Key::plain(KeyCode::Enter),
        b'\t' => Key::plain(KeyCode::Tab),
        0x7f => Key::plain(KeyCode::Backspace),
        0x00 => with_ctrl(' '),
        0x01..=0x1a => with_ctrl(char::from(byte - 1 + b'a')),
        0x1c => with_ctrl('\\'),
        0x1d => with_ctrl(']'),
        0x1e => with_ctrl('^'),
        0x1f => with_ctrl('_'),
        0x1b | 0x20..=0x7e | 0x80..=0xff => return None,
    })
}
