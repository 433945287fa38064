//! Text, logs with their colours, and files that are no text. Bytes in, lines out.

use super::code::{Colours, Painter, Stop};
use super::document::{Document, Ink, LONGEST, Line, Span, Tone, shown};
use crate::term::Colour;
use ratatui::style::Modifier;
use std::fmt::Write as _;

/// Bytes of a file that is no text which are shown.
pub(super) const DUMPED: usize = 4096;

/// The lines of a text with the byte at which each begins; an overlong one goes on in the next.
fn lines(bytes: &[u8], begin: u64) -> impl Iterator<Item = (u64, String)> + '_ {
    let mut rest = bytes;
    let mut at = begin;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = rest.iter().take(LONGEST).position(|byte| *byte == b'\n');
        let (line, next) = match end {
            Some(end) => (&rest[..end], end + 1),
            None => {
                let end = whole_characters(rest, LONGEST);
                (&rest[..end], end)
            }
        };
        let found = (at, String::from_utf8_lossy(line).into_owned());
        rest = &rest[next..];
        at += next as u64;
        Some(found)
    })
}

/// At most `most` bytes, not ended within a character.
fn whole_characters(bytes: &[u8], most: usize) -> usize {
    if bytes.len() <= most {
        return bytes.len();
    }
    let mut end = most;
    while end > most - 4 && bytes.get(end).is_some_and(|byte| byte & 0xc0 == 0x80) {
        end -= 1;
    }
    end.max(1)
}

/// The first line of a text, without its end.
pub(super) fn first_line(bytes: &[u8]) -> String {
    lines(bytes, 0).next().map_or_else(String::new, |(_, line)| line)
}

/// Text as it is, with the numbers of its lines when it begins at the first one; code with its colours as far as they go.
pub(super) fn text(
    bytes: &[u8],
    begin: u64,
    about: &str,
    painter: Option<Painter<'_>>,
    colours: &mut Colours<'_>,
) -> Document {
    let numbers = begin == 0;
    let about = painter.as_ref().map_or(about, Painter::language);
    let mut document = Document { about: about.to_owned(), ..Document::default() };
    if begin > 0 && painter.is_some() {
        // Whether it begins within a string or a comment, nobody knows.
        document.about.push_str(", plain here");
        Stop::Bytes.reason().clone_into(&mut document.note);
    }
    let mut painter = painter.filter(|_| begin == 0);
    let mut number = 0_u64;
    let mut goes_on = false;
    for (at, line) in lines(bytes, begin) {
        let length = line.len();
        let line = line.trim_end_matches('\r');
        number += u64::from(!goes_on);
        let spans = painter.as_mut().and_then(|painter| painter.line(line, colours));
        if spans.is_none()
            && painter.take().is_some()
            && let Some(stop) = colours.ended()
        {
            let _ = write!(document.about, ", plain from line {number}");
            stop.reason().clone_into(&mut document.note);
        }
        let mut laid = Line::cells(spans.unwrap_or_else(|| vec![Span::plain(shown(line))]), at);
        if numbers {
            let gutter = if goes_on { "       ".to_owned() } else { format!("{number:>5}  ") };
            laid = laid.numbered(gutter);
        }
        // An overlong line has no line end behind this part of it.
        goes_on = length + 4 > LONGEST;
        document.lines.push(laid);
    }
    document
}

/// A log with the colours that its program gave it. What it only told its terminal is left out, and of a line that was
/// written over the last words count.
pub(super) fn log(bytes: &[u8], begin: u64, about: &str) -> Document {
    let mut document = Document { about: about.to_owned(), ..Document::default() };
    let mut pen = Pen::default();
    for (at, line) in lines(bytes, begin) {
        document.lines.push(Line::cells(pen.line(&line), at));
    }
    document
}

#[derive(Default)]
struct Pen {
    ink: Colour,
    ground: Colour,
    modifier: Modifier,
}

impl Pen {
    fn style(&self) -> Ink {
        let tone = if self.ink == Colour::Default && self.ground == Colour::Default {
            Tone::Plain
        } else {
            Tone::Program { ink: self.ink, ground: self.ground }
        };
        Ink::of(tone).with(self.modifier)
    }

    fn line(&mut self, line: &str) -> Vec<Span> {
        let mut spans: Vec<Span> = Vec::new();
        let mut text = String::new();
        let mut rest = line.trim_end_matches('\r').chars().peekable();
        let flush = |text: &mut String, spans: &mut Vec<Span>, ink: Ink| {
            if !text.is_empty() {
                spans.push(Span::new(shown(text), ink));
                text.clear();
            }
        };
        while let Some(character) = rest.next() {
            match character {
                // Written over from the beginning.
                '\r' => {
                    text.clear();
                    spans.clear();
                }
                '\x08' => {
                    text.pop();
                }
                '\x1b' => {
                    flush(&mut text, &mut spans, self.style());
                    match rest.next() {
                        Some('[') => {
                            let mut parameters = String::new();
                            let last = rest.by_ref().find(|character| {
                                let is_last = matches!(character, '@'..='~');
                                if !is_last {
                                    parameters.push(*character);
                                }
                                is_last
                            });
                            if last == Some('m') {
                                self.select(&parameters);
                            }
                        }
                        // A control string: up to its end.
                        Some(']' | 'P' | '_' | '^' | 'X') => {
                            while let Some(character) = rest.next() {
                                if character == '\x07' {
                                    break;
                                }
                                if character == '\x1b' {
                                    rest.next_if_eq(&'\\');
                                    break;
                                }
                            }
                        }
                        Some('(' | ')' | '#') => {
                            rest.next();
                        }
                        Some(_) | None => {}
                    }
                }
                _ => text.push(character),
            }
        }
        flush(&mut text, &mut spans, self.style());
        spans
    }

