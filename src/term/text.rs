//! What a line says: its characters and where they stand, without the cells that only fill.
//!
//! Owns the way from cells to text: wide characters are one, marks follow their letter, the blank that a wide character
//! leaves at the end of a line when it does not fit is none. It never joins lines: whoever reads knows which belong
//! together.

use alacritty_terminal::grid::Row as GridRow;
use alacritty_terminal::index::Column;
use alacritty_terminal::term::cell::{Cell as GridCell, Flags};

use super::cell::is_wide_at;

/// A character of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    pub character: char,
    /// The column in which its cell begins.
    pub column: u16,
    /// Columns of the cell: 1 or 2; 0 for a mark on the character before.
    pub width: u8,
}

/// The characters of one line from left to right, blanks at its end left out unless the line runs on in the next one.
#[derive(Clone, Debug)]
pub struct LineText<'a> {
    row: Option<&'a GridRow<GridCell>>,
    end: usize,
    column: usize,
    /// Marks of the last cell that are still to come.
    marks: &'a [char],
    marked: u16,
}

impl<'a> LineText<'a> {
    pub(super) fn new(row: Option<&'a GridRow<GridCell>>) -> Self {
        let end = row.map_or(0, |row| {
            let length = row.len();
            if row.last().is_some_and(|cell| cell.flags.contains(Flags::WRAPLINE)) {
                return length;
            }
            let blank = |column: &usize| {
                let cell = &row[Column(*column)];
                !cell.flags.contains(Flags::WIDE_CHAR_SPACER)
                    && (cell.c == ' ' || cell.c.is_control())
                    && cell.zerowidth().is_none_or(<[char]>::is_empty)
            };
            (0..length).rev().find(|column| !blank(column)).map_or(0, |last| last + 1)
        });
        Self { row, end, column: 0, marks: &[], marked: 0 }
    }

    /// Whether the line runs on in the next one, because the terminal wrapped it.
    pub fn is_wrapped(&self) -> bool {
        let last = self.row.and_then(GridRow::last);
        last.is_some_and(|cell| cell.flags.contains(Flags::WRAPLINE))
    }

    /// Whether there is such a line at all.
    pub fn exists(&self) -> bool {
        self.row.is_some()
    }
}

impl Iterator for LineText<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        if let Some((mark, rest)) = self.marks.split_first() {
            self.marks = rest;
            return Some(Piece { character: *mark, column: self.marked, width: 0 });
        }
        let row = self.row?;
        while self.column < self.end {
            let column = self.column;
            let cell = &row[Column(column)];
            let wide = is_wide_at(row, column);
            self.column += if wide { 2 } else { 1 };
            if cell.flags.contains(Flags::LEADING_WIDE_CHAR_SPACER) && column + 1 == row.len() {
                continue;
            }
            let half = !wide && cell.flags.intersects(Flags::WIDE_CHAR | Flags::WIDE_CHAR_SPACER);
            let shown = !half && !cell.c.is_control() && !cell.flags.contains(Flags::HIDDEN);
            self.marked = u16::try_from(column).unwrap_or(u16::MAX);
            self.marks = cell.zerowidth().filter(|_| shown).unwrap_or_default();
            let character = if shown { cell.c } else { ' ' };
            return Some(Piece { character, column: self.marked, width: if wide { 2 } else { 1 } });
        }
        None
    }
}
