//! A screen as bytes that rebuild it.
//!
//! Owns the painting with ordinary sequences, so that any terminal can play a recording that begins with a snapshot.
//! What ordinary sequences cannot say goes into `marks`. It never changes the screen it describes.

use std::fmt::Write;

use alacritty_terminal::grid::{Cursor, Dimensions, Grid, Row};
use alacritty_terminal::index::{Column, Line};
use alacritty_terminal::term::TermMode;
use alacritty_terminal::term::cell::{Cell, Flags, Hyperlink};
use alacritty_terminal::vte::ansi::{CharsetIndex, StandardCharset};

use super::cell::{Colour, colour, is_wide_at};
use super::emulator::{Emulator, Page, default_tabs};
use super::marks::{Marks, SHAPE};
use super::modes::MouseMode;

const ATTRIBUTES: &[(Flags, &str)] = &[
    (Flags::BOLD, ";1"),
    (Flags::DIM, ";2"),
    (Flags::ITALIC, ";3"),
    (Flags::UNDERLINE, ";4"),
    (Flags::INVERSE, ";7"),
    (Flags::HIDDEN, ";8"),
    (Flags::STRIKEOUT, ";9"),
    (Flags::DOUBLE_UNDERLINE, ";4:2"),
    (Flags::UNDERCURL, ";4:3"),
    (Flags::DOTTED_UNDERLINE, ";4:4"),
    (Flags::DASHED_UNDERLINE, ";4:5"),
];

const CHARSETS: &[(CharsetIndex, char)] =
    &[(CharsetIndex::G0, '('), (CharsetIndex::G1, ')'), (CharsetIndex::G2, '*'), (CharsetIndex::G3, '+')];

/// The bytes that rebuild the screens and up to `history` lines above the primary one, on a terminal of the same size,
/// whatever it showed before.
pub(super) fn paint(emulator: &Emulator, history: usize) -> Vec<u8> {
    let mut painter = Painter { out: String::from("\x1bc"), pen: Pen::default(), marks: Marks::default() };
    painter.titles(emulator);
    if !emulator.alt_active && emulator.alt.keyboard != [0] {
        painter.push("\x1b[?1049h");
        painter.keyboard(&emulator.alt);
        painter.push("\x1b[?1049l");
    }
    // Each row is printed by itself; where a line was wrapped is a mark.
    painter.push("\x1b[?7l");
    painter.main_rows(emulator.main.grid(), history);
    if emulator.alt_active {
        painter.cursors(emulator.main.grid());
        painter.keyboard(&emulator.main);
        painter.alternate_rows(emulator.alt.grid());
    }
    painter.shared(emulator);
    painter.cursors(emulator.page().grid());
    painter.keyboard(emulator.page());
    painter.switches(emulator);
    painter.marks.last_printed(emulator.last_printed);
    painter.marks.numbers(emulator.top_line(), emulator.numbers.epoch);
    painter.send_marks();
    painter.out.into_bytes()
}

/// What decides how the next printed character looks.
#[derive(Clone, Debug, Default, PartialEq)]
struct Pen {
    fg: Colour,
    bg: Colour,
    attributes: Option<Flags>,
    underline: Option<Colour>,
    link: Option<Hyperlink>,
}

impl Pen {
    fn of(cell: &Cell) -> Self {
        Self {
            fg: colour(cell.fg),
            bg: colour(cell.bg),
            attributes: Some(cell.flags.difference(SHAPE)).filter(|flags| !flags.is_empty()),
            underline: cell.underline_color().map(colour),
            link: cell.hyperlink(),
        }
    }
}

struct Painter {
    out: String,
    pen: Pen,
    marks: Marks,
}

