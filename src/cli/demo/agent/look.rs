//! Coloured text of the demo agent: lines of inked pieces, their width in cells, wrapping, and the bytes that draw them.
//!
//! It never writes anything.

use std::fmt::Write as _;
use unicode_width::UnicodeWidthChar;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    Plain,
    Dim,
    Strong,
    /// The role's own colour.
    Role,
    Good,
    Bad,
    Tool,
    Thought,
}

impl Ink {
    /// `role` is the number of the role's colour in the palette of 256.
    fn sequence(self, role: u8) -> String {
        match self {
            Self::Plain => "\x1b[0m".to_owned(),
            Self::Dim => "\x1b[0;38;5;244m".to_owned(),
            Self::Strong => "\x1b[0;1m".to_owned(),
            Self::Role => format!("\x1b[0;38;5;{role}m"),
            Self::Good => "\x1b[0;38;5;114m".to_owned(),
            Self::Bad => "\x1b[0;38;5;210m".to_owned(),
            Self::Tool => "\x1b[0;1;38;5;180m".to_owned(),
            Self::Thought => "\x1b[0;3;38;5;246m".to_owned(),
        }
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Line(Vec<(char, Ink)>);

impl Line {
    pub(super) fn new(ink: Ink, text: &str) -> Self {
        Self::default().and(ink, text)
    }

    /// Tabs become spaces; what a terminal would act on is left out.
    #[must_use]
    pub(super) fn and(mut self, ink: Ink, text: &str) -> Self {
        for character in text.chars() {
            if character == '\t' {
                self.0.extend([(' ', ink); 4]);
            } else if character.width().is_some() {
                self.0.push((character, ink));
            }
        }
        self
    }

    pub(super) fn width(&self) -> usize {
        self.0.iter().map(|(character, _)| character.width().unwrap_or(0)).sum()
    }

    /// Cut to a width, with an ellipsis where something is missing.
    #[must_use]
    pub(super) fn cut(mut self, width: usize) -> Self {
        if self.width() <= width {
            return self;
        }
        while self.width() + 1 > width && self.0.pop().is_some() {}
        if width > 0 {
            self.0.push(('…', Ink::Dim));
        }
        self
    }

    /// Filled with spaces up to a width.
    #[must_use]
    pub(super) fn padded(mut self, width: usize) -> Self {
        let missing = width.saturating_sub(self.width());
        self.0.extend(std::iter::repeat_n((' ', Ink::Plain), missing));
        self
    }

    #[must_use]
    pub(super) fn then(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Broken between words where possible; lines after the first are indented.
    pub(super) fn wrapped(self, width: usize, indent: usize) -> Vec<Self> {
        let width = width.max(indent + 2);
        let mut lines = Vec::new();
        let mut rest = self.0;
        loop {
            let mut used = 0;
            let fits = rest.iter().take_while(|(character, _)| {
                used += character.width().unwrap_or(0);
                used <= width
            });
            let fits = fits.count();
            if fits == rest.len() {
                lines.push(Self(rest));
                return lines;
            }
            let least = if lines.is_empty() { 1 } else { indent + 1 };
            let space = rest.iter().take(fits + 1).rposition(|(character, _)| *character == ' ');
            let (end, next) = match space {
                Some(space) if space > least => (space, space + 1),
                Some(_) | None => (fits.max(1), fits.max(1)),
            };
            let tail = rest.split_off(next);
            rest.truncate(end);
            lines.push(Self(rest));
            rest = vec![(' ', Ink::Plain); indent];
            rest.extend(tail);
        }
    }

    /// What draws it from the current column on; the rest of the row is cleared.
    pub(super) fn bytes(&self, role: u8) -> String {
        let mut bytes = String::new();
        let mut ink = None;
        for (character, wanted) in &self.0 {
            if ink != Some(*wanted) {
                bytes.push_str(&wanted.sequence(role));
                ink = Some(*wanted);
            }
            bytes.push(*character);
        }
        // Writing to a string cannot fail.
        let _ = write!(bytes, "\x1b[0m\x1b[K");
        bytes
    }
}
