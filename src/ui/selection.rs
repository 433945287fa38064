//! A part of a pane's text: from where to where, what it says, and which cells it covers.
//!
//! Owns places (a line by its number, a column), words, and the way from cells to clean text: lines that the terminal
//! wrapped are joined, blanks that only fill are left out, wide characters are whole. It never leaves its pane.

use crate::term::Screen;

/// Lines that one wrapped line may have before a word or a line is taken to end.
const MOST_WRAPPED: u64 = 200;

/// A cell of a pane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) line: u64,
    pub(super) column: u16,
}

/// How a selection grows between its two ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// As text flows.
    Flow,
    /// By whole words.
    Words,
    /// By whole lines, with all that the terminal wrapped of them.
    Lines,
    /// A rectangle.
    Block,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Selection {
    pub(super) anchor: Place,
    pub(super) head: Place,
    pub(super) shape: Shape,
}

/// What is selected: both ends belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    start: Place,
    end: Place,
    /// The columns hold for every line.
    block: bool,
}

/// A character that a line says, and the cells it stands in.
#[derive(Debug, Clone, Copy)]
struct Letter {
    character: char,
    start: Place,
    /// Its last column.
    last: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Blank,
    Word,
    Other,
}

/// Paths, addresses and numbers are words; quotes, brackets and frames are not.
fn class(character: char) -> Class {
    match character {
        _ if character.is_whitespace() => Class::Blank,
        '\u{2500}'..='\u{259f}' => Class::Other,
        _ if character.is_alphanumeric() || "_-./~:@%+=?&#$*".contains(character) => Class::Word,
        _ if character.is_ascii() => Class::Other,
        _ => Class::Word,
    }
}

impl Selection {
    pub(super) fn span(&self, screen: &Screen) -> Span {
        let (start, end) = (self.anchor.min(self.head), self.anchor.max(self.head));
        match self.shape {
            Shape::Flow => Span { start, end, block: false },
            Shape::Words => {
                let (first, last) = (word(screen, start), word(screen, end));
                Span { start: first.0, end: last.1, block: false }
            }
            Shape::Lines => {
                let (first, _) = wrapped(screen, start.line);
                let (_, last) = wrapped(screen, end.line);
                let end = Place { line: last, column: u16::MAX };
                Span { start: Place { line: first, column: 0 }, end, block: false }
            }
            Shape::Block => {
                let (left, right) =
                    (self.anchor.column.min(self.head.column), self.anchor.column.max(self.head.column));
                Span {
                    start: Place { line: start.line, column: left },
                    end: Place { line: end.line, column: right },
                    block: true,
                }
            }
        }
    }
}

impl Span {
    /// All that a pane has, history and screen.
    pub(super) fn everything(screen: &Screen) -> Self {
        let start = Place { line: screen.oldest_line(), column: 0 };
        let end = Place { line: screen.end_line().saturating_sub(1), column: u16::MAX };
        Self { start, end, block: false }
    }

    pub(super) fn between(start: Place, end: Place) -> Self {
        Self { start, end, block: false }
    }

    /// The columns of a line that belong to it, first and last.
    pub(super) fn columns(&self, line: u64) -> Option<(u16, u16)> {
        if line < self.start.line || line > self.end.line {
            return None;
        }
        let first = if self.block || line == self.start.line { self.start.column } else { 0 };
        let last = if self.block || line == self.end.line { self.end.column } else { u16::MAX };
        Some((first, last))
    }

    /// What it says, without blank lines at its end.
    pub(super) fn text(&self, screen: &Screen) -> String {
        let mut text = String::new();
        let first = self.start.line.max(screen.oldest_line());
        let last = self.end.line.min(screen.end_line().saturating_sub(1));
        for line in first..=last {
            let Some((from, to)) = self.columns(line) else { continue };
            let start = text.len();
            text.extend(
                letters(screen, line)
                    .filter(|one| one.last >= from && one.start.column <= to)
                    .map(|letter| letter.character),
            );
            let runs_on = !self.block && line < last && screen.line_text(line).is_wrapped();
            if !runs_on {
                if self.block {
                    text.truncate(start + text[start..].trim_end_matches(' ').len());
                }
                text.push('\n');
            }
        }
        text.truncate(text.trim_end_matches(['\n', ' ']).len());
        text
    }
}

fn letters(screen: &Screen, line: u64) -> impl Iterator<Item = Letter> {
    let mut last = 0;
    screen.line_text(line).map(move |piece| {
        if piece.width > 0 {
            last = piece.column + u16::from(piece.width) - 1;
        }
        Letter { character: piece.character, start: Place { line, column: piece.column }, last }
    })
}

/// The first and the last line of what the terminal wrapped.
fn wrapped(screen: &Screen, line: u64) -> (u64, u64) {
    let (mut first, mut last) = (line, line);
    while first > screen.oldest_line()
        && line - first < MOST_WRAPPED
        && screen.line_text(first - 1).is_wrapped()
    {
        first -= 1;
    }
    while last + 1 < screen.end_line() && last - line < MOST_WRAPPED && screen.line_text(last).is_wrapped() {
        last += 1;
    }
    (first, last)
}

/// The first and the last cell of the word at a place; what is no word stands alone.
fn word(screen: &Screen, place: Place) -> (Place, Place) {
    let (first, last) = wrapped(screen, place.line);
    let all: Vec<Letter> = (first..=last).flat_map(|line| letters(screen, line)).collect();
    let holds = |letter: &Letter| {
        letter.start.line == place.line && (letter.start.column..=letter.last).contains(&place.column)
    };
    let Some(here) = all.iter().position(holds) else { return (place, place) };
    let kind = class(all[here].character);
    let same = |letter: &Letter| kind != Class::Other && class(letter.character) == kind;
    let start = (0..here).rev().take_while(|index| same(&all[*index])).last().unwrap_or(here);
    let end = (here + 1..all.len()).take_while(|index| same(&all[*index])).last().unwrap_or(here);
    (all[start].start, Place { line: all[end].start.line, column: all[end].last })
}

/// Where the next word begins, or the one before.
pub(super) fn next_word(screen: &Screen, from: Place, back: bool) -> Place {
    let starts = |line: u64| {
        let mut before = Class::Blank;
        let mut starts = Vec::new();
        for letter in letters(screen, line) {
            let kind = class(letter.character);
            if kind != before && kind != Class::Blank {
                starts.push(letter.start);
            }
            before = kind;
        }
        starts
    };
    let end = screen.end_line().saturating_sub(1);
    if back {
        let lines = (screen.oldest_line()..=from.line).rev().take(1 + usize::from(screen.size().rows));
        let mut before = lines.flat_map(|line| starts(line).into_iter().rev());
        before.find(|start| *start < from).unwrap_or(Place { column: 0, ..from })
    } else {
        let lines = (from.line..=end).take(1 + usize::from(screen.size().rows));
        let last = Place { line: from.line, column: line_end(screen, from.line) };
        lines.flat_map(starts).find(|start| *start > from).unwrap_or(last)
    }
}

/// The column of the last character that a line says.
pub(super) fn line_end(screen: &Screen, line: u64) -> u16 {
    letters(screen, line).last().map_or(0, |letter| letter.start.column)
}

/// The beginning of the cell that a place lies in: the second half of a wide character belongs to the first.
pub(super) fn snapped(screen: &Screen, place: Place) -> Place {
    let cell = screen.line_cells(place.line).nth(usize::from(place.column));
    let half = cell.is_some_and(|cell| cell.width == 0);
    Place { column: place.column.saturating_sub(u16::from(half)), ..place }
}