impl Painter {
    fn push(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// Writes formatted text; writing to a `String` cannot fail.
    fn write(&mut self, text: std::fmt::Arguments<'_>) {
        self.out.write_fmt(text).unwrap_or_default();
    }

    fn send_marks(&mut self) {
        let Self { out, marks, .. } = self;
        marks.send(out);
    }

    fn titles(&mut self, emulator: &Emulator) {
        for title in &emulator.titles {
            self.write(format_args!("\x1b]2;{}\x1b\\\x1b[22t", title.as_deref().unwrap_or_default()));
        }
        if emulator.title.is_some() || !emulator.titles.is_empty() {
            self.write(format_args!("\x1b]2;{}\x1b\\", emulator.title.as_deref().unwrap_or_default()));
        }
    }

    fn keyboard(&mut self, page: &Page) {
        for (index, flags) in page.keyboard.iter().enumerate() {
            match (index, flags) {
                (0, 0) => {}
                (0, flags) => self.write(format_args!("\x1b[={flags}u")),
                (_, flags) => self.write(format_args!("\x1b[>{flags}u")),
            }
        }
    }

    fn main_rows(&mut self, grid: &Grid<Cell>, history: usize) {
        let oldest = -index(grid.history_size().min(history));
        let rows = index(grid.screen_lines());
        for line in oldest..rows {
            if line > oldest {
                // A line that scrolls in takes the background colour of the pen.
                self.set_pen(&Pen::default());
                self.push("\r\n");
            }
            self.row(&grid[Line(line)], line);
        }
        self.send_marks();
    }

    fn alternate_rows(&mut self, grid: &Grid<Cell>) {
        self.push("\x1b[?1049h");
        self.set_pen(&Pen::default());
        self.charsets(&Cursor::default());
        self.push("\x1b[2J");
        for line in 0..index(grid.screen_lines()) {
            let row = &grid[Line(line)];
            if occupied(row) > 0 {
                self.write(format_args!("\x1b[{};1H", line + 1));
                self.row(row, line);
            }
        }
        self.send_marks();
    }

    fn row(&mut self, row: &Row<Cell>, line: i32) {
        let end = occupied(row);
        let mut column = 0;
        while column < end {
            let cell = &row[Column(column)];
            self.set_pen(&Pen::of(cell));
            if is_regular_wide_at(row, column) {
                self.character(cell.c, cell);
                self.mark_unless(row, line, column, Flags::WIDE_CHAR, cell.c);
                self.mark_unless(row, line, column + 1, Flags::WIDE_CHAR_SPACER, ' ');
                column += 2;
            } else {
                let half = cell.flags.intersects(Flags::WIDE_CHAR | Flags::WIDE_CHAR_SPACER);
                let shown = if half || cell.c.is_control() { ' ' } else { cell.c };
                self.character(shown, cell);
                self.mark_unless(row, line, column, Flags::empty(), shown);
                column += 1;
            }
        }
    }

    fn character(&mut self, shown: char, cell: &Cell) {
        self.out.push(shown);
        self.out.extend(cell.zerowidth().into_iter().flatten());
    }

    /// Notes how a cell differs from what printing made of it.
    fn mark_unless(&mut self, row: &Row<Cell>, line: i32, column: usize, printed: Flags, shown: char) {
        let cell = &row[Column(column)];
        let shape = cell.flags.intersection(SHAPE);
        if shape != printed || cell.c != shown {
            self.marks.cell(line, column, shape, cell.c);
        }
    }

    fn set_pen(&mut self, pen: &Pen) {
        if self.pen == *pen {
            return;
        }
        if self.pen.link != pen.link {
            match &pen.link {
                // The emulator numbers links without a name itself; they get a new number when painted.
                Some(link) if link.id().ends_with("_alacritty") => {
                    self.write(format_args!("\x1b]8;;{}\x1b\\", link.uri()));
                }
                Some(link) => self.write(format_args!("\x1b]8;id={};{}\x1b\\", link.id(), link.uri())),
                None => self.push("\x1b]8;;\x1b\\"),
            }
        }
        self.push("\x1b[0");
        let attributes = pen.attributes.unwrap_or(Flags::empty());
        for (flag, code) in ATTRIBUTES {
            if attributes.contains(*flag) {
                self.push(code);
            }
        }
        self.colour(pen.fg, 30);
        self.colour(pen.bg, 40);
        if let Some(underline) = pen.underline {
            self.colour(underline, 50);
        }
        self.push("m");
        self.pen = pen.clone();
    }

    /// A colour as parameters: `base` is 30 for the foreground, 40 for the background, 50 for the underline.
    fn colour(&mut self, colour: Colour, base: u8) {
        match colour {
            Colour::Default => {}
            Colour::Ansi(number @ 0..8) => self.write(format_args!(";{}", base + number)),
            Colour::Ansi(number) => self.write(format_args!(";{}", base + 60 + number.saturating_sub(8))),
            Colour::Indexed(number) => self.write(format_args!(";{};5;{number}", base + 8)),
            Colour::Rgb(red, green, blue) => {
                self.write(format_args!(";{};2;{red};{green};{blue}", base + 8));
            }
        }
    }

    fn charsets(&mut self, cursor: &Cursor<Cell>) {
        for (index, introducer) in CHARSETS {
            let set = match cursor.charsets[*index] {
                StandardCharset::Ascii => 'B',
                StandardCharset::SpecialCharacterAndLineDrawing => '0',
            };
            self.write(format_args!("\x1b{introducer}{set}"));
        }
    }

    /// The saved cursor and the cursor of the screen that is shown: how they write, and where they are. The places
    /// are marks as well, because with origin mode on, or waiting to wrap, no sequence reaches them.
    fn cursors(&mut self, grid: &Grid<Cell>) {
        for (cursor, saved) in [(&grid.saved_cursor, true), (&grid.cursor, false)] {
            self.charsets(cursor);
            self.set_pen(&Pen::of(&cursor.template));
            self.write(format_args!("\x1b[{};{}H", cursor.point.line.0 + 1, cursor.point.column.0 + 1));
            if saved {
                self.push("\x1b7");
            }
            self.marks.cursor(saved, cursor.point, cursor.input_needs_wrap);
        }
        self.send_marks();
    }

    /// What both screens share and what moves the cursor when it is set.
    fn shared(&mut self, emulator: &Emulator) {
        if emulator.tabs != default_tabs(emulator.size) {
            self.push("\x1b[3g");
            for column in emulator.tabs.iter().enumerate().filter(|(_, tab)| **tab).map(|(column, _)| column)
            {
                self.write(format_args!("\x1b[1;{}H\x1bH", column + 1));
            }
        }
        let (top, bottom) = emulator.region;
        if (top, bottom) != (0, usize::from(emulator.size.rows)) {
            self.write(format_args!("\x1b[{};{bottom}r", top + 1));
        }
        let modes = emulator.page().term.mode();
        for (mode, sequence) in [
            (TermMode::ORIGIN, "\x1b[?6h"),
            (TermMode::LINE_WRAP, "\x1b[?7h"),
            (TermMode::INSERT, "\x1b[4h"),
            (TermMode::LINE_FEED_NEW_LINE, "\x1b[20h"),
        ] {
            if modes.contains(mode) {
                self.push(sequence);
            }
        }
    }

    fn switches(&mut self, emulator: &Emulator) {
        let switches = &emulator.switches;
        for (differs, sequence) in [
            (switches.app_cursor, "\x1b[?1h"),
            (switches.app_keypad, "\x1b="),
            (switches.bracketed_paste, "\x1b[?2004h"),
            (switches.focus_events, "\x1b[?1004h"),
            (switches.mouse == MouseMode::Click, "\x1b[?1000h"),
            (switches.mouse == MouseMode::Drag, "\x1b[?1002h"),
            (switches.mouse == MouseMode::Motion, "\x1b[?1003h"),
            (switches.mouse_sgr, "\x1b[?1006h"),
            (!switches.alternate_scroll, "\x1b[?1007l"),
            (!switches.cursor_visible, "\x1b[?25l"),
            (switches.shifted_out, "\x0e"),
            (switches.synchronized, "\x1b[?2026h"),
        ] {
            if differs {
                self.push(sequence);
            }
        }
        if switches.cursor_style != 0 {
            self.write(format_args!("\x1b[{} q", switches.cursor_style));
        }
        if switches.modify_other_keys != 0 {
            self.write(format_args!("\x1b[>4;{}m", switches.modify_other_keys));
        }
    }
}

/// Columns up to the last one that is not blank.
fn occupied(row: &Row<Cell>) -> usize {
    let blank = Cell::default();
    (0..row.len()).rev().find(|column| row[Column(*column)] != blank).map_or(0, |last| last + 1)
}

/// Whether printing the wide character at `column` gives both of its cells.
fn is_regular_wide_at(row: &Row<Cell>, column: usize) -> bool {
    if !is_wide_at(row, column) {
        return false;
    }
    let (cell, half) = (&row[Column(column)], &row[Column(column + 1)]);
    half.zerowidth().is_none_or(<[char]>::is_empty) && Pen::of(cell) == Pen::of(half)
}

/// A count of lines as the emulator's line number.
fn index(lines: usize) -> i32 {
    i32::try_from(lines).unwrap_or(i32::MAX)
}
