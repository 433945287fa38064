//! Sequences the parser below does not know: the rest of the queries, control strings, and the marks of a snapshot.
//!
//! Owns which questions are answered. The list is fixed, answers hold nothing a program sent.

use super::emulator::Emulator;
use super::handler::{CELL_HEIGHT, CELL_WIDTH};
use super::marks;
use super::osc;
use super::palette::{self, Rgb};
use super::signal::Signal;

/// The parts of a `CSI` sequence.
struct Csi<'a> {
    /// One of `<=>?`, or zero.
    marker: u8,
    parameters: &'a [u8],
    intermediates: &'a [u8],
    last: u8,
}

impl<'a> Csi<'a> {
    fn split(sequence: &'a [u8]) -> Option<Self> {
        let (last, body) = sequence.strip_prefix(b"\x1b[")?.split_last()?;
        let (marker, body) = match body.split_first() {
            Some((marker @ b'<'..=b'?', rest)) => (*marker, rest),
            Some(_) | None => (0, body),
        };
        let end = body.iter().position(|byte| (0x20..=0x2f).contains(byte)).unwrap_or(body.len());
        let (parameters, intermediates) = body.split_at(end);
        Some(Self { marker, parameters, intermediates, last: *last })
    }

    /// The first parameter; 0 when absent or unreadable.
    fn first(&self) -> usize {
        let digits = self.parameters.split(|byte| matches!(byte, b';' | b':')).next().unwrap_or_default();
        number(digits).unwrap_or_default()
    }
}

impl Emulator {
    /// Carries out a `CSI` sequence of ours; `false` when it is the parser's.
    pub(super) fn csi(&mut self, sequence: &[u8]) -> bool {
        let Some(csi) = Csi::split(sequence) else { return false };
        match (csi.marker, csi.intermediates, csi.last) {
            (0, b"", b'b') => self.repeat(csi.first().max(1)),
            (b'>', b"", b'q') if csi.first() == 0 => self.reply("\x1bP>|awtui\x1b\\"),
            (0, b"", b't') if csi.first() == 16 => {
                self.reply(format!("\x1b[6;{CELL_HEIGHT};{CELL_WIDTH}t"));
            }
            (0, b"!", b'p') => self.soft_reset(),
            (b'?', b"", b'n') => match csi.first() {
                6 => {
                    let (line, column) = self.reported_position();
                    self.reply(format!("\x1b[?{line};{column}R"));
                }
                // The colour scheme: dark.
                996 => self.reply("\x1b[?997;1n"),
                _ => {}
            },
            _ => return false,
        }
        true
    }

    /// Carries out a control string; `false` when the parser should see it (hyperlinks).
    pub(super) fn control_string(&mut self, kind: u8, payload: &[u8], sequence: &[u8]) -> bool {
        match kind {
            b']' => return self.osc(payload, terminator(sequence)),
            // A request for terminfo capabilities or for a setting: not told.
            b'P' if payload.starts_with(b"+q") => self.reply("\x1bP0+r\x1b\\"),
            b'P' if payload.starts_with(b"$q") => self.reply("\x1bP0$r\x1b\\"),
            b'_' => {
                if let Some(list) = payload.strip_prefix(marks::PREFIX.as_bytes()) {
                    marks::apply(self, list);
                }
            }
            _ => {}
        }
        true
    }

    fn osc(&mut self, payload: &[u8], terminator: &str) -> bool {
        let (number, rest) = osc::split_once(payload);
        match number {
            b"0" | b"2" => self.set_title(osc::plain_text(rest)),
            b"4" => self.answer_palette(rest, terminator),
            b"8" => return false,
            b"10" => self.answer_colours(10, rest, terminator),
            b"11" => self.answer_colours(11, rest, terminator),
            b"12" => self.answer_colours(12, rest, terminator),
            b"52" => {
                if let Some(text) = osc::clipboard(rest) {
                    self.signal(Signal::Clipboard(text));
                }
            }
            b"7501" if rest.first() == Some(&b'?') => self.reply("\x1b]7501;?v=1\x1b\\"),
            _ => {
                if let Some(signal) = osc::signal(number, rest) {
                    self.signal(signal);
                }
            }
        }
        true
    }

    /// `OSC 4;index;?;index;?...`
    fn answer_palette(&mut self, rest: &[u8], terminator: &str) {
        let mut fields = rest.split(|byte| *byte == b';');
        while let (Some(index), Some(value)) = (fields.next(), fields.next()) {
            let Some(index) = number(index).and_then(|index| u8::try_from(index).ok()) else { continue };
            if value == b"?" {
                let colour = hex(palette::indexed(index));
                self.reply(format!("\x1b]4;{index};{colour}{terminator}"));
            }
        }
    }

    /// `OSC 10;?;?...` asks for the colours from the named one on.
    fn answer_colours(&mut self, first: usize, rest: &[u8], terminator: &str) {
        for (offset, value) in rest.split(|byte| *byte == b';').enumerate() {
            let number = first + offset;
            let colour = match number {
                10 => palette::FOREGROUND,
                11 => palette::BACKGROUND,
                12 => palette::CURSOR,
                _ => return,
            };
            if value == b"?" {
                self.reply(format!("\x1b]{number};{}{terminator}", hex(colour)));
            }
        }
    }
}

fn terminator(sequence: &[u8]) -> &'static str {
    if sequence.ends_with(b"\x07") { "\x07" } else { "\x1b\\" }
}

fn hex((red, green, blue): Rgb) -> String {
    format!("rgb:{red:02x}{red:02x}/{green:02x}{green:02x}/{blue:02x}{blue:02x}")
}

pub(super) fn number(digits: &[u8]) -> Option<usize> {
    str::from_utf8(digits).ok()?.parse().ok()
}
