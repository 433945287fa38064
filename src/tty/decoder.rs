//! From the terminal's bytes to what it tells, wherever the bytes were cut.
//!
//! Owns where a key, a report or a paste begins and ends, and what to make of one that stays incomplete. What a whole
//! sequence means is the parser's knowledge. Pure: whoever reads the terminal keeps the time.

use super::TtyEvent;
use super::event::{convert, with_alt};
use std::collections::VecDeque;
use std::time::Duration;
use termina::Parser;

const ESC: u8 = 0x1b;
const PASTE_BEGINS: &[u8] = b"\x1b[200~";
const PASTE_ENDS: &[u8] = b"\x1b[201~";

/// How long the rest of what may be a key alone is waited for: the bytes of one key leave the terminal together, and
/// nobody types escape and the next key this fast.
const KEY: Duration = Duration::from_millis(40);
/// How long the rest of what can only be a report is waited for, over a slow line.
const REPORT: Duration = Duration::from_secs(1);
/// How long the rest of a paste is waited for.
const PASTE: Duration = Duration::from_secs(5);

/// Where the first thing in some bytes ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cut {
    /// A whole sequence of so many bytes.
    Whole(usize),
    /// So many bytes that mean nothing.
    Noise(usize),
    /// More is to come within this time.
    Open(Duration),
}

/// Takes bytes in any pieces and gives events.
#[derive(Debug, Default)]
pub struct Decoder {
    bytes: Vec<u8>,
    paste: Option<Paste>,
    events: VecDeque<TtyEvent>,
}

/// A paste that is under way.
#[derive(Debug, Default)]
struct Paste {
    bytes: Vec<u8>,
    /// So many of them are known not to begin its end.
    searched: usize,
}

impl Decoder {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn feed(&mut self, bytes: &[u8]) {
        match &mut self.paste {
            Some(paste) => paste.bytes.extend_from_slice(bytes),
            None => self.bytes.extend_from_slice(bytes),
        }
        self.advance();
    }

    /// The next event that is whole.
    pub fn next_event(&mut self) -> Option<TtyEvent> {
        self.events.pop_front()
    }

    /// Whether an event is whole.
    pub fn is_ready(&self) -> bool {
        !self.events.is_empty()
    }

    /// How long to wait for the rest of what has begun; `None` when nothing has.
    pub fn patience(&self) -> Option<Duration> {
        if self.paste.is_some() {
            return Some(PASTE);
        }
        match cut(&self.bytes) {
            Cut::Open(patience) if !self.bytes.is_empty() => Some(patience),
            Cut::Open(_) | Cut::Whole(_) | Cut::Noise(_) => None,
        }
    }

    /// The rest did not come: what is there is taken as it stands.
    pub fn give_up(&mut self) {
        if let Some(paste) = self.paste.take() {
            self.pasted(&paste.bytes);
        }
        let bytes = std::mem::take(&mut self.bytes);
        match bytes.as_slice() {
            [ESC] => self.whole(&[ESC]),
            [ESC, ESC] => {
                self.whole(&[ESC]);
                self.whole(&[ESC]);
            }
            [ESC, byte] if byte.is_ascii() => self.with_alt(&[*byte]),
            // A part of a report, or of a character.
            _ => {}
        }
    }

    fn advance(&mut self) {
        loop {
            if let Some(paste) = &mut self.paste {
                let bytes = &mut paste.bytes;
                let unknown = bytes.get(paste.searched..).unwrap_or_default();
                let end = unknown.windows(PASTE_ENDS.len()).position(|window| window == PASTE_ENDS);
                let Some(end) = end.map(|end| end + paste.searched) else {
                    paste.searched = (bytes.len() + 1).saturating_sub(PASTE_ENDS.len());
                    return;
                };
                self.bytes = bytes.split_off(end + PASTE_ENDS.len());
                bytes.truncate(end);
                let text = std::mem::take(bytes);
                self.paste = None;
                self.pasted(&text);
                continue;
            }
            match cut(&self.bytes) {
                Cut::Open(_) => return,
                Cut::Noise(length) => drop(self.bytes.drain(..length)),
                Cut::Whole(length) => {
                    let token: Vec<u8> = self.bytes.drain(..length).collect();
                    if token == PASTE_BEGINS {
                        let bytes = std::mem::take(&mut self.bytes);
                        self.paste = Some(Paste { bytes, searched: 0 });
                    } else {
                        self.whole(&token);
                    }
                }
            }
        }
    }

    fn pasted(&mut self, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes).replace("\r\n", "\n").replace('\r', "\n");
        self.events.push_back(TtyEvent::Paste(text));
    }

    /// One whole sequence.
    fn whole(&mut self, token: &[u8]) {
        match token {
            [ESC, ESC, rest @ ..] if !rest.is_empty() => {
                let key = [&[ESC], rest].concat();
                self.with_alt(&key);
            }
            [ESC, b'[' | b'O', _, ..] => self.parse(&in_the_words_of_the_parser(token), false),
            [ESC, b']', _, _, ..] if token.is_ascii() => self.parse(token, false),
            [ESC, b']', _, _, ..] => {}
            // Answers to questions that awtui does not ask.
            [ESC, b'P' | b'_', _, _, ..] => {}
            [ESC, rest @ ..] if !rest.is_empty() => self.with_alt(rest),
            _ => self.parse(token, false),
        }
    }

    fn with_alt(&mut self, key: &[u8]) {
        self.parse(key, true);
    }

    fn parse(&mut self, token: &[u8], alt: bool) {
        // A new one each time: it would keep what it does not know, and take what comes next for its end.
        let mut parser = Parser::default();
        parser.parse(token, false);
        while let Some(event) = parser.pop() {
            let event = convert(event);
            self.events.extend(if alt { event.map(with_alt) } else { event });
        }
    }
}