    fn select(&mut self, parameters: &str) {
        let mut numbers =
            parameters.split([';', ':']).map(|part| part.parse::<u16>().unwrap_or(0)).peekable();
        while let Some(number) = numbers.next() {
            let byte = |number: u16| u8::try_from(number).unwrap_or(0);
            match number {
                0 => *self = Self::default(),
                1 => self.modifier |= Modifier::BOLD,
                2 => self.modifier |= Modifier::DIM,
                3 => self.modifier |= Modifier::ITALIC,
                4 => self.modifier |= Modifier::UNDERLINED,
                7 => self.modifier |= Modifier::REVERSED,
                9 => self.modifier |= Modifier::CROSSED_OUT,
                22 => self.modifier -= Modifier::BOLD | Modifier::DIM,
                23 => self.modifier -= Modifier::ITALIC,
                24 => self.modifier -= Modifier::UNDERLINED,
                27 => self.modifier -= Modifier::REVERSED,
                29 => self.modifier -= Modifier::CROSSED_OUT,
                30..=37 => self.ink = Colour::Ansi(byte(number - 30)),
                90..=97 => self.ink = Colour::Ansi(byte(number - 90) + 8),
                40..=47 => self.ground = Colour::Ansi(byte(number - 40)),
                100..=107 => self.ground = Colour::Ansi(byte(number - 100) + 8),
                39 => self.ink = Colour::Default,
                49 => self.ground = Colour::Default,
                38 | 48 => {
                    let colour = match numbers.next() {
                        Some(5) => numbers.next().map(|index| Colour::Indexed(byte(index))),
                        Some(2) => {
                            let mut next = || numbers.next().map(byte);
                            next().zip(next()).zip(next()).map(|((r, g), b)| Colour::Rgb(r, g, b))
                        }
                        Some(_) | None => None,
                    };
                    let place = if number == 38 { &mut self.ink } else { &mut self.ground };
                    *place = colour.unwrap_or(*place);
                }
                _ => {}
            }
        }
    }
}

/// `1.2 MB (1 253 376 bytes)`.
fn size(total: u64) -> String {
    let short = super::super::format::bytes(total);
    if total < 1024 { short } else { format!("{short} ({total} bytes)") }
}

/// A file that is no text: what it is, and its first bytes.
pub(super) fn binary(bytes: &[u8], total: u64) -> Document {
    let mut document = Document { about: "binary".to_owned(), ..Document::default() };
    let say = |document: &mut Document, text: String, tone: Tone| {
        document.lines.push(Line::words(vec![Span::tone(text, tone)], 0));
    };
    say(&mut document, format!("This is no text: a binary file of {}.", size(total)), Tone::Heading);
    if let Some((kind, dimensions)) = image(bytes) {
        let words =
            dimensions.map_or_else(String::new, |(width, height)| format!(", {width} x {height} pixels"));
        document.about = format!("image, {kind}");
        document.lines.clear();
        say(&mut document, format!("An image: {kind}{words}, {}.", size(total)), Tone::Heading);
    }
    let dumped = &bytes[..bytes.len().min(DUMPED)];
    if !dumped.is_empty() {
        say(&mut document, String::new(), Tone::Plain);
        let of = if total > dumped.len() as u64 {
            format!("Its first {} bytes:", dumped.len())
        } else {
            "Its bytes:".to_owned()
        };
        say(&mut document, of, Tone::Dim);
    }
    for (row, chunk) in dumped.chunks(8).enumerate() {
        let mut hex = String::new();
        for byte in chunk {
            let _ = write!(hex, "{byte:02x} ");
        }
        let words: String = chunk
            .iter()
            .map(|byte| if byte.is_ascii_graphic() || *byte == b' ' { char::from(*byte) } else { '·' })
            .collect();
        let spans = vec![
            Span::tone(format!("{:04x}  ", row * 8), Tone::Dim),
            Span::plain(format!("{hex:<24} ")),
            Span::tone(words, Tone::Info),
        ];
        document.lines.push(Line::cells(spans, (row * 8) as u64));
    }
    document
}

/// Kind and dimensions of an image, as its first bytes tell.
pub(super) fn image(bytes: &[u8]) -> Option<(String, Option<(usize, usize)>)> {
    let kind = imagesize::image_type(bytes).ok()?;
    let dimensions = imagesize::blob_size(bytes).ok().map(|size| (size.width, size.height));
    Some((format!("{kind:?}").to_uppercase(), dimensions))
}
