//! One cell of the screen, in words of our own.
//!
//! Owns the translation from the emulator's cells. It never draws: colours are names or numbers, a theme decides.

use alacritty_terminal::grid::Row as GridRow;
use alacritty_terminal::index::Column;
use alacritty_terminal::term::cell::{Cell as GridCell, Flags, Hyperlink};
use alacritty_terminal::vte::ansi::{Color, NamedColor};
use unicode_width::UnicodeWidthStr;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Colour {
    #[default]
    Default,
    /// One of the 16 named colours, 0 to 15.
    Ansi(u8),
    /// An entry of the 256 colour table.
    Indexed(u8),
    Rgb(u8, u8, u8),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Underline {
    #[default]
    None,
    Single,
    Double,
    Curly,
    Dotted,
    Dashed,
}

#[expect(clippy::struct_excessive_bools, reason = "each is an independent attribute of a character")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Attrs {
    pub bold: bool,
    pub dim: bool,
    pub italic: bool,
    pub inverse: bool,
    pub hidden: bool,
    pub strike: bool,
}

/// The target of a hyperlink, shared by all cells that carry it.
#[derive(Clone, Debug)]
pub struct Link(Hyperlink);

/// Links are equal when they lead to the same place. The emulator also numbers each link a program opens; the numbers
/// differ between two screens that show the same.
impl PartialEq for Link {
    fn eq(&self, other: &Self) -> bool {
        self.uri() == other.uri()
    }
}

impl Eq for Link {}

impl Link {
    pub fn uri(&self) -> &str {
        self.0.uri()
    }
}

/// The few bytes that one cell shows, kept inline.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Symbol {
    bytes: [u8; Self::CAPACITY],
    length: u8,
}

impl Symbol {
    const CAPACITY: usize = 31;

    fn empty() -> Self {
        Self { bytes: [0; Self::CAPACITY], length: 0 }
    }

    fn of(character: char) -> Self {
        let mut symbol = Self::empty();
        symbol.push(character);
        symbol
    }

    /// Adds a character if it fits; a cluster that is longer than a cell can sensibly show is cut.
    fn push(&mut self, character: char) {
        let start = usize::from(self.length);
        let end = start + character.len_utf8();
        if let Some(room) = self.bytes.get_mut(start..end) {
            character.encode_utf8(room);
            self.length += u8::try_from(end - start).unwrap_or_default();
        }
    }

    pub fn as_str(&self) -> &str {
        self.bytes.get(..usize::from(self.length)).and_then(|bytes| str::from_utf8(bytes).ok()).unwrap_or(" ")
    }
}

impl std::ops::Deref for Symbol {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl std::fmt::Debug for Symbol {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(self.as_str(), formatter)
    }
}

impl std::fmt::Display for Symbol {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// What to print; a single space for a blank, nothing for the second half of a wide character.
    pub symbol: Symbol,
    /// Columns the symbol fills: 1, 2, or 0 for the second half of a wide character.
    pub width: u8,
    pub fg: Colour,
    pub bg: Colour,
    pub underline: Underline,
    pub underline_colour: Option<Colour>,
    pub attrs: Attrs,
    pub link: Option<Link>,
}

impl Cell {
    /// The cell at `column`. Halves of wide characters that lost their other half read as blanks, so that the widths of
    /// a row always add up to its columns.
    pub(super) fn read(row: &GridRow<GridCell>, column: usize) -> Self {
        let cell = &row[Column(column)];
        let (symbol, width) = if is_wide_at(row, column) {
            symbol_of(cell, 2)
        } else if column > 0 && is_wide_at(row, column - 1) {
            (Symbol::empty(), 0)
        } else if cell.flags.intersects(Flags::WIDE_CHAR | Flags::WIDE_CHAR_SPACER) {
            (Symbol::of(' '), 1)
        } else {
            symbol_of(cell, 1)
        };
        Self {
            symbol,
            width,
            fg: colour(cell.fg),
            bg: colour(cell.bg),
            underline: underline(cell.flags),
            underline_colour: cell.underline_color().map(colour),
            attrs: Attrs {
                bold: cell.flags.contains(Flags::BOLD),
                dim: cell.flags.contains(Flags::DIM),
                italic: cell.flags.contains(Flags::ITALIC),
                inverse: cell.flags.contains(Flags::INVERSE),
                hidden: cell.flags.contains(Flags::HIDDEN),
                strike: cell.flags.contains(Flags::STRIKEOUT),
            },
            link: cell.hyperlink().map(Link),
        }
    }
}

/// Whether a complete wide character begins at `column`.
pub(super) fn is_wide_at(row: &GridRow<GridCell>, column: usize) -> bool {
    column + 1 < row.len()
        && row[Column(column)].flags.contains(Flags::WIDE_CHAR)
        && row[Column(column + 1)].flags.contains(Flags::WIDE_CHAR_SPACER)
}

fn symbol_of(cell: &GridCell, width: u8) -> (Symbol, u8) {
    // The emulator leaves a tab character in the first cell that a tab skipped.
    let base = if cell.c.is_control() { ' ' } else { cell.c };
    let mut symbol = Symbol::of(base);
    let Some(marks) = cell.zerowidth() else { return (symbol, width) };
    // A joiner at the end of a cell would make the outer terminal melt two cells into one.
    let end = marks.iter().rposition(|mark| *mark != '\u{200d}').map_or(0, |last| last + 1);
    for mark in &marks[..end] {
        symbol.push(*mark);
    }
    // Marks that change the width (an emoji selector) would shift the rest of the row when drawn.
    if UnicodeWidthStr::width(symbol.as_str()) != usize::from(width) {
        symbol = Symbol::of(base);
    }
    (symbol, width)
}

fn underline(flags: Flags) -> Underline {
    if flags.contains(Flags::UNDERLINE) {
        Underline::Single
    } else if flags.contains(Flags::DOUBLE_UNDERLINE) {
        Underline::Double
    } else if flags.contains(Flags::UNDERCURL) {
        Underline::Curly
    } else if flags.contains(Flags::DOTTED_UNDERLINE) {
        Underline::Dotted
    } else if flags.contains(Flags::DASHED_UNDERLINE) {
        Underline::Dashed
    } else {
        Underline::None
    }
}

pub(super) fn colour(colour: Color) -> Colour {
    match colour {
        Color::Spec(rgb) => Colour::Rgb(rgb.r, rgb.g, rgb.b),
        Color::Indexed(index) => Colour::Indexed(index),
        Color::Named(name) => named(name),
    }
}

/// The sixteen names are the first values of the foreign enum; all that follow stand for a default.
fn named(name: NamedColor) -> Colour {
    match u8::try_from(name as usize) {
        Ok(index) if index < 16 => Colour::Ansi(index),
        Ok(_) | Err(_) => Colour::Default,
    }
}