/// Two old forms of keys that the parser does not know, in newer ones: xterm's `modifyOtherKeys`, and F3 with
/// modifiers, which looks like a report of the cursor's place. awtui never asks for that.
fn in_the_words_of_the_parser(token: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(token);
    let numbers = |prefix: &str, end: char| {
        let inside = text.strip_prefix(prefix)?.strip_suffix(end)?;
        let plain = !inside.is_empty() && inside.bytes().all(|byte| byte.is_ascii_digit() || byte == b';');
        plain.then(|| inside.to_owned())
    };
    if let Some((modifiers, code)) =
        numbers("\x1b[27;", '~').and_then(|inside| inside.split_once(';').map(own))
    {
        return format!("\x1b[{code};{modifiers}u").into_bytes();
    }
    match numbers("\x1b[1;", 'R') {
        Some(modifiers) => format!("\x1b[13;{modifiers}~").into_bytes(),
        None => token.to_vec(),
    }
}

fn own((first, second): (&str, &str)) -> (String, String) {
    (first.to_owned(), second.to_owned())
}

/// Where the first thing ends. For no bytes it is open.
fn cut(bytes: &[u8]) -> Cut {
    match bytes {
        [] | [ESC] => Cut::Open(KEY),
        // Alt before a sequence, as some terminals tell it; else two keys.
        [ESC, ESC] => Cut::Open(KEY),
        [ESC, ESC, b'[' | b'O', ..] => match cut(&bytes[1..]) {
            Cut::Whole(length) => Cut::Whole(length + 1),
            Cut::Noise(length) => Cut::Noise(length + 1),
            Cut::Open(patience) => Cut::Open(patience),
        },
        [ESC, ESC, ..] => Cut::Whole(1),
        [ESC, b'[', rest @ ..] => control_sequence(rest),
        [ESC, b'O'] => Cut::Open(KEY),
        [ESC, b'O', b'A'..=b'Z' | b'a'..=b'z', ..] => Cut::Whole(3),
        // What starts a string by its grammar, but not one that a terminal would send, is a key with alt.
        [ESC, b']', b'0'..=b'9', ..] | [ESC, b'P', b'0'..=b'9' | b'>' | b'!' | b'+' | b'$', ..] => {
            string(bytes)
        }
        [ESC, b'_', b'G', ..] => string(bytes),
        [ESC, b']' | b'P' | b'_'] => Cut::Open(KEY),
        [ESC, rest @ ..] => match character(rest) {
            Cut::Whole(length) => Cut::Whole(length + 1),
            Cut::Noise(length) => Cut::Noise(length + 1),
            Cut::Open(patience) => Cut::Open(patience),
        },
        [..] => character(bytes),
    }
}

/// One character in UTF-8.
fn character(bytes: &[u8]) -> Cut {
    let length = match bytes.first() {
        Some(0x00..=0x7f) => 1,
        Some(0xc2..=0xdf) => 2,
        Some(0xe0..=0xef) => 3,
        Some(0xf0..=0xf4) => 4,
        Some(_) | None => return Cut::Noise(1),
    };
    let continued = bytes.iter().skip(1).take(length - 1).take_while(|byte| **byte & 0xc0 == 0x80).count();
    match continued + 1 {
        whole if whole == length => Cut::Whole(length),
        part if part == bytes.len() => Cut::Open(KEY),
        part => Cut::Noise(part),
    }
}

/// What follows `ESC [`.
fn control_sequence(rest: &[u8]) -> Cut {
    const INTRODUCER: usize = 2;
    let needs = |count: usize| {
        if rest.len() < count { Cut::Open(REPORT) } else { Cut::Whole(INTRODUCER + count) }
    };
    match rest {
        [] => Cut::Open(KEY),
        // The kernel's console: F1 to F5.
        [b'[', ..] => needs(2),
        // The mouse in its oldest form: three bytes follow.
        [b'M', ..] => needs(4),
        [..] => {
            let Some(end) = rest.iter().position(|byte| !(0x20..0x40).contains(byte)) else {
                return Cut::Open(REPORT);
            };
            match rest[end] {
                0x40..=0x7e => Cut::Whole(INTRODUCER + end + 1),
                // Something else begins in the middle of it.
                _ => Cut::Noise(INTRODUCER + end),
            }
        }
    }
}

/// A string up to its terminator, `BEL` or `ESC \`.
fn string(bytes: &[u8]) -> Cut {
    let inside = bytes.iter().skip(2).position(|byte| matches!(*byte, 0x07 | ESC)).map(|place| place + 2);
    match inside {
        None => Cut::Open(REPORT),
        Some(end) => match bytes[end..] {
            [0x07, ..] => Cut::Whole(end + 1),
            [_, b'\\', ..] => Cut::Whole(end + 2),
            [_] => Cut::Open(REPORT),
            [..] => Cut::Noise(end),
        },
    }
}
