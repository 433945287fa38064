//! What a preview shows: lines of inked text with their place in the source.
//!
//! A document is made once, off the way to the screen, and knows no width; [`super::rows`] lays out what is seen of it.

use crate::term::Colour;
use ratatui::style::Modifier;
use std::sync::Arc;
use unicode_width::UnicodeWidthChar;

/// What a piece of code is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Keyword,
    /// A string or a character.
    Text,
    Comment,
    /// A number or another constant.
    Number,
    Function,
    Type,
    /// A key, a tag, an attribute.
    Name,
}

/// What a piece of text means; the look decides its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Tone {
    #[default]
    Plain,
    Dim,
    Heading,
    /// Words of a program within prose.
    Quoted,
    Code(Part),
    Link,
    Added,
    Removed,
    Hunk,
    Warning,
    Info,
    /// A program's own colours.
    Program {
        ink: Colour,
        ground: Colour,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Ink {
    pub(super) tone: Tone,
    pub(super) modifier: Modifier,
    /// A search found it.
    pub(super) found: bool,
}

impl Ink {
    pub(super) fn of(tone: Tone) -> Self {
        Self { tone, ..Self::default() }
    }

    #[must_use]
    pub(super) fn with(self, modifier: Modifier) -> Self {
        Self { modifier: self.modifier | modifier, ..self }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) text: String,
    pub(super) ink: Ink,
}

impl Span {
    pub(super) fn new(text: impl Into<String>, ink: Ink) -> Self {
        Self { text: text.into(), ink }
    }

    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self::new(text, Ink::default())
    }

    pub(super) fn tone(text: impl Into<String>, tone: Tone) -> Self {
        Self::new(text, Ink::of(tone))
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Content {
    /// Broken between words where there is no room.
    Words(Vec<Span>),
    /// Broken anywhere: of code every blank counts.
    Cells(Vec<Span>),
    /// A row of a table.
    Row { cells: Vec<Vec<Span>>, columns: Arc<[Column]> },
    /// A line across.
    Rule(char),
    /// Two side by side.
    Beside(Box<(Line, Line)>),
}

/// A column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Column {
    /// What it would like to have.
    pub(super) wide: u16,
    pub(super) right: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) content: Content,
    /// In front of the first row, and of those after it.
    pub(super) lead: [Vec<Span>; 2],
    /// In front of all, where there is room for it.
    pub(super) gutter: Option<String>,
    /// Where in the source it begins; never before the line above.
    pub(super) at: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FileMark {
    /// Its first line.
    pub(super) line: usize,
    pub(super) name: String,
    /// Lines, if they were counted.
    pub(super) added: Option<u64>,
    pub(super) removed: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Document {
    pub(super) lines: Vec<Line>,
    /// The files of a diff.
    pub(super) files: Vec<FileMark>,
    /// The lines where its hunks begin.
    pub(super) hunks: Vec<usize>,
    /// What it is, for the header.
    pub(super) about: String,
    /// What else is to be said of it, where there is room.
    pub(super) note: String,
}

/// Characters of one line; what is longer goes on in the next one, so that every line is laid out at once.
pub(super) const LONGEST: usize = 4096;

pub(super) fn wide(character: char) -> u16 {
    u16::try_from(character.width().unwrap_or(0)).unwrap_or(0)
}

pub(super) fn spans_width(spans: &[Span]) -> u16 {
    spans.iter().flat_map(|span| span.text.chars()).fold(0, |sum: u16, one| sum.saturating_add(wide(one)))
}

impl Line {
    pub(super) fn new(content: Content, at: u64) -> Self {
        Self { content, lead: [Vec::new(), Vec::new()], gutter: None, at }
    }

    pub(super) fn cells(spans: Vec<Span>, at: u64) -> Self {
        Self::new(Content::Cells(spans), at)
    }

    pub(super) fn words(spans: Vec<Span>, at: u64) -> Self {
        Self::new(Content::Words(spans), at)
    }

    #[must_use]
    pub(super) fn led(mut self, first: Vec<Span>, rest: Vec<Span>) -> Self {
        self.lead = [first, rest];
        self
    }

    #[must_use]
    pub(super) fn numbered(mut self, gutter: impl Into<String>) -> Self {
        self.gutter = Some(gutter.into());
        self
    }

    /// Its words without what is drawn around them.
    pub(super) fn text(&self) -> String {
        let all = |spans: &[Span]| spans.iter().map(|span| span.text.as_str()).collect::<String>();
        match &self.content {
            Content::Words(spans) | Content::Cells(spans) => all(spans),
            Content::Row { cells, .. } => cells.iter().map(|cell| all(cell)).collect::<Vec<_>>().join("\t"),
            Content::Rule(_) => String::new(),
            Content::Beside(pair) => format!("{}\t{}", pair.0.text(), pair.1.text()),
        }
    }
}

/// Text as it may be shown: tabs as blanks, and what could steer a terminal as a sign.
pub(super) fn shown(text: &str) -> String {
    shown_from(text, &mut 0)
}

/// The same of a part of a line that begins in this column; then the column behind it.
pub(super) fn shown_from(text: &str, column: &mut usize) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\t' => {
                let blanks = 4 - *column % 4;
                out.extend(std::iter::repeat_n(' ', blanks));
                *column += blanks;
            }
            // The pictures of control characters.
            '\0'..='\x1f' => {
                out.push(char::from_u32(0x2400 + u32::from(character)).unwrap_or('?'));
                *column += 1;
            }
            '\x7f'..='\u{9f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                out.push('?');
                *column += 1;
            }
            _ => {
                out.push(character);
                *column += usize::from(wide(character));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_steers_a_terminal_is_shown() {
        assert_eq!(shown("a\tb\x1b[31m\r\u{7f}\u{202e}c"), "a   b␛[31m␍??c");
    }
}
